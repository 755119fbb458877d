"""Against JAX's loops and branches in float64: alone, in one another, in batches, differentiated.

A case is written once and runs with either library: `np` is its NumPy, `lib` its transformations,
and `loop` has scan, fori_loop, while_loop, cond and switch by JAX's conventions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
jnp: Any = pytest.importorskip("jax.numpy")

RANDOM = np.random.default_rng(31)


def draw(*shape: int) -> Any:
    return RANDOM.uniform(-1.0, 1.0, shape)


XS, ROWS, SQUARE = draw(6), draw(6, 3), draw(3, 3)
BATCH = draw(4, 3)
COUNTS = np.array([3, 0, 5, 1])

Case = Callable[[Any, Any, Any], Any]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


# ---- scan


def recurrent(np: Any, loop: Any, w: Any, h: Any, xs: Any, **options: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        h = np.tanh(w @ h + x)
        return h, {"sum": np.sum(h), "h": h}

    return loop.scan(step, h, xs, **options)


@case
def scan_forward_and_reverse(np: Any, lib: Any, loop: Any) -> Any:
    def f(w: Any, h: Any, xs: Any) -> Any:
        last, rows = recurrent(np, loop, w, h, xs)
        return np.sum(last**2) + np.sum(rows["sum"] * np.arange(6.0))

    at = (SQUARE, BATCH[0], ROWS)
    tangent = lib.jvp(f, at, (SQUARE.T, BATCH[1], ROWS[::-1].copy()))
    return f(*at), lib.grad(f, argnums=(0, 1, 2))(*at), tangent


@case
def scan_from_the_end(np: Any, lib: Any, loop: Any) -> Any:
    def f(w: Any) -> Any:
        return recurrent(np, loop, w, BATCH[0], ROWS, reverse=True)

    return f(SQUARE), lib.jacrev(f)(SQUARE), lib.jacfwd(f)(SQUARE)


@case
def scan_of_containers_and_counts(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        def step(state: Any, element: Any) -> Any:
            count, (value, odd) = state
            x1, (x2, none) = element
            value = np.where(odd, value * x1, value + x2 * count)
            return (count + 1, (value, ~odd)), (value, odd, none)

        return loop.scan(step, (0, (x, False)), (XS, (ROWS, None)))

    def total(x: Any) -> Any:
        (_, (value, _)), (rows, _, _) = f(x)
        return np.sum(np.sin(value)) + np.sum(rows**2)

    return f(BATCH[0]), lib.grad(total)(BATCH[0])


@case
def scan_without_elements(np: Any, lib: Any, loop: Any) -> Any:
    def f(rate: Any) -> Any:
        return loop.scan(lambda s, _: (rate * s * (1 - s), s), 0.3, None, length=8)

    return f(2.9), lib.grad(lambda r: f(r)[0])(2.9), lib.jacfwd(f)(2.9)


@case
def hessians_through_scan(np: Any, lib: Any, loop: Any) -> Any:
    def f(h: Any) -> Any:
        last, rows = recurrent(np, loop, SQUARE, h, ROWS)
        return last @ last + np.sum(rows["h"] ** 3)

    ways = [lib.jacfwd(lib.jacrev(f)), lib.jacrev(lib.jacfwd(f)), lib.jacrev(lib.jacrev(f))]
    return [way(BATCH[0]) for way in ways]


@case
def scans_in_a_scan(np: Any, lib: Any, loop: Any) -> Any:
    def f(w: Any) -> Any:
        def outer(s: Any, row: Any) -> Any:
            def inner(t: Any, x: Any) -> Any:
                return np.sin(w @ t) * x + s, np.sum(t)

            return loop.scan(inner, s, row)

        return loop.scan(outer, BATCH[0], ROWS)

    def total(w: Any) -> Any:
        last, rows = f(w)
        return np.sum(last) + np.sum(rows * rows)

    return f(SQUARE), lib.grad(total)(SQUARE), lib.hessian(total)(SQUARE)


@case
def batches_of_scans(np: Any, lib: Any, loop: Any) -> Any:
    def f(h: Any, xs: Any, w: Any) -> Any:
        last, rows = recurrent(np, loop, w, h, xs)
        return np.sum(last) * np.sum(rows["sum"])

    xs = np.stack([ROWS, 2 * ROWS, -ROWS, ROWS**2])
    gradient = lib.grad(f, argnums=(0, 1, 2))
    return [
        (lib.vmap(f, axes)(h, x, SQUARE), lib.vmap(gradient, axes)(h, x, SQUARE))
        for axes, h, x in (
            ((0, None, None), BATCH, ROWS),
            ((None, 0, None), BATCH[0], xs),
            ((0, 0, None), BATCH, xs),
        )
    ]


@case
def gradient_of_a_batch_of_scans(np: Any, lib: Any, loop: Any) -> Any:
    def f(w: Any) -> Any:
        each = lib.vmap(lambda h: recurrent(np, loop, w, h, ROWS)[1]["sum"])
        return np.sum(np.sin(each(BATCH)))

    return lib.grad(f)(SQUARE)


# ---- fori_loop and while_loop


@case
def counted_loops(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        return loop.fori_loop(2, 7, lambda i, s: np.sin(s) * i + x, x * 0)

    return f(BATCH[0]), lib.jacrev(f)(BATCH[0]), lib.jacfwd(f)(BATCH[0])


@case
def counted_loops_of_a_batch(np: Any, lib: Any, loop: Any) -> Any:
    def f(n: Any, x: Any) -> Any:
        return loop.fori_loop(0, n, lambda i, s: np.sin(s + i) * x, x)

    pushed = lib.vmap(lambda n, x: lib.jvp(lambda x: f(n, x), (x,), (np.ones(3),)))
    return lib.vmap(f)(COUNTS, BATCH), pushed(COUNTS, BATCH)


@case
def loops_as_long_as(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        def step(state: Any) -> Any:
            k, s = state
            return k + 1, s * 1.5 + np.sin(s)

        return loop.while_loop(lambda state: np.sum(state[1] ** 2) < 50, step, (0, x))

    second = lib.jacfwd(lib.jacfwd(lambda x: f(x)[1]))(BATCH[0])
    return f(BATCH[0]), lib.jvp(lambda x: f(x)[1], (BATCH[0],), (BATCH[1],)), second


@case
def a_batch_of_loops_of_different_lengths(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any, bound: Any) -> Any:
        return loop.while_loop(lambda s: np.sum(np.abs(s)) < bound, lambda s: s * 1.3 + x, x)

    def pushed(x: Any, bound: Any) -> Any:
        return lib.jvp(lambda x: f(x, bound), (x,), (np.ones(3),))[1]

    bounds = np.array([1.0, 20.0, 0.0, 300.0])
    return [
        (lib.vmap(g, (0, 0))(BATCH, bounds), lib.vmap(g, (None, 0))(BATCH[0], bounds))
        for g in (f, pushed)
    ]


@case
def a_while_in_a_scan_in_a_batch(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            grown = loop.while_loop(lambda t: t < 3, lambda t: t * (1.2 + e * e) + 0.2, s)
            return grown / 4, grown

        return loop.scan(step, x, XS)

    def pushed(x: Any) -> Any:
        return lib.jvp(f, (x,), (1.0,))[1]

    return lib.vmap(f)(np.abs(BATCH[0])), lib.vmap(pushed)(np.abs(BATCH[0]))


# ---- cond and switch


@case
def branches(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any, y: Any) -> Any:
        return loop.cond(np.sum(x) > 0, lambda a, b: a @ b, lambda a, b: np.sum(np.sin(a)), x, y)

    at = [(BATCH[0], BATCH[1]), (-np.abs(BATCH[0]), BATCH[1]), (np.abs(BATCH[0]), BATCH[1])]
    return [(f(*xy), lib.grad(f, argnums=(0, 1))(*xy), lib.hessian(f)(*xy)) for xy in at]


@case
def branches_of_a_batch(np: Any, lib: Any, loop: Any) -> Any:
    def f(k: Any, x: Any) -> Any:
        functions = [lambda x: np.sum(np.sqrt(np.abs(x))), lambda x: x @ x, lambda x: x[0]]
        return loop.switch(k, functions, x)

    which = np.array([2, 0, 7, -1])
    slopes = lib.vmap(lib.grad(f, argnums=1), (0, 0))(which, BATCH)
    turned = lib.vmap(lib.hessian(f, argnums=1), (0, None))(which, BATCH[0])
    return lib.vmap(f)(which, BATCH), slopes, turned


@case
def a_choice_in_a_scan_and_a_scan_in_a_choice(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        def step(s: Any, e: Any) -> Any:
            return loop.cond(e > 0, lambda t: np.sin(t) * e, lambda t: t + x[0], s), np.sum(s)

        def walked(s: Any) -> Any:
            return loop.scan(step, s, XS)[1]

        return loop.cond(x[0] < 5, walked, lambda s: XS, x)

    total = lambda x: np.sum(f(x) ** 2)  # noqa: E731
    return (
        f(BATCH[0]),
        lib.grad(total)(BATCH[0]),
        lib.hessian(total)(BATCH[0]),
        lib.vmap(lib.grad(total))(BATCH),
    )


@case
def infinities_not_chosen(np: Any, lib: Any, loop: Any) -> Any:
    def f(x: Any) -> Any:
        return loop.cond(x > 0, lambda x: np.sqrt(x) + np.log(x), lambda x: x * 3.0, x)

    points = np.array([4.0, 0.0, -1.0, 0.25])
    each = [lib.grad(f)(float(x)) for x in (4.0, 0.0, -1.0, 0.25)]
    return np.stack(each), lib.vmap(f)(points)


class Ours:
    """The library's five words under JAX's names."""

    scan, fori_loop, while_loop = dx.scan, dx.fori_loop, dx.while_loop
    cond, switch = dx.cond, dx.switch


@pytest.mark.parametrize("name", CASES)
def test_jax_agrees(name: str) -> None:
    assert jax.config.jax_enable_x64
    theirs, structure = jax.tree.flatten(CASES[name](jnp, jax, jax.lax))
    ours, own = jax.tree.flatten(CASES[name](np, dx, Ours))
    assert own == structure
    for one, other in zip(ours, theirs, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11)
