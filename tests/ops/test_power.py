"""Powers: which word says them, NumPy's dtypes, and slopes at the kinks up to the second order."""

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.errors import DtypeError
from infinitesimal.ops.power import raise_to

INF = np.inf


def real(dtype: str = "float64") -> Node:
    return input_node(array_type(dtype, (3,)))


@pytest.mark.parametrize(
    ("exponent", "word"),
    [
        (2, "square"),
        (2.0, "square"),
        (np.int64(2), "square"),
        (np.array(2), "square"),
        (3, "integer_power"),
        (-3, "integer_power"),
        (-1, "reciprocal"),
        (0, "broadcast"),
        (0.5, "power"),
        (2.5, "power"),
        (1e300, "power"),
        (np.array([2.0, 3.0, 4.0]), "power"),
    ],
)
def test_the_simplest_word_is_chosen(exponent: object, word: str) -> None:
    assert raise_to(real(), exponent).primitive.name == word


def test_the_first_power_is_the_number_itself() -> None:
    x = real()
    assert raise_to(x, 1) is x


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 2.0, 0.5, np.float64(2), np.float32(3)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
def test_the_dtype_is_that_of_numpy(dtype: str, exponent: object) -> None:
    if np.dtype(dtype).kind == "i" and exponent == -1:
        with pytest.raises(DtypeError, match="astype"):
            raise_to(real(dtype), exponent)
        return
    expected = np.power(np.ones(3, dtype), exponent)
    assert raise_to(real(dtype), exponent).type is array_type(expected.dtype, (3,))


@pytest.mark.parametrize(
    ("x", "y", "by_x", "by_y"),
    [
        (2.0, 3.0, 12.0, 8 * np.log(2)),
        (0.0, 3.0, 0.0, 0.0),
        (0.0, 2.0, 0.0, 0.0),
        (0.0, 1.0, 1.0, 0.0),
        (0.0, 0.5, INF, 0.0),
        (0.0, 0.0, 0.0, -INF),
        (5.0, 0.0, 0.0, np.log(5)),
        (-2.0, 3.0, 12.0, np.nan),
        (-2.0, 0.0, 0.0, np.nan),
        (INF, 2.0, INF, INF),
        (1.0, INF, INF, np.nan),
    ],
)
def test_slopes_at_the_kinks(x: float, y: float, by_x: float, by_y: float) -> None:
    np.testing.assert_array_equal(dx.grad(np.power, argnums=0)(x, y), by_x)
    if not (x == 1.0 and y == INF):
        np.testing.assert_allclose(dx.grad(np.power, argnums=1)(x, y), by_y, rtol=1e-15)


@pytest.mark.parametrize(
    ("y", "slopes"),
    [
        (0, (0.0, 0.0, 0.0)),
        (1, (1.0, 0.0, 0.0)),
        (2, (0.0, 2.0, 0.0)),
        (3, (0.0, 0.0, 6.0)),
        (4, (0.0, 0.0, 0.0)),
        (2.5, (0.0, 0.0, INF)),
    ],
)
def test_every_order_is_right_at_zero(y: float, slopes: tuple[float, ...]) -> None:
    def constant(x: float) -> float:
        return x**y

    def traced(x: float) -> float:
        return dx.grad(lambda pair: pair[0] ** pair[1])((x, y))[0]

    function = constant
    for slope in slopes:
        function = dx.grad(function)
        assert function(0.0) == slope
    assert traced(0.0) == slopes[0]
    assert dx.grad(traced)(0.0) == slopes[1]
    assert dx.grad(dx.grad(traced))(0.0) == slopes[2]


def second(x: float, y: float) -> list[list[float]]:
    """The second derivatives, each by reverse over reverse and by forward over reverse."""
    first = [dx.grad(np.power, argnums=k) for k in (0, 1)]
    units = [(1.0, 0.0), (0.0, 1.0)]
    backward = [[float(dx.grad(slope, argnums=k)(x, y)) for k in (0, 1)] for slope in first]
    onward = [[float(dx.jvp(slope, (x, y), unit)[1]) for unit in units] for slope in first]
    if np.isfinite(backward).all():  # a tangent of 0 meets an infinite slope in the others
        np.testing.assert_allclose(onward, backward, rtol=1e-14)
    return backward


def test_second_derivatives_where_the_base_is_zero() -> None:
    assert second(0.0, 3.0) == [[0.0, 0.0], [0.0, 0.0]]
    assert second(0.0, 2.0) == [[2.0, 0.0], [0.0, 0.0]]
    assert second(0.0, 1.0) == [[0.0, -INF], [-INF, 0.0]]


def test_second_derivatives_inside() -> None:
    x, y, log = 1.7, 2.3, np.log(1.7)
    mixed = x ** (y - 1) * (1 + y * log)
    expected = [[y * (y - 1) * x ** (y - 2), mixed], [mixed, x**y * log**2]]
    np.testing.assert_allclose(second(x, y), expected, rtol=1e-14)


def test_a_whole_base_under_a_traced_exponent() -> None:
    assert dx.grad(lambda y: 2**y)(3.0) == pytest.approx(8 * np.log(2), rel=1e-15)
    assert dx.grad(lambda y: np.sum(np.arange(3) ** y))(2.0) == pytest.approx(4 * np.log(2))


def test_power_derivatives_of_any_order() -> None:
    word = REGISTRY["power_derivative"]
    x, y = np.float64(0.0), np.float64(2.0)
    with np.errstate(all="ignore"):
        assert word.evaluate(x, y, 2, 0) == 2.0
        assert word.evaluate(x, y, 3, 0) == 0.0
        # the falling factorial 2·1·0·(-1) is zero, its slope 2·1·(-1) is not, x^-2 is infinite
        assert word.evaluate(x, y, 4, 1) == -INF
