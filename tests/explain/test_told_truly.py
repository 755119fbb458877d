"""What a derivation says in words and symbols is true of the function at hand."""

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.tree import Step
from infinitesimal.explain.write import written


def step(told: Derivation, name: str) -> Step:
    return next(step for step in told.walk() if step.id == name)


def lines(told: Derivation, name: str) -> list[str]:
    return [written(line.formula) for line in step(told, name).lines]


@pytest.mark.parametrize(("at", "share"), [((1, 1), 0.5), ((2, 1), 1.0), ((1, 2), 0.0)])
def test_a_tie_is_true_arithmetic(at, share):
    x, y = at
    told = dx.explain("max(x,y)^2", at={"x": x, "y": y})
    m = max(at)
    put_in = f"2max({x}, {y})([max({x}, {y}) = {x}] − [{x} = {y}]/2) = [{2 * m * share:g}]"
    assert lines(told, "symbolic-point")[0].endswith(put_in)
    assert 2 * m * ((m == x) - (x == y) / 2) == told.results()["reverse"]["x"]
    assert f"∂g/∂x = [g = x] − [x = y]/2 = {share:g}" in lines(told, "reverse-local")


def test_what_is_stored_is_what_the_way_back_reads():
    matrix = np.array([[1.0, 2.0], [3.0, 5.0]])
    squares = dx.explain(lambda w: np.sum((matrix @ w) ** 2), at=np.ones(2), methods="reverse")
    stored = step(squares, "reverse-stored").nodes
    formulas = {vertex.name: written(vertex.formula) for vertex in squares.vertices}
    squared = next(text for text in formulas.values() if text.endswith("²"))
    assert [f"{name}²" for name in stored] == [squared]
    assert [vertex.name for vertex in squares.vertices if vertex.kept] == list(stored)
    linear = dx.explain(lambda w: np.sum(matrix @ w), at=np.ones(2), methods="reverse")
    assert step(linear, "reverse-stored").nodes == ()
    assert "nothing has to be kept" in step(linear, "reverse-stored").reason


def test_why_add_prefers_an_input():
    told = dx.explain("(x+1)^2 x + sin((x+1)y)", at={"x": 2, "y": 3}, methods="reverse")
    assert step(told, "reverse-why").nodes == ("x",)


def test_two_neighbours_are_one_product():
    told = dx.explain("x y", at={"x": 1, "y": 2})
    growth = {row.id: dict(row.numbers) for row in step(told, "comparison-growth").steps}
    for n in (2, 10, 100):
        # n − 1 products and n − 2 additions
        assert growth[f"comparison-growth-{n}"]["evaluation"].value == 2 * n - 3


def test_signs_and_powers_are_written_as_by_hand():
    assert lines(dx.explain("x^x", at=2, methods="symbolic"), "symbolic-point") == [
        "∂L/∂x = x·x^(x − 1) + x^x·ln(x) = 2·2^(2 − 1) + 2²·ln(2) = [6.772588722239782]"
    ]
    assert r"x \cdot x^{x - 1}" in dx.explain("x^x", at=2, methods="symbolic").to_latex()
    told = dx.explain("a b^2/c", at={"a": 1, "b": 2, "c": 3}, methods="symbolic")
    assert lines(told, "symbolic-point")[2] == "∂L/∂c = −ab²/c² = −1·2²/3² = [−4/9]"
    told = dx.explain("exp(-x^2/2)", at=-1, methods="symbolic")
    (line,) = lines(told, "symbolic-point")
    assert line.startswith("∂L/∂x = −x·exp(−x²/2) = −(−1)·exp(−(−1)²/2) = ")
    assert "(−x)" not in str(told) and "(−2)·" not in str(told)
    told = dx.explain("a b", at={"a": 2, "b": -3}, methods="reverse")
    assert lines(told, "reverse-forward") == ["f = a·b = 2·(−3) = −6"]


