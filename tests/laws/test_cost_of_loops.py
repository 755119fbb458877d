"""What loops cost: what is written down for the way back, how often a loop is walked, how deep.

Of memory only ratios are compared, and of the graph its loops and their stacked results.
"""

from __future__ import annotations

import gc
import inspect
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.graph import Graph
from infinitesimal.core.node import Node, postorder
from infinitesimal.ops.control.loop import Loop, loop_of

XS = np.linspace(0.1, 1.0, 6)


def loops(graph: Graph) -> list[Loop]:
    """The loops of a graph, not those within them."""

    def is_loop(node: Node) -> bool:
        return node.primitive.name in ("scan", "while")

    return [loop_of(node) for node in postorder(graph.outputs) if is_loop(node)]


def written(f: Callable[..., Any], *arguments: Any) -> list[int]:
    """How many stacked results each loop of the graph of a pullback has, forward loops first."""

    def pulled(cotangent: Any, *xs: Any) -> Any:
        return dx.vjp(f, *xs)[1](cotangent)

    graph = dx.graph(pulled)(np.ones(np.shape(f(*arguments))), *arguments)
    return [len(loop.written) + len(loop.saved) for loop in loops(graph)]


def last(step: Callable[..., Any]) -> Callable[..., Any]:
    """A loop of this step, from its last argument, with the others captured."""

    def f(*arguments: Any) -> Any:
        *captured, start = arguments
        return dx.scan(lambda s, x: (step(s, x, *captured), None), start, XS)[0]

    return f


def test_a_linear_loop_writes_nothing_and_is_not_walked_forward() -> None:
    assert written(last(lambda s, x: 2 * s + x), np.ones(3)) == [0]  # only backward
    # the cotangents of the elements are written down on the way back
    assert written(lambda xs: dx.scan(lambda s, x: (0.5 * s + x, None), 0.0, xs)[0], XS) == [1]


@pytest.mark.parametrize(
    ("step", "others", "rows"),
    [
        (lambda s, x: np.sin(s), (), 1),
        (lambda s, x: np.tanh(s + x), (), 1),
        (lambda s, x: np.exp(s) * 0.1, (), 1),
        (lambda s, x: s * x, (), 0),  # an element is there already
        (lambda s, x, a: a * s, (0.5,), 1),
        (lambda s, x, a: np.sin(a) * x + s, (0.5,), 0),  # captured values are there too
        (lambda s, x, a: np.sin(a * s), (0.5,), 1),  # the product is computed again
        (lambda s, x: np.reshape(np.sin(s)[::-1] * 2, (3,)), (), 1),
    ],
)
def test_what_is_written_down_is_what_the_way_back_reads(step: Any, others: Any, rows: int) -> None:
    found = written(last(step), *others, np.ones(3))
    assert found == ([rows, 0] if rows else [0])


def test_a_state_is_written_down_every_so_many_steps() -> None:
    def f(start: Any) -> Any:
        return dx.scan(lambda s, x: (np.sin(s * x), None), start, XS, checkpoint=3)[0]

    forward, back = loops(dx.graph(dx.grad(f))(0.3))
    assert (forward.written, forward.saved, forward.checkpoint) == ((), (0,), 3)
    assert back.length == 2


def recurrent(w: Any) -> Any:
    return np.sum(dx.scan(lambda h, x: (np.tanh(w @ h + x), np.sum(h)), np.ones(3), XS)[1])


