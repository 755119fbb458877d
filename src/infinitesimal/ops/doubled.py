"""Numbers with twice the digits: a pair of float64 whose sum is meant, the second tiny.

In: arrays of float64, or pairs of them. Out: pairs, right to about 2^-104 of the largest number
that went in. For the few values that need more digits on the way than a float64 holds: where two
large terms nearly cancel, or an exponential magnifies the rounding of its argument. The sums and
products are Knuth's ("The Art of Computer Programming", 4.2.2) and Dekker's (1971).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = [
    "PI",
    "Pair",
    "exact",
    "in_double",
    "over",
    "plus",
    "product",
    "rounded",
    "sum_of",
    "times",
]

Pair = tuple[Any, Any]

_SPLIT = 2.0**27 + 1  # divides 53 bits into halves whose products are exact
PI: Pair = (3.141592653589793, 1.2246467991473532e-16)


def in_double(operands: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Evaluate a function of so many operands in float64, and return the operands' own dtype."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*values: Any) -> Any:
            given = [np.asarray(value) for value in values[:operands]]
            dtype = np.result_type(np.float16, *[array.dtype for array in given])
            wide = [array.astype(np.float64, copy=False) for array in given]
            return np.asarray(function(*wide, *values[operands:])).astype(dtype, copy=False)[()]

        return wrapped

    return decorate


def exact(number: Fraction) -> Pair:
    """A rational number as a pair."""
    high = float(number)
    return high, float(number - Fraction(high))


def rounded(pair: Pair) -> Any:
    """The float64 nearest to a pair."""
    return pair[0] + pair[1]


def sum_of(x: Any, y: Any) -> Pair:
    """The sum of two float64, rounded, and exactly what rounding took; nothing from infinities."""
    high = x + y
    back = high - x
    rest = (x - (high - back)) + (y - back)
    return high, np.where(np.isfinite(rest), rest, 0.0)


def product(x: Any, y: Any) -> Pair:
    """The product of two float64 below 1e150, rounded, and exactly what rounding took."""
    high = x * y
    front_x, back_x = _halves(x)
    front_y, back_y = _halves(y)
    rest = ((front_x * front_y - high) + front_x * back_y + back_x * front_y) + back_x * back_y
    return high, rest


def _halves(x: Any) -> Pair:
    big = _SPLIT * x
    front = big - (big - x)
    return front, x - front


def plus(x: Pair, y: Pair) -> Pair:
    """The sum of two pairs."""
    high, rest = sum_of(x[0], y[0])
    return sum_of(high, rest + (x[1] + y[1]))


def times(x: Pair, y: Pair) -> Pair:
    """The product of two pairs."""
    high, rest = product(x[0], y[0])
    return sum_of(high, rest + (x[0] * y[1] + x[1] * y[0]))


def over(x: Pair, divisor: Any) -> Pair:
    """A pair divided by a float64."""
    high = x[0] / divisor
    back, rest = product(high, divisor)
    return sum_of(high, (((x[0] - back) - rest) + x[1]) / divisor)
