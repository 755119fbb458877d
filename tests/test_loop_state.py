"""Nothing stays behind in loops and batches: exceptions in bodies, leaked values, threads."""

from __future__ import annotations

import contextvars
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.front.tracing import is_tracing

THREE = np.array([1.0, 2.0, 3.0])

# What calls a body: each takes the function that is called inside it, and a value to begin with.
Caller = Callable[[Callable[[Any], Any], Any], Any]
CALLERS: dict[str, Caller] = {
    "scan": lambda body, x: dx.scan(lambda s, _: (body(s), None), x, length=3)[0],
    "scan over elements": lambda body, x: dx.scan(lambda s, e: (s, body(e)), x, THREE)[1],
    "checkpoint": lambda body, x: dx.scan(lambda s, _: (body(s), None), x, length=3, checkpoint=2)[
        0
    ],
    "fori_loop": lambda body, x: dx.fori_loop(0, 3, lambda _, s: body(s), x),
    "while_loop": lambda body, x: dx.while_loop(lambda s: s < 100, body, x),
    "condition": lambda body, x: dx.while_loop(lambda s: body(s) < 100, lambda s: s * 2, x),
    "vmap": lambda body, x: dx.vmap(body)(x * THREE),
    "cond": lambda body, x: dx.cond(x > 0, body, body, x),
    "switch": lambda body, x: dx.switch(1, [body, body, body], x),
}
each_caller = pytest.mark.parametrize("caller", CALLERS)
CALCULI: dict[str, Callable[[Any], Any]] = {
    "value": lambda f: f(2.0),
    "reverse": lambda f: dx.grad(lambda x: np.sum(f(x)))(2.0),
    "forward": lambda f: dx.jvp(f, (2.0,), (1.0,)),
    "second": lambda f: dx.hessian(lambda x: np.sum(f(x)))(2.0),
    "batch": lambda f: dx.vmap(f)(THREE),
    "graph": lambda f: dx.graph(f)(2.0),
}
each_calculus = pytest.mark.parametrize("calculus", CALCULI)


class Mine(Exception):
    pass


def contexts() -> dict[str, Any]:
    """What the library remembers of the call that is going on: nothing, outside of one."""
    found = {variable.name: value for variable, value in contextvars.copy_context().items()}
    return {
        name: value
        for name, value in found.items()
        if name.startswith("infinitesimal") and value not in (None, False)
    }


def works() -> None:
    """Loops, batches and their derivatives have the answers they always have."""
    assert not is_tracing()
    f = CALLERS["scan"]
    assert f(lambda s: s * s, 2.0) == 256.0
    assert dx.grad(lambda x: f(lambda s: s * x, x))(2.0) == 32.0
    assert dx.grad(lambda x: np.sum(dx.vmap(lambda e: e * x)(THREE)))(2.0) == 6.0
    assert dx.grad(lambda x: dx.while_loop(lambda s: s < 9, lambda s: s * x, x))(2.0) == 32.0


# ---- exceptions


@each_caller
@each_calculus
def test_an_exception_in_a_body_comes_through_and_leaves_nothing(
    caller: str, calculus: str
) -> None:
    raised = Mine("in the body")

    def fails(s: Any) -> Any:
        assert is_tracing() and contexts()
        np.sin(s)
        raise raised

    with pytest.raises(Mine) as caught:
        CALCULI[calculus](lambda x: CALLERS[caller](fails, x))
    assert caught.value is raised
    assert not contexts()
    works()


@each_caller
def test_an_exception_caught_around_a_loop_leaves_the_rest_of_the_body_right(caller: str) -> None:
    def fails(s: Any) -> Any:
        np.exp(s)
        raise Mine

    def f(x: Any) -> Any:
        def step(s: Any, _: Any) -> Any:
            before = np.sin(s)
            with pytest.raises(Mine):
                CALLERS[caller](fails, s * x)
            return before * np.exp(s) * x, s * x

        (s, rows) = dx.scan(step, x, length=2)
        return s + np.sum(rows)

    def plain(x: Any) -> Any:
        one = np.sin(x) * np.exp(x) * x
        return np.sin(one) * np.exp(one) * x + x * x + one * x

    assert f(0.5) == pytest.approx(plain(0.5), rel=1e-14)
    for derivative in (dx.grad, dx.jacfwd, dx.hessian):
        assert derivative(f)(0.5) == pytest.approx(derivative(plain)(0.5), rel=1e-13)
    works()


@each_caller
def test_a_designed_error_in_a_body_can_be_caught_there(caller: str) -> None:
    def body(s: Any) -> Any:
        with pytest.raises(dx.errors.UnknownValueError):
            bool(s > 0)
        with pytest.raises(dx.InfinitesimalError):
            float(s)
        return s * 2.0

    wanted = CALLERS[caller](lambda s: s * 2.0, 2.0)
    assert np.array_equal(CALLERS[caller](body, 2.0), wanted)
    works()


