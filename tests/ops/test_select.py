"""A branch that was not taken, and a place not written to, never poison a derivative."""

import numpy as np
import pytest

import infinitesimal as dx


def guarded(x):
    return np.sum(np.where(x > 0, np.sqrt(np.abs(x)), x))


def guarded_below(x):
    return np.sum(np.sqrt(np.where(x > 0, x, 0.0)))


def guarded_division(x):
    return np.sum(np.where(x == 0, 1.0, np.sin(x) / x))


def written(x):
    u = np.zeros_like(x)
    u[0] = x[0]
    return np.sum(np.sqrt(u))


def scattered(x):
    u = np.zeros(6) + 0 * x[0]
    u[np.argsort(x) + 3] = np.abs(x) + 1
    return np.sum(np.sqrt(u)[3:])


def padded(x):
    return np.sum(np.sqrt(np.pad(x * x + 1, 1)))


def lower_triangle(x):
    return np.sum(np.sqrt(np.tril(np.outer(x + 9, x + 9))))


def diagonal(x):
    return np.sum(np.sqrt(np.diag(x * x + 1)))


def joined(x):
    return np.sum(np.sqrt(np.concatenate([x * x + 1, np.zeros(2)])))


def clipped(x):
    return np.sum(np.log(np.maximum(x, 0.5)))


def selected(x):
    return np.sum(np.select([x > 1, x < 0], [np.log(np.abs(x) + (x == 0)), -x], 0.0))


def chained(x):
    return np.sum(np.sqrt(np.where(x > 0, np.where(x > 2, x, 0.0), 0.0)) ** 2)


EVERY = [
    guarded, guarded_below, guarded_division, written, scattered, padded, lower_triangle, diagonal,
    joined, clipped, selected, chained,
]  # fmt: skip
X = np.array([4.0, 0.0, -1.5])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", EVERY)
def test_every_mode_is_finite_and_the_same(function):
    gradient = dx.grad(function)(X)
    assert np.isfinite(gradient).all()
    np.testing.assert_allclose(dx.jacfwd(function)(X), gradient, rtol=1e-13)
    direction = np.array([0.3, -1.0, 2.0])
    _, forward = dx.jvp(function, (X,), (direction,))
    np.testing.assert_allclose(forward, gradient @ direction, rtol=1e-13)
    second = dx.hessian(function)(X)
    assert np.isfinite(second).all()
    np.testing.assert_allclose(dx.jacrev(dx.grad(function))(X), second, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dx.jacfwd(dx.jacfwd(function))(X), second, rtol=1e-12, atol=1e-14)


def test_an_infinite_slope_that_was_taken_stays():
    assert dx.grad(lambda x: np.where(x >= 0, np.sqrt(x), 0.0))(0.0) == np.inf
    assert dx.jvp(lambda x: np.where(x >= 0, np.sqrt(x), 0.0), (0.0,), (1.0,))[1] == np.inf


def test_where_broadcasts_and_gathers_back():
    row, column = np.arange(3.0), np.arange(2.0)[:, None]
    found = dx.grad(lambda x, y: np.sum(np.where(x > y, x, y)), argnums=(0, 1))(row, column)
    np.testing.assert_array_equal(found[0], [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(found[1], [[1.0], [2.0]])


def test_both_values_of_where_or_none():
    with pytest.raises(ValueError, match="either both or neither"):
        dx.grad(lambda x: np.sum(np.where(x > 0, x)))(X)
