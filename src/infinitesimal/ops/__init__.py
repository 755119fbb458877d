"""The words: every primitive of the graph language. Importing this room fills the registry."""

from infinitesimal.core.primitive import OWN, REGISTRY
from infinitesimal.ops import arithmetic as arithmetic
from infinitesimal.ops import comparison as comparison
from infinitesimal.ops import control as control
from infinitesimal.ops import exponential as exponential
from infinitesimal.ops import gamma as gamma
from infinitesimal.ops import index as index
from infinitesimal.ops import masked as masked
from infinitesimal.ops import matrix as matrix
from infinitesimal.ops import order as order
from infinitesimal.ops import power as power
from infinitesimal.ops import products as products
from infinitesimal.ops import reduce as reduce
from infinitesimal.ops import rounding as rounding
from infinitesimal.ops import select as select
from infinitesimal.ops import shape as shape
from infinitesimal.ops import sinc as sinc
from infinitesimal.ops import special as special
from infinitesimal.ops import trigonometric as trigonometric

OWN.update(REGISTRY)
