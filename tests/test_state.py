"""Nothing stays behind: exceptions, interrupts, threads, leaked values; depth costs no stack."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

# ---- what ends early


def test_an_exception_of_the_function_comes_through_and_leaves_nothing() -> None:
    class Mine(Exception):
        pass

    def fails(x: Any) -> Any:
        raise Mine(x * 2)

    for calculus in (dx.grad, dx.value_and_grad, dx.jacfwd, dx.jacrev, dx.hessian, dx.graph):
        with pytest.raises(Mine):
            calculus(fails)(1.0)
        assert dx.grad(lambda x: x * x)(3.0) == 6.0


def test_an_error_inside_a_nested_derivative_can_be_caught_inside() -> None:
    def f(x: Any) -> Any:
        try:
            dx.grad(lambda y: y * float(y))(x)
        except dx.errors.LostDerivativeError:
            return x * x
        raise AssertionError

    assert dx.grad(f)(3.0) == 6.0
    assert dx.grad(dx.grad(f))(3.0) == 2.0


def test_an_abandoned_generator_is_harmless() -> None:
    def terms(x: Any) -> Iterator[Any]:
        for k in range(1000):
            yield x**k

    def f(x: Any) -> Any:
        running = terms(x)
        return next(running) + next(running) + next(running)

    assert dx.grad(f)(3.0) == 7.0
    held: list[Any] = []
    assert dx.grad(lambda x: held.append(terms(x)) or x * x)(3.0) == 6.0
    assert dx.grad(lambda y: y * next(held[0]))(2.0) == 1.0


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


# An interrupt inside the callback of a weak reference is one that Python itself drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_an_interrupt_at_any_moment_leaves_the_next_result_right() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = np.sin(x) * np.cos(x) + dx.grad(lambda y: y * y)(x)
        return x

    wanted = dx.grad(f)(0.5)
    whole = min(_seconds(lambda: dx.grad(f)(0.5)) for _ in range(5))
    stopped, moments = 0, np.linspace(whole / 50, whole, 50)
    while stopped <= 10:  # a busy machine: the same moments again, then earlier ones too
        for seconds in moments:
            try:
                with interrupted_after(float(seconds)):
                    dx.grad(f)(0.5)
            except KeyboardInterrupt:
                stopped += 1
            assert dx.grad(f)(0.5) == wanted
        moments = np.maximum(moments / 2, 1e-6)  # a delay of zero would mean none at all


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# ---- many at once


def test_nested_derivatives_in_many_threads() -> None:
    ready = threading.Barrier(8)

    def work(number: int) -> bool:
        ready.wait()
        for k in range(60):
            x = float(number * 100 + k)
            if dx.grad(lambda x: x * dx.grad(lambda y: x * y * y)(x))(x) != 6 * x * x:
                return False
            if dx.jvp(lambda x: x * dx.jvp(lambda y: x * y, (x,), (1.0,))[1], (x,), (1.0,))[1] != (
                2 * x
            ):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_one_pullback_shared_by_many_threads() -> None:
    _, pullback = dx.vjp(lambda x: np.sin(x) * x, np.arange(50.0))
    wanted = pullback(np.ones(50))[0]

    def work(k: int) -> bool:
        return bool(np.array_equal(pullback(np.full(50, float(k)))[0], k * wanted))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, [1, 2, 4, 8] * 50))


def test_a_function_traced_across_awaits() -> None:
    async def f(x: Any) -> Any:
        await asyncio.sleep(0)
        return x * dx.grad(lambda y: y * y)(x)

    def run(x: Any) -> Any:
        return asyncio.run(f(x))

    assert dx.grad(run)(3.0) == 12.0


# ---- values that outlive their trace


def test_a_leaked_value_is_still_its_value() -> None:
    kept: list[Any] = []
    dx.grad(lambda x: kept.append(x * 2) or x * x)(3.0)
    (leaked,) = kept
    assert leaked + 0.0 == 6.0
    assert dx.grad(lambda y: y * leaked)(2.0) == 6.0
    assert dx.grad(lambda y: leaked * 1.0)(2.0) == 0.0
    assert float(dx.stop_gradient(leaked)) == 6.0
    assert str(leaked) == "6.0"
    with pytest.raises(dx.errors.LostDerivativeError):
        float(leaked)


def test_copies_inside_a_trace_keep_their_derivative() -> None:
    def f(x: Any) -> Any:
        a, b = copy.copy(x), copy.deepcopy({"x": [x, x * x]})["x"][1]
        return np.sum(a * b * x.copy())

    np.testing.assert_array_equal(dx.grad(f)(np.array([1.0, 2.0])), [4.0, 32.0])


def test_memory_of_a_trace_is_given_back() -> None:
    def nodes() -> int:
        gc.collect()
        return sum(type(thing).__name__ in ("Node", "Lazy") for thing in gc.get_objects())

    def f(x: Any) -> Any:
        for _ in range(200):
            x = np.sin(x) + 1.2345
        return x

    dx.grad(f)(0.1)
    before = nodes()
    for k in range(20):
        dx.grad(f)(0.1 + k)
        dx.hessian(lambda x: np.sum(np.sin(x) * x))(np.arange(4.0) + k)
        _, pullback = dx.vjp(f, 0.2 + k)
        pullback(1.0)
        del pullback
    assert nodes() <= before + 50


# ---- depth


@contextmanager
def shallow_stack() -> Iterator[None]:
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 200)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def chain(length: int) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        for _ in range(length):
            x = x * 0.9999 + 0.0001
        return x

    return f


def test_a_long_chain_needs_no_stack() -> None:
    wanted = pytest.approx(0.9999**20_000, rel=1e-12)
    with shallow_stack():
        f = chain(20_000)
        assert dx.grad(f)(0.5) == wanted
        assert dx.jvp(f, (0.5,), (1.0,))[1] == wanted
        assert dx.grad(dx.grad(f))(0.5) == 0.0
        graph = dx.graph(f)(0.5)
        assert len(dx.parse(str(graph))) == len(graph)
        _, linear = dx.linearize(f, 0.5)
        assert linear(1.0) == wanted
        gc.collect()  # taking it apart needs none either


def test_a_shared_value_is_visited_once() -> None:
    def doubled(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return x

    for way in (dx.grad, dx.jacfwd, dx.jacrev, lambda f: lambda x: dx.jvp(f, (x,), (1.0,))[1]):
        assert way(doubled)(1.0) == 2.0**60
    assert len(dx.graph(dx.grad(doubled))(1.0)) < 200


def test_time_grows_in_proportion_to_the_number_of_operations() -> None:
    def seconds(function: Callable[[], Any]) -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    def picks(count: int) -> Callable[[], Any]:
        x = np.ones(count)
        return lambda: dx.grad(lambda x: sum([x[k] * x[k] for k in range(count)]))(x)

    def chains(count: int) -> Callable[[], Any]:
        f = chain(count)
        return lambda: dx.value_and_grad(f)(0.5)

    for program in (picks, chains):
        small = min(seconds(program(1_000)) for _ in range(3))
        assert seconds(program(16_000)) < 16 * small * 4  # far from 256 times as long


# ---- the same in every process

REPORT = """
import numpy as np
import infinitesimal as dx

def f(p):
    y = np.tanh(p["w"] @ np.sin(p["x"]) + p["x"][0]) * p["x"][[1, 1, 0]]
    return np.sum(np.where(y > 0, np.sqrt(np.abs(y)), y) ** 3) / np.linalg.norm(p["x"])

p = {"w": np.arange(6.0).reshape(3, 2) / 7, "x": np.array([0.3, -1.1])}
print(dx.graph(dx.value_and_grad(f))(p))
for part in (dx.grad(f)(p), dx.hessian(f)(p), dx.jvp(f, (p,), (p,))):
    print(repr(part).replace("array", "").encode(), [x.hex() for x in np.ravel(dx.grad(f)(p)["w"])])
"""


def test_other_hash_seeds_give_the_same_graph_and_the_same_bits() -> None:
    reports = {
        subprocess.run(
            [sys.executable, "-c", REPORT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2026")
    }
    assert len(reports) == 1
