"""The hyperbolic functions and their inverses.

With |x| = k·log 2 + r, both sinh x and cosh x are made of sinh r, cosh r and the exact numbers
sinh(k·log 2) and cosh(k·log 2), without a division. The inverses are logarithms of numbers that
are known to twice the digits.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import COSH, SINH
from infinitesimal.lower.vectormath.exponential import clamped, reduced
from infinitesimal.lower.vectormath.logarithm import Logarithm, log_of_pair, natural
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    fast_sum,
    mad,
    polynomial,
    power_of_two,
    product,
    quotient,
    residue,
    two_sum,
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


def _to_twice_the_digits(sine: Pair, cosine: Float, by_sine: Float, by_cosine: Float) -> Pair:
    """The same, as a pair, where by_cosine is 0 or larger than the other term."""
    main = product(by_sine, sine.head)
    total = fast_sum(by_cosine, main.head)
    rest = mad(by_sine, sine.tail, mad(by_cosine, cosine, main.tail))
    return fast_sum(total.head, total.tail + rest)


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
    """The hyperbolic tangent."""
    k, r = reduced(clamped(abs(x), 0.0, 22.0 if x.lane.bits == 64 else 10.0))
    sine, cosine = _of_rest(r)
    share = power_of_two(k.like(0) - (k + k), x)
    low, high = 1.0 - share, 1.0 + share
    found = quotient(
        _to_twice_the_digits(sine, cosine, high, low),
        _to_twice_the_digits(sine, cosine, low, high),
    )
    return (found.head + found.tail).with_sign_of(x)


def _root(square: Pair) -> Pair:
    """The square root of a pair."""
    head = square.head.sqrt()
    rest = residue(square.head, head, head) + square.tail
    found = rest / (head + head)
    return Pair(head, square.head.equals(0.0).choose(head, found))


def _squared(x: Pair) -> Pair:
    square = product(x.head, x.head)
    return Pair(square.head, mad(x.head + x.head, x.tail, square.tail))


def _sum(a: Pair, b: Pair) -> Pair:
    total = two_sum(a.head, b.head)
    return fast_sum(total.head, total.tail + (a.tail + b.tail))


def _doubled_where(far: Float, found: Logarithm, limit: float) -> Logarithm:
    """The logarithm of twice the number where it is far out."""
    return Logarithm(found.k + (far > limit).choose(far.like(1.0), 0.0), found.pair)


def arcsinh(x: Float) -> Float:
    """The inverse hyperbolic sine: log(|x| + √(x² + 1)), with the sign of x."""
    size = abs(x)
    limit = 2.0**30 if x.lane.bits == 64 else 2.0**15
    near = (size > limit).choose(1.0, size)
    zero = x.like(0.0)
    one = x.like(1.0)
    a = Pair(near, zero)
    square = _squared(a)
    root = _root(_sum(Pair(one, zero), square))
    # a + √(1 + a²) - 1 = a + a²/(1 + √(1 + a²)): small where a is small
    more = quotient(square, _sum(Pair(one, zero), root))
    above = _sum(a, more)
    whole = two_sum(one, above.head)
    far = size > limit
    head = far.choose(size, whole.head)
    tail = far.choose(zero, whole.tail + above.tail)
    found = natural(_doubled_where(size, log_of_pair(Pair(head, tail)), limit))
    found = size.equals(float("inf")).choose(size, found)
    return x.is_nan().choose(x, found.with_sign_of(x))


def arccosh(x: Float) -> Float:
    """The inverse hyperbolic cosine: log(x + √(x² - 1))."""
    limit = 2.0**30 if x.lane.bits == 64 else 2.0**15
    far = x > limit
    near = far.choose(1.0, x)
    zero = x.like(0.0)
    t = two_sum(near, near.like(-1.0))
    root = _root(_sum(Pair(t.head + t.head, t.tail + t.tail), _squared(t)))
    above = _sum(t, root)
    whole = two_sum(x.like(1.0), above.head)
    head = far.choose(x, whole.head)
    tail = far.choose(zero, whole.tail + above.tail)
    found = natural(_doubled_where(x, log_of_pair(Pair(head, tail)), limit))
    found = x.equals(float("inf")).choose(x, found)
    return (x >= 1.0).choose(found, float("nan"))


def arctanh(x: Float) -> Float:
    """The inverse hyperbolic tangent: half the logarithm of (1 + x)/(1 - x)."""
    size = abs(x)
    one, zero = x.like(1.0), x.like(0.0)
    near = (size < 1.0).choose(size, 0.0)
    more = quotient(Pair(near + near, zero), two_sum(one, -near))
    more = fast_sum(more.head, more.tail)
    whole = two_sum(one, more.head)
    found = natural(log_of_pair(Pair(whole.head, whole.tail + more.tail))) * 0.5
    found = size.equals(1.0).choose(float("inf"), found)
    return (size <= 1.0).choose(found.with_sign_of(x), float("nan"))
