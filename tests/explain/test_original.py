"""L = (x + y)(x + 2y) at (2, 3): every figure of the derivation, checked in the tree."""

from fractions import Fraction
from typing import Any

import pytest

import infinitesimal as dx
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.tree import Step
from infinitesimal.explain.write import ASCII, written


@pytest.fixture(scope="module")
def told() -> Derivation:
    return dx.explain("(x+y)*(x+2*y)", at={"x": 2, "y": 3})


def step(told: Derivation, name: str) -> Step:
    return next(step for step in told.walk() if step.id == name)


def lines(told: Derivation, name: str) -> list[str]:
    return [written(line.formula) for line in step(told, name).lines]


def nested(told: Derivation, name: str) -> list[str]:
    return [written(line.formula) for inner in step(told, name).walk() for line in inner.lines]


def exact(told: Derivation, name: str) -> dict[str, Any]:
    return {label: number.exact for label, number in step(told, name).numbers}


def test_the_function_and_its_value(told):
    assert written(told.function) == "L(x, y) = (x + y)(x + 2y)"
    assert [(i.name, i.number.exact) for i in told.inputs] == [("x", 2), ("y", 3)]
    assert told.value.exact == 40
    assert [method.name for method in told.methods] == [
        "symbolic",
        "numerical",
        "forward",
        "reverse",
    ]
    assert told.warnings == ()


def test_every_method_comes_to_13_and_18(told):
    for name in ("symbolic", "forward", "reverse"):
        assert told.results()[name] == {"x": 13.0, "y": 18.0}
        assert [r.number.exact for r in told.method(name).results] == [13, 18]
    assert [r.number.exact for r in told.method("numerical").results] == [
        Fraction("13.001"),
        Fraction("18.002"),
    ]


def test_symbolic_by_rules(told):
    by_x, by_y = nested(told, "symbolic-a-x"), nested(told, "symbolic-a-y")
    assert by_x == [
        "∂L/∂x = (x + 2y)·∂(x + y)/∂x + (x + y)·∂(x + 2y)/∂x",
        "∂(x + y)/∂x = ∂x/∂x + ∂y/∂x = 1 + 0 = 1",
        "∂(x + 2y)/∂x = ∂x/∂x + ∂(2y)/∂x = 1 + 0 = 1",
        "∂L/∂x = (x + 2y) + (x + y) = 2x + 3y",
    ]
    assert by_y[0] == "∂L/∂y = (x + 2y)·∂(x + y)/∂y + (x + y)·∂(x + 2y)/∂y"
    assert by_y[-1] == "∂L/∂y = (x + 2y) + 2(x + y) = 3x + 4y"
    rules = [line.note for s in step(told, "symbolic-a-x").walk() for line in s.lines]
    assert rules == [
        "product rule",
        "sum rule, y held fixed",
        "sum rule, 2y held fixed",
        "together",
    ]
    assert not step(told, "symbolic-a").warning


def test_symbolic_by_multiplying_out(told):
    assert lines(told, "symbolic-b") == [
        "L = (x + y)(x + 2y) = x² + 2xy + xy + 2y² = x² + 3xy + 2y²",
        "∂L/∂x = 2x + 3y",
        "∂L/∂y = 3x + 4y",
    ]
    assert lines(told, "symbolic-point") == [
        "∂L/∂x = 2x + 3y = 2·2 + 3·3 = [13]",
        "∂L/∂y = 3x + 4y = 3·2 + 4·3 = [18]",
    ]


def test_numerical_quotients_by_hand_and_in_float64(told):
    assert lines(told, "numerical-formula")[2] == "L(2, 3) = 5·8 = 40"
    assert lines(told, "numerical-1") == [
        "L(2.1, 3) = 5.1·8.1 = 41.31",
        "∂L/∂x ≈ (41.31 − 40)/0.1 = [13.1]",
        "L(2, 3.1) = 5.1·8.2 = 41.82",
        "∂L/∂y ≈ (41.82 − 40)/0.1 = [18.2]",
    ]
    assert [line.note for line in step(told, "numerical-1").lines] == [
        "",
        "float64: 13.099999999999952",
        "",
        "float64: 18.199999999999932",
    ]
    assert lines(told, "numerical-2") == [
        "L(2.001, 3) = 5.001·8.001 = 40.013001",
        "∂L/∂x ≈ (40.013001 − 40)/0.001 = [13.001]",
        "L(2, 3.001) = 5.001·8.002 = 40.018002",
        "∂L/∂y ≈ (40.018002 − 40)/0.001 = [18.002]",
    ]


