"""Loops and branches called with plain numbers: what works inside a derivative works outside.

A body may index an array that is traced inside a derivative, and plain outside. There is no way to
index a plain array by a traced counter, so such a loop walks step by step.
"""

from __future__ import annotations

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError, UnknownValueError

X = np.array([1.0, -5.0, 3.0, 0.5])


def positive_part(x):
    x = np.sort(x)[::-1]
    return dx.fori_loop(0, np.sum(x > 0), lambda k, total: total + x[k] ** 2, 0.0)


def by_number(x, reverse=False):
    def step(total, k):
        return total + x[k], {"row": total * x[k], "k": k}

    total, rows = dx.scan(step, 0, np.arange(len(x)), reverse=reverse)
    return total, rows


def until(x, most=None):
    return dx.while_loop(
        lambda state: state[0] < len(x), lambda state: (state[0] + 1, state[1] * x[state[0]]),
        (0, 1), max_steps=most,
    )[1]  # fmt: skip


def test_a_plain_array_is_indexed_by_the_counter():
    assert positive_part(X) == 10.25
    assert dx.grad(positive_part)(X).tolist() == [2.0, 0.0, 6.0, 1.0]
    assert until(X) == np.prod(X) and until(X, 2) == X[0] * X[1]
    for reverse in (False, True):
        order = slice(None, None, -1 if reverse else 1)
        total, rows = by_number(X, reverse)
        before = np.concatenate([[0.0], np.cumsum(X[order])[:-1]])
        assert total == X.sum()
        np.testing.assert_allclose(rows["row"], (before * X[order])[order], rtol=1e-15)
        assert rows["k"].tolist() == [0, 1, 2, 3]
        traced = dx.grad(lambda x, reverse=reverse: by_number(x, reverse)[1]["row"].sum())(X)
        np.testing.assert_allclose(traced, X.sum() - X, rtol=1e-14)


def test_every_method_answers():
    dx.check_grads(positive_part, (X,))
    exact = [2.0, 0.0, 6.0, 1.0]
    for method in ("forward-difference", "central-difference", "richardson", "complex-step"):
        found = dx.derivative(positive_part, X, method=method)
        np.testing.assert_allclose(found, exact, atol=1e-6)


@pytest.mark.parametrize(
    ("loop", "error"),
    [
        (lambda: dx.fori_loop(0, 3, lambda k, s: (s + X[k], 1), 0.0), ArgumentError),
        (lambda: dx.fori_loop(0, 3, lambda k, s: np.float32(s + X[k]), 0.0), DtypeError),
        (lambda: dx.fori_loop(0, 3, lambda k, s: s + X[k] * np.ones(2), 0.0), ShapeError),
        (lambda: dx.scan(lambda s, k: s + X[k], 0.0, np.arange(3)), ArgumentError),
        (lambda: dx.fori_loop(0, 3, lambda k, s: X[k] if s > 0 else s, 0.0), UnknownValueError),
        (lambda: dx.fori_loop(0, 9, lambda k, s: s + X[k], 0.0), IndexError),
    ],
)
def test_a_walked_loop_is_checked_like_any(loop, error):
    with pytest.raises(error):
        loop()


def test_inside_a_derivative_or_a_batch_a_plain_array_is_refused():
    def f(a):
        return dx.fori_loop(0, 3, lambda k, s: s * a + X[k], 0.0)

    assert f(2.0) == ((1.0 * 2.0) - 5.0) * 2.0 + 3.0
    with pytest.raises(UnknownValueError, match=r"take\(values, k, axis=0\)"):
        dx.grad(f)(2.0)
    with pytest.raises(UnknownValueError, match=r"take\(values, k, axis=0\)"):
        dx.vmap(f)(np.ones(2))


def test_a_branch_that_fails_is_no_harm_where_another_is_chosen():
    singular = np.zeros((2, 2))

    def safe_inverse(a):
        return dx.cond(np.trace(a) > 0, lambda: np.linalg.inv(a), lambda: 1.0 * a)

    assert safe_inverse(singular).tolist() == singular.tolist()
    assert dx.jacobian(safe_inverse)(singular).shape == (2, 2, 2, 2)
    n = 0
    assert dx.cond(n != 0, lambda: 1 / n, lambda: 0.0) == 0.0
    assert dx.cond(-1.0 > 0, lambda: np.log(-1.0), lambda: 0.0) == 0.0  # and no warning
    assert dx.switch(1, [lambda: 1 / n, lambda: 2.0]) == 2.0
    assert dx.cond(True, lambda k: X[k], lambda k: 0.0, 2) == 3.0
    with pytest.raises(ZeroDivisionError):
        dx.cond(n == 0, lambda: 1 / n, lambda: 0.0)
    with pytest.raises(ShapeError):
        dx.cond(True, lambda: 1.0, lambda: np.zeros(2))


def test_a_body_changes_its_own_state_in_place():
    def step(state, k):
        state["row"][k] += X[k] * 2
        return state, state["row"]

    start = {"row": np.zeros(4)}
    last, rows = dx.scan(step, start, np.arange(4))
    np.testing.assert_array_equal(last["row"], 2 * X)
    np.testing.assert_array_equal(rows, np.tril(np.ones((4, 4))) * 2 * X)
    np.testing.assert_array_equal(start["row"], 0.0)
