"""Random loops at points where words have no slope: no worse than the loop of Python, step by step.

Where that has a finite derivative, so has the loop as a value, and the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import infinitesimal as dx
from tests.laws.loop_words import IN_PYTHON, Words, rolled
from tests.profiles import programs

UNARY: list[Callable[[Any], Any]] = [
    np.sqrt, np.sqrt, lambda x: np.sqrt(np.abs(x)), np.log, lambda x: 1 / x, np.square,
    lambda x: x[0] * np.ones(2), lambda x: x[::-1],
]  # fmt: skip
BINARY: list[Callable[[Any, Any, Any], Any]] = [
    lambda x, y, e: np.where(e > 0, x, y), lambda x, y, e: np.where(e < 1, x, y),
    lambda x, y, e: np.stack([x[1], y[0]]), lambda x, y, e: x + y * e, lambda x, y, e: x + e,
]  # fmt: skip
OTHERS = ("cond", "fori_loop")

Gene = tuple[int, int, int]
Body = tuple[Sequence[Gene], Sequence[Gene]]


def run(words: Words, body: Body, x: Any, y: Any, e: Any) -> tuple[Any, Any]:
    """What a body makes of two vectors; its second half is a branch or a loop inside."""
    genes, inner = body
    values = [x, y]
    for number, first, second in genes:
        p, q = values[first % len(values)], values[second % len(values)]
        word = number % (len(UNARY) + len(BINARY) + len(OTHERS))
        if word < len(UNARY):
            values.append(UNARY[word](p))
        elif word < len(UNARY) + len(BINARY):
            values.append(BINARY[word - len(UNARY)](p, q, e))
        elif OTHERS[number % 2] == "cond":

            def branch(which: int) -> Callable[[Any, Any], Any]:
                return lambda a, b: run(words, (inner[which::2], ()), a, b, e)[which]

            values.append(words.cond(e > 0, branch(0), branch(1), p, q))
        else:

            def step(i: Any, s: Any) -> Any:
                return run(words, (inner, ()), s[0], s[1], e * 1.0)

            values.append(words.fori_loop(0, 2, step, (p, q))[0])
    return values[-1], values[-2]


def looped(words: Words, kind: str, body: Body, steps: int, start: Any) -> Callable[[Any], Any]:
    """A loop of the body, from a vector that is differentiated and one that is not."""

    def f(x: Any) -> Any:
        state = (x, start * 1.0)
        if kind == "fori_loop":
            a, b = words.fori_loop(0, steps, lambda i, s: run(words, body, *s, i * 1.0), state)
            return np.sum(a) + np.sum(b)
        if kind == "while_loop":

            def step(s: Any) -> Any:
                return s[0] + 1, *run(words, body, s[1], s[2], s[0] * 1.0)

            _, a, b = words.while_loop(lambda s: s[0] < steps, step, (0, *state))
            return np.sum(a) + np.sum(b)

        def walked(s: Any, e: Any) -> Any:
            return run(words, body, *s, e), None

        (a, b), _ = words.scan(walked, state, np.arange(float(steps)), reverse=kind == "back")
        return np.sum(a) + np.sum(b)

    return f


genes = st.lists(
    st.tuples(st.integers(0, 44), st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=5
)
corners = st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.0]), min_size=2, max_size=2)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=programs() // 2)
@given(
    st.sampled_from(["scan", "back", "fori_loop", "while_loop"]),
    st.tuples(genes, genes), st.integers(1, 4), corners, corners,
)  # fmt: skip
def test_finite_derivatives_are_kept(
    kind: str, body: Body, steps: int, point: list[float], start: list[float]
) -> None:
    x, y = np.array(point), np.array(start)
    plain = looped(IN_PYTHON, kind, body, steps, y)

    def along(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda x: np.atleast_1d(dx.jvp(f, (x,), (np.array([1.0, -0.5]),))[1])

    for derive in (dx.grad, dx.jacfwd, along):
        expected = derive(plain)(x)
        finite = np.isfinite(expected)
        for checkpoint in (False, 2):
            found = derive(looped(rolled(checkpoint), kind, body, steps, y))(x)
            np.testing.assert_allclose(found[finite], expected[finite], rtol=1e-9, atol=1e-12)
