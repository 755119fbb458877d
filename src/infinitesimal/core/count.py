"""How much work a graph is, in arithmetic operations.

In: nodes. Out: a number, from the `cost` in each record and the size of each array; nothing is
evaluated. An elementwise word costs its operations for each element of the result; a sum, product
or largest of n numbers costs n − 1, a product of matrices each multiplication and each addition;
any other word costs for each element of the larger of operand and result. Leaves cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from infinitesimal.core.node import Node, postorder

__all__ = ["node_operations", "operations"]


def operations(outputs: Iterable[Node], known: Iterable[Node] = ()) -> int:
    """The operations of one evaluation of the outputs, when the nodes in `known` cost nothing.

    >>> from infinitesimal.core.leaf import input_node
    >>> from infinitesimal.core.types import FLOAT64
    >>> x, y = input_node(FLOAT64), input_node(FLOAT64)
    >>> operations([(x + y) * (x + 2 * y)])
    4
    """
    return sum(map(node_operations, postorder(outputs, dict.fromkeys(known))))


def node_operations(node: Node) -> int:
    """The operations of one node, its operands being known."""
    primitive = node.primitive
    if primitive.kind == "leaf":
        return 0
    if primitive.kind == "elementwise":
        return primitive.cost * node.type.size
    if primitive.name in _EXACTLY:
        return _EXACTLY[primitive.name](node)
    return primitive.cost * max([node.type.size, *(operand.type.size for operand in node.inputs)])


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
