"""NumPy's names for new arrays made after the pattern of traced ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import Type
from infinitesimal.front.numpy_names.common import (
    axis_of,
    cast,
    inexact,
    node_of,
    operands,
    refuse,
    refuse_layout,
    reshaped,
    shape_like,
    stretched,
    whole,
    word,
)
from infinitesimal.front.numpy_names.shaping import moveaxis
from infinitesimal.ops.power import raise_to


def _new(function: str, type: Type, value: Any, dtype: Any, order: Any, shape: Any) -> Node:
    refuse_layout(function, order)
    wanted = np.dtype(type.dtype if dtype is None else dtype)
    return stretched(cast(node_of(value), wanted), shape_like(type, shape))


@word(np.zeros_like)
def zeros_like(
    a: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    **options: Any,
) -> Node:
    refuse("zeros_like", device=_elsewhere(options))
    return _new("zeros_like", node_of(a).type, 0, dtype, order, shape)


@word(np.ones_like)
def ones_like(
    a: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    **options: Any,
) -> Node:
    refuse("ones_like", device=_elsewhere(options))
    return _new("ones_like", node_of(a).type, 1, dtype, order, shape)


@word(np.empty_like)
def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    **options: Any,
) -> Node:
    """An array to be filled: of zeros, since nothing here is left to chance."""
    refuse("empty_like", device=_elsewhere(options))
    return _new("empty_like", node_of(prototype).type, 0, dtype, order, shape)


@word(np.full_like)
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    **options: Any,
) -> Node:
    refuse("full_like", device=_elsewhere(options))
    return _new("full_like", node_of(a).type, fill_value, dtype, order, shape)


def _elsewhere(options: dict[str, Any]) -> Any:
    """The `device` option where it is not the CPU; any other option is unknown to NumPy too."""
    device = options.pop("device", None)
    if options:
        raise TypeError(f"got an unexpected keyword argument {next(iter(options))!r}")
    return None if device == "cpu" else device


@word(np.copy)
def copy(a: Any, order: Any = "K", subok: Any = False) -> Node:
    refuse_layout("copy", order)
    return node_of(a)


@word("array")
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: Any = True,
    order: Any = "K",
    subok: Any = False,
    ndmin: int = 0,
) -> Node:
    """`np.array` of nested lists with traced numbers in them."""
    refuse_layout("array", order)
    node = cast(node_of(object), dtype)
    missing = max(0, ndmin - node.type.ndim)
    return reshaped(node, (1,) * missing + node.type.shape)


@word("full")
def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C") -> Node:
    """`np.full` with a traced value, broadcast to the shape."""
    refuse_layout("full", order)
    value = cast(node_of(fill_value), dtype)
    return stretched(value, shape_like(value.type, shape))


@word("method astype", np.astype)
def astype(
    x: Any,
    dtype: Any,
    /,
    order: Any = "K",
    casting: Any = "unsafe",
    subok: Any = True,
    copy: Any = True,
    **options: Any,
) -> Node:
    refuse_layout("astype", order)
    refuse("astype", device=_elsewhere(options))
    node = node_of(x)
    if not np.can_cast(node.type.dtype, dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {node.type.dtype!r} to {np.dtype(dtype)!r} "
            f"according to the rule '{casting}'"
        )
    return cast(node, dtype)


@word(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: Any = 0,
    **options: Any,
) -> Any:
    """Evenly spaced values between two traced ones; both ends are hit exactly."""
    refuse("linspace", device=_elsewhere(options))
    count = whole(num, "the number of samples")
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    low, high = (inexact(node) for node in operands(start, stop))
    gaps = count - 1 if endpoint else count
    share = constant(np.arange(count) / max(gaps, 1), low.type.dtype)
    share = reshaped(share, (count,) + (1,) * max(low.type.ndim, high.type.ndim))
    values = low + (high - low) * share
    if endpoint and count > 1:
        last = constant(np.arange(count) == count - 1)
        values = REGISTRY["where"](reshaped(last, share.type.shape), high, values)
    values = cast(values, dtype)
    if whole(axis) != 0:
        values = moveaxis(values, 0, axis_of(axis, values.type.ndim))
    return (values, (high - low) / max(gaps, 1)) if retstep else values


@word(np.meshgrid)
def meshgrid(
    *xi: Any, copy: Any = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Node, ...]:
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    nodes = [node_of(x) for x in xi]
    count = len(nodes)
    order = list(range(count))
    if indexing == "xy" and count > 1:
        order[:2] = 1, 0
    shape = [0] * count
    for place, node in zip(order, nodes, strict=True):
        shape[place] = node.type.size
    answers: list[Node] = []
    for place, node in zip(order, nodes, strict=True):
        thin = tuple(node.type.size if k == place else 1 for k in range(count))
        grid = reshaped(node, thin)
        answers.append(grid if sparse else stretched(grid, tuple(shape)))
    return tuple(answers)


@word(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Node:
    """The powers of a vector, a column each."""
    node = node_of(x)
    if node.type.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = node.type.size if N is None else whole(N)
    powers = range(count) if increasing else range(count - 1, -1, -1)
    dtype = np.promote_types(node.type.dtype, int)
    column = cast(node, dtype)
    if not count:
        return constant(np.zeros((node.type.size, 0), dtype))
    columns = [reshaped(raise_to(column, power), (node.type.size, 1)) for power in powers]
    return REGISTRY["concatenate"](*columns, axis=1)


@word(np.logspace)
def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Node:
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    return cast(raise_to(*operands(base, exponents)), dtype)


@word(np.geomspace)
def geomspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: Any = 0,
) -> Node:
    """Values with a constant ratio between positive ends, both of which are hit exactly."""
    low, high = (cast(node, np.float64) for node in operands(start, stop))
    log, exp = REGISTRY["log"], REGISTRY["exp"]
    ratio = linspace(zeros(low.type), log(high / low), num, endpoint)
    values = low * exp(ratio)
    count = values.type.shape[0]
    if endpoint and count > 1:
        last = constant(np.arange(count) == count - 1)
        thin = reshaped(last, (count,) + (1,) * (values.type.ndim - 1))
        values = REGISTRY["where"](thin, high, values)
    return cast(moveaxis(values, 0, axis_of(axis, values.type.ndim)), dtype)
