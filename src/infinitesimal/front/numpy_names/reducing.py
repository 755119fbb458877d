"""NumPy's names for making one number of many: sum, mean, max, norm and their relatives."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.front.numpy_names.common import (
    axes_of,
    axis_of,
    cast,
    force,
    given,
    inexact,
    known_value,
    node_of,
    operands,
    refuse,
    reshaped,
    stretched,
    word,
)
from infinitesimal.ops.select import where as choose

Reduction = Callable[..., Node]


def reduced(word: Reduction, x: Node, axis: Any, keepdims: Any = False, **params: Any) -> Node:
    """A word that reduces axes, with NumPy's `axis` and `keepdims`."""
    axes = _reduced_axes(axis, x.type.ndim)
    answer = word(x, axis=axes, **params)
    return restored(answer, x, axes) if kept(keepdims) else answer


def _reduced_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes to reduce; a scalar may be given its first and last axis, as in NumPy."""
    return () if not ndim and axis in (0, -1) else axes_of(axis, ndim)


def kept(keepdims: Any) -> bool:
    """Whether reduced axes stay, with NumPy's own mark for not given."""
    return keepdims is not np._NoValue and builtins.bool(keepdims)  # pyright: ignore


def restored(answer: Node, x: Node, axes: tuple[int, ...]) -> Node:
    """A reduced array with its reduced axes kept, of size one."""
    shape = tuple(1 if k in axes else size for k, size in enumerate(x.type.shape))
    return reshaped(answer, shape)


def masked(x: Node, where: Any, instead: Any) -> Node:
    """The array with `instead` where the condition of a reduction is false."""
    if where is True or where is np._NoValue:  # pyright: ignore
        return x
    condition = stretched(cast(node_of(where), bool), x.type.shape)
    return choose(condition, *operands(x, instead))


