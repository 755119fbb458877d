"""What the functions are put together from: exact sums and products, polynomials, powers of two.

In and out: values of a program. A `Pair` is an unevaluated sum of a head and a much smaller tail,
which together hold about twice the digits of one number. Nothing here depends on how wide a vector
is. Where the processor multiplies and adds with one rounding, `mad`, `product` and `residue` use
it; elsewhere the exact ones among them take more instructions, and every function still holds.
"""

from __future__ import annotations

from typing import NamedTuple

from infinitesimal.lower.vectormath.coefficients import Table
from infinitesimal.lower.vectormath.program import Float, Int, Mask

__all__ = [
    "Pair",
    "constant",
    "fast_sum",
    "mad",
    "magic",
    "nearest",
    "odd_whole",
    "part",
    "polynomial",
    "power_of_two",
    "product",
    "quotient",
    "residue",
    "scaled",
    "signed",
    "split_exponent",
    "two_sum",
    "whole_float",
]


class Pair(NamedTuple):
    """A head, and a tail that is to be added to it."""

    head: Float
    tail: Float


def part(x: Float, table: Table, place: int = 0) -> float:
    """A number of a table for the format of `x`."""
    return table[x.lane.bits][place]


def constant(x: Float, table: Table) -> Pair:
    """The first two parts of a constant."""
    return Pair(x.like(part(x, table)), x.like(part(x, table, 1)))


def mad(a: Float, b: Float | float, c: Float | float) -> Float:
    """a·b + c, rounded once or twice, as the processor prefers."""
    b, c = a.like(b), a.like(c)
    return a.program.record("fma", a.lane, (a, b, c)) if a.program.fused else a * b + c


def two_sum(a: Float, b: Float) -> Pair:
    """The sum and its rounding error, exact (Knuth)."""
    total = a + b
    share = total - a
    return Pair(total, (a - (total - share)) + (b - share))


def fast_sum(a: Float, b: Float) -> Pair:
    """The sum and its rounding error, exact where a is 0 or the larger one (Dekker)."""
    total = a + b
    return Pair(total, b - (total - a))


def product(a: Float, b: Float) -> Pair:
    """a·b and its rounding error, exact."""
    total = a * b
    if a.program.fused:
        return Pair(total, mad(a, b, -total))
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return Pair(total, ((a1 * b1 - total) + a1 * b2 + a2 * b1) + a2 * b2)


def _halves(a: Float) -> Pair:
    """Two numbers of half as many digits that add up to `a` (Veltkamp)."""
    scaled = a * (2.0 ** ((a.lane.mantissa + 2) // 2) + 1.0)
    high = scaled - (scaled - a)
    return Pair(high, a - high)


def residue(a: Float, k: Float, b: Float) -> Float:
    """What is left of a without k·b, rounded once, where they nearly cancel."""
    if a.program.fused:
        return mad(-k, b, a)
    head, tail = product(k, b)
    return (a - head) - tail


def quotient(above: Pair, below: Pair) -> Pair:
    """One pair divided by another, with one division."""
    inverse = 1.0 / below.head
    head = above.head * inverse
    rest = residue(above.head, head, below.head) + above.tail
    if not above.head.program.fused:  # the exact error of so small a product is no number
        small = abs(above.head) < above.head.lane.tiny * 4.0 ** (above.head.lane.mantissa + 1)
        rest = small.choose(0.0, rest)
    return Pair(head, mad(-head, below.tail, rest) * inverse)


def polynomial(x: Float, table: Table, bits: int = 0) -> Float:
    """The polynomial at x, as few steps one after another as pays.

    Even and odd powers are added up apart, so that two sums, or four, go on side by side; the
    constant, which is the largest term, is added last.
    """
    first, *rest = table[bits or x.lane.bits]
    return mad(_sum_of_powers(x, tuple(rest)), x, first)


def _sum_of_powers(x: Float, coefficients: tuple[float, ...]) -> Float:
    if len(coefficients) < 5:
        return _horner(x, coefficients)
    square = x * x
    odd, even = _sum_of_powers(square, coefficients[1::2]), coefficients[::2]
    return mad(odd, x, _sum_of_powers(square, even))


def _horner(x: Float, coefficients: tuple[float, ...]) -> Float:
    total = x.like(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = mad(total, x, coefficient)
    return total


def magic(x: Float) -> float:
    """Added to a number, it leaves no place for a fraction: 1.5 · 2^52."""
    return 1.5 * 2.0**x.lane.mantissa


def nearest(x: Float, factor: float) -> tuple[Float, Int]:
    """The whole number next to x·factor, which must be less than 2^51 (2^22), and its low bits."""
    shifted = mad(x, factor, magic(x))
    return shifted - magic(x), shifted.bits()


def whole_float(k: Int, like: Float) -> Float:
    """A whole number, less than 2^51 (2^22), as a floating-point number."""
    offset = like.like(magic(like))
    return (k + offset.bits()).as_float() - offset


def power_of_two(k: Int, like: Float) -> Float:
    """2^k as a normal number, from the low bits of k."""
    return ((k + like.lane.bias) << like.lane.mantissa).as_float()


def scaled(x: Float, k: Int) -> Float:
    """x·2^k where either power alone might be too large or too small; of k the low bits count."""
    half = k >> 1
    return x * power_of_two(half, x) * power_of_two(k - half, x)


def signed(k: Int, like: Float) -> Int:
    """What `nearest` gave as bits, as a signed number."""
    return k - like.like(magic(like)).bits()


def split_exponent(x: Float) -> tuple[Int, Float]:
    """The k and m of x = m·2^k, m between √½ and √2, for a positive normal number."""
    start = x.like(2.0**-0.5).bits()
    moved = x.bits() - start
    k = moved >> x.lane.mantissa
    return k, (x.bits() - (k << x.lane.mantissa)).as_float()


def odd_whole(y: Float) -> tuple[Mask, Mask]:
    """Where a number is whole, and where it is whole and odd."""

    def whole(size: Float) -> Mask:
        limit = 2.0**size.lane.mantissa
        return (size >= limit) | ((size + limit) - limit).equals(size)

    size = abs(y)
    is_whole = whole(size)
    return is_whole, is_whole & ~whole(size * 0.5)
