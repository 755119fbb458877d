"""Like terms collected: the value stays, the formula gets no longer, nothing is left to do."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from infinitesimal.core.formula_text import written
from infinitesimal.core.journal import Journal
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.front.formula import parse
from infinitesimal.optimise.collect import MOST_NODES, Collector, size
from infinitesimal.optimise.expand import combine, expand
from infinitesimal.optimise.polynomial import exact
from infinitesimal.optimise.simplify import simplify
from tests.formulas import NAMES, X, Y, close, expressions, magnitude, points, value


def text(node: Node | None) -> str:
    return "too long" if node is None else written(node, NAMES)


def collected(formula: str) -> str:
    parsed = parse(formula, ["x", "y"]).graph
    (found,) = Collector(parsed.inputs)(parsed.outputs)
    return written(found, dict(zip(parsed.inputs, ["x", "y"], strict=True)))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("(x + 2y) + (x + y)", "2*x + 3*y"),
        ("(x + 2y) + 2(x + y)", "3*x + 4*y"),
        ("3(x x + 1)^2 (2x)", "6*x*(x**2 + 1)**2"),
        ("sin(x) x*2 + x/2*sin(x)", "5*x*sin(x)/2"),
        ("0.1 x*3", "0.3*x"),
        ("x/3*y*2", "2*x*y/3"),
        ("x - 1 - x", "-1"),
        ("x y/y", "x"),
        ("(x x + x)/x", "x + 1"),
        ("1 - x x", "1 - x**2"),
        ("-(1/x)(y/x)", "-y/x**2"),
        ("x^0.5 x^0.5", "x"),
        ("(x + y)(x + 2y)", "(x + y)*(x + 2*y)"),
        ("(x + y)^20", "(x + y)**20"),
        ("log(x + x) log(2x)", "log(2*x)**2"),
        ("x/(x + y) - y/(x + y)", "(x - y)/(x + y)"),
        ("1/(x + 1) - (x - 1)/(x + 1)^2", "2/(x + 1)**2"),
        ("1/(y^2/x + x)", "x/(x**2 + y**2)"),
        ("(x^2)^0.5", "(x**2)**0.5"),
    ],
)
def test_like_terms(formula, expected):
    assert collected(formula) == expected


@given(expressions(), points)
def test_simplified_formulas_have_the_same_value(formula, point):
    (found,) = simplify([formula], [X, Y])
    assert found.type is formula.type
    scale = magnitude([formula, found], point)
    assert close(value(found, point), value(formula, point), scale)


@given(expressions())
def test_a_formula_never_gets_longer(formula):
    (found,) = Collector([X, Y])([formula])
    assert size([found]) <= size([formula])


@given(expressions())
def test_simplifying_twice_changes_nothing_more(formula):
    found = simplify([formula], [X, Y])
    assert [text(node) for node in simplify(found, [X, Y])] == [text(node) for node in found]


@given(expressions(6), points)
def test_expanded_formulas_have_the_same_value(formula, point):
    for found in (expand(formula, [X, Y]), combine(formula, [X, Y])):
        if found is not None:
            scale = magnitude([formula, found], point)
            assert close(value(found, point), value(formula, point), scale)


def test_by_hand():
    product = (X + Y) * (X + 2 * Y)
    assert text(expand(product, [X, Y])) == "x**2 + 2*x*y + x*y + 2*y**2"
    assert text(combine(product, [X, Y])) == "x**2 + 3*x*y + 2*y**2"
    cube = REGISTRY["integer_power"](X + Y, n=3)
    assert text(combine(cube, [X, Y])) == "x**3 + 3*x**2*y + 3*x*y**2 + y**3"


def test_what_would_be_too_long_is_not_expanded():
    assert combine(REGISTRY["integer_power"](X + Y, n=20), [X, Y]) is None
    many = X
    for k in range(8):
        many = many * (X + REGISTRY["sin"](Y + float(k)))
    assert expand(many) is None
    assert combine(many) is None


def test_what_was_given_keeps_its_form():
    formula = 1 + REGISTRY["exp"](X)
    assert text(simplify([formula], [X], given=[formula])[0]) == "1 + exp(x)"


def test_one_step_is_told_and_only_if_something_changed():
    journal = Journal(NAMES)
    Collector([X, Y], journal)([X + Y, X + X])
    assert [(text(step.before), text(step.after)) for step in journal] == [("x + x", "2*x")]


def test_a_large_graph_is_left_alone():
    formula = X
    for _ in range(MOST_NODES):
        formula = REGISTRY["sin"](formula) + formula
    assert Collector([X])([formula]) == [formula]


def test_dtypes_are_not_mixed():
    narrow = input_node(array_type(np.float32, ()))
    sum = narrow * X + narrow * X
    (found,) = Collector([narrow, X])([sum])
    assert found.type is sum.type
    names = {narrow: "n", X: "x"}
    assert written(found, names) in ("n*x + n*x", "2*n*x")


def test_infinite_numbers_stay_as_they_are():
    for number in (np.inf, np.nan, 1e300):
        formula = X * number * number
        (found,) = Collector([X])([formula])
        np.testing.assert_equal(value(found, (2.0, 0.0)), value(formula, (2.0, 0.0)))


def test_exact_numbers():
    assert exact(0.1) == Fraction(1, 10)
    assert exact(1 / 3) == Fraction(1, 3)
    assert exact(0.1 + 0.2) == Fraction("0.30000000000000004")
    assert exact(float("nan")) is None
    assert text(Collector()([constant(0.1) * 3 * X])[0]) == "0.3*x"
