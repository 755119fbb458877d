"""Perturbation confusion in loops: derivatives in the bodies of loops, loops inside derivatives.

Functions that find a minimum by a loop that itself takes a gradient, differentiated again: every
pair of forward and reverse mode, inside and outside, with each kind of loop. What a function finds
is known in closed form, or from a plain loop with derivatives by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

Function = Callable[[Any], Any]
Derivative = Callable[[Function], Function]


def by_forward(f: Function) -> Function:
    return lambda x: dx.jvp(f, (x,), (1.0,))[1]


MODES: dict[str, Derivative] = {"forward": by_forward, "reverse": dx.grad}
PAIRS = list(itertools.product(MODES, repeat=2))
each_pair = pytest.mark.parametrize(("outer", "inner"), PAIRS)

# ---- loops: the same steps by each of the words, and by Python

Loop = Callable[[Function, Function, Any], Any]
ENOUGH = 60  # steps, where a loop cannot tell when it is done


def while_loop(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.while_loop(goes_on, step, start)


def checkpointed(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.while_loop(goes_on, step, start, checkpoint=5)


def python(goes_on: Function, step: Function, start: Any) -> Any:
    while goes_on(start):
        start = step(start)
    return start


def scan(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.scan(lambda state, _: (step(state), None), start, length=ENOUGH)[0]


def fori_loop(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.fori_loop(0, ENOUGH, lambda _, state: step(state), start)


LOOPS: dict[str, Loop] = {
    loop.__name__: loop for loop in (while_loop, checkpointed, python, scan, fori_loop)
}
each_loop = pytest.mark.parametrize("loop", LOOPS)


def minimum(cost: Function, start: Any, derivative: Derivative, loop: Loop, rate: float) -> Any:
    """Where the cost is least, by going downhill until it is flat."""
    slope = derivative(cost)
    return loop(lambda y: abs(slope(y)) > 1e-12, lambda y: y - rate * slope(y), start)


@each_loop
@each_pair
def test_derivatives_of_a_minimum_found_by_descent(outer: str, inner: str, loop: str) -> None:
    # e^y − xy is least at y = log x
    def best(x: Any) -> Any:
        return minimum(lambda y: np.exp(y) - x * y, 0.5, MODES[inner], LOOPS[loop], 0.3)

    d = MODES[outer]
    assert best(2.0) == pytest.approx(np.log(2), rel=1e-13)
    assert d(best)(2.0) == pytest.approx(1 / 2, rel=1e-10)
    assert d(lambda x: x * best(x) ** 2)(2.0) == pytest.approx(
        np.log(2) ** 2 + 2 * np.log(2), rel=1e-10
    )


@each_loop
@each_pair
def test_second_derivatives_of_a_minimum(outer: str, inner: str, loop: str) -> None:
    def best(x: Any) -> Any:
        return minimum(lambda y: (y - x**3) ** 2 + x, 0.5, dx.grad, LOOPS[loop], 0.3)

    second = MODES[outer](MODES[inner](best))
    assert second(1.2) == pytest.approx(6 * 1.2, rel=1e-10)


@each_loop
@each_pair
def test_the_descent_starts_at_the_outer_variable(outer: str, inner: str, loop: str) -> None:
    # The minimum does not know where the search began: only x² is left to differentiate.
    def best(x: Any) -> Any:
        return minimum(lambda y: (y - 3) ** 2, x, MODES[inner], LOOPS[loop], 0.3) + x * x

    assert MODES[outer](best)(2.0) == pytest.approx(4.0, rel=1e-10)


@each_loop
@each_pair
def test_a_minimum_of_a_maximum(outer: str, inner: str, loop: str) -> None:
    # The saddle of x² − 2x + (2+a) xy − y², a search inside each step of a search: the maximum is
    # at y = (1 + a/2) x, and x = 1 / (1 + (1 + a/2)²).
    walk = LOOPS[loop]

    def saddle(a: Any) -> Any:
        def game(x: Any, y: Any) -> Any:
            return x * x - 2 * x + (2 + a) * x * y - y * y

        def worst(x: Any) -> Any:
            return game(x, minimum(lambda y: -game(x, y), 0.0, MODES[inner], walk, 0.4))

        return minimum(worst, 0.2, MODES[outer], walk, 0.2)

    slope = -(1 + 0.25) / (1 + 1.25**2) ** 2
    assert saddle(0.5) == pytest.approx(1 / (1 + 1.25**2), rel=1e-11)
    assert MODES[outer](saddle)(0.5) == pytest.approx(slope, rel=1e-9)


# ---- the charged particle of Siskind and Pearlmutter: forces are gradients inside a loop of Euler

DELTA = 0.25


def flight(charge: Any, acceleration: Function, loop: Loop) -> Any:
    """How far off the origin a particle among charges lands, squared; y and its speed decide."""

    def step(state: Any) -> Any:
        place, speed = state
        return place + DELTA * speed, speed + DELTA * acceleration(place)

    start = np.array([0.0, 8.0]), np.array([0.75, 0.0])
    start = tuple(part + 0 * charge for part in start)  # complex where the charge is
    place, speed = loop(lambda state: state[0][1].real > 0, step, start)
    landed = place - place[1] / speed[1] * speed
    return landed[0] ** 2


def acceleration_by_hand(charge: Any) -> Function:
    def acceleration(place: Any) -> Any:
        total = 0.0
        for centre in (np.array([10.0, 10 - charge]), np.array([10.0, 0.0])):
            far = place - centre
            total = total + far / np.sum(far * far) ** 1.5
        return total

    return acceleration


def acceleration_by(gradient: Callable[[Function], Function], charge: Any) -> Function:
    def potential(place: Any) -> Any:
        return sum(
            1 / np.sqrt((place[0] - 10) ** 2 + (place[1] - height) ** 2)
            for height in (10 - charge, 0.0)
        )

    return lambda place: -gradient(potential)(place)


GRADIENTS = {"forward": dx.jacfwd, "reverse": dx.grad}


@pytest.mark.parametrize("loop", ["while_loop", "checkpointed", "python"])
@each_pair
def test_the_charged_particle(outer: str, inner: str, loop: str) -> None:
    def off(charge: Any) -> Any:
        return flight(charge, acceleration_by(GRADIENTS[inner], charge), LOOPS[loop])

    step = flight(0.3 + 1e-30j, acceleration_by_hand(0.3 + 1e-30j), python)
    assert off(0.3) == pytest.approx(step.real, rel=1e-12)
    assert MODES[outer](off)(0.3) == pytest.approx(step.imag / 1e-30, rel=1e-10)


# ---- the classical examples, in bodies whose closures are outer variables


def last(step: Function, start: Any, steps: int = 1) -> Any:
    """The state after so many steps."""
    return dx.scan(lambda state, _: (step(state), None), start, length=steps)[0]


@each_pair
def test_inner_derivative_of_a_sum_in_a_body(outer: str, inner: str) -> None:
    # d/dx (x · d/dy (x + y)) is 1; each of three steps multiplies by x once
    d, e = MODES[outer], MODES[inner]
    assert d(lambda x: last(lambda s: s * x * e(lambda y: x + y)(s), 1.0, 3))(2.0) == 12.0


@each_pair
def test_inner_derivative_by_the_state_of_a_product_with_the_outer_variable(
    outer: str, inner: str
) -> None:
    # s → d/ds (x s²) = 2xs, so that three steps from s = x make 8x⁴
    d, e = MODES[outer], MODES[inner]
    assert d(lambda x: last(e(lambda s: x * s * s), x, 3))(2.0) == 32 * 2.0**3


@each_pair
def test_a_loop_inside_the_inner_derivative_reads_both_variables(outer: str, inner: str) -> None:
    # d/dy of (xy)³ y at y = x, times x, is 4x⁷
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        return x * e(lambda y: last(lambda s: s * x * y, y, 3))(x)

    assert d(f)(1.5) == pytest.approx(28 * 1.5**6, rel=1e-15)


@each_pair
def test_loops_and_derivatives_in_turn(outer: str, inner: str) -> None:
    # Inside: s → d/dy (y² s x + y x²) at y = s is 2s²x + x². Two steps of it from x, by hand.
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        def step(s: Any) -> Any:
            return e(
                lambda y: last(lambda t: t + y * s, 0.0, 1) * y * x + y * last(lambda t: t * x, x)
            )(s)

        return last(step, x, 2)

    first = 2 * 1.5**3 + 1.5**2
    slope = 6 * 1.5**2 + 2 * 1.5
    expected = 4 * first * slope * 1.5 + 2 * first**2 + 2 * 1.5
    assert f(1.5) == pytest.approx(2 * first**2 * 1.5 + 1.5**2, rel=1e-15)
    assert d(f)(1.5) == pytest.approx(expected, rel=1e-14)


@each_pair
def test_derivatives_of_a_written_row(outer: str, inner: str) -> None:
    # Row k is x^(k+1) · d/dx_k (x_k² x) = 2 x^(k+2) x_k
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        def step(power: Any, element: Any) -> Any:
            return power * x, power * e(lambda y: y * y * x)(element)

        return np.sum(dx.scan(step, x, np.array([1.0, 2.0, 3.0]))[1])

    assert d(f)(2.0) == 2 * (2 * 2.0 + 2 * 3 * 4.0 + 3 * 4 * 8.0)


@each_pair
def test_a_pullback_made_outside_the_body_and_called_inside(outer: str, inner: str) -> None:
    # The pullback of y²x at y = x takes c to 2x²c; three times, from 1: 8x⁶
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        _, pullback = dx.vjp(lambda y: y * y * x, x)
        _, linear = dx.linearize(lambda y: y * y * x, x)
        return last(lambda c: e(lambda z: pullback(z)[0] * c)(c), 1.0, 2) * linear(1.0)

    assert d(f)(1.5) == pytest.approx(48 * 1.5**5, rel=1e-15)


@each_pair
def test_a_pullback_made_in_a_body_and_called_there(outer: str, inner: str) -> None:
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        def step(s: Any) -> Any:
            _, pullback = dx.vjp(lambda y: y * y * x, s)
            return e(lambda c: pullback(c * c)[0])(x)  # 2sx · 2x

        return last(step, 1.0, 3)

    assert d(f)(1.5) == pytest.approx(64 * 6 * 1.5**5, rel=1e-15)


@each_pair
def test_a_number_of_steps_that_depends_on_the_outer_variable(outer: str, inner: str) -> None:
    # Doubling s until it passes x costs no slope by the count: the slope is that of s alone.
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        return dx.while_loop(lambda s: s < x, lambda s: e(lambda y: y * y)(s), x / 10) * x

    assert d(f)(7.0) == pytest.approx(2 * 16 * 7.0 / 10, rel=1e-15)


@each_pair
def test_batches_of_derivatives_in_a_body(outer: str, inner: str) -> None:
    # s → Σ over k of d/dy (y² k x) at y = s is 2sx Σk = 12sx
    d, e = MODES[outer], MODES[inner]

    def f(x: Any) -> Any:
        def step(s: Any) -> Any:
            return np.sum(dx.vmap(lambda k: e(lambda y: y * y * k * x)(s))(np.array([1.0, 2, 3])))

        return last(step, 1.0, 2)

    assert d(f)(2.0) == 2 * 144 * 2.0


@each_pair
def test_batches_of_loops_of_derivatives(outer: str, inner: str) -> None:
    d, e = MODES[outer], MODES[inner]
    points = np.array([0.5, 2.0, 30.0])

    def best(x: Any) -> Any:
        return minimum(lambda y: np.exp(y) - x * y, np.log(x) + 0.5, e, while_loop, 0.9 / 30)

    np.testing.assert_allclose(dx.vmap(d(best))(points), 1 / points, rtol=1e-9)


@pytest.mark.parametrize("ways", list(itertools.product(MODES, repeat=4)))
def test_fourth_derivatives_through_a_loop(ways: tuple[str, ...]) -> None:
    f: Function = lambda x: last(lambda s: np.sin(s) * x, x, 2)  # noqa: E731
    plain: Function = lambda x: np.sin(np.sin(x) * x) * x  # noqa: E731
    for way in ways:
        f, plain = MODES[way](f), MODES[way](plain)
    assert f(0.7) == pytest.approx(plain(0.7), rel=1e-12)
