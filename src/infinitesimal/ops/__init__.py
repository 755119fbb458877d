"""The words: every primitive of the graph language, one record each. Importing this room fills the registry."""

from infinitesimal.ops import arithmetic as arithmetic
from infinitesimal.ops import elementary as elementary
from infinitesimal.ops import shape as shape
