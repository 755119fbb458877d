"""NumPy's names for polynomials given by their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.front.numpy_names.calculus import part
from infinitesimal.front.numpy_names.common import inexact, node_of, operands, reshaped, whole, word
from infinitesimal.front.numpy_names.joining import concatenate
from infinitesimal.ops.index import index


@word(np.polyval)
def polyval(p: Any, x: Any) -> Node:
    """A polynomial by Horner's rule."""
    coefficients, points = node_of(p), node_of(x)
    answer = zeros(points.type)
    for k in range(coefficients.type.shape[0]):
        answer = answer * points + index(coefficients, key=(k,))
    return answer


def _sized(p: Any) -> Node:
    node = node_of(p)
    if not node.type.ndim:
        raise TypeError("len() of unsized object")
    return node


def _row(p: Any) -> Node:
    node = node_of(p)
    return node if node.type.ndim else reshaped(node, (1,))


def _aligned(a1: Any, a2: Any, name: str) -> Node:
    first, second = operands(_row(a1), _row(a2))
    missing = first.type.size - second.type.size
    dtype = np.result_type(first.type.dtype, second.type.dtype)
    front = zeros(array_type(dtype, (abs(missing),)))
    if missing > 0:
        second = concatenate([front, second])
    elif missing < 0:
        first = concatenate([front, first])
    return REGISTRY[name](first, second)


@word(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Node:
    return _aligned(a1, a2, "add")


@word(np.polysub)
def polysub(a1: Any, a2: Any) -> Node:
    return _aligned(a1, a2, "subtract")


@word(np.polyder)
def polyder(p: Any, m: Any = 1) -> Node:
    coefficients = _sized(p)
    order = whole(m)
    if order < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    for _ in range(order):
        degree = coefficients.type.size - 1
        coefficients = part(coefficients, 0, None, max(degree, 0)) * np.arange(degree, 0, -1)
    return coefficients


@word(np.polyint)
def polyint(p: Any, m: Any = 1, k: Any = None) -> Node:
    coefficients = inexact(_sized(p))
    order = whole(m)
    if order < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    last = _constants(k, order)
    for step in range(order):
        degree = coefficients.type.size
        coefficients = coefficients / constant(np.arange(degree, 0, -1))
        coefficients = concatenate([coefficients, part(last, 0, step, step + 1)])
    return coefficients


def _constants(k: Any, order: int) -> Node:
    """One constant of integration for each order."""
    given = _row(0.0 if k is None else k)
    if given.type.size == 1 and order > 1:
        return REGISTRY["broadcast"](given, shape=(order,))
    if given.type.size < order:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    return given
