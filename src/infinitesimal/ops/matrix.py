"""Words about square matrices: inverses, solutions, determinants, and factors.

Each works on the last two axes. The derivative of an inverse is the inverse on both sides of the
change, and the others follow from it: so every order is right, and the reverse of each is found by
transposing products alone. The triangular factor and the eigenvalues read the lower triangle, as
LAPACK does for NumPy, and their derivatives say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.notation import call
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.comparison import equal
from infinitesimal.ops.declare import custom
from infinitesimal.ops.products import flipped, matmul
from infinitesimal.ops.reduce import sum
from infinitesimal.ops.select import where
from infinitesimal.ops.shape import reshape

Times = Callable[..., Node]
Tangents = Sequence[Node | None]
_linalg: Any = np.linalg


def _square(word: str) -> Callable[[Type], Type]:
    def infer(x: Type) -> Type:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ShapeError(word, found=str(x), why="the last two axes must be a square matrix")
        return x

    return infer


def _number(word: str) -> Callable[[Type], Type]:
    return lambda x: array_type(x.dtype, _square(word)(x).shape[:-2])


def _diagonal(x: Node) -> Node:
    """The diagonal of matrices: their product with the identity, summed over rows."""
    return sum(x * np.eye(x.type.shape[-1], dtype=x.type.dtype), axis=(x.type.ndim - 2,))


def _trace_of_product(x: Node, y: Node) -> Node:
    """The trace of the matrix product x·y."""
    product = x * flipped(y)
    return sum(product, axis=(product.type.ndim - 2, product.type.ndim - 1))


# ---- inverse and solution


def _inverse_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    (tangent,) = tangents
    return None if tangent is None else -matmul(node, matmul(tangent, node))


inverse = custom(
    "inverse", _linalg.inv, _square("inverse"), _inverse_jvp, cost=4,
    batch=batching.aligned, because="the inverse stands on both sides of the change, with a minus",
    analytic=_linalg.inv, notation=call("np.linalg.inv({0})"),
)  # fmt: skip


def _solve_type(a: Type, b: Type) -> Type:
    _square("solve")(a)
    if b.ndim < 2 or b.shape[-2] != a.shape[-1]:
        raise ShapeError("solve", found=f"{a}\n{b}", why="the right side has a row for each row")
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return array_type(np.result_type(a.dtype, b.dtype), (*batch, *b.shape[-2:]))


def _solve_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    matrix, right = tangents
    change = None if matrix is None else -matmul(matrix, node)
    if right is not None:
        change = right if change is None else right + change
    return None if change is None else matmul(inverse(node.inputs[0]), change)


solve = custom(
    "solve", _linalg.solve, _solve_type, _solve_jvp, cost=4,
    batch=batching.aligned,
    because="the change of the right side, less what the change of the matrix does to the solution",
    analytic=_linalg.solve, notation=call("np.linalg.solve({0}, {1})", 2),
)  # fmt: skip


# ---- determinant


def _adjugate(x: Any) -> Any:
    """Determinant times inverse, from the singular values, so that a singular matrix has one."""
    left, values, right = _linalg.svd(x)
    size = values.shape[-1]
    others = np.stack(
        [np.prod(np.delete(values, k, axis=-1), axis=-1) for k in range(size)], axis=-1
    )
    sign = _linalg.det(left) * _linalg.det(right)
    adjugate = np.swapaxes(right, -1, -2) * others[..., None, :] @ np.swapaxes(left, -1, -2)
    return (adjugate * np.rint(sign)[..., None, None]).astype(x.dtype)


def _adjugate_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    (tangent,) = tangents
    if tangent is None:
        return None
    determinant = det(node.inputs[0])
    shape = (*determinant.type.shape, 1, 1)
    part = reshape(_trace_of_product(node, tangent), shape=shape)
    change = part * node - matmul(node, matmul(tangent, node))
    return change / reshape(determinant, shape=shape)


adjugate = custom(
    "adjugate", _adjugate, _square("adjugate"), _adjugate_jvp, cost=20,
    batch=batching.aligned, because="determinant and inverse change together",
)  # fmt: skip


def _det_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    (tangent,) = tangents
    return None if tangent is None else _trace_of_product(adjugate(node.inputs[0]), tangent)


det = custom(
    "det", _linalg.det, _number("det"), _det_jvp, cost=2,
    batch=batching.aligned, because="each element's change is weighed by its cofactor (Jacobi)",
    analytic=_linalg.det, notation=call("np.linalg.det({0})"),
)  # fmt: skip


def _logabsdet_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    (tangent,) = tangents
    return None if tangent is None else _trace_of_product(inverse(node.inputs[0]), tangent)


logabsdet = custom(
    "logabsdet", lambda x: _linalg.slogdet(x)[1], _number("logabsdet"), _logabsdet_jvp, cost=2,
    batch=batching.aligned,
    because="the logarithm of the determinant grows by the trace of the inverse times the change",
    notation=call("np.linalg.slogdet({0})[1]"),
)  # fmt: skip
signdet = custom(
    "signdet", lambda x: _linalg.slogdet(x)[0], _number("signdet"), None, cost=2,
    batch=batching.aligned, because="it jumps where it changes at all, and is constant elsewhere",
    notation=call("np.linalg.slogdet({0})[0]"),
)  # fmt: skip


# ---- factors of symmetric matrices, of which only the lower triangle is read


def _triangle(x: Node, k: int) -> Node:
    kept = np.tri(x.type.shape[-1], k=k, dtype=bool)
    return where(constant(kept), x, zeros(array_type(x.type.dtype)))


def _symmetric(x: Node) -> Node:
    """The symmetric matrix with this lower triangle."""
    return _triangle(x, 0) + flipped(_triangle(x, -1))


def _cholesky_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    """Differentiate L·Lᵀ = A and take the lower triangle (Murray 2016, arXiv:1602.07527)."""
    (tangent,) = tangents
    if tangent is None:
        return None
    within = inverse(node)
    middle = matmul(within, matmul(_symmetric(tangent), flipped(within)))
    half = np.tri(node.type.shape[-1], dtype=node.type.dtype)
    half = half - 0.5 * np.eye(node.type.shape[-1], dtype=node.type.dtype)
    return matmul(node, middle * half)


cholesky = custom(
    "cholesky", _linalg.cholesky, _square("cholesky"), _cholesky_jvp, cost=2,
    batch=batching.aligned,
    because="seen between the factors, the change of the matrix is the change of the factor "
    "and its mirror image",
    notation=call("np.linalg.cholesky({0})"),
)  # fmt: skip


def _turned(node: Node, vectors: Node, tangent: Node) -> Node:
    """The change of a symmetric matrix in the frame of its eigenvectors."""
    return matmul(flipped(vectors), matmul(_symmetric(tangent), vectors))


def _eigenvalues_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    (tangent,) = tangents
    if tangent is None:
        return None
    return _diagonal(_turned(node, eigenvectors(node.inputs[0]), tangent))


def _eigenvalues_type(x: Type) -> Type:
    return array_type(x.dtype, _square("eigenvalues")(x).shape[:-1])


eigenvalues = custom(
    "eigenvalues", _linalg.eigvalsh, _eigenvalues_type, _eigenvalues_jvp, cost=10,
    batch=batching.aligned,
    because="an eigenvalue changes by the change of the matrix between its eigenvector and itself",
    notation=call("np.linalg.eigvalsh({0})"),
)  # fmt: skip


def _eigenvectors_jvp(node: Node, tangents: Tangents, times: Times) -> Node | None:
    """Each vector turns towards the others, the faster the nearer their eigenvalues are."""
    (tangent,) = tangents
    if tangent is None:
        return None
    values = eigenvalues(node.inputs[0])
    batch, size = values.type.shape[:-1], values.type.shape[-1]
    gap = reshape(values, shape=(*batch, 1, size)) - reshape(values, shape=(*batch, size, 1))
    nought = zeros(array_type(gap.type.dtype))
    none = equal(gap, nought)
    rate = where(none, nought, 1 / where(none, nought + 1, gap))
    return matmul(node, rate * _turned(node, node, tangent))


eigenvectors = custom(
    "eigenvectors", lambda x: _linalg.eigh(x)[1], _square("eigenvectors"), _eigenvectors_jvp,
    cost=20, batch=batching.aligned,
    because="each eigenvector turns towards the others by the change between them",
    notation=call("np.linalg.eigh({0})[1]"),
)  # fmt: skip
