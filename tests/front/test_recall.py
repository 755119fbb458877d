"""A remembered program gives what a fresh derivation gives, whatever changed between two calls."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.front import recall


@pytest.fixture(autouse=True)
def forgotten():
    recall._programs.clear()


def wave(x):
    return np.sum(np.sin(x) * x**2)


def test_a_second_call_runs_the_remembered_program_on_new_values():
    slope = dx.grad(wave)
    for x in (np.array([1.0, 2.0]), np.array([-3.0, 0.5])):
        np.testing.assert_allclose(slope(x), np.cos(x) * x**2 + 2 * x * np.sin(x), rtol=1e-15)
    assert len(recall._programs) == 1


def test_shapes_and_dtypes_have_programs_of_their_own():
    slope = dx.grad(wave)
    slope(np.ones(2))
    slope(np.ones(3))
    assert slope(np.ones(2, np.float32)).dtype == np.float32
    assert len(recall._programs) == 3


def test_a_closed_over_number_that_changed_is_seen():
    factor = 2.0

    def scaled(x):
        return factor * x

    assert dx.grad(scaled)(1.0) == 2.0
    factor = 5.0
    assert dx.grad(scaled)(1.0) == 5.0


@pytest.mark.parametrize("size", [3, 40])
def test_a_closed_over_array_that_changed_is_seen(size):
    weights = np.ones(size)
    slope = dx.grad(lambda x: np.sum(weights * x))
    slope(np.ones(size))
    weights[:] = 7.0
    np.testing.assert_array_equal(slope(np.ones(size)), np.full(size, 7.0))


def test_signs_of_zero_and_classes_of_number_are_told_apart():
    assert dx.grad(lambda x: x * 0.0)(1.0).hex() == (0.0).hex()
    assert dx.grad(lambda x: x * -0.0)(1.0).hex() == (-0.0).hex()


def test_another_branch_is_another_graph():
    slope = dx.grad(lambda x: x**2 if x > 0 else -x)
    assert (slope(3.0), slope(-3.0), slope(4.0)) == (6.0, -1.0, 8.0)


def test_the_sharing_of_inputs_is_part_of_the_shape():
    both = dx.grad(lambda x, y: x * y, argnums=(0, 1))
    square = dx.grad(lambda x, y: x * x, argnums=(0, 1))
    assert both(3.0, 3.0) == (3.0, 3.0)
    assert square(3.0, 3.0) == (6.0, 0.0)


def test_which_argument_is_differentiated_is_part_of_the_shape():
    quotient = lambda x, y: x / y  # noqa: E731 (one function, differentiated twice)
    assert dx.grad(quotient, 0)(1.0, 2.0) == 0.5
    assert dx.grad(quotient, 1)(1.0, 2.0) == -0.25


@pytest.mark.parametrize("derivative", [dx.jacfwd, dx.jacrev, dx.jacobian, dx.hessian])
def test_an_argument_that_equals_what_a_rule_writes_down_is_not_taken_for_it(derivative):
    def scalar(x):
        return np.sum(np.concatenate([x**3 * x[0], np.floor(x)]))

    def vector(x):
        return np.concatenate([x[:1] * x[1:2], x * x, np.floor(x)])

    f = scalar if derivative is dx.hessian else vector
    x = np.array([0.3, 0.5, 0.7])
    fresh = derivative(f)(x)
    for first in (np.zeros(3), *np.eye(3)):
        recall._programs.clear()
        derivative(f)(first)
        np.testing.assert_array_equal(derivative(f)(x), fresh)


def test_zeros_of_an_argument_are_not_its_gradient_at_another_value():
    slope = dx.grad(lambda x: np.sum(np.floor(x)))
    slope(np.zeros(3))
    np.testing.assert_array_equal(slope(np.array([1.0, 2.0, 3.0])), np.zeros(3))


def test_the_types_of_arguments_that_are_not_used_are_part_of_the_shape():
    both = dx.grad(lambda x, y: np.sum(x), argnums=(0, 1))
    for unused in (np.ones(3), np.ones((4, 2)), np.ones(3, np.float32)):
        gradient = both(np.ones(2), unused)[1]
        assert (gradient.shape, gradient.dtype) == (unused.shape, unused.dtype)
    constant = dx.grad(lambda x: 3.0)
    assert constant(np.ones(2)).shape == (2,)
    assert constant(5.0) == 0.0


def test_forward_and_reverse_jacobians_are_remembered_apart():
    f = lambda x: np.sin(x) * x[0]  # noqa: E731
    x = np.array([0.3, 0.7])
    for _ in range(2):
        np.testing.assert_allclose(dx.jacfwd(f)(x), dx.jacrev(f)(x), rtol=1e-15)


def test_nested_derivatives_are_remembered_too():
    second = dx.grad(dx.grad(lambda x: x**4))
    assert [second(x) for x in (1.0, 2.0, 3.0)] == [12.0, 48.0, 108.0]


def test_results_are_never_the_memory_of_the_program():
    slope = dx.grad(lambda x: np.sum(x))
    first = slope(np.ones(3))
    first[:] = 99.0
    np.testing.assert_array_equal(slope(np.ones(3)), np.ones(3))


def test_old_programs_make_room_for_new_ones():
    for size in range(1, recall._MOST_PROGRAMS + 20):
        dx.grad(lambda x: np.sum(x * x))(np.ones(size))
    assert len(recall._programs) <= recall._MOST_PROGRAMS


def test_many_threads_share_the_programs():
    wrong: list[float] = []

    def work(seed: int) -> None:
        for k in range(200):
            x = float(seed + k)
            if dx.grad(lambda y: y**3)(x) != 3 * x**2:
                wrong.append(x)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_programs_come_and_go_in_many_threads(monkeypatch):
    monkeypatch.setattr(recall, "_MOST_PROGRAMS", 3)  # every call makes one and drops one
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for k in range(100):
                factor = float(seed * 100 + k + 1)
                assert dx.grad(lambda x, factor=factor: factor * x)(1.0) == factor
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_scalars_share_one_program():
    slope = dx.grad(lambda x: x**3)
    assert [slope(float(x)) for x in range(1, 20)] == [3.0 * x**2 for x in range(1, 20)]
    assert len(recall._programs) == 1


def test_a_number_in_the_function_that_equals_the_argument_is_not_the_argument():
    slope = dx.grad(lambda x: x**2.0 * 2.0)
    assert [slope(x) for x in (2.0, 3.0, 5.0)] == [8.0, 12.0, 20.0]
    for exponent in (2.0, 5.0, 3.0):
        power = dx.grad(lambda x, exponent=exponent: x**exponent)
        assert power(exponent) == pytest.approx(exponent**exponent)
