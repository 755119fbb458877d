"""NumPy's names for putting arrays together and taking them apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.span import Span, span
from infinitesimal.errors import ShapeError
from infinitesimal.front.numpy_names.common import (
    axis_of,
    cast,
    force,
    node_of,
    refuse,
    reshaped,
    stretched,
    wholes,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.front.numpy_names.shaping import moveaxis, one_axis, three_axes, two_axes
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import concatenate as join


def _nodes(arrays: Any) -> list[Node]:
    """The nodes of a sequence of arrays, or of the rows of one array."""
    if isinstance(arrays, Node):
        if not arrays.type.ndim:
            raise TypeError("iteration over a 0-d array")
        return [index(arrays, key=(k,)) for k in range(arrays.type.shape[0])]
    return [node_of(array) for array in arrays]


@word(np.concatenate, np.concat)
def concatenate(
    arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> Node:
    refuse("concatenate", out=out, casting=None if casting == "same_kind" else casting)
    nodes = [cast(node, dtype) for node in _nodes(arrays)]
    if not nodes:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        nodes, axis = [reshaped(node, (node.type.size,)) for node in nodes], 0
    for node in nodes:
        if not node.type.ndim:
            raise ValueError("zero-dimensional arrays cannot be concatenated")
        if node.type.ndim != nodes[0].type.ndim:
            raise ShapeError(
                "np.concatenate",
                found=f"{nodes[0].type}\n{node.type}",
                why="all arrays must have the same number of axes",
            )
    return join(*nodes, axis=axis_of(axis, nodes[0].type.ndim))


@word(np.stack)
def stack(
    arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> Node:
    nodes = _nodes(arrays)
    if not nodes:
        raise ValueError("need at least one array to stack")
    shape = nodes[0].type.shape
    for node in nodes:
        if node.type.shape != shape:
            raise ShapeError(
                "np.stack",
                found=f"{nodes[0].type}\n{node.type}",
                why="all input arrays must have the same shape",
            )
    place = axis_of(axis, len(shape) + 1)
    wide = [reshaped(node, (*shape[:place], 1, *shape[place:])) for node in nodes]
    return concatenate(wide, place, out, dtype=dtype, casting=casting)


def _stacked(widened: Any, along: Any) -> Any:
    def meaning(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Node:
        nodes = [reshaped(node, widened(node.type.shape)) for node in _nodes(tup)]
        axis = along(nodes) if callable(along) else along
        return concatenate(nodes, axis, dtype=dtype, casting=casting)

    return meaning


vstack = word(np.vstack)(_stacked(two_axes, 0))
hstack = word(np.hstack)(
    _stacked(one_axis, lambda nodes: 0 if nodes and nodes[0].type.ndim == 1 else 1)  # pyright: ignore
)
dstack = word(np.dstack)(_stacked(three_axes, 2))


@word(np.column_stack)
def column_stack(tup: Any) -> Node:
    nodes = _nodes(tup)
    return concatenate(
        [node if node.type.ndim > 1 else reshaped(node, (node.type.size, 1)) for node in nodes], 1
    )


@word(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Node:
    return concatenate([node_of(arr), node_of(values)], axis)


# ---- taking apart


@word(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Node]:
    x = node_of(ary)
    along = axis_of(axis, x.type.ndim)
    size = x.type.shape[along]
    edges = _edges(indices_or_sections, size)
    before = tuple(Span(0, n, 1) for n in x.type.shape[:along])
    return [
        index(x, key=(*before, span(*slice(start, stop).indices(size))))
        for start, stop in pairwise(edges)
    ]


def _edges(sections: Any, size: int) -> Sequence[int]:
    sections = force(sections, "the sections of a split")
    if isinstance(sections, (list, tuple, np.ndarray)):
        return [0, *wholes(sections), size]
    count = int(sections)
    if count <= 0:
        raise ValueError("number sections must be larger than 0.")
    each, extra = divmod(size, count)
    return [k * each + min(k, extra) for k in range(count + 1)]


@word(np.split)
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Node]:
    x = node_of(ary)
    sections = force(indices_or_sections, "the sections of a split")
    if not isinstance(sections, (list, tuple, np.ndarray)):
        if x.type.shape[axis_of(axis, x.type.ndim)] % int(sections):
            raise ValueError("array split does not result in an equal division")
    return array_split(x, sections, axis)


def _split_along(name: str, axis: Any, least: int) -> Any:
    def meaning(ary: Any, indices_or_sections: Any) -> list[Node]:
        x = node_of(ary)
        if x.type.ndim < least:
            raise ValueError(f"{name} only works on arrays of {least} or more dimensions")
        along = axis if x.type.ndim > 1 else 0
        return split(x, indices_or_sections, along)

    return meaning


hsplit = word(np.hsplit)(_split_along("hsplit", 1, 1))
vsplit = word(np.vsplit)(_split_along("vsplit", 0, 2))
dsplit = word(np.dsplit)(_split_along("dsplit", 2, 3))


@word(np.unstack)
def unstack(x: Any, /, *, axis: Any = 0) -> tuple[Node, ...]:
    node = node_of(x)
    along = axis_of(axis, node.type.ndim)
    before = tuple(Span(0, n, 1) for n in node.type.shape[:along])
    return tuple(index(node, key=(*before, k)) for k in range(node.type.shape[along]))


# ---- repeating


@word(np.tile)
def tile(A: Any, reps: Any) -> Node:
    x = node_of(A)
    counts = wholes(reps, "repetitions")
    ndim = max(x.type.ndim, len(counts))
    counts = (1,) * (ndim - len(counts)) + counts
    shape = (1,) * (ndim - x.type.ndim) + x.type.shape
    spaced = [size for n in shape for size in (1, n)]
    copied = [size for count, n in zip(counts, shape, strict=True) for size in (count, n)]
    wide = stretched(reshaped(x, tuple(spaced)), tuple(copied))
    return reshaped(wide, tuple(c * n for c, n in zip(counts, shape, strict=True)))


@word(np.block)
def block(arrays: Any) -> Node:
    """Nested lists of blocks: the innermost lists are joined along the last axis."""
    depth = _depth(arrays)
    answer, ndim = _blocks(arrays, depth, max(depth, _widest(arrays)))
    return reshaped(answer, answer.type.shape[-ndim:]) if ndim else answer


def _depth(arrays: Any) -> int:
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(item) for item in cast_list(arrays)}
    if len(depths) != 1:
        raise ValueError("List depths are mismatched.")
    return 1 + depths.pop()


def _widest(arrays: Any) -> int:
    if isinstance(arrays, list):
        return max(_widest(item) for item in cast_list(arrays))
    return node_of(arrays).type.ndim


def cast_list(value: Any) -> list[Any]:
    """A list, and not an empty one."""
    if not value:
        raise ValueError("List at arrays cannot be empty")
    return value


def _blocks(arrays: Any, depth: int, ndim: int) -> tuple[Node, int]:
    if not depth:
        node = node_of(arrays)
        return reshaped(node, (1,) * (ndim - node.type.ndim) + node.type.shape), ndim
    parts = [_blocks(item, depth - 1, ndim)[0] for item in arrays]
    return concatenate(parts, axis=-depth), ndim


@word(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Node:
    """New values before some places of the old array."""
    x = node_of(arr)
    along = 0 if axis is None else axis_of(axis, x.type.ndim)
    x = reshaped(x, (x.type.size,)) if axis is None else x
    size, rest = x.type.shape[along], x.type.shape
    places = _insertions(obj, size)
    new = cast(node_of(values), x.type.dtype)
    new = reshaped(new, (1,) * (len(rest) - new.type.ndim) + new.type.shape)
    if places.ndim == 0:
        new = moveaxis(new, 0, along)
    if places.size == 1:
        places = np.repeat(places.reshape(()), new.type.shape[along])
    order = np.insert(np.arange(size), places, -1)
    order[order < 0] = size + np.argsort(places, kind="stable")
    new = stretched(new, (*rest[:along], len(places), *rest[along + 1 :]))
    return getitem(concatenate([x, new], along), (*[slice(None)] * along, order))


def _insertions(obj: Any, size: int) -> Any:
    """The places before which `np.insert` puts values, counted from the front."""
    if obj.__class__ is slice:
        return np.array(range(*obj.indices(size)), np.intp)
    places: Any = np.asarray(force(node_of(obj), "the places of np.insert"))
    if places.dtype.kind == "b":
        places = np.nonzero(places)[0]
    if places.size and not (-size <= places.min() and places.max() <= size):
        wrong = places.ravel()[np.argmax((places < -size) | (places > size))]
        raise IndexError(f"index {wrong} is out of bounds for axis with size {size}")
    return places + size * (places < 0)
