"""The inverse circular functions: arctan, arctan2, arcsin, arccos.

An arctangent is that of a smaller quotient and an eighth of a turn; an arcsine near 1 that of half
the angle. Quotients are known to twice the digits, so little is lost where angles are subtracted.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import ARCSIN, ARCTAN, HALF_PI, PI, QUARTER_PI
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    constant,
    fast_sum,
    mad,
    part,
    polynomial,
    quotient,
    residue,
)
from infinitesimal.lower.vectormath.program import Float, Mask

__all__ = ["arccos", "arcsin", "arctan", "arctan2"]

EIGHTH = 0.41421356237309503  # the tangent of π/8: beyond it an eighth of a turn is taken away


def _angle(above: Float, below: Float) -> Pair:
    """The arctangent of above/below, of which both are positive and above is not the larger."""
    turn = above > below * EIGHTH
    rise, run = fast_sum(-below, above), fast_sum(below, above)
    zero = above.like(0.0)
    t = quotient(
        Pair(turn.choose(rise.head, above), turn.choose(rise.tail, zero)),
        Pair(turn.choose(run.head, below), turn.choose(run.tail, zero)),
    )
    z = t.head * t.head
    tail = mad(z * t.head, polynomial(z, ARCTAN), t.tail)
    base = constant(above, QUARTER_PI)
    found = fast_sum(turn.choose(base.head, 0.0), t.head)
    return fast_sum(found.head, found.tail + (turn.choose(base.tail, 0.0) + tail))


def _taken_from(turn: Pair, angle: Pair, where: Mask) -> Pair:
    """What is left of a turn where the mask holds, the angle elsewhere."""
    found = fast_sum(turn.head, -angle.head)
    return Pair(
        where.choose(found.head, angle.head),
        where.choose(found.tail + (turn.tail - angle.tail), angle.tail),
    )


def arctan(x: Float) -> Float:
    """The inverse tangent, between -π/2 and π/2."""
    size = abs(x)
    limit = 2.0**60 if x.lane.bits == 64 else 2.0**30
    size = (size > limit).choose(limit, size)
    steep = size > 1.0
    angle = _angle(steep.choose(1.0, size), steep.choose(size, 1.0))
    angle = _taken_from(constant(x, HALF_PI), angle, steep)
    return (angle.head + angle.tail).with_sign_of(x)


def arctan2(y: Float, x: Float) -> Float:
    """The angle of the point (x, y), between -π and π; a zero has a side too."""
    rise, run = abs(y), abs(x)
    steep = rise > run
    long, short = steep.choose(rise, run), steep.choose(run, rise)
    endless = long.equals(float("inf"))
    both = short.equals(float("inf"))
    long = endless.choose(1.0, long)
    short = endless.choose(both.choose(x.like(1.0), 0.0), short)
    high, low, down, up = (800, -100, -600, 900) if x.lane.bits == 64 else (100, -60, -60, 90)
    large, small = long > 2.0**high, long < 2.0**low
    scale = large.choose(2.0**down, small.choose(x.like(2.0**up), 1.0))
    nothing = long.equals(0.0)
    angle = _angle(short * scale, nothing.choose(1.0, long * scale))
    angle = _taken_from(constant(x, HALF_PI), angle, steep)
    angle = _taken_from(constant(x, PI), angle, x.bits() < 0)
    value = (angle.head + angle.tail).with_sign_of(y)
    return (x.is_nan() | y.is_nan()).choose(float("nan"), value)


def _arcsine(x: Float) -> tuple[Pair, Mask]:
    """The arcsine of |x|, or of √((1 - |x|)/2) beyond a half, where the mask holds."""
    size = abs(x)
    beyond = size > 0.5
    z = beyond.choose((1.0 - size) * 0.5, size * size)
    root = z.sqrt()
    lost = beyond.choose(residue(z, root, root) / (root + root), 0.0)
    lost = root.equals(0.0).choose(0.0, lost)
    s = beyond.choose(root, size)
    return Pair(s, mad(z * s, polynomial(z, ARCSIN), lost)), beyond


def arcsin(x: Float) -> Float:
    """The inverse sine, between -π/2 and π/2."""
    angle, beyond = _arcsine(x)
    half_pi = constant(x, HALF_PI)
    far = fast_sum(half_pi.head, angle.head * -2.0)
    turned = far.head + (far.tail + mad(angle.tail, -2.0, half_pi.tail))
    return beyond.choose(turned, angle.head + angle.tail).with_sign_of(x)


def arccos(x: Float) -> Float:
    """The inverse cosine, between 0 and π."""
    angle, beyond = _arcsine(x)
    left = x < 0.0
    # 2a or π - 2a beyond a half, π/2 - a or π/2 + a before it
    turn = beyond.choose(left.choose(x.like(part(x, PI)), 0.0), part(x, HALF_PI))
    rest = beyond.choose(left.choose(x.like(part(x, PI, 1)), 0.0), part(x, HALF_PI, 1))
    times = beyond.choose(left.choose(x.like(-2.0), 2.0), left.choose(x.like(1.0), -1.0))
    found = fast_sum(turn, angle.head * times)
    return found.head + (found.tail + mad(angle.tail, times, rest))
