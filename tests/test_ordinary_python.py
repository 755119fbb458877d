"""Ordinary NumPy code, as people write it: loops, views, in-place changes, Python's own functions.

Each function of a vector is run on plain arrays and differentiated in both modes: the value is
NumPy's, and the derivative is the limit of differences. Nothing here is written with us in mind.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from tests.laws.numeric import central

POINT = np.array([0.7, -1.3, 2.1])
DIRECTION = np.array([0.3, -0.9, 0.5])
PLACES = np.arange(3)
PROGRAMS: dict[str, Callable[[Any], Any]] = {}


def program(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS[function.__name__.replace("_", " ")] = function
    return function


# ---- changes in place


@program
def in_place_through_a_second_name(x: Any) -> Any:
    y = x.copy()
    z = y
    z += 1
    return np.sum(y * y)


@program
def in_place_through_a_slice(x: Any) -> Any:
    y = x.copy()
    v = y[1:]
    v *= 3
    return np.sum(y * y)


@program
def in_place_through_a_reshaped_view(x: Any) -> Any:
    y = x.copy()
    v = y.reshape(3, 1)
    v[0, 0] = x[1] * 2
    return np.sum(y * y)


@program
def in_place_through_a_transpose(x: Any) -> Any:
    y = np.outer(x, x)
    y.T[0] = x
    return np.sum(y**2)


@program
def in_place_in_a_loop_over_rows(x: Any) -> Any:
    y = np.outer(x, x)
    for row in y:
        row += x
    return np.sum(y**2)


@program
def every_operator_in_place(x: Any) -> Any:
    y = x.copy()
    y **= 2
    y /= x[0]
    y -= x
    y *= x
    y @= np.diag([1.0, 2.0, 3.0])
    return np.sum(y) * x[0]


@program
def a_place_written_twice(x: Any) -> Any:
    y = x.copy()
    y[[0, 0, 1]] = np.stack([x[0], x[1], x[2]])
    return np.sum(y**3)


@program
def a_place_added_to_twice_counts_once(x: Any) -> Any:
    y = x.copy()
    y[[0, 0, 1]] += x
    return np.sum(y**3)


@program
def written_by_a_mask(x: Any) -> Any:
    y = x.copy()
    y[x < 0] = 0
    y[x > 0] *= 2
    return np.sum(y**2)


@program
def shifted_onto_itself(x: Any) -> Any:
    y = x.copy()
    y[1:] = y[:-1]
    return np.sum(y**2 * PLACES)


@program
def added_to_itself_shifted(x: Any) -> Any:
    y = x.copy()
    y[1:] += y[:-1]
    return np.sum(y**2 * PLACES)


@program
def reversed_onto_itself(x: Any) -> Any:
    y = x.copy()
    y[:] = y[::-1]
    return np.sum(y**2 * PLACES)


@program
def two_elements_swapped(x: Any) -> Any:
    y = x.copy()
    y[0], y[1] = y[1], y[0]
    return np.sum(y**2 * PLACES)


@program
def two_elements_swapped_by_an_array(x: Any) -> Any:
    y = x.copy()
    y[[0, 1]] = y[[1, 0]]
    return np.sum(y**2 * PLACES)


@program
def two_rows_swapped_the_wrong_way(x: Any) -> Any:
    y = np.outer(x, x)
    y[0], y[1] = y[1], y[0]  # views: the first row is lost
    return np.sum(y * np.arange(9.0).reshape(3, 3) ** 2)


@program
def a_flat_copy_is_a_copy(x: Any) -> Any:
    y = np.outer(x, x)
    flat = y.flatten()
    flat[0] = 5
    return np.sum(y**2) + flat[0]


@program
def the_diagonal_filled(x: Any) -> Any:
    y = np.outer(x, x)
    np.fill_diagonal(y, 1.0)
    y[PLACES, PLACES] *= x
    return np.sum(y**2)


@program
def sorted_in_place(x: Any) -> Any:
    y = x.copy()
    y.sort()
    return np.sum(y * PLACES)


@program
def added_at_places(x: Any) -> Any:
    y = x * 2
    np.add.at(y, [0, 0, 2], x)
    return np.sum(y**2)


# ---- Python's own functions and control flow


@program
def enumerated(x: Any) -> Any:
    return sum(k * v * v for k, v in enumerate(x))


@program
def zipped(x: Any) -> Any:
    return sum(a * b for a, b in zip(x, x[::-1], strict=True))


@program
def backwards(x: Any) -> Any:
    return sum(k * v * v for k, v in enumerate(reversed(x)))


@program
def unpacked(x: Any) -> Any:
    a, *rest = x
    return a * rest[0] * rest[1]


@program
def the_largest_and_the_smallest(x: Any) -> Any:
    return max(x) ** 2 - min(x) ** 3


@program
def sorted_by_python(x: Any) -> Any:
    return sum(k * v * v for k, v in enumerate(sorted(x)))


@program
def reduced(x: Any) -> Any:
    return functools.reduce(operator.mul, x) + sum(itertools.accumulate(x, operator.mul))


@program
def decided_by_any_and_all(x: Any) -> Any:
    return x[0] ** 2 if any(x > 2) and not all(x > 0) else x[1] ** 2


@program
def decided_by_a_chain_of_comparisons(x: Any) -> Any:
    return x[0] ** 2 if 0 < x[0] < 1 else x[1]


@program
def decided_by_and_and_or(x: Any) -> Any:
    return ((x[0] > 0 and x[1]) or x[2]) ** 2


@program
def decided_element_by_element(x: Any) -> Any:
    return sum((v * v if v > 0 else -v) for v in x)


@program
def repeated_until_large(x: Any) -> Any:
    total, count = x[0], 0
    while total * total < 50:
        total = total * x[2] + x[1] ** 2
        count += 1
    return total * count


@program
def iterated_until_it_converges(x: Any) -> Any:
    root = 1.0
    while abs(root * root - x[2]) > 1e-12:
        root = (root + x[2] / root) / 2
    return root**3


@program
def matched(x: Any) -> Any:
    match x.shape:
        case (3,):
            return x[0] * x[2]
        case _:
            return x[0]


@program
def indexed_by_every_index(x: Any) -> Any:
    return sum(x[place] * x[place] for place in np.ndindex(x.shape))


@program
def indexed_by_places_of_values(x: Any) -> Any:
    order = np.argsort(x)
    return np.sum(x[order] ** 2 * PLACES) + x[np.argmax(x)] ** 2 + x[int(np.argmin(x))] ** 3


@program
def indexed_where_positive(x: Any) -> Any:
    return np.sum(x[np.nonzero(x > 0)] ** 2) + np.sum(x[x < 1] ** 3)


@program
def kept_in_containers(x: Any) -> Any:
    kept = {"first": x[0], "others": [x[1], (x[2],)]}
    return kept["first"] * kept["others"][0] * kept["others"][1][0]


@program
def remembered_by_a_closure(x: Any) -> Any:
    calls: list[Any] = []

    def step(y: Any) -> Any:
        calls.append(y)
        return y * x[0]

    return step(step(x[1])) + sum(calls)


@program
def rounded_numbers_count_as_constants(x: Any) -> Any:
    return x[2] * int(x[2]) + x[2] * round(x[2] * 1.2) + x[0] * np.floor(x[2])


def test_nothing_of_this_warns_in_plain_numpy() -> None:
    assert len(PROGRAMS) > 35
    for function in PROGRAMS.values():
        assert np.ndim(function(POINT.copy())) == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_value_is_numpys_and_the_derivative_that_of_differences(name: str) -> None:
    function = PROGRAMS[name]
    point = POINT.copy()
    value, gradient = dx.value_and_grad(function)(point)
    assert value == pytest.approx(function(POINT.copy()), rel=1e-12)
    wanted = central(lambda x: function(x.copy()), [POINT], [DIRECTION])
    assert gradient @ DIRECTION == pytest.approx(wanted, rel=1e-8, abs=1e-8)
    pushed = dx.jvp(function, (point,), (DIRECTION,))
    assert pushed == pytest.approx((value, gradient @ DIRECTION), rel=1e-11)
    np.testing.assert_array_equal(point, POINT)


@pytest.mark.parametrize("name", PROGRAMS)
def test_second_derivatives_are_symmetric_and_those_of_differences(name: str) -> None:
    function = PROGRAMS[name]
    hessian = dx.hessian(function)(POINT)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-11, atol=1e-11)
    wanted = central(dx.grad(function), [POINT], [DIRECTION])
    np.testing.assert_allclose(hessian @ DIRECTION, wanted, rtol=1e-7, atol=1e-7)
