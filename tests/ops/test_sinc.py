"""sinc and its derivatives, against 50 digits: near 0, at whole numbers, near roots, far out."""

import mpmath
import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.primitive import REGISTRY
from tools.accuracy import error

# 1.4302966531242027 and 2.459024104817395 are the first two roots of the slope
POINTS = [1e-300, 1e-8, 1e-3, 0.2499, 0.2501, 0.5, 0.9, 1.0, 1.4302966531242027, 2.459024104817395]
POINTS += [2.0, 3.3, 17.0, 1234.5, -0.7, -3.0, 1e10 + 0.5]


def exact(x: float, order: int) -> mpmath.mpf:
    with mpmath.mp.workprec(12_000):
        point = mpmath.mpf(x)
        value = mpmath.sinpi(point) / (mpmath.pi * point)
        for k in range(1, order + 1):
            wave = mpmath.sinpi(point + mpmath.mpf(k) / 2)
            value = (mpmath.pi ** (k - 1) * wave - k * value) / point
        return value


@pytest.mark.parametrize(("order", "limit"), [(1, 4), (2, 4), (3, 4), (4, 4), (7, 8)])
def test_derivatives_of_every_order(order: int, limit: float) -> None:
    computed = REGISTRY["sinc_derivative"].evaluate(np.array(POINTS), order)
    for x, value in zip(POINTS, computed, strict=True):
        assert error(float(value), exact(x, order)) <= limit, x


def test_derivatives_at_zero() -> None:
    function = np.sinc
    for expected in (0.0, -(np.pi**2) / 3, 0.0, np.pi**4 / 5):
        function = dx.grad(function)
        assert function(0.0) == pytest.approx(expected, rel=1e-15)


def test_forward_and_reverse_agree() -> None:
    x = np.array(POINTS)
    onward = dx.jvp(dx.grad(lambda x: np.sum(np.sinc(x))), (x,), (np.ones_like(x),))[1]
    backward = dx.grad(lambda x: np.sum(dx.grad(lambda x: np.sum(np.sinc(x)))(x)))(x)
    np.testing.assert_allclose(onward, backward, rtol=1e-15)


def test_the_dtype_and_shape_are_kept() -> None:
    slope = dx.grad(lambda x: np.sum(np.sinc(x)))
    assert slope(np.ones((2, 0), np.float32)).shape == (2, 0)
    assert slope(np.ones((2, 3), np.float32)).dtype == np.float32
    assert np.isnan(dx.grad(np.sinc)(np.nan))
