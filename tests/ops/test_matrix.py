"""Inverses, determinants and factors: beside JAX, at singular matrices, and in their errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import infinitesimal as dx
import infinitesimal.numpy as dnp

RANDOM = np.random.default_rng(5)
A = RANDOM.standard_normal((4, 4)) + 4 * np.eye(4)
B = RANDOM.standard_normal((4, 2))
W = RANDOM.standard_normal((4, 4))


@pytest.mark.parametrize(
    "name",
    ["inv", "det", "slogdet", "solve", "matrix_power"],
)
def test_gradients_are_jaxs(name):
    def scalar(np, x):
        linalg = np.linalg
        match name:
            case "slogdet":
                return linalg.slogdet(x)[1]
            case "det":
                return linalg.det(x)
            case "solve":
                return np.sum(linalg.solve(x, B) ** 2)
            case "matrix_power":
                return np.sum(linalg.matrix_power(x, -2) * W)
            case _:
                return np.sum(linalg.inv(x) * W)

    ours = dx.grad(lambda x: scalar(np, x))(A)
    theirs = jax.grad(lambda x: scalar(jnp, x))(jnp.asarray(A))
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)
    mirrored = dx.grad(lambda x: scalar(dnp, x))(A)
    np.testing.assert_array_equal(mirrored, ours)
    second = dx.hessian(lambda x: scalar(np, x))(A)
    wanted = jax.hessian(lambda x: scalar(jnp, x))(jnp.asarray(A))
    np.testing.assert_allclose(second, wanted, rtol=1e-9, atol=1e-10)


def cofactors(x):
    size = len(x)
    minors = [
        [np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(size)]
        for i in range(size)
    ]
    signs = (-1.0) ** np.add.outer(np.arange(size), np.arange(size))
    return signs * np.array(minors)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_a_singular_determinant_has_its_cofactors_for_slope(rank):
    x = RANDOM.standard_normal((3, rank)) @ RANDOM.standard_normal((rank, 3))
    np.testing.assert_allclose(dx.grad(np.linalg.det)(x), cofactors(x), atol=1e-14, rtol=1e-12)


def test_the_triangular_factor_reads_the_lower_triangle_alone():
    positive = A @ A.T

    def scalar(x):
        return np.sum(np.linalg.cholesky(x) * W)

    slope = dx.grad(scalar)(positive)
    np.testing.assert_array_equal(np.triu(slope, 1), 0.0)
    theirs = jax.grad(lambda x: jnp.sum(jnp.linalg.cholesky(x) * W))(jnp.asarray(positive))
    np.testing.assert_allclose(slope + slope.T, theirs + theirs.T, rtol=1e-10, atol=1e-12)


def test_eigenvalues_that_coincide_have_a_finite_slope():
    found = dx.grad(lambda x: np.sum(np.linalg.eigvalsh(x)))(np.eye(3))
    np.testing.assert_allclose(found, np.eye(3), atol=1e-15)


def test_the_parts_of_a_result_have_numpys_names():
    def sizes(x):
        values, vectors = np.linalg.eigh(x)
        assert np.linalg.eigh(x).eigenvectors.shape == vectors.shape == (4, 4)
        return np.linalg.slogdet(x).logabsdet + np.sum(values)

    assert np.isfinite(dx.grad(sizes)(A @ A.T)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: np.linalg.inv(x * 0), "Singular"),
        (lambda x: np.linalg.cholesky(-x @ x.T), "positive definite"),
        (lambda x: np.linalg.det(x[:3]), "square"),
        (lambda x: np.linalg.inv(x[0]), "two-dimensional"),
    ],
)
def test_errors_are_numpys(call, message):
    with pytest.raises(np.linalg.LinAlgError, match=message):
        call(A)
    with pytest.raises(np.linalg.LinAlgError, match=message):
        dx.grad(lambda x: np.sum(call(x)))(A)
