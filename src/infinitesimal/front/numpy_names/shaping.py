"""NumPy's names for the same elements in another shape or order of axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.errors import ShapeError
from infinitesimal.front.numpy_names.common import (
    axes_of,
    axis_of,
    node_of,
    refuse,
    refuse_layout,
    reshaped,
    stretched,
    wholes,
    word,
)
from infinitesimal.ops.shape import transpose as permute


@word(np.reshape)
def reshape(a: Any, /, shape: Any = None, order: Any = "C", *, copy: Any = None) -> Node:
    """Another shape, one size of which may be -1; `order="F"` reads and writes columns first."""
    x = node_of(a)
    refuse("reshape", copy=None if copy is not False else copy)
    wanted = _completed(x.type.size, wholes(shape))
    if order == "F":
        return transpose(reshaped(transpose(x), wanted[::-1]))
    refuse_layout("reshape", order)
    return reshaped(x, wanted)


def _completed(size: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape with its -1, if it has one, replaced by what is left."""
    if shape.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    known = math.prod(n for n in shape if n != -1)
    full = shape
    if -1 in shape:
        rest = size // known if known else -1
        full = tuple(rest if n == -1 else n for n in shape)
    if any(n < 0 for n in full) or math.prod(full) != size:
        raise ShapeError(
            f"cannot reshape array of size {size} into shape {shape}",
            why="the number of elements would change",
        )
    return full


@word(np.ravel)
def ravel(a: Any, order: Any = "C") -> Node:
    return reshape(a, (-1,), "C" if order == "K" else order)


@word(np.transpose, np.permute_dims)
def transpose(a: Any, axes: Any = None) -> Node:
    x = node_of(a)
    ndim = x.type.ndim
    if axes is None:
        order = tuple(range(ndim))[::-1]
    else:
        order = tuple(axis_of(axis, ndim) for axis in wholes(axes, "axes"))
        if len(order) != ndim:
            raise ValueError("axes don't match array")
        if len(set(order)) != ndim:
            raise ValueError("repeated axis in transpose")
    return x if order == tuple(range(ndim)) else permute(x, axes=order)


@word(np.swapaxes)
def swapaxes(a: Any, axis1: Any, axis2: Any) -> Node:
    x = node_of(a)
    order = list(range(x.type.ndim))
    first = axis_of(axis1, len(order), "axis1")
    second = axis_of(axis2, len(order), "axis2")
    order[first], order[second] = order[second], order[first]
    return transpose(x, tuple(order))


@word(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Node:
    node = node_of(x)
    if node.type.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {node.type.ndim}")
    return swapaxes(node, -1, -2)


@word(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Node:
    x = node_of(a)
    ndim = x.type.ndim
    places = _distinct(source, ndim)
    targets = _distinct(destination, ndim)
    if len(places) != len(targets):
        raise ValueError(
            "`source` and `destination` arguments must have the same number of elements"
        )
    order = [k for k in range(ndim) if k not in places]
    for target, place in sorted(zip(targets, places, strict=True)):
        order.insert(target, place)
    return transpose(x, tuple(order))


def _distinct(axes: Any, ndim: int) -> list[int]:
    return [int(k) for k in np.lib.array_utils.normalize_axis_tuple(wholes(axes, "axes"), ndim)]


@word(np.rollaxis)
def rollaxis(a: Any, axis: Any, start: Any = 0) -> Node:
    x = node_of(a)
    ndim = x.type.ndim
    place = axis_of(axis, ndim)
    target = axis_of(start, ndim + 1)
    order = [k for k in range(ndim) if k != place]
    order.insert(target - (place < target), place)
    return transpose(x, tuple(order))


# ---- axes of size one, and copies


@word(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Node:
    x = node_of(a)
    wanted = wholes(axis, "an axis")
    places = axes_of(wanted, x.type.ndim + len(wanted))
    sizes = iter(x.type.shape)
    count = x.type.ndim + len(places)
    return reshaped(x, tuple(1 if k in places else next(sizes) for k in range(count)))


@word(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Node:
    x = node_of(a)
    shape = x.type.shape
    if axis is None:
        return reshaped(x, tuple(size for size in shape if size != 1))
    places = axes_of(axis, len(shape))
    if any(shape[k] != 1 for k in places):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return reshaped(x, tuple(size for k, size in enumerate(shape) if k not in places))


def _at_least(arrays: tuple[Any, ...], widened: Any) -> Any:
    nodes = [node_of(array) for array in arrays]
    answers = tuple(reshaped(node, widened(node.type.shape)) for node in nodes)
    return answers[0] if len(answers) == 1 else answers


def one_axis(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape of at least one axis."""
    return shape or (1,)


@word(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    return _at_least(arys, one_axis)


def two_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with ones in front, to two axes."""
    return (1,) * (2 - len(shape)) + shape


@word(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    return _at_least(arys, two_axes)


def three_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with ones around, to three axes, as NumPy places them."""
    if len(shape) == 1:
        return (1, *shape, 1)
    return (*two_axes(shape), 1) if len(shape) < 3 else shape


@word(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    return _at_least(arys, three_axes)


@word(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: Any = False) -> Node:
    return stretched(node_of(array), wholes(shape))


@word(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: Any = False) -> tuple[Node, ...]:
    nodes = [node_of(array) for array in args]
    shape = np.broadcast_shapes(*[node.type.shape for node in nodes])
    return tuple(stretched(node, shape) for node in nodes)


# ---- questions about a shape


@word(np.shape)
def shape(a: Any) -> tuple[int, ...]:
    return node_of(a).type.shape


@word(np.ndim)
def ndim(a: Any) -> int:
    return node_of(a).type.ndim


@word(np.size)
def size(a: Any, axis: Any = None) -> int:
    x = node_of(a).type
    return x.size if axis is None else math.prod(x.shape[k] for k in axes_of(axis, x.ndim))


@word("method reshape")
def method_reshape(a: Node, /, *shape: Any, order: Any = "C", copy: Any = None) -> Node:
    """`x.reshape(2, 3)` as well as `x.reshape((2, 3))`."""
    wanted = shape[0] if len(shape) == 1 else shape
    return reshape(a, wanted, order, copy=copy)


@word("method transpose")
def method_transpose(a: Node, /, *axes: Any) -> Node:
    """`x.transpose(1, 0)` as well as `x.transpose((1, 0))`."""
    return transpose(a, None if not axes else axes[0] if len(axes) == 1 else axes)