def test_numerical_error_is_predicted(told):
    assert lines(told, "numerical-error") == [
        "(h/2)·∂²L/∂x² = (h/2)·2 = h",
        "(h/2)·∂²L/∂y² = (h/2)·4 = 2h",
        "quotient for x = 13 + h",
        "quotient for y = 18 + 2h",
    ]
    assert "quadratic" in step(told, "numerical-error").reason
    assert exact(told, "numerical-central") == {"x": 13, "y": 18}


def test_the_v_curve(told):
    curve = {s.id: dict(s.numbers) for s in step(told, "numerical-curve").steps}
    wanted = {1: 1.0e-1, 4: 1.0e-4, 7: 9.8e-9, 8: 3.7e-7, 12: 2.9e-3, 15: 5.9, 16: 13.0}
    for k, error in wanted.items():
        found = curve[f"numerical-curve-{k}"]["forward"].value
        assert float(f"{found:.1e}") == error, k
    assert len(curve) == 16
    companion = dict(step(told, "numerical-companion").numbers)
    assert f"{companion['forward'].value:.1e}" == "9.5e-09"
    assert f"{companion['central'].value:.1e}" == "7.5e-11"


def test_forward_passes(told):
    assert lines(told, "forward-1") == [
        "x ← 2 + ε",
        "y ← 3",
        "k = 2·3 = 6 + 0ε",
        "h = (2 + ε) + 6 = 8 + ε",
        "g = (2 + ε) + 3 = 5 + ε",
        "f = (5 + ε)(8 + ε) = 40 + (5·1 + 1·8)ε + ε\u0336²\u0336 = 40 + 13ε",
        "∂L/∂x = [13]",
    ]
    ascii_lines = [written(line.formula, ASCII) for line in step(told, "forward-2").lines]
    assert ascii_lines == [
        "x <- 2",
        "y <- 3 + e",
        "k = 2(3 + e) = 6 + 2e",
        "h = 2 + (6 + 2e) = 8 + 2e",
        "g = 2 + (3 + e) = 5 + e",
        "f = (5 + e)(8 + 2e) = 40 + (5*2 + 1*8)e + ~~2e^2~~ = 40 + 18e",
        "dL/dy = [18]",
    ]
    assert lines(told, "forward-1-by-hand") == [
        "f = (4 + 12 + 6 + 18) + (2 + 2 + 6 + 3)ε + ε\u0336²\u0336 = 40 + 13ε"
    ]
    by_hand = step(told, "forward-2-by-hand").lines[0].formula
    assert (
        written(by_hand, ASCII) == "f = (4 + 12 + 6 + 18) + (4 + 2 + 6 + 6)e + ~~2e^2~~ = 40 + 18e"
    )
    assert exact(told, "forward-1") == {"k": 0, "h": 1, "g": 1, "f": 13}
    assert exact(told, "forward-2") == {"k": 2, "h": 2, "g": 1, "f": 18}


def test_all_inputs_at_once(told):
    assert lines(told, "forward-together") == [
        "L(2 + ε, 3 + ε) = 40 + 31ε",
        "L(2 + ε₁, 3 + ε₂) = 40 + 13ε₁ + 18ε₂",
    ]
    assert exact(told, "forward-together") == {"along": 31, "ε1": 13, "ε2": 18}
    assert "not the gradient" in step(told, "forward-together").reason


def test_reverse_breaks_up_and_sweeps_forward(told):
    assert lines(told, "reverse-break") == [
        "k(y) = 2y",
        "h(x, k) = x + k",
        "g(x, y) = x + y",
        "f(g, h) = g·h",
    ]
    assert lines(told, "reverse-forward") == [
        "k = 2y = 2·3 = 6",
        "h = x + k = 2 + 6 = 8",
        "g = x + y = 2 + 3 = 5",
        "f = g·h = 5·8 = 40",
    ]
    assert lines(told, "reverse-local") == [
        "∂f/∂g = h = 8",
        "∂f/∂h = g = 5",
        "∂g/∂x = 1",
        "∂g/∂y = 1",
        "∂h/∂x = 1",
        "∂h/∂k = 1",
        "∂k/∂y = 2",
    ]


def test_reverse_edge_by_edge(told):
    table = step(told, "reverse-sweep")
    assert table.columns == ("edge", "incoming × local", "contribution", "so far")
    assert [[written(cell) for cell in row.cells] for row in table.steps] == [
        ["seed", "", "1", "∂L/∂f = 1"],
        ["f → g", "1 × h = 1 × 8", "8", "∂L/∂g = 8"],
        ["f → h", "1 × g = 1 × 5", "5", "∂L/∂h = 5"],
        ["g → x", "8 × 1", "∂L/∂x_g = 8", "∂L/∂x = 8"],
        ["g → y", "8 × 1", "∂L/∂y_g = 8", "∂L/∂y = 8"],
        ["h → x", "5 × 1", "∂L/∂x_h = 5", "∂L/∂x = 8 + 5"],
        ["h → k", "5 × 1", "5", "∂L/∂k = 5"],
        ["k → y", "5 × 2", "∂L/∂y_k = 10", "∂L/∂y = 8 + 10"],
    ]
    assert exact(told, "reverse-5") == {"incoming": 5, "local": 1, "contribution": 5}
    assert step(told, "reverse-5").nodes == ("h", "x")


