"""Calls of NumPy's functions as values: a name, a function of arrays, and the arrays.

Each is one row of a table that `test_numpy_names` goes through: value, shape and dtype as NumPy's,
derivatives as the numbers say. `SMOOTH` rows are differentiable at their arrays, `STEPS` are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RANDOM = np.random.default_rng(20)
V = RANDOM.standard_normal(5)
W = RANDOM.standard_normal(5)
P = RANDOM.uniform(0.5, 2.0, 5)
M = RANDOM.standard_normal((3, 4))
N = RANDOM.standard_normal((4, 3))
S = RANDOM.standard_normal((3, 3))
T = RANDOM.standard_normal((2, 3, 4))
U = RANDOM.standard_normal((2, 4, 3))
ZERO = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
ONE_ZERO = np.array([[2.0, 0.0, 3.0], [1.5, 4.0, -1.0]])
SCALAR = np.float64(1.3)
MASK = np.array([True, False, True, True, False])
ROWS = np.array([[0, 2], [1, 0]])
NAN = np.array([1.0, np.nan, 3.0, -2.0])


@dataclass(frozen=True)
class Sample:
    """One call: `function(*arrays)`."""

    name: str
    function: Callable[..., Any]
    arrays: tuple[Any, ...]

    def __repr__(self) -> str:
        return self.name


def sample(name: str, function: Callable[..., Any], *arrays: Any) -> Sample:
    return Sample(name, function, arrays)


REDUCTIONS = [
    *(
        sample(
            f"{f.__name__}-{axis}-{keep}",
            lambda x, f=f, a=axis, k=keep: f(x, axis=a, keepdims=k),
            T,
        )
        for f in (np.sum, np.prod, np.max, np.min, np.mean, np.var, np.std)
        for axis, keep in ((None, False), (0, False), (-1, True), ((0, 2), True), ((-1, 0), False))
    ),
    sample("sum-scalar", np.sum, SCALAR),
    sample("sum-initial", lambda x: np.sum(x, initial=2.0), V),
    sample("sum-where", lambda x: np.sum(x, where=MASK), V),
    sample("sum-axis-empty", lambda x: np.sum(x, axis=()), M),
    sample("sum-nothing", np.sum, np.zeros((0, 3))),
    sample("sum-nothing-axis", lambda x: np.sum(x, axis=0), np.zeros((0, 3))),
    sample("prod-zeros", np.prod, ZERO),
    sample("prod-one-zero", lambda x: np.prod(x, axis=1), ONE_ZERO),
    sample("prod-nothing", np.prod, np.zeros((0,))),
    sample("prod-where", lambda x: np.prod(x, where=MASK, initial=3.0), V),
    sample("max-initial", lambda x: np.max(x, initial=0.3), V),
    sample("min-where", lambda x: np.min(x, initial=9.0, where=MASK), V),
    sample("mean-where", lambda x: np.mean(x, where=MASK), V),
    sample("mean-float32", lambda x: np.mean(x, axis=0), M.astype(np.float32)),
    sample("var-ddof", lambda x: np.var(x, ddof=1, axis=1), M),
    sample("var-correction", lambda x: np.var(x, correction=1), M),
    sample("std-ddof", lambda x: np.std(x, axis=0, ddof=1, keepdims=True), M),
    sample("std-float32", np.std, M.astype(np.float32)),
    sample("std-where", lambda x: np.std(x, where=MASK), V),
    sample("ptp", lambda x: np.ptp(x, axis=1), M),
    sample("average", np.average, M),
    sample("average-weights", lambda x, w: np.average(x, weights=w), V, P),
    sample(
        "average-axis", lambda x, w: np.average(x, axis=1, weights=w), M, RANDOM.uniform(1, 2, 4)
    ),
    sample("average-returned", lambda x, w: np.average(x, weights=w, returned=True), V, P),
    sample("nansum", np.nansum, NAN),
    sample("nanprod", np.nanprod, NAN),
    sample("nanmean", np.nanmean, NAN),
    sample("nanmax", np.nanmax, NAN),
    sample("nanmin", np.nanmin, NAN),
    sample("nanvar", np.nanvar, NAN),
    sample("nanstd", np.nanstd, NAN),
    sample("nancumsum", np.nancumsum, NAN),
    sample("nancumprod", np.nancumprod, NAN),
    sample("median-odd", np.median, V),
    sample("median-even", lambda x: np.median(x, axis=1), M),
    sample("median-keepdims", lambda x: np.median(x, axis=(0, 2), keepdims=True), T),
    sample("percentile", lambda x: np.percentile(x, 30), V),
    sample("percentile-several", lambda x: np.percentile(x, [5, 50, 80], axis=0), M),
    sample("quantile-keepdims", lambda x: np.quantile(x, 0.3, axis=1, keepdims=True), M),
    *(
        sample(f"quantile-{m}", lambda x, m=m: np.quantile(x, [0.0, 0.37, 1.0], method=m), V)
        for m in ("linear", "lower", "higher", "midpoint", "nearest")
    ),
    sample("add.reduce", np.add.reduce, M),
    sample("add.reduce-keepdims", lambda x: np.add.reduce(x, axis=1, keepdims=True), M),
    sample("multiply.reduce", np.multiply.reduce, M),
    sample("maximum.reduce", lambda x: np.maximum.reduce(x, axis=None), M),
    sample("minimum.reduce", np.minimum.reduce, M),
    sample("logaddexp.reduce", lambda x: np.logaddexp.reduce(x, axis=1), M),
    sample("logaddexp.reduce-first", np.logaddexp.reduce, V),
    sample("add.accumulate", np.add.accumulate, M),
    sample("multiply.accumulate", lambda x: np.multiply.accumulate(x, axis=1), M),
    sample("subtract.outer", np.subtract.outer, V, W),
    sample("multiply.outer", np.multiply.outer, M, V),
    sample("power.outer", np.power.outer, P, W),
]

SHAPES = [
    sample("reshape", lambda x: np.reshape(x, (4, 3)), M),
    sample("reshape-minus-one", lambda x: np.reshape(x, (2, -1)), M),
    sample("reshape-fortran", lambda x: np.reshape(x, (2, -1), order="F"), M),
    sample("reshape-method", lambda x: x.reshape(2, 6), M),
    sample("reshape-method-tuple", lambda x: x.reshape((2, -1)), M),
    sample("ravel", np.ravel, M),
    sample("ravel-fortran", lambda x: np.ravel(x, order="F"), M),
    sample("ravel-scalar", np.ravel, SCALAR),
    sample("flatten", lambda x: x.flatten(), M),
    sample("transpose", np.transpose, T),
    sample("transpose-axes", lambda x: np.transpose(x, (1, -1, 0)), T),
    sample("transpose-method", lambda x: x.transpose(2, 0, 1), T),
    sample("T", lambda x: x.T, M),
    sample("swapaxes", lambda x: np.swapaxes(x, 0, -1), T),
    sample("moveaxis", lambda x: np.moveaxis(x, 0, -1), T),
    sample("moveaxis-several", lambda x: np.moveaxis(x, [0, 1], [-1, 0]), T),
    sample("rollaxis", lambda x: np.rollaxis(x, 2, 1), T),
    sample("rollaxis-end", lambda x: np.rollaxis(x, 0, 3), T),
    sample("matrix_transpose", np.matrix_transpose, T),
    sample("expand_dims", lambda x: np.expand_dims(x, (0, -1)), M),
    sample("squeeze", np.squeeze, M[:, None, :, None]),
    sample("squeeze-axis", lambda x: np.squeeze(x, axis=1), M[:, None, :, None]),
    sample("atleast_1d", np.atleast_1d, SCALAR),
    sample("atleast_2d", lambda x, y: np.atleast_2d(x, y), SCALAR, V),
    sample("atleast_3d", lambda x, y, z: np.atleast_3d(x, y, z), SCALAR, V, M),
    sample("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 5)), V),
    sample("broadcast_arrays", lambda x, y: np.broadcast_arrays(x, y), V, SCALAR),
    sample("flip", np.flip, T),
    sample("flip-axes", lambda x: np.flip(x, (0, -1)), T),
    sample("fliplr", np.fliplr, M),
    sample("flipud", np.flipud, M),
    sample("roll", lambda x: np.roll(x, 2), M),
    sample("roll-axis", lambda x: np.roll(x, -1, axis=1), M),
    sample("roll-several", lambda x: np.roll(x, (1, 2), axis=(0, 1)), M),
    *(sample(f"rot90-{k}", lambda x, k=k: np.rot90(x, k), M) for k in (0, 1, 2, 3, -1)),
    sample("rot90-axes", lambda x: np.rot90(x, 1, (1, 2)), T),
    sample("repeat", lambda x: np.repeat(x, 3), M),
    sample("repeat-axis", lambda x: np.repeat(x, 2, axis=1), M),
    sample("repeat-counts", lambda x: np.repeat(x, [1, 0, 3], axis=0), M),
    sample("tile", lambda x: np.tile(x, 3), V),
    sample("tile-several", lambda x: np.tile(x, (2, 1, 2)), M),
    sample("tile-short", lambda x: np.tile(x, 2), T),
    sample("pad", lambda x: np.pad(x, 2), M),
    sample("pad-values", lambda x: np.pad(x, ((1, 2), (0, 3)), constant_values=7.0), M),
    *(
        sample(f"pad-{mode}", lambda x, mode=mode: np.pad(x, ((1, 2), (2, 1)), mode=mode), M)
        for mode in ("edge", "reflect", "symmetric", "wrap")
    ),
    sample("tril", lambda x: np.tril(x, -1), M),
    sample("triu", lambda x: np.triu(x, 1), T),
    sample("tril-vector", np.tril, V),
    *(sample(f"diag-{k}", lambda x, k=k: np.diag(x, k), M) for k in (0, 1, -1, 9)),
    *(sample(f"diag-vector-{k}", lambda x, k=k: np.diag(x, k), V) for k in (0, 2, -1)),
    sample("diagflat", lambda x: np.diagflat(x, 1), S),
    sample("diagonal", lambda x: np.diagonal(x, 1, 0, 2), T),
    sample("trace", np.trace, M),
    sample("trace-axes", lambda x: np.trace(x, -1, 1, 2), T),
    sample("linalg.trace", np.linalg.trace, T),
    sample("linalg.diagonal", np.linalg.diagonal, T),
    sample("copy", lambda x: x.copy() + np.copy(x), V),
    sample("meshgrid", lambda x, y: np.meshgrid(x, y), V, P[:3]),
    sample("meshgrid-ij", lambda x, y: np.meshgrid(x, y, indexing="ij", sparse=True), V, P[:3]),
    sample("linspace", lambda x, y: np.linspace(x, y, 7), SCALAR, np.float64(3.0)),
    sample("linspace-open", lambda x: np.linspace(0.0, x, 4, endpoint=False), SCALAR),
    sample("linspace-axis", lambda x: np.linspace(x, 2.0, 3, axis=-1), V),
    sample("vander", np.vander, V),
    sample("vander-increasing", lambda x: np.vander(x, 3, increasing=True), V),
    sample("delete", lambda x: np.delete(x, [1, 3]), V),
    sample("delete-axis", lambda x: np.delete(x, slice(0, 2), axis=1), M),
    sample("full_like", lambda x, y: np.full_like(x, y), V, SCALAR),
    sample("zeros_like", lambda x: np.zeros_like(x) + x, V),
    sample("ones_like", lambda x: np.ones_like(x, shape=(2, 2)) * x, SCALAR),
]

JOINS = [
    sample("concatenate", lambda x, y: np.concatenate([x, y]), V, W),
    sample("concatenate-axis", lambda x, y: np.concatenate((x, y), axis=-1), M, S),
    sample("concatenate-flat", lambda x, y: np.concatenate((x, y), axis=None), M, V),
    sample("concatenate-plain", lambda x: np.concatenate([x, W, x]), V),
    sample("concatenate-rows", np.concatenate, M),
    sample("concatenate-dtypes", lambda x, y: np.concatenate([x, y]), V.astype(np.float32), V),
    sample("stack", lambda x, y: np.stack([x, y]), V, W),
    sample("stack-axis", lambda x, y: np.stack([x, y], axis=-1), M, M + 1),
    sample("stack-scalars", lambda x: np.stack([x[0], 2.0, x[1]]), V),
    sample("vstack", lambda x, y: np.vstack([x, y]), V, W),
    sample("hstack", lambda x, y: np.hstack([x, y]), V, W),
    sample("hstack-matrices", lambda x, y: np.hstack([x, y]), M, S),
    sample("dstack", lambda x, y: np.dstack([x, y]), M, M),
    sample("dstack-vectors", lambda x, y: np.dstack([x, y]), V, W),
    sample("column_stack", lambda x, y: np.column_stack([x, y]), V, W),
    sample("append", lambda x: np.append(x, [1.0, 2.0]), V),
    sample("append-axis", lambda x: np.append(x, x, axis=1), M),
    sample("split", lambda x: np.split(x, 2, axis=1), M),
    sample("split-places", lambda x: np.split(x, [1, 3]), V),
    sample("array_split", lambda x: np.array_split(x, 3), V),
    sample("hsplit", lambda x: np.hsplit(x, 2), M),
    sample("vsplit", lambda x: np.vsplit(x, 3), M),
    sample("dsplit", lambda x: np.dsplit(x, 2), T),
    sample("unstack", lambda x: np.unstack(x, axis=1), M),
]

CHOICES = [
    sample("where", lambda x, y: np.where(x > 0, x, y), V, W),
    sample("where-number", lambda x: np.where(x > 0, x, 0.0), V),
    sample("where-broadcast", lambda x, y: np.where(x > 0, x, y), M, SCALAR),
    sample("where-float32", lambda x: np.where(x > 0, x, 0.0), V.astype(np.float32)),
    sample("clip", lambda x: np.clip(x, -0.5, 0.5), V),
    sample("clip-low", lambda x: np.clip(x, 0.1, None), V),
    sample("clip-traced", lambda x, y: np.clip(x, y - 1, y), V, W),
    sample("clip-method", lambda x: x.clip(-0.5, 0.5), V),
    sample("select", lambda x: np.select([x > 1, x > 0], [x * x, x], -x), V),
    sample("piecewise", lambda x: np.piecewise(x, [x < 0, x >= 0], [-1.0, 1.0]) * x, V),
    sample("choose", lambda x, y: np.choose([0, 1, 1, 0, 2], [x, y, 1.0]), V, W),
    sample("sort", np.sort, V),
    sample("sort-axis", lambda x: np.sort(x, axis=0), M),
    sample("sort-flat", lambda x: np.sort(x, axis=None), M),
    sample("take", lambda x: np.take(x, [0, 0, 3]), V),
    sample("take-axis", lambda x: np.take(x, ROWS, axis=1), M),
    sample("take-wrap", lambda x: np.take(x, [-7, 9], mode="wrap"), V),
    sample("take-clip", lambda x: np.take(x, [-7, 9], mode="clip"), V),
    sample("take-method", lambda x: x.take([1, 1]), V),
    sample("take_along_axis", lambda x: np.take_along_axis(x, np.argsort(x, axis=1), 1), M),
    sample("compress", lambda x: np.compress([True, False, True], x, axis=0), M),
    sample("extract", lambda x: np.extract(x > 0, x), V),
    sample("maximum", np.maximum, V, W),
    sample("power", lambda x: np.power(x, 3), V),
    sample("power-traced", np.power, P, W),
    sample("add-list", lambda x: np.add(x, [1.0, 2.0, 3.0, 4.0, 5.0]), V),
    sample("add-dtype", lambda x: np.add(x, 1.0, dtype=np.float64), V),
]

PRODUCTS = [
    sample("matmul", np.matmul, M, N),
    sample("matmul-vector", np.matmul, M, V[:4]),
    sample("matmul-row", np.matmul, V[:3], M),
    sample("matmul-vectors", np.matmul, V, W),
    sample("matmul-batch", np.matmul, T, U),
    sample("matmul-broadcast", np.matmul, T, N),
    sample("matmul-batch-vector", np.matmul, T, V[:4]),
    sample("matmul-row-batch", np.matmul, V[:3], T),
    sample("matmul-operator", lambda x, y: x @ y, M, N),
    sample("matmul-plain", lambda x: N @ x, M),
    sample("matmul-nothing", np.matmul, np.zeros((2, 0)), np.zeros((0, 3))),
    sample("dot", np.dot, M, N),
    sample("dot-vectors", np.dot, V, W),
    sample("dot-scalar", np.dot, M, SCALAR),
    sample("dot-batch", np.dot, T, U),
    sample("dot-tensor-vector", np.dot, T, V[:4]),
    sample("dot-method", lambda x, y: x.dot(y), M, N),
    sample("vdot", np.vdot, M, N.reshape(3, 4)),
    sample("vecdot", lambda x, y: np.vecdot(x, y, axis=0), M, M + 1),
    sample("inner", np.inner, T, M),
    sample("outer", np.outer, M, V),
    sample("tensordot", np.tensordot, T, np.moveaxis(U, 0, -1).reshape(4, 3, 2).swapaxes(0, 1)),
    sample("tensordot-axes", lambda x, y: np.tensordot(x, y, axes=([0, 2], [0, 1])), T, U),
    sample("tensordot-none", lambda x, y: np.tensordot(x, y, 0), V, M),
    sample("kron", np.kron, M, V),
    sample("kron-matrices", np.kron, M, S),
    sample("cross", np.cross, V[:3], W[:3]),
    sample("cross-many", lambda x, y: np.cross(x, y, axis=0), M, M[::-1]),
    sample("multi_dot", lambda x, y, z: np.linalg.multi_dot([x, y, z]), M, N, M),
    sample("multi_dot-vectors", lambda x, y, z: np.linalg.multi_dot([x, y, z]), V[:3], M, W[:4]),
    *(
        sample(f"matrix_power-{n}", lambda x, n=n: np.linalg.matrix_power(x, n), S)
        for n in (0, 1, 2, 5)
    ),
    sample("einsum-product", lambda x, y: np.einsum("ij,jk->ik", x, y), M, N),
    sample("einsum-implicit", lambda x, y: np.einsum("ij,jk", x, y), M, N),
    sample("einsum-transpose", lambda x: np.einsum("ba", x), M),
    sample("einsum-trace", lambda x: np.einsum("ii", x), S),
    sample("einsum-diagonal", lambda x: np.einsum("ii->i", x), S),
    sample("einsum-diagonal-product", lambda x, y: np.einsum("ii,i->i", x, y), S, V[:3]),
    sample("einsum-sum", lambda x: np.einsum("ijk->j", x), T),
    sample("einsum-all", lambda x, y: np.einsum("ij,kl->", x, y), M, N),
    sample("einsum-batch", lambda x, y: np.einsum("...ij,...jk->...ik", x, y), T, U),
    sample("einsum-ellipsis-implicit", lambda x, y: np.einsum("...ij,jk", x, y), T, N),
    sample("einsum-three", lambda x, y, z: np.einsum("ij,jk,kl->il", x, y, z), M, N, M),
    sample("einsum-quadratic", lambda x, y: np.einsum("i,ij,j", x, y, x), V[:3], S),
    sample("einsum-broadcast-one", lambda x, y: np.einsum("ij,ij->ij", x, y), M, M[:, :1]),
    sample("einsum-lists", lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]), M, N),
    sample("einsum-outer", lambda x, y: np.einsum("i,j->ji", x, y), V, W),
    sample("einsum-cube", lambda x: np.einsum("iii->i", x), RANDOM.standard_normal((3, 3, 3))),
    sample(
        "einsum-large",
        lambda x, y: np.einsum("ij,jk->ki", x, y),
        np.ones((20, 30)),
        np.ones((30, 5)),
    ),
    *(
        sample(f"norm-{order}", lambda x, o=order: np.linalg.norm(x, o), V)
        for order in (None, 2, 1, np.inf, -np.inf, 3, 1.5)
    ),
    sample("norm-axis", lambda x: np.linalg.norm(x, axis=-1), T),
    sample("norm-axis-keepdims", lambda x: np.linalg.norm(x, 1, axis=0, keepdims=True), M),
    sample("norm-matrix", np.linalg.norm, M),
    sample("norm-fro", lambda x: np.linalg.norm(x, "fro", axis=(0, 2), keepdims=True), T),
    sample("norm-matrix-1", lambda x: np.linalg.norm(x, 1), M),
    sample("norm-matrix-inf", lambda x: np.linalg.norm(x, np.inf, axis=(1, 2)), T),
    sample("norm-float32", np.linalg.norm, V.astype(np.float32)),
    sample("vector_norm", lambda x: np.linalg.vector_norm(x, axis=(0, 1)), T),
    sample("vector_norm-3", lambda x: np.linalg.vector_norm(x, ord=3, keepdims=True), M),
    sample("matrix_norm", lambda x: np.linalg.matrix_norm(x, keepdims=True), T),
]

CALCULUS = [
    sample("cumsum", np.cumsum, M),
    sample("cumsum-axis", lambda x: np.cumsum(x, axis=0), M),
    sample("cumprod", np.cumprod, V),
    sample("cumprod-zeros", np.cumprod, ZERO),
    sample("cumprod-axis", lambda x: np.cumprod(x, axis=-1), ONE_ZERO),
    sample("diff", np.diff, M),
    sample("diff-2", lambda x: np.diff(x, 2, axis=0), M),
    sample("diff-ends", lambda x: np.diff(x, prepend=0.0, append=[1.0, 2.0]), V),
    sample("ediff1d", lambda x: np.ediff1d(x, to_end=[1.0], to_begin=2.0), M),
    sample("gradient", np.gradient, V),
    sample("gradient-step", lambda x: np.gradient(x, 0.5, axis=1), M),
    sample("gradient-2d", np.gradient, M),
    sample("gradient-grid", lambda x, y: np.gradient(x, y), V, np.cumsum(P)),
    sample("gradient-edge", lambda x: np.gradient(x, edge_order=2), V),
    sample("gradient-edge-grid", lambda x, y: np.gradient(x, y, edge_order=2), V, np.cumsum(P)),
    sample("trapezoid", np.trapezoid, V),
    sample("trapezoid-grid", lambda y, x: np.trapezoid(y, x, axis=0), M, np.cumsum(P)[:3]),
    sample("trapezoid-dx", lambda x: np.trapezoid(x, dx=0.1), M),
    sample("polyval", np.polyval, V, W),
    sample("polyval-scalar", np.polyval, V, SCALAR),
    sample(
        "interp", lambda x, y: np.interp(x, np.arange(5.0), y), np.array([0.3, 2.7, -1.0, 9.0]), V
    ),
    sample("interp-grid", lambda x, g: np.interp(x, g, W), np.array([1.3, 2.2]), np.cumsum(P)),
    sample(
        "interp-ends", lambda x: np.interp(x, np.arange(5.0), V, left=-9.0, right=x[0]), P * 3 - 1
    ),
    *(
        sample(f"convolve-{m}", lambda x, y, m=m: np.convolve(x, y, m), V, P[:3])
        for m in ("full", "same", "valid")
    ),
    *(
        sample(f"convolve-short-{m}", lambda x, y, m=m: np.convolve(x, y, m), V[:2], P)
        for m in ("full", "same", "valid")
    ),
    *(
        sample(f"correlate-{m}", lambda x, y, m=m: np.correlate(x, y, m), V, P[:3])
        for m in ("full", "same", "valid")
    ),
    *(
        sample(f"correlate-even-{m}", lambda x, y, m=m: np.correlate(x, y, m), V, P[:2])
        for m in ("full", "same", "valid")
    ),
    *(
        sample(f"correlate-short-{m}", lambda x, y, m=m: np.correlate(x, y, m), V[:2], P)
        for m in ("full", "same", "valid")
    ),
    sample("cov", np.cov, M),
    sample("cov-two", lambda x, y: np.cov(x, y, ddof=0), V, W),
    sample("cov-columns", lambda x: np.cov(x, rowvar=False, bias=True), M),
    sample("cov-vector", np.cov, V),
    sample("corrcoef", np.corrcoef, M + np.arange(12.0).reshape(3, 4) ** 2 / 9),
    sample("bincount", lambda w: np.bincount([0, 2, 2, 5, 0], w), V),
]

INDEXING = [
    sample("index-int", lambda x: x[1], M),
    sample("index-negative", lambda x: x[-1, -2], M),
    sample("index-slice", lambda x: x[::-1, 1:3], M),
    sample("index-new", lambda x: x[:, None, ..., None], M),
    sample("index-empty-tuple", lambda x: x[()], M),
    sample("index-array", lambda x: x[[0, 2, 0]], M),
    sample("index-arrays", lambda x: x[[0, 1], :, [2, 3]], T),
    sample("index-mixed", lambda x: x[:, ROWS, 1:], T),
    sample("index-mask", lambda x: x[x > 0], M),
    sample("index-mask-plain", lambda x: x[MASK], V),
    sample("index-mask-axis", lambda x: x[:, np.array([True, False, True])], T),
    sample("index-traced", lambda x: x[np.argmax(x)], V),
    sample("index-traced-axis", lambda x: x[1:, np.argmin(x[0])], M),
    sample("index-traced-array", lambda x: x[np.argsort(x)[:2]], V),
    sample("index-list-traced", lambda x: x[[np.argmax(x), 0]], V),
    sample("iterate", lambda x: sum(v * v for v in x), V),
    sample("iterate-rows", lambda x: sum(v[0] * v[1] for v in x), M),
    sample("len-shape", lambda x: x * len(x) * x.shape[0] * np.size(x) * np.ndim(x), V),
]

SMOOTH = [*REDUCTIONS, *SHAPES, *JOINS, *CHOICES, *PRODUCTS, *CALCULUS, *INDEXING]


def changed(function, *more):
    """A function that changes a copy of its first argument, as one that returns it."""

    def change(x, *others):
        u = x.copy()
        function(u, *more, *others)
        return u

    return change


MORE = [
    sample("insert", lambda x: np.insert(x, 2, 7.0), V),
    sample("insert-many", lambda x, y: np.insert(x, [4, 0, -1], y), V, W[:3]),
    sample("insert-end", lambda x, y: np.insert(x, 5, y), V, W),
    sample("insert-axis", lambda x, y: np.insert(x, 1, y, axis=1), M, P[:3]),
    sample("insert-rows", lambda x, y: np.insert(x, [1], y, axis=0), M, M[:2]),
    sample("insert-slice", lambda x: np.insert(x, slice(1, 3), [8.0, 9.0]), V),
    sample("block", lambda x, y: np.block([[x, y[:, None]], [1.0, x[:1], 2.0]][:1]), M, P[:3]),
    sample("block-deep", lambda x, y: np.block([[x, x], [x, y]]), S, S.T),
    sample("block-row", lambda x, y: np.block([x, y, 3.0]), V, W),
    sample("cumulative_sum", lambda x: np.cumulative_sum(x, axis=1, include_initial=True), M),
    sample("cumulative_prod", np.cumulative_prod, ZERO),
    sample("matvec", np.matvec, T, V[:4]),
    sample("vecmat", np.vecmat, M[:, :2].T, T),
    sample("logspace", lambda x, y: np.logspace(x, y, 4), SCALAR, np.float64(2.0)),
    sample("geomspace", lambda x, y: np.geomspace(x, y, 5), SCALAR, np.float64(20.0)),
    sample("polyadd", np.polyadd, V, W[:3]),
    sample("polysub", np.polysub, V[:2], W),
    sample("polyder", lambda x: np.polyder(x, 2), V),
    sample("polyint", lambda x, k: np.polyint(x, 2, k), V, W[:2]),
    sample("modf", np.modf, V),
    sample("ldexp", lambda x: np.ldexp(x, np.array([1, 2, -3, 0, 5])), V),
    sample("ldexp-number", lambda x: np.ldexp(x, 2), V),
    sample("unwrap", np.unwrap, np.array([0.1, 3.0, 6.3, -3.0, 9.0])),
    sample("put", changed(np.put, [0, 7], [1.0, 2.0]), M),
    sample("put-traced", changed(np.put, [0, 7, 3]), M, V[:2]),
    sample("fill_diagonal", changed(np.fill_diagonal), S, V[:2]),
    sample("copyto", changed(np.copyto), M, V[:4]),
    sample("putmask", changed(np.putmask, M > 0), M, V),
    sample("place", changed(np.place, M > 0), M, V),
    sample(
        "put_along_axis",
        lambda x, y: changed(np.put_along_axis, np.array([[0], [2], [1]]))(x, y, 1),
        M,
        S[:, :1],
    ),
    sample("add.at", changed(np.add.at, [0, 2, 0, 0]), V, W[:4]),
    sample("add.at-rows", changed(np.add.at, ([0, 2, 0],)), M, M),
    sample("subtract.at", changed(np.subtract.at, slice(1, 3)), V, SCALAR),
    sample("method-put", lambda x: changed(lambda u: u.put([1, 1], [3.0, x[0, 0]]))(x), M),
    sample("method-partition", changed(lambda u: u.sort(axis=0)), M),
]
# Square matrices far from singular, and symmetric ones with eigenvalues far apart.
A = S + 3.0 * np.eye(3)
AA = RANDOM.standard_normal((2, 3, 3)) + 3.0 * np.eye(3)
SYMMETRIC = (S + S.T) / 2 + np.diag([0.0, 4.0, 9.0])
POSITIVE = AA @ np.swapaxes(AA, 1, 2)


def aligned(vectors):
    """Eigenvectors with signs that do not depend on the machine."""
    return vectors * np.sign(vectors[..., :1, :])


MATRICES = [
    sample("inv", np.linalg.inv, AA),
    sample("solve", np.linalg.solve, A, S),
    sample("solve-vector", np.linalg.solve, AA, V[:3]),
    sample("solve-batch", np.linalg.solve, A, T),
    sample("det", np.linalg.det, AA),
    sample("det-one", np.linalg.det, A[:1, :1]),
    sample("slogdet", lambda x: np.linalg.slogdet(x).logabsdet, -A),
    sample("slogdet-both", lambda x: tuple(np.linalg.slogdet(x)), AA),
    sample("cholesky", np.linalg.cholesky, POSITIVE),
    sample("cholesky-upper", lambda x: np.linalg.cholesky(x, upper=True), POSITIVE),
    sample("eigvalsh", np.linalg.eigvalsh, SYMMETRIC),
    sample("eigvalsh-upper", lambda x: np.linalg.eigvalsh(x, "U"), SYMMETRIC),
    sample("eigh-values", lambda x: np.linalg.eigh(x).eigenvalues, POSITIVE),
    sample("eigh-vectors", lambda x: aligned(np.linalg.eigh(x)[1]), SYMMETRIC),
    sample("matrix_power-negative", lambda x: np.linalg.matrix_power(x, -3), A),
]
SMOOTH += MORE + MATRICES

# Values only: no number of digits is left to measure a slope with.
STEPS = [
    sample("nanargmax", np.nanargmax, NAN),
    sample(
        "nanargmin", lambda x: np.nanargmin(x, axis=0), np.stack([NAN, -NAN, NAN + 1])[:, [0, 2]]
    ),
    sample("angle", np.angle, V),
    sample("angle-degrees", lambda x: np.angle(x, deg=True), V),
    sample("astype", lambda x: x.astype(np.float32), V),
    sample("sum-dtype", lambda x: np.sum(x, dtype=np.float32), V),
    sample("nan_to_num", np.nan_to_num, np.array([1.0, np.nan, -np.inf, np.inf])),
    sample("nan_to_num-values", lambda x: np.nan_to_num(x, nan=3.0, posinf=1.0), NAN),
    sample("argmax", np.argmax, M),
    sample("argmax-axis", lambda x: np.argmax(x, axis=1, keepdims=True), M),
    sample("argmin", lambda x: np.argmin(x, axis=-1), M),
    sample("argsort", np.argsort, M),
    sample("argsort-flat", lambda x: np.argsort(x, axis=None), M),
    sample("any", lambda x: np.any(x > 1, axis=0), M),
    sample("all", lambda x: np.all(x > -1), M),
    sample("all-where", lambda x: np.all(x > 9, where=False), V),
    sample("any-where", lambda x: np.any(x < 9, where=MASK), V),
    sample("any-nothing", np.any, np.zeros((0,))),
    sample("count_nonzero", lambda x: np.count_nonzero(x > 0, axis=1), M),
    sample("logical_or.reduce", lambda x: np.logical_or.reduce(x > 0), M),
    sample("logical_and.reduce", lambda x: np.logical_and.reduce(x > 0, axis=1), M),
    sample("searchsorted", lambda x: np.searchsorted([-1.0, 0.0, 1.0], x), M),
    sample(
        "searchsorted-right", lambda x: np.searchsorted(np.sort(x), [0.0, 0.1], side="right"), V
    ),
    sample("digitize", lambda x: np.digitize(x, [-1.0, 0.0, 1.0]), M),
    sample("digitize-backwards", lambda x: np.digitize(x, [1.0, 0.0, -1.0], right=True), V),
    sample("bincount-counts", lambda x: np.bincount((x > 0).astype(int), minlength=4), V),
    sample("nonzero", lambda x: np.nonzero(x > 0), M),
    sample("where-1", lambda x: np.where(x > 0), M),
    sample("flatnonzero", lambda x: np.flatnonzero(x > 0), M),
    sample("argwhere", lambda x: np.argwhere(x > 0), M),
    sample("isclose", lambda x: np.isclose(x, x + 1e-12), V),
    sample("round", lambda x: np.round(x, 1), V),
    sample("round-whole", lambda x: np.round(x * 3), V),
    sample("round-int", lambda x: np.round(np.argsort(x)), V),
    sample("fix", np.fix, V),
    sample("divmod", lambda x: np.divmod(x, 0.3), V),
    sample("sum-bool", lambda x: np.sum(x > 0), V),
    sample("mean-bool", lambda x: np.mean(x > 0), V),
    sample("prod-int8", lambda x: np.prod((x > 0).astype(np.int8), axis=0), M),
    sample("cumsum-bool", lambda x: np.cumsum(x > 0), V),
    sample("diff-bool", lambda x: np.diff(x > 0), V),
    sample("max-int", lambda x: np.max(np.argsort(x)), V),
    sample("isposinf", lambda x: np.isposinf(1 / (x - x)), V),
    sample("isneginf", lambda x: np.isneginf(x), V),
    sample("matmul-int", lambda x: np.argsort(x) @ np.argsort(x), V),
    sample("shape", lambda x: np.zeros(3) + np.shape(x)[0], V),
]
