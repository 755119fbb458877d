"""Hessian-vector products of many vectors in one pass are those of each vector."""

from __future__ import annotations

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError, ShapeError

RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=3), {"a": RNG.normal(size=(2, 3))}
V, W = RNG.normal(size=(7, 3)), {"a": RNG.normal(size=(7, 2, 3))}


def f(x, y):
    return np.sum(np.sin(y["a"] * x)) * x[0] ** 3


@pytest.mark.parametrize("chunk", [None, 1, 2, 3, 7, 9])
def test_a_stack_of_vectors_gives_a_stack_of_products(chunk):
    products, others = dx.hvp(f, (X, Y), (V, W), chunk=chunk)
    assert products.shape == V.shape and others["a"].shape == W["a"].shape
    for k in range(len(V)):
        product, other = dx.hvp(f, (X, Y), (V[k], {"a": W["a"][k]}))
        np.testing.assert_allclose(products[k], product, rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(others["a"][k], other["a"], rtol=1e-13, atol=1e-13)


def test_unit_vectors_give_the_hessian():
    def g(x):
        return np.prod(x) + np.exp(x[0] * x[1])

    np.testing.assert_allclose(dx.hvp(g, (X,), (np.eye(3),)), dx.hessian(g)(X), rtol=1e-13)
    assert dx.hvp(lambda x: x**3, (2.0,), (np.array([1.0, 2.0]),)).tolist() == [12.0, 24.0]


def test_products_of_a_stack_have_derivatives():
    def total(x):
        return dx.hvp(lambda x: np.sum(x**4), (x,), (V,)).sum()

    np.testing.assert_allclose(dx.grad(total)(X), 24 * X * V.sum(axis=0), rtol=1e-12)


def test_what_is_neither_a_vector_nor_a_stack_is_refused():
    with pytest.raises(ShapeError, match="a tangent has the shape of the value it belongs to"):
        dx.hvp(f, (X, Y), (V, {"a": W["a"][:2]}))
    with pytest.raises(ArgumentError, match="chunk"):
        dx.hvp(f, (X, Y), (V, W), chunk=0)
