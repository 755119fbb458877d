"""The remainder of huge numbers by π/2: the way that sine, cosine and tangent seldom take.

Such a number is X·2^E with a whole X of 53 bits. Of X·2^E·2/π only the part below 4 matters, so
only those digits of 2/π are multiplied that reach it: six words of 32 bits, found by E, times the
two halves of X (Payne and Hanek, "Radian reduction for trigonometric functions", 1983). In: a
number above 2^28. Out: the remainder as a pair, and in which quarter of the circle it lies.
"""

from __future__ import annotations

from itertools import pairwise

from infinitesimal.lower.vectormath.coefficients import HALF_PI, TWO_OVER_PI_WORDS
from infinitesimal.lower.vectormath.pieces import Pair, constant, fast_sum, mad, product
from infinitesimal.lower.vectormath.program import F64, Float, Int, Lane, Program

__all__ = ["remainder_of_huge"]

WORD = 32
LOW = (1 << WORD) - 1
COUNT = 6


def remainder_of_huge(lane: Lane, fused: bool) -> Program:
    """The program: a number to head, tail and quarter, all of its lane."""
    key = (lane.name, fused)
    if key not in _WRITTEN:
        name = f"remainder_of_huge_{lane}{'' if fused else '_plain'}"
        program = Program(fused=fused, name=name)
        x = program.input(lane)
        remainder, quarter = _remainder(x.resized(F64))
        head = remainder.head.resized(lane)
        tail = (remainder.head - head.resized(F64)) + remainder.tail
        head = (abs(x) < float("inf")).choose(head, float("nan"))
        program.returns(head, tail.resized(lane), quarter.resized(lane.whole))
        _WRITTEN[key] = program
    return _WRITTEN[key]


_WRITTEN: dict[tuple[str, bool], Program] = {}


def _remainder(x: Float) -> tuple[Pair, Int]:
    """What is left of a number of 64 bits, and the quarter."""
    bits = abs(x).bits()
    exponent = bits.unsigned_shift(52) - 1075  # of the last digit of X
    whole = (bits & ((1 << 52) - 1)) | (1 << 52)
    words = _product(whole, _digits(exponent))
    # 2 bits of whole quarters, then the fraction, to be rounded to the nearest quarter
    quarter = words[0].unsigned_shift(30)
    upper = words[0].unsigned_shift(29) & 1
    fraction = Pair(*_fraction(words, upper, x))
    turned = product(fraction.head, x.like(HALF_PI[64][0]))
    half_pi = constant(x, HALF_PI)
    tail = mad(fraction.tail, half_pi.head, mad(fraction.head, half_pi.tail, turned.tail))
    remainder = fast_sum(turned.head, tail)
    left = x < 0.0
    quarter = quarter + upper
    return (
        Pair(
            left.choose(-remainder.head, remainder.head),
            left.choose(-remainder.tail, remainder.tail),
        ),
        left.choose(quarter.like(0) - quarter, quarter),
    )


def _digits(exponent: Int) -> list[Int]:
    """Six words of 2/π·2^exponent, the first of which begins with the digit that counts 2.

    What stands before it only adds multiples of 4 to a product with a whole number.
    """
    first = exponent - 2 + 2 * WORD  # how many digits are passed over, of 0 and those of 2/π
    first = (first < 0).choose(0, first)  # a lane that is not huge reads no entry before the table
    word, shift = first >> 5, first & 31
    found = [(word + place).lookup((0, 0, *TWO_OVER_PI_WORDS)) for place in range(COUNT + 1)]
    return [
        ((one << WORD | after).unsigned_shift(shift.like(WORD) - shift)) & LOW
        for one, after in pairwise(found)
    ]


def _product(whole: Int, digits: list[Int]) -> list[Int]:
    """The words of X times the digits, from the one that counts 2; what is above is dropped."""
    low, high = whole & LOW, whole.unsigned_shift(WORD)
    by_low = [low * digit for digit in digits]
    by_high = [high * digit for digit in digits[1:]]  # counts one word higher
    carry = whole.like(0)
    words: list[Int] = []
    for place in reversed(range(COUNT)):
        total = (by_low[place] & LOW) + carry
        if place + 1 < COUNT:
            total = total + by_low[place + 1].unsigned_shift(WORD) + (by_high[place] & LOW)
        if place + 2 < COUNT:
            total = total + by_high[place + 1].unsigned_shift(WORD)
        words.append(total & LOW)
        carry = total.unsigned_shift(WORD)
    return words[::-1]


def _fraction(words: list[Int], upper: Int, x: Float) -> tuple[Float, Float]:
    """The fraction behind the first two bits, less 1 where it is above a half, as a pair."""
    # 2^-32 a word; the first word keeps 30 bits; floats of 52 bits or less are exact
    signed = (words[0] & ((1 << 30) - 1)) - (upper << 30)
    parts = [
        _float(signed, x) * 2.0**-30,
        _float(words[1], x) * 2.0**-62,
        _float(words[2], x) * 2.0**-94,
        _float(words[3], x) * 2.0**-126,
        _float(words[4], x) * 2.0**-158,
    ]
    head, tail = parts[0], x.like(0.0)
    for one in parts[1:]:
        head, lost = fast_sum(head, one)
        tail = tail + lost
    return fast_sum(head, tail)


def _float(word: Int, x: Float) -> Float:
    offset = x.like(1.5 * 2.0**52)
    return (word + offset.bits()).as_float() - offset
