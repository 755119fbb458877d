"""Sine, cosine and tangent.

x = k·π/2 + r with |r| ≤ π/4, r as a pair; then one polynomial for the sine of r and one for its
cosine, of which the quarter k chooses. Huge numbers take a detour (huge.py). What the sine and the
cosine of one number have in common is written once.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import COS, HALF_PI, SIN, TWO_OVER_PI
from infinitesimal.lower.vectormath.huge import remainder_of_huge
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    fast_sum,
    mad,
    nearest,
    part,
    polynomial,
    product,
    quotient,
    residue,
    two_sum,
)
from infinitesimal.lower.vectormath.program import Float, Int

__all__ = ["cos", "sin", "tan"]


def _remainder(x: Float) -> tuple[Pair, Int]:
    """The remainder r, and the low bits of k."""
    far = 2.0**28 if x.lane.bits == 64 else 2.0**13
    k, bits = nearest(x, part(x, TWO_OVER_PI))
    rest = residue(x, k, x.like(part(x, HALF_PI)))  # exact
    second = product(k, x.like(part(x, HALF_PI, 1)))
    found = two_sum(rest, -second.head)
    tail = found.tail - (mad(k, part(x, HALF_PI, 2), second.tail))
    found = fast_sum(found.head, tail)
    size = abs(x)
    head, tail, quarter = x.program.detour(
        (size > far) & (size < float("inf")),
        (found.head, found.tail, bits),
        remainder_of_huge(x.lane, x.program.fused),
        x,
    )
    assert isinstance(head, Float) and isinstance(tail, Float) and isinstance(quarter, Int)
    return Pair(head, tail), quarter


def _sine(r: Pair) -> Pair:
    """The sine of the remainder."""
    z = r.head * r.head
    return Pair(r.head, mad(z * r.head, polynomial(z, SIN), mad(z * -0.5, r.tail, r.tail)))


def _cosine(r: Pair) -> Pair:
    """The cosine of the remainder."""
    z = r.head * r.head
    half = z * 0.5
    head = 1.0 - half
    lost = (1.0 - head) - half
    return Pair(head, lost + mad(z * z, polynomial(z, COS), -(r.head * r.tail)))


def _turned(value: Float, quarters: Int) -> Float:
    """The sign that the second half of the circle has."""
    sign = (quarters & 2) << (value.lane.bits - 2)
    return (value.bits() ^ sign).as_float()


def sin(x: Float) -> Float:
    """The sine of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = _sine(r), _cosine(r)
    odd = (quarter & 1).equals(1)
    value = odd.choose(cosine.head + cosine.tail, sine.head + sine.tail)
    return x.equals(0.0).choose(x, _turned(value, quarter))


def cos(x: Float) -> Float:
    """The cosine of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = _sine(r), _cosine(r)
    odd = (quarter & 1).equals(1)
    value = odd.choose(sine.head + sine.tail, cosine.head + cosine.tail)
    return _turned(value, quarter + 1)


def tan(x: Float) -> Float:
    """The tangent of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = fast_sum(*_sine(r)), fast_sum(*_cosine(r))
    odd = (quarter & 1).equals(1)
    above = Pair(
        odd.choose(-cosine.head, sine.head),
        odd.choose(-cosine.tail, sine.tail),
    )
    below = Pair(odd.choose(sine.head, cosine.head), odd.choose(sine.tail, cosine.tail))
    found = quotient(above, below)
    return x.equals(0.0).choose(x, found.head + found.tail)
