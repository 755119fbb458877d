"""`vmap`: a function of one element applied to a batch is a Python loop over the elements."""

import functools
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal import extend
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import UnknownValueError
from infinitesimal.front.tree import flatten
from tests.front.numpy_samples import SMOOTH, STEPS

RANDOM = np.random.default_rng(12)
A, B = RANDOM.standard_normal((4, 3)), RANDOM.standard_normal((4, 3))
W = RANDOM.standard_normal((2, 3))
TABLE = np.array([1.0, 2.0, 3.0, 4.0])


def loop(f: Any, *batches: Any) -> Any:
    """The results for each element, stacked leaf by leaf."""
    results = [f(*elements) for elements in zip(*batches, strict=True)]
    structure = flatten(results[0])[1]
    leaves = zip(*[flatten(result)[0] for result in results], strict=True)
    return structure.unflatten([np.stack(leaf) for leaf in leaves])


def same(found: Any, wanted: Any, near: float = 1e-12) -> None:
    ours, structure = flatten(found)
    theirs, other = flatten(wanted)
    assert str(structure) == str(other)
    for one, two in zip(ours, theirs, strict=True):
        assert np.shape(one) == np.shape(two)
        assert np.asarray(one).dtype == np.asarray(two).dtype
        np.testing.assert_allclose(one, two, rtol=near, atol=near)


# ---- every name of NumPy

# How many results these have, or whether they raise, depends on the values.
ASKING = {
    "argwhere", "bincount-counts", "extract", "flatnonzero", "index-mask", "nanargmax",
    "nanargmin", "nonzero", "where-1",
}  # fmt: skip


def elements(operand: Any) -> Any:
    """Three arrays like this one."""
    array = np.asarray(operand)
    if array.dtype.kind == "f":
        return np.stack([(array * array.dtype.type(1 - k / 64)) for k in range(3)])
    return np.stack([np.roll(array, k) for k in range(3)])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", [*SMOOTH, *STEPS], ids=repr)
def test_every_name_of_numpy(sample: Any) -> None:
    batches = [elements(array) for array in sample.arrays]
    batched = dx.vmap(lambda *arrays: sample.function(*arrays))
    if sample.name in ASKING:
        with pytest.raises(UnknownValueError, match="inside vmap"):
            batched(*batches)
        return
    near = 1e-6 if any(batch.dtype == np.float32 for batch in batches) else 1e-12
    same(batched(*batches), loop(sample.function, *batches), near)


# ---- axes


@given(st.data())
def test_any_axes(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 3), "size")
    shapes = [data.draw(st.lists(st.integers(0, 3), max_size=2), "shape") for _ in range(2)]
    axes = [data.draw(st.none() | st.integers(-len(s) - 1, len(s)), "axis") for s in shapes]
    if axes == [None, None]:
        axes[0] = 0
    arrays = [
        RANDOM.standard_normal(s) if axis is None else np.moveaxis(
            RANDOM.standard_normal((size, *s)), 0, axis
        )
        for s, axis in zip(shapes, axes, strict=True)
    ]  # fmt: skip

    def f(x: Any, y: Any) -> Any:
        return {"outer": x[..., None] * np.sum(y), "of y": (y * 2 + 1, np.sum(np.sin(x)))}

    rows = [
        [x] * size if axis is None else list(np.moveaxis(x, axis, 0))
        for x, axis in zip(arrays, axes, strict=True)
    ]
    # of no elements, the shapes are those of a result
    example = flatten(f(*[np.zeros(s) for s in shapes]))
    each = [flatten(f(*pair))[0] for pair in zip(*rows, strict=True)]
    out = [data.draw(st.integers(-np.ndim(x) - 1, np.ndim(x)), "out") for x in example[0]]
    wanted = [
        np.moveaxis(np.stack([leaves[k] for leaves in each]), 0, axis)
        if each
        else np.moveaxis(np.zeros((0, *np.shape(example[0][k]))), 0, axis)
        for k, axis in enumerate(out)
    ]
    out_axes = {"outer": out[0], "of y": (out[1], out[2])}
    found = dx.vmap(f, in_axes=tuple(axes), out_axes=out_axes)(*arrays)
    same(found, {"outer": wanted[0], "of y": (wanted[1], wanted[2])})


Point = namedtuple("Point", "x y")


@dataclass
class Layer:
    weights: Any
    bias: Any


