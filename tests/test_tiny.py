"""The library in sixty lines: what must work before anything else is worth looking at."""

import numpy as np
import pytest

import infinitesimal as dx


def f(x, y):
    return (x + y) * (x + 2 * y)


def test_grad() -> None:
    assert dx.grad(f)(2.0, 3.0) == 13.0
    assert dx.grad(f, argnums=(0, 1))(2.0, 3.0) == (13.0, 18.0)
    assert dx.value_and_grad(f)(2.0, 3.0) == (40.0, 13.0)


def test_forward_and_reverse() -> None:
    assert dx.jvp(f, (2.0, 3.0), (1.0, 10.0)) == (40.0, 193.0)
    value, pullback = dx.vjp(f, 2.0, 3.0)
    assert (value, pullback(2.0)) == (40.0, (26.0, 36.0))
    value, linear = dx.linearize(f, 2.0, 3.0)
    assert (value, linear(1.0, 10.0)) == (40.0, 193.0)


def test_python_control_flow() -> None:
    def power(x, n):
        result = 1.0
        while n > 0:
            result, n = (result * x, n - 1) if x > 0 else (result - x, n - 1)
        return result

    assert dx.grad(power)(2.0, 5) == 80.0
    assert dx.grad(power)(-2.0, 5) == -5.0


def test_arrays() -> None:
    x = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(dx.grad(lambda x: np.sum(x * x))(x), 2 * x)
    np.testing.assert_array_equal(dx.jacobian(lambda x: x * x)(x), np.diag(2 * x))
    np.testing.assert_array_equal(dx.hessian(lambda x: np.sum(x**3))(x), np.diag(6 * x))
    np.testing.assert_array_equal(dx.hvp(lambda x: np.sum(x**3), (x,), (x,)), 6 * x * x)
    np.testing.assert_array_equal(dx.grad(lambda x: x[0] * x[2])(x), [4.0, 0.0, 1.0])


def test_containers() -> None:
    gradient = dx.grad(lambda p: p["w"] * p["b"][0] + p["b"][1])({"w": 2.0, "b": (3.0, 5.0)})
    assert gradient == {"w": 3.0, "b": (2.0, 1.0)}


def test_nesting_and_text() -> None:
    assert dx.grad(dx.grad(lambda x: x**4))(2.0) == 48.0
    graph = dx.graph(f)(2.0, 3.0)
    assert str(dx.parse(str(graph))) == str(graph)
    with pytest.raises(dx.errors.LostDerivativeError):
        dx.grad(lambda x: float(x) * x)(2.0)
