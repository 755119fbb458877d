"""Laws of loops and branches: rolled up, they are what the same loops of Python are, unrolled.

In value, in forward and reverse mode and every pair of them, for a batch over any of the arguments,
with any checkpoint, and when printed and read back.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.check import check
from infinitesimal.core.parse import parse
from infinitesimal.front.tree import flatten, map_leaves
from tests.laws.loop_cases import CASES
from tests.laws.loop_words import IN_PYTHON, ROLLED, rolled
from tests.laws.numeric import inner

SINGLE = ("single_precision", "mixed_precision")
each_case = pytest.mark.parametrize("name", CASES)
Function = Callable[..., Any]


def close(one: Any, other: Any, tolerance: float = 1e-11) -> None:
    """Equal in structure, shapes and dtypes, and up to rounding in numbers."""
    assert str(flatten(one)[1]) == str(flatten(other)[1])
    for x, y in zip(flatten(one)[0], flatten(other)[0], strict=True):
        x, y = np.asarray(x), np.asarray(y)
        assert (x.dtype, x.shape) == (y.dtype, y.shape)
        if x.dtype == np.float32:
            tolerance = max(tolerance, 1e-5)
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def same(one: Any, other: Any) -> None:
    """Equal to the last bit."""
    for x, y in zip(flatten(one)[0], flatten(other)[0], strict=True):
        np.testing.assert_array_equal(x, y, strict=True)


def both(name: str) -> tuple[Function, Function, tuple[Any, ...]]:
    """A case with the words of the library and those of Python, and its arguments."""
    case = CASES[name]
    return case(ROLLED), case(IN_PYTHON), case.arguments


def like(tree: Any, seed: int) -> Any:
    """Directions of the structure and dtypes of a container."""
    rng = np.random.default_rng(seed)
    return map_leaves(lambda x: np.asarray(rng.uniform(-1, 1, np.shape(x)), x.dtype)[()], tree)


def arrays(tree: Any) -> Any:
    return map_leaves(lambda x: np.asarray(x)[()], tree)


def number(function: Function) -> Function:
    """A number that all results of a function come to, each in its own way."""

    def total(*arguments: Any) -> Any:
        leaves = flatten(function(*arguments))[0]
        real = [leaf for leaf in leaves if np.result_type(getattr(leaf, "dtype", leaf)).kind == "f"]
        return sum(
            np.sum(np.sin(leaf + k) * np.linspace(0.5, 1, np.size(leaf)).reshape(np.shape(leaf)))
            for k, leaf in enumerate(real)
        )

    return total


@each_case
def test_values(name: str) -> None:
    loop, plain, arguments = both(name)
    close(loop(*arguments), plain(*arguments))


@each_case
def test_both_modes(name: str) -> None:
    loop, plain, arguments = both(name)
    all_of_them = tuple(range(len(arguments)))
    for mode in (dx.jacrev, dx.jacfwd):
        close(mode(loop, all_of_them)(*arguments), mode(plain, all_of_them)(*arguments))


@each_case
def test_reverse_mode_is_forward_mode_transposed(name: str) -> None:
    loop, _, arguments = both(name)
    arguments = arrays(arguments)
    for seed in range(2):
        right = like(arguments, seed)
        pushed = flatten(dx.jvp(loop, arguments, right)[1])[0]
        value, pullback = dx.vjp(loop, *arguments)
        left = map_leaves(lambda x: np.asarray(x, np.result_type(x, np.float16)), value)
        left = like(left, seed + 7)
        pulled = flatten(pullback(left))[0]
        tolerance = 1e-5 if name in SINGLE else 1e-12
        expected = inner(flatten(left)[0], pushed)
        assert inner(pulled, flatten(right)[0]) == pytest.approx(expected, rel=tolerance)


def by_forward(f: Function, arguments: Any, right: Any) -> Any:
    return dx.jvp(f, arguments, right)[1]


def by_reverse(f: Function, arguments: Any, right: Any) -> Any:
    gradient = dx.grad(f, tuple(range(len(arguments))))(*arguments)
    pairs = zip(flatten(gradient)[0], flatten(right)[0], strict=True)
    return sum(np.sum(one * other) for one, other in pairs)


@each_case
@pytest.mark.parametrize("outer", [by_forward, by_reverse])
@pytest.mark.parametrize("within", [by_forward, by_reverse])
def test_second_derivatives(name: str, outer: Function, within: Function) -> None:
    loop, plain, arguments = both(name)
    arguments = arrays(arguments)
    first, second = like(arguments, 1), like(arguments, 2)

    def derived(f: Function) -> Any:
        return outer(lambda *xs: within(number(f), xs, first), arguments, second)

    tolerance = 1e-4 if name in SINGLE else 1e-10
    close(derived(loop), derived(plain), tolerance)


@pytest.mark.parametrize("name", [name for name in CASES if len(CASES[name].arguments) == 2])
@pytest.mark.parametrize("outer", [by_forward, by_reverse])
@pytest.mark.parametrize("within", [by_forward, by_reverse])
def test_closures_over_values_of_two_traces(name: str, outer: Function, within: Function) -> None:
    loop, plain, arguments = both(name)
    one, other = arrays(arguments)
    right, left = like(one, 1), like(other, 2)

    def mixed(f: Function) -> Any:
        def slope(y: Any) -> Any:
            return within(lambda x: number(f)(x, y), (one,), (right,))

        return outer(slope, (other,), (left,))

    close(mixed(loop), mixed(plain), 1e-4 if name in SINGLE else 1e-10)


# ---- batches


def batches(arguments: Sequence[Any], size: int = 3) -> list[Any]:
    """For each argument as many like it, as a list."""

    def moved(k: int) -> Callable[[Any], Any]:
        return lambda x: (np.asarray(x) * np.asarray(1 + 0.3 * k, np.asarray(x).dtype))[()]

    return [[map_leaves(moved(k), argument) for k in range(size)] for argument in arguments]


def stacked(trees: Sequence[Any]) -> Any:
    structure = flatten(trees[0])[1]
    columns = zip(*[flatten(tree)[0] for tree in trees], strict=True)
    return structure.unflatten([np.stack(column) for column in columns])


def alone_and_together(f: Function, name: str) -> None:
    """A batch over every choice of arguments, beside one element after the other."""
    arguments = CASES[name].arguments
    many = batches(arguments)
    for mapped in itertools.product((0, None), repeat=len(arguments)):
        if mapped.count(None) == len(mapped):
            continue
        given = [
            argument if axis is None else stacked(elements)
            for axis, argument, elements in zip(mapped, arguments, many, strict=True)
        ]
        expected = []
        for k in range(3):
            one = [
                argument if axis is None else elements[k]
                for axis, argument, elements in zip(mapped, arguments, many, strict=True)
            ]
            expected.append(f(*one))
        close(dx.vmap(f, in_axes=mapped)(*given), stacked(expected))


@each_case
def test_batches(name: str) -> None:
    alone_and_together(CASES[name](ROLLED), name)


@each_case
def test_batches_of_gradients(name: str) -> None:
    loop = CASES[name](ROLLED)
    alone_and_together(dx.grad(number(loop), tuple(range(len(CASES[name].arguments)))), name)


@each_case
def test_batches_of_forward_and_second_derivatives(name: str) -> None:
    loop, _, arguments = both(name)
    first = like(arrays(arguments), 1)

    def pushed(*xs: Any) -> Any:
        return dx.jvp(number(loop), xs, first)[1]

    alone_and_together(pushed, name)
    if len(arguments) < 3:
        alone_and_together(dx.grad(pushed), name)


@each_case
def test_gradients_of_batches(name: str) -> None:
    case = CASES[name]
    f = number(case(ROLLED))
    given = [stacked(elements) for elements in batches(case.arguments)]
    weights = np.array([1.0, 0.5, -2.0])
    numbers = tuple(range(len(given)))

    def total(*xs: Any) -> Any:
        return np.sum(dx.vmap(f)(*xs) * weights)

    gradients = dx.vmap(dx.grad(f, numbers))(*given)

    def weighted(x: Any) -> Any:
        return (x * weights.reshape(-1, *[1] * (np.ndim(x) - 1))).astype(x.dtype)

    close(dx.grad(total, numbers)(*given), map_leaves(weighted, gradients))


# ---- checkpoints

CHECKPOINTS = [True, 1, 2, 3, 5, 100]


@each_case
def test_checkpoints_change_no_bit_of_a_gradient(name: str) -> None:
    case = CASES[name]
    everything = tuple(range(len(case.arguments)))
    expected = dx.value_and_grad(number(case(ROLLED)), everything)(*case.arguments)
    for checkpoint in CHECKPOINTS:
        found = dx.value_and_grad(number(case(rolled(checkpoint))), everything)(*case.arguments)
        same(found, expected)


@each_case
@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_checkpoints_keep_second_derivatives(name: str, checkpoint: int) -> None:
    case = CASES[name]
    arguments = arrays(case.arguments)
    first, second = like(arguments, 1), like(arguments, 2)
    loop, kept = number(case(ROLLED)), number(case(rolled(checkpoint)))

    def derived(f: Function, outer: Function) -> Any:
        return outer(lambda *xs: by_reverse(f, xs, first), arguments, second)

    tolerance = 1e-4 if name in SINGLE else 1e-12
    expected = derived(loop, by_forward)
    for outer in (by_forward, by_reverse):
        close(derived(kept, outer), expected, tolerance)


@each_case
def test_checkpoints_in_batches(name: str) -> None:
    case = CASES[name]
    given = [stacked(elements) for elements in batches(case.arguments)]
    everything = tuple(range(len(given)))
    expected = dx.vmap(dx.grad(number(case(ROLLED)), everything))(*given)
    for checkpoint in (2, 3):
        close(dx.vmap(dx.grad(number(case(rolled(checkpoint))), everything))(*given), expected)


# ---- text


@each_case
@pytest.mark.parametrize("checkpoint", [False, 2])
def test_the_text_of_a_loop_is_read_back(name: str, checkpoint: Any) -> None:
    case = CASES[name]
    f = case(rolled(checkpoint))
    first = like(arrays(case.arguments), 1)
    everything = tuple(range(len(case.arguments)))
    many = tuple(stacked(elements) for elements in batches(case.arguments))

    def pushed(*xs: Any) -> Any:
        return dx.jvp(number(f), xs, first)[1]

    derived: list[tuple[Function, Any]] = [
        (f, case.arguments),
        (dx.grad(number(f), everything), case.arguments),
        (pushed, case.arguments),
        (dx.grad(pushed, everything), case.arguments),
        (dx.vmap(f), many),
        (dx.vmap(dx.grad(number(f), everything)), many),
    ]
    for function, arguments in derived:
        graph = dx.graph(function)(*arguments)
        check(graph)
        text = str(graph)
        read = parse(text)
        check(read)
        assert str(read) == text
        leaves = flatten(arguments)[0]
        same(read(*leaves), graph(*leaves))
        close(list(read(*leaves)), flatten(function(*arguments))[0], 1e-9)
