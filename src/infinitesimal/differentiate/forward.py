"""Forward mode: the tangents of the outputs, carried along with the values.

In: outputs, and a tangent for some of the nodes below them. Out: nodes for the tangents of the
outputs. One loop over the nodes in order; each word's record says how a tangent passes through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.ops.arithmetic import times, times_behind_mask
from infinitesimal.ops.masked import behind_mask
from infinitesimal.ops.zeros import pushes_zeros

__all__ = ["forward"]


def forward(
    outputs: Sequence[Node], seeds: Mapping[Node, Node], *, masked: bool = False
) -> list[Node | None]:
    """The tangent of each output, given those of the seeded nodes; None where it is zero.

    `masked=True` when the seeds hold structural zeros, as the columns of an identity matrix do:
    then a zero tangent meeting an infinite slope stays zero.
    """
    tangents: dict[Node, Any] = dict(seeds)  # of a word with several results, a tuple
    zeros: set[Node] = set(seeds) if masked else set()
    for node in postorder(outputs, dict(seeds)):
        if node.active == NEVER:
            continue
        inputs = [tangents.get(operand) for operand in node.inputs]
        jvp = node.primitive.jvp
        if jvp is None or all(tangent is None for tangent in inputs):
            continue
        here = not zeros.isdisjoint(node.inputs)
        if node.primitive.kind == "control":
            tangent = jvp(node, inputs, here, forward)
        else:
            tangent = jvp(node, inputs, times_behind_mask if here else times)
        if here and tangent is not None and node.primitive.kind == "multilinear":
            carrying = [tangents[x] for x in node.inputs if x in zeros and x in tangents]
            tangent = behind_mask(tangent, carrying, node.inputs)
        if tangent is not None:
            tangents[node] = tangent
            if here or pushes_zeros(node, tangents.__contains__):
                zeros.add(node)
    return [tangents.get(node) for node in outputs]
