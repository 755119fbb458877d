"""The error function and its complement.

Near 0, erf is an odd polynomial. Farther out erfc(x) = exp(-x²)·p(q)/(1 + 2x) with a polynomial in
q = (x - 4)/(x + 4), which is smooth from there to where erfc is 0; x² is taken exactly.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import ERF, ERFC, ERFC_MIDDLE, TWO_OVER_ROOT_PI
from infinitesimal.lower.vectormath.exponential import clamped, exp_of_pair
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    constant,
    fast_sum,
    mad,
    polynomial,
    product,
    quotient,
    two_sum,
)
from infinitesimal.lower.vectormath.program import Float

__all__ = ["erf", "erfc"]


def _near(x: Float) -> Pair:
    """The error function of a number between -1 and 1."""
    z = x * x
    slope = constant(x, TWO_OVER_ROOT_PI)
    main = product(x, slope.head)
    return fast_sum(main.head, mad(x, mad(z, polynomial(z, ERF), slope.tail), main.tail))


def _far(size: Float) -> Float:
    """The complement, for a number above 1/2."""
    x = clamped(size, 0.5, 28.0 if size.lane.bits == 64 else 11.0)
    q = (x - 4.0) / (x + 4.0)
    middle = constant(x, ERFC_MIDDLE)
    above = fast_sum(middle.head, q * polynomial(q, ERFC))
    share = quotient(Pair(above.head, above.tail + middle.tail), two_sum(x + x, x.like(1.0)))
    square = product(x, x)
    bell = exp_of_pair(Pair(-square.head, -square.tail))
    return mad(bell, share.head, bell * share.tail)


def erf(x: Float) -> Float:
    """The error function, 2/√π times the integral of exp(-t²) from 0 to x."""
    size = abs(x)
    near = _near(clamped(x, -1.0, 1.0))
    value = (size < 1.0).choose(abs(near.head + near.tail), 1.0 - _far(size))
    return value.with_sign_of(x)


def erfc(x: Float) -> Float:
    """1 - erf(x), exact to the last digits where x is large."""
    size = abs(x)
    near = _near(clamped(x, -1.0, 1.0))
    one = fast_sum(x.like(1.0), -near.head)
    tail = _far(size)
    far = (x < 0.0).choose(2.0 - tail, tail)
    return (size < 0.5).choose(one.head + (one.tail - near.tail), far)
