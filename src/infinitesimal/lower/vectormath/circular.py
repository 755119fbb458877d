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
)
from infinitesimal.lower.vectormath.program import Float, Int

__all__ = ["cos", "sin", "tan"]


def _remainder(x: Float) -> tuple[Pair, Int]:
    """The remainder r, and the low bits of k."""
    far = 2.0**28 if x.lane.bits == 64 else 2.0**13
    k, bits = nearest(x, part(x, TWO_OVER_PI))
    near = _less_quarters(x, k)
    head, tail, quarter = x.program.detour(
        abs(x) > far,
        (near.head, near.tail, bits),
        remainder_of_huge(x.lane, x.program.fused),
        x,
    )
    assert isinstance(head, Float) and isinstance(tail, Float) and isinstance(quarter, Int)
    return Pair(head, tail), quarter


def _less_quarters(x: Float, k: Float) -> Pair:
    """What is left of x without k·π/2, of which three parts count."""
    first, second, third = (x.like(one) for one in HALF_PI[x.lane.bits])
    rest = residue(x, k, first)  # exact
    lost = product(k, second)
    head = rest - lost.head
    tail = ((rest - head) - lost.head) - lost.tail
    return Pair(head, mad(-k, third, tail))


def _sine(r: Pair) -> Pair:
    """The sine of the remainder."""
    z = r.head * r.head
    return Pair(r.head, mad(z * r.head, polynomial(z, SIN), r.tail))


def _cosine(r: Pair) -> Pair:
    """The cosine of the remainder."""
    z = r.head * r.head
    main = fast_sum(z.like(1.0), z * -0.5)
    return Pair(main.head, main.tail + mad(z * z, polynomial(z, COS), -(r.head * r.tail)))


def _turned(value: Float, quarters: Int) -> Float:
    """The sign that the second half of the circle has."""
    sign = (quarters & 2) << (value.lane.bits - 2)
    return (value.bits() ^ sign).as_float()


def sin(x: Float) -> Float:
    """The sine of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = _sine(r), _cosine(r)
    even = (quarter & 1).equals(0)
    value = even.choose(sine.head + sine.tail, cosine.head + cosine.tail)
    return x.equals(0.0).choose(x, _turned(value, quarter))


def cos(x: Float) -> Float:
    """The cosine of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = _sine(r), _cosine(r)
    even = (quarter & 1).equals(0)
    value = even.choose(cosine.head + cosine.tail, sine.head + sine.tail)
    return _turned(value, quarter + 1)


def tan(x: Float) -> Float:
    """The tangent of an angle in radians, for angles of any size."""
    r, quarter = _remainder(x)
    sine, cosine = fast_sum(*_sine(r)), fast_sum(*_cosine(r))
    even = (quarter & 1).equals(0)
    above = Pair(even.choose(sine.head, -cosine.head), even.choose(sine.tail, -cosine.tail))
    below = Pair(even.choose(cosine.head, sine.head), even.choose(cosine.tail, sine.tail))
    found = quotient(above, below)
    return x.equals(0.0).choose(x, found.head + found.tail)
