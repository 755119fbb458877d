"""Forward mode: the tangents of the outputs, carried along with the values.

In: outputs, and a tangent for some of the nodes below them. Out: nodes for the tangents of the
outputs. One loop over the nodes in order; each word's record says how a tangent passes through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.ops.arithmetic import times, times_behind_mask

__all__ = ["forward"]


def forward(
    outputs: Sequence[Node], seeds: Mapping[Node, Node], *, masked: bool = False
) -> list[Node | None]:
    """The tangent of each output, given those of the seeded nodes; None where it is zero.

    `masked=True` when the seeds hold structural zeros, as the columns of an identity matrix do:
    then a zero tangent meeting an infinite slope stays zero.
    """
    product = times_behind_mask if masked else times
    tangents: dict[Node, Node] = dict(seeds)
    for node in postorder(outputs, dict(seeds)):
        if node.active == NEVER:
            continue
        inputs = [tangents.get(operand) for operand in node.inputs]
        jvp = node.primitive.jvp
        if jvp is None or all(tangent is None for tangent in inputs):
            continue
        tangent = jvp(node, inputs, product)
        if tangent is not None:
            tangents[node] = tangent
    return [tangents.get(node) for node in outputs]
