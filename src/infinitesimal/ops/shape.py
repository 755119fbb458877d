"""Words that move elements without changing them, each filed beside its transpose.

reshape is its own transpose back; broadcast is undone by the sum (`ops.reduce`); transpose by the
inverse permutation; a cast of dtype by the cast back; a concatenation by the parts it was made of.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.notation import ATOM, call
from infinitesimal.core.primitive import Notation, Primitive
from infinitesimal.core.span import Span, span
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.declare import custom, like, linear, unbroadcast
from infinitesimal.ops.index import index


def _reshape_type(x: Type, shape: tuple[int, ...]) -> Type:
    if math.prod(shape) != x.size:
        raise ShapeError(
            f"reshape of {x} to {shape}",
            why=f"{x.size} elements do not fill {math.prod(shape)} places",
        )
    return array_type(x.dtype, shape)


reshape: Primitive = linear(
    "reshape", lambda x, shape: x.reshape(shape), _reshape_type,
    lambda cotangent, node, _: reshape(cotangent, shape=node.inputs[0].type.shape),
    parameters=("shape",), batch=batching.reshape, because="the same elements in another shape",
    notation=call("np.reshape({0}, {shape})"),
)  # fmt: skip


def _broadcast(x: Any, shape: tuple[int, ...]) -> Any:
    """A view, as NumPy gives; a number is written out, which is quicker while it is short."""
    if np.ndim(x) or math.prod(shape) > 1000:
        return np.broadcast_to(x, shape)
    filled = np.empty(shape, x.dtype)
    filled[...] = x
    return filled


def _broadcast_type(x: Type, shape: tuple[int, ...]) -> Type:
    try:
        fits = np.broadcast_shapes(x.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"broadcast of {x} to {shape}",
            why="aligned from the right, sizes must be equal or 1",
        )
    return array_type(x.dtype, shape)


broadcast: Primitive = linear(
    "broadcast", _broadcast, _broadcast_type,
    lambda cotangent, node, _: unbroadcast(cotangent, node.inputs[0].type),
    parameters=("shape",), batch=batching.broadcast,
    because="a copied element collects the contributions of its copies",
    notation=call("np.broadcast_to({0}, {shape})"),
)  # fmt: skip

transpose: Primitive = linear(
    "transpose", np.transpose,
    lambda x, axes: array_type(x.dtype, tuple(x.shape[k] for k in axes)),
    lambda cotangent, node, _: transpose(cotangent, axes=_inverse(node.params[0])),
    parameters=("axes",), batch=batching.transpose,
    because="the same elements with the axes in another order",
    notation=call("np.transpose({0}, {axes})"),
)  # fmt: skip


def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argsort(axes))


def _cast(x: Any, dtype: Any) -> Any:
    array: Any = np.asarray(x)
    if array.dtype.kind == "c" and dtype.kind not in "cb":
        array = array.real  # what NumPy does with a warning
    return array.astype(dtype)[()]


def _cast_continued(x: Any, dtype: Any) -> Any:
    """The cast of the complex step: a real format becomes the complex one of its precision."""
    stepped = np.iscomplexobj(x) and dtype.kind == "f"
    return _cast(x, np.result_type(dtype, np.complex64) if stepped else dtype)


astype: Primitive = linear(
    "astype", _cast,
    lambda x, dtype: array_type(dtype, x.shape),
    lambda cotangent, node, _: astype(cotangent, dtype=node.inputs[0].type.dtype),
    parameters=("dtype",), batch=batching.aligned, because="the same number in another format",
    analytic=_cast_continued,
    notation=call("np.asarray({0}).astype({dtype})"),
)  # fmt: skip


def _concatenate_type(*signature: Any) -> Type:
    types: tuple[Type, ...] = signature[:-1]
    axis: int = signature[-1]
    first = types[0].shape
    for type in types:
        if (
            type.ndim != len(first)
            or type.shape[:axis] != first[:axis]
            or type.shape[axis + 1 :] != first[axis + 1 :]
        ):
            raise ShapeError(
                f"concatenate along axis {axis}",
                found=f"{types[0]}\n{type}",
                why="all sizes but those along the axis must agree",
            )
    total = sum([type.shape[axis] for type in types])
    dtype = np.result_type(*{type.dtype for type in types})
    return array_type(dtype, (*first[:axis], total, *first[axis + 1 :]))


def _concatenate(*values: Any) -> Any:
    return np.concatenate(values[:-1], axis=values[-1])


# Where each operand of a concatenation starts: kept with the node, so that thousands of operands
# do not cost millions of additions.
_starts: WeakKeyDictionary[Node, list[int]] = WeakKeyDictionary()


def _part(cotangent: Node, node: Node, position: int) -> Node:
    """The transpose of a concatenation: each operand takes its stretch of the cotangent."""
    (axis,) = node.params
    starts = _starts.get(node)
    if starts is None:
        sizes: list[int] = [operand.type.shape[axis] for operand in node.inputs]
        starts = _starts[node] = [0, *accumulate(sizes)]
    before = [Span(0, size, 1) for size in cotangent.type.shape[:axis]]
    stretch = span(starts[position], starts[position + 1], 1)
    part = index(cotangent, key=(*before, stretch))
    return like(part, node.inputs[position].type)


concatenate = linear(
    "concatenate", _concatenate, _concatenate_type, _part,
    parameters=("axis",), operands=None, batch=batching.along_axis,
    because="each part keeps its own derivative",
    notation=call("np.concatenate([{operands}], {axis})"),
)  # fmt: skip

stop_gradient = custom(
    "stop_gradient", lambda x: x, lambda x: x, None,
    batch=batching.aligned, because="the derivative is told to end here", cost=0,
    notation=Notation("", "", "{0}", ATOM, (ATOM,)),
)  # fmt: skip
