"""Nothing stale: a loop called again with other values, other closures, other numbers of steps.

What was derived once is remembered by what it is made of; what it is not made of must not matter.
"""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.body import Body
from infinitesimal.core.node import body_here

XS = np.array([1.0, 2.0, 3.0])


def slope(f: Any, x: float) -> float:
    """By central differences."""
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


def test_other_numbers_in_a_closure() -> None:
    def made(factor: Any, steps: int, beside: Any) -> Any:
        def step(s: Any, x: Any) -> Any:
            return np.sin(s * factor) + beside * x, s

        return lambda a: dx.scan(lambda s, x: step(s * a, x), a, XS[:steps])[0]

    choices = [(1.0, 3, 2.0), (2.0, 3, 2.0), (2.0, 2, 2.0), (2, 3, 2.0), (2.0, 3, np.array(5.0))]
    for _ in range(2):
        for choice in choices:
            for x in (0.5, 0.7):
                assert dx.grad(made(*choice))(x) == pytest.approx(slope(made(*choice), x), rel=1e-6)


def test_other_arrays_in_a_closure() -> None:
    for table in (XS, 2 * XS, -XS, np.ones(3)):
        total = dx.grad(
            lambda a, t=table: dx.fori_loop(0, 3, lambda i, s: s + a * dx.numpy.take(t, i), 0.0)
        )
        assert total(1.0) == np.sum(table)


def test_an_array_that_was_changed_in_between() -> None:
    closed, walked = np.ones(3), np.ones(3)
    derived = dx.grad(lambda a: dx.scan(lambda s, x: (s + a * x * closed[0], None), 0.0, walked)[0])
    assert derived(1.0) == 3.0
    walked[:] = 5.0
    assert derived(1.0) == 15.0
    closed[:] = 2.0
    assert derived(1.0) == 30.0


@pytest.mark.parametrize("checkpoint", [False, 1, 2])
def test_other_numbers_of_steps(checkpoint: Any) -> None:
    def power(a: Any, n: Any) -> Any:
        return dx.fori_loop(0, n, lambda i, s: s * a, 1.0, checkpoint=checkpoint)

    def as_long_as(a: Any, n: Any) -> Any:
        return dx.while_loop(
            lambda s: s[0] < n, lambda s: (s[0] + 1, s[1] * a), (0, 1.0), checkpoint=checkpoint
        )[1]

    for n in (3, 5, 0, 2, np.int64(4), np.array(3)):
        expected = n * 1.1 ** (n - 1.0) if n else 0.0
        assert dx.grad(power)(1.1, n) == pytest.approx(expected)
        assert dx.grad(as_long_as)(1.1, n) == pytest.approx(expected)
        assert dx.grad(lambda a, n=n: as_long_as(a, n))(1.1) == pytest.approx(expected)


def test_a_number_of_steps_that_a_value_decides() -> None:
    def doubled(x: Any) -> Any:
        return dx.while_loop(lambda s: s < 100, lambda s: 2 * s, x)

    derived = dx.grad(doubled)
    assert [derived(x) for x in (60.0, 1.0, 200.0, 60.0, 26.0)] == [2, 128, 1, 2, 4]


def test_another_branch_at_another_point() -> None:
    derived = dx.grad(lambda x: dx.cond(x > 1, lambda: x**2, lambda: -x))
    assert [derived(x) for x in (3.0, 0.5, 4.0, -2.0)] == [6, -1, 8, -1]
    chosen = dx.grad(lambda x, k: dx.switch(k, [np.sin, np.square, lambda x: 5 * x], x))
    assert [chosen(2.0, k) for k in (1, 2, 1, 0)] == [4, 5, 4, np.cos(2)]


def test_pullbacks_are_snapshots() -> None:
    bound, factors = np.array(10.0), np.array([2.0, 3.0])

    def f(a: Any) -> Any:
        grown = dx.while_loop(lambda s: s < bound, lambda s: s * a, 1.0)
        return dx.scan(lambda s, x: (s * x * a, None), grown, factors)[0]

    value, pullback = dx.vjp(f, 2.0)
    _, linear = dx.linearize(f, 2.0)
    bound[()] = 1000.0
    factors[:] = 0.0
    assert value == 16 * 6 * 4
    assert pullback(1.0) == (1152.0,)
    assert pullback(2.0) == (2304.0,)
    assert linear(1.0) == 1152.0
    assert [x for (x,) in (pullback(1.0), pullback(-1.0))] == [1152.0, -1152.0]


