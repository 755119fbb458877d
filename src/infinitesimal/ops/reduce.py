"""Words that make one number of many along some axes.

`sum` is the transpose of `broadcast` (`ops.shape`). A product is differentiated by halves, so that
zeros among the factors are right in every order; the largest and smallest share a tie equally; a
norm has slope zero at zero.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import Node
from infinitesimal.core.notation import call
from infinitesimal.core.span import span
from infinitesimal.core.types import Type, array_type
from infinitesimal.ops import batching
from infinitesimal.ops.comparison import equal, isfinite
from infinitesimal.ops.declare import custom, linear
from infinitesimal.ops.exponential import exp
from infinitesimal.ops.index import index
from infinitesimal.ops.select import where
from infinitesimal.ops.shape import (
    astype,
    broadcast,
    concatenate,
    reshape,
    stop_gradient,
    transpose,
)

Times = Callable[..., Node]


def _without(shape: tuple[int, ...], axis: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for k, size in enumerate(shape) if k not in axis)


def spread(reduced: Node, shape: tuple[int, ...], axis: tuple[int, ...]) -> Node:
    """A result of a reduction, copied back along the reduced axes."""
    if reduced.type.shape:
        kept = tuple(1 if k in axis else size for k, size in enumerate(shape))
        reduced = reshape(reduced, shape=kept)
    return broadcast(reduced, shape=shape)


def _reducing(function: Callable[..., Any]) -> Callable[..., Type]:
    """The type rule of a reduction; NumPy says the dtype, and what it makes of no elements."""

    def infer(x: Type, axis: tuple[int, ...]) -> Type:
        some = np.ones(1, x.dtype) if x.size else np.zeros(x.shape, x.dtype)
        found = function(some, axis=None if x.size else axis)
        return array_type(np.asarray(found).dtype, _without(x.shape, axis))

    return infer


sum = linear(
    "sum", lambda x, axis: np.add.reduce(x, axis=axis), _reducing(np.sum),
    lambda cotangent, node, _: spread(cotangent, node.inputs[0].type.shape, node.params[0]),
    parameters=("axis",), cost=1,
    batch=batching.along_axis, because="the derivative of a sum is the sum of the derivatives",
    notation=call("np.sum({0}, {axis})"),
)  # fmt: skip


def to_front(x: Node, axis: tuple[int, ...]) -> Node:
    """The array with the given axes made one, the first."""
    shape = x.type.shape
    rest = tuple(k for k in range(len(shape)) if k not in axis)
    if len(shape) > 1:
        x = transpose(x, axes=(*axis, *rest))
    kept = tuple(shape[k] for k in rest)
    return reshape(x, shape=(int(np.prod([shape[k] for k in axis], dtype=int)), *kept))


def _stretch(x: Node, start: int, stop: int) -> Node:
    return index(x, key=(span(start, stop, 1),))


def _prod(x: Any, axis: tuple[int, ...]) -> Any:
    return np.prod(x, axis=axis)


def _prod_jvp(node: Node, tangents: Sequence[Node | None], times: Times) -> Node | None:
    """The product rule, applied to pairs of factors until one is left."""
    (x,), (axis,) = node.inputs, node.params
    tangent = tangents[0]
    if tangent is None or x.type.size == 0:
        return None
    factors, changes = to_front(x, axis), to_front(tangent, axis)
    while (count := factors.type.shape[0]) > 1:
        half = count // 2
        left, right = _stretch(factors, 0, half), _stretch(factors, half, 2 * half)
        change = times(_stretch(changes, 0, half), right)
        change = change + times(_stretch(changes, half, 2 * half), left)
        product = left * right
        if count % 2:
            product = concatenate(product, _stretch(factors, count - 1, count), axis=0)
            change = concatenate(change, _stretch(changes, count - 1, count), axis=0)
        factors, changes = product, change
    return index(changes, key=(0,))


prod = custom(
    "prod", _prod, _reducing(np.prod), _prod_jvp, parameters=("axis",), analytic=_prod,
    batch=batching.along_axis, because="each factor's change is weighed by all the other factors",
    notation=call("np.prod({0}, {axis})"),
)  # fmt: skip


def _extreme_jvp(node: Node, tangents: Sequence[Node | None], times: Times) -> Node | None:
    (x,), (axis,) = node.inputs, node.params
    tangent = tangents[0]
    if tangent is None:
        return None
    winners = equal(x, spread(node, x.type.shape, axis))
    shared = sum(where(winners, tangent, zeros(array_type(tangent.type.dtype))), axis=axis)
    return shared / sum(astype(winners, dtype=tangent.type.dtype), axis=axis)


max = custom(
    "max", lambda x, axis: np.max(x, axis=axis), _reducing(np.max), _extreme_jvp,
    parameters=("axis",), masks=True,
    batch=batching.along_axis, because="only the largest counts; several that tie share equally",
    notation=call("np.max({0}, {axis})"),
)  # fmt: skip
min = custom(
    "min", lambda x, axis: np.min(x, axis=axis), _reducing(np.min), _extreme_jvp,
    parameters=("axis",), masks=True,
    batch=batching.along_axis, because="only the smallest counts; several that tie share equally",
    notation=call("np.min({0}, {axis})"),
)  # fmt: skip

STEPS = "it jumps where it changes at all, and is constant elsewhere"
any = custom(
    "any", lambda x, axis: np.any(x, axis=axis), _reducing(np.any), None,
    parameters=("axis",), batch=batching.along_axis,
    because=STEPS, notation=call("np.any({0}, {axis})"),
)  # fmt: skip
all = custom(
    "all", lambda x, axis: np.all(x, axis=axis), _reducing(np.all), None,
    parameters=("axis",), batch=batching.along_axis,
    because=STEPS, notation=call("np.all({0}, {axis})"),
)  # fmt: skip


def _place_type(x: Type, axis: int) -> Type:
    if x.shape[axis] == 0 and x.size == 0:
        np.argmax(np.zeros(x.shape), axis)  # raises what NumPy raises, if it does
    return array_type(np.intp, _without(x.shape, (axis,)))


argmax = custom(
    "argmax", lambda x, axis: np.argmax(x, axis=axis), _place_type, None,
    parameters=("axis",), batch=batching.along_axis,
    because=STEPS, notation=call("np.argmax({0}, {axis})"),
)  # fmt: skip
argmin = custom(
    "argmin", lambda x, axis: np.argmin(x, axis=axis), _place_type, None,
    parameters=("axis",), batch=batching.along_axis,
    because=STEPS, notation=call("np.argmin({0}, {axis})"),
)  # fmt: skip


# ---- norms and sums of exponentials


def _norm(x: Any, axis: tuple[int, ...]) -> Any:
    """The root of the sum of squares, scaled where squares would overflow or vanish."""
    size = np.abs(x)
    norm = np.sqrt(np.sum(size * size, axis=axis))
    tiny = np.sqrt(np.finfo(norm.dtype).tiny) * 1e8
    if builtins.bool(np.all((norm > tiny) & (norm < np.inf))) or not size.size:
        return norm
    largest = np.max(size, axis=axis, keepdims=True)
    scale = np.where((largest > 0) & (largest < np.inf), largest, np.ones((), norm.dtype))
    ratio = size / scale
    return (np.sqrt(np.sum(ratio * ratio, axis=axis)) * np.squeeze(scale, axis))[()]


def _norm_type(x: Type, axis: tuple[int, ...]) -> Type:
    return array_type(np.sqrt(np.abs(np.ones(1, x.dtype))).dtype, _without(x.shape, axis))


def _norm_jvp(node: Node, tangents: Sequence[Node | None], times: Times) -> Node | None:
    (x,), (axis,) = node.inputs, node.params
    tangent = tangents[0]
    if tangent is None:
        return None
    nought = zeros(array_type(node.type.dtype))
    divisor = where(
        equal(node, nought), nought + np.inf, node
    )  # no direction at zero: 0 in every order
    direction = x / spread(divisor, x.type.shape, axis)
    return sum(times(tangent, direction), axis=axis)


norm = custom(
    "norm", _norm, _norm_type, _norm_jvp,
    parameters=("axis",), cost=2, analytic=lambda x, axis: np.sqrt(np.sum(x * x, axis=axis)),
    batch=batching.along_axis,
    because="the length changes by the part of the change along the vector; at zero, by nothing",
    notation=call("np.sqrt(np.sum(np.square({0}), {axis}))"),
)  # fmt: skip


def _logsumexp(x: Any, axis: tuple[int, ...]) -> Any:
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    finite = np.where(np.isfinite(largest), largest, np.zeros((), largest.dtype))
    total = np.sum(np.exp(x - finite), axis=axis)
    return (np.log(total) + np.squeeze(finite, axis))[()]


def _logsumexp_type(x: Type, axis: tuple[int, ...]) -> Type:
    return array_type(np.exp(np.ones(1, x.dtype)).dtype, _without(x.shape, axis))


def shares(x: Node, axis: tuple[int, ...]) -> Node:
    """Each element's share of the sum of exponentials, from differences alone: the softmax."""
    above = x - spread(summit(x, axis), x.type.shape, axis)
    size = exp(above)
    return size / spread(sum(size, axis=axis), x.type.shape, axis)


def summit(x: Node, axis: tuple[int, ...]) -> Node:
    """The largest elements, as constants, and zero where they are infinite."""
    largest = stop_gradient(max(x, axis=axis))
    return where(isfinite(largest), largest, zeros(array_type(largest.type.dtype)))


def _logsumexp_jvp(node: Node, tangents: Sequence[Node | None], times: Times) -> Node | None:
    (x,), (axis,) = node.inputs, node.params
    tangent = tangents[0]
    return None if tangent is None else sum(times(tangent, shares(x, axis)), axis=axis)


logsumexp = custom(
    "logsumexp", _logsumexp, _logsumexp_type, _logsumexp_jvp,
    parameters=("axis",), cost=20, analytic=lambda x, axis: np.log(np.sum(np.exp(x), axis=axis)),
    batch=batching.along_axis, because="each term counts by its share of the sum of exponentials",
    notation=call("np.logaddexp.reduce({0}, {axis})"),
)  # fmt: skip
