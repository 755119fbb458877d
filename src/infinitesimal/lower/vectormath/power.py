"""Powers and roots: power, cbrt, hypot.

x^y is exp(y·log|x|) with the logarithm known to about 68 bits, as its error counts up to 2^10
times. Of 32 bits it is found with 64. The table of special values is NumPy's, which is that of C.
"""

from __future__ import annotations

from infinitesimal.lower.vectormath.coefficients import (
    CBRT_2,
    CBRT_4,
    EXP,
    INVERSE_CBRT,
    LN2,
    LN2_EXACT,
    LOG2_E,
    LOG_SERIES,
    LOG_TAIL,
    TWO_THIRDS,
)
from infinitesimal.lower.vectormath.exponential import clamped, exp_of_pair
from infinitesimal.lower.vectormath.pieces import (
    Pair,
    constant,
    fast_sum,
    mad,
    nearest,
    odd_whole,
    part,
    polynomial,
    power_of_two,
    product,
    quotient,
    residue,
    scaled,
    signed,
    split_exponent,
    whole_float,
)
from infinitesimal.lower.vectormath.program import F32, F64, I32, Float

__all__ = ["cbrt", "hypot", "power"]

INFINITY = float("inf")
NAN = float("nan")


def _times(a: Pair, b: Pair) -> Pair:
    """The product of two pairs, with an error of a few units of the tail."""
    main = product(a.head, b.head)
    return Pair(main.head, mad(a.head, b.tail, mad(a.tail, b.head, main.tail)))


def _precise_log(x: Float) -> Pair:
    """The logarithm of a positive finite number to about 68 bits."""
    small = x < x.lane.tiny
    k, m = split_exponent(small.choose(x * 2.0**54, x))
    whole = whole_float(k, m) - small.choose(x.like(54.0), 0.0)
    f = m - 1.0
    s = quotient(Pair(f, f.like(0.0)), fast_sum(x.like(2.0), f))
    z = _times(s, s)
    # log m = s·(2 + z·(2/3 + z·...)), of which only the last sum is one number
    third = constant(x, TWO_THIRDS)
    inner = fast_sum(third.head, z.head * polynomial(z.head, LOG_TAIL))
    inner = _times(z, Pair(inner.head, inner.tail + third.tail))
    series = fast_sum(x.like(2.0), inner.head)
    found = _times(s, Pair(series.head, series.tail + inner.tail))
    ln2 = constant(x, LN2)
    total = fast_sum(whole * ln2.head, found.head)
    return Pair(total.head, total.tail + mad(whole, ln2.tail, found.tail))


def _size_of_power(size: Float, y: Float) -> Float:
    """size^y for a positive finite size and any y that is a number."""
    if size.lane is F32:
        return _single_power(size, y)
    logarithm = _precise_log(size)
    y = clamped(y, -(2.0**70), 2.0**70)
    main = product(y, logarithm.head)
    return exp_of_pair(Pair(main.head, mad(y, logarithm.tail, main.tail)))


def _single_power(size: Float, y: Float) -> Float:
    """The same for numbers of 32 bits: with 64 bits, of which about 35 are looked after."""
    small = size < F32.tiny
    k, m = split_exponent(small.choose(size * 2.0**25, size))
    whole = (whole_float(k, m) - small.choose(m.like(25.0), 0.0)).resized(F64)
    # f/(2 + f) to 24 bits, then to 46
    below = m.resized(F64) + 1.0
    inverse = (1.0 / (m + 1.0)).resized(F64)
    s = (m.resized(F64) - 1.0) * (inverse * residue(below.like(2.0), below, inverse))
    z = s * s
    log = mad(whole, part(s, LN2_EXACT), s * mad(z, polynomial(z, LOG_SERIES, 48), 2.0))
    end = clamped(clamped(y, -1e30, 1e30).resized(F64) * log, -110.0, 110.0)
    places, bits = nearest(end, part(end, LOG2_E))
    r = mad(-places, part(end, LN2_EXACT), end)
    growth = mad(r * r, polynomial(r, EXP, 48), r) + 1.0
    return scaled(growth.resized(F32), bits.resized(I32))


def power(x: Float, y: Float) -> Float:
    """The power x^y."""
    size = abs(x)
    whole, odd = odd_whole(y)
    nothing, endless = size.equals(0.0), size.equals(INFINITY)
    extreme = nothing | endless
    value = _size_of_power(extreme.choose(1.0, size), y)
    # 0 to a negative power and infinity to a positive one are infinite
    value = extreme.choose((endless ^ (y < 0.0)).choose(x.like(INFINITY), 0.0), value)
    negative = x.bits() < 0
    value = (negative & odd).choose(-value, value)
    value = ((x < 0.0) & ~whole & ~endless).choose(NAN, value)
    value = (x.is_nan() | y.is_nan()).choose(NAN, value)
    return (x.equals(1.0) | y.equals(0.0)).choose(1.0, value)


def cbrt(x: Float) -> Float:
    """The cube root."""
    size = abs(x)
    lift = 54 if x.lane.bits == 64 else 24  # divisible by three
    small = size < x.lane.tiny
    bits = small.choose(size * 2.0**lift, size).bits()
    stored = bits.unsigned_shift(x.lane.mantissa) - x.lane.bias
    m = (bits - (stored << x.lane.mantissa)).as_float()  # from 1 to 2
    exponent = whole_float(stored, m)
    third, places = nearest(exponent - 0.99, 1.0 / 3.0)
    root = _cube_root(m)
    over = exponent - third * 3.0
    factor = Pair(
        over.equals(1.0).choose(
            part(x, CBRT_2), over.equals(2.0).choose(x.like(part(x, CBRT_4)), 1.0)
        ),
        over.equals(1.0).choose(
            part(x, CBRT_2, 1), over.equals(2.0).choose(x.like(part(x, CBRT_4, 1)), 0.0)
        ),
    )
    tail = mad(root.tail, factor.head, root.head * factor.tail)
    back = signed(places, x) - small.choose(places.like(lift // 3), 0)
    value = mad(root.head, factor.head, tail) * power_of_two(back, x)
    value = (size.equals(0.0) | ~(size < INFINITY)).choose(size, value)
    return value.with_sign_of(x)


def _cube_root(m: Float) -> Pair:
    """The cube root of a number between 1 and 2, as a pair."""
    y = polynomial(m, INVERSE_CBRT)
    error = 1.0 - m * y * (y * y)
    y = mad(y * error, mad(error, 2.0 / 9.0, 1.0 / 3.0), y)  # three times the digits
    inverse = y * y
    root = m * inverse
    rest = residue(m, root, root * root)
    return Pair(root, rest * inverse * (1.0 / 3.0))


def hypot(x: Float, y: Float) -> Float:
    """The length of (x, y), neither too large nor too small on the way."""
    first, second = abs(x), abs(y)
    swapped = first < second
    long, short = swapped.choose(second, first), swapped.choose(first, second)
    high, low, down, up = (500, -500, -600, 600) if x.lane.bits == 64 else (60, -40, -70, 90)
    large, small = long > 2.0**high, long < 2.0**low
    scale = large.choose(2.0**down, small.choose(x.like(2.0**up), 1.0))
    back = large.choose(2.0**-down, small.choose(x.like(2.0**-up), 1.0))
    long, short = long * scale, short * scale
    value = mad(long, long, short * short).sqrt() * back
    value = (x.is_nan() | y.is_nan()).choose(NAN, value)
    return (first.equals(INFINITY) | second.equals(INFINITY)).choose(INFINITY, value)
