"""Values of derivatives whose plain formulas lose digits: tails, shares, and slopes of powers.

In: arrays of float64 (other dtypes are widened and narrowed again). Out: values right to a few
units in the last place. The words that evaluate with these functions stand in the other files of
this room.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from infinitesimal.ops.doubled import in_double, product, sum_of

__all__ = ["bell", "power_derivative", "share"]

# NumPy's overloads lose the type Any
_where: Any = np.where


@in_double(1)
def bell(x: Any, rate: float) -> Any:
    """exp(-rate·x²), for a rate that is a power of two.

    The rounding of x² alone would cost x²/2 units in the last place, hundreds in the tails.
    """
    bounded = np.clip(x, -100.0, 100.0)
    high, rest = product(bounded, bounded)
    return np.exp(-rate * high) * (1 - rate * rest)


def share(base: float) -> Callable[..., Any]:
    """The function e^x / (e^x + e^y), or the same with 2 in place of e: x's share of the sum."""
    exponential, slope = (np.exp2, math.log(2)) if base == 2 else (np.exp, 1.0)

    @in_double(2)
    def evaluate(x: Any, y: Any) -> Any:
        even = np.equal(x, y)  # infinities that are equal share equally, too
        high, rest = sum_of(y, -x)
        other = exponential(_where(even, 0.0, high)) * (1 + slope * rest)
        return 1 / (1 + other)

    return evaluate


@in_double(2)
def power_derivative(x: Any, y: Any, n: int, m: int) -> Any:
    """The derivative of x^y, n times with respect to x and m times with respect to y.

    It is x^(y-n) times a polynomial in log x: the sum over j of C(m,j)·f_j·log(x)^(m-j), where f_j
    is the j-th derivative of the falling factorial y(y-1)…(y-n+1). At x = 0 the value is the limit
    from the right, taken along a fixed y.
    """
    factor = _polynomial(x, y, n, m)
    size = np.abs(x)
    # x^(exponent + rest), where the rest is at most half a unit in the last place of the exponent
    exponent, rest = sum_of(y, -float(n))
    inner = (rest != 0) & (size > 0) & np.isfinite(size)
    if inner.any():
        factor = factor * (1 + _where(inner, rest, 0.0) * np.log(_where(inner, size, 1.0)))
    value = np.power(x, exponent)
    answer = factor * value
    extreme = (x > 0) & ((value < 1e-290) | ~np.isfinite(value))
    if extreme.any():  # the power leaves the range, but perhaps not the product
        half = np.power(size, exponent / 2)
        answer = _where(extreme & np.isfinite(half), factor * half * half, answer)
    return _where((factor == 0) | ((x == 0) & (y > n)), 0.0, answer)


def _polynomial(x: Any, y: Any, n: int, m: int) -> Any:
    """The factor beside x^(y-n) in `power_derivative`; of an infinite log only the leading term."""
    taylor = [np.ones_like(y), *[np.zeros_like(y)] * m]  # of the falling factorial, around y
    for k in range(n):
        taylor = [
            coefficient * (y - k) + (taylor[j - 1] if j else 0.0)
            for j, coefficient in enumerate(taylor)
        ]
    if m == 0:
        return taylor[0]
    logarithm = np.log(x)
    total: Any = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    for j, coefficient in enumerate(taylor):
        weight = math.comb(m, j) * math.factorial(j)
        term = _where(coefficient == 0, 0.0, weight * coefficient * logarithm ** (m - j))
        total = _where((x == 0) & (total != 0), total, total + term)
    return total
