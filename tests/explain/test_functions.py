"""Derivations of Python functions: arrays, several results, loops and branches, long programs."""

import json
import time

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError, FormulaError, InfinitesimalError
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.fold import LINES, NODES
from infinitesimal.explain.text import visible
from infinitesimal.explain.write import written
from tests.explain.boxes import missing_boxes

METHODS = ("numerical", "forward", "reverse")


def results(told, method, name):
    return told.results()[method][name]


def agree(told: Derivation, name: str, truth: object) -> None:
    for method in told.results():
        if told.results()[method]:
            close = 2e-2 if method == "numerical" else 1e-9
            np.testing.assert_allclose(results(told, method, name), truth, rtol=close, atol=close)


def well_told(told: Derivation) -> None:
    """What holds of every derivation, whatever the function."""
    assert not missing_boxes(told)
    assert max(map(visible, str(told).splitlines())) <= 80
    for step in told.walk():
        assert len(step.lines) <= LINES
        assert len(step.steps) <= LINES
    assert len(told.vertices) <= NODES
    text = told.to_json()
    assert Derivation.from_json(text).to_json() == text
    json.loads(text)
    for name in METHODS:
        for step in told.walk():
            if step.id == f"{name}-collect" and step.results:
                assert [r.name for r in step.results] == [r.name for r in told.method(name).results]


# ---- arrays and several results


def test_a_function_of_an_array():
    def f(w):
        return np.sum(np.sin(w) * w)

    w = np.array([1.0, 2.0, 3.0])
    told = dx.explain(f, at=w)
    well_told(told)
    agree(told, "w", dx.grad(f)(w))
    assert [step.title for step in told.method("forward").steps][1] == "Pass 1: only w[0] moves"


def test_a_function_of_arrays_that_broadcast():
    def f(w, b):
        return np.sum((w + b) ** 2) / 3

    w, b = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 0.5])
    told = dx.explain(f, at=(w, b))
    well_told(told)
    agree(told, "b", dx.grad(f, argnums=1)(w, b))
    agree(told, "w", dx.grad(f, argnums=0)(w, b))
    sweep = next(step for step in told.walk() if step.id == "reverse-sweep")
    gathered = [written(row.cells[1]) for row in sweep.steps if "b" in row.title.split()]
    assert gathered and all(cell.startswith("sum(") for cell in gathered)


def test_a_matrix_product():
    def f(a, x):
        return np.sum(np.tanh(a @ x))

    rng = np.random.default_rng(1)
    a, x = rng.normal(size=(3, 2)), rng.normal(size=2)
    told = dx.explain(f, at=(a, x))
    well_told(told)
    agree(told, "a", dx.grad(f)(a, x))
    agree(told, "x", dx.grad(f, argnums=1)(a, x))


def test_several_results_give_a_jacobian():
    def f(x, y):
        return x * y, np.sin(x), x + y

    told = dx.explain(f, at=(2.0, 3.0))
    well_told(told)
    assert set(told.results()) == {"symbolic", *METHODS}
    agree(told, "x", [3.0, np.cos(2.0), 1.0])
    agree(told, "y", [2.0, 0.0, 1.0])
    row = next(step for step in told.walk() if step.id == "reverse-0")
    assert written(row.cells[3]) == "∂f[0]/∂L = [1, 0, 0]".replace("∂L", "∂" + row.nodes[0])


def test_an_array_to_an_array():
    def f(x):
        return np.array([1.0, 2.0, 3.0]) * x**2

    x = np.array([2.0, 3.0, 1.0])
    told = dx.explain(f, at=x)
    well_told(told)
    agree(told, "x", np.diag([4.0, 12.0, 6.0]))


def test_containers_of_arguments():
    def f(p):
        return p["a"] * p["b"][0] + p["b"][1]

    told = dx.explain(f, at=({"a": 2.0, "b": (3.0, 4.0)},))
    well_told(told)
    assert [given.name for given in told.inputs] == ["p['a']", "p['b'][0]", "p['b'][1]"]
    agree(told, "p['a']", 3.0)
    agree(told, "p['b'][0]", 2.0)


