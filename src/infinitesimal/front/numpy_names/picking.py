"""NumPy's names for picking elements by places, and for tables of choices."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import UnsupportedError
from infinitesimal.front.numpy_names.common import (
    axis_of,
    cast,
    force,
    node_of,
    operands,
    refuse,
    reshaped,
    stretched,
    whole,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.ops.index import scatter_add
from infinitesimal.ops.select import where


@word(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise") -> Node:
    """Elements by their places along an axis, or in the flat array."""
    refuse("take", out=out)
    x = node_of(a)
    if axis is None:
        x, along = reshaped(x, (x.type.size,)), 0
    else:
        along = axis_of(axis, x.type.ndim)
    places = within(node_of(indices), x.type.shape[along], mode)
    return getitem(x, (*[slice(None)] * along, places))


def within(places: Node, size: int, mode: Any) -> Node:
    """Places beyond the ends, brought back as `mode` says."""
    nothing = places.type.size == 0 and places.type.dtype.kind == "f"
    if nothing or places.type.dtype.kind == "b":  # here, unlike in x[…], truths are 0 and 1
        places = cast(places, np.intp)
    if mode == "raise":
        return places
    if mode == "wrap":
        return REGISTRY["remainder"](places, size)
    if mode != "clip":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    return REGISTRY["minimum"](REGISTRY["maximum"](places, 0), size - 1)


def along_axis(indices: Node, shape: tuple[int, ...], axis: int) -> tuple[Any, ...]:
    """The key that picks by `indices` along one axis, element by element along the others."""
    ndim = len(shape)
    key: list[Any] = []
    for k, size in enumerate(shape):
        if k == axis:
            key.append(indices)
        else:
            own = tuple(size if m == k else 1 for m in range(ndim))
            key.append(np.arange(size).reshape(own))
    return tuple(key)


@word(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Node:
    x, places = node_of(arr), node_of(indices)
    if places.type.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        x, along = reshaped(x, (x.type.size,)), 0
    else:
        along = axis_of(axis, x.type.ndim)
    if x.type.ndim != places.type.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    return getitem(x, along_axis(places, x.type.shape, along))


@word(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Node:
    refuse("compress", out=out)
    kept = np.asarray(force(node_of(condition), "the condition of np.compress"))
    if kept.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return take(a, np.flatnonzero(kept), axis)


@word(np.extract)
def extract(condition: Any, arr: Any) -> Node:
    kept = np.ravel(force(node_of(condition), "the condition of np.extract"))
    return take(arr, np.flatnonzero(kept))


@word(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: Any = "raise") -> Node:
    """From several arrays, the element of the one whose number stands in `a`."""
    refuse("choose", out=out)
    number = node_of(a)
    if mode == "raise":
        values = force(number, "np.choose(…, mode='raise')")
        if np.any((values < 0) | (values >= len(choices))):
            raise ValueError("invalid entry in choice array")
    number = within(number, len(choices), mode)
    *nodes, last = operands(*choices)
    dtype = np.result_type(*{node.type.dtype for node in (*nodes, last)})
    answer = cast(last, dtype)
    for k in reversed(range(len(nodes))):
        answer = where(REGISTRY["equal"](number, k), cast(nodes[k], dtype), answer)
    return stretched(answer, np.broadcast_shapes(answer.type.shape, number.type.shape))


@word(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Node:
    """Values, each where its condition holds; one more is for everywhere else."""
    node = node_of(x)
    conditions = [cast(node_of(condition), bool) for condition in _conditions(condlist)]
    if len(funclist) not in (len(conditions), len(conditions) + 1):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    if any(callable(entry) for entry in funclist):
        raise UnsupportedError(
            "np.piecewise with functions",
            why="they expect the picked elements, and how many those are is not known here",
            instead="np.select([condition, …], [f(x), …], default)",
        )
    answer = zeros(node.type)
    if len(funclist) > len(conditions):
        answer = stretched(cast(node_of(funclist[-1]), node.type.dtype), node.type.shape)
    for condition, value in zip(conditions, funclist, strict=False):
        answer = where(condition, cast(node_of(value), node.type.dtype), answer)
    return answer


def _conditions(condlist: Any) -> list[Any]:
    if isinstance(condlist, (list, tuple)):
        return list(condlist)  # pyright: ignore[reportUnknownArgumentType]
    return [condlist]


# ---- sorting, and places in a sorted order


@word(np.argsort)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Node:
    """The places of the sorted elements; equal ones keep their order, whatever `kind` asks."""
    refuse("argsort", order=order)
    x = node_of(a)
    if axis is None:
        x, axis = reshaped(x, (x.type.size,)), 0
    return ops.order.argsort(x, axis=axis_of(axis, x.type.ndim))


@word(np.sort)
def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Node:
    refuse("sort", order=order)
    x = node_of(a)
    if axis is None:
        x, axis = reshaped(x, (x.type.size,)), 0
    along = axis_of(axis, x.type.ndim)
    if x.type.ndim == 1:
        return getitem(x, ops.order.argsort(x, axis=0))
    return take_along_axis(x, ops.order.argsort(x, axis=along), along)


@word(np.partition)
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Node:
    """A sorted array is partitioned too, and says the same about every place NumPy promises."""
    refuse("partition", order=order)
    return sort(a, axis)


@word(np.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Node:
    x, values = operands(a, v)
    if x.type.ndim != 1:
        raise ValueError("object of too small depth for desired array")
    if sorter is not None:
        x = getitem(x, node_of(sorter))
    if side not in ("left", "right"):
        raise ValueError(f"search side must be 'left' or 'right' (got {side!r})")
    return REGISTRY["searchsorted"](x, values, side=side)


@word(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Node:
    edges = node_of(bins)
    known = np.asarray(force(edges, "the bins of np.digitize"))
    if known.size > 1 and (np.diff(known) < 0).any():
        if (np.diff(known) > 0).any():
            raise ValueError("bins must be monotonically increasing or decreasing")
        backwards = getitem(edges, slice(None, None, -1))
        return known.size - searchsorted(backwards, x, "right" if right else "left")
    return searchsorted(edges, x, "left" if right else "right")


@word(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Node:
    """How often each number occurs, or the sum of its weights, with a derivative in the weights."""
    places = node_of(x)
    known = np.asarray(force(places, "np.bincount"))
    if weights is None:
        return constant(np.bincount(known, minlength=whole(minlength)))
    size = max(int(known.max()) + 1 if known.size else 0, whole(minlength))
    heavy = cast(node_of(weights), np.float64)
    if known.size and known.min() < 0:
        raise ValueError("'list' argument must have no negative elements")
    return scatter_add(heavy, places, counts=(1,), shape=(size,))
