"""Typed mathematics: what Python would compute, and nothing but mathematics."""

import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal.errors import FormulaError
from infinitesimal.front.formula import FUNCTIONS, parse

# ---- the values are Python's


NAMES = {name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "tanh", "sqrt", "log")}


def terms(depth: int) -> st.SearchStrategy[tuple[str, str]]:
    """A formula as we read it, and the same in Python's notation with float64 numbers."""
    numbers = st.integers(0, 99) | st.sampled_from(["0.5", "2.25", ".75", "1e-3", "3."])
    leaves = numbers.map(lambda n: (str(n), f"F({n})")) | st.sampled_from([("x", "x"), ("y", "y")])
    if depth == 0:
        return leaves
    inner = terms(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda t: (f"{t[0][0]} {t[1]} {t[2][0]}", f"{t[0][1]} {t[1]} {t[2][1]}")
        ),
        st.tuples(inner, st.integers(0, 3)).map(
            lambda t: (f"({t[0][0]})^{t[1]}", f"({t[0][1]})**F({t[1]})")
        ),
        inner.map(lambda t: (f"-{t[0]}", f"-{t[1]}")),
        inner.map(lambda t: (f"({t[0]})", f"({t[1]})")),
        st.tuples(st.sampled_from(sorted(NAMES)), inner).map(
            lambda t: (f"{t[0]}({t[1][0]})", f"{t[0]}({t[1][1]})")
        ),
    )


@given(terms(4), st.floats(-3, 3), st.floats(0.1, 3))
def test_a_formula_means_what_it_means_in_python(texts, x, y):
    ours, python = texts
    with np.errstate(all="ignore"):
        wanted = eval(python, {"F": np.float64, "x": np.float64(x), "y": np.float64(y), **NAMES})
    try:
        found = parse(ours, ["x", "y"])(x, y)
    except FormulaError as error:
        assert "nested" in str(error) or "parts" in str(error) or "characters" in error.why
        return
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("2y", "2*y"),
        ("2(x+1)", "2*(x+1)"),
        ("(x+y)(x+2y)", "(x+y)*(x+2*y)"),
        ("2 pi x", "2*math.pi*x"),
        ("2πx", "2*math.pi*x"),
        ("xy", "x*y"),
        ("3xy^2", "3*x*y**2"),
        ("x(x+1)", "x*(x+1)"),
        ("2sin(x)cos(x)", "2*math.sin(x)*math.cos(x)"),
        ("-x^2", "-x**2"),
        ("2^-y", "2**-y"),
        ("x^y^2", "x**(y**2)"),
        ("x**y**2", "x**(y**2)"),
        ("1/2x", "1/2*x"),
        ("x - -y", "x - -y"),
        ("+x", "x"),
        ("2^3x", "2**3*x"),
        ("e^x", "math.exp(x)"),
        ("x·y − 2×x÷y", "x*y-2*x/y"),
        ("1e3x", "1e3*x"),
        ("2e", "2*math.e"),
        ("max(x, y) + min(x, y)", "max(x, y) + min(x, y)"),
        ("hypot(x, y)", "math.hypot(x, y)"),
        ("atan2(x, y) + asin(x/10)", "math.atan2(x, y) + math.asin(x/10)"),
        ("ln(x) + log2(y) + log10(x)", "math.log(x) + math.log2(y) + math.log10(x)"),
        ("cbrt(x) + sqrt(y)", "math.cbrt(x) + math.sqrt(y)"),
        ("relu(-x) + relu(y)", "y"),
        ("erf(x)", "math.erf(x)"),
        ("sigmoid(x)", "1/(1+math.exp(-x))"),
        ("|x|".replace("|x|", "abs(-x)"), "x"),
        ("sinh(x)/cosh(x) - tanh(x)", "0"),
    ],
)
def test_signs_may_be_left_out_and_functions_have_their_usual_names(text, python):
    x, y = 1.5, 2.25
    assert parse(text, ["x", "y"])(x, y) == pytest.approx(eval(python), rel=1e-12, abs=1e-12)


def test_undeclared_names_become_variables_as_they_appear():
    formula = parse("b a + sin(c) pi a")
    assert formula.names == ("b", "a", "c")
    assert parse("rate time").names == ("rate", "time")


def test_every_function_of_the_table_can_be_called_and_differentiated():
    for name, (_, count) in FUNCTIONS.items():
        arguments = ", ".join("xy"[:count])
        formula = parse(f"{name}({arguments})", list("xy"[:count]))
        point = (1.25 if name in ("acosh", "arccosh") else 0.5, 0.75)[:count]
        value, gradient = dx.value_and_grad(formula, argnums=tuple(range(count)))(*point)
        assert math.isfinite(value), name
        assert np.all(np.isfinite(gradient)), name


def test_a_formula_can_be_differentiated_and_called_on_arrays():
    formula = parse("(x+y)(x+2y)")
    assert dx.grad(formula, argnums=(0, 1))(2.0, 3.0) == (13.0, 18.0)
    np.testing.assert_array_equal(formula(np.array([2.0, 0.0]), 3.0), [40.0, 18.0])


# ---- whatever else is typed is refused, quickly, with a caret


