"""Lanes of different lengths, and what must not fail where a lane or a branch is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal import extend
from infinitesimal.core.primitive import REGISTRY

COUNTS = np.array([1, 5, 3])


def each(f: Any, *batches: Any) -> Any:
    return np.stack([f(*elements) for elements in zip(*batches, strict=True)])


def test_a_table_as_long_as_the_batch_is_no_batch() -> None:
    # lanes that have arrived repeat the step of one that walks: of the table all read the same
    def look(count: Any, table: Any) -> Any:
        def step(state: Any) -> Any:
            return state[0] + 1, state[1] + state[0] * dx.numpy.take(table, state[0] % 3)

        return dx.while_loop(lambda state: state[0] < count, step, (0, 0.0))[1]

    table = np.array([1.0, 20.0, 300.0])

    def total(table: Any) -> Any:
        looked = dx.vmap(look, in_axes=(0, None))(COUNTS, table)
        return np.sum(looked * np.array([1.0, 2.0, 3.0]))

    def alone(table: Any) -> Any:
        return sum((k + 1) * look(count, table) for k, count in enumerate(COUNTS))

    assert total(table) == alone(table)
    np.testing.assert_array_equal(dx.grad(total)(table), dx.grad(alone)(table))


@pytest.mark.parametrize("word", ["while", "fori"])
@pytest.mark.parametrize("checkpoint", [False, 1, 2])
@pytest.mark.parametrize("inverse", [np.linalg.solve, lambda a, y: np.linalg.inv(a) @ y])
def test_gradients_through_equations_in_lanes_of_different_lengths(
    word: str, checkpoint: Any, inverse: Any
) -> None:
    # a lane that has arrived writes zeros down, which are a singular matrix on the way back
    matrix = np.array([[2.0, 1.0], [0.0, 3.0]])

    def last(x: Any, count: Any) -> Any:
        def step(x: Any) -> Any:
            return inverse(matrix * (1 + x[0] ** 2), x + 1)

        if word == "fori":
            return np.sum(dx.fori_loop(0, count, lambda i, x: step(x), x, checkpoint=checkpoint))
        going = dx.while_loop(
            lambda state: state[0] < count,
            lambda state: (state[0] + 1, step(state[1])),
            (0, x),
            checkpoint=checkpoint,
        )
        return np.sum(going[1])

    points = np.array([[1.0, 2.0], [0.5, 0.1], [2.0, 2.0]])
    gradient = dx.grad(last)
    alone = each(gradient, points, COUNTS)
    np.testing.assert_allclose(dx.vmap(gradient)(points, COUNTS), alone, rtol=1e-13)

    def total(points: Any) -> Any:
        return np.sum(dx.vmap(last)(points, COUNTS))

    np.testing.assert_allclose(dx.grad(total)(points), alone, rtol=1e-13)


def test_a_negative_power_of_a_whole_number_that_was_not_chosen() -> None:
    def power(k: Any) -> Any:
        return dx.cond(k >= 0, lambda k: dx.numpy.full((), 2) ** k, lambda k: 0, k)

    np.testing.assert_array_equal(dx.vmap(power)(np.array([1, -2, 3])), [2, 0, 8])


def test_a_singular_value_decomposition_that_was_not_chosen() -> None:
    # the derivative of a determinant at a singular matrix fails where the matrix is no number
    def slope(x: Any) -> Any:
        det = lambda x: np.linalg.det(x)  # noqa: E731
        return dx.cond(np.sum(x) > 0, lambda x: dx.grad(det)(x), np.zeros_like, x)

    good, bad = np.array([[1.0, 2.0], [2.0, 4.0]]), np.full((2, 2), np.nan)
    found = dx.vmap(slope)(np.stack([good, bad]))
    np.testing.assert_allclose(found[0], [[4.0, -2.0], [-2.0, 1.0]], atol=1e-14)
    np.testing.assert_array_equal(found[1], 0.0)


def _strict(x: Any) -> Any:
    if not np.all(x > 0):
        raise ValueError("a logarithm of what is not positive")
    return np.log(x)


@pytest.fixture
def log() -> Iterator[Any]:
    """A word of somebody else, which raises where it has no value."""
    name = "strict_log"
    word = extend.elementwise(name, _strict, lambda x, y: 1 / x, because="for a test")
    yield extend.function(word)
    del REGISTRY[name]


def test_a_word_of_somebody_else_that_refuses_what_was_not_chosen(log: Any) -> None:

    def below_one(x: Any) -> Any:
        return dx.while_loop(lambda x: x > 1, log, x)

    def either(x: Any) -> Any:
        return dx.cond(x > 0, log, np.negative, x)

    points = np.array([0.0, -2.0, 5.0, 30.0])
    slopes = np.array([-1.0, -1.0, 1 / 5, 1 / 30])
    np.testing.assert_array_equal(
        dx.vmap(either)(points), [0.0, 2.0, *np.log(points[2:])], strict=True
    )
    np.testing.assert_allclose(dx.vmap(dx.grad(either))(points), slopes, rtol=1e-15)
    np.testing.assert_allclose(
        dx.grad(lambda x: np.sum(dx.vmap(either)(x)))(points), slopes, rtol=1e-15
    )
    np.testing.assert_array_equal(dx.vmap(either)(points[:2]), [0.0, 2.0])
    five, thirty = np.log(np.log(5.0)), np.log(np.log(30.0))
    assert five < 1 < thirty
    np.testing.assert_array_equal(dx.vmap(below_one)(points), [0.0, -2.0, five, np.log(thirty)])
    found = dx.vmap(dx.grad(below_one))(points)
    expected = [1.0, 1.0, 1 / 5 / np.log(5), 1 / 30 / np.log(30) / thirty]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_indices_out_of_range_where_they_are_not_chosen() -> None:
    table = np.array([1.0, 2.0, 3.0])

    def look(k: Any, x: Any) -> Any:
        return dx.cond(k < 3, lambda: dx.numpy.take(table, k) * x, lambda: -x)

    which, xs = np.array([0, 5, 2, 99]), np.arange(1.0, 5.0)
    np.testing.assert_array_equal(dx.vmap(look)(which, xs), [1.0, -2.0, 9.0, -4.0])
    np.testing.assert_array_equal(dx.vmap(dx.grad(look, 1))(which, xs), [1.0, -1.0, 3.0, -1.0])


def test_indices_beyond_the_end_where_a_lane_has_arrived() -> None:
    def walk(x: Any, count: Any) -> Any:
        def step(state: Any) -> Any:
            return state[0] + 1, state[1] + dx.numpy.take(x, state[0]) ** 2

        return dx.while_loop(lambda state: state[0] < count, step, (0, 0.0))[1]

    x, counts = np.array([1.0, 2.0, 3.0]), np.array([3, 0, 1, 3])
    gradient = [[2, 4, 6], [0, 0, 0], [2, 0, 0], [2, 4, 6]]
    np.testing.assert_array_equal(dx.vmap(walk, (None, 0))(x, counts), [14.0, 0.0, 1.0, 14.0])
    np.testing.assert_array_equal(dx.vmap(dx.grad(walk), (None, 0))(x, counts), gradient)
    np.testing.assert_array_equal(dx.vmap(dx.grad(walk))(np.stack([x] * 4), counts), gradient)
    twice = dx.vmap(dx.vmap(dx.grad(walk), (0, None)), (None, 0))(np.stack([x, 2 * x]), counts)
    np.testing.assert_array_equal(twice[:, 0], gradient)
    np.testing.assert_array_equal(twice[:, 1], 2 * np.array(gradient))


def test_a_loop_without_end_where_it_is_not_chosen() -> None:
    def grown(x: Any) -> Any:
        def climb(x: Any) -> Any:
            return dx.while_loop(lambda s: s < 10, lambda s: s + x, x)

        return dx.cond(x > 0, climb, lambda x: x, x)

    for xs in ([1.0, -1.0, 0.0, 3.0], [-1.0, -1.0]):
        found, slopes = dx.vmap(grown)(np.array(xs)), dx.vmap(dx.grad(grown))(np.array(xs))
        expected = {1.0: (10.0, 10.0), -1.0: (-1.0, 1.0), 0.0: (0.0, 1.0), 3.0: (12.0, 4.0)}
        np.testing.assert_array_equal(np.stack([found, slopes], 1), [expected[x] for x in xs])


def test_infinities_of_lanes_stay_where_they_are() -> None:
    def tower(x: Any, count: Any) -> Any:
        return dx.fori_loop(0, count, lambda i, s: np.exp(s), x)

    def third(xs: Any) -> Any:
        return dx.vmap(tower)(xs, np.array([1, 2, 9]))

    values, slopes = third(np.ones(3)), dx.jacrev(third)(np.ones(3))
    assert values[2] == slopes[2, 2] == np.inf
    np.testing.assert_allclose(np.diag(slopes)[:2], [np.e, np.exp(np.e) * np.e])
    np.testing.assert_array_equal(slopes[~np.eye(3, dtype=bool)], 0.0)


@pytest.mark.parametrize("size", [0, 1])
def test_batches_of_none_and_of_one(size: int) -> None:
    def f(x: Any, count: Any) -> Any:
        def step(i: Any, s: Any) -> Any:
            return dx.cond(s > 1, lambda t: np.log(t) * dx.numpy.take(x * COUNTS, i), np.exp, s)

        return dx.while_loop(lambda s: s < 2, lambda s: s * 2, dx.fori_loop(0, count, step, x))

    xs, counts = np.array([0.7])[:size], np.array([3])[:size]
    for g in (f, dx.grad(f), dx.hessian(f)):
        found = dx.vmap(g)(xs, counts)
        assert found.shape == (size,)
        np.testing.assert_allclose(found, [g(0.7, 3)][:size])
