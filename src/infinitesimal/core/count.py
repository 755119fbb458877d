"""How much work a graph is, in arithmetic operations.

In: nodes. Out: a number, from the `cost` in each record and the size of each array; nothing is
evaluated. An elementwise word costs its operations for each element of the result, any other word
for each element of the larger of operand and result (a sum of n numbers is n operations); a product
of matrices counts each multiplication and each addition. Leaves cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

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
    if primitive.name in _CONTRACTIONS:
        return 2 * _CONTRACTIONS[primitive.name](node)
    return primitive.cost * max([node.type.size, *(operand.type.size for operand in node.inputs)])


def _matmul(node: Node) -> int:
    return node.type.size * node.inputs[0].type.shape[-1]


def _einsum(node: Node) -> int:
    """The sizes of all letters, multiplied: one product for each way to choose the indices."""
    letters = node.params[0].split("->")[0].split(",")
    sizes = {
        letter: size
        for subscript, operand in zip(letters, node.inputs, strict=True)
        for letter, size in zip(subscript, operand.type.shape, strict=True)
    }
    return math.prod(sizes.values()) * max(1, len(node.inputs) - 1)


def _convolve(node: Node) -> int:
    return node.inputs[0].type.size * node.inputs[1].type.size


_CONTRACTIONS = {"matmul": _matmul, "einsum": _einsum, "convolve": _convolve}
