"""Functions that NumPy, JAX, autograd and PyTorch all know, to be differentiated by each.

In: nothing. Out: `CASES`, each a function of a namespace (`np`, `jax.numpy`, `autograd.numpy`, or
`torch_names`) and of arrays, with the arrays to begin from. An array-valued function is contracted
with fixed weights to the scalar whose gradient and Hessian-vector product are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A function `f(np, *arrays)`, the shapes of its arrays, and who cannot be asked about it."""

    name: str
    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    without: tuple[str, ...] = ()  # peers that lack the function, or are wrong about it
    smooth: bool = True  # whether the second derivative is worth comparing
    low: float = 0.2
    high: float = 1.8

    def __str__(self) -> str:
        return self.name

    def arrays(self, seed: int) -> list[Any]:
        rng = np.random.default_rng(seed)
        return [rng.uniform(self.low, self.high, shape)[()] for shape in self.shapes]

    def directions(self, seed: int) -> list[Any]:
        rng = np.random.default_rng(seed + 1000)
        return [rng.uniform(-1.0, 1.0, shape)[()] for shape in self.shapes]

    def scalar(self, names: Any) -> Callable[..., Any]:
        """The function in one namespace, contracted to a scalar."""

        def contracted(*arrays: Any) -> Any:
            answer = self.function(names, *arrays)
            shape = tuple(answer.shape) if hasattr(answer, "shape") else ()
            return names.sum(answer * weights(shape)) if shape else answer

        return contracted


def weights(shape: tuple[int, ...]) -> Any:
    """Fixed weights of no symmetry."""
    size = int(np.prod(shape, dtype=int))
    return np.cos(1.0 + np.arange(size) ** 1.5).reshape(shape)


def _polynomial(np: Any, x: Any) -> Any:
    total = 0.0
    for coefficient in (3.0, -1.0, 0.5, 2.0):
        total = total * x + coefficient
    return total


def _newton(np: Any, x: Any) -> Any:
    root = x
    for _ in range(4):
        root = 0.5 * (root + x / root)
    return root


def _network(np: Any, w: Any, v: Any) -> Any:
    return np.sum(np.tanh(np.matmul(v, np.tanh(np.matmul(w, weights((3, 5))))))) ** 2


