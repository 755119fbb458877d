"""Constants are snapshots: of an unchanged array there is one, of a changed one another."""

from __future__ import annotations

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.leaf import constant


@pytest.mark.parametrize("dtype", [float, np.float32, complex, int, bool])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_unchanged_array_is_one_constant(dtype, order):
    array = np.array(np.arange(40).reshape(5, 8) % 7, dtype, order=order)
    assert constant(array) is constant(array)
    first, before = constant(array), array.copy()
    array[0, 0] = 1
    assert constant(array) is not first
    assert np.array_equal(first.params[0].array, before)


def test_bits_decide_not_equality():
    zeros = np.zeros(40)
    first = constant(zeros)
    zeros[3] = -0.0
    assert constant(zeros) is not first
    nans = np.full(40, np.nan)
    assert constant(nans) is constant(nans)


def test_an_array_changed_between_two_uses_counts_as_it_was():
    def f(x):
        factors = np.ones(40)
        total = np.sum(x * factors)
        factors[0] = 5.0
        return total + np.sum(x * factors)

    assert dx.grad(f)(np.ones(40))[:2].tolist() == [6.0, 2.0]


def test_an_argument_is_never_taken_for_a_constant_that_is_the_same_array():
    shared = np.linspace(1.0, 2.0, 40)

    def f(x):
        return np.sum(x * shared)

    assert np.array_equal(dx.grad(f)(shared), shared)
    other = np.ones(40)
    assert np.array_equal(dx.grad(f)(other), shared)
    assert np.array_equal(dx.grad(lambda x: np.sum(x * x))(shared), 2 * shared)
