"""Against JAX's vmap in float64: axes, containers, nesting, and derivatives in either order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

jax: Any = pytest.importorskip("jax", reason="JAX is not installed")
jnp: Any = pytest.importorskip("jax.numpy")

RANDOM = np.random.default_rng(30)


def draw(*shape: int) -> Any:
    return RANDOM.standard_normal(shape)


X, Z = draw(5, 4), draw(5, 4)
NET = {
    "in": {"w": draw(3, 4), "b": draw(3)},
    "out": {"w": draw(2, 3), "b": draw(2)},
}
TARGETS = np.array([0, 1, 1, 0, 1])
WEIGHTS = draw(3, 4)
MATRICES = draw(5, 3, 3) + 4 * np.eye(3)

# A case is a function of a library: `np`, then vmap, grad, … by their common names.
Case = Callable[[Any, Any], Any]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


def net(np: Any, p: Any, x: Any) -> Any:
    hidden = np.tanh(p["in"]["w"] @ x + p["in"]["b"])
    return p["out"]["w"] @ hidden + p["out"]["b"]


def loss(np: Any, p: Any, x: Any, target: Any) -> Any:
    scores = net(np, p, x)
    return np.log(np.sum(np.exp(scores))) - scores[target]


@case
def per_example_gradients(np: Any, lib: Any) -> Any:
    each = lib.vmap(lib.grad(lambda p, x, t: loss(np, p, x, t)), in_axes=(None, 0, 0))
    return each(NET, X, TARGETS)


@case
def gradient_of_the_mean_loss(np: Any, lib: Any) -> Any:
    def mean(p: Any) -> Any:
        return np.mean(lib.vmap(lambda x, t: loss(np, p, x, t))(X, TARGETS))

    return lib.grad(mean)(NET)


@case
def batched_jacobians(np: Any, lib: Any) -> Any:
    f = lambda x: net(np, NET, x)  # noqa: E731
    return lib.vmap(lib.jacfwd(f))(X), lib.vmap(lib.jacrev(f))(X)


@case
def batched_hessians(np: Any, lib: Any) -> Any:
    return lib.vmap(lib.hessian(lambda x, t: loss(np, NET, x, t)))(X, TARGETS)


@case
def jacobian_of_a_batch(np: Any, lib: Any) -> Any:
    return lib.jacfwd(lib.vmap(lambda x: np.sin(x) * np.sum(x)))(X)


@case
def hessian_diagonal_by_directions(np: Any, lib: Any) -> Any:
    f = lambda x: np.sum(np.exp(np.sin(x)) * x[0])  # noqa: E731
    second = lambda x, v: lib.jvp(lib.grad(f), (x,), (v,))[1] @ v  # noqa: E731
    return lib.vmap(lambda x: lib.vmap(second, (None, 0))(x, np.eye(4)))(X)


@case
def pairwise_kernel(np: Any, lib: Any) -> Any:
    f = lambda x, z: np.exp(-np.sum((x - z) ** 2))  # noqa: E731
    kernel = lib.vmap(lib.vmap(f, (None, 0)), (0, None))
    return kernel(X, Z), lib.grad(lambda x: np.sum(kernel(x, Z) ** 2))(X)


@case
def mixed_axes(np: Any, lib: Any) -> Any:
    def f(pair: Any, p: Any, scale: Any) -> Any:
        return {"sum": pair[0] + pair[1] * scale, "w": p["w"] @ pair[0]}, np.sum(p["b"])

    in_axes = ((1, None), {"w": None, "b": -1}, None)
    out_axes = ({"sum": 1, "w": 0}, 0)
    p = {"w": WEIGHTS, "b": X.T}
    return lib.vmap(f, in_axes=in_axes, out_axes=out_axes)((X.T, X[0]), p, 2.0)


@case
def results_that_are_the_same(np: Any, lib: Any) -> Any:
    return lib.vmap(lambda x: (np.ones(2), 1.0, x), out_axes=(1, None, 1))(X)


@case
def arguments_by_name(np: Any, lib: Any) -> Any:
    return lib.vmap(lambda x, y: x @ y)(X, y=Z)


@case
def linear_algebra(np: Any, lib: Any) -> Any:
    def f(a: Any, b: Any) -> Any:
        x = np.linalg.solve(a, b)
        return np.linalg.det(a) * np.sum(np.linalg.inv(a)) + x @ x

    gradients = lib.vmap(lib.grad(f, argnums=(0, 1)), (0, None))(MATRICES, X[0, :3])
    return gradients, lib.vmap(lambda a: np.linalg.cholesky(a @ a.T))(MATRICES)


@case
def picking_sorting_and_running(np: Any, lib: Any) -> Any:
    def f(x: Any, k: Any) -> Any:
        table = x.reshape(2, 2)
        return np.sort(x)[::-1] * np.cumsum(x), table[k], x[k] * np.max(x), np.argsort(x)

    return lib.vmap(f)(X, TARGETS), lib.vmap(lib.grad(lambda x, k: f(x, k)[0][k]))(X, TARGETS)


@case
def choosing(np: Any, lib: Any) -> Any:
    f = lambda x: np.sum(np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), x**2))  # noqa: E731
    return lib.vmap(f)(X), lib.vmap(lib.grad(f))(X)


@case
def einstein_sums_and_convolutions(np: Any, lib: Any) -> Any:
    f = lambda a, x: np.einsum("ij,j,k->ik", a, x[:3], x)  # noqa: E731
    g = lambda x, z: np.convolve(x, z[:3])  # noqa: E731
    return (
        lib.vmap(f)(MATRICES, X),
        lib.vmap(f, (None, 0))(MATRICES[0], X),
        lib.vmap(g)(X, Z),
        lib.vmap(g, (0, None))(X, Z[0]),
        lib.grad(lambda z: np.sum(lib.vmap(g, (0, None))(X, z) ** 2))(Z[0]),
    )


@case
def pullbacks_of_a_basis(np: Any, lib: Any) -> Any:
    _, pullback = lib.vjp(lambda x: net(np, NET, x), X[0])
    return lib.vmap(pullback)(np.eye(2))


@pytest.mark.parametrize("name", CASES)
def test_jax_agrees(name: str) -> None:
    assert jax.config.jax_enable_x64
    theirs, structure = jax.tree.flatten(CASES[name](jnp, jax))
    ours, own = jax.tree.flatten(CASES[name](np, dx))
    assert own == structure
    for one, other in zip(ours, theirs, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11)
