"""The names of `numpy.linalg` that are about square matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.front.numpy_names.common import inexact, node_of, reshaped, word
from infinitesimal.ops import matrix
from infinitesimal.ops.products import flipped


def _matrix(a: Any) -> Node:
    """A floating-point node whose last two axes are a square matrix. Raises NumPy's errors."""
    x = inexact(node_of(a))
    if x.type.ndim < 2:
        raise np.linalg.LinAlgError(
            f"{x.type.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    if x.type.shape[-1] != x.type.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    return x


@word(np.linalg.inv)
def inv(a: Any) -> Node:
    return matrix.inverse(_matrix(a))


@word(np.linalg.solve)
def solve(a: Any, b: Any) -> Node:
    """The solution of a·x = b, where `b` is a vector or has one in each column."""
    x = _matrix(a)
    right = inexact(node_of(b))
    if right.type.ndim == 1:
        column = matrix.solve(x, reshaped(right, (right.type.size, 1)))
        return reshaped(column, column.type.shape[:-1])
    return matrix.solve(x, right)


@word(np.linalg.det)
def det(a: Any) -> Node:
    return matrix.det(_matrix(a))


class SlogdetResult(NamedTuple):
    """The sign of a determinant, and the logarithm of its size."""

    sign: Any
    logabsdet: Any


@word(np.linalg.slogdet)
def slogdet(a: Any) -> SlogdetResult:
    x = _matrix(a)
    return SlogdetResult(matrix.signdet(x), matrix.logabsdet(x))


@word(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Node:
    """The triangular factor, of the lower triangle of the matrix (or of its upper one)."""
    x = _matrix(a)
    return flipped(matrix.cholesky(flipped(x))) if upper else matrix.cholesky(x)


def _one_triangle(a: Any, UPLO: str) -> Node:
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    x = _matrix(a)
    return flipped(x) if UPLO.upper() == "U" else x


@word(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Node:
    return matrix.eigenvalues(_one_triangle(a, UPLO))


class EighResult(NamedTuple):
    """The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


@word(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    x = _one_triangle(a, UPLO)
    return EighResult(matrix.eigenvalues(x), matrix.eigenvectors(x))