def test_reverse_collects(told):
    assert lines(told, "reverse-collect") == [
        "∂L/∂x = ∂L/∂x_g + ∂L/∂x_h = 8 + 5 = [13]",
        "∂L/∂y = ∂L/∂y_g + ∂L/∂y_k = 8 + 10 = [18]",
    ]
    assert lines(told, "reverse-why") == ["∂L/∂x = ∂L/∂x_g + ∂L/∂x_h"]
    assert "the sum of what its uses send back" in step(told, "reverse-why").reason
    assert step(told, "reverse-stored").nodes == ("h", "g")


def test_the_picture(told):
    vertices = {
        v.name: (v.number.exact, v.adjoint and v.adjoint.exact, v.kept) for v in told.vertices
    }
    assert vertices == {
        "x": (2, 13, False),
        "y": (3, 18, False),
        "k": (6, 5, False),
        "h": (8, 5, True),
        "g": (5, 8, True),
        "f": (40, 1, False),
    }
    edges = [(e.source, e.target, e.value.exact, e.contribution.exact) for e in told.edges]
    assert edges == [
        ("g", "f", 8, 8),
        ("h", "f", 5, 5),
        ("x", "g", 1, 8),
        ("y", "g", 1, 8),
        ("x", "h", 1, 5),
        ("k", "h", 1, 5),
        ("y", "k", 2, 10),
    ]


def test_the_drawing(told):
    page = told.to_text()
    start = page.index("     f = g·h\n     ├─")
    assert page[start:].splitlines()[:8] == [
        "     f = g·h",
        "     ├─ g = x + y",
        "     │  ├─ x",
        "     │  └─ y",
        "     └─ h = x + k",
        "        ├─ x",
        "        └─ k = 2y",
        "           └─ y",
    ]
    assert "     `- h = x + k" in told.to_text(ascii=True)


def test_costs_are_counted(told):
    rows = {s.title: s.numbers[0][1].value for s in step(told, "comparison-cost").steps}
    assert rows["L alone"] == 4
    assert rows["Numerical"] == 16
    assert rows["Forward mode"] == 24
    assert rows["Reverse mode"] == 13
    how = [written(s.cells[-1]) for s in step(told, "comparison-cost").steps]
    assert "3·4 + 2 + 2; 18 with the sums x + h" in how
    assert "2·12; 20 if constants carry no ε" in how
    assert "4 forward + 9 back" in how


def test_growth_and_its_mirror(told):
    growth = {s.id: dict(s.numbers) for s in step(told, "comparison-growth").steps}
    for n in (10, 100, 1_000, 10_000):
        row = growth[f"comparison-growth-{n}"]
        once = row["evaluation"].value
        assert row["numerical"].value == (n + 1) * once + 2 * n
        assert row["forward"].value >= n * once
        assert row["reverse"].value <= 5 * once
        assert abs(row["formula"].value / n - 3) < 0.5
    mirrored = {s.id: dict(s.numbers) for s in step(told, "comparison-mirrored").steps}
    for n in (100, 10_000):
        row = mirrored[f"comparison-mirrored-{n}"]
        assert row["forward"].value < row["numerical"].value < row["reverse"].value


def test_the_answers_side_by_side(told):
    answers = step(told, "comparison-answers")
    assert answers.columns == ("method", "∂L/∂x", "∂L/∂y")
    assert len(answers.steps) == 5
    central = answers.steps[-1]
    assert central.title == "Central difference, h = 0.001"
    assert [written(cell) for cell in central.cells[1:]] == ["13", "18"]
    assert "to the last bit" in answers.reason
    assert not answers.warning


def test_ids_are_unique_and_every_step_but_a_row_says_what_it_is(told):
    ids = [s.id for s in told.walk()]
    assert len(set(ids)) == len(ids)
    for method in told.methods:
        for top in method.steps:
            assert top.title
            assert top.method == method.name


def test_the_same_from_a_function():
    def L(x, y):
        return (x + y) * (x + 2 * y)

    from_text = dx.explain("(x+y)*(x+2*y)", at=(2, 3))
    from_python = dx.explain(L, at=(2.0, 3.0))
    assert str(from_text) == str(from_python)
    assert str(dx.explain(L, at={"x": 2, "y": 3})) == str(from_python)
