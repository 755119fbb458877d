"""Jacobians in blocks: whatever the size of a block, the same numbers."""

from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import postorder
from infinitesimal.core.types import array_type
from infinitesimal.differentiate import jacobian
from infinitesimal.front.trace import trace

X = np.array([0.3, -1.2, 2.0, 0.7, 1.1])
WAYS = [dx.jacrev, dx.jacfwd, dx.jacobian, dx.hessian]


def mixed(p: Any) -> Any:
    return {"a": np.sin(p["x"]) * np.sum(p["x"]), "b": p["x"][:2] * p["s"]}, np.prod(p["x"])


def one(x: Any) -> Any:
    return np.where(x > 0, np.log(np.abs(x)), x**2) * np.cumsum(x)


def leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, tuple) else [tree]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("f", [mixed, one])
def test_blocks_of_any_size(way: Any, chunk: int, f: Any) -> None:
    at = {"x": X, "s": 2.0} if f is mixed else X
    wanted, found = leaves(way(f)(at)), leaves(way(f, chunk=chunk)(at))
    assert len(wanted) == len(found)
    for ours, whole in zip(found, wanted, strict=True):
        assert np.shape(ours) == np.shape(whole)
        np.testing.assert_allclose(ours, whole, rtol=1e-14, atol=1e-14)


def words(f: Any, x: Any, **how: Any) -> int:
    traced = trace(f, (x,), {}, (0,), asked="test")
    ((block,),) = jacobian.rows(traced.outputs, traced.variables, **how)
    return len(postorder([block]))


def test_the_graph_of_a_jacobian_does_not_grow_with_its_rows() -> None:
    f = lambda x: np.sin(x) * np.cumsum(x)  # noqa: E731
    assert words(f, np.ones(1000)) == words(f, np.ones(100))
    assert words(f, np.ones(30), chunk=1) == words(f, np.ones(30), chunk=10)


def test_blocks_keep_the_largest_array_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jacobian, "_AT_ONCE", 400)
    large = np.arange(100.0)
    f = lambda x: np.sum(np.sin(x[:, None] * large), axis=1)  # noqa: E731
    traced = trace(f, (X,), {}, (0,), asked="test")
    ((block,),) = jacobian.columns(traced.outputs, traced.variables)
    (loop,) = [node for node in postorder([block]) if node.primitive.name == "scan"]
    # the sines alone are more than the bound: one column at a time
    assert loop.params[loop.primitive.parameters.index("length")] == 5
    inside = postorder(loop.params[-1].outputs)
    assert max(node.type.size for node in inside) == 500
    # and the cosines are worked out once, outside
    assert "cos" not in {node.primitive.name for node in inside}
    wanted = np.diag(np.sum(np.cos(X[:, None] * large) * large, axis=1))
    np.testing.assert_allclose(dx.jacfwd(f)(X), wanted, rtol=1e-12)


def test_nothing_and_numbers() -> None:
    assert dx.jacrev(lambda x: x[:0])(X).shape == (0, 5)
    assert dx.jacfwd(lambda x: x * 2)(np.zeros((0, 2))).shape == (0, 2, 0, 2)
    assert dx.jacobian(lambda x: x * 2)(1.5) == 2.0
    assert dx.jacrev(lambda x: np.array([[1.0]]) * x)(3.0).shape == (1, 1)
    np.testing.assert_array_equal(dx.jacfwd(lambda x: x > 0)(X), np.zeros((5, 5)))
    found = dx.jacrev(lambda x: (x.astype(int), 7.0))(X)
    np.testing.assert_array_equal(found[0], np.zeros((5, 5)))
    np.testing.assert_array_equal(found[1], np.zeros(5))


def test_single_precision_and_structural_zeros() -> None:
    x = np.array([0.0, 4.0], np.float32)
    for way in (dx.jacrev, dx.jacfwd):
        found = way(np.sqrt)(x)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, np.diag([np.inf, 0.25]))
        linear = way(lambda x: np.array([[np.inf, 1.0], [0.0, 2.0]]) @ x)(np.ones(2))
        np.testing.assert_array_equal(linear, [[np.inf, 1.0], [0.0, 2.0]])


def test_a_seed_that_nothing_depends_on() -> None:
    leaf = input_node(array_type(np.float64, (2,)))
    other = input_node(array_type(np.float64, (3,)))
    ((block,),) = jacobian.rows([leaf], [other])
    assert block.type.shape == (2, 3)
