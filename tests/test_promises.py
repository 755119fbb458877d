"""What the library promises of its numbers: kinks, untaken branches, memory, snapshots."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

Function = Callable[[Any], Any]


def by_forward(f: Function) -> Function:
    return lambda x: dx.jvp(f, (x,), (1.0,))[1]


FIRST: dict[str, Callable[[Function], Function]] = {
    "reverse": dx.grad,
    "forward": by_forward,
    "jacrev": dx.jacrev,
    "jacfwd": dx.jacfwd,
}

# ---- the table of conventions

inf = np.inf
KINKS: dict[str, tuple[Function, float, float]] = {
    "absolute value at 0": (lambda x: np.abs(x), 0.0, 0.0),
    "built-in absolute value at 0": (lambda x: abs(x), 0.0, 0.0),
    "two that tie share equally": (lambda x: np.maximum(3 * x, x), 0.0, 2.0),
    "two that tie in a minimum": (lambda x: np.minimum(3 * x, x), 0.0, 2.0),
    "three of which two tie": (lambda x: np.max(np.stack([x, 2 * x, x - 1])), 0.0, 1.5),
    "smallest of three that tie": (lambda x: np.min(np.stack([x, 2 * x, 6 * x])), 0.0, 3.0),
    "sign": (lambda x: np.sign(x), 0.0, 0.0),
    "floor on a step": (lambda x: np.floor(x), 2.0, 0.0),
    "ceiling on a step": (lambda x: np.ceil(x), 2.0, 0.0),
    "rounding on a step": (lambda x: np.round(x), 0.5, 0.0),
    "nearest integer": (lambda x: np.rint(x), 1.5, 0.0),
    "truncation": (lambda x: np.trunc(x), -1.0, 0.0),
    "whole part": (lambda x: x // 1.0, 2.0, 0.0),
    "remainder on a step": (lambda x: x % 1.0, 2.0, 1.0),
    "length at 0": (lambda x: np.linalg.norm(np.stack([x, 2 * x])), 0.0, 0.0),
    "hypotenuse at 0": (lambda x: np.hypot(x, 2 * x), 0.0, 0.0),
    "hypotenuse on the diagonal": (lambda x: np.hypot(x, x), 1.0, np.sqrt(2.0)),
    "hypotenuse far out": (lambda x: np.hypot(x, x), 1e200, np.sqrt(2.0)),
    "deviation of equals": (lambda x: np.std(np.stack([x, x])), 1.0, 0.0),
    "square root at 0": (lambda x: np.sqrt(x), 0.0, inf),
    "cube root at 0": (lambda x: np.cbrt(x), 0.0, inf),
    "logarithm at 0": (lambda x: np.log(x), 0.0, inf),
    "square at 0": (lambda x: x**2, 0.0, 0.0),
    "first power at 0": (lambda x: x**1, 0.0, 1.0),
    "nothing to the power 0": (lambda x: x**0, 0.0, 0.0),
    "cube of a negative number": (lambda x: x**3.0, -2.0, 12.0),
    "power of nothing": (lambda x: 0.0**x, 1.0, 0.0),
    "product with zeros": (lambda x: np.prod(np.stack([x, 1 + x, 2 + x])), 0.0, 2.0),
    "product with two zeros": (lambda x: np.prod(np.stack([x, x, 2 + x])), 0.0, 0.0),
    "sinc at 0": (lambda x: np.sinc(x), 0.0, 0.0),
    "sinc near 0": (lambda x: np.sinc(x), 1e-8, -(np.pi**2) / 3 * 1e-8),
    "hyperbolic tangent far out": (lambda x: np.tanh(x), 19.0, 1 / np.cosh(19.0) ** 2),
    "sum of exponentials with nothing": (lambda x: np.logaddexp(x, -inf), 1.0, 1.0),
    "clip inside": (lambda x: np.clip(x, 0.0, 1.0), 0.5, 1.0),
    "clip outside": (lambda x: np.clip(x, 0.0, 1.0), 2.0, 0.0),
    "stable sort of a tie": (lambda x: np.sort(np.stack([x, 2 * x, 5 * x]))[1], 0.0, 2.0),
}


@pytest.mark.parametrize("way", FIRST)
@pytest.mark.parametrize("kink", KINKS)
def test_every_mode_keeps_the_table_of_conventions(kink: str, way: str) -> None:
    f, x, wanted = KINKS[kink]
    assert FIRST[way](f)(x) == pytest.approx(wanted, rel=1e-14, abs=0)


# ---- branches that were not taken


def _over_written(x: Any) -> Any:
    y = np.sqrt(np.stack([x, x + 1]))
    y[0] = x
    return y[0]


stack = np.stack
# A function with a branch (or an element) that is not taken, the point, and what was taken.
UNTAKEN: dict[str, tuple[Function, float, Function]] = {
    "root": (lambda x: np.where(x > 0, np.sqrt(x), x * x), -1.0, lambda x: x * x),
    "root at its end": (lambda x: np.where(x > 0, np.sqrt(x), x * x + x), 0.0, lambda x: x * x + x),
    "logarithm": (lambda x: np.where(x > 0, np.log(x), x**3), -1.0, lambda x: x**3),
    "reciprocal": (lambda x: np.where(x > 0, 1 / x, x * x + x), 0.0, lambda x: x * x + x),
    "quotient": (lambda x: np.where(x != 0, np.sin(x) / x, 1 - x * x), 0.0, lambda x: 1 - x * x),
    "power": (lambda x: np.where(x > 0, x**0.3, x**3), -1.5, lambda x: x**3),
    "overflow": (lambda x: np.where(x < 10, np.exp(x), x**2), 800.0, lambda x: x**2),
    "inverse sine": (lambda x: np.where(abs(x) < 1, np.arcsin(x), x**3), 2.0, lambda x: x**3),
    "composed": (
        lambda x: np.exp(np.where(x > 0, np.log(np.sqrt(x)), x * x)) * x, -1.0,
        lambda x: np.exp(x * x) * x,
    ),
    "nested": (
        lambda x: np.where(x > 0, np.log(x), np.where(x > -2, x * x, np.sqrt(-2 - x))), -1.0,
        lambda x: x * x,
    ),
    "inner part of both": (
        lambda x: np.where(np.sin(x) > 0, np.log(np.sin(x) * x), np.cos(x)), -1.0, np.cos,
    ),
    "select": (
        lambda x: np.select([x > 1, x > 0], [np.log(x - 1), np.sqrt(x)], x**2), -1.0,
        lambda x: x**2,
    ),
    "sum": (lambda x: np.where(x > 0, np.sum(stack([np.log(x), 1 / x])), x * x), 0.0,
            lambda x: x * x),
    "dot": (lambda x: np.where(x > 0, stack([x, 1 / x]) @ stack([x, np.log(x)]), x * x), 0.0,
            lambda x: x * x),
    "matrix product": (
        lambda x: np.where(x > 0, np.sum(stack([stack([x, np.log(x)])]) @ stack([1 / x, x])), x**3),
        -1.5, lambda x: x**3,
    ),
    "matrix product at a pole": (
        lambda x: np.where(
            x > 0, np.sum(stack([stack([x, np.log(x)])] * 2) @ stack([stack([1 / x, x])] * 2)), x**3
        ),
        0.0, lambda x: x**3,
    ),
    "Einstein sum": (
        lambda x: np.where(
            x > 0, np.einsum("i,i->", stack([x, 1 / x]), stack([x, np.log(x)])), x * x
        ),
        0.0, lambda x: x * x,
    ),
    "convolution": (
        lambda x: np.where(
            x > 0, np.sum(np.convolve(stack([np.log(x), 1 / x]), stack([x, 1 / x]))), x * x
        ),
        0.0, lambda x: x * x,
    ),
    "product": (lambda x: np.where(x > 0, np.prod(stack([x, 1 / x, np.log(x)])), x * x), 0.0,
                lambda x: x * x),
    "deviation": (lambda x: np.where(x > 0, np.std(stack([np.log(x), 1 / x, x])), x * x), 0.0,
                  lambda x: x * x),
    "norm": (lambda x: np.where(x > 0, np.linalg.norm(stack([np.log(x), 1 / x])), x * x), 0.0,
             lambda x: x * x),
    "element not picked": (lambda x: np.sqrt(stack([x, x + 1]))[1], 0.0, lambda x: np.sqrt(x + 1)),
    "slice": (lambda x: np.sum(np.log(stack([x, x + 1, x + 2]))[1:]), 0.0,
              lambda x: np.log(x + 1) + np.log(x + 2)),
    "mask": (lambda x: np.sum(np.log(stack([x, x + 1]))[np.array([False, True])]), 0.0,
             lambda x: np.log(x + 1)),
    "not the largest": (lambda x: np.max(np.sqrt(stack([x, x + 1]))), 0.0,
                        lambda x: np.sqrt(x + 1)),
    "sorted away": (lambda x: np.sort(np.sqrt(stack([x, x + 1])))[1], 0.0,
                    lambda x: np.sqrt(x + 1)),
    "joined and left": (lambda x: np.concatenate([np.sqrt(stack([x])), stack([x * x])])[1], 0.0,
                        lambda x: x * x),
    "overwritten": (_over_written, 0.0, lambda x: x),
    "maximum of a branch": (
        lambda x: np.maximum(x**2, np.where(x > 0, np.sqrt(x), -1.0)), -1.0, lambda x: x**2,
    ),
    "Python's own": (lambda x: np.sqrt(x) if x > 0 else x**2, -1.0, lambda x: x**2),
}  # fmt: skip
MIXTURES = [ways for order in (1, 2, 3) for ways in itertools.product("fr", repeat=order)]


@pytest.mark.parametrize("modes", ["".join(ways) for ways in MIXTURES])
@pytest.mark.parametrize("case", UNTAKEN)
def test_an_untaken_branch_never_poisons(case: str, modes: str) -> None:
    f, x, taken = UNTAKEN[case]
    for mode in modes:
        f = by_forward(f) if mode == "f" else dx.grad(f)
        taken = by_forward(taken)
    assert f(x) == pytest.approx(taken(x), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("case", UNTAKEN)
def test_an_untaken_branch_never_poisons_a_jacobian(case: str) -> None:
    f, x, taken = UNTAKEN[case]
    wanted = dx.grad(taken)(x)
    for jacobian in (dx.jacfwd, dx.jacrev):
        found = jacobian(lambda v, f=f: f(v[0]) * np.ones(2))(np.array([x, 1.0]))
        np.testing.assert_allclose(found, [[wanted, 0], [wanted, 0]], rtol=1e-12, atol=1e-12)


def test_one_bad_element_does_not_poison_the_others() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    x = np.array([-1.0, 0.0, 4.0])
    np.testing.assert_array_equal(dx.grad(f)(x), [0.0, 0.0, 0.25])
    np.testing.assert_array_equal(dx.hessian(f)(x), np.diag([0.0, 0.0, -1 / 32]))


# ---- types


@pytest.mark.parametrize("x", [3, True, np.int32(3), np.array(3), np.array([3, 4], np.uint8)])
def test_integers_are_promoted_to_float64(x: Any) -> None:
    gradient = dx.grad(lambda x: np.sum(x * x))(x)
    assert np.asarray(gradient).dtype == np.float64
    np.testing.assert_array_equal(gradient, 2 * np.asarray(x, float))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gradients_have_the_dtype_and_shape_of_their_argument(dtype: Any) -> None:
    for x in (np.array([[3, 4]], dtype), np.array(3, dtype), dtype(3)):
        gradient = dx.grad(lambda x: np.sum(np.sin(x) * 2.0))(x)
        assert np.asarray(gradient).dtype == dtype
        assert np.shape(gradient) == np.shape(x)
        assert isinstance(gradient, np.ndarray) == isinstance(x, np.ndarray)


def test_the_slope_of_a_count_or_a_truth_is_a_float() -> None:
    x = np.array([3.0, 1.0])
    for f in (lambda x: x > 2, lambda x: np.argsort(x), lambda x: (x > 2).sum(axis=0)):
        shape = np.shape(f(x))
        for slope in (dx.jvp(f, (x,), (x,))[1], dx.linearize(f, x)[1](x)):
            assert np.asarray(slope).dtype == np.float64
            np.testing.assert_array_equal(slope, np.zeros(shape))
        for jacobian in (dx.jacfwd(f)(x), dx.jacrev(f)(x)):
            assert jacobian.dtype == np.float64
            np.testing.assert_array_equal(jacobian, np.zeros((*shape, 2)))


def test_a_number_comes_back_as_a_number() -> None:
    value, gradient = dx.value_and_grad(lambda x: x * x)(3.0)
    assert type(value) is type(gradient) is float


def test_containers_come_back_as_they_were_given() -> None:
    p = {"w": np.ones((2, 2)), "b": [1.0, (2.0, None)]}
    gradient = dx.grad(lambda p: np.sum(p["w"]) * p["b"][0] * p["b"][1][0])(p)
    assert list(gradient) == ["w", "b"]
    np.testing.assert_array_equal(gradient["w"], np.full((2, 2), 2.0))
    assert gradient["b"] == [8.0, (4.0, None)]


# ---- memory


def results(x: Any) -> list[Any]:
    """Arrays from every function of the calculus, many of them easily confused with `x` itself."""

    def f(x: Any) -> Any:
        return x, x.T, x[::-1], np.reshape(x, (-1, 1)), x, np.broadcast_to(x, (2, 3))

    found: list[Any] = []
    for part in dx.jvp(f, (x,), (x,)):
        found.extend(part)
    value, pullback = dx.vjp(f, x)
    found += [*value, *pullback(value), *pullback(value)]
    value, linear = dx.linearize(f, x)
    found += [*value, *linear(x), *linear(x)]
    found += [dx.grad(np.sum)(x), dx.jacobian(lambda x: x)(x), dx.hessian(np.sum)(x)]
    found += [dx.hvp(lambda x: np.sum(x * x), (x,), (x,))]
    found += dx.graph(f)(x)(x)
    constant = np.ones(3)
    found += [dx.vjp(lambda x: constant, x)[0], dx.vjp(lambda x: constant, x)[0], constant]
    return found


def test_results_own_their_memory_and_can_be_written() -> None:
    x = np.arange(3.0)
    found = results(x)
    for array in found:
        assert array.flags.writeable
        assert not np.shares_memory(array, x)
    for one, other in itertools.combinations(found, 2):
        assert not np.shares_memory(one, other)


def test_writing_into_results_changes_no_later_result() -> None:
    x = np.arange(3.0)
    before = [array.copy() for array in results(x)]
    for array in results(x):
        array[...] = np.nan
    for one, other in zip(before, results(x), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "given",
    [
        np.broadcast_to(np.array([2.0]), (3,)),
        np.arange(6.0)[::-2],
        np.asfortranarray(np.arange(9.0).reshape(3, 3))[1],
        np.array([1.0, 2.0, 3.0]).astype(">f8"),
        np.frombuffer(np.arange(3.0).tobytes()),
    ],
    ids=["broadcast", "negative stride", "Fortran", "other byte order", "borrowed"],
)
def test_arguments_of_any_layout_are_read_only_to_us(given: Any) -> None:
    kept = np.array(given)
    plain = np.array(given, np.float64)
    for one, other in zip(results(given), results(plain), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(given, kept)


# ---- snapshots


def test_changes_after_vjp_change_nothing() -> None:
    x, c = np.arange(3.0), np.ones(3)
    _, pullback = dx.vjp(lambda x: np.sum(x * x * c), x)
    x[:], c[:] = 100.0, 50.0
    np.testing.assert_array_equal(pullback(1.0)[0], [0.0, 2.0, 4.0])
    pullback(1.0)[0][:] = 7.0
    np.testing.assert_array_equal(pullback(1.0)[0], [0.0, 2.0, 4.0])


def test_changes_after_linearize_change_nothing() -> None:
    x, c = np.arange(3.0), np.ones(3)
    _, linear = dx.linearize(lambda x: x * x * c, x)
    x[:], c[:] = 100.0, 50.0
    np.testing.assert_array_equal(linear(np.ones(3)), [0.0, 2.0, 4.0])


def test_a_cotangent_changed_after_the_call_changes_nothing() -> None:
    seed = np.ones(3)
    _, pullback = dx.vjp(lambda x: x * 1.0, np.arange(3.0))
    (found,) = pullback(seed)
    seed[:] = 9.0
    np.testing.assert_array_equal(found, np.ones(3))


def test_changes_after_graph_change_nothing() -> None:
    c = np.ones(3)
    graph = dx.graph(lambda x: x * c)(np.ones(3))
    c[:] = 50.0
    np.testing.assert_array_equal(graph(np.ones(3))[0], np.ones(3))


def test_a_constant_counts_as_it_was_when_it_was_used() -> None:
    def f(x: Any) -> Any:
        c = np.ones(3)
        y = x * c
        c[:] = 0.0
        return np.sum(y)

    np.testing.assert_array_equal(dx.grad(f)(np.ones(3)), np.ones(3))
    with_views = np.arange(3.0)
    assert dx.grad(lambda x: np.sum(x * with_views[::-1]))(np.ones(3)).tolist() == [2.0, 1.0, 0.0]