def test_large_arrays_are_summarised():
    rng = np.random.default_rng(0)
    x = rng.normal(size=10_000)
    told = dx.explain(lambda x: np.sum(x * x) / 2, at=x)
    well_told(told)
    assert set(told.results()["reverse"]) == {"x"}
    np.testing.assert_allclose(told.results()["reverse"]["x"], x)
    assert told.results()["forward"] == {}
    assert "10000 numbers" in str(told)
    assert "10,001 evaluations" in str(told)
    along = next(step for step in told.walk() if step.id == "forward-along")
    assert along.numbers[0][1].value == pytest.approx(x.sum())


# ---- programs


def branching(x):
    total = 0.0
    for k in range(4):
        total = total + x**k if x > 1 else total - x
    return total


def test_the_branch_that_was_taken_is_told():
    agree(dx.explain(branching, at=1.5), "x", 1 + 2 * 1.5 + 3 * 1.5**2)
    agree(dx.explain(branching, at=0.5), "x", -4.0)


def test_the_path_that_was_taken_is_told():
    told = dx.explain(branching, at=1.5, methods="reverse")
    (where,) = (step for step in told.walk() if step.kind == "where")
    assert "branches be taken otherwise" in where.reason
    (row,) = where.steps
    assert "total + x**k if x > 1" in written(row.cells[-1])
    straight = dx.explain(lambda x: x * x, at=1.5)
    assert not any(step.kind == "where" for step in straight.walk())


def long(x, y):
    s = x
    for k in range(100):
        s = np.sin(s) * y + k * 0.01
        s = s - 0.1 * s * s
    return s


def test_a_long_program_is_folded_with_exact_totals():
    told = dx.explain(long, at=(0.3, 0.9))
    well_told(told)
    gradient = dx.grad(long, argnums=(0, 1))(0.3, 0.9)
    agree(told, "x", gradient[0])
    agree(told, "y", gradient[1])
    sweep = next(step for step in told.walk() if step.id == "reverse-sweep")
    assert "others add up to" in written(sweep.steps[-1].cells[1])
    where = next(step for step in told.walk() if step.kind == "where")
    steps = sum(int(dict(row.numbers)["steps"].value) for row in where.steps)
    assert f"{steps} steps" in where.reason
    assert any("test_functions.py" in row.title for row in where.steps)
    assert any("np.sin(s)" in written(row.cells[-1]) for row in where.steps)


def test_explaining_is_about_linear():
    def chain(n):
        def f(x):
            s = x
            for _ in range(n):
                s = np.sin(s) + x
            return s

        return f

    def seconds(n):
        start = time.perf_counter()
        dx.explain(chain(n), at=0.5)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(2_000) < 40 * max(seconds(200), 0.02)


# ---- awkward points


@pytest.mark.parametrize(
    ("text", "at", "warned"),
    [
        ("abs(x)", 0.0, ["has no derivative where its operand is 0", "x: 0, by convention"]),
        ("abs(x)", 0.0, ["∂L/∂x is −1 from the left and 1 from the right; told below: 0"]),
        (
            "relu(x)",
            0.0,
            ["stands on its edge", "0 from the left and 1 from the right; told below: 0"],
        ),
        ("max(x, 0)", 0.0, ["its operands are equal", "x: 0.5"]),
        ("max(x, 2)", 2.0, ["0 from the left and 1 from the right"]),
        ("1/x", 0.0, ["is infinite here"]),
        ("sin(x)/x", 0.0, ["is not a number here"]),
        ("log(x)", 0.0, ["is infinite here"]),
    ],
)
def test_awkward_points_are_warned_of(text, at, warned):
    told = dx.explain(text, at=at)
    well_told(told)
    for words in warned:
        assert any(words in warning for warning in told.warnings), told.warnings


def test_an_infinite_slope_is_honest():
    told = dx.explain("sqrt(x)", at=0.0)
    well_told(told)
    assert told.results()["reverse"]["x"] == np.inf
    assert told.results()["forward"]["x"] == np.inf


