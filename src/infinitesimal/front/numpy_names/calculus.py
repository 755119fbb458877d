"""NumPy's names for differences, sums over a grid, interpolation, convolution, covariance."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import Span, span
from infinitesimal.front.numpy_names.common import (
    axes_of,
    axis_of,
    cast,
    given,
    inexact,
    node_of,
    operands,
    refuse,
    reshaped,
    stretched,
    whole,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.front.numpy_names.joining import concatenate
from infinitesimal.front.numpy_names.reducing import sum
from infinitesimal.ops.select import where


def part(x: Node, axis: int, start: int | None, stop: int | None, step: int = 1) -> Node:
    """A stretch of the array along one axis."""
    size = x.type.shape[axis]
    before = tuple(Span(0, n, 1) for n in x.type.shape[:axis])
    return ops.index.index(x, key=(*before, span(*slice(start, stop, step).indices(size))))


@word(np.diff)
def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Node:
    x = node_of(a)
    order = whole(n)
    if order < 0:
        raise ValueError(f"order must be non-negative but got {order}")
    if not x.type.ndim:
        raise ValueError("diff requires input that is at least one dimensional")
    along = axis_of(axis, x.type.ndim)
    if order:
        ends = [_end(value, x, along) for value in (prepend, append)]
        parts = [*([ends[0]] if ends[0] else []), x, *([ends[1]] if ends[1] else [])]
        x = concatenate(parts, along) if len(parts) > 1 else x
    for _ in range(order):
        minus = "not_equal" if x.type.dtype.kind == "b" else "subtract"
        x = REGISTRY[minus](part(x, along, 1, None), part(x, along, None, -1))
    return x


def _end(value: Any, x: Node, axis: int) -> Node | None:
    if not given(value):
        return None
    node = node_of(value)
    if node.type.ndim:
        return node
    return stretched(node, (*x.type.shape[:axis], 1, *x.type.shape[axis + 1 :]))


@word(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Node:
    x = node_of(ary)
    steps = diff(reshaped(x, (x.type.size,)))
    ends = [None if end is None else node_of(end) for end in (to_begin, to_end)]
    flat = [None if end is None else _same_kind(end, x) for end in ends]
    parts = [node for node in (flat[0], steps, flat[1]) if node is not None]
    return concatenate(parts) if len(parts) > 1 else steps


def _same_kind(end: Node, x: Node) -> Node:
    if not np.can_cast(end.type.dtype, x.type.dtype, "same_kind"):
        raise TypeError(
            "dtype of `to_begin` and `to_end` must be compatible with input `ary` under the "
            "`same_kind` rule."
        )
    return reshaped(cast(end, x.type.dtype), (end.type.size,))


@word(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """Second-order differences inside, first-order (or second-order) ones at the two ends."""
    if node_of(f).type.dtype.kind == "b":
        raise TypeError("numpy boolean subtract, the `-` operator, is not supported")
    x = inexact(node_of(f))
    axes = axes_of(axis, x.type.ndim)
    spacings = varargs if len(varargs) != 1 else varargs * len(axes)
    if spacings and len(spacings) != len(axes):
        raise TypeError("invalid number of arguments")
    if whole(edge_order) > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    answers: list[Node] = []
    for k, along in enumerate(axes):
        size = x.type.shape[along]
        if size < whole(edge_order) + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, "
                "at least (edge_order + 1) elements are required."
            )
        steps = _steps(spacings[k] if spacings else 1.0, x, along)
        answers.append(_slopes(x, along, steps, whole(edge_order)))
    return answers[0] if len(answers) == 1 else tuple(answers)


def _steps(spacing: Any, x: Node, axis: int) -> Node:
    """The distances between neighbours along an axis, in a shape that broadcasts with it."""
    (step, _) = operands(spacing, x)
    size = x.type.shape[axis]
    if step.type.ndim:
        if step.type.shape != (size,):
            raise ValueError(
                "when 1d, distances must match the length of the corresponding dimension"
            )
        step = diff(step)
    else:
        step = stretched(reshaped(step, (1,)), (size - 1,))
    return reshaped(step, (size - 1,) + (1,) * (x.type.ndim - axis - 1))


def _slopes(x: Node, axis: int, steps: Node, edge_order: int) -> Node:
    rise = diff(x, axis=axis) / steps
    if x.type.shape[axis] == 2:
        return concatenate([rise, rise], axis)
    left, right = part(steps, 0, None, -1), part(steps, 0, 1, None)
    before, after = part(rise, axis, None, -1), part(rise, axis, 1, None)
    inside = (right * before + left * after) / (left + right)
    first, last = part(rise, axis, 0, 1), part(rise, axis, -1, None)
    if edge_order == 2:
        first = first + part(before - after, axis, 0, 1) * _lean(left, right, 0, 1)
        last = last + part(after - before, axis, -1, None) * _lean(right, left, -1, None)
    return concatenate([first, inside, last], axis)


def _lean(near: Node, far: Node, start: int, stop: int | None) -> Node:
    """How much of the change of slope at an end is carried on to it."""
    near, far = part(near, 0, start, stop), part(far, 0, start, stop)
    return near / (near + far)


@word(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Node:
    values = node_of(y)
    along = axis_of(axis, values.type.ndim)
    if x is None:
        steps, _ = operands(dx, values)
    else:
        grid = node_of(x)
        steps = diff(grid) if grid.type.ndim == 1 else diff(grid, axis=along)
        if grid.type.ndim == 1:
            steps = reshaped(steps, (steps.type.size,) + (1,) * (values.type.ndim - along - 1))
    heights = part(values, along, 1, None) + part(values, along, None, -1)
    return sum(steps * heights / 2.0, axis=along)


# ---- interpolation


@word(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Node:
    """Straight lines between the points; the derivative is that of the line the point lies on."""
    refuse("interp", period=period)
    points, grid, values = (cast(node_of(node), np.float64) for node in (x, xp, fp))
    size = grid.type.size
    if grid.type.ndim != 1 or values.type.shape != grid.type.shape:
        raise ValueError("fp and xp are not of the same length.")
    if not size:
        raise ValueError("array of sample points is empty")
    ends = [
        getitem(values, at) if end is None else cast(node_of(end), np.float64)
        for end, at in ((left, 0), (right, -1))
    ]
    low, high = getitem(grid, 0), getitem(grid, -1)
    inside = _between(points, grid, values) if size > 1 else stretched(ends[0], points.type.shape)
    answer = where(points < low, ends[0], where(points > high, ends[1], inside))
    answer = where(REGISTRY["equal"](points, high), getitem(values, -1), answer)
    return where(REGISTRY["equal"](points, points), answer, points)


def _between(points: Node, grid: Node, values: Node) -> Node:
    place = REGISTRY["searchsorted"](grid, points, side="right") - 1
    place = REGISTRY["minimum"](REGISTRY["maximum"](place, 0), grid.type.size - 2)
    start, below = getitem(grid, place), getitem(values, place)
    slope = (getitem(values, place + 1) - below) / (getitem(grid, place + 1) - start)
    return below + slope * (points - start)


# ---- convolution


@word(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Node:
    x, y = operands(a, v)
    x, y = (reshaped(node, (1,)) if not node.type.ndim else node for node in (x, y))
    if x.type.ndim > 1 or y.type.ndim > 1:
        raise ValueError("object too deep for desired array")
    if not x.type.size or not y.type.size:
        raise ValueError(f"{'a' if not x.type.size else 'v'} cannot be empty")
    whole_answer = REGISTRY["convolve"](x, y)
    long, short = builtins.max(x.type.size, y.type.size), builtins.min(x.type.size, y.type.size)
    if mode == "full":
        return whole_answer
    if mode not in ("same", "valid"):
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    start = (short - 1) // 2 if mode == "same" else short - 1
    return part(whole_answer, 0, start, start + (long if mode == "same" else long - short + 1))


@word(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Node:
    x, y = operands(a, v)
    if y.type.ndim != 1 or x.type.ndim != 1:
        raise ValueError("object of too small depth for desired array")
    if x.type.size < y.type.size:
        return part(correlate(y, x, mode), 0, None, None, -1)
    return convolve(x, part(y, 0, None, None, -1), mode)


# ---- statistics of several variables


@word(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Node:
    refuse("cov", fweights=fweights, aweights=aweights)
    x = _rows(m, rowvar, dtype)
    if y is not None:
        x = concatenate([x, _rows(y, rowvar, dtype)])
    count = x.type.shape[1]
    divisor = count - ((not bias) if ddof is None else whole(ddof))
    away = x - sum(x, axis=1, keepdims=True) / constant(count, x.type.dtype)
    product = REGISTRY["matmul"](away, ops.products.flipped(away))
    answer = product / constant(builtins.max(divisor, 0), x.type.dtype)
    shape = tuple(size for size in answer.type.shape if size != 1)
    return reshaped(answer, shape)


def _rows(m: Any, rowvar: bool, dtype: Any) -> Node:
    x = node_of(m)
    x = cast(x, np.result_type(x.type.dtype, np.float64) if dtype is None else dtype)
    if x.type.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    x = x if x.type.ndim == 2 else reshaped(x, (1, x.type.size))
    return x if rowvar or x.type.shape[0] == 1 else ops.products.flipped(x)


@word(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Node:
    covariance = cov(x, y, rowvar, dtype=dtype)
    if not covariance.type.ndim:
        return covariance / covariance
    size = covariance.type.shape[0]
    flat = reshaped(covariance, (size * size,))
    spread = REGISTRY["sqrt"](ops.index.index(flat, key=(span(0, size * size, size + 1),)))
    scaled = covariance / reshaped(spread, (size, 1)) / reshaped(spread, (1, size))
    low, high = constant(-1, scaled.type.dtype), constant(1, scaled.type.dtype)
    return where(scaled < low, low, where(scaled > high, high, scaled))
