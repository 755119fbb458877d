"""Loops at points where some word in them has no slope: what counts has one, what does not is zero.

The derivative is that of the loop of Python, step by step: not a number only where that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from tests.laws.loop_words import IN_PYTHON, Words, rolled

XS = np.array([1.0, 2.0, 3.0])
Program = Callable[[Words, Any], Any]
PROGRAMS: dict[str, Program] = {}


def program(function: Program) -> Program:
    PROGRAMS[function.__name__] = function
    return function


# ---- what nobody reads


@program
def rows_that_nobody_reads(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (s * e, np.sqrt(s)), x, XS)[0]


@program
def all_rows_but_one(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (s + e, np.sqrt(s)), x, XS)[1][2]


@program
def a_carried_value_that_nobody_reads(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: ((s[0] + 1, np.sqrt(s[0] - 2)), None), (x, 0.0), XS)[0][0]


@program
def a_division_that_nobody_reads(words: Words, x: Any) -> Any:
    return words.fori_loop(0, 3, lambda i, s: (s[0] * 2, 1 / (s[0] - 4 * x)), (x, 0.0))[0]


@program
def a_logarithm_of_zero_beside_a_while(words: Words, x: Any) -> Any:
    def step(s: Any) -> Any:
        return s[0] + 1, s[1] * 2, np.log(s[1] * 0)

    return words.while_loop(lambda s: s[0] < 3, step, (0, x, 0.0))[1]


@program
def rows_of_an_inner_loop(words: Words, x: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        return words.scan(lambda t, f: (t * f, np.sqrt(t - t)), s, XS)[0], None

    return words.scan(step, x, XS)[0]


# ---- what is not chosen


@program
def a_branch_not_taken(words: Words, x: Any) -> Any:
    return words.cond(x > 5, lambda: np.sqrt(x - x) * x, lambda: x * x)


@program
def a_branch_not_taken_at_some_steps(words: Words, x: Any) -> Any:
    def step(s: Any, e: Any) -> Any:
        return words.cond(s > 0, lambda t: np.sqrt(t) + e, lambda t: t * e, s), None

    return words.scan(step, x, XS)[0]


@program
def branches_not_chosen(words: Words, x: Any) -> Any:
    branches = [lambda t: np.sqrt(t - t), lambda t: t * 2, lambda t: np.log(t - t)]
    return words.switch(1, branches, x)


@program
def an_element_not_chosen(words: Words, x: Any) -> Any:
    def step(s: Any, e: Any) -> Any:
        return s + np.where(e > 0, np.sqrt(e), e), None

    return words.scan(step, x, np.arange(3.0) * x)[0]


@program
def a_slope_not_chosen_at_the_last_step(words: Words, x: Any) -> Any:
    def step(s: Any) -> Any:
        k, value = s
        return k + 1, np.where(k < 3, value + x, np.sqrt(value - value) * 0 + value)

    return words.while_loop(lambda s: s[0] < 4, step, (0, x))[1]


@program
def what_begins_to_move_later(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (np.where(e > 2, s + x, np.sqrt(s)), None), 0.0, XS)[0]


@program
def a_root_of_what_does_not_move(words: Words, x: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        return (np.sqrt(s[0]) * 0, s[1] + s[0] * 0 + x), s[0]

    return words.scan(step, (0.0, x), XS)[0][1]


# ---- zeros of one step that meet an infinite slope in another


@program
def a_place_not_chosen_at_the_next_step(words: Words, x: Any) -> Any:
    def step(i: Any, s: Any) -> Any:
        return np.sqrt(np.where(i < 1, s, s[0]) + i)

    return np.sum(words.fori_loop(0, 2, step, np.stack([x, x - x])))


@program
def a_branch_not_taken_at_the_next_step(words: Words, x: Any) -> Any:
    def step(state: Any) -> Any:
        i, s = state
        s = words.cond(i < 1, lambda: s, lambda: s[0] * np.ones(2))
        return i + 1, np.sqrt(s + i)

    return np.sum(words.while_loop(lambda s: s[0] < 2, step, (0, np.stack([x, x - x])))[1])


@program
def a_value_that_the_next_step_does_not_read(words: Words, x: Any) -> Any:
    return sum(words.scan(lambda s, e: ((s[0] + 1, np.sqrt(s[0])), None), (x, x), XS)[0])


@program
def a_value_that_no_longer_moves(words: Words, x: Any) -> Any:
    return sum(words.scan(lambda s, e: ((0.0, s[1] + np.sqrt(s[0])), None), (x, x), XS)[0])


@program
def a_place_that_no_longer_moves(words: Words, x: Any) -> Any:
    def step(i: Any, s: Any) -> Any:
        return np.where(i < 1, np.stack([s[0], 0.0]), np.sqrt(s))

    return np.sum(words.fori_loop(0, 2, step, np.stack([x, x])))


@program
def a_place_that_an_inner_loop_leaves_out(words: Words, x: Any) -> Any:
    def step(i: Any, s: Any) -> Any:
        inner, _ = words.scan(lambda t, e: (np.where(e * i < 0.5, t, t[0]), None), s, XS)
        return np.sqrt(inner + i)

    return np.sum(words.fori_loop(0, 2, step, np.stack([x, x - x])))


# ---- what counts


@program
def roots_of_roots(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (np.sqrt(s), None), x, XS)[0]


@program
def a_root_at_the_last_step(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: ((s[0] + 1, np.sqrt(s[0] - 2)), None), (x, 0.0), XS)[0][1]


@program
def a_product_with_zero_on_the_way(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (np.sqrt(s) * e, None), x, np.array([1.0, 0.0, 1.0]))[0]


@program
def zero_times_a_root(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (s + e * np.sqrt(x), None), 0.0, np.zeros(2))[0]


@program
def powers(words: Words, x: Any) -> Any:
    return words.fori_loop(0, 3, lambda i, s: s + x**i, 0.0)


@program
def kinks(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (np.maximum(np.abs(s), e * x), None), x, np.ones(3))[0]


@program
def norms(words: Words, x: Any) -> Any:
    return words.scan(lambda s, e: (np.linalg.norm(s * np.ones(2)) * e, None), x, XS)[0]


MODES = {
    "forward": dx.jacfwd,
    "along": lambda f: lambda x: dx.jvp(f, (x,), (1.0,))[1],  # whose seed is not a unit vector
    "reverse": dx.grad,
    "forward of forward": lambda f: dx.jacfwd(dx.jacfwd(f)),
    "forward of reverse": lambda f: dx.jacfwd(dx.grad(f)),
    "reverse of forward": lambda f: dx.grad(dx.jacfwd(f)),
    "reverse of reverse": lambda f: dx.grad(dx.grad(f)),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("x", [0.0, 1.0, -1.0, 2.0])
def test_derivatives_are_those_of_the_unrolled_loop(name: str, mode: str, x: float) -> None:
    derive, f = MODES[mode], PROGRAMS[name]
    expected = derive(lambda x: f(IN_PYTHON, x))(x)
    for checkpoint in (False, 1, 2):
        found = derive(lambda x, every=checkpoint: f(rolled(every), x))(x)
        if not np.isnan(expected):
            np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
        elif mode in ("forward", "along", "reverse"):
            assert np.isnan(found)


@pytest.mark.parametrize("mode", MODES)
def test_what_does_not_count_is_exactly_zero(mode: str) -> None:
    def nothing(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            return (s[0] + e, np.sqrt(s[1] - s[1])), np.log(x - x)

        (total, _), _ = dx.scan(step, (0.0, x), XS)
        return total + dx.cond(total < 0, lambda: 1 / (x - x), lambda: 0.0)

    assert MODES[mode](nothing)(2.0) == 0.0