def choice(w: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        return dx.cond(x > 0.5, lambda h: np.sin(w @ h), lambda h: h * w[0], h), None

    return np.sum(dx.scan(step, np.ones(3), XS)[0])


def as_long_as(w: Any) -> Any:
    def goes_on(s: Any) -> Any:
        return np.sum(s) < 30

    return np.sum(dx.while_loop(goes_on, lambda s: s + np.abs(w @ s), np.ones(3)))


def nested(w: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        return dx.fori_loop(0, 2, lambda i, t: np.tanh(w @ t + x), h), None

    return np.sum(dx.scan(step, np.ones(3), XS)[0])


WEIGHTS = np.linspace(-0.5, 0.6, 9).reshape(3, 3)
each_function = pytest.mark.parametrize("f", [recurrent, choice, as_long_as, nested])


@each_function
def test_value_and_gradient_walk_a_loop_once_and_once_back(f: Any) -> None:
    graph = dx.graph(dx.value_and_grad(f))(WEIGHTS)
    assert len(loops(graph)) == 2
    both = dx.graph(lambda w: (f(w), dx.grad(f)(w), dx.value_and_grad(f)(w)))(WEIGHTS)
    assert len(loops(both)) == 2


@each_function
def test_forward_mode_walks_once_and_stacks_nothing(f: Any) -> None:
    graph = dx.graph(lambda w: dx.jvp(f, (w,), (np.ones((3, 3)),)))(WEIGHTS)
    (loop,) = loops(graph)
    assert len(loop.written) == (2 if f is recurrent else 0)  # its own rows, and their tangents


STEPS = 2_000


@pytest.mark.parametrize("word", ["scan", "backward", "while"])
@pytest.mark.parametrize("order", [1, 2])
def test_a_checkpointed_gradient_needs_a_fraction_of_the_memory(word: str, order: int) -> None:
    def gradient(checkpoint: Any) -> Callable[[Any], Any]:
        def f(a: Any) -> Any:
            def step(state: Any) -> Any:
                return state[0] + 1, np.sin(state[1] * a)

            start = (0, np.ones(50) * a)
            if word == "while":
                state = dx.while_loop(lambda s: s[0] < STEPS, step, start, checkpoint=checkpoint)
            else:
                options = {"reverse": word == "backward", "checkpoint": checkpoint}
                state, _ = dx.scan(lambda s, _: (step(s), None), start, length=STEPS, **options)
            return np.sum(state[1])

        return dx.grad(f) if order == 1 else lambda a: dx.jvp(dx.grad(f), (a,), (1.0,))

    def peak(checkpoint: Any) -> tuple[Any, int]:
        derived = gradient(checkpoint)
        derived(0.9)  # warm: what is remembered of a program is not counted
        peaks: list[int] = []
        for _ in range(3):  # the least: what is waiting to be collected is counted too
            gc.collect()
            tracemalloc.start()
            value = derived(0.9)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        return value, min(peaks)

    value, whole = peak(False)
    assert whole > STEPS * 50 * 8
    again, part = peak(50)
    np.testing.assert_allclose(again, value, rtol=0 if order == 1 else 1e-12)
    assert part < whole / 4


@contextmanager
def shallow() -> Iterator[None]:
    """A stack with little room."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 130)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


LONG = 100_000


@pytest.mark.parametrize("word", ["scan", "while", "checkpointed"])
def test_a_hundred_thousand_steps_on_a_shallow_stack(word: str) -> None:
    def f(a: Any) -> Any:
        def step(s: Any) -> Any:
            return s * a - s * 1e-6

        if word == "scan":
            return dx.scan(lambda s, _: (step(s), None), 1.0, length=LONG)[0]
        if word == "checkpointed":
            return dx.scan(lambda s, _: (step(s), None), 1.0, length=LONG, checkpoint=True)[0]
        done = dx.while_loop(lambda s: s[0] < LONG, lambda s: (s[0] + 1, step(s[1])), (0, 1.0))
        return done[1]

    with shallow():
        value, slope = dx.value_and_grad(f)(1.0)
        _, tangent = dx.jvp(f, (1.0,), (1.0,))
    assert value == pytest.approx((1 - 1e-6) ** LONG, rel=1e-9)
    assert slope == pytest.approx(LONG * (1 - 1e-6) ** (LONG - 1), rel=1e-9)
    assert tangent == pytest.approx(slope, rel=1e-9)
