"""Derivatives as formulas agree with forward and reverse mode, and the rules told lead to them."""

import numpy as np
import pytest
from hypothesis import given, settings

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.formula_text import written
from infinitesimal.core.journal import Journal, Step
from infinitesimal.core.leaf import constant, input_node, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import FLOAT64, array_type
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.differentiate.symbolic import (
    Derivation,
    symbolic_gradient,
    unsimplified_gradient,
)
from infinitesimal.optimise.collect import size
from tests.formulas import NAMES, X, Y, close, expressions, magnitude, points, value
from tests.profiles import programs

ONE = constant(1.0)
L = (X + Y) * (X + 2 * Y)


def text(node: Node) -> str:
    return written(node, NAMES)


def filled(node: Node | None) -> Node:
    return zeros(FLOAT64) if node is None else node


@settings(max_examples=programs())
@given(expressions(), points)
def test_symbolic_is_reverse_is_forward(formula, point):
    symbolic = symbolic_gradient([formula], [X, Y])
    backward = [filled(node) for node in reverse([formula], [ONE], [X, Y])]
    ahead = [filled(forward([formula], {variable: ONE})[0]) for variable in (X, Y)]
    scale = magnitude([formula, *symbolic, *backward, *ahead], point)
    for one, two, three in zip(symbolic, backward, ahead, strict=True):
        assert close(value(one, point), value(two, point), scale)
        assert close(value(two, point), value(three, point), scale)


@given(expressions(8), points)
def test_the_rules_told_lead_to_the_same_derivative(formula, point):
    derivation = Derivation(formula, [X, Y], Journal(NAMES))
    for variable, expected in zip((X, Y), symbolic_gradient([formula], [X, Y]), strict=True):
        found = derivation.by_rules(variable).outcome
        scale = magnitude([formula, found, expected], point)
        assert close(value(found, point), value(expected, point), scale)


@given(expressions(5), points)
def test_term_by_term_leads_to_the_same_derivative(formula, point):
    derivation = Derivation(formula, [X, Y], Journal(NAMES))
    for variable, expected in zip((X, Y), symbolic_gradient([formula], [X, Y]), strict=True):
        step = derivation.term_by_term(variable)
        if step is not None:
            scale = magnitude([formula, step.outcome, expected], point)
            assert close(value(step.outcome, point), value(expected, point), scale)


@given(expressions(6), points)
def test_each_step_is_true_by_itself(formula, point):
    journal = Journal(NAMES)
    Derivation(formula, [X, Y], journal).by_rules(X)
    waiting: list[Step] = list(journal.steps)
    while waiting:
        step = waiting.pop()
        waiting.extend(step.parts)
        expected = filled(forward([step.before], {X: ONE})[0])
        scale = magnitude([step.before, expected, step.outcome], point)
        assert close(value(step.outcome, point), value(expected, point), scale)


@given(expressions())
def test_simplified_is_no_longer(formula):
    raw = unsimplified_gradient([formula], [X, Y])
    assert size(symbolic_gradient([formula], [X, Y])) <= size(raw)


def test_functions_of_numbers_stay():
    (found,) = symbolic_gradient([X * REGISTRY["sin"](constant(1.0)) * 2], [X])
    assert text(found) == "2*sin(1)"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (L, ["2*x + 3*y", "3*x + 4*y"]),
        (X * X, ["2*x", "0"]),
        (REGISTRY["integer_power"](X, n=5), ["5*x**4", "0"]),
        (X / Y, ["1/y", "-x/y**2"]),
        (REGISTRY["sqrt"](X), ["1/(2*sqrt(x))", "0"]),
        (REGISTRY["exp"](X * Y), ["y*exp(x*y)", "x*exp(x*y)"]),
        (REGISTRY["log"](X), ["1/x", "0"]),
        (REGISTRY["sin"](X) * REGISTRY["cos"](X), ["cos(x)**2 - sin(x)**2", "0"]),
        (REGISTRY["power"](X, Y), ["y*x**(y - 1)", "x**y*log(x)"]),
        (REGISTRY["where"](X > 0, REGISTRY["sqrt"](X), Y), None),
        (constant(3.0) * 2, ["0", "0"]),
        (X, ["1", "0"]),
    ],
    ids=lambda entry: written(entry, NAMES) if isinstance(entry, Node) else "",
)
def test_known_derivatives(formula, expected):
    found = [text(node) for node in symbolic_gradient([formula], [X, Y])]
    if expected is None:
        expected = ["where(x > 0, 1/(2*sqrt(x)), 0)", "where(x > 0, 0, 1)"]
    assert found == expected


def test_a_branch_that_is_not_taken_poisons_nothing():
    formula = REGISTRY["where"](X > 0, REGISTRY["sqrt"](X), Y)
    slope, _ = symbolic_gradient([formula], [X, Y])
    assert value(slope, (-1.0, 2.0)) == 0.0


def test_arrays():
    x = input_node(array_type(np.float64, (3,)))
    (found,) = symbolic_gradient([REGISTRY["sum"](x * REGISTRY["sin"](x), axis=(0,))], [x])
    assert written(found, {x: "x"}) == "x*cos(x) + sin(x)"
    point = np.array([0.5, 1.0, -2.0])
    np.testing.assert_allclose(
        evaluate([found], {x: point})[0], np.sin(point) + point * np.cos(point), rtol=1e-15
    )


def test_the_sum_of_the_outputs_weighed():
    (found,) = symbolic_gradient([X * X, X * Y], [X])
    assert text(found) == "2*x + y"
    (found,) = symbolic_gradient([X * X, X * Y], [X], [constant(3.0), Y])
    assert text(found) == "y**2 + 6*x"


def test_product_rule_sum_rule():
    journal = Journal(NAMES)
    step = Derivation(L, [X, Y], journal).by_rules(X)
    assert step.rule == "product rule"
    assert text(step.outcome) == "2*x + 3*y"
    assert [part.rule for part in step.parts] == ["sum rule", "sum rule"]
    assert [part.rule for part in step.parts[0].parts] == ["the variable itself", "held fixed"]
    first, *_, last = journal.rows()
    assert (first.before, first.after) == (
        "∂((x + y)*(x + 2*y))/∂x",
        "(x + 2*y)*∂(x + y)/∂x + (x + y)*∂(x + 2*y)/∂x",
    )
    assert (last.rule, last.after, last.depth) == ("together", "2*x + 3*y", 1)


def test_multiply_out_first():
    journal = Journal(NAMES)
    derivation = Derivation(L, [X, Y], journal)
    short = derivation.expanded()
    assert short is not None
    assert [(step.rule, text(step.after)) for step in journal] == [
        ("multiply out", "x**2 + 2*x*y + x*y + 2*y**2"),
        ("collect like terms", "x**2 + 3*x*y + 2*y**2"),
    ]
    step = derivation.term_by_term(Y)
    assert step is not None
    assert text(step.outcome) == "3*x + 4*y"


def test_what_is_too_long_is_not_multiplied_out():
    formula = REGISTRY["integer_power"](X + Y, n=30)
    derivation = Derivation(formula, [X, Y], Journal(NAMES))
    assert derivation.expanded() is None
    assert derivation.term_by_term(X) is None


def test_a_deep_function():
    formula = X
    for _ in range(3_000):
        formula = REGISTRY["sin"](formula) * Y
    slopes = symbolic_gradient([formula], [X, Y])
    backward = reverse([formula], [ONE], [X, Y])
    for one, two in zip(slopes, backward, strict=True):
        assert close(value(one, (0.5, 1.1)), value(filled(two), (0.5, 1.1)), 1.0)
