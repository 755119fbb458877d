"""The complex step through loops and branches: exact to rounding, and refused where it must be."""

import math

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import DomainError, MissingRuleError


def complex_step(f, x):
    return dx.derivative(f, x, method="complex-step")


def test_a_scan_carries_the_imaginary_part():
    xs = np.linspace(0.1, 2.0, 25)

    def f(a):
        state, rows = dx.scan(lambda s, x: (np.sin(s * x) + a, s * s), a * a, xs)
        return state + np.sum(rows)

    def by_hand(a):
        s, ds, total, slope = a * a, 2 * a, 0.0, 0.0
        for x in xs:
            total, slope = total + s * s, slope + 2 * s * ds
            s, ds = math.sin(s * x) + a, math.cos(s * x) * x * ds + 1
        return slope + ds

    assert complex_step(f, 0.7) == pytest.approx(by_hand(0.7), rel=1e-14)


@pytest.mark.parametrize("reverse", [False, True])
def test_elements_that_move(reverse):
    def f(x):
        return dx.scan(lambda s, e: (s * e + e, s), 1.0, x, reverse=reverse)[1]

    x = np.array([1.1, 0.3, -0.7])
    np.testing.assert_allclose(complex_step(f, x), dx.jacobian(f)(x), rtol=1e-14, atol=1e-15)


def test_newton_iteration_to_the_last_digit():
    def root(a):
        return dx.while_loop(lambda x: abs(x * x - a) > 1e-12, lambda x: (x + a / x) / 2, a)

    assert complex_step(root, 7.0) == pytest.approx(0.5 / math.sqrt(7.0), rel=1e-15)


def test_how_long_a_loop_runs_is_decided_by_real_parts():
    def f(x):
        return dx.while_loop(lambda s: s < 100.0, lambda s: s * x, x)

    # 3, 9, 27, 81, 243 = x⁵
    assert complex_step(f, 3.0) == pytest.approx(5 * 3.0**4, rel=1e-15)


def test_a_count_that_is_computed_from_what_moves():
    def f(x):
        return dx.fori_loop(0, np.floor(x).astype(int), lambda i, s: s * x, 1.0)

    assert complex_step(f, 3.5) == pytest.approx(3 * 3.5**2, rel=1e-15)


@pytest.mark.parametrize(("x", "slope"), [(-2.0, -1.0), (2.0, 4.0), (5.0, 75.0)])
def test_branches_are_chosen_by_real_parts(x, slope):
    def f(x):
        number = (x > 0).astype(int) + (x > 3).astype(int)
        return dx.switch(number, [lambda y: -y, lambda y: y * y, lambda y: y**3], x)

    assert complex_step(f, x) == slope


def test_an_untaken_branch_is_not_looked_at():
    def f(x):
        return dx.cond(x > 0, lambda y: y * y, dx.scipy.special.erfinv, x)

    assert complex_step(f, 3.0) == 6.0


def test_loops_in_loops_and_states_of_several_kinds():
    def f(x):
        def outer(state, k):
            count, (value, still) = state
            value = dx.fori_loop(0, 3, lambda i, t: t * x + i, value)
            value = dx.cond(count > 1, lambda t: np.sin(t), lambda t: t, value)
            return (count + 1, (value, still)), value

        (_, (value, _)), rows = dx.scan(outer, (0, (x, 2.5)), np.arange(4.0))
        return value + np.sum(rows)

    assert complex_step(f, 0.4) == pytest.approx(dx.grad(f)(0.4), rel=1e-14)


def test_where_a_body_leaves_the_real_line_it_is_refused():
    def f(x):
        return dx.fori_loop(0, 3, lambda i, s: np.sqrt(s - 1.0), x)

    with pytest.raises(DomainError, match="complex step through 'sqrt'"):
        complex_step(f, 0.5)


def test_a_word_without_continuation_in_a_body_is_refused():
    def f(x):
        return dx.fori_loop(0, 2, lambda i, s: dx.scipy.special.erfinv(s), x)

    with pytest.raises(MissingRuleError, match="complex step through"):
        complex_step(f, 0.5)


def test_a_loop_that_does_not_depend_on_what_moves():
    def f(x):
        return x * dx.fori_loop(0, 4, lambda i, s: s + i, 0.0)

    assert complex_step(f, 2.0) == 6.0


def test_a_batch_of_loops():
    def f(x):
        def each(a):
            return dx.while_loop(lambda s: s < 50.0, lambda s: s * a, a)

        return dx.vmap(each)(x)

    x = np.array([2.0, 3.0, 60.0])
    # 2⁶ = 64, 3⁴ = 81, and no step at all
    np.testing.assert_allclose(complex_step(f, x), np.diag([6 * 2.0**5, 4 * 27.0, 1.0]), rtol=1e-14)


def test_what_only_decides_need_not_continue():
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])

    def solved(b):
        """Jacobi's method, until the largest residual is small: `max` has no continuation."""

        def residual(x):
            return b - matrix @ x

        def far(x):
            return np.max(np.abs(residual(x))) > 1e-13

        return dx.while_loop(far, lambda x: x + residual(x) / np.diag(matrix), np.zeros(2) * b)

    found = complex_step(solved, np.array([1.0, 2.0]))
    np.testing.assert_allclose(found, np.linalg.inv(matrix), rtol=1e-12)
    found = complex_step(lambda x: np.where(np.max(x) > 1, x[0], 0.0), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(found, [1.0, 0.0])
