"""The driver: to the end, in linear time, and silent where there is nothing to say."""

import time

from hypothesis import given

from infinitesimal.core.formula_text import written
from infinitesimal.core.journal import Journal
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.arrays import SHAPES
from infinitesimal.optimise.match import placeholders, rule
from infinitesimal.optimise.rewrite import rewrite
from tests.formulas import NAMES, X, Y, close, expressions, magnitude, points, value

RULES = (*SHAPES, *FORMULA)


def text(node: Node) -> str:
    return written(node, NAMES)


def test_nothing_is_said_where_nothing_changed():
    journal = Journal(NAMES)
    formula = REGISTRY["sin"](X) * Y + 2 * X
    assert rewrite([formula], RULES, journal) == [formula]
    assert not journal.steps
    assert str(journal) == ""


def test_steps_are_told_in_order():
    journal = Journal(NAMES)
    (found,) = rewrite([(X * 1 + 0) * X], RULES, journal)
    assert text(found) == "x**2"
    assert [(step.rule, text(step.before), text(step.after)) for step in journal] == [
        ("x·1 → x", "x*1", "x"),
        ("x + 0 → x", "x + 0", "x"),
        ("xᵐ·xⁿ → xᵐ⁺ⁿ", "x*x", "x**2"),
    ]


def test_what_a_rule_returns_is_visited_too():
    a, b, c = placeholders(3)
    apart = rule("a·(b + c) → a·b + a·c", a * (b + c), a * b + a * c, ordered=True)
    (found,) = rewrite([X * (X * (X + Y) + Y)], [apart])
    assert text(found) == "x*x*x + x*x*y + x*y"


def test_two_rules_that_undo_each_other_come_to_an_end():
    a, b = placeholders(2)
    there = rule("there", a + b, b - (-a), ordered=True)
    back = rule("back", a - (-b), b + a, ordered=True)
    (found,) = rewrite([X + Y], [there, back])
    assert value(found, (1.0, 2.0)) == 3.0


@given(expressions(), points)
def test_rewritten_formulas_have_the_same_value(formula, point):
    (found,) = rewrite([formula], RULES)
    assert found.type is formula.type
    scale = magnitude([formula, found], point)
    assert close(value(found, point), value(formula, point), scale)


@given(expressions())
def test_rewriting_twice_changes_nothing_more(formula):
    found = rewrite([formula], RULES)
    assert rewrite(found, RULES) == found


def chain(length: int) -> Node:
    node = X
    for _ in range(length):
        node = (REGISTRY["sin"](node) * 2 + Y) * 1 + 0
    return node


def test_time_grows_with_the_number_of_nodes():
    def seconds(length: int) -> float:
        formula = chain(length)
        begin = time.perf_counter()
        rewrite([formula], RULES)
        return time.perf_counter() - begin

    seconds(100)
    # quadratic work would be a hundred times as long
    assert seconds(10_000) < 40 * max(seconds(1_000), 0.005)


def test_depth_has_no_limit():
    (found,) = rewrite([chain(30_000)], RULES)
    assert len(postorder([found])) == 30_000 * 3 + 3