def test_smooth_points_are_not_warned_of():
    for text in ("abs(x)", "max(x, 3)", "x^2", "sqrt(x)", "tanh(x)"):
        assert dx.explain(text, at=2.0).warnings == (), text


def test_methods_that_disagree_are_shown_to():
    told = dx.explain("abs(x)", at=0.0)
    answers = next(step for step in told.walk() if step.id == "comparison-answers")
    assert "do not agree" in answers.warning
    assert not next(
        step for step in dx.explain("x^2", at=1).walk() if step.id == "comparison-answers"
    ).warning


# ---- what is asked


def test_methods_wrt_steps_detail_and_names_are_choices():
    told = dx.explain("x y + z", at=(1, 2, 3), methods=["reverse", "forward"], wrt=["x", "z"])
    assert [method.name for method in told.methods] == ["forward", "reverse"]
    assert told.results()["reverse"] == {"x": 2.0, "z": 1.0}
    assert [given.differentiated for given in told.inputs] == [True, False, True]
    assert not any(arrow.source == "y" for arrow in told.edges)
    told = dx.explain("x^3", at=2, methods="numerical", h=(0.5, 0.25))
    assert [step.title for step in told.method("numerical").steps][1:3] == ["h = 0.5", "h = 0.25"]
    assert told.results()["numerical"]["x"] == (2.25**3 - 8) / 0.25
    brief, full = dx.explain("x^2", at=1, detail="brief"), dx.explain("x^2", at=1)
    assert len(str(brief)) < len(str(full)) / 2
    assert brief.results() == full.results()
    named = dx.explain(lambda a, b: a * b, at=(1.0, 2.0), names=["u", "v"])
    assert written(named.function) == "L(u, v) = u·v"


def test_names_of_steps_keep_clear_of_the_users():
    def g(f, h):
        return (f + h) * np.sin(f)

    told = dx.explain(g, at=(1.0, 2.0))
    names = [vertex.name for vertex in told.vertices]
    assert names == ["f", "h", "n", "m", "k"] or len(set(names)) == len(names)
    assert "g" not in names


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: dx.explain("x +", at={"x": 1}), FormulaError, "it ends where"),
        (lambda: dx.explain("x + y", at={"x": 1}), FormulaError, "y is not known"),
        (lambda: dx.explain("x", at={"x": "a"}), ArgumentError, "finite numbers"),
        (lambda: dx.explain("x", at={"x": np.nan}), ArgumentError, "finite numbers"),
        (lambda: dx.explain("x + y", at=(1,)), ArgumentError, "one value for each input"),
        (lambda: dx.explain("x"), ArgumentError, "one value for each input"),
        (lambda: dx.explain("2", at={}), ArgumentError, "nothing can vary"),
        (lambda: dx.explain(3, at=1), ArgumentError, "takes a function"),
        (lambda: dx.explain(lambda x: x), ArgumentError, "needs a point"),
        (lambda: dx.explain(lambda x: x, at={"y": 1}), ArgumentError, "a value for each argument"),
        (lambda: dx.explain("x", at=1, methods="magic"), ArgumentError, "'magic'"),
        (lambda: dx.explain("x", at=1, methods=[]), ArgumentError, "nothing to tell"),
        (lambda: dx.explain("x", at=1, wrt="z"), ArgumentError, "no input called z"),
        (lambda: dx.explain("x", at=1, h=(0,)), ArgumentError, "positive"),
        (lambda: dx.explain("x", at=1, h=3), ArgumentError, "positive"),
        (lambda: dx.explain("x", at=1, detail="all"), ArgumentError, "no such detail"),
        (lambda: dx.explain("x", at=1, names=["a", "b"]), ArgumentError, "one name for each"),
        (lambda: dx.explain(lambda x: x * np.ones(100), at=1.0), ArgumentError, "100 results"),
    ],
)
def test_wrong_questions_are_answered(call, kind, message):
    with pytest.raises(kind, match=message) as refused:
        call()
    assert isinstance(refused.value, InfinitesimalError)