@word(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Node:
    refuse("sum", out=out)
    x = masked(cast(node_of(a), dtype), where, 0)
    total = reduced(ops.reduce.sum, x, axis, keepdims)
    return total + cast(node_of(initial), total.type.dtype) if given(initial) else total


@word(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Node:
    refuse("prod", out=out)
    x = masked(cast(node_of(a), dtype), where, 1)
    total = reduced(ops.reduce.prod, x, axis, keepdims)
    return total * cast(node_of(initial), total.type.dtype) if given(initial) else total


def _extreme(name: str, word: Reduction, pairwise: str) -> Callable[..., Node]:
    def extreme(
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = None,
        where: Any = True,
    ) -> Node:
        refuse(name, out=out)
        x = node_of(a)
        initial = cast(node_of(initial), x.type.dtype) if given(initial) else None
        if where is not True and where is not np._NoValue:  # pyright: ignore
            if not given(initial):
                raise ValueError(
                    f"reduction operation '{pairwise}' does not have an identity, "
                    "so to use a where mask one has to specify 'initial'"
                )
            x = masked(x, where, initial)
        if not given(initial):
            return reduced(word, x, axis, keepdims)
        if x.type.size == 0:
            axes = axes_of(axis, x.type.ndim)
            shape = tuple(n for k, n in enumerate(x.type.shape) if k not in axes)
            answer = stretched(node_of(initial), shape)
            return restored(answer, x, axes) if kept(keepdims) else answer
        return REGISTRY[pairwise](reduced(word, x, axis, keepdims), initial)

    extreme.__name__ = name
    return extreme


max = word(np.max, np.amax)(_extreme("max", ops.reduce.max, "maximum"))
min = word(np.min, np.amin)(_extreme("min", ops.reduce.min, "minimum"))


@word(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Node:
    refuse("ptp", out=out)
    return max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)


# ---- averages


def _count(x: Node, axis: Any) -> int:
    return math.prod(x.type.shape[k] for k in axes_of(axis, x.type.ndim))


@word(np.mean)
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Node:
    refuse("mean", out=out)
    x = inexact(cast(node_of(a), dtype))
    total = sum(x, axis, keepdims=keepdims, where=where)
    return cast(total / _elements(x, axis, where, keepdims), x.type.dtype)


def _elements(x: Node, axis: Any, where: Any, keepdims: Any, less: Any = 0) -> Any:
    """How many elements a mean is over, less some degrees of freedom."""
    if where is True or where is np._NoValue:  # pyright: ignore
        count = _count(x, axis) - less
        return count if builtins.isinstance(count, Node) else constant(count, x.type.dtype)
    chosen = stretched(cast(node_of(where), bool), x.type.shape)
    return cast(sum(chosen, axis, keepdims=keepdims), x.type.dtype) - less


@word(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Node:
    refuse("var", out=out)
    x = inexact(cast(node_of(a), dtype))
    middle = node_of(mean) if given(mean) else _mean(x, axis, where)
    away = x - middle
    less = correction if given(correction) else ddof
    squares = sum(away * away, axis, keepdims=keepdims, where=where)
    divisor = _elements(x, axis, where, keepdims, less)
    nought = zeros(array_type(divisor.type.dtype))
    return cast(squares / choose(divisor < 0, nought, divisor), x.type.dtype)


def _mean(x: Node, axis: Any, where: Any) -> Node:
    return mean(x, axis, keepdims=True, where=where)


@word(np.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Node:
    """The root of the variance; its derivative is zero where all elements are equal."""
    refuse("std", out=out)
    return root(
        var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    )


def root(x: Node) -> Node:
    """The square root of what is a sum of squares: with slope zero at zero, as a norm has."""
    nought = zeros(array_type(x.type.dtype))
    none = REGISTRY["equal"](x, nought)
    return choose(none, nought, REGISTRY["sqrt"](choose(none, nought + 1, x)))


@word(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    x = inexact(node_of(a))
    if weights is None:
        answer = mean(x, axis, keepdims=keepdims)
        total = stretched(constant(_count(x, axis), answer.type.dtype), answer.type.shape)
        return (answer, total) if returned else answer
    heavy = _weights(x, axis, node_of(weights))
    heavy = cast(heavy, np.result_type(x.type.dtype, heavy.type.dtype))
    total = sum(heavy, axis, keepdims=keepdims)
    if np.any(known_value(total) == 0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    answer = sum(x * heavy, axis, keepdims=keepdims) / total
    return (answer, stretched(total, answer.type.shape)) if returned else answer


def _weights(x: Node, axis: Any, weights: Node) -> Node:
    if weights.type.shape == x.type.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = axes_of(axis, x.type.ndim)
    if weights.type.shape != tuple(x.type.shape[k] for k in axes):
        raise ValueError(
            "Shape of weights must be consistent with shape of a along specified axis."
        )
    shape = tuple(size if k in axes else 1 for k, size in enumerate(x.type.shape))
    return stretched(reshaped(weights, shape), x.type.shape)


# ---- truth, and places


def _truth(name: str, word: Reduction) -> Callable[..., Node]:
    def truth(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
    ) -> Node:
        refuse(name, out=out)
        x = masked(cast(node_of(a), bool), where, name == "all")
        return reduced(word, x, axis, keepdims)

    truth.__name__ = name
    return truth


any = word(np.any)(_truth("any", ops.reduce.any))
all = word(np.all)(_truth("all", ops.reduce.all))


@word(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Node:
    return sum(cast(node_of(a), bool), axis, keepdims=keepdims)


def _place(name: str, word: Reduction) -> Callable[..., Node]:
    def place(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Node:
        refuse(name, out=out)
        x = node_of(a)
        if axis is None:
            flat = word(reshaped(x, (x.type.size,)), axis=0)
            return reshaped(flat, (1,) * x.type.ndim) if kept(keepdims) else flat
        along = axis_of(axis, x.type.ndim)
        answer = word(x, axis=along)
        return restored(answer, x, (along,)) if kept(keepdims) else answer

    place.__name__ = name
    return place


argmax = word(np.argmax)(_place("argmax", ops.reduce.argmax))
argmin = word(np.argmin)(_place("argmin", ops.reduce.argmin))


# ---- without what is not a number


def known_or(x: Any, instead: Any) -> tuple[Node, Node]:
    """The array with `instead` in place of what is not a number, and where it is one."""
    node = node_of(x)
    known = REGISTRY["equal"](node, node)
    if not node.type.inexact:
        return node, known
    return choose(known, *operands(node, instead)), known


@word(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Node:
    return sum(known_or(a, 0)[0], axis, dtype, out, keepdims, initial, where)


@word(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Node:
    return prod(known_or(a, 1)[0], axis, dtype, out, keepdims, initial, where)


@word(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Node:
    x, known = known_or(a, 0)
    return mean(x, axis, dtype, out, keepdims, where=known)


def _known_extreme(
    meaning: Callable[..., Node], a: Any, instead: float, axis: Any, out: Any, keepdims: Any
) -> Node:
    """The largest or smallest of what is known, and NaN where nothing is."""
    x, known = known_or(a, instead)
    answer = meaning(x, axis, out, keepdims)
    if not x.type.inexact:
        return answer
    return choose(any(known, axis, keepdims=keepdims), answer, constant(np.nan, x.type.dtype))


@word(np.nanmax)
def nanmax(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Node:
    return _known_extreme(max, a, -np.inf, axis, out, keepdims)


@word(np.nanmin)
def nanmin(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Node:
    return _known_extreme(min, a, np.inf, axis, out, keepdims)


def _known_place(name: str, place: Callable[..., Node], instead: float) -> Callable[..., Node]:
    def known_place(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Node:
        refuse(name, out=out)
        x, known = known_or(a, instead)
        if not np.all(force(all(any(known, axis)), f"np.{name}")):
            raise ValueError("All-NaN slice encountered")
        return place(x, axis, keepdims=keepdims)

    return known_place


word(np.nanargmax)(_known_place("nanargmax", argmax, -np.inf))
word(np.nanargmin)(_known_place("nanargmin", argmin, np.inf))
