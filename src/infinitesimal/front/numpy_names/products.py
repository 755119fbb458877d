"""NumPy's names for products that sum over what the factors share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import Span, span
from infinitesimal.errors import ShapeError
from infinitesimal.front.numpy_names.common import (
    axis_of,
    cast,
    inexact,
    node_of,
    operands,
    refuse,
    reshaped,
    stretched,
    whole,
    wholes,
    word,
)
from infinitesimal.front.numpy_names.shaping import moveaxis, transpose
from infinitesimal.ops import products
from infinitesimal.ops.index import index
from infinitesimal.ops.reduce import sum as total
from infinitesimal.ops.shape import concatenate


def _shared(x: Node, y: Node, first: int, second: int, function: str) -> None:
    if x.type.shape[first] != y.type.shape[second]:
        raise ShapeError(
            f"np.{function}",
            found=f"{x.type}\n{y.type}",
            why=f"the sizes {x.type.shape[first]} and {y.type.shape[second]}, summed over, differ",
        )


def _inner(x: Node, y: Node, function: str) -> Node:
    """The sum of products of two vectors."""
    _shared(x, y, 0, 0, function)
    return cast(total(x * y, axis=(0,)), np.result_type(x.type.dtype, y.type.dtype))


@word(np.matmul)
def matmul(x1: Any, x2: Any, /) -> Node:
    x, y = operands(x1, x2)
    if not x.type.ndim or not y.type.ndim:
        raise ShapeError(
            "np.matmul", found=f"{x.type}\n{y.type}", why="a scalar is no matrix",
            instead="x * y",
        )  # fmt: skip
    if x.type.ndim == y.type.ndim == 1:
        return _inner(x, y, "matmul")
    _shared(x, y, -1, max(-2, -y.type.ndim), "matmul")
    left = reshaped(x, (1, x.type.size)) if x.type.ndim == 1 else x
    right = reshaped(y, (y.type.size, 1)) if y.type.ndim == 1 else y
    answer = products.matmul(left, right)
    shape = answer.type.shape
    if x.type.ndim == 1:
        return reshaped(answer, (*shape[:-2], shape[-1]))
    return reshaped(answer, shape[:-1]) if y.type.ndim == 1 else answer


@word(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Node:
    refuse("dot", out=out)
    x, y = operands(a, b)
    if not x.type.ndim or not y.type.ndim:
        return x * y
    if x.type.ndim <= 2 and y.type.ndim <= 2:
        return matmul(x, y)
    _shared(x, y, -1, max(-2, -y.type.ndim), "dot")
    return tensordot(x, y, ((x.type.ndim - 1,), (max(0, y.type.ndim - 2),)))


@word(np.vdot)
def vdot(a: Any, b: Any, /) -> Node:
    x, y = operands(a, b)
    return dot(reshaped(x, (x.type.size,)), reshaped(y, (y.type.size,)))


@word(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Node:
    x, y = operands(x1, x2)
    product = x * y
    answer = total(product, axis=(axis_of(axis, product.type.ndim),))
    return cast(answer, product.type.dtype)


@word(np.inner)
def inner(a: Any, b: Any, /) -> Node:
    x, y = operands(a, b)
    if not x.type.ndim or not y.type.ndim:
        return x * y
    _shared(x, y, -1, -1, "inner")
    return tensordot(x, y, ((x.type.ndim - 1,), (y.type.ndim - 1,)))


@word(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Node:
    refuse("outer", out=out)
    x, y = operands(a, b)
    return reshaped(x, (x.type.size, 1)) * reshaped(y, (1, y.type.size))


@word(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Node:
    x, y = operands(a, b)
    first, second = _contracted(x.type.ndim, y.type.ndim, axes)
    for k, m in zip(first, second, strict=True):
        _shared(x, y, k, m, "tensordot")
    rows = [k for k in range(x.type.ndim) if k not in first]
    columns = [k for k in range(y.type.ndim) if k not in second]
    shape = (*[x.type.shape[k] for k in rows], *[y.type.shape[k] for k in columns])
    size = math.prod(x.type.shape[k] for k in first)
    height = math.prod(x.type.shape[k] for k in rows)
    width = math.prod(y.type.shape[k] for k in columns)
    left = reshaped(transpose(x, (*rows, *first)), (height, size))
    right = reshaped(transpose(y, (*second, *columns)), (size, width))
    return reshaped(products.matmul(left, right), shape)


def _contracted(left: int, right: int, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of two arrays that `tensordot` sums over."""
    if isinstance(axes, (tuple, list)):
        first, second = axes  # pyright: ignore[reportUnknownVariableType]
        pair = wholes(first, "axes"), wholes(second, "axes")
        if len(pair[0]) != len(pair[1]):
            raise ValueError("shape-mismatch for sum")
        return [axis_of(k, left) for k in pair[0]], [axis_of(k, right) for k in pair[1]]
    count = whole(axes, "axes")
    if count > min(left, right):
        raise ValueError("shape-mismatch for sum")
    return list(range(left - count, left)), list(range(count))