def test_axes_follow_containers() -> None:
    layer = Layer(W, RANDOM.standard_normal((2, 4)))

    def f(layer: Any, point: Any, scale: float) -> Any:
        return layer.weights @ point.x + layer.bias, {"y": point.y * scale}

    in_axes = (Layer(None, 1), Point(0, None), None)
    found = dx.vmap(f, in_axes=in_axes)(layer, Point(A, 2.0), 3.0)
    wanted = [
        f(Layer(W, bias), Point(a, 2.0), 3.0) for a, bias in zip(A, layer.bias.T, strict=True)
    ]
    same(found, (np.stack([w[0] for w in wanted]), {"y": np.full(4, 6.0)}))
    same(dx.vmap(lambda p: p.x * p.y, (Point(0, 0),))(Point(A, B)), A * B)
    same(dx.vmap(lambda p: p["a"] * p["b"], [{"b": None, "a": 0}])({"a": A, "b": 2.0}), A * 2.0)
    same(dx.vmap(lambda pair: pair[0] * pair[1], ((0, None),))([A, 2.0]), A * 2.0)


def test_arguments_that_are_not_mapped_stay_what_they_are() -> None:
    seen = []

    def f(x: Any, n: int, options: dict[str, Any]) -> Any:
        seen.append((n, options))
        return x * n if options["double"] else x

    options = {"double": True, "name": "text", "object": object()}
    same(dx.vmap(f, (0, None, None))(A, 2, options), A * 2)
    assert seen[0][0] == 2 and type(seen[0][0]) is int
    assert seen[0][1]["object"] is options["object"]


def test_arguments_by_name_are_mapped_over_their_first_axis() -> None:
    same(dx.vmap(lambda x, y: x * y)(A, y=B), A * B)
    same(dx.vmap(lambda x, y: x @ y["b"], (1,))(A.T, y={"b": B}), np.sum(A * B, axis=1))


def test_results_that_are_the_same_for_all() -> None:
    constant = np.array([1.0, 2.0])
    found = dx.vmap(lambda x: (constant, 3, x.shape[0], None))(A)
    same(found, (np.tile(constant, (4, 1)), np.full(4, 3), np.full(4, 3), None))
    same(dx.vmap(lambda x: constant, out_axes=1)(A), np.tile(constant[:, None], 4))
    same(dx.vmap(lambda x: (x, constant), out_axes=(0, None))(A), (A, constant))
    same(dx.vmap(lambda x, y: (x, y + 1), (0, None), (0, None))(A, 2.0), (A, 3.0))


