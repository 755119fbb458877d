"""Higher derivatives of the inverse circular and hyperbolic functions keep their digits near 0."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import infinitesimal as dx


@pytest.mark.parametrize("x", [1e-9, -1e-5, 0.001, 0.1, 0.7, -0.99])
@pytest.mark.parametrize(
    ("function", "exact"),
    [(np.arcsin, mpmath.asin), (np.arccos, mpmath.acos), (np.arctanh, mpmath.atanh)],
    ids=["arcsin", "arccos", "arctanh"],
)
def test_three_derivatives(function, exact, x):
    derivative = function
    with mpmath.workdps(60):
        series = mpmath.taylor(exact, mpmath.mpf(x), 3)
        for order in (1, 2, 3):
            derivative = dx.grad(derivative)
            expected = series[order] * mpmath.factorial(order)
            assert abs(derivative(x) / expected - 1) < 1e-15
