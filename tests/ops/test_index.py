"""Square brackets pick and put what NumPy picks and puts, raise where it raises, in linear time."""

import itertools
import time

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import postorder
from infinitesimal.core.types import type_of
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.numpy_names.indexing import getitem, setitem
from infinitesimal.ops.index import gather

X = np.arange(24.0).reshape(2, 3, 4)
PARTS = [
    0,
    -1,
    2,
    7,
    1.5,
    np.int64(1),
    np.array(1),
    slice(None),
    slice(None, None, -1),
    slice(1, 3),
    slice(5, 2),
    slice(-1, None, -2),
    None,
    Ellipsis,
    True,
    False,
    [],
    [0, 1],
    np.array([[0, -1], [1, 0]]),
    np.array([True, False]),
    np.array([True, False, True]),
    np.array([True, False, True, True]),
    np.ones((2, 3), bool),
]


def keys(length):
    combinations = list(itertools.product(PARTS, repeat=length))
    rng = np.random.default_rng(length)
    chosen = rng.choice(len(combinations), min(600, len(combinations)), replace=False)
    return [combinations[k] for k in chosen]


def outcome(call):
    """What a call gives, or the class of what it raises."""
    try:
        return call()
    except (IndexError, ValueError) as error:
        return type(error)


def agree(found, wanted):
    if isinstance(wanted, type) or isinstance(found, type):
        return found is wanted
    return np.shape(found) == np.shape(wanted) and np.array_equal(found, wanted)


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_any_key_reads_what_numpy_reads(length):
    x = input_node(type_of(X))
    for key in keys(length):
        wanted = outcome(lambda key=key: X[key])
        found = outcome(lambda key=key: evaluate([getitem(x, key)], {x: X})[0])
        assert agree(found, wanted), (key, found, wanted)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_any_key_writes_where_numpy_writes(length):
    x = input_node(type_of(X))
    rng = np.random.default_rng(length)

    def written(key, value):
        changed = X.copy()
        changed[key] = value
        return changed

    for key in keys(length):
        picked = outcome(lambda key=key: X[key])
        shape = () if isinstance(picked, type) else np.shape(picked)
        for value in (np.float64(5.0), rng.standard_normal(shape), np.ones((7, 7))):
            wanted = outcome(lambda key=key, value=value: written(key, value))
            found = outcome(
                lambda key=key, value=value: evaluate([setitem(x, key, value)], {x: X})[0]
            )
            if wanted is ValueError:  # NumPy says it of shapes, and so do our designed errors
                assert isinstance(found, type) and issubclass(found, (ValueError, IndexError))
            else:
                assert agree(found, wanted), (key, np.shape(value), found, wanted)


@pytest.mark.parametrize("key", [(0, [1, 1, 2]), (slice(None), [2, 0, 2]), ([0, 0, 1],)])
def test_an_element_picked_twice_counts_twice(key):
    weights = np.random.default_rng(0).standard_normal(X[key].shape)
    found = dx.grad(lambda x: np.sum(x[key] * weights))(X)
    wanted = np.zeros_like(X)
    np.add.at(wanted, key, weights)
    np.testing.assert_array_equal(found, wanted)


def test_the_last_of_several_writes_to_one_place_wins():
    def written(v):
        u = np.zeros_like(v)
        u[[0, 0, 2, 0]] = v
        return u

    v = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(dx.graph(written)(v)(v)[0], [4.0, 0.0, 3.0, 0.0])
    jacobian = [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(dx.jacrev(written)(v), jacobian)
    np.testing.assert_array_equal(dx.jacfwd(written)(v), jacobian)


def test_what_was_overwritten_has_no_influence():
    def overwritten(x, y):
        u = x.copy()
        u[1:3] = y
        u[u > 2.5] = 0.0
        return np.sum(u**2)

    x, y = np.array([1.0, 9.0, 9.0, 3.0]), np.array([2.0, 5.0])
    by_x, by_y = dx.grad(overwritten, argnums=(0, 1))(x, y)
    np.testing.assert_array_equal(by_x, [2.0, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(by_y, [4.0, 0.0])


def test_a_key_may_be_traced():
    x = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(dx.grad(lambda x: x[np.argmax(x)] ** 2)(x), [6.0, 0.0, 0.0])
    graph = dx.graph(lambda x: x[np.argmax(x)])(x)
    assert graph(np.array([1.0, 5.0, 2.0])) == [5.0]  # the place is found anew at each call
    np.testing.assert_array_equal(dx.grad(lambda x: np.sum(x[x > 1.5]))(x), [1.0, 0.0, 1.0])


def test_traced_places_that_do_not_exist_raise_as_in_numpy():
    with pytest.raises(IndexError):
        dx.grad(lambda x: x[np.argmax(x) + 5])(np.array([1.0, 2.0]))
    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        dx.grad(lambda x: x[2])(np.array([1.0, 2.0]))


def test_elements_not_picked_never_poison():
    x = np.array([4.0, 0.0])
    np.testing.assert_array_equal(dx.grad(lambda x: np.sqrt(x)[0])(x), [0.25, 0.0])
    np.testing.assert_array_equal(dx.grad(lambda x: np.sqrt(x)[np.argmax(x)])(x), [0.25, 0.0])


# ---- time


def by_numbers(x):
    total = 0.0
    for k in range(len(x)):
        total = total + x[k] * x[k]
    return total


def by_pairs(x):
    total = 0.0
    for k in range(0, len(x), 2):
        total = total + np.sum(x[[k, k + 1]] ** 2)
    return total


def by_iteration(x):
    return sum(v * v for v in x)


@pytest.mark.parametrize("function", [by_numbers, by_pairs, by_iteration])
def test_the_gradient_of_many_picks_has_one_node_a_pick(function):
    def nodes(size):
        x = input_node(type_of(np.ones(size)))
        lazy = Lazy(x)
        output = function(lazy).node
        one = constant(1.0)
        (gradient,) = reverse([output], [one], [x])
        order = postorder([gradient])
        widest = [node for node in order if node.type is x.type and node is not x]
        assert len(widest) == 1, "each pick would cost as much as the array is long"
        return len(order)

    assert nodes(400) <= 10 * nodes(40) + 10


def seconds(size):
    x = np.ones(size)
    start = time.perf_counter()
    gradient = dx.grad(by_numbers)(x)
    spent = time.perf_counter() - start
    assert (gradient == 2.0).all()
    return spent


def test_the_time_of_a_pick_does_not_grow_with_their_number():
    few = min(seconds(1_000) for _ in range(3)) / 1_000
    many = seconds(100_000) / 100_000
    assert many < 6 * few  # measured: 1.5; a quadratic method gives 100


def test_picks_of_picks_have_second_derivatives_in_linear_time():
    x = np.linspace(1.0, 2.0, 2_000)
    product = dx.hvp(lambda x: sum(v**3 for v in x), (x,), (np.ones(2_000),))
    np.testing.assert_allclose(product, 6 * x, rtol=1e-14)


def test_scatter_and_gather_are_transposes():
    rng = np.random.default_rng(3)
    x, places = rng.standard_normal((4, 3)), np.array([[0, 3], [3, -1]])
    node, at = input_node(type_of(x)), input_node(type_of(places))
    picked = gather(node, at)
    cotangent = rng.standard_normal(picked.type.shape)
    seed = input_node(picked.type)
    (back,) = reverse([picked], [seed], [node])
    bindings = {node: x, at: places, seed: cotangent}
    there, returned = evaluate([picked, back], bindings)
    np.testing.assert_allclose(np.sum(there * cotangent), np.sum(x * returned))
