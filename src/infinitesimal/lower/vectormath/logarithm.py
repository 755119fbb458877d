"""The logarithms: log, log2, log10, log1p, and what other functions make of them.

x = m·2^k with m between √½ and √2; log m = f - f²/2 + f³·p(f) with f = m - 1, which is exact, so
that next to 1 no digit is lost, and without a division. A `Logarithm` is k and a pair: the whole is
k·log 2 + pair.
"""

from __future__ import annotations

from typing import NamedTuple

from infinitesimal.lower.vectormath.coefficients import LN2, LOG, LOG2_E, LOG10_2, LOG10_E, Table
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    constant,
    fast_sum,
    mad,
    polynomial,
    power_of_two,
    product,
    split_exponent,
    whole_float,
)
from infinitesimal.lower.vectormath.program import Float

__all__ = ["Logarithm", "log", "log1p", "log2", "log10", "log_of_pair", "natural"]

INFINITY = float("inf")
NAN = float("nan")


class Logarithm(NamedTuple):
    """k·log 2 + pair."""

    k: Float
    pair: Pair


def log_of_pair(x: Pair) -> Logarithm:
    """The logarithm of a number of twice the digits, for a normal one above 0."""
    k, m = split_exponent(x.head)
    far = m.lane.bias - 27  # where a tail does not count
    tail = x.tail * power_of_two((k < far).choose(k.like(0) - k, -far), m)
    f = fast_sum(m - 1.0, tail)
    found = _near_one(f.head)
    # the tail of f counts f.tail/(1 + f), of which a hundredth is enough
    share = mad(-f.head, mad(-f.head, 1.0 - f.head, 1.0), 1.0)
    return Logarithm(whole_float(k, m), Pair(found.head, mad(f.tail, share, found.tail)))


def _near_one(f: Float) -> Pair:
    """log(1 + f)."""
    square = f * f
    found = fast_sum(f, square * -0.5)
    return Pair(found.head, mad(square * f, polynomial(f, LOG), found.tail))


def _of_number(x: Float) -> Logarithm:
    """The logarithm of any positive number, however small."""
    lift = 54 if x.lane.bits == 64 else 25
    small = x < x.lane.tiny
    k, m = split_exponent(small.choose(x * 2.0**lift, x))
    k = whole_float(k, m) - small.choose(x.like(float(lift)), 0.0)
    return Logarithm(k, _near_one(m - 1.0))


def natural(found: Logarithm) -> Float:
    """The whole as one number."""
    ln2 = constant(found.k, LN2)
    head = fast_sum(found.k * ln2.head, found.pair.head)
    tail = mad(found.k, ln2.tail, found.pair.tail)
    return head.head + (head.tail + tail)


def _with_ends(x: Float, value: Float) -> Float:
    """The logarithm of 0, of infinity, and of what has none."""
    value = x.equals(INFINITY).choose(x, value)
    value = x.equals(0.0).choose(-INFINITY, value)
    return (x >= 0.0).choose(value, NAN)


def log(x: Float) -> Float:
    """The natural logarithm."""
    return _with_ends(x, natural(_of_number(x)))


def _times(found: Logarithm, table: Table) -> Pair:
    """log(1 + f) in another base: the pair times the constant."""
    factor = constant(found.k, table)
    pair = fast_sum(found.pair.head, found.pair.tail)
    head, lost = product(pair.head, factor.head)
    return Pair(head, mad(pair.head, factor.tail, mad(pair.tail, factor.head, lost)))


def log2(x: Float) -> Float:
    """The logarithm to base 2, exact for powers of two."""
    found = _of_number(x)
    pair = _times(found, LOG2_E)
    head = fast_sum(found.k, pair.head)
    return _with_ends(x, head.head + (head.tail + pair.tail))


def log10(x: Float) -> Float:
    """The logarithm to base 10."""
    found = _of_number(x)
    pair = _times(found, LOG10_E)
    two = constant(x, LOG10_2)
    head = fast_sum(found.k * two.head, pair.head)
    return _with_ends(x, head.head + (head.tail + mad(found.k, two.tail, pair.tail)))


def log1p(x: Float) -> Float:
    """log(1 + x), exact to the last digits where x is small."""
    value = natural(log_of_pair(fast_sum(x.like(1.0), x))).with_sign_of(x)
    value = x.equals(INFINITY).choose(x, value)
    value = x.equals(-1.0).choose(-INFINITY, value)
    return (x >= -1.0).choose(value, NAN)
