"""How much work a graph is, in arithmetic operations.

In: nodes. Out: a number, from the `cost` in each record and the size of each array. An elementwise
word costs its operations for each element of the result; a sum, product or largest of n numbers
costs n − 1, a product of matrices each multiplication and each addition; any other word costs for
each element of the larger of operand and result. Leaves cost nothing.

A loop costs its body (and its condition) as often as it runs, a branch the program that is taken.
Where that depends on values, the loop is run at the point; nothing else is evaluated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import Body
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.watch import watched

__all__ = ["node_operations", "operations"]


def operations(
    outputs: Iterable[Node],
    known: Iterable[Node] = (),
    bindings: Mapping[Node, Any] | None = None,
) -> int:
    """The operations of one evaluation of the outputs, when the nodes in `known` cost nothing.

    `bindings` are the values of inputs, for loops and branches that depend on them. Raises
    `UnknownValueError` where one does, and they are not given.

    >>> from infinitesimal.core.leaf import input_node
    >>> from infinitesimal.core.types import FLOAT64
    >>> x, y = input_node(FLOAT64), input_node(FLOAT64)
    >>> operations([(x + y) * (x + 2 * y)])
    4
    """
    total = 0
    running: list[Node] = []
    for node in postorder(outputs, dict.fromkeys(known)):
        fixed = _anywhere(node)
        if fixed is None:
            running.append(node)
        else:
            total += fixed
    return total + (_of_runs(running, bindings) if running else 0)


def node_operations(node: Node) -> int:
    """The operations of one node without programs inside, its operands being known."""
    primitive = node.primitive
    if primitive.kind == "leaf":
        return 0
    if primitive.kind == "elementwise":
        return primitive.cost * node.type.size
    if primitive.name in _EXACTLY:
        return _EXACTLY[primitive.name](node)
    return primitive.cost * max([node.type.size, *(operand.type.size for operand in node.inputs)])


# ---- loops and branches


def _anywhere(node: Node) -> int | None:
    """The operations of a node where they are the same at every point, else None."""
    if not node.primitive.bodies:
        return node_operations(node)
    costs = {_body_operations(body) for _, body in node.primitive.programs(node.params)}
    if len(costs) > 1 or None in costs:
        return None
    (cost,) = costs
    if node.primitive.name == "branch":
        return cost
    length = dict(zip(node.primitive.parameters, node.params, strict=True)).get("length")
    return None if length is None or cost is None else length * cost


def _body_operations(body: Body) -> int | None:
    """The operations of a body where they are the same whenever it runs, else None."""
    costs = [_anywhere(node) for node in postorder(body.outputs, dict.fromkeys(body.inputs))]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def _of_runs(nodes: Iterable[Node], bindings: Mapping[Node, Any] | None) -> int:
    """The operations of loops and branches, each run at the point."""
    operands = [operand for node in nodes for operand in node.inputs]
    values = dict(zip(operands, evaluate(operands, bindings), strict=True))
    count = _Count()
    with np.errstate(all="ignore"):
        for node in nodes:
            count.meet(node, [values[operand] for operand in node.inputs])
    return count.total


class _Count:
    """A running total of operations, and the meaning of bodies that adds to it."""

    def __init__(self) -> None:
        self.total = 0

    def run(self, body: Body) -> Callable[[Sequence[Any]], list[Any]]:
        """The body as a function of values that counts what it does."""
        order = postorder(body.outputs, dict.fromkeys(body.inputs))
        costs = [_anywhere(node) for node in order]
        fixed = sum(cost for cost in costs if cost is not None)
        inner = watched(body, self.meet) if None in costs else body.program.step

        def step(values: Sequence[Any]) -> list[Any]:
            self.total += fixed
            return inner(values)

        return step

    def meet(self, node: Node, operands: Sequence[Any]) -> Any:
        """A loop or a branch inside."""
        if _anywhere(node) is not None:
            return node.primitive.evaluate(*operands, *node.params)
        assert node.primitive.analytic is not None
        return node.primitive.analytic(self.run, *operands, *node.params)


# ---- words that are counted by what they do


def _reduction(node: Node) -> int:
    return max(node.inputs[0].type.size - node.type.size, 0)


def _running(node: Node) -> int:
    """All elements but the first of each line."""
    axis: int = node.params[node.primitive.parameters.index("axis")]
    size, length = node.type.size, int(node.type.shape[axis])
    return size - size // length if length else 0


def _matmul(node: Node) -> int:
    return _joined(node.type.size * node.inputs[0].type.shape[-1], node)


def _joined(terms: int, node: Node, factors: int = 2) -> int:
    """So many products of the factors, added up to the elements of the result."""
    return terms * (factors - 1) + max(terms - node.type.size, 0)


def _einsum(node: Node) -> int:
    """A term for each way to choose the indices: the sizes of all letters, multiplied."""
    letters = node.params[0].split("->")[0].split(",")
    sizes = {
        letter: size
        for subscript, operand in zip(letters, node.inputs, strict=True)
        for letter, size in zip(subscript, operand.type.shape, strict=True)
    }
    return _joined(math.prod(sizes.values()), node, len(node.inputs))


def _convolve(node: Node) -> int:
    x, y = (operand.type.shape[-1] for operand in node.inputs)
    return _joined(math.prod(node.type.shape[:-1]) * x * y, node)


_EXACTLY: dict[str, Callable[[Node], int]] = {
    **dict.fromkeys(("sum", "prod", "max", "min", "any", "all", "argmax", "argmin"), _reduction),
    **dict.fromkeys(("cumsum", "cumprod"), _running),
    **dict.fromkeys(("matmul", "matmul_masked"), _matmul),
    **dict.fromkeys(("einsum", "einsum_masked"), _einsum),
    **dict.fromkeys(("convolve", "convolve_masked"), _convolve),
}
