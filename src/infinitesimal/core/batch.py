"""A function of one element becomes a function of a whole batch: graph to graph.

In: outputs, and for some nodes below them (one element) what stands in their place (all elements,
along one more axis, the first). Out: each output for the whole batch, and whether it has that axis
at all. One loop over the nodes in order; each word's record says how it is applied to a batch
(`ops.batching`). What depends on no replaced node stays the very same node, so values from
outside, variables of a derivative among them, are the same for every element and computed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infinitesimal.core.body import PICK, picks
from infinitesimal.core.leaf import VARIABLE
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.errors import MissingRuleError

__all__ = ["batch"]


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
    flags: dict[Node, bool] = dict.fromkeys(replaced, True)
    several: dict[Node, list[tuple[Node, bool]]] = {}  # the results of words with several
    for node in postorder(outputs, dict(replaced)):
        if node.primitive is PICK:
            if node.inputs[0] in several:
                new[node], flags[node] = several[node.inputs[0]][node.params[0]]
            continue
        operands = [new.get(operand, operand) for operand in node.inputs]
        if all(one is other for one, other in zip(operands, node.inputs, strict=True)):
            continue
        batched = [flags.get(operand, False) for operand in node.inputs]
        if node.primitive.kind == "control":
            several[node] = _through_bodies(node, operands, batched, size)
            continue
        made, flag = _applied(node, operands, batched, size)
        made.origin = node.origin or made.origin
        new[node], flags[node] = made, flag
    return [(new.get(node, node), flags.get(node, False)) for node in outputs]


def _applied(node: Node, operands: list[Node], batched: list[bool], size: int) -> tuple[Node, bool]:
    """One word on operands of which some are batches."""
    primitive = node.primitive
    if primitive is VARIABLE:
        return operands[0], batched[0]
    if not any(batched):
        return make(primitive, tuple(operands), node.params), False
    if primitive.batch is None:
        raise _missing(node)
    return primitive.batch(node, operands, batched, size), True


def _through_bodies(
    node: Node, operands: list[Node], batched: list[bool], size: int
) -> list[tuple[Node, bool]]:
    """The same for a word with several results and programs inside."""
    if not any(batched):
        plain = make(node.primitive, tuple(operands), node.params)
        return [(result, False) for result in picks(plain)]
    if node.primitive.batch is None:
        raise _missing(node)
    return node.primitive.batch(node, operands, batched, size, batch)


def _missing(node: Node) -> MissingRuleError:
    name = node.primitive.name
    return MissingRuleError(
        f"a batch through {name!r}",
        found="its record has no field 'batch'",
        instead=f"fill in 'batch' where {name!r} is declared",
    )