def test_dtypes_are_those_of_the_function() -> None:
    single, whole, truth = A.astype(np.float32), np.arange(4), np.arange(4) > 1
    assert dx.vmap(lambda x: np.sin(x) * 2)(single).dtype == np.float32
    same(dx.vmap(lambda n: n // 2)(whole), whole // 2)
    same(dx.vmap(lambda p, n: p & (n > 2))(truth, whole), truth & (whole > 2))
    same(dx.vmap(lambda n: n.astype(np.int8))(whole), whole.astype(np.int8))
    same(dx.vmap(lambda n: dx.numpy.take(TABLE, n))(whole), TABLE)


def test_results_are_nobody_elses_and_arguments_stay() -> None:
    x = A.copy()
    first, second = dx.vmap(lambda a: (a, a))(x)
    first += 1.0
    same(second, A)
    same(x, A)

    def changed(a: Any) -> Any:
        a = a.copy()
        a[0] = 5.0
        a[a < 0] = 0.0
        return a

    same(dx.vmap(changed)(x), loop(changed, x))
    same(x, A)


# ---- with derivatives, in any order


def model(w: Any, x: Any) -> Any:
    return np.sum(np.tanh(w @ x) ** 2) + np.linalg.norm(x)


def test_per_example_gradients() -> None:
    found = dx.vmap(dx.grad(model), in_axes=(None, 0))(W, A)
    same(found, loop(lambda x: dx.grad(model)(W, x), A))
    value, gradient = dx.vmap(dx.value_and_grad(model, argnums=(0, 1)), (None, 0))(W, A)
    same(value, np.array([model(W, x) for x in A]))
    same(gradient[1], loop(lambda x: dx.grad(model, 1)(W, x), A))


def test_the_gradient_of_a_batch() -> None:
    total = dx.grad(lambda w: dx.vmap(lambda x: model(w, x))(A).sum())(W)
    same(total, np.sum(loop(lambda x: dx.grad(model)(W, x), A), axis=0))
    each = dx.grad(lambda a: np.sum(dx.vmap(model, (None, 0))(W, a)))(A)
    same(each, loop(lambda x: dx.grad(model, 1)(W, x), A))


@pytest.mark.parametrize("way", [dx.jacfwd, dx.jacrev, dx.jacobian])
def test_jacobians_of_batches_and_batches_of_jacobians(way: Any) -> None:
    f = lambda x: np.tanh(W @ x)  # noqa: E731
    each = loop(way(f), A)
    same(dx.vmap(way(f))(A), each)
    whole = way(dx.vmap(f))(A)
    assert whole.shape == (4, 2, 4, 3)
    same(np.stack([whole[k, :, k] for k in range(4)]), each)
    assert np.count_nonzero(whole) <= 4 * 2 * 3


def test_second_derivatives() -> None:
    f = functools.partial(model, W)
    same(dx.vmap(dx.hessian(f))(A), loop(dx.hessian(f), A), 1e-10)
    hvp = lambda x, v: dx.hvp(f, (x,), (v,))  # noqa: E731
    same(dx.vmap(hvp)(A, B), loop(hvp, A, B), 1e-10)
    whole = dx.hessian(lambda a: np.sum(dx.vmap(f)(a)))(A)
    same(np.stack([whole[k, :, k] for k in range(4)]), loop(dx.hessian(f), A), 1e-10)


def test_jvp_vjp_and_linearize() -> None:
    f = lambda x: np.tanh(W @ x)  # noqa: E731
    push = lambda x, t: dx.jvp(f, (x,), (t,))  # noqa: E731
    pull = lambda x, t: dx.vjp(f, x)[1](t)[0]  # noqa: E731
    line = lambda x, t: dx.linearize(f, x)[1](t)  # noqa: E731
    same(dx.vmap(push)(A, B), loop(push, A, B))
    same(dx.vmap(pull)(A, B[:, :2]), loop(pull, A, B[:, :2]))
    same(dx.vmap(line)(A, B), loop(line, A, B))
    # a batch of directions at one point
    _, slope = dx.linearize(f, A[0])
    same(dx.vmap(slope)(np.eye(3)), dx.jacobian(f)(A[0]).T)
    _, pullback = dx.vjp(f, A[0])
    same(dx.vmap(pullback)(np.eye(2))[0], dx.jacobian(f)(A[0]))
    same(dx.jvp(dx.vmap(f), (A,), (B,))[1], loop(lambda x, t: push(x, t)[1], A, B))


def test_nested() -> None:
    f = lambda x, y: np.exp(-np.sum((x - y) ** 2))  # noqa: E731
    kernel = dx.vmap(dx.vmap(f, (None, 0)), (0, None))
    wanted = np.array([[f(x, y) for y in B] for x in A])
    same(kernel(A, B), wanted)
    gradients = dx.vmap(dx.vmap(dx.grad(f), (None, 0)), (0, None))(A, B)
    same(gradients, np.array([[dx.grad(f)(x, y) for y in B] for x in A]))
    same(dx.vmap(dx.vmap(np.sin, 0, 0), 1, 1)(A), np.sin(A))
    same(dx.vmap(lambda x: dx.vmap(lambda y: f(x, y))(B))(A), wanted)
    same(dx.vmap(lambda x: x * dx.vmap(np.cos)(B)[0])(A), A * np.cos(B)[0])


def test_closures_over_traced_values() -> None:
    def f(p: Any) -> Any:
        return np.sum(dx.vmap(lambda x: dx.grad(lambda y: np.sum(p * y**2))(x) * p)(A))

    same(dx.grad(f)(np.array([1.0, 2.0, 3.0])), 4 * np.array([1.0, 2.0, 3.0]) * A.sum(axis=0))


def test_an_untaken_branch_does_not_poison() -> None:
    f = lambda x: np.where(x > 0, x, np.sqrt(-x))  # noqa: E731
    x = np.array([1.0, 0.0, 4.0])
    same(dx.vmap(dx.grad(lambda v: np.where(v > 0, np.sqrt(v), 1.0)))(x), np.array([0.5, 0, 0.25]))
    same(dx.jacobian(dx.vmap(f))(np.array([1.0, 4.0])), np.eye(2))
    same(dx.jacfwd(dx.vmap(np.sqrt))(np.array([1.0, 4.0])), np.diag([0.5, 0.25]))
    found = dx.jacrev(np.sqrt)(np.array([0.0, 4.0]))
    same(found, np.diag([np.inf, 0.25]))


def test_threads() -> None:
    work = lambda k: dx.vmap(dx.grad(model), (None, 0))(W + k, A)  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        for k, found in enumerate(pool.map(work, range(64))):
            same(found, work(k))


def test_an_exception_inside_leaves_nothing_behind() -> None:
    def failing(x: Any) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        dx.vmap(failing)(A)
    same(dx.vmap(np.sin)(A), np.sin(A))


def test_the_function_keeps_its_name_and_is_called_once() -> None:
    calls = []

    def f(x: Any) -> Any:
        """Twice."""
        calls.append(x.shape)
        return 2 * x

    batched = dx.vmap(f)
    assert (batched.__name__, batched.__doc__) == ("f", "Twice.")
    same(batched(A), 2 * A)
    assert calls == [(3,)]


# ---- words of one's own


@pytest.fixture
def forgotten():
    """Words declared in a test are forgotten with it."""
    before = set(REGISTRY)
    yield
    for name in set(REGISTRY) - before:
        del REGISTRY[name]


@pytest.mark.usefixtures("forgotten")
def test_a_word_without_a_rule_is_applied_to_each_element() -> None:
    shapes = []

    def evaluate(x: Any) -> Any:
        shapes.append(x.shape)
        return x / np.max(np.abs(x))  # a batch is another array, and has another maximum

    word = extend.custom("scaled", evaluate, lambda x: x, None, because="for a test")
    same(dx.vmap(extend.function(word))(A), loop(evaluate, A))
    assert set(shapes) == {(3,)}
    assert dx.vmap(extend.function(word))(A[:0]).shape == (0, 3)
    graph = dx.graph(dx.vmap(extend.function(word)))
    assert len(graph(A)) == len(graph(np.ones((100, 3))))


@pytest.mark.usefixtures("forgotten")
def test_a_word_without_a_rule_is_differentiated_in_a_batch() -> None:
    def evaluate(x: Any, y: Any, power: int) -> Any:
        return np.sum(x) ** power * y

    def jvp(node: Any, tangents: Any, times: Any) -> Any:
        (x, y), (power,) = node.inputs, node.params
        whole, parts = REGISTRY["sum"](x, axis=(0,)), []
        if tangents[0] is not None:
            change = REGISTRY["sum"](tangents[0], axis=(0,))
            parts.append(times(change, power * REGISTRY["power"](whole, power - 1.0) * y))
        if tangents[1] is not None:
            parts.append(times(tangents[1], REGISTRY["power"](whole, float(power))))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    word = extend.custom(
        "power_of_sum", evaluate, lambda x, y, power: y, jvp, parameters=("power",),
        because="for a test",
    )  # fmt: skip
    f = functools.partial(extend.function(word), power=3)
    for way in (dx.jacfwd, dx.jacrev):
        each = way(f, argnums=(0, 1))
        same(dx.vmap(each)(A, B), loop(each, A, B))
        same(
            dx.vmap(each, (0, None))(A, B[0]),
            loop(functools.partial(lambda g, x: g(x, B[0]), each), A),
        )
    total = lambda b: np.sum(dx.vmap(f, (0, None))(A, b))  # noqa: E731
    same(dx.grad(total)(B[0]), np.full(3, np.sum(np.sum(A, axis=1) ** 3)))
    same(dx.jacfwd(total)(B[0]), dx.grad(total)(B[0]))
    same(
        dx.vmap(dx.vmap(f, (None, 0)), (0, None))(A, B), np.array([[f(x, y) for y in B] for x in A])
    )


@pytest.mark.usefixtures("forgotten")
def test_a_word_may_say_how_it_is_applied_to_a_batch() -> None:
    shapes = []

    def evaluate(x: Any) -> Any:
        shapes.append(x.shape)
        return x[..., ::-1]

    word = extend.linear(
        "backwards", evaluate, lambda x: x, lambda cotangent, node, _: word(cotangent),
        because="for a test", batch=extend.aligned,
    )  # fmt: skip
    function = extend.function(word)
    same(dx.vmap(function)(A), A[:, ::-1])
    assert shapes == [(4, 3)]
    same(dx.vmap(dx.grad(lambda x: np.sum(function(x) * x[0])))(A), loop(
        lambda x: dx.grad(lambda y: np.sum(function(y) * y[0]))(x), A
    ))  # fmt: skip
