"""What NumPy raises while a loop runs: the error is NumPy's, and notes say at which line and step.

Lines are found by their text, as a reader of the note would look for them.
"""

import inspect
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
import infinitesimal.numpy as dnp

X = np.array([1.0, 2.0, 3.0])


def step(i: Any, s: Any) -> Any:
    t = np.sin(s)
    return t + dnp.take(X, i, axis=0)


def too_long(x: Any) -> Any:
    return dx.fori_loop(0, 9, step, x)


def line(function: Callable[..., Any], text: str) -> str:
    lines, first = inspect.getsourcelines(function)
    found = [first + k for k, each in enumerate(lines) if text in each]
    assert len(found) == 1
    return f"test_while_running.py:{found[0]}"


READ = f"gather at {line(step, 'dnp.take')}"
LOOP = line(too_long, "fori_loop")
STEP = "in step 3 of a loop, counted from 0"


@pytest.mark.parametrize("run", [
    lambda: dx.grad(too_long)(1.0),
    lambda: dx.jvp(too_long, (1.0,), (1.0,)),
    lambda: dx.vmap(too_long)(np.ones(2)),
    lambda: dx.derivative(too_long, 1.0, method="complex-step"),
], ids=["grad", "jvp", "vmap", "complex step"])  # fmt: skip
def test_an_index_that_grows_too_large(run: Callable[[], Any]) -> None:
    for _ in range(2):  # the second time, from a remembered program
        with pytest.raises(IndexError, match="out of bounds") as caught:
            run()
        assert caught.value.__notes__[:2] == [READ, STEP]


def test_a_loop_of_plain_numbers_names_its_line_too() -> None:
    with pytest.raises(IndexError) as caught:
        too_long(1.0)
    assert caught.value.__notes__ == [READ, STEP, f"scan at {LOOP}"]
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.rstrip().endswith(f"scan at {LOOP}")


def test_a_loop_within_a_loop_tells_both_steps() -> None:
    def outer(k: Any, s: Any) -> Any:
        return dx.fori_loop(0, k + 2, step, s)

    def run() -> Any:
        return dx.fori_loop(0, 4, outer, 1.0)

    with pytest.raises(IndexError) as caught:
        run()
    inner, around = line(outer, "dx.fori_loop"), line(run, "dx.fori_loop")
    assert caught.value.__notes__ == [
        READ, STEP, f"scan at {inner}",
        "in step 2 of a loop, counted from 0", f"scan at {around}",
    ]  # fmt: skip


def test_the_step_of_a_loop_that_walks_backward_is_the_one_in_time() -> None:
    def run() -> Any:
        xs = np.array([1.0, 2.0, -0.5, 1.0])  # I - ones / 2 is singular
        eye = np.eye(2)
        return dx.scan(lambda s, x: (s @ np.linalg.inv(x + eye), None), eye, xs, reverse=True)

    with pytest.raises(np.linalg.LinAlgError) as caught:
        run()
    at = line(run, "dx.scan")
    told = [f"inverse at {at}", "in step 1 of a loop, counted from 0", f"scan at {at}"]
    assert caught.value.__notes__ == told


def test_a_while_loop_tells_it_too() -> None:
    def run() -> Any:
        return dx.while_loop(lambda s: s[0] < 9, lambda s: (s[0] + 1, step(*s)), (0, 1.0))

    with pytest.raises(IndexError) as caught:
        run()
    assert caught.value.__notes__ == [READ, STEP, f"while at {line(run, 'while_loop')}"]


def step_again(i: Any, s: Any) -> Any:
    t = np.sin(s)
    return t + dnp.take(X, i, axis=0)


@pytest.mark.parametrize("through", [
    lambda f: f(1.0),
    lambda f: dx.grad(f)(1.0),
    lambda f: dx.vmap(f)(np.ones(2)),
], ids=["value", "grad", "vmap"])  # fmt: skip
def test_of_two_functions_that_read_alike_the_one_that_runs_is_named(through: Any) -> None:
    for function in (step, step_again, step, step_again):
        with pytest.raises(IndexError) as caught:
            through(lambda x, f=function: dx.fori_loop(0, 9, f, x))
        assert caught.value.__notes__[0] == f"gather at {line(function, 'dnp.take')}"
