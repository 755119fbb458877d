"""NumPy's names for moving elements about: flips, rolls, padding, triangles, diagonals, repeats."""

from __future__ import annotations

import typing
from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.span import Span, span
from infinitesimal.core.types import array_type
from infinitesimal.errors import UnsupportedError
from infinitesimal.front.numpy_names.common import (
    axes_of,
    axis_of,
    cast,
    force,
    node_of,
    refuse,
    reshaped,
    stretched,
    whole,
    wholes,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.front.numpy_names.joining import concatenate
from infinitesimal.front.numpy_names.shaping import swapaxes, transpose
from infinitesimal.ops.index import index, scatter
from infinitesimal.ops.select import where


@word(np.flip)
def flip(m: Any, axis: Any = None) -> Node:
    x = node_of(m)
    for along in axes_of(axis, x.type.ndim):
        x = ops.order.flip(x, along)
    return x


@word(np.fliplr)
def fliplr(m: Any) -> Node:
    x = node_of(m)
    if x.type.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return flip(x, 1)


@word(np.flipud)
def flipud(m: Any) -> Node:
    x = node_of(m)
    if x.type.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return flip(x, 0)


@word(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Node:
    x = node_of(a)
    if axis is None:
        flat = reshaped(x, (x.type.size,))
        return reshaped(_rolled(flat, sum(wholes(shift)), 0), x.type.shape)
    pairs = np.broadcast(wholes(shift), [axis_of(k, x.type.ndim) for k in wholes(axis)])
    for count, along in pairs:
        x = _rolled(x, int(count), int(along))
    return x


def _rolled(x: Node, shift: int, axis: int) -> Node:
    size = x.type.shape[axis]
    shift = shift % size if size else 0
    if not shift:
        return x
    return concatenate(
        [_stretch(x, axis, size - shift, size), _stretch(x, axis, 0, size - shift)], axis
    )


def _stretch(x: Node, axis: int, start: int, stop: int) -> Node:
    before = tuple(Span(0, size, 1) for size in x.type.shape[:axis])
    return index(x, key=(*before, span(start, stop, 1)))


@word(np.rot90)
def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Node:
    x = node_of(m)
    first, second = (axis_of(axis, x.type.ndim) for axis in wholes(axes))
    if first == second:
        raise ValueError(f"Axes must be different: axes={axes}.")
    turns = whole(k) % 4
    if turns == 2:
        return flip(flip(x, first), second)
    if turns == 1:
        return swapaxes(flip(x, second), first, second)
    return flip(swapaxes(x, first, second), second) if turns == 3 else x


@word(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Node:
    x = node_of(a)
    along = 0 if axis is None else axis_of(axis, x.type.ndim)
    x = reshaped(x, (x.type.size,)) if axis is None else x
    counts = np.asarray(force(node_of(repeats), "the counts of np.repeat"))
    if counts.size != 1:
        places = np.repeat(np.arange(x.type.shape[along]), counts)
        return getitem(x, (*[slice(None)] * along, places))
    count, shape = int(counts.reshape(())), x.type.shape
    if count < 0:
        raise ValueError("repeats may not contain negative values.")
    thin = (*shape[: along + 1], 1, *shape[along + 1 :])
    wide = (*shape[: along + 1], count, *shape[along + 1 :])
    grown = (*shape[:along], shape[along] * count, *shape[along + 1 :])
    return reshaped(stretched(reshaped(x, thin), wide), grown)


# ---- padding


@word(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Node:
    """Constant values around the array, or its own elements by the place each copy comes from."""
    x = node_of(array)
    widths = _widths(pad_width, x.type.ndim)
    if mode == "constant":
        return _framed(x, widths, options)
    if mode not in ("edge", "reflect", "symmetric", "wrap", "empty"):
        raise UnsupportedError(
            f"np.pad(…, mode={mode!r})",
            why="this way of padding has no counterpart for traced arrays",
            instead="constant, edge, reflect, symmetric or wrap",
        )
    refuse(
        "pad", reflect_type=None if options.pop("reflect_type", None) in (None, "even") else "odd"
    )
    if mode == "empty":
        return _framed(x, widths, {})
    for axis, (before, after) in enumerate(widths):
        if before or after:
            places = np.pad(np.arange(x.type.shape[axis]), (before, after), mode=mode, **options)  # pyright: ignore
            x = getitem(x, (*[slice(None)] * axis, places))
    return x


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        given = typing.cast("dict[Any, Any]", pad_width)
        pad_width = [(0, 0)] * ndim
        for axis, width in given.items():
            pad_width[axis_of(axis, ndim)] = width
    widths = np.broadcast_to(np.asarray(force(pad_width, "the width of np.pad")), (ndim, 2))
    if widths.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if (widths < 0).any():
        raise ValueError("index can't contain negative values")
    return [(int(before), int(after)) for before, after in widths]


def _framed(x: Node, widths: list[tuple[int, int]], options: dict[str, Any]) -> Node:
    values = options.pop("constant_values", 0)
    if options:
        raise ValueError(f"unsupported keyword arguments for mode 'constant': {set(options)}")
    ends = np.broadcast_to(np.asarray(force(values, "the values of np.pad")), (x.type.ndim, 2))
    for axis, ((before, after), (low, high)) in enumerate(zip(widths, ends, strict=True)):
        sides: list[Node] = []
        for width, value in ((before, low), (after, high)):
            shape = (*x.type.shape[:axis], width, *x.type.shape[axis + 1 :])
            sides.append(stretched(cast(constant(value), x.type.dtype), shape))
        if before or after:
            x = concatenate([sides[0], x, sides[1]], axis)
    return x


# ---- triangles and diagonals


def _triangle(m: Any, k: Any, lower: bool) -> Node:
    x = node_of(m)
    if x.type.ndim < 2:
        x = stretched(x, (x.type.size, x.type.size)) if x.type.ndim else x
    kept = np.tri(*x.type.shape[-2:], k=whole(k) - (not lower), dtype=bool)
    nought = zeros(array_type(x.type.dtype))
    return where(constant(kept if lower else ~kept), x, nought)


@word(np.tril)
def tril(m: Any, k: Any = 0) -> Node:
    return _triangle(m, k, lower=True)


@word(np.triu)
def triu(m: Any, k: Any = 0) -> Node:
    return _triangle(m, k, lower=False)


@word(np.diagonal)
def diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Node:
    """Every element n + 1 places after the last, in rows of n."""
    x = node_of(a)
    if x.type.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = axis_of(axis1, x.type.ndim), axis_of(axis2, x.type.ndim)
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    rest = [k for k in range(x.type.ndim) if k not in (first, second)]
    x = transpose(x, (*rest, first, second))
    *outer, rows, columns = x.type.shape
    flat = reshaped(x, (*outer, rows * columns))
    before = tuple(Span(0, size, 1) for size in outer)
    return index(flat, key=(*before, _diagonal_span(rows, columns, whole(offset))))


def _diagonal_span(rows: int, columns: int, offset: int) -> Span:
    start = offset if offset >= 0 else -offset * columns
    count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return span(start, start + count * (columns + 1), columns + 1) if count else Span(0, 0, 1)


@word(np.linalg.diagonal)
def linalg_diagonal(x: Any, /, *, offset: Any = 0) -> Node:
    return diagonal(x, offset, -2, -1)


@word(np.diag)
def diag(v: Any, k: Any = 0) -> Node:
    x = node_of(v)
    if x.type.ndim == 1:
        offset = whole(k)
        size = x.type.size + abs(offset)
        places = _diagonal_span(size, size, offset)
        return reshaped(scatter(x, keys=((places,),), shape=(size * size,)), (size, size))
    if x.type.ndim != 2:
        raise ValueError("Input must be 1- or 2-d.")
    return diagonal(x, k)


@word(np.diagflat)
def diagflat(v: Any, k: Any = 0) -> Node:
    x = node_of(v)
    return diag(reshaped(x, (x.type.size,)), k)


@word(np.trace)
def trace(
    a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None, out: Any = None
) -> Node:
    refuse("trace", out=out)
    x = cast(diagonal(a, offset, axis1, axis2), dtype)
    return ops.reduce.sum(x, axis=(x.type.ndim - 1,))


@word(np.linalg.trace)
def linalg_trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Node:
    return trace(x, offset, -2, -1, dtype)


# ---- leaving out


@word(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Node:
    x = node_of(arr)
    along = 0 if axis is None else axis_of(axis, x.type.ndim)
    x = reshaped(x, (x.type.size,)) if axis is None else x
    gone = obj
    if obj.__class__ is not slice:
        gone = force(node_of(obj), "the places np.delete takes away")
    places = np.delete(np.arange(x.type.shape[along]), gone)
    return getitem(x, (*[slice(None)] * along, places))
