"""Perturbation confusion: derivatives inside derivatives, which must not be taken for one another.

The classical examples, in every combination of forward and reverse mode, inner and outer.
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


def by_pullback(f: Function) -> Function:
    return lambda x: dx.vjp(f, x)[1](1.0)[0]


def by_linear_map(f: Function) -> Function:
    return lambda x: dx.linearize(f, x)[1](1.0)


WAYS: dict[str, Derivative] = {
    "forward": by_forward,
    "reverse": dx.grad,
    "pullback": by_pullback,
    "linearize": by_linear_map,
    "jacfwd": dx.jacfwd,
    "jacrev": dx.jacrev,
}
PAIRS = list(itertools.product(WAYS, repeat=2))
each_pair = pytest.mark.parametrize(("outer", "inner"), PAIRS)


@each_pair
def test_inner_derivative_of_a_sum_with_the_outer_variable(outer: str, inner: str) -> None:
    # Siskind and Pearlmutter 2005: d/dx (x · d/dy (x + y)) is 1; confusion gives 2.
    d, e = WAYS[outer], WAYS[inner]
    assert d(lambda x: x * e(lambda y: x + y)(1.0))(1.0) == 1.0


@each_pair
def test_inner_derivative_of_a_product_with_the_outer_variable(outer: str, inner: str) -> None:
    # d/dx (x · d/dy (x·y)) = d/dx x² = 2x
    d, e = WAYS[outer], WAYS[inner]
    assert d(lambda x: x * e(lambda y: x * y)(2.0))(3.0) == 6.0


@each_pair
def test_inner_derivative_at_the_outer_variable(outer: str, inner: str) -> None:
    # d/dx (x · (d/dy (x·y²) at y = x)) = d/dx 2x³ = 6x²
    d, e = WAYS[outer], WAYS[inner]
    assert d(lambda x: x * e(lambda y: x * y * y)(x))(2.0) == 24.0


@each_pair
def test_inner_function_that_ignores_its_variable(outer: str, inner: str) -> None:
    d, e = WAYS[outer], WAYS[inner]
    assert d(lambda x: x * e(lambda _: x)(5.0))(3.0) == 0.0
    assert d(lambda x: e(lambda y: y * y)(5.0) * x)(3.0) == 10.0


@each_pair
def test_one_name_for_both_variables(outer: str, inner: str) -> None:
    d, e = WAYS[outer], WAYS[inner]
    assert d(lambda x: e(lambda x: x * x * x)(x) * x)(2.0) == 36.0  # d/dx 3x³


@each_pair
def test_derivatives_of_functions_that_take_functions(outer: str, inner: str) -> None:
    # Manzyuk, Pearlmutter, Radul, Rush and Siskind 2019: the derivative written as that of a shift,
    # d f = λx. D (λu. f(x + u)) 0, applied twice, must be the second derivative.
    def shifted(way: Derivative) -> Derivative:
        return lambda f: lambda x: way(lambda u: f(x + u))(0.0)

    d, e = shifted(WAYS[outer]), shifted(WAYS[inner])
    assert d(e(np.exp))(1.0) == pytest.approx(np.e, rel=1e-15)
    assert d(e(lambda x: x * x * x))(2.0) == 12.0


@each_pair
def test_three_levels_that_share_all_variables(outer: str, inner: str) -> None:
    # ∂³/∂x∂y∂z of x²y²z² at (2, 3, 5) is 8xyz
    d, e = WAYS[outer], WAYS[inner]

    def f(x: Any) -> Any:
        return e(lambda y: d(lambda z: x * x * y * y * z * z)(5.0))(3.0)

    assert d(f)(2.0) == 240.0


@each_pair
def test_a_saddle_seen_from_both_sides(outer: str, inner: str) -> None:
    d, e = WAYS[outer], WAYS[inner]
    f = lambda x, y: x**3 * y**2  # noqa: E731
    one = d(lambda x: e(lambda y: f(x, y))(3.0))(2.0)
    other = d(lambda y: e(lambda x: f(x, y))(2.0))(3.0)
    assert one == other == 72.0


@each_pair
def test_a_pullback_called_outside_the_call_that_made_it(outer: str, inner: str) -> None:
    # The pullback of the inner function is linear in its cotangent and depends on the outer x.
    d, e = WAYS[outer], WAYS[inner]

    def f(x: Any) -> Any:
        _, pullback = dx.vjp(lambda y: y * y * x, x)
        return e(lambda c: pullback(c)[0])(1.0)

    assert d(f)(3.0) == 12.0  # d/dx 2x²


@each_pair
def test_a_value_that_leaks_from_an_inner_function_is_still_its_value(
    outer: str, inner: str
) -> None:
    d, e = WAYS[outer], WAYS[inner]

    def f(x: Any) -> Any:
        kept: list[Any] = []
        e(lambda y: kept.append(y) or y * y)(x)
        return kept[0] * x  # the point the inner function was called at is x

    assert d(f)(3.0) == 6.0


def test_fifth_derivatives_by_every_mixture_of_modes() -> None:
    for ways in itertools.product((by_forward, dx.grad), repeat=5):
        f: Function = np.sin
        for way in ways:
            f = way(f)
        assert f(0.7) == pytest.approx(np.cos(0.7), rel=1e-14)


def test_a_graph_keeps_no_value_of_the_trace_around_it() -> None:
    def f(x: Any) -> Any:
        return dx.graph(lambda y: x * y)(2.0)(2.0)[0]

    with pytest.raises(dx.errors.LostDerivativeError, match="traced outside it"):
        dx.grad(f)(3.0)


def test_a_graph_of_a_derivative_taken_inside_a_trace_is_closed() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append(dx.graph(dx.grad(lambda y: y * y))(x))
        return dx.graph(lambda y: dx.stop_gradient(x) * y)(2.0)(2.0)[0] + x

    assert dx.grad(f)(3.0) == 1.0
    assert seen[0](5.0) == [10.0]


@pytest.mark.parametrize("derived", ["pullback", "linear"])
def test_a_linear_function_made_before_a_derivative_is_differentiated_by_it(derived):
    # the trace that made it is older than the one that calls it, and must not take its leaves
    made = dx.vjp(np.sin, 1.0)[1] if derived == "pullback" else dx.linearize(np.sin, 1.0)[1]
    slope = (lambda t: made(t)[0]) if derived == "pullback" else made
    wanted = 6.0 * np.cos(1.0) ** 2
    assert dx.grad(lambda t: slope(t) ** 2)(3.0) == pytest.approx(wanted)
    assert dx.jvp(lambda t: slope(t) ** 2, (3.0,), (1.0,))[1] == pytest.approx(wanted)
    assert dx.hessian(lambda t: slope(t) ** 3)(3.0) == pytest.approx(18.0 * np.cos(1.0) ** 3)


def test_a_pullback_made_inside_a_derivative_and_called_outside_of_another():
    def outer(a):
        _, pull = dx.vjp(lambda x: np.sin(a * x), 2.0)
        return dx.grad(lambda t: pull(t)[0] ** 2)(3.0)

    inside = lambda a: 6.0 * (a * np.cos(2.0 * a)) ** 2  # noqa: E731
    assert outer(0.7) == pytest.approx(inside(0.7))
    assert dx.grad(outer)(0.7) == pytest.approx(dx.grad(inside)(0.7))