@word(np.kron)
def kron(a: Any, b: Any) -> Node:
    x, y = operands(a, b)
    ndim = max(x.type.ndim, y.type.ndim)
    large = (1,) * (ndim - x.type.ndim) + x.type.shape
    small = (1,) * (ndim - y.type.ndim) + y.type.shape
    spaced = [size for n in large for size in (n, 1)]
    blocks = [size for n in small for size in (1, n)]
    product = reshaped(x, tuple(spaced)) * reshaped(y, tuple(blocks))
    return reshaped(product, tuple(n * m for n, m in zip(large, small, strict=True)))


@word(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any], *, out: Any = None) -> Node:
    """A chain of products, in the order that costs least."""
    refuse("linalg.multi_dot", out=out)
    factors = [node_of(array) for array in arrays]
    if len(factors) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, last = factors[0].type.ndim, factors[-1].type.ndim
    if first == 1:
        factors[0] = reshaped(factors[0], (1, factors[0].type.size))
    if last == 1:
        factors[-1] = reshaped(factors[-1], (factors[-1].type.size, 1))
    if any(factor.type.ndim != 2 for factor in factors):
        raise np.linalg.LinAlgError("array must be two-dimensional")
    answer = _chain(factors, _splits([factor.type.shape for factor in factors]))
    kept = [n for n, ndim in zip(answer.type.shape, (first, last), strict=True) if ndim != 1]
    return reshaped(answer, tuple(kept))


def _splits(shapes: list[tuple[int, ...]]) -> dict[tuple[int, int], int]:
    """Where to part each stretch of a chain of matrices, by dynamic programming over stretches."""
    sizes = [shapes[0][0], *[shape[1] for shape in shapes]]
    count = len(shapes)
    cost = {(k, k): 0 for k in range(count)}
    split: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for start in range(count - length):
            stop = start + length

            def price(k: int, start: int = start, stop: int = stop) -> int:
                work = sizes[start] * sizes[k + 1] * sizes[stop + 1]
                return cost[start, k] + cost[k + 1, stop] + work

            split[start, stop] = min(range(start, stop), key=price)
            cost[start, stop] = price(split[start, stop])
    return split


def _chain(factors: list[Node], split: dict[tuple[int, int], int]) -> Node:
    def product(start: int, stop: int) -> Node:
        if start == stop:
            return factors[start]
        middle = split[start, stop]
        return matmul(product(start, middle), product(middle + 1, stop))

    return product(0, len(factors) - 1)


@word(np.linalg.matrix_power)
def matrix_power(a: Any, n: Any) -> Node:
    """A whole power by repeated squaring, of the inverse where it is negative."""
    x, exponent = node_of(a), whole(n)
    if x.type.ndim < 2 or x.type.shape[-1] != x.type.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    if exponent < 0:
        x, exponent = REGISTRY["inverse"](inexact(x)), -exponent
    answer: Node | None = None
    while exponent:
        if exponent & 1:
            answer = x if answer is None else products.matmul(answer, x)
        exponent >>= 1
        x = products.matmul(x, x) if exponent else x
    if answer is not None:
        return answer
    identity = constant(np.eye(x.type.shape[-1], dtype=x.type.dtype))
    return stretched(identity, x.type.shape)


@word(np.cross)
def cross(
    a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
) -> Node:
    """The vector product of three-dimensional vectors along the given axes."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = operands(a, b)
    x = moveaxis(x, axisa, -1)
    y = moveaxis(y, axisb, -1)
    if x.type.shape[-1] != 3 or y.type.shape[-1] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x.type.shape[-1]} and {y.type.shape[-1]} dimensional instead."
        )
    onward = _turned(x, 1) * _turned(y, 2)
    return moveaxis(onward - _turned(x, 2) * _turned(y, 1), -1, axisc)


def _turned(x: Node, places: int) -> Node:
    """Vectors along the last axis, each component moved so many places towards the first."""
    before = tuple(Span(0, size, 1) for size in x.type.shape[:-1])
    front = index(x, key=(*before, Span(0, places, 1)))
    back = index(x, key=(*before, span(places, 3, 1)))
    return concatenate(back, front, axis=len(before))


@word(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: Any = -1) -> Node:
    return cross(x1, x2, axis=axis)


word(np.linalg.matmul)(matmul)
word(np.linalg.tensordot)(tensordot)
word(np.linalg.outer)(outer)


def _matrix_vector(x1: Any, x2: Any, /) -> Node:
    """`np.matvec`: a matrix times the vectors along the last axis."""
    x, y = operands(x1, x2)
    answer = matmul(x, reshaped(y, (*y.type.shape, 1)))
    return reshaped(answer, answer.type.shape[:-1])


def _vector_matrix(x1: Any, x2: Any, /) -> Node:
    """`np.vecmat`: the vectors along the last axis times a matrix."""
    x, y = operands(x1, x2)
    answer = matmul(reshaped(x, (*x.type.shape[:-1], 1, x.type.shape[-1])), y)
    return reshaped(answer, (*answer.type.shape[:-2], answer.type.shape[-1]))


for _name, _meaning in (("matvec", _matrix_vector), ("vecmat", _vector_matrix)):
    if hasattr(np, _name):  # NumPy 2.2
        word(getattr(np, _name))(_meaning)
