"""Laws of derivations of random formulas: the methods agree, the parts add up, the views agree."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.question import subject_of
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.text import visible
from tests.explain.boxes import missing_boxes

LEAVES = st.sampled_from(["x", "y", "2", "3", "0.5", "x", "y"])


def formulas() -> st.SearchStrategy[str]:
    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pairs = st.tuples(inner, inner)
        return st.one_of(
            pairs.map(lambda p: f"({p[0]} + {p[1]})"),
            pairs.map(lambda p: f"({p[0]} - {p[1]})"),
            pairs.map(lambda p: f"({p[0]})({p[1]})"),
            pairs.map(lambda p: f"({p[0]})/(1 + ({p[1]})^2)"),
            st.tuples(inner, st.integers(2, 4)).map(lambda p: f"({p[0]})^{p[1]}"),
            st.tuples(st.sampled_from(["sin", "exp", "tanh", "cos"]), inner).map(
                lambda p: f"{p[0]}({p[1]})"
            ),
        )

    return st.recursive(LEAVES, larger, max_leaves=6)


points = st.sampled_from([0.5, 1.0, 1.25, -0.75, 2.0, 0.1, -1.5])


@settings(max_examples=40)
@given(formulas(), points, points)
def test_the_methods_agree_and_every_view_shows_it(text, x, y):
    told = dx.explain(text, at={"x": x, "y": y})
    results = told.results()
    truth = dx.grad(lambda x, y: told_function(text)(x, y), argnums=(0, 1))(x, y)
    scale = 1 + max(map(abs, truth)) + abs(told.value.value)
    for name, (a, b) in zip("xy", zip(truth, truth, strict=True), strict=True):
        assert a == b
        for method in ("symbolic", "forward", "reverse"):
            assert abs(results[method][name] - a) <= 1e-9 * scale, method
    for number in (r.number for m in told.methods for r in m.results):
        if number.exact is not None and number.exact != 0:
            assert abs(float(number.value) - float(number.exact)) <= 1e-6 * scale
    assert not missing_boxes(told)
    assert Derivation.from_json(told.to_json()) == told
    assert max(map(visible, str(told).splitlines())) <= 80
    assert not any("check" in step.warning for step in told.walk())


def told_function(text):
    from infinitesimal.front.formula import parse

    return parse(text, ["x", "y"])


@settings(max_examples=60)
@given(formulas(), points, points)
def test_contributions_add_up_to_the_adjoint_exactly(text, x, y):
    sheet = Sheet(subject_of(text, {"x": x, "y": y}, None, None))
    sweep = Sweep(sheet)
    for node, arrows in sweep.received.items():
        parts = [sheet.number(arrow.contribution) for arrow in arrows]
        total = parts[0].value
        for part in parts[1:]:
            total = total + part.value
        assert total == sweep.adjoint(node).value
        if all(part.exact is not None for part in parts):
            assert sum(part.exact for part in parts) == sweep.adjoint(node).exact
    for arrow in sweep.arrows:
        incoming, local, contribution = sweep.number(arrow)
        assert local is not None
        np.testing.assert_allclose(incoming.value * local.value, contribution.value, rtol=1e-14)


@given(st.fractions(max_denominator=10**6))
def test_a_number_is_written_so_that_it_can_be_read_back(exact):
    from fractions import Fraction

    from infinitesimal.explain.numbers import decimal

    text = decimal(exact)
    assert abs(Fraction(text) - exact) <= abs(exact) * Fraction(1, 10**15)
    assert str(Number(float(exact), exact)) == text
