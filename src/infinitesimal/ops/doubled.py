"""Values that need more digits on the way than a float64 holds: slopes of powers, tails, sinc.

In: arrays of float64. Out: values right to a few units in the last place. The means is a number
kept as an unevaluated sum of two float64 (Dekker 1971; Knuth, "The Art of Computer Programming",
4.2.2): a difference or a product, and exactly what rounding took from it. Pure NumPy: the words
that evaluate with these functions stand in the other files of this room.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bell", "in_double", "power_derivative", "share", "sinc_derivative"]

_SPLIT = 2.0**27 + 1  # divides 53 bits into halves whose products are exact


def in_double(operands: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Evaluate a function of so many operands in float64, and return the operands' own dtype."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*values: Any) -> Any:
            given = [np.asarray(value) for value in values[:operands]]
            dtype = np.result_type(np.float16, *[array.dtype for array in given])
            wide = [array.astype(np.float64) for array in given]
            return function(*wide, *values[operands:]).astype(dtype)[()]

        return wrapped

    return decorate


def _difference(x: Any, y: Any) -> tuple[Any, Any]:
    """The difference x - y, rounded, and the exact rest; none where a part is not finite."""
    high = x - y
    back = high - x
    rest = (x - (high - back)) - (y + back)
    return high, np.where(np.isfinite(rest), rest, 0.0)


def _square(x: Any) -> tuple[Any, Any]:
    """x² as its rounded value and the exact rest, for |x| below 1e150."""
    high = x * x
    big = _SPLIT * x
    front = big - (big - x)
    back = x - front
    return high, ((front * front - high) + 2 * front * back) + back * back


@in_double(1)
def bell(x: Any, rate: float) -> Any:
    """exp(-rate·x²), for a rate that is a power of two.

    The rounding of x² alone would cost x²/2 units in the last place, hundreds in the tails.
    """
    high, rest = _square(np.clip(x, -100.0, 100.0))
    return np.exp(-rate * high) * (1 - rate * rest)


def share(base: float) -> Callable[..., Any]:
    """The function e^x / (e^x + e^y), or the same with 2 in place of e: x's share of the sum."""
    exponential, slope = (np.exp2, math.log(2)) if base == 2 else (np.exp, 1.0)

    @in_double(2)
    def evaluate(x: Any, y: Any) -> Any:
        high, rest = _difference(y, x)
        even = np.equal(x, y)  # infinities that are equal share equally, too
        other = exponential(np.where(even, 0.0, high)) * (1 + slope * rest)
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
    exponent, rest = _difference(y, float(n))
    size = np.abs(x)
    # x^(exponent + rest): the rest is at most half a unit in the last place of the exponent
    rest = np.where((rest != 0) & (size > 0) & np.isfinite(size), rest, 0.0)
    factor = factor * (1 + np.where(rest != 0, rest * np.log(np.where(size > 0, size, 1.0)), 0.0))
    value = np.power(x, exponent)
    half = np.power(size, exponent / 2)  # where the power leaves the range but not the product
    extreme = (x > 0) & np.isfinite(half) & ((value < 1e-290) | ~np.isfinite(value))
    product = np.where(extreme, factor * half * half, factor * value)
    return np.where((factor == 0) | ((x == 0) & (y > n)), 0.0, product)


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
        term = np.where(coefficient == 0, 0.0, weight * coefficient * logarithm ** (m - j))
        total = np.where((x == 0) & (total != 0), total, total + term)
    return total


@in_double(1)
def sinc_derivative(x: Any, order: int) -> Any:
    """The derivative of sin(πx)/(πx) of some order: its power series near 0, else a recurrence.

    With s_k for the k-th derivative, differentiating x·s_0 = sin(πx)/π k times gives
    x·s_k + k·s_(k-1) = π^(k-1)·sin(πx + kπ/2).
    """
    near = np.abs(x) < _near(order)
    far = np.where(near, 1.0, x)
    value = _sine_of_pi(far, 0) / (math.pi * far)
    for k in range(1, order + 1):
        value = (math.pi ** (k - 1) * _sine_of_pi(far, k) - k * value) / far
    return np.where(near, _sinc_series(np.where(near, x, 0.0), order), value)


def _near(order: int) -> float:
    """Where the series takes over: it needs few terms, and the recurrence would lose digits."""
    return 0.5 + 0.25 * order


def _sinc_series(x: Any, order: int) -> Any:
    # Σ_m (-1)^m π^(2m) x^(2m-k) / ((2m+1)·(2m-k)!) over 2m ≥ k, by Horner's rule in x²
    first = (order + 1) // 2
    squared = x * x
    total: Any = np.zeros_like(x)
    for m in reversed(range(first, first + 24 + order)):
        weight = (-1) ** m * math.pi ** (2 * m) / ((2 * m + 1) * math.factorial(2 * m - order))
        total = total * squared + weight
    return total * x if order % 2 else total


def _sine_of_pi(x: Any, quarters: int) -> Any:
    """sin(πx + quarters·π/2), the argument reduced exactly before the product with π."""
    turn = x - 2 * np.rint(x / 2)
    quarter = np.rint(2 * turn)
    angle = math.pi * (turn - quarter / 2)
    quadrant = np.mod(quarter + quarters, 4)
    value = np.where(np.mod(quadrant, 2) == 0, np.sin(angle), np.cos(angle))
    return np.where(quadrant >= 2, -value, value)
