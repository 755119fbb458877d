"""Arrays changed in place in the bodies of loops and branches: one's own, and those of others."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

Body = Callable[[Any], Any]
WORDS: dict[str, Callable[[Body], Any]] = {
    "scan": lambda f: dx.scan(lambda s, x: (f(s), None), 1.0, np.ones(3))[0],
    "fori_loop": lambda f: dx.fori_loop(0, 3, lambda i, s: f(s), 1.0),
    "while_loop": lambda f: dx.while_loop(lambda s: s < 3, f, 1.0),
    "cond": lambda f: dx.cond(True, f, f, 1.0),
    "switch": lambda f: dx.switch(1, [f, f], 1.0),
    "vmap": lambda f: np.sum(dx.vmap(f)(np.ones(3))),
}
each_word = pytest.mark.parametrize("word", WORDS)


@each_word
def test_what_is_outside_is_not_changed_in_a_body_that_is_called_once(word: str) -> None:
    def adds(total: Any, a: Any, view: bool) -> Body:
        def body(s: Any) -> Any:
            part = total[1:] if view else total
            part[0] += a  # in Python as often as there are steps
            return s + 1

        return body

    for view in (False, True):

        def outside(a: Any, view: bool = view) -> Any:
            total = dx.numpy.zeros(3)
            WORDS[word](adds(total, a, view))
            return total[0] + total[1]

        with pytest.raises(dx.errors.LostDerivativeError, match="made outside the body"):
            dx.grad(outside)(2.0)


@each_word
def test_what_is_made_in_a_body_is_changed_there(word: str) -> None:
    def f(a: Any) -> Any:
        outside = dx.numpy.full(3, a)

        def body(s: Any) -> Any:
            own = dx.numpy.zeros(3)
            own[0] = s
            row = own[1:]
            row += a
            copied = outside.copy()
            copied[2] *= s
            return np.sum(own) * 0.1 + np.sum(copied) + s

        return WORDS[word](body) + np.sum(outside)

    (one, slope), (two, _) = dx.value_and_grad(f)(0.5), dx.value_and_grad(f)(0.5 + 1e-6)
    assert slope == pytest.approx((two - one) / 1e-6, rel=1e-4)


def test_a_carried_array_is_changed_in_place() -> None:
    def f(a: Any) -> Any:
        def body(i: Any, table: Any) -> Any:
            table[i] += a * i
            table *= 2
            return table

        return np.sum(dx.fori_loop(0, 3, body, np.zeros(3)))

    # a (1 · 4 + 2 · 2)
    assert dx.value_and_grad(f)(3.0) == (24.0, 8.0)


def test_an_array_from_the_body_around_is_not_changed_either() -> None:
    def outer(s: Any, _: Any) -> Any:
        total = s * np.ones(2)

        def inner(i: Any, t: Any) -> Any:
            total[0] += t
            return t

        return dx.fori_loop(0, 2, inner, s) + total[0], None

    with pytest.raises(dx.errors.LostDerivativeError, match="made outside the body"):
        dx.scan(outer, 1.0, length=2)


def test_dicts_come_back_in_any_order() -> None:
    def step(i: Any, state: Any) -> Any:
        return {"b": {"y": state["b"]["x"], "x": state["b"]["y"] + i}, "a": state["a"] * 2}

    found = dx.fori_loop(0, 3, step, {"a": 1, "b": {"x": 10.0, "y": 20.0}})
    assert found == {"a": 8, "b": {"x": 22.0, "y": 11.0}}
    assert list(found) == ["a", "b"]
    _, rows = dx.scan(
        lambda s, x: ((s[0], dict(reversed(s[1].items()))), s[1]["p"]),
        (0, {"q": 1, "p": 2}),
        length=2,
    )
    np.testing.assert_array_equal(rows, [2, 2])
    chosen = dx.cond(True, lambda x: {"p": x, "q": 2 * x}, lambda x: {"q": x, "p": x}, 3.0)
    assert chosen == {"p": 3.0, "q": 6.0}


def test_a_count_beside_floats_becomes_one_of_them() -> None:
    for k in range(3):
        found = dx.switch(k, [lambda x: 1, lambda x: x, lambda x: np.int32(2)], 1.5)
        assert (found, type(found)) == ([1.0, 1.5, 2.0][k], float)


@pytest.mark.parametrize("kind", [OrderedDict, Counter, lambda items: defaultdict(float, items)])
def test_dicts_of_other_classes(kind: Any) -> None:
    given = kind({"a": 2.0, "b": 3.0})
    found = dx.fori_loop(0, 2, lambda i, s: kind({"a": s["a"] * s["b"], "b": s["b"]}), given)
    assert (type(found), dict(found)) == (type(given), {"a": 18.0, "b": 3.0})
    gradient = dx.grad(lambda p: p["a"] * p["b"])(given)
    assert (type(gradient), dict(gradient)) == (type(given), {"a": 3.0, "b": 2.0})