def test_pullbacks_of_loops_of_unknown_length_are_functions_like_others() -> None:
    def f(a: Any) -> Any:
        return dx.while_loop(lambda s: np.sum(s) < 20, lambda s: s * a, XS)

    at = np.array([2.0, 1.5, 1.0])
    jacobian = dx.jacfwd(f)(at)
    value, pullback = dx.vjp(f, at)
    np.testing.assert_allclose(value, f(at))
    np.testing.assert_allclose(dx.vmap(lambda c: pullback(c)[0])(np.eye(3)), jacobian)
    turned = dx.grad(lambda c: np.sum(np.sin(pullback(c)[0])))(np.ones(3))
    np.testing.assert_allclose(turned, jacobian @ np.cos(jacobian.T @ np.ones(3)))


@pytest.mark.parametrize("word", ["while", "fori"])
def test_a_pullback_within_another_derivative(word: str) -> None:
    def f(b: Any) -> Any:
        def grown(a: Any) -> Any:
            if word == "while":
                return dx.while_loop(lambda s: s < 10, lambda s: s * a * b, 1.0)
            return dx.fori_loop(0, np.floor(3 * b).astype(int), lambda i, s: s * a * b, 1.0)

        _, pullback = dx.vjp(grown, 2.0)
        return pullback(b)[0]

    points = np.array([1.1, 2.2])
    slopes = [slope(f, x) for x in points]
    np.testing.assert_allclose([dx.grad(f)(x) for x in points], slopes, rtol=1e-7)
    np.testing.assert_allclose([dx.jvp(f, (x,), (1.0,))[1] for x in points], slopes, rtol=1e-7)
    np.testing.assert_allclose(dx.vmap(dx.grad(f))(points), slopes, rtol=1e-7)


def test_a_condition_on_the_result_of_a_loop() -> None:
    def f(a: Any) -> Any:
        total, _ = dx.scan(lambda s, x: (s * a + x, None), a, XS)
        if total > 5:
            total = total * 2
        return dx.fori_loop(0, int(total) % 4 + 1, lambda i, s: s * total, 1.0)

    for x in (0.2, 1.5):
        assert dx.grad(f)(x) == pytest.approx(slope(f, x), rel=1e-6)


def test_threads_do_not_see_each_other() -> None:
    def made(factor: float, x: float) -> float:
        def f(a: Any) -> Any:
            def step(s: Any, e: Any) -> Any:
                s = dx.cond(s < factor, lambda t: np.sin(t * a), lambda t: t / 2, s)
                return s + e, dx.while_loop(lambda t: t < factor, lambda t: t + a, s)

            return np.sum(dx.scan(step, a, XS)[1])

        return dx.vmap(dx.grad(f))(np.array([x, x + 0.1]))[1]

    expected = {(k, j): made(k, 0.5 + j / 10) for k in range(8) for j in range(4)}
    found: dict[Any, float] = {}

    def work(k: int) -> None:
        for j in range(4):
            found[k, j] = made(k, 0.5 + j / 10)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


class Thrown(Exception):
    pass


@pytest.mark.parametrize("word", ["scan", "fori", "while", "condition", "cond", "vmap"])
def test_an_exception_in_a_body_leaves_nothing_behind(word: str) -> None:
    def thrown(*_: Any) -> Any:
        raise Thrown

    calls = {
        "scan": lambda a: dx.scan(thrown, a, XS),
        "fori": lambda a: dx.fori_loop(0, 3, thrown, a),
        "while": lambda a: dx.while_loop(lambda s: s < 3, thrown, a),
        "condition": lambda a: dx.while_loop(thrown, lambda s: s, a),
        "cond": lambda a: dx.cond(a > 0, lambda x: x, thrown, a),
        "vmap": lambda a: dx.scan(lambda s, x: (dx.vmap(thrown)(XS), None), a, XS),
    }

    def inside(a: Any) -> Any:
        return dx.scan(lambda s, x: calls[word](s), a, XS)

    def sound(a: Any) -> Any:
        table = dx.numpy.zeros(2)
        table[0] = dx.scan(lambda s, x: (s * x * a, None), a, XS)[0]
        return table[0]

    for f in (calls[word], inside):
        with pytest.raises(Thrown):
            dx.grad(f)(1.0)
        assert body_here() is None
        assert dx.grad(sound)(2.0) == 4 * 6 * 8.0


def test_loops_that_are_over_are_forgotten() -> None:
    def run(factor: float) -> None:
        def f(a: Any) -> Any:
            def step(s: Any, x: Any) -> Any:
                s = dx.cond(s < factor, lambda t: np.sin(t * a), lambda t: t / 2, s)
                return s + x, dx.while_loop(lambda t: t < 5, lambda t: t + a, s)

            return np.sum(dx.scan(step, a, XS)[1])

        dx.vmap(dx.grad(f))(np.array([0.5, 0.6]))

    def programs_alive() -> int:
        gc.collect()
        return sum(type(thing) is Body for thing in gc.get_objects())

    run(0.0)
    before = programs_alive()
    for k in range(20):
        run(1.0 + k)
    assert programs_alive() <= before
