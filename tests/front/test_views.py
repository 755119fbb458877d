"""In-place changes of traced arrays: seen by every view, as in NumPy, or refused."""

import numpy as np
import pytest

import infinitesimal as dx
import infinitesimal.numpy as dnp
from infinitesimal.errors import LostDerivativeError

X = np.arange(6.0).reshape(2, 3)


def row_and_whole(x):
    u = x.copy()
    row = u[0]
    row += 1
    u[1] = row * 2
    row[1] = 7
    return u + 0 * row


def siblings(x):
    u = x.copy()
    column, turned = u[:, 1], u.T
    u[0] = 9.0
    turned[2] = -1
    return np.concatenate([u.ravel().copy(), column, turned.ravel()])


def iterated(x):
    u = x.copy()
    for row in u:
        row *= 2
    u[0, 1] += 5
    u[1] += u[0]
    u[:, 0] += 1
    return u


def folded(x):
    u = x.ravel().copy()
    square = u.reshape(2, 3)
    square[1] = 0
    square.sort(axis=1)
    u[0] = 8
    return square


def filled(x):
    u = np.zeros_like(x)
    u[0] = x[1]
    u[1] = u[0] * 2
    u[x > 2] = x[1, 1]
    u.put([0, 5], [x[0, 1], 4.0])
    v = np.empty_like(u)
    v.fill(x[0, 2])
    return u * v


def views_of_views(x):
    u = x.copy()
    corner = u[:, 1:][0]
    whole = u[None]
    corner *= 3
    u[0, 2] = x[1, 0]
    return np.sum(whole) + np.sum(corner**2)


def gone_views(x):
    u = x.copy()
    for k in range(2):
        u[k] = u[k] * u[1 - k]
    return u


def scalars(x):
    total = x[0, 0]
    total += x[1, 1]
    total *= 2
    return total + x[0, 0]


def split(x):
    u = x.copy()
    left, right = np.split(u, [1], axis=1)
    left += 1
    u[:, 1] = 5
    return left.sum() * right


def flipped(x):
    u = x.copy()
    u[::-1, ::2] = u[:, :1] * 1.0
    np.flip(u)[0] -= 1
    return u


EVERY = [
    row_and_whole, siblings, iterated, folded, filled, views_of_views, gone_views, scalars, split,
    flipped,
]  # fmt: skip


@pytest.mark.parametrize("function", EVERY)
def test_in_place_changes_are_numpys(function):
    found = dx.graph(function)(X)(X)[0]
    np.testing.assert_array_equal(found, function(X.copy()))
    np.testing.assert_array_equal(X, np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("function", EVERY)
def test_in_place_changes_keep_their_derivative(function):
    x = X + 0.25
    weights = np.random.default_rng(0).standard_normal(np.shape(function(x.copy())))

    def scalar(x):
        return np.sum(function(x) * weights)

    found = dx.grad(scalar)(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-4
        measured = (scalar(x + step) - scalar(x - step)) / 2e-4
        np.testing.assert_allclose(found[place], measured, rtol=1e-6, atol=1e-6)


def writes_argument(x):
    x[0] = 1.0
    return x


def writes_argument_through_view(x):
    row = x[0]
    row += 1
    return x


def sorts_argument(x):
    x.sort()
    return x


def writes_broadcast(x):
    wide = np.broadcast_to(x.copy(), (4, 2, 3))
    wide[0] = 1.0
    return wide


def writes_beside_uncertain_view(x):
    u = x.copy()
    flat = u.ravel()
    u[0] = 1.0
    return u + flat[0]


REFUSED = [
    writes_argument, writes_argument_through_view, sorts_argument, writes_broadcast,
    writes_beside_uncertain_view,
]  # fmt: skip


@pytest.mark.parametrize("function", REFUSED)
def test_what_cannot_be_right_is_refused(function):
    with pytest.raises(LostDerivativeError, match=r"test_views\.py:\d+"):
        dx.graph(function)(X)


def test_a_plain_array_refuses_a_traced_value():
    def function(x):
        plain = np.zeros(2)
        plain[0] = x
        return plain

    with pytest.raises(LostDerivativeError, match="float"):
        dx.grad(lambda x: np.sum(function(x)))(1.0)


def test_arrays_made_by_the_mirror_take_traced_values():
    def function(x):
        made = [dnp.zeros(2), dnp.empty((2,)), dnp.ones_like(np.zeros(2)), dnp.full(2, 1.0)]
        for array in made:
            array[0] = x
            array[1] = array[0] ** 2
        return sum(array[1] for array in made)

    assert dx.grad(function)(3.0) == 24.0


def test_writing_beyond_the_end_raises_as_in_numpy():
    def function(x):
        u = x.copy()
        u[2] = 1.0
        return u

    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        dx.graph(function)(X)
