"""Formulas as they are written: brackets where they must be, shared parts once, any depth."""

import numpy as np
import pytest
from hypothesis import given

import infinitesimal as dx
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.formula_text import latex_name, write, written
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.program_text import program
from infinitesimal.core.types import array_type
from infinitesimal.errors import GraphError
from infinitesimal.front.formula import parse
from tests.formulas import NAMES, X, Y, close, expressions, magnitude, points, value

sin, exp, sqrt, power = (REGISTRY[name] for name in ("sin", "exp", "sqrt", "power"))
square, sum_of = REGISTRY["square"], REGISTRY["sum"]
row = input_node(array_type(np.float64, (3,)))
NAMED = {**NAMES, row: "row"}


@pytest.mark.parametrize(
    ("node", "text", "latex", "source"),
    [
        (2 * X + 3 * Y, "2*x + 3*y", "2 x + 3 y", "2.0 * x + 3.0 * y"),
        (X - (Y - 1), "x - (y - 1)", r"x - \left(y - 1\right)", "x - (y - 1.0)"),
        (X + (Y + 1), "x + y + 1", "x + y + 1", "x + (y + 1.0)"),
        ((X + Y) / (X * Y), "(x + y)/(x*y)", r"\frac{x + y}{x y}", "(x + y) / (x * y)"),
        (sin(X), "sin(x)", r"\sin\left(x\right)", "np.sin(x)"),
        (square(X), "x**2", "x^{2}", "x**2"),
        (square(-X), "(-x)**2", r"\left(-x\right)^{2}", "(-x)**2"),
        (-square(X), "-x**2", "-x^{2}", "-x**2"),
        (-(X * Y), "-x*y", "-x y", "-x * y"),
        (-(X + Y), "-(x + y)", r"-\left(x + y\right)", "-(x + y)"),
        (X * -2, "x*(-2)", r"x \left(-2\right)", "x * (-2.0)"),
        (X - -Y, "x - (-y)", r"x - \left(-y\right)", "x - (-y)"),
        (power(X, Y + 1), "x**(y + 1)", "x^{y + 1}", "x**(y + 1.0)"),
        (power(power(X, Y), Y), "(x**y)**y", r"\left(x^{y}\right)^{y}", "(x**y)**y"),
        (power(X, power(X, Y)), "x**x**y", "x^{x^{y}}", "x**x**y"),
        (sqrt(X / 2), "sqrt(x/2)", r"\sqrt{\frac{x}{2}}", "np.sqrt(x / 2.0)"),
        (exp(-X), "exp(-x)", "e^{-x}", "np.exp(-x)"),
        (constant(2.0) * (3 * X), "2*3*x", r"2 \cdot 3 x", "2.0 * (3.0 * x)"),
        (X * 1e-7, "x*1e-7", r"x \cdot 10^{-7}", "x * 1e-07"),
        (X + np.inf, "x + inf", r"x + \infty", "x + np.inf"),
        (X * np.pi, "x*pi", r"x \pi", "x * 3.141592653589793"),
        (X + 1 / 3, "x + 1/3", r"x + \frac{1}{3}", "x + 0.3333333333333333"),
        (power(X, 1 / 3), "x**(1/3)", r"x^{\frac{1}{3}}", None),
        ((X < Y) < 1, "(x < y) < 1", r"\left(x < y\right) < 1", "(x < y) < 1"),
        (sum_of(row, axis=(0,)), "sum(row)", None, "np.sum(row, (0,))"),
        (REGISTRY["index"](row, key=(1,)), "row[1]", r"\mathrm{row}_{1}", "row[1]"),
        (row + constant(np.array([1.0, 2.0, 3.0])), "row + [1, 2, 3]", None, None),
    ],
)
def test_styles(node, text, latex, source):
    assert written(node, NAMED) == text
    if latex is not None:
        assert written(node, NAMED, "latex") == latex
    if source is not None:
        assert written(node, NAMED, "source") == source


def test_names_in_latex():
    assert latex_name("x") == "x"
    assert latex_name("alpha") == r"\alpha"
    assert latex_name("theta12") == r"\theta_{12}"
    assert latex_name("rate") == r"\mathrm{rate}"
    assert latex_name("p['w'][0]") == r"p_{w,0}"


def test_a_leaf_without_a_name_is_refused():
    with pytest.raises(GraphError, match="without a name"):
        written(X + Y, {X: "x"})


@given(expressions(), points)
def test_text_is_read_back(formula, point):
    text = written(formula, NAMES)
    if " where " in text or "where(" in text or len(text) > 400:
        return
    parsed = parse(text, ["x", "y"])
    scale = magnitude([formula], point)
    assert close(parsed(*point), value(formula, point), scale)


def run(source: str, name: str) -> object:
    names: dict[str, object] = {}
    exec(source, names)
    return names[name]


@given(expressions(20), points)
def test_source_computes_the_same_numbers(formula, point):
    function = run(program("f", [X, Y], ["x", "y"], formula), "f")
    assert callable(function)
    scale = magnitude([formula], point)
    assert abs(function(*point) - value(formula, point)) <= 1e-14 * scale


