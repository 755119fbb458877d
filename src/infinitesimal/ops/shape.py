"""Words that move elements without changing them, each filed beside its transpose.

reshape is its own transpose back; broadcast and sum are each other's; transpose undoes itself by the inverse
permutation; a cast of dtype is undone by the cast back.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops.declare import custom, linear, unbroadcast


def _reshape_type(x: Type, shape: tuple[int, ...]) -> Type:
    if math.prod(shape) != x.size:
        raise ShapeError(
            f"reshape of {x} to {shape}",
            why=f"{x.size} elements do not fill {math.prod(shape)} places",
        )
    return array_type(x.dtype, shape)


reshape = linear(
    "reshape", np.reshape, _reshape_type,
    lambda cotangent, node, _: reshape(cotangent, shape=node.inputs[0].type.shape),
    parameters=("shape",), because="the same elements in another shape",
)  # fmt: skip


def _broadcast_type(x: Type, shape: tuple[int, ...]) -> Type:
    try:
        fits = np.broadcast_shapes(x.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(f"broadcast of {x} to {shape}", why="aligned from the right, sizes must be equal or 1")
    return array_type(x.dtype, shape)


broadcast = linear(
    "broadcast", np.broadcast_to, _broadcast_type,
    lambda cotangent, node, _: unbroadcast(cotangent, node.inputs[0].type),
    parameters=("shape",), because="a copied element collects the contributions of its copies",
)  # fmt: skip


def _sum_type(x: Type, axis: tuple[int, ...]) -> Type:
    dtype = np.sum(np.ones(1, x.dtype)).dtype
    return array_type(dtype, tuple(size for k, size in enumerate(x.shape) if k not in axis))


def _spread(cotangent: Node, node: Node, _: int) -> Node:
    """The transpose of a sum: each summand receives the cotangent of the total."""
    operand, (axis,) = node.inputs[0].type, node.params
    kept = tuple(1 if k in axis else size for k, size in enumerate(operand.shape))
    return broadcast(reshape(cotangent, shape=kept), shape=operand.shape)


def _sum(x: Any, axis: tuple[int, ...]) -> Any:
    return np.sum(x, axis=axis)


sum = linear(
    "sum", _sum, _sum_type, _spread,
    parameters=("axis",), cost=1, because="the derivative of a sum is the sum of the derivatives",
)  # fmt: skip

transpose = linear(
    "transpose", np.transpose,
    lambda x, axes: array_type(x.dtype, tuple(x.shape[k] for k in axes)),
    lambda cotangent, node, _: transpose(cotangent, axes=tuple(int(k) for k in np.argsort(node.params[0]))),
    parameters=("axes",), because="the same elements with the axes in another order",
)  # fmt: skip


def _cast(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)[()]


astype = linear(
    "astype", _cast,
    lambda x, dtype: array_type(dtype, x.shape),
    lambda cotangent, node, _: astype(cotangent, dtype=node.inputs[0].type.dtype),
    parameters=("dtype",), because="the same number in another format",
)  # fmt: skip


def _concatenate_type(*signature: Any) -> Type:
    *types, axis = signature
    first: Type = types[0]
    sizes = list(first.shape)
    sizes[axis] = builtins.sum(type.shape[axis] for type in types)
    return array_type(np.result_type(*[type.dtype for type in types]), tuple(sizes))


def _part(cotangent: Node, node: Node, position: int) -> Node:
    """The transpose of a concatenation: each operand takes its stretch of the cotangent."""
    (axis,) = node.params
    start = builtins.sum(operand.type.shape[axis] for operand in node.inputs[:position])
    raise NotImplementedError


concatenate = linear(
    "concatenate", lambda *values: np.concatenate(values[:-1], axis=values[-1]), _concatenate_type, _part,
    parameters=("axis",), operands=None, because="each part keeps its own derivative",
)  # fmt: skip

stop_gradient = custom(
    "stop_gradient", lambda x: x, lambda x: x, None, because="the derivative is told to end here", cost=0
)
