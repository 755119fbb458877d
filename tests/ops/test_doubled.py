"""Pairs of float64: exact sums and products, against rational arithmetic."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from infinitesimal.ops import doubled

numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


def value(pair: doubled.Pair) -> Fraction:
    return Fraction(float(pair[0])) + Fraction(float(pair[1]))


@given(numbers, numbers)
def test_sums_and_products_of_floats_are_exact(x: float, y: float) -> None:
    a, b = np.float64(x), np.float64(y)
    assert value(doubled.sum_of(a, b)) == Fraction(x) + Fraction(y)
    assert value(doubled.product(a, b)) == Fraction(x) * Fraction(y)


@given(numbers, numbers, numbers.filter(bool))
def test_pairs_keep_a_hundred_bits(x: float, y: float, z: float) -> None:
    a, b = doubled.exact(Fraction(x) / 3), doubled.exact(Fraction(y) / 7)
    error = Fraction(1, 2**100)
    total = value(doubled.plus(a, b))
    assert abs(total - value(a) - value(b)) <= error * (abs(value(a)) + abs(value(b)))
    assert abs(value(doubled.times(a, b)) - value(a) * value(b)) <= error * abs(value(a) * value(b))
    ratio = value(a) / Fraction(z)
    assert abs(value(doubled.over(a, np.float64(z))) - ratio) <= error * abs(ratio)


def test_nothing_is_taken_from_an_infinity() -> None:
    with np.errstate(invalid="ignore"):
        assert doubled.sum_of(np.float64(np.inf), np.float64(1))[1] == 0


def test_the_narrow_stay_narrow() -> None:
    @doubled.in_double(1)
    def third(x: object, parts: float) -> object:
        assert isinstance(x, np.ndarray) and x.dtype == np.float64
        return x / parts

    assert third(np.float32(1), 3.0) == np.float32(1 / 3)
    assert third(np.ones(2, np.float32), 3.0).dtype == np.float32
    assert third(np.int64(1), 3.0).dtype == np.float64