HOSTILE = [
    "-" * 1_000_000,
    "-" * 500,
    "(" * 500,
    "(" * 250 + ")" * 250,
    "((9**9)**9999)**9999)",
    "__import__('os').system('true')",
    "__class__",
    "x.__class__.__mro__",
    "().__class__",
    "lambda: 1",
    "lambda x: x",
    "f'{x}'",
    'f"{x}"',
    "{x}",
    "[x for x in y]",
    "x := 1",
    "x = 1",
    "x == y",
    "x if y else x",
    "import os",
    "exec(x)",
    "eval(x)",
    "open(x)",
    "print(x)",
    "x;y",
    "x\0",
    "\0",
    "x\ny",
    "x\\y",
    "ｘ + y",
    "х + y",
    "𝑥 + y",
    "x\u200by",
    "x\u202ey",
    "x₂y",
    "|" * 400,
    "|x" * 200,
    "x" + "²" * 400,
    "1_000",
    "0x10",
    "1.2.3",
    "1..2",
    "1e+",
    "1e999",
    "1" * 31,
    "0." + "1" * 31,
    "2 3",
    "x 2",
    "(x)2",
    "x2",
    "sin x",
    "sin",
    "sin()",
    "sin(x, y)",
    "max(x)",
    "x +",
    "* x",
    "x ** ",
    "x ^^ y",
    "()",
    "x)",
    "(x",
    "x,y",
    ",",
    ".",
    "",
    "   ",
    "nan",
    "inf",
    "foo(x)",
    "z",
    "x!",
    "√x",
    "∂x",
]


@pytest.fixture(autouse=True, scope="module")
def grammar_built():
    parse("x")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:24]))
def test_hostile_and_wrong_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(FormulaError) as refused:
        parse(text, ["x", "y"])
    # generous for a busy machine; a few milliseconds at rest
    assert time.perf_counter() - start < 0.5
    assert len(str(refused.value)) < 1_000


def test_the_work_of_reading_is_bounded():
    for text in (
        "-" * 500,
        "x+" * 249 + "x",
        "x*" * 249 + "x",
        "(" * 250 + "x" + ")" * 249,
        "9^" * 249 + "9",
    ):
        best = min(_seconds(text) for _ in range(3))
        assert best < 0.05, f"{text[:20]}: {best}"


def _seconds(text: str) -> float:
    start = time.perf_counter()
    try:
        parse(text, ["x"])
    except FormulaError:
        pass
    return time.perf_counter() - start


def test_the_slope_of_relu_at_zero_is_zero():
    assert dx.grad(parse("relu(x)"))(0.0) == 0.0
    assert dx.grad(parse("relu(x)"))(2.0) == 1.0


def test_towers_of_powers_are_infinite_and_harmless():
    start = time.perf_counter()
    assert parse("9^9^9^9")() == math.inf
    assert parse("((9**9)**9999)**9999")() == math.inf
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("x + ", 3),
        ("x + $", 4),
        ("(x + y", 6),
        ("x + y)", 5),
        ("2 3", 2),
        ("sin x", 4),
        ("x + foo + y", 4),
        ("foo(x)", 0),
        ("max(x)", 0),
        ("x + 1e999", 4),
        ("ｘ", 0),
        ("xy + xz", 5),
    ],
)
def test_the_caret_stands_under_the_character(text, at):
    with pytest.raises(FormulaError) as refused:
        parse(text, ["x", "y"])
    shown, caret = refused.value.found.splitlines()
    assert shown == text
    assert caret == " " * at + "^"
    assert refused.value.asked == f"a formula, at character {at + 1}"
    assert refused.value.why


def test_a_long_line_is_shown_around_the_caret():
    with pytest.raises(FormulaError) as refused:
        parse("x + " * 60 + "$" + " + x" * 20, ["x"])
    shown, caret = refused.value.found.splitlines()
    assert len(shown) <= 62
    assert shown[caret.index("^")] == "$"


def test_bounds_are_told():
    with pytest.raises(FormulaError, match="at most 500"):
        parse("x" * 501)
    with pytest.raises(FormulaError, match="at most 400 parts"):
        parse("+".join("x" * 240))
    with pytest.raises(FormulaError, match="nested at most 60"):
        parse("-" * 100 + "x")
    with pytest.raises(FormulaError, match="at most 12 variables"):
        parse("+".join("abcdfghijklmn"))
    with pytest.raises(FormulaError, match="at most 12"):
        parse("1", list("abcdfghijklmn"))
    with pytest.raises(FormulaError, match="name of a function"):
        parse("1", ["sin"])
    with pytest.raises(FormulaError, match="text"):
        parse(3)  # type: ignore[arg-type]
    assert parse("+".join("x" * 150))(1.0) == 150.0
    assert parse("(" * 200 + "x" + ")" * 200)(1.0) == 1.0


@given(st.text(max_size=40) | st.text("xy12+-*/^()., sincexpmaxπ_'\"", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        formula = parse(text, ["x", "y"])
    except FormulaError:
        return
    assert isinstance(formula(1.0, 2.0), float)


def test_without_lark_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['lark'] = None\n"
        "from infinitesimal.front.formula import parse\n"
        "parse('x')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "infinitesimal[explain]" in ran.stderr
    assert "FormulaError" in ran.stderr
