"""Derivatives through loops that end when they have converged, against formulas.

Reverse mode through a `while_loop` has no other library to compare with; these loops compute
functions whose derivatives are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special

import infinitesimal as dx

Function = Callable[[Any], Any]
Loop = Callable[..., Any]


def plain(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.while_loop(goes_on, step, start)


def bounded(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.while_loop(goes_on, step, start, max_steps=400)


def checkpointed(goes_on: Function, step: Function, start: Any) -> Any:
    return dx.while_loop(goes_on, step, start, checkpoint=3)


each_loop = pytest.mark.parametrize("loop", [plain, bounded, checkpointed])


def by_forward(f: Function) -> Function:
    return lambda x: dx.jvp(f, (x,), (1.0,))[1]


MODES: dict[str, Callable[[Function], Function]] = {
    "reverse": dx.grad,
    "forward": by_forward,
}
each_mode = pytest.mark.parametrize("mode", MODES)
PAIRS = [(outer, within) for outer in MODES for within in MODES]


# ---- Newton's iteration: the implicit function theorem


@each_loop
@each_mode
def test_the_root_of_a_polynomial_moves_as_the_implicit_function_theorem_says(
    loop: Loop, mode: str
) -> None:
    # y⁵ + a y = b: dy/da = -y / (5y⁴ + a)
    def root(a: Any) -> Any:
        def step(y: Any) -> Any:
            return y - (y**5 + a * y - 3.0) / (5 * y**4 + a)

        return loop(lambda y: np.abs(y**5 + a * y - 3.0) > 1e-13, step, 1.0)

    y = float(mpmath.findroot(lambda y: y**5 + 0.7 * y - 3, 1.0))
    assert root(0.7) == pytest.approx(y, rel=1e-13)
    assert MODES[mode](root)(0.7) == pytest.approx(-y / (5 * y**4 + 0.7), rel=1e-10)


@each_loop
@pytest.mark.parametrize(("outer", "within"), PAIRS)
def test_second_derivatives_of_a_root(loop: Loop, outer: str, within: str) -> None:
    # Kepler's equation E - e sin E = M, to where the second derivative has settled too
    def anomaly(mean: Any) -> Any:
        def residual(e: Any) -> Any:
            return e - 0.4 * np.sin(e) - mean

        def step(state: Any) -> Any:
            count, e = state
            count = np.where(np.abs(residual(e)) > 1e-9, 0, count + 1)
            return count, e - residual(e) / (1 - 0.4 * np.cos(e))

        return loop(lambda state: state[0] < 3, step, (0, mean))[1]

    e = anomaly(1.1)
    slope = 1 - 0.4 * np.cos(e)
    assert e - 0.4 * np.sin(e) == pytest.approx(1.1, rel=1e-14)
    assert MODES[within](anomaly)(1.1) == pytest.approx(1 / slope, rel=1e-12)
    second = MODES[outer](MODES[within](anomaly))(1.1)
    assert second == pytest.approx(-0.4 * np.sin(e) / slope**3, rel=1e-11)


@each_loop
def test_the_root_of_a_system(loop: Loop) -> None:
    # x² + y² = a, x y = b: the Jacobian is the inverse of that of the equations
    def root(p: Any) -> Any:
        def residual(z: Any) -> Any:
            return np.stack([z[0] ** 2 + z[1] ** 2 - p[0], z[0] * z[1] - p[1]])

        def step(z: Any) -> Any:
            return z - np.linalg.solve(dx.jacfwd(residual)(z), residual(z))

        return loop(lambda z: np.max(np.abs(residual(z))) > 1e-12, step, np.array([2.0, 0.5]))

    z = root(np.array([5.0, 1.5]))
    inverse = np.linalg.inv(np.array([[2 * z[0], 2 * z[1]], [z[1], z[0]]]))
    np.testing.assert_allclose(dx.jacrev(root)(np.array([5.0, 1.5])), inverse, rtol=1e-9)
    np.testing.assert_allclose(dx.jacfwd(root)(np.array([5.0, 1.5])), inverse, rtol=1e-9)


# ---- counts: a product taken as often as the loop turns


def collatz(n: int) -> list[int]:
    """1 for each odd number on the way to 1, 0 for each even one."""
    odd: list[int] = []
    while n != 1:
        odd.append(n % 2)
        n = 3 * n + 1 if n % 2 else n // 2
    return odd


@each_loop
@pytest.mark.parametrize("n", [1, 2, 6, 7, 27])
def test_a_product_along_the_way_of_collatz(loop: Loop, n: int) -> None:
    # x for each odd number, y for each even one: xᵖ y^q
    def product(x: Any, y: Any) -> Any:
        def step(state: Any) -> Any:
            k, total = state
            odd = k % 2 == 1
            following = dx.cond(odd, lambda k: 3 * k + 1, lambda k: k // 2, k)
            return following, total * np.where(odd, x, y)

        return loop(lambda state: state[0] != 1, step, (n, 1.0))[1]

    odd = collatz(n)
    p, q = sum(odd), len(odd) - sum(odd)
    x, y = 1.01, 0.99
    value, (dx_, dy) = dx.value_and_grad(product, (0, 1))(x, y)
    assert value == pytest.approx(x**p * y**q, rel=1e-13)
    assert dx_ == pytest.approx(p * x ** (p - 1) * y**q, rel=1e-13, abs=1e-300)
    assert dy == pytest.approx(q * x**p * y ** (q - 1), rel=1e-13, abs=1e-300)
    mixed = dx.grad(lambda y: dx.grad(product)(x, y))(y)
    assert mixed == pytest.approx(p * q * x ** (p - 1) * y ** (q - 1), rel=1e-12, abs=1e-300)


@each_loop
def test_the_count_of_steps_follows_its_argument(loop: Loop) -> None:
    # doubling until past 100: x 2ᵏ, whose slope is 2ᵏ, and k is another for each x
    def grown(x: Any) -> Any:
        return loop(lambda s: s < 100, lambda s: 2 * s, x)

    gradient = dx.grad(grown)
    for x, slope in ((1.0, 128), (3.0, 64), (99.0, 2), (100.0, 1), (1e6, 1)):
        assert gradient(x) == slope
    points = np.array([1.0, 3.0, 99.0, 100.0])
    np.testing.assert_array_equal(dx.vmap(gradient)(points), [128, 64, 2, 1])


# ---- series, to where they no longer change


def series(loop: Loop, term: Callable[[Any, Any], Any], first: Any) -> Any:
    """The sum of terms, each a factor times the one before, while they count."""

    def step(state: Any) -> Any:
        k, last, total = state
        following = term(k, last)
        return k + 1, following, total + following

    return loop(lambda state: np.abs(state[1]) > 1e-18, step, (1, first, first))[2]


@each_loop
@each_mode
@pytest.mark.parametrize("x", [-2.0, 0.5, 3.0])
def test_the_exponential_series(loop: Loop, mode: str, x: float) -> None:
    def exp(x: Any) -> Any:
        return series(loop, lambda k, last: last * x / k, 1.0)

    assert exp(x) == pytest.approx(np.exp(x), rel=1e-13)
    assert MODES[mode](exp)(x) == pytest.approx(np.exp(x), rel=1e-12)
    assert MODES[mode](dx.grad(exp))(x) == pytest.approx(np.exp(x), rel=1e-11)


@each_loop
@each_mode
def test_a_bessel_function(loop: Loop, mode: str) -> None:
    # J₀' = -J₁, J₀'' = (J₂ - J₀)/2
    def j0(x: Any) -> Any:
        return series(loop, lambda k, last: -last * (x / (2 * k)) ** 2, 1.0)

    for x in (0.7, 2.5):
        assert j0(x) == pytest.approx(special.jv(0, x), abs=1e-14)
        assert MODES[mode](j0)(x) == pytest.approx(-special.jv(1, x), rel=1e-12)
        second = (special.jv(2, x) - special.jv(0, x)) / 2
        assert MODES[mode](dx.grad(j0))(x) == pytest.approx(second, rel=1e-11)


@each_loop
@each_mode
def test_bessel_functions_of_a_batch_of_points(loop: Loop, mode: str) -> None:
    # lanes of the loop that go on for different times
    def j0(x: Any) -> Any:
        return series(loop, lambda k, last: -last * (x / (2 * k)) ** 2, 1.0)

    points = np.array([0.0, 0.3, 1.0, 4.0])
    np.testing.assert_allclose(dx.vmap(j0)(points), special.jv(0, points), rtol=1e-12)
    slopes = dx.vmap(MODES[mode](j0))(points)
    np.testing.assert_allclose(slopes, -special.jv(1, points), rtol=1e-11, atol=1e-15)


# ---- a continued fraction, from its end: how deep is counted first


@each_loop
@each_mode
def test_the_continued_fraction_of_a_tangent(loop: Loop, mode: str) -> None:
    # tan x = x / (1 - x² / (3 - x² / (5 - …)))
    def tan(x: Any) -> Any:
        depth = loop(lambda s: s[1] > 1e-17, lambda s: (s[0] + 1, s[1] * x * x / (2 * s[0] + 1)),
                     (1, 1.0))[0]  # fmt: skip

        def step(state: Any) -> Any:
            k, below = state
            return k - 1, x * x / (2 * k + 1 - below)

        return x / (1 - loop(lambda state: state[0] > 0, step, (depth, x * 0))[1])

    for x in (0.4, 1.2):
        assert tan(x) == pytest.approx(np.tan(x), rel=1e-13)
        assert MODES[mode](tan)(x) == pytest.approx(1 / np.cos(x) ** 2, rel=1e-12)
        second = 2 * np.tan(x) / np.cos(x) ** 2
        assert MODES[mode](dx.grad(tan))(x) == pytest.approx(second, rel=1e-11)


# ---- the arithmetic-geometric mean, and the elliptic integral it computes


def mean(loop: Loop, a: Any, b: Any) -> Any:
    return loop(
        lambda state: np.abs(state[0] - state[1]) > 1e-15 * state[0],
        lambda state: ((state[0] + state[1]) / 2, np.sqrt(state[0] * state[1])),
        (a, b),
    )[0]


@pytest.mark.parametrize("loop", [bounded])
@each_mode
@pytest.mark.parametrize("m", [0.1, 0.5, 0.95])
def test_the_complete_elliptic_integral(loop: Loop, mode: str, m: float) -> None:
    # K(m) = π / (2 agm(1, √(1 - m))), K' = (E / (1 - m) - K) / 2m
    def integral(m: Any) -> Any:
        return np.pi / (2 * mean(loop, 1.0, np.sqrt(1 - m)))

    k, e = special.ellipk(m), special.ellipe(m)
    assert integral(m) == pytest.approx(k, rel=1e-13)
    assert MODES[mode](integral)(m) == pytest.approx((e / (1 - m) - k) / (2 * m), rel=1e-11)


@each_mode
def test_the_mean_is_homogeneous(mode: str) -> None:
    # so that its gradient along the arguments is the mean itself (Euler)
    gradient = dx.grad(lambda a, b: mean(bounded, a, b), (0, 1))(2.0, 7.0)
    assert 2.0 * gradient[0] + 7.0 * gradient[1] == pytest.approx(mean(bounded, 2.0, 7.0))
    along = MODES[mode](lambda t: mean(bounded, 2.0 * t, 7.0 * t))(1.3)
    assert along == pytest.approx(mean(bounded, 2.0, 7.0), rel=1e-13)


# ---- a fixed point, and its adjoint


@each_loop
def test_a_fixed_point_of_a_contraction(loop: Loop) -> None:
    # z = tanh(W z + x): dz/dx = (I - D W)⁻¹ D, with D the slopes of tanh
    weights = np.random.default_rng(4).uniform(-0.3, 0.3, (4, 4))
    x = np.linspace(-0.5, 1.0, 4)

    def solution(x: Any) -> Any:
        def step(state: Any) -> Any:
            _, z = state
            return z, np.tanh(weights @ z + x)

        def goes_on(state: Any) -> Any:
            return np.max(np.abs(state[0] - state[1])) > 1e-15

        return loop(goes_on, step, (np.ones(4), np.zeros(4)))[1]

    z = solution(x)
    slopes = np.diag(1 - z**2)
    expected = np.linalg.solve(np.eye(4) - slopes @ weights, slopes)
    np.testing.assert_allclose(dx.jacrev(solution)(x), expected, rtol=1e-10)
    np.testing.assert_allclose(dx.jacfwd(solution)(x), expected, rtol=1e-10)
