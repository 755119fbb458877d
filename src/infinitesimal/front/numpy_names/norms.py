"""NumPy's names for the size of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.errors import UnsupportedError
from infinitesimal.front.numpy_names.common import axes_of, axis_of, inexact, node_of, wholes, word
from infinitesimal.front.numpy_names.reducing import (
    count_nonzero,
    kept,
    max,
    min,
    reduced,
    restored,
    sum,
)
from infinitesimal.ops.power import raise_to
from infinitesimal.ops.select import where


@word(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Node:
    """The length of vectors, or a norm of matrices; its derivative at zero is zero."""
    node = inexact(node_of(x))
    ndim = node.type.ndim
    if axis is None and (
        ord is None or (ord == 2 and ndim == 1) or (ord in ("fro", "f") and ndim == 2)
    ):
        return reduced(REGISTRY["norm"], node, None, keepdims)
    axes = tuple(axis_of(k, ndim) for k in (range(ndim) if axis is None else wholes(axis)))
    if len(axes) == 1:
        return _vector(node, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix(node, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


def _vector(x: Node, ord: Any, axis: Any, keepdims: Any) -> Node:
    if ord is None or ord == 2:
        return reduced(REGISTRY["norm"], x, axis, keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    size = REGISTRY["absolute"](x)
    if ord == np.inf:
        return max(size, axis, keepdims=keepdims, initial=0)
    if ord == -np.inf:
        return min(size, axis, keepdims=keepdims)
    if ord == 0:
        return REGISTRY["astype"](count_nonzero(x, axis, keepdims=keepdims), dtype=x.type.dtype)
    if ord == 1:
        return sum(size, axis, keepdims=keepdims)
    total = sum(raise_to(size, ord), axis, keepdims=keepdims)
    nought = zeros(array_type(total.type.dtype))
    none = REGISTRY["equal"](total, nought)
    return where(none, nought, raise_to(where(none, nought + 1, total), 1 / ord))


def _matrix(x: Node, ord: Any, axes: tuple[int, ...], keepdims: Any) -> Node:
    rows, columns = axes
    if rows == columns:
        raise ValueError("Duplicate axes given.")
    if ord in (None, "fro", "f"):
        return reduced(REGISTRY["norm"], x, axes, keepdims)
    if ord not in (1, -1, np.inf, -np.inf):
        if ord in (2, -2, "nuc"):
            raise UnsupportedError(
                f"np.linalg.norm(…, ord={ord!r}) of a matrix",
                why="it needs the singular values, whose derivative is not known here",
                instead="ord='fro', 1 or np.inf",
            )
        raise ValueError("Invalid norm order for matrices.")
    along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = sum(REGISTRY["absolute"](x), along, keepdims=True)
    largest = (
        max(sums, over, keepdims=True, initial=0) if ord > 0 else min(sums, over, keepdims=True)
    )
    if kept(keepdims):
        return largest
    shape = tuple(size for k, size in enumerate(largest.type.shape) if k not in axes)
    return REGISTRY["reshape"](largest, shape=shape)


@word(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Node:
    node = inexact(node_of(x))
    axes = axes_of(axis, node.type.ndim)
    if len(axes) == 1 or ord == 2:
        return _vector(node, ord, axes, keepdims)
    answer = _vector(node, ord, axes, False)
    return restored(answer, node, axes) if kept(keepdims) else answer


@word(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Node:
    node = inexact(node_of(x))
    ndim = node.type.ndim
    return _matrix(node, ord, (axis_of(-2, ndim), axis_of(-1, ndim)), keepdims)
