"""What the way back through a loop reads of the way forward.

In: the loop, and the outputs of the body of its way back, still written in nodes of the loop's own
body. Out: the nodes whose values are written down at each step. All others the way back computes
again: partials from what was written, what one instruction makes of it, and whatever depends on
captured values alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infinitesimal.core.body import PICK
from infinitesimal.core.leaf import CONSTANT, INPUT
from infinitesimal.core.node import Node, depending, postorder
from infinitesimal.core.types import Bundle
from infinitesimal.ops.control.loop import Loop

__all__ = ["residuals"]

_LIGHT = frozenset(("reshape", "transpose", "broadcast", "pick"))  # nothing is computed by these
# one instruction each: done again sooner than read again from memory
_QUICK = _LIGHT | frozenset(
    ("add", "subtract", "multiply", "divide", "negative", "positive", "square", "absolute",
     "maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
     "logical_not", "index")
)  # fmt: skip


def residuals(loop: Loop, outputs: Sequence[Node], cotangents: Iterable[Node]) -> list[Node]:
    """The nodes to write down, so that `outputs` follow from them, places and `cotangents`.

    Elements and captured values are there already; a carried value is written down where it is
    read. With `checkpoint=1` nothing else is: the step is computed again from what it began with.
    """
    primal = set(postorder(loop.results))
    walking = [part.place for part in (*loop.carried, *loop.elements)]
    varying = depending([*loop.results, *outputs], walking)
    backward = depending(outputs, cotangents)
    carried = {part.place for part in loop.carried}
    stored: dict[Node, None] = {}
    seen: set[Node] = set()
    waiting = [node for node in outputs if node not in backward]
    for node in postorder(outputs):
        if node in backward:
            waiting.extend(operand for operand in node.inputs if operand not in backward)
    while waiting:
        node = waiting.pop()
        if node in seen or node.primitive is CONSTANT:
            continue
        seen.add(node)
        if node in carried or (node in varying and _worth(node, primal, loop)):
            stored[node] = None
        else:
            waiting.extend(node.inputs)
    return _not_at_hand(loop, list(stored), varying)


def _not_at_hand(loop: Loop, stored: Sequence[Node], varying: set[Node]) -> list[Node]:
    """Those of the stored nodes that a few instructions do not make of the others."""
    wanted = set(stored)
    at_hand = {part.place for part in (*loop.captured, *loop.elements)}
    kept: list[Node] = []
    for node in postorder(stored):
        follows = node.inputs and node.primitive.name in _QUICK
        if node in at_hand or (node not in varying and node.primitive is not INPUT):
            at_hand.add(node)
        elif follows and at_hand.issuperset(node.inputs):
            at_hand.add(node)
        elif node in wanted:
            kept.append(node)
            at_hand.add(node)
    return kept


def _worth(node: Node, primal: set[Node], loop: Loop) -> bool:
    """Whether a value that differs from step to step is better written down than computed again."""
    if not node.inputs or loop.checkpoint == 1 or node.type.tape or isinstance(node.type, Bundle):
        return False
    if node.primitive is PICK:  # of a loop or a branch inside
        return True
    return node in primal and node.primitive.name not in _LIGHT
