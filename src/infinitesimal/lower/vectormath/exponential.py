"""The exponential and its kin: exp, exp2, expm1, expit.

x = k·log 2 + r with |r| ≤ log(2)/2, then a polynomial in r, then the exponent moved by k. What is
lost in r is carried along as a second, small number.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import EXP, EXP2, LN2, LOG2_E
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    constant,
    fast_sum,
    mad,
    nearest,
    part,
    polynomial,
    power_of_two,
    quotient,
    residue,
    scaled,
    signed,
)
from infinitesimal.lower.vectormath.program import Float, Int

__all__ = ["clamped", "exp", "exp2", "exp_of_pair", "expit", "expm1", "reduced"]


def clamped(x: Float, low: float, high: float) -> Float:
    """A number held between two ends; a NaN stays what it is."""
    x = (x < low).choose(low, x)
    return (x > high).choose(high, x)


def _in_range(x: Float) -> Float:
    """The number where exp is neither 0 nor too large, and the ends elsewhere."""
    low, high = (-746.0, 710.0) if x.lane.bits == 64 else (-105.0, 89.0)
    return clamped(x, low, high)


def reduced(x: Float) -> tuple[Int, Pair]:
    """The k and r of x = k·log 2 + r; k as a signed whole number."""
    ln2 = constant(x, LN2)
    k, bits = nearest(x, part(x, LOG2_E))
    rest = residue(x, k, ln2.head)  # exact
    lost = k * ln2.tail
    r = fast_sum(rest, -lost)
    return signed(bits, x), r


def _growth(r: Pair) -> Pair:
    """exp(r) - 1 for a small r."""
    square = r.head * r.head
    return fast_sum(r.head, mad(square, polynomial(r.head, EXP), r.tail))


def exp(x: Float) -> Float:
    """The exponential, e to the power x."""
    ln2 = constant(x, LN2)
    inside = _in_range(x)
    k, bits = nearest(inside, part(x, LOG2_E))
    r = mad(-k, ln2.tail, residue(inside, k, ln2.head))
    growth = mad(r * r, polynomial(r, EXP), r)
    return scaled(growth + 1.0, bits)


def exp_of_pair(x: Pair) -> Float:
    """The exponential of a number of twice the digits."""
    ln2 = constant(x.head, LN2)
    inside = _in_range(x.head)
    tail = inside.equals(x.head).choose(x.tail, 0.0)
    k, bits = nearest(inside, part(inside, LOG2_E))
    r = fast_sum(residue(inside, k, ln2.head), mad(-k, ln2.tail, tail))
    growth = r.head + mad(r.head * r.head, polynomial(r.head, EXP), r.tail)
    return scaled(growth + 1.0, bits)


def exp2(x: Float) -> Float:
    """2 to the power x."""
    end = 1080.0 if x.lane.bits == 64 else 155.0
    inside = clamped(x, -end, end)
    whole, bits = nearest(inside, 1.0)
    r = inside - whole
    return scaled(mad(r, polynomial(r, EXP2), 1.0), bits)


def expm1(x: Float) -> Float:
    """The exponential less 1, exact to the last digits where x is small."""
    low = -40.0 if x.lane.bits == 64 else -20.0
    high = 710.0 if x.lane.bits == 64 else 89.0
    k, r = reduced(clamped(x, low, high))
    growth = _growth(r)
    # 2^k·(growth + 1) - 1 = 2^k·(growth + (1 - 2^-k)), and far out 2^-k does not matter
    negative = (k < 64).choose(k.like(0) - k, -64)
    total = fast_sum(1.0 - power_of_two(negative, x), growth.head)
    return scaled(total.head + (total.tail + growth.tail), k).with_sign_of(x)


def expit(x: Float) -> Float:
    """1 / (1 + exp(-x)), the logistic curve, exact to the last digits on both sides."""
    k, r = reduced(_in_range(-abs(x)))
    growth = _growth(r)
    power = fast_sum(x.like(1.0), growth.head)
    power = Pair(scaled(power.head, k), scaled(power.tail + growth.tail, k))
    whole = fast_sum(x.like(1.0), power.head)
    below = Pair(whole.head, whole.tail + power.tail)
    left = x < 0.0
    above = Pair(left.choose(power.head, 1.0), left.choose(power.tail, 0.0))
    found = quotient(above, below)
    return found.head + found.tail