def test_source_works_out_shared_parts_once():
    node = exp(X + Y)
    text = program("f", [X, Y], ["x", "y"], node * sin(node))
    assert text.count("np.exp") == 1


def test_source_of_negative_bases_and_of_whole_numbers():
    function = run(program("f", [X, Y], ["x", "y"], power(X, Y)), "f")
    assert callable(function)
    with np.errstate(invalid="ignore"):
        assert np.isnan(function(-8, 1 / 3))  # Python alone would answer with a complex number
    assert function(2, -1) == 0.5


def test_source_of_paths_and_of_names_that_python_keeps():
    text = program("f", [X, Y], ["p['w'][0]", "lambda"], X + Y)
    function = run(text, "f")
    assert callable(function)
    assert function({"w": [1.0]}, 2.0) == 3.0


def test_source_of_array_words():
    scatter = REGISTRY["scatter"](X, Y, keys=((2,), (0,)), shape=(3,))
    assert written(scatter, NAMES) == "[y, 0, x]"
    index = REGISTRY["index"]
    nodes = {
        "row": row,
        "scattered": scatter,
        "spans": REGISTRY["scatter"](index(row, key=()), keys=((),), shape=(3,)),
        "cast": REGISTRY["astype"](row, dtype=np.dtype(np.float32)),
        "running": REGISTRY["cumsum"](row, axis=0),
        "order": REGISTRY["argsort"](row, axis=0),
        "joined": REGISTRY["concatenate"](row, row, axis=0),
        "norm": REGISTRY["norm"](row, axis=(0,)),
        "logsumexp": REGISTRY["logsumexp"](row, axis=(0,)),
    }
    point = np.array([3.0, 1.0, 2.0])
    for name, node in nodes.items():
        function = run(program(name, [row, X, Y], ["row", "x", "y"], node), name)
        assert callable(function)
        found = function(point, 5.0, 7.0)
        expected = evaluate([node], {row: point, X: np.float64(5), Y: np.float64(7)})[0]
        np.testing.assert_allclose(found, expected, rtol=1e-15, err_msg=name)
        assert np.asarray(found).dtype == node.type.dtype


@pytest.mark.parametrize(
    "word", ["erf", "polygamma", "sinc_derivative", "expit", "power_derivative"]
)
def test_source_of_words_from_elsewhere(word):
    record = REGISTRY[word]
    node = record(*[X, Y][: len(record.domain.intervals)])
    function = run(program("f", [X, Y], ["x", "y"], node), "f")
    assert callable(function)
    np.testing.assert_allclose(function(0.7, 0.4), value(node, (0.7, 0.4)), rtol=1e-15)


def elementwise_words() -> list[str]:
    return [record.name for record in REGISTRY.values() if of_numbers(record)]


def of_numbers(record: Primitive) -> bool:
    """Whether a word is elementwise and takes floats, not whole numbers or conditions."""
    if record.kind != "elementwise" or record.domain is None:
        return False
    try:
        record(*[X for _ in record.domain.intervals])
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("word", elementwise_words())
def test_every_elementwise_word_is_written_and_runs_wherever_it_stands(word):
    record = REGISTRY[word]
    middles = [(low + high) / 2 + 0.11 for low, high in record.domain.intervals]
    leaves = [input_node(array_type(np.float64, ())) for _ in middles]
    node = record(*[leaf - 0.25 for leaf in leaves])
    names = [f"a{k}" for k in range(len(leaves))]
    assert written(node, dict(zip(leaves, names, strict=True)), "latex")
    point = [np.float64(middle + 0.25) for middle in middles]
    numbers = node if node.type.inexact else REGISTRY["astype"](node, dtype=np.dtype(np.float64))
    for formula in (node, 3.0 / numbers, square(numbers), -numbers, 2.0 - numbers, numbers * 2.0):
        function = run(program("f", leaves, names, formula), "f")
        assert callable(function)
        with np.errstate(all="ignore"):
            found = function(*point)
        expected = evaluate([formula], dict(zip(leaves, point, strict=True)))[0]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_length_is_proportional_to_the_number_of_nodes():
    doubled: Node = X + Y
    for _ in range(200):
        doubled = doubled * doubled
    for style in ("text", "latex", "source"):
        assert len(written(doubled, NAMES, style)) < 200 * 200


def test_depth_has_no_limit():
    node: Node = X
    for _ in range(20_000):
        node = sin(node) + Y
    writing = write([node], NAMES, "source")
    function = run(program("f", [X, Y], ["x", "y"], node), "f")
    assert callable(function)
    assert function(0.5, 0.25) == value(node, (0.5, 0.25))
    assert max(len(text) for _, text in writing.definitions) < 100


def test_a_tie_is_true_arithmetic_and_tau_is_twice_pi():
    """The share of max in a tie is a half, also as written; a whole turn is no long decimal."""
    told = str(dx.symbolic("max(x, y)"))
    assert "∂f/∂x = ([max(x, y) = x] - [x = y]/2)" in told
    turned = dx.symbolic("exp(x)/sqrt(2pi)")
    assert str(turned.derivatives["x"]) == "exp(x)/sqrt(2*pi)"