def test_a_prompt_shows_one_line():
    told = dx.explain("x^2", at=3)
    assert repr(told).endswith("symbolic, numerical, forward, reverse; print(…) tells it>")
    assert repr(dx.explain(lambda w: np.sum(w**2), at=np.ones(30))).count("\n") == 0
    assert len(repr(dx.explain(" + ".join(["x^2"] * 8), at=1.0))) < 160


def test_words_in_tables_are_words():
    page = dx.explain("x y", at={"x": 2, "y": 3}).to_markdown()
    assert "| Reverse mode |" in page
    assert r"$\text{" not in page


def test_a_function_that_is_its_variable_or_a_constant():
    told = dx.explain("x", at={"x": 1, "z": 3})
    page = str(told)
    assert "L is x itself." in step(told, "symbolic-read").reason
    assert [line.note for line in step(told, "reverse-collect").lines] == [
        "the result is this input itself",
        "the result does not depend on it",
    ]
    assert "1 parts" not in page and "quadratic" not in page
    assert "off by rounding alone" in step(told, "comparison-answers").reason
    for method in told.methods:
        for each in method.steps:
            assert each.reason or each.lines or each.steps, each.title
    told = dx.explain("3 + 4", at={"x": 1})
    assert written(told.function) == "L(x) = 7"
    assert lines(told, "symbolic-read") == ["L = 7"]
    assert "L is a constant." in step(told, "reverse-break").reason


def test_a_linear_function_is_called_linear():
    told = dx.explain("3x+1", at={"x": 1}, methods="numerical")
    assert "L is linear" in step(told, "numerical-error").reason
    assert "quadratic" not in str(told)
    told = dx.explain("x y", at={"x": 1, "y": 2}, methods="numerical")
    assert "linear in each input alone" in step(told, "numerical-error").reason
    assert "quadratic" in step(dx.explain("x^2 + y", at=(1, 2)), "numerical-error").reason
    assert "begins with a later" in step(dx.explain("sin(x)", at=0.0), "numerical-error").reason


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ("ln(x)", -1, "L has no real value at this point"),
        ("sin(x)/x", 0, "L has no real value at this point"),
        ("1/x", 0, "L is infinite at this point"),
    ],
)
def test_where_there_is_no_value_every_method_says_so(text, at, why):
    told = dx.explain(text, at={"x": at})
    for method in told.methods:
        assert any(why in each.warning for each in method.steps), method.name
    assert why in step(told, "comparison-answers").warning
    assert "no finite value" in step(told, "numerical-error").reason
    assert not any(each.kind == "curve" for each in told.walk())
    assert "agree" not in str(told)


def test_the_rule_beyond_the_domain_is_said_to_be_defined():
    told = dx.explain("ln(x)", at={"x": -1})
    assert "the rule for its derivative, 1/x = −1, is still defined" in told.warnings[0]
    assert "What stands here is the rule" in step(told, "reverse-collect").warning


@pytest.mark.parametrize(("text", "at"), [("abs(x)", 0), ("max(x, 1)", 1), ("sqrt(x)", 0)])
def test_no_law_of_the_error_is_claimed_at_a_kink(text, at):
    page = str(dx.explain(text, at={"x": at}, methods="numerical"))
    assert "tenth of the error" not in page
    assert "order h²" not in page
    assert "Smaller is not always better" not in page


def test_a_constant_keeps_its_form():
    told = dx.explain("exp(-x^2/2)/sqrt(2pi)", at={"x": 1})
    assert written(told.function) == "L(x) = exp(−x²/2)/sqrt(2π)"
    assert "2.50663" not in str(told) and "6.28319" not in str(told)
    assert "g/sqrt(2π) = 0.606531/sqrt(2π) ≈ 0.241971" in str(told)


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = (x + a / x) / 2
    return x


def test_a_loop_is_folded():
    told = dx.explain(newton_sqrt, at=9.0)
    assert len(str(told.to_text()).splitlines()) < 400
    assert "The rules, folded" in [each.title for each in told.method("symbolic").steps]
    assert told.results()["symbolic"]["a"] == pytest.approx(1 / 6)
