"""Where tangents get zeros that stand for nothing: a branch not taken, a place not written to.

In: a node, and which of its operands have a tangent. Out: whether its own tangent then holds such
zeros, so that what follows must not multiply them by an infinite slope (`differentiate.reverse`
says more of that; there the records say it, in their field `masks`).
"""

from __future__ import annotations

from collections.abc import Callable

from infinitesimal.core.node import Node
from infinitesimal.ops.index import scatter, scatter_add
from infinitesimal.ops.shape import concatenate

__all__ = ["pushes_zeros"]


def pushes_zeros(node: Node, moves: Callable[[Node], bool]) -> bool:
    """Whether the tangent of a node holds zeros where no operand's tangent is."""
    primitive = node.primitive
    if primitive is scatter or primitive is scatter_add or primitive.bodies:
        return True
    if primitive.kind != "linear" or len(node.inputs) == 1:
        return False
    return any(
        not moves(operand) and (operand.type.inexact or primitive is concatenate)
        for operand in node.inputs
    )
