"""Reductions: right with zeros, ties, constants and overflow, in every order."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

import infinitesimal as dx
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import LostDerivativeError, UnsupportedError
from infinitesimal.scipy import special


def jax_hessian(function, x):
    return np.asarray(jax.hessian(function)(jnp.asarray(x)))


@pytest.mark.parametrize(
    "x",
    [[2.0, 3.0, 5.0], [0.0, 3.0, 5.0], [0.0, 0.0, 5.0], [0.0, 0.0, 0.0], [2.0], [1, 2, 3, 4, 5]],
)
def test_product_with_zeros_is_right_in_three_orders(x):
    x = np.array(x, float)
    everything = np.arange(len(x))

    def others(*places):
        return np.prod(x[[k for k in everything if k not in places]])

    first = dx.grad(np.prod)(x)
    np.testing.assert_allclose(first, [others(k) for k in everything], rtol=1e-14)
    second = dx.hessian(np.prod)(x)
    wanted = [[others(j, k) if j != k else 0.0 for j in everything] for k in everything]
    np.testing.assert_allclose(second, wanted, rtol=1e-14)
    third = dx.jacfwd(dx.hessian(np.prod))(x)
    for i, j, k in np.ndindex(third.shape):
        distinct = len({i, j, k}) == 3
        np.testing.assert_allclose(third[i, j, k], others(i, j, k) if distinct else 0.0)


def test_running_product_with_zeros_is_jaxs():
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
    weights = np.array([1.0, -2.0, 0.5, 3.0, 0.7])
    found = dx.hessian(lambda x: np.sum(np.cumprod(x) * weights))(x)
    np.testing.assert_allclose(found, jax_hessian(lambda x: jnp.sum(jnp.cumprod(x) * weights), x))


def test_ties_share_equally():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    found = dx.grad(lambda x: np.sum(np.max(x, axis=1)))(x)
    np.testing.assert_array_equal(found, [[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_array_equal(dx.grad(np.min)(x), [[1.0, 0, 0], [0, 0, 0]])
    assert dx.jvp(np.max, (np.array([2.0, 2.0]),), (np.array([1.0, 3.0]),)) == (2.0, 2.0)


@pytest.mark.parametrize("ddof", [0, 1])
def test_standard_deviation_of_a_constant_has_slope_zero(ddof):
    x = np.full(4, 3.0)
    assert dx.graph(np.std)(x)(x) == [0.0]
    np.testing.assert_array_equal(dx.grad(lambda x: np.std(x, ddof=ddof))(x), np.zeros(4))
    np.testing.assert_array_equal(dx.hessian(lambda x: np.std(x, ddof=ddof))(x), np.zeros((4, 4)))


@pytest.mark.parametrize("order", [None, 2, 1, np.inf, 3, 1.5])
def test_norm_at_zero_has_slope_zero(order):
    x = np.zeros(3)
    np.testing.assert_array_equal(dx.grad(lambda x: np.linalg.norm(x, order))(x), x)


def test_norm_of_zero_rows_among_others():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    found = dx.grad(lambda x: np.sum(np.linalg.norm(x, axis=1)))(x)
    np.testing.assert_allclose(found, [[0.6, 0.8], [0.0, 0.0]])
    second = dx.hessian(lambda x: np.sum(np.linalg.norm(x, axis=1)))(x)
    np.testing.assert_allclose(second[0, :, 0], np.array([[16, -12], [-12, 9]]) / 125)
    np.testing.assert_array_equal(second[1], 0.0)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e300])
def test_norm_neither_overflows_nor_vanishes(size):
    x = np.array([3.0, 4.0]) * size
    value, slope = dx.value_and_grad(np.linalg.norm)(x)
    np.testing.assert_allclose(value, 5 * size, rtol=1e-15)
    np.testing.assert_allclose(slope, [0.6, 0.8], rtol=1e-15)


@pytest.mark.parametrize(
    "x", [[1.0, 2.0, 3.0], [1000.0, 1000.5, -1000.0], [-1e4, -1e4 + 1, -1e5], [3.0, -np.inf, 3.0]]
)
def test_logsumexp_is_scipys_and_its_slope_the_softmax(x):
    x = np.array(x)
    value, slope = dx.value_and_grad(special.logsumexp)(x)
    np.testing.assert_allclose(value, scipy.special.logsumexp(x), rtol=1e-14)
    np.testing.assert_allclose(slope, scipy.special.softmax(x), rtol=1e-13)
    np.testing.assert_allclose(dx.grad(np.logaddexp.reduce)(x), slope, rtol=1e-14)


def test_logsumexp_with_weights_and_axes():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((3, 4)), rng.uniform(0.5, 2.0, (3, 4))
    for axis, keepdims in ((None, False), (0, False), (1, True)):
        options = {"axis": axis, "keepdims": keepdims}
        found = dx.graph(lambda a, b, o=options: special.logsumexp(a, b=b, **o))(a, b)(a, b)[0]
        np.testing.assert_allclose(found, scipy.special.logsumexp(a, b=b, **options), rtol=1e-14)
        plain = dx.graph(lambda a, o=options: special.logsumexp(a, **o))(a)(a)[0]
        np.testing.assert_allclose(plain, scipy.special.logsumexp(a, **options), rtol=1e-14)
    by_a, by_b = dx.grad(lambda a, b: special.logsumexp(a, b=b), argnums=(0, 1))(a, b)
    share = b * np.exp(a) / np.sum(b * np.exp(a))
    np.testing.assert_allclose(by_a, share, rtol=1e-13)
    np.testing.assert_allclose(by_b, share / b, rtol=1e-13)


@pytest.mark.parametrize("function", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_shares_are_scipys(function, axis):
    x = np.random.default_rng(1).standard_normal((3, 4)) * 5
    ours = dx.graph(lambda x: getattr(special, function)(x, axis=axis))(x)(x)[0]
    np.testing.assert_allclose(ours, getattr(scipy.special, function)(x, axis=axis), rtol=1e-13)


@pytest.mark.parametrize("function", [np.max, np.min, np.argmax])
def test_nothing_has_no_largest(function):
    with pytest.raises(ValueError):
        dx.graph(function)(np.zeros(0))


def test_options_that_cannot_be_honoured_are_refused():
    x = np.ones(3)
    with pytest.raises(LostDerivativeError, match=r"np\.sum"):
        dx.grad(lambda x: np.sum(x, out=np.zeros(())))(x)
    with pytest.raises(UnsupportedError, match="method"):
        dx.grad(lambda x: np.quantile(x, 0.5, method="hazen"))(x)
    with pytest.raises(np.exceptions.AxisError):
        dx.grad(lambda x: np.sum(x, axis=2))(x)


def test_only_the_winner_counts_even_beside_infinite_slopes():
    x = np.array([4.0, 0.0])
    np.testing.assert_array_equal(dx.grad(lambda x: np.max(np.sqrt(x)))(x), [0.25, 0.0])


def test_every_reduction_says_why():
    for name in ("sum", "prod", "max", "min", "any", "all", "norm", "logsumexp", "argmax"):
        assert REGISTRY[name].because
