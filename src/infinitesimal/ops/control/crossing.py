"""Zeros that stand for nothing, from one step of a loop to the next.

In: a loop, and which of its values have tangents, or cotangents. Out: whether such a zero (of a
branch not taken, of a value that a step does not read) may leave a step and enter the next, where
it must not be multiplied by an infinite slope. In the loop unrolled the sweep itself would see it
coming; of a loop one step is swept, before it is known what the steps beside it write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infinitesimal.core.node import Node
from infinitesimal.ops.control.loop import Loop, carried_along, loop_of, reached
from infinitesimal.ops.zeros import pushes_zeros

__all__ = ["pull_crosses", "push_crosses"]


def push_crosses(loop: Loop, moving: set[Node]) -> bool:
    """Whether tangents of these places, and of no others, carry zeros into the next step."""
    below = reached(loop.results, moving)
    if any(part.place in moving and part.after not in below for part in loop.carried):
        return True
    return any(_pushes(node, below) for node in below - moving)


def _pushes(node: Node, below: set[Node]) -> bool:
    if not node.primitive.bodies or node.primitive.name == "branch":
        return pushes_zeros(node, below.__contains__)
    inner = loop_of(node)
    operands = node.inputs[inner.count is not None :]
    given = {leaf for leaf, x in zip(inner.places, operands, strict=True) if x in below}
    moving = carried_along(inner, given)
    late = any(part.place in moving and part.start not in below for part in inner.carried)
    return late or push_crosses(inner, moving)


def pull_crosses(loop: Loop, walking: Iterable[int], rows: Sequence[Node]) -> bool:
    """Whether cotangents of these carried values and rows carry zeros into the step before."""
    places = [loop.carried[k].place for k in walking]
    outputs = [*rows, *(loop.carried[k].after for k in walking)]
    read = {operand for node in reached(outputs, places) for operand in node.inputs}
    if any(leaf not in read and leaf not in outputs for leaf in places):
        return True
    return any(_pulls(node) for node in reached(outputs, places) - set(places))


def _pulls(node: Node) -> bool:
    if not node.primitive.bodies or node.primitive.name == "branch":
        return node.primitive.masks
    inner = loop_of(node)
    walking = [k for k, part in enumerate(inner.carried) if part.place.type.inexact]
    rows = [row for row in inner.written if row.type.inexact]
    # of several carried values, who knows whether all are read
    return len(walking) > 1 or pull_crosses(inner, walking, rows)
