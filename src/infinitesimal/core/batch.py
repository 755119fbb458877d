"""A function of one element becomes a function of a whole batch: graph to graph.

In: outputs, and for some nodes below them (one element) what stands in their place (all elements,
along one more axis, the first). Out: each output for the whole batch, and whether it has that axis
at all. One loop over the nodes in order; each word's record says how it is applied to a batch
(`ops.batching`). What depends on no replaced node stays the very same node, so values from
outside, variables of a derivative among them, are the same for every element and computed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infinitesimal.core.leaf import VARIABLE
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.errors import MissingRuleError

__all__ = ["batch"]

Flag = bool | tuple[bool, ...]  # of a word with several results, one for each


def batch(
    outputs: Sequence[Node], replaced: Mapping[Node, Node], size: int
) -> list[tuple[Node, bool]]:
    """Each output with the replaced nodes being batches of `size`, and whether it is one itself.

    A variable above a replaced node becomes what it stands for. Raises `MissingRuleError` for a
    word whose record has no field `batch`.

    >>> from infinitesimal.core.evaluate import evaluate
    >>> from infinitesimal.core.leaf import constant, input_node
    >>> from infinitesimal.core.types import FLOAT64
    >>> x = input_node(FLOAT64)
    >>> [(node, batched)] = batch([x * x], {x: constant(np.arange(3.0))}, 3)
    >>> node, batched, evaluate([node])
    (<multiply: f64[3]>, True, [array([0., 1., 4.])])
    """
    new: dict[Node, Node] = dict(replaced)
    flags: dict[Node, Flag] = dict.fromkeys(replaced, True)
    for node in postorder(outputs, dict(replaced)):
        operands = [new.get(operand, operand) for operand in node.inputs]
        if all(one is other for one, other in zip(operands, node.inputs, strict=True)):
            continue
        made, flag = _applied(node, operands, [flags.get(x, False) for x in node.inputs], size)
        made.origin = made.origin or node.origin
        new[node], flags[node] = made, flag
    return [(new.get(node, node), flags.get(node, False) is True) for node in outputs]


def _applied(node: Node, operands: list[Node], flags: list[Flag], size: int) -> tuple[Node, Flag]:
    """One word on operands of which some are batches."""
    primitive = node.primitive
    if primitive is VARIABLE:
        return operands[0], flags[0]
    if primitive.name == "pick":
        several: Any = flags[0]
        return make(primitive, tuple(operands), node.params), bool(several[node.params[0]])
    if not any(flags):
        return make(primitive, tuple(operands), node.params), False
    rule: Any = primitive.batch
    if rule is None:
        raise MissingRuleError(
            f"a batch through {primitive.name!r}",
            found="its record has no field 'batch'",
            instead=f"fill in 'batch' where {primitive.name!r} is declared",
        )
    if primitive.kind == "control":
        return rule(node, operands, flags, size, batch)
    return rule(node, operands, flags, size), True