# An interrupt inside the callback of a weak reference is one that Python itself drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_an_interrupt_at_any_moment_of_a_loop_leaves_the_next_result_right() -> None:
    def f(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            return np.sin(s) * x + dx.grad(lambda y: y * y * e)(s), dx.vmap(np.cos)(s * THREE)

        s, rows = dx.scan(step, x, THREE, checkpoint=True)
        return dx.while_loop(lambda s: s < 100, lambda s: s * 1.5, abs(s)) + np.sum(rows)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    wanted = dx.grad(f)(0.5)
    start = time.perf_counter()
    dx.grad(f)(0.5)
    whole = time.perf_counter() - start
    before = signal.signal(signal.SIGALRM, interrupt)
    random = np.random.default_rng(0)
    stopped = 0
    try:
        while stopped < 100:
            try:  # the alarm may ring in `finally` too
                try:
                    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.02, 1.0) * whole)
                    dx.grad(f)(0.5)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0.0)
            except KeyboardInterrupt:
                stopped += 1
            assert not contexts()
            assert dx.grad(f)(0.5) == wanted
    finally:
        signal.signal(signal.SIGALRM, before)


# ---- values that leave their body


def test_a_value_computed_in_a_body_of_the_outer_state_alone_may_be_used_outside_it() -> None:
    # np.sin(s) is first written in the inner body, but it is a value of the outer one.
    def f(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            kept: list[Any] = []

            def inner(t: Any, e: Any) -> Any:
                kept.append(np.sin(s))
                return t + kept[-1] * e, None

            t, _ = dx.scan(inner, s, THREE)
            return t * kept[-1] * np.sin(s), None

        return dx.scan(step, x, THREE)[0]

    def plain(x: Any) -> Any:
        for _ in THREE:
            x = (x + 6 * np.sin(x)) * np.sin(x) ** 2
        return x

    assert f(0.5) == pytest.approx(plain(0.5), rel=1e-14)
    assert dx.grad(f)(0.5) == pytest.approx(dx.grad(plain)(0.5), rel=1e-13)
    assert dx.jvp(f, (0.5,), (1.0,))[1] == pytest.approx(dx.grad(plain)(0.5), rel=1e-13)


@each_caller
def test_a_value_that_leaves_its_body_is_refused_where_it_is_used(caller: str) -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        CALLERS[caller](lambda s: kept.append(s * 3.0) or s * 2.0, x)
        return kept[-1] * x

    for calculus in (dx.grad, lambda f: lambda x: dx.jvp(f, (x,), (1.0,)), dx.hessian):
        with pytest.raises(dx.errors.UnknownValueError, match="inside"):
            calculus(f)(2.0)
    works()


# ---- many at once


def programs() -> list[Callable[[float], Any]]:
    """Derivatives through loops, batches and branches, nested in one another."""

    def loss(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            slope = dx.grad(lambda y: np.sin(y) * e * x)(s)
            return s * 0.5 + slope, np.sum(dx.vmap(lambda k: np.cos(k * s))(THREE))

        s, rows = dx.scan(step, x, THREE, checkpoint=True)
        return s * np.sum(rows)

    def root(x: Any) -> Any:
        def newton(y: Any) -> Any:
            return y - (y * y - x) / dx.grad(lambda y: y * y)(y)

        return dx.while_loop(lambda y: abs(y * y - x) > 1e-10, newton, x)

    def chosen(x: Any) -> Any:
        return dx.cond(x > 50, lambda: loss(x / 50), lambda: root(x))

    def many(x: Any) -> Any:
        return np.sum(dx.vmap(root)(x * THREE))

    functions = (loss, root, chosen, many)
    forward = [lambda x, f=f: dx.jvp(f, (x,), (1.0,)) for f in functions]
    batched = [dx.vmap(dx.grad(f)) for f in (root, loss)]
    return [
        *functions,
        *map(dx.value_and_grad, functions),
        *forward,
        *map(dx.hessian, functions),
        *[lambda x, g=g: g(x + THREE) for g in batched],
        lambda x: dx.fori_loop(0, 7, lambda k, s: s * x + k, 1.0),
    ]


def flat(result: Any) -> np.ndarray:
    return np.concatenate(
        [np.ravel(part) for part in (result if type(result) is tuple else (result,))]
    )


def test_loops_batches_and_branches_in_many_threads() -> None:
    points = np.linspace(2.0, 90.0, 4)
    jobs = [(job, x) for job in range(len(programs())) for x in points]
    alone = {(job, x): flat(programs()[job](x)) for job, x in jobs}
    ready = threading.Barrier(8)

    def work(number: int) -> list[tuple[int, float]]:
        mine = programs()
        ready.wait()
        order = np.random.default_rng(number).permutation(len(jobs))
        wrong = []
        for k in order:
            job, x = jobs[k]
            if not np.array_equal(flat(mine[job](x)), alone[jobs[k]]) or is_tracing():
                wrong.append(jobs[k])
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[]] * 8


def test_one_function_differentiated_by_many_threads() -> None:
    shared = programs()
    alone = [flat(program(3.0)) for program in shared]
    ready = threading.Barrier(8)

    def work(number: int) -> bool:
        ready.wait()
        turns = [*shared[number:], *shared[:number]]
        answers = [*alone[number:], *alone[:number]]
        return all(
            np.array_equal(flat(program(3.0)), answer)
            for program, answer in zip(turns, answers, strict=True)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_bodies_that_fail_in_some_threads_do_not_touch_the_others() -> None:
    ready = threading.Barrier(8)

    def fails(s: Any) -> Any:
        raise Mine

    def work(number: int) -> None:
        ready.wait()
        for name in list(CALLERS) * 3:
            if number % 2:
                with pytest.raises(Mine):
                    dx.grad(lambda x, name=name: CALLERS[name](fails, x))(2.0)
            else:
                works()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
