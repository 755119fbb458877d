"""The hyperbolic functions and their inverses.

With |x| = k·log 2 + r, both sinh x and cosh x are made of sinh r, cosh r and the exact numbers
sinh(k·log 2) and cosh(k·log 2), without a division; tanh is made of exp(-2|x|) - 1, with one. The
inverses are logarithms of one more than a number that is small where the result is.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import COSH, EXP, SINH
from infinitesimal.lower.vectormath.exponential import clamped, reduced
from infinitesimal.lower.vectormath.logarithm import Logarithm, log_of_pair, natural
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    fast_sum,
    mad,
    polynomial,
    power_of_two,
)
from infinitesimal.lower.vectormath.program import Float, Int

__all__ = ["arccosh", "arcsinh", "arctanh", "cosh", "sinh", "tanh"]


def _of_rest(r: Pair) -> tuple[Pair, Float]:
    """The sine of a small r, and its cosine less 1."""
    z = r.head * r.head
    sine = Pair(r.head, mad(z * r.head, polynomial(z, SINH), r.tail))
    return sine, mad(z * z, polynomial(z, COSH), z * 0.5)


def _combined(sine: Pair, cosine: Float, by_sine: Pair, by_cosine: Pair) -> Float:
    """by_cosine·(1 + cosine) + by_sine·sine."""
    main = mad(by_sine.head, sine.head, by_cosine.head)
    rest = mad(by_cosine.head, cosine, by_cosine.tail)
    return main + mad(by_sine.head, sine.tail, rest)


def _lifted(x: Float) -> tuple[Int, Pair, Float]:
    """The k and r of |x|; where 2^k might be too large, k is less and the last number more."""
    end, limit, less = (711.0, 900, 40) if x.lane.bits == 64 else (90.0, 90, 20)
    k, r = reduced(clamped(abs(x), 0.0, end))
    large = k.like(limit) < k
    return large.choose(k - less, k), r, large.choose(x.like(2.0**less), 1.0)


def _halves(k: Int, x: Float) -> tuple[Pair, Pair]:
    """The sine and cosine of k·log 2, for a k that is not negative."""
    up = power_of_two(k - 1, x)
    down = power_of_two((k < 64).choose(k.like(-1) - k, -64), x)
    return fast_sum(up, -down), fast_sum(up, down)


def sinh(x: Float) -> Float:
    """The hyperbolic sine."""
    k, r, lift = _lifted(x)
    sine, cosine = _of_rest(r)
    by_cosine, by_sine = _halves(k, x)
    return (_combined(sine, cosine, by_sine, by_cosine) * lift).with_sign_of(x)


def cosh(x: Float) -> Float:
    """The hyperbolic cosine."""
    k, r, lift = _lifted(x)
    sine, cosine = _of_rest(r)
    by_sine, by_cosine = _halves(k, x)
    return _combined(sine, cosine, by_sine, by_cosine) * lift


def tanh(x: Float) -> Float:
    """The hyperbolic tangent: -t/(t + 2) where t = exp(-2|x|) - 1."""
    low = -44.0 if x.lane.bits == 64 else -20.0
    double = abs(x) * -2.0
    k, r = reduced((double < low).choose(low, double))
    power = power_of_two(k, x)
    growth = r.head + mad(r.head * r.head, polynomial(r.head, EXP), r.tail)
    t = mad(growth, power, power - 1.0)
    below = fast_sum(x.like(2.0), t)
    value = -t / below.head
    # the tail of the sum, divided by it: 1/(t + 2) = (value + 1)/2
    share = mad(value, value, value) * 0.5
    return mad(share, -below.tail, value).with_sign_of(x)


def _log_of_one_more(x: Float, far: Float, limit: float) -> Float:
    """log(1 + x), or log(2·far) beyond the limit."""
    one = fast_sum(x.like(1.0), x)
    beyond = far > limit
    found = log_of_pair(Pair(beyond.choose(far, one.head), beyond.choose(0.0, one.tail)))
    value = natural(Logarithm(found.k + beyond.choose(far.like(1.0), 0.0), found.pair))
    return (far < float("inf")).choose(value, far)


def arcsinh(x: Float) -> Float:
    """The inverse hyperbolic sine: log(|x| + √(x² + 1)), with the sign of x."""
    size = abs(x)
    limit = 2.0**30 if x.lane.bits == 64 else 2.0**15
    near = (size > limit).choose(1.0, size)
    square = near * near
    # a + √(1 + a²) - 1 = a + a²/(1 + √(1 + a²)): small where a is small
    more = square / ((square + 1.0).sqrt() + 1.0)
    return _log_of_one_more(near + more, size, limit).with_sign_of(x)


def arccosh(x: Float) -> Float:
    """The inverse hyperbolic cosine: log(x + √(x² - 1))."""
    limit = 2.0**30 if x.lane.bits == 64 else 2.0**15
    near = (x > limit).choose(1.0, x) - 1.0
    value = _log_of_one_more(near + mad(near, near, near + near).sqrt(), x, limit)
    return (x >= 1.0).choose(value, float("nan"))


def arctanh(x: Float) -> Float:
    """The inverse hyperbolic tangent: half the logarithm of (1 + x)/(1 - x)."""
    size = abs(x)
    near = (size < 1.0).choose(size, 0.0)
    more = fast_sum(x.like(1.0), (near + near) / (1.0 - near))
    found = natural(log_of_pair(more)) * 0.5
    found = size.equals(1.0).choose(float("inf"), found)
    return (size <= 1.0).choose(found.with_sign_of(x), float("nan"))
