"""`symbolic`: formulas of functions and of typed text, told, pasted, and evaluated elsewhere."""

import numpy as np
import pytest
from hypothesis import given

import infinitesimal as dx
from infinitesimal.errors import ArgumentError, GraphError, ShapeError
from infinitesimal.front.formula import parse
from tests.strategies import random_programs

GALLERY = [
    "(x + y)(x + 2y)",
    "x^3 - 2x^2 + x/3 - 7",
    "sin(x)^2 + cos(x)^2",
    "exp(-x^2/2)",
    "x exp(x)",
    "log(sin(x))",
    "sqrt(x^2 + y^2)",
    "x^3 y/(x + y)",
    "1/(1 + exp(-x))",
    "tanh(x y)",
    "x^y",
    "arctan(y/x)",
    "atan2(y, x)",
    "hypot(x, y)",
    "abs(x) + max(x, y)",
    "(x^2 + 1)^3",
    "(x + y)^20",
    "(x - 1)/(x + 1)",
    "log(1 + exp(x))",
    "erf(x)",
    "sin(cos(tan(x)))",
    "2^x + x^0.5",
]


def test_formulas(golden):
    parts: list[str] = []
    for text in GALLERY:
        found = dx.symbolic(text)
        parts += [str(found), found.latex(), ""]
    golden("symbolic.txt", "\n".join(parts))


def test_derivations(golden):
    parts: list[str] = []
    for text in ("(x + y)(x + 2y)", "exp(sin(x)) x", "(x^2 + 1)/(3x)", "x^y"):
        parts += [text, "", str(dx.symbolic(text).journal), ""]
    golden("derivations.txt", "\n".join(parts))


def test_sources(golden):
    parts = [dx.symbolic(text).source() for text in ("(x + y)(x + 2y)", "exp(-x^2/2) sin(x)")]
    golden("sources.txt", "\n\n\n".join(parts) + "\n")


def run(source: str, name: str = "value_and_gradient"):
    names: dict[str, object] = {}
    exec(source, names)
    return names[name]


@pytest.mark.parametrize("text", GALLERY)
def test_pasted_source_gives_the_value_and_the_gradient(text):
    found = dx.symbolic(text)
    point = (0.7, 1.9)[: len(found.graph.names)]
    value, gradient = run(found.source())(*point)
    numbers = tuple(range(len(point)))
    expected = dx.value_and_grad(lambda *xs: parse(text)(*xs), argnums=numbers)
    plain, slopes = expected(*point)
    np.testing.assert_allclose(value, plain, rtol=1e-14)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-13)
    np.testing.assert_allclose(found(*point)[1], slopes, rtol=1e-13)


def test_a_function_and_its_name():
    def area(width, height):
        return width * height

    found = dx.symbolic(area)(2.0, 3.0)
    assert str(found) == (
        "area(width, height) = width*height\n∂area/∂width = height\n∂area/∂height = width"
    )
    assert found.evaluate(5.0, 7.0) == (35.0, (7.0, 5.0))


def test_chosen_arguments():
    found = dx.symbolic(lambda x, y: x * y**2, argnums=1)(3.0, 2.0)
    assert {name: str(formula) for name, formula in found.derivatives.items()} == {"y": "6*y"}


def test_the_branch_taken_is_followed():
    def f(x):
        return x**2 if x > 0 else -x

    assert str(dx.symbolic(f)(1.0).derivatives["x"]) == "2*x"
    assert str(dx.symbolic(f)(-1.0).derivatives["x"]) == "-1"


def test_containers():
    def loss(p):
        return p["w"][0] * p["w"][1] + p["b"]

    found = dx.symbolic(loss)({"w": (2.0, 3.0), "b": 1.0})
    assert str(found.derivatives["p['w'][0]"]) == "p['w'][1]"
    assert found.evaluate({"w": (5.0, 7.0), "b": 1.0}) == (36.0, (7.0, 5.0, 1.0))
    assert run(found.source())({"w": (5.0, 7.0), "b": 1.0}) == (36.0, (7.0, 5.0, 1.0))


def test_arrays():
    def f(x):
        return np.sum(x * np.sin(x))

    found = dx.symbolic(f)(np.array([1.0, 2.0]))
    assert str(found) == "f(x) = sum(x*sin(x))\n∂f/∂x = x*cos(x) + sin(x)"
    _, (slope,) = run(found.source())([1.0, 2.0])
    np.testing.assert_allclose(slope, dx.grad(f)(np.array([1.0, 2.0])), rtol=1e-15)


def test_elements_of_an_array():
    found = dx.symbolic(lambda x: x[0] * np.sin(x[1]))(np.array([1.0, 2.0]))
    assert str(found.derivatives["x"]) == "[sin(x[1]), x[0]*cos(x[1])]"


@given(random_programs())
def test_random_programs(program):
    value, gradient = dx.value_and_grad(program, (0, 1, 2))(*program.inputs)
    found = dx.symbolic(program)(*program.inputs)
    scale = max(1.0, abs(value), *(float(np.max(np.abs(part), initial=0)) for part in gradient))
    function = run(found.source())
    with np.errstate(all="ignore"):
        pasted = function(*program.inputs)
    for other_value, other_gradient in (found(*program.inputs), pasted):
        np.testing.assert_allclose(other_value, value, rtol=1e-9, atol=1e-9 * scale)
        for one, other in zip(other_gradient, gradient, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * scale)
    assert str(found)
    assert found.latex()
    assert str(found.journal) or not found.journal.steps


def test_an_argument_without_a_name_of_its_own():
    assert str(dx.symbolic(np.sin)(1.0).derivatives["x0"]) == "cos(x0)"
    assert run(dx.symbolic(np.sin)(1.0).source())(0.0) == (0.0, (1.0,))


def test_swell():
    swell = dx.symbolic("(x + y)(x + 2y)").swell
    assert (swell.function, swell.simplified) == (9, 14)
    assert swell.by_rules > swell.simplified


def test_a_long_function_is_not_told_rule_by_rule():
    def f(x):
        for _ in range(200):
            x = np.sin(x) + x
        return x

    found = dx.symbolic(f)(1.0)
    np.testing.assert_allclose(found(0.5)[1][0], dx.grad(f)(0.5), rtol=1e-12)
    assert all(step.wrt is None for step in found.journal)
    np.testing.assert_allclose(run(found.source())(0.5)[1][0], dx.grad(f)(0.5), rtol=1e-12)


def test_refusals():
    with pytest.raises(ShapeError, match="symbolic"):
        dx.symbolic(lambda x: x * np.ones(3))(2.0)
    with pytest.raises(ArgumentError):
        dx.symbolic(3)
    with pytest.raises(ArgumentError):
        dx.symbolic(lambda x: x, argnums=4)(1.0)
    with pytest.raises(GraphError):
        dx.symbolic("x y")(1.0)
    with pytest.raises(ShapeError):
        dx.symbolic("x y")(1.0, np.ones(3))