def _rosenbrock(np: Any, x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def _softmax(np: Any, x: Any) -> Any:
    shifted = np.exp(x - np.max(x))
    return shifted / np.sum(shifted)


V, W, M, N, S = (4,), (4,), (3, 3), (2, 3), ()

CASES = [
    # of a number
    Case("polynomial", _polynomial, (S,)),
    Case("square root by Newton", _newton, (S,)),
    Case("product of two", lambda np, x, y: (x + y) * (x + 2 * y), (S, S)),
    Case("quotient", lambda np, x, y: (x - y) / (1 + x * y), (S, S)),
    Case("power", lambda np, x, y: x**y, (S, S)),
    Case("square and cube", lambda np, x: x**2 - x**3 + x**-1.5, (S,)),
    Case("damped wave", lambda np, x, y: np.exp(-x * y) * np.cos(3 * x), (S, S)),
    # element by element
    Case("exp", lambda np, x: np.exp(x), (V,)),
    Case("expm1", lambda np, x: np.expm1(x), (V,)),
    Case("log", lambda np, x: np.log(x), (V,)),
    Case("log1p", lambda np, x: np.log1p(x), (V,)),
    Case("sqrt", lambda np, x: np.sqrt(x), (V,)),
    Case("sin cos", lambda np, x: np.sin(x) * np.cos(x), (V,)),
    Case("tan", lambda np, x: np.tan(x), (V,), high=1.2),
    Case("tanh", lambda np, x: np.tanh(x), (V,)),
    Case("sinh cosh", lambda np, x: np.sinh(x) - np.cosh(2 * x), (V,)),
    Case("arcsin arccos", lambda np, x: np.arcsin(x) * np.arccos(x), (V,), high=0.9),
    Case("arctan", lambda np, x: np.arctan(x), (V,)),
    Case("arcsinh", lambda np, x: np.arcsinh(x), (V,)),
    Case("arctanh", lambda np, x: np.arctanh(x), (V,), high=0.9),
    Case("arccosh", lambda np, x: np.arccosh(x + 1), (V,)),
    Case("arctan2", lambda np, x, y: np.arctan2(x, y), (V, V), without=("autograd",)),
    Case("hypot", lambda np, x, y: np.hypot(x, y), (V, V), without=("jax", "autograd")),
    Case("logaddexp", lambda np, x, y: np.logaddexp(x, y), (V, V)),
    Case("abs", lambda np, x: np.abs(x - 1) * x, (V,)),
    Case("maximum", lambda np, x, y: np.maximum(x, y) * x, (V, V)),
    Case("minimum", lambda np, x, y: np.minimum(x, y) * y, (V, V)),
    Case("where", lambda np, x, y: np.where(x > y, x * y, np.exp(x)), (V, V)),
    Case("sign", lambda np, x: np.sign(x - 1) * x * x, (V,)),
    Case("broadcast", lambda np, x, y: np.sin(x) * y + x / y, ((3, 1), (4,))),
    Case("scalar and matrix", lambda np, x, y: np.exp(-x) * y**2, (S, N)),
    # many to few
    Case("sum of squares", lambda np, x: np.sum(x * x), (V,)),
    Case("sum along an axis", lambda np, x: np.sum(np.sin(x), axis=1) ** 2, (N,)),
    Case("mean", lambda np, x: np.mean(x**3, axis=0), (N,)),
    Case("variance", lambda np, x: np.mean((x - np.mean(x)) ** 2), (V,)),
    Case("standard deviation", lambda np, x: np.sqrt(np.mean((x - np.mean(x)) ** 2)), (V,)),
    Case("prod", lambda np, x: np.prod(x), (V,)),
    Case("max", lambda np, x: np.max(x) ** 2, (V,)),
    Case("min along an axis", lambda np, x: np.min(x, axis=0) ** 3, (N,)),
    Case("log-sum-exp", lambda np, x: np.log(np.sum(np.exp(x))), (V,)),
    Case("softmax", _softmax, (V,)),
    Case("norm", lambda np, x: np.sqrt(np.sum(x * x)), (V,)),
    Case("cumsum", lambda np, x: np.cumsum(x * x), (V,)),
    Case("cumsum along an axis", lambda np, x: np.cumsum(np.exp(x), axis=1), (N,)),
    Case("cumprod", lambda np, x: np.cumprod(x), (V,), without=("autograd",)),
    Case("sort", lambda np, x: np.sort(x) ** 2, ((7,),)),
    Case("dot", lambda np, x, y: np.dot(x, y) ** 2, (V, W)),
    Case("quadratic form", lambda np, a, x: np.dot(x, np.dot(a, x)), (M, (3,))),
    Case("matmul", lambda np, a, b: np.matmul(a, b), (N, (3, 4))),
    Case("matmul of stacks", lambda np, a, b: np.sin(np.matmul(a, b)), ((2, 2, 3), (3, 2))),
    Case("matrix power", lambda np, a: np.matmul(a, np.matmul(a, a)), (M,)),
    Case("einsum", lambda np, a, b: np.einsum("ij,kj->ik", a, b * b), (N, (4, 3))),
    Case("einsum of three", lambda np, x, a, y: np.einsum("i,ij,j->", x, a, y), ((2,), N, (3,))),
    Case("trace of a product", lambda np, a, b: np.einsum("ij,ji->", a, b), (M, M)),
    Case("outer", lambda np, x, y: np.outer(x, y) ** 2, ((2,), (3,))),
    # moved about
    Case("transpose", lambda np, a: np.transpose(a) ** 3, (N,)),
    Case("reshape", lambda np, a: np.reshape(a, (3, 2)) ** 3, (N,)),
    Case("concatenate", lambda np, x, y: np.concatenate([x * x, y, x]), (V, (2,))),
    Case("stack", lambda np, x, y: np.stack([x * y, x, y * y]), (V, W)),
    Case("slices", lambda np, x: x[1:] * x[:-1], (V,)),
    Case("columns", lambda np, a: a[:, 1] * a[:, 0] ** 2, (N,)),
    Case("steps", lambda np, x: x[::2] * x[1::2], (V,)),
    Case("picks with repeats", lambda np, x: x[np.array([0, 2, 2, 1])] ** 2, (V,)),
    Case("picks of pairs", lambda np, a: a[np.array([0, 1, 1]), np.array([2, 0, 0])] ** 3, (N,)),
    Case("diagonal by hand", lambda np, a: a[np.arange(3), np.arange(3)] ** 2, (M,)),
    # small programs
    Case("Rosenbrock", _rosenbrock, ((5,),)),
    Case("two layers", _network, ((4, 3), (2, 4))),
    Case("distances", lambda np, x: np.sqrt(np.sum((x[:, None] - x[None, :] + 3.0) ** 2)), (V,)),
]  # fmt: skip
