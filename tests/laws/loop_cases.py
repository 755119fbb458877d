"""Programs of loops and branches for the laws, one for each way they can be put together.

A case is a function of a vocabulary (`tests.laws.loop_words`) and of numbers, arrays or containers,
and those to try it at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import infinitesimal as dx
from tests.laws.loop_words import Words

RANDOM = np.random.default_rng(11)


def draw(*shape: int) -> Any:
    return RANDOM.uniform(0.2, 1.2, shape)


@dataclass(frozen=True)
class Case:
    """A program and the arguments to try it at."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __call__(self, words: Words) -> Callable[..., Any]:
        return lambda *arguments: self.function(words, *arguments)


CASES: dict[str, Case] = {}


def case(*arguments: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def remember(function: Callable[..., Any]) -> Callable[..., Any]:
        CASES[function.__name__] = Case(function, arguments)
        return function

    return remember


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass
class Box:
    inside: Any
    beside: Any


# ---- what is carried, walked along, written and read from outside


@case(0.7, draw(4))
def sums_and_products(words: Words, start: Any, xs: Any) -> Any:
    return words.scan(lambda state, x: (state * x + np.sin(x), state + x), start, xs)


@case(0.7, draw(5))
def backwards(words: Words, start: Any, xs: Any) -> Any:
    return words.scan(lambda s, x: (np.sin(s + x), s * x), start, xs, reverse=True)


@case(0.9, 0.4)
def without_elements(words: Words, start: Any, rate: Any) -> Any:
    return words.scan(lambda s, x: (s + rate * s * (1 - s), s**2), start, length=6)


@case(draw(2), draw(3, 2), 0.5)
def containers(words: Words, start: Any, xs: Any, rate: Any) -> Any:
    def step(state: Any, element: Any) -> Any:
        place, box = state["place"], state["pair"]
        x, (y, nothing) = element["x"], element["y"]
        assert nothing is None
        box = Pair(np.tanh(box.left + x), [box.right[0] * y])
        place = Box(place.inside + rate * box.left, place.beside * np.cos(y))
        return {"place": place, "pair": box}, (None, {"row": place.inside, "y": y})

    state = {"place": Box(start, 1.0), "pair": Pair(start * 2, [rate])}
    return words.scan(step, state, {"x": xs, "y": (xs[:, 0], None)})


@case({"w": draw(3, 3), "b": draw(3)}, draw(4, 3))
def a_recurrent_net(words: Words, net: Any, xs: Any) -> Any:
    def step(hidden: Any, x: Any) -> Any:
        hidden = np.tanh(net["w"] @ hidden + x + net["b"])
        return hidden, np.sum(hidden)

    return words.scan(step, np.zeros(3), xs)


@case(0.8, draw(3))
def one_value_in_three_roles(words: Words, x: Any, xs: Any) -> Any:
    # captured, carried and walked along
    def step(state: Any, element: Any) -> Any:
        return (state[0] * x + element[0], state[1] + x * element[1] * xs), state[0]

    return words.scan(step, (x, xs), (xs, xs * x))


@case(draw(3, 2))
def backwards_from_one_value_in_three_roles(words: Words, xs: Any) -> Any:
    def step(state: Any, x: Any) -> Any:
        return np.tanh(state * x + xs[0]), np.sum(state)

    state, rows = words.scan(step, xs, xs, reverse=True)
    return state, rows, xs * 0.3


@case(0.6, draw(3))
def writing_what_is_outside(words: Words, x: Any, xs: Any) -> Any:
    return words.scan(lambda s, y: (s + y, (x, 2.0, s, y, None)), x, xs)


@case(0.6, 1.4)
def carrying_what_does_not_change(words: Words, x: Any, y: Any) -> Any:
    def step(state: Any, _: Any) -> Any:
        same, constant, idle, moving = state
        return (same, 3.0, idle + 1.0, moving * same + constant * y), moving

    return words.scan(step, (x, 1.0, y, x * y), length=3)


@case(0.6, 1.4)
def places_that_are_exchanged(words: Words, x: Any, y: Any) -> Any:
    return words.scan(lambda s, _: ((s[1], s[2], s[0] * s[1]), s[0]), (x, y, 1.0), length=5)


@case(0.3)
def counts_and_truths_beside_numbers(words: Words, x: Any) -> Any:
    def step(state: Any, k: Any) -> Any:
        count, odd, value = state
        grown = np.where(odd, value * 1.5, value + x * k)
        return (count + 2, np.logical_not(odd), grown), (odd, count * value)

    (count, odd, value), (_, rows) = words.scan(step, (1, True, x), np.arange(4))
    return value * count + np.where(odd, x, -x), rows


@case(0.5, draw(0), draw(0, 2))
def no_elements(words: Words, x: Any, xs: Any, ys: Any) -> Any:
    return words.scan(lambda s, e: (s * e[0], s + e[1]), x, (xs, ys))


@case(0.5)
def no_steps(words: Words, x: Any) -> Any:
    scanned = words.scan(lambda s, _: (s * x, None), x, length=0)
    counted = words.fori_loop(3, 1, lambda i, s: s * x, x)
    never = words.while_loop(lambda s: s < 0, lambda s: s * x, x)
    return scanned, counted, never


@case(np.array(0.5), np.array(1.2))
def arrays_without_axes(words: Words, x: Any, y: Any) -> Any:
    return words.scan(lambda s, _: (np.sin(s) * y, s), x, length=3)


@case(np.float32(0.5), np.array([0.5, 1.5], np.float32))
def single_precision(words: Words, x: Any, xs: Any) -> Any:
    return words.scan(lambda s, e: (s * 0.5 + e * x, np.sin(s)), x, xs)


@case(np.float32(0.5), 0.7, np.linspace(0.5, 1.0, 4, dtype=np.float32))
def mixed_precision(words: Words, x: Any, y: Any, xs: Any) -> Any:
    def step(state: Any, e: Any) -> Any:
        single, double, count = state
        single = np.sin(single * e)
        double = double + single.astype(np.float64) * y
        return (single, double, count + np.int32(1)), (double.astype(np.float32) * single, count)

    return words.scan(step, (x, y, np.int32(0)), xs)


# ---- counted, and as long as


@case(0.4, 1.1)
def counted(words: Words, x: Any, y: Any) -> Any:
    return words.fori_loop(2, 6, lambda i, s: np.sin(s) * y + i * x, x)


@case(3.4, 1.1)
def counted_to_a_value(words: Words, x: Any, y: Any) -> Any:
    last = np.floor(x).astype(int)
    return words.fori_loop(-1, last, lambda i, s: (np.sin(s[0] + i) * y, s[1] + x), (x, y))


@case(3.4, 1.1)
def counted_between_values(words: Words, x: Any, y: Any) -> Any:
    first, last = np.floor(y).astype(int), np.floor(x * 2).astype(int)
    return words.fori_loop(first, last, lambda i, s: s + np.cos(s * i), y)


@case(1.3, 0.01)
def as_long_as(words: Words, rate: Any, start: Any) -> Any:
    return words.while_loop(
        lambda s: s[0] < 3, lambda s: (s[0] * (1 + rate), s[1] + s[0]), (start, rate)
    )


@case(2.5)
def newton(words: Words, x: Any) -> Any:
    return words.while_loop(
        lambda y: np.abs(y * y - x) > 1e-9, lambda y: (y + x / y) / 2, x, max_steps=50
    )


@case(1.5, 0.2)
def at_the_most(words: Words, x: Any, y: Any) -> Any:
    return words.while_loop(lambda s: s < 1e9, lambda s: s * x + y, x, max_steps=4)


# ---- arrays in the body


@case(draw(3, 3), draw(3))
def products_of_matrices(words: Words, a: Any, x: Any) -> Any:
    return words.scan(lambda s, _: (np.tanh(a @ s), np.outer(s, x).sum(axis=0)), x, length=3)


@case(draw(4))
def elements_by_number(words: Words, xs: Any) -> Any:
    return words.fori_loop(
        0, 4, lambda i, s: s * 0.5 + np.sin(dx.numpy.take(xs, i)) * dx.numpy.take(xs, 3 - i), xs[0]
    )


@case(draw(5))
def changed_in_place(words: Words, xs: Any) -> Any:
    def step(i: Any, state: Any) -> Any:
        table = state.copy()
        table[i] = table[i - 1] * table[i] + np.sin(table[0])
        table[i + 1] += 0.5
        return table

    return words.fori_loop(1, 4, step, xs)


@case(draw(3), draw(3))
def parts_put_together_and_apart(words: Words, x: Any, xs: Any) -> Any:
    def step(s: Any, e: Any) -> Any:
        s = np.concatenate([s[1:], [e * s[0]]])
        s = np.roll(s, 1) * s[np.array([1, 2, 0])]
        shifted = s.copy()
        shifted[1:] = s[:-1] * x[0]
        return np.cumsum(shifted) / 2, (np.sort(s)[::-1], s[np.argmax(s)], np.max(shifted))

    return words.scan(step, x, xs)


@case(draw(2, 2), 0.7)
def equations_each_step(words: Words, a: Any, x: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        inverse = np.linalg.inv(s @ s.T + np.eye(2))
        solved = np.linalg.solve(inverse + np.eye(2) * x, a)
        return solved * 0.5 + a, (np.linalg.det(s), np.linalg.eigvalsh(inverse))

    return words.scan(step, a, length=3)


@case(draw(3, 2))
def rows_and_columns(words: Words, a: Any) -> Any:
    def row(total: Any, r: Any) -> Any:
        return total + np.sum(r**2), r / np.sum(r)

    return words.scan(row, 0.0, a), words.scan(row, 0.0, a.T)


# ---- branches


@case(0.4, 1.3)
def a_choice(words: Words, x: Any, y: Any) -> Any:
    chosen = words.cond(x > 0.5, lambda a: a * y, lambda a: np.sin(a) + x, x * y)
    return chosen, words.cond(y > 1, lambda: (x, y), lambda: (y, 2.0))


@case(0.4, 1.7)
def a_choice_of_three(words: Words, x: Any, y: Any) -> Any:
    branches = [lambda a, b: a * b, lambda a, b: np.sin(a) - y, lambda a, b: x]
    return [words.switch(np.floor(k * y).astype(int), branches, x, y) for k in range(-1, 3)]


@case(0.6, draw(4))
def a_choice_each_step(words: Words, x: Any, xs: Any) -> Any:
    def step(state: Any, e: Any) -> Any:
        state = words.cond(e > 0.6, lambda s: s * e, lambda s: np.sin(s) + x * e, state)
        return state, words.switch(np.floor(e * 3).astype(int), [np.sin, np.cos, np.exp], state)

    return words.scan(step, x, xs)


@case(0.6, 1.2)
def loops_of_a_choice(words: Words, x: Any, y: Any) -> Any:
    def long(s: Any) -> Any:
        return words.scan(lambda a, _: (np.sin(a) * y, a), s, length=4)

    def short(s: Any) -> Any:
        return words.fori_loop(0, 2, lambda i, a: a * y + i, s), np.zeros(4) + x

    return words.cond(x < y, long, short, x), words.cond(x > y, long, short, x)


# ---- loops in loops


@case(0.6, draw(3), draw(2))
def a_scan_in_a_scan(words: Words, x: Any, xs: Any, ys: Any) -> Any:
    def outer(state: Any, e: Any) -> Any:
        inner, rows = words.scan(lambda s, f: (np.sin(s * f) + e * x, s * e), state, ys)
        return inner + x, rows

    return words.scan(outer, x, xs)


@case(0.6, draw(3))
def a_while_in_a_scan(words: Words, x: Any, xs: Any) -> Any:
    def step(state: Any, e: Any) -> Any:
        grown = words.while_loop(lambda s: s < 2, lambda s: s * (1 + e) + 0.1 * x, state)
        return grown / 3, grown

    return words.scan(step, x, xs)


@case(0.6, 0.8)
def a_scan_in_a_while(words: Words, x: Any, y: Any) -> Any:
    def step(state: Any) -> Any:
        total, rows = words.scan(lambda s, e: (s + y * e, s * e), state, np.array([0.1, 0.5]))
        return total + np.sum(rows) * x * 0.1

    return words.while_loop(lambda s: s < 3, step, x)


@case(0.9, 1.4)
def a_while_in_a_while(words: Words, x: Any, y: Any) -> Any:
    def step(state: Any) -> Any:
        k, s = state
        return k + 1, words.while_loop(lambda t: t < y + k, lambda t: t * 1.3 + 0.1 * x, s) / 2

    return words.while_loop(lambda state: state[0] < 3, step, (0, x))[1]


@case(0.9, draw(2))
def three_deep(words: Words, x: Any, xs: Any) -> Any:
    def middle(i: Any, state: Any) -> Any:
        def innermost(s: Any, e: Any) -> Any:
            return words.cond(s < 1, lambda t: t * 1.1 + e, lambda t: np.sin(t) * x, s), s

        last, rows = words.scan(innermost, state, xs * i)
        return last + 0.1 * np.sum(rows)

    def outer(s: Any, e: Any) -> Any:
        return words.fori_loop(0, 3, middle, s * e), s

    return words.scan(outer, x, xs)


@case(0.7, 0.3)
def how_often_the_outer_loop_says(words: Words, x: Any, y: Any) -> Any:
    def step(i: Any, s: Any) -> Any:
        return words.fori_loop(0, i, lambda j, t: np.sin(t + j * y), s * x)

    return words.fori_loop(0, 4, step, x)


# ---- derivatives and batches in the bodies


@case(0.7, draw(3))
def second_derivatives_in_the_body(words: Words, a: Any, xs: Any) -> Any:
    def step(s: Any, x: Any) -> Any:
        turned = dx.hessian(lambda u: np.sum(np.sin(u * a * s)))(xs)
        slopes = dx.jacobian(lambda u: np.sin(u * a) * x)(xs * s)
        value, aux = dx.grad(lambda u: (np.sin(u * x), u * a), has_aux=True)(s)
        return s + 0.1 * np.sum(turned) + 0.1 * np.sum(slopes), (value, aux)

    return words.scan(step, a, xs)


@case(0.7, 1.6)
def whole_numbers_from_outside(words: Words, x: Any, y: Any) -> Any:
    count = np.floor(y * 2).astype(int)
    chosen = words.cond(count > 2, lambda: count, lambda: 5)
    looped = words.fori_loop(0, 3, lambda i, s: np.sin(s * count) + i * chosen, x)
    held = dx.stop_gradient(y)
    return looped, words.scan(lambda s, _: (s * held + y * count, s), x, length=2)


@case(0.7, 1.2)
def a_gradient_each_step(words: Words, x: Any, y: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        return s - 0.1 * dx.grad(lambda t: np.sin(t * x) * t * y)(s), s

    return words.scan(step, x, length=3)


@case(0.7, 1.2)
def the_gradient_of_a_loop_each_step(words: Words, x: Any, y: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        def inner(t: Any) -> Any:
            return words.fori_loop(0, 3, lambda i, u: np.sin(u) * x + t, t * y)

        value, pullback = dx.vjp(inner, s)
        _, linear = dx.linearize(inner, s)
        return dx.jvp(inner, (s,), (x,))[1] + pullback(y)[0], value + linear(s)

    return words.scan(step, x, length=2)


@case(0.7, draw(3))
def a_batch_each_step(words: Words, x: Any, xs: Any) -> Any:
    def step(s: Any, _: Any) -> Any:
        def one(e: Any) -> Any:
            return dx.fori_loop(0, 2, lambda i, t: np.sin(t * e) + s[0], e * x)

        return dx.vmap(one)(s) + xs, np.sum(s)

    return words.scan(step, xs, length=2)


@case(0.7, draw(3))
def loops_side_by_side(words: Words, x: Any, xs: Any) -> Any:
    # the same steps three times, alone and beside another value
    alone = words.scan(lambda s, e: (np.sin(s * e), s), x, xs)
    again = words.scan(lambda s, e: (np.sin(s * e), None), x, xs)[0]
    beside = words.scan(lambda s, e: ((np.sin(s[0] * e), s[1] * again), s[0]), (x, 1.0), xs)
    return alone, again, beside
