"""The journal: what was done, in order, nested, and in any style."""

from infinitesimal.core.journal import Journal, Step
from infinitesimal.core.primitive import REGISTRY
from tests.formulas import NAMES, X, Y


def test_a_step_that_changes_nothing_is_not_noted():
    journal = Journal(NAMES)
    journal.add("nothing", X, X)
    assert len(journal) == 0
    assert str(journal) == ""


def test_rows():
    journal = Journal(NAMES)
    journal.add("sum", X + X, 2 * X, "one and one is two")
    (row,) = journal.rows()
    assert (row.depth, row.rule, row.before, row.after) == (0, "sum", "x + x", "2*x")
    assert str(journal) == "sum:  x + x  =  2*x    (one and one is two)"
    assert [(step.before, step.after) for step in journal] == [(X + X, 2 * X)]


def derivation() -> Journal:
    journal = Journal(NAMES)
    left, right = journal.unknown(X * Y, X), journal.unknown(REGISTRY["sin"](X), X)
    parts = (
        Step("factor", X * Y, Y, wrt=X),
        Step("sine", REGISTRY["sin"](X), REGISTRY["cos"](X), wrt=X),
    )
    whole = X * Y + REGISTRY["sin"](X)
    result = Y + REGISTRY["cos"](X)
    journal.steps.append(Step("sum", whole, left + right, "", X, parts, result))
    return journal


def test_derivatives_still_to_be_found_are_written_as_such():
    first, *_, last = derivation().rows()
    assert first.before == "∂(x*y + sin(x))/∂x"
    assert first.after == "∂(x*y)/∂x + ∂sin(x)/∂x"
    assert (last.rule, last.depth, last.after) == ("together", 1, "y + cos(x)")


def test_latex():
    first, *_ = derivation().rows("latex")
    assert first.after == (
        r"\frac{\partial}{\partial x} \left(x y\right) + "
        r"\frac{\partial}{\partial x} \sin\left(x\right)"
    )


def test_a_step_met_again_is_told_once():
    journal = Journal(NAMES)
    part = Step("part", X, Y)
    journal.steps += [Step("one", X, Y, parts=(part,)), Step("two", X, Y, parts=(part,))]
    assert [row.rule for row in journal.rows()] == ["one", "part", "two"]


def test_the_outcome_of_a_step():
    assert Step("a", X, Y).outcome is Y
    assert Step("a", X, Y, result=X).outcome is X


def test_a_step_that_text_does_not_show_has_no_row():
    journal = Journal(NAMES)
    journal.add("grouped otherwise", X + (Y + 1), (X + Y) + 1)
    assert len(journal) == 1
    assert journal.rows() == []
