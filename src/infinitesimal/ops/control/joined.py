"""The door to merging for programs of which most have no loops.

In: nodes. Out: the same values, from a graph in which no loop does another's work again, or work
that nobody reads (`ops.control.merge`).
"""

from __future__ import annotations

from collections.abc import Sequence

from infinitesimal.core.node import Node, postorder

__all__ = ["joined"]


def joined(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, with their loops and branches merged and trimmed, if there are any."""
    if not any(node.primitive.bodies for node in postorder(outputs)):
        return list(outputs)
    from infinitesimal.ops.control.merge import merged  # the import of the library stays light

    return merged(outputs)
