"""NumPy's names for middles and quantiles: a sort, and straight lines between what is sorted."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import UnsupportedError
from infinitesimal.front.numpy_names.common import (
    axes_of,
    force,
    inexact,
    node_of,
    refuse,
    reshaped,
    stretched,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.front.numpy_names.ordering import cumprod, cumsum
from infinitesimal.front.numpy_names.picking import sort
from infinitesimal.front.numpy_names.reducing import kept, known_or, std, var
from infinitesimal.ops.reduce import to_front
from infinitesimal.ops.select import where

METHODS_OF_QUANTILE = ("linear", "lower", "higher", "midpoint", "nearest")


def _sorted(a: Any, axis: Any) -> tuple[Node, tuple[int, ...]]:
    """The elements sorted along a first axis that stands for all the reduced ones."""
    x = node_of(a)
    axes = axes_of(axis, x.type.ndim)
    if not x.type.ndim:
        return reshaped(x, (1,)), axes
    return sort(to_front(x, axes), 0), axes


def _unknown(answer: Node, ordered: Node) -> Node:
    """NaN where one of the elements is: sorted, it stands last."""
    last = getitem(ordered, -1)
    unknown = REGISTRY["not_equal"](last, last)
    return where(unknown, last, answer)


@word(np.median)
def median(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Node:
    """The middle element, or the mean of the two in the middle."""
    refuse("median", out=out)
    x = inexact(node_of(a))
    ordered, axes = _sorted(x, axis)
    count = ordered.type.shape[0]
    if not count:
        answer = stretched(constant(np.nan, x.type.dtype), ordered.type.shape[1:])
    else:
        low, high = getitem(ordered, (count - 1) // 2), getitem(ordered, count // 2)
        middle = low if count % 2 else (low + high) / 2
        answer = _unknown(middle, ordered)
    return _placed(answer, x, axes, keepdims)


def _placed(answer: Node, x: Node, axes: tuple[int, ...], keepdims: Any, extra: int = 0) -> Node:
    if not kept(keepdims):
        return answer
    sizes = [1 if k in axes else size for k, size in enumerate(x.type.shape)]
    return reshaped(answer, (*answer.type.shape[:extra], *sizes))


@word(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Node:
    return _quantile("quantile", a, q, 1.0, axis, out, method, keepdims, weights)


@word(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Node:
    return _quantile("percentile", a, q, 100.0, axis, out, method, keepdims, weights)


def _quantile(
    name: str,
    a: Any,
    q: Any,
    whole: float,
    axis: Any,
    out: Any,
    method: str,
    keepdims: Any,
    weights: Any,
) -> Node:
    refuse(name, out=out, weights=weights)
    if method not in METHODS_OF_QUANTILE:
        raise UnsupportedError(
            f"np.{name}(…, method={method!r})",
            why="this rule for the places between two elements has no counterpart here",
            instead="one of " + ", ".join(METHODS_OF_QUANTILE),
        )
    x = node_of(a)
    share = _share(force(q, f"the second argument of np.{name}"), whole, x.type.dtype)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"{name.capitalize()}s must be in the range [0, {whole:g}]")
    ordered, axes = _sorted(x, axis)
    place = share * (ordered.type.shape[0] - 1)
    answer = _at(ordered, place, method)
    return _placed(_unknown(answer, ordered), x, axes, keepdims, np.ndim(share))


def _share(q: Any, whole: float, dtype: Any) -> Any:
    """The places asked for, between 0 and 1; a number takes the dtype of the array."""
    if whole != 1:
        return np.true_divide(q, dtype.type(whole) if dtype.kind == "f" else whole)
    return np.asarray(q, dtype if isinstance(q, (int, float)) and dtype.kind == "f" else None)


def _at(ordered: Node, place: Any, method: str) -> Node:
    """The values at places between the sorted elements."""
    low: Any = np.floor(place).astype(int)
    high: Any = np.ceil(place).astype(int)
    if method == "nearest":
        nearest: Any = np.rint(place)
        return getitem(ordered, nearest.astype(int))
    if method in ("lower", "higher"):
        return getitem(ordered, low if method == "lower" else high)
    share = (place - np.floor(place)) if method == "linear" else np.where(low == high, 0.0, 0.5)
    trailing = (1,) * (ordered.type.ndim - 1)
    weight = constant(np.reshape(share, np.shape(share) + trailing))
    below, above = getitem(ordered, low), getitem(ordered, high)
    gap = above - below
    # from the nearer end, so that a share of one gives the upper element exactly
    upwards, downwards = below + gap * weight, above - gap * (1 - weight)
    return where(weight >= 0.5, downwards, upwards)


# ---- without what is not a number


@word(np.nanvar)
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
) -> Node:
    x, known = known_or(a, 0)
    return var(x, axis, dtype, out, ddof, keepdims, where=known)


@word(np.nanstd)
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
) -> Node:
    x, known = known_or(a, 0)
    return std(x, axis, dtype, out, ddof, keepdims, where=known)


@word(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Node:
    return cumsum(known_or(a, 0)[0], axis, dtype, out)


@word(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Node:
    return cumprod(known_or(a, 1)[0], axis, dtype, out)
