"""The graph in the open: nothing is computed until asked, and what is remembered can be read."""

import sys
import time

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError, DtypeError, LostDerivativeError, ShapeError


def test_a_product_written_and_evaluated():
    a, b = dx.variable(5.0), dx.constant(5.0)
    r = a * b
    assert r.node.value is None  # nothing has been computed
    assert str(r.trace()) == "(5 + 1ε * 5 + 0ε)"
    assert r.node.value is None
    assert repr(r.eval()) == "Dual(25, 5)"
    assert f"{r.trace()} = {r.eval()}" == "(5 + 1ε * 5 + 0ε) = 25 + 5ε"


@pytest.mark.parametrize(
    ("f", "text", "value"),
    [
        (lambda a: a, "5 + 1ε", "5 + 1ε"),
        (np.sin, "sin(5 + 1ε)", "-0.958924274663 + 0.283662185463ε"),
        (lambda a: -a, "-(5 + 1ε)", "-5 - 1ε"),
        (lambda a: -(a * a), "-(5 + 1ε * 5 + 1ε)", "-25 - 10ε"),
        (lambda a: -np.sqrt(a - 1), "-sqrt(5 + 1ε - 1 + 0ε)", "-2 - 0.25ε"),
        (lambda a: a * 5.0 + 3, "((5 + 1ε * 5 + 0ε) + 3 + 0ε)", "28 + 5ε"),
        (lambda a: 1 / a, "(1 + 0ε / 5 + 1ε)", "0.2 - 0.04ε"),
        (lambda a: np.hypot(a, 12), "hypot(5 + 1ε, 12 + 0ε)", "13 + 0.384615384615ε"),
        (lambda a: a**2 + (-a) ** 3, "((5 + 1ε)**2 + (-(5 + 1ε))**3)", "-100 - 65ε"),
        (lambda a: 2**a, "((2 + 0ε) ** (5 + 1ε))", "32 + 22.1807097779ε"),
        (
            lambda a: np.where(a > 1, a, 2 * a),
            "where((5 + 1ε > 1 + 0ε), 5 + 1ε, (2 + 0ε * 5 + 1ε))",
            "5 + 1ε",
        ),
        (lambda a: a < 6, "(5 + 1ε < 6 + 0ε)", "True"),
        (lambda a: np.exp(np.cos(a) * 0), "exp(cos(5 + 1ε) * 0 + 0ε)", "1 + 0ε"),
    ],
)
def test_expressions(f, text, value):
    r = f(dx.variable(5.0))
    assert str(r.trace()) == text
    assert str(dx.written(r)) == text
    assert str(r.eval()) == value


def test_tangents_and_several_epsilons():
    x, y = dx.variable(2.0, (1, 0)), dx.variable(3.0, (0, 1))
    r = x * y
    assert str(r.trace()) == "(2 + 1ε₁ + 0ε₂ * 3 + 0ε₁ + 1ε₂)"
    assert str(r.eval()) == "6 + 3ε₁ + 2ε₂"
    assert str((x * 2).trace()) == "(2 + 1ε₁ + 0ε₂ * 2 + 0ε₁ + 0ε₂)"
    assert repr((dx.variable(5.0, tangent=-2) * 3).eval()) == "Dual(15, -6)"
    assert repr(dx.constant(5).eval()) == "Dual(5, 0)"
    assert repr(dx.variable(5).eval()) == "Dual(5, 1)"


def test_arrays():
    x = dx.variable(np.array([1.0, 2.0]), tangent=np.array([1.0, 0.0]))
    r = x * 2
    assert str(r.trace()) == "([1 2] + [1 0]ε * 2 + 0ε)"
    assert repr(r.eval()) == "Dual([2, 4], [2, 0])"
    assert repr(np.sum(r).eval()) == "Dual(6, 2)"
    assert str(dx.written((x * x)[0])) == "([1 2] + [1 0]ε * [1 2] + [1 0]ε)[0]"
    long = dx.variable(np.arange(100.0))
    assert str((long + 1).trace()) == "(f64[100] + f64[100]ε + 1 + 0ε)"
    matrix = dx.variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert repr(matrix.trace().eval()) == "Dual(5, 2)"  # as in NumPy, the sum of the diagonal
    assert str(dx.written(matrix)) == "[[1 2] [3 4]] + [[1 1] [1 1]]ε"


def test_other_values():
    a, b = dx.variable(5.0), dx.variable(2.0, tangent=0.0)
    r = a * a * b
    assert repr(r.eval()) == "Dual(50, 20)"
    assert repr(r.eval((a, 6.0))) == "Dual(72, 24)"
    assert repr(r.eval((a, 6), (b, 1))) == "Dual(36, 12)"
    assert repr(r.eval()) == "Dual(50, 20)"


def test_variables_of_equal_value_are_different():
    a, b = dx.variable(5.0), dx.variable(5.0)
    assert repr((a - b).eval()) == "Dual(0, 0)"
    assert repr((a - b).eval((a, 7.0))) == "Dual(2, 0)"


def test_a_long_expression_is_folded():
    r = dx.variable(2.0)
    for _ in range(100):
        r = r + 1
    lines = str(r.trace()).splitlines()
    assert lines == ["(" * 24 + "…" + " + 1 + 0ε)" * 24, "  … and 76 more operations"]
    assert repr(r.eval()) == "Dual(102, 1)"


def test_what_is_shared_is_written_once():
    r = dx.variable(1.0)
    for _ in range(60):  # 2⁶⁰ leaves if it were written out
        r = r * r / 2
    lines = str(r.trace()).splitlines()
    assert lines[:3] == [
        "((v₁ * v₁) / 2 + 0ε)",
        "  v₁ = ((v₂ * v₂) / 2 + 0ε)",
        "  v₂ = ((v₃ * v₃) / 2 + 0ε)",
    ]
    assert lines[-1] == "  … and 96 more operations"
    assert len(lines) == 13
    s = dx.variable(1.0)
    for _ in range(3):
        s = s * s
    assert str(s.trace()).count("1 + 1ε") == 8  # short enough to be written in full


def test_a_chain_of_a_hundred_thousand():
    limit = sys.getrecursionlimit()
    a = r = dx.variable(0.5)
    start = time.process_time()
    for _ in range(100_000):
        r = r + 1.0
    assert str(r.trace()).endswith("… and 99,976 more operations")
    assert repr(r.eval()) == "Dual(100000.5, 1)"
    assert repr(r.eval((a, 1.0))) == "Dual(100001, 1)"
    assert time.process_time() - start < 30
    assert sys.getrecursionlimit() == limit


def test_inside_another_derivative():
    a = dx.variable(5.0)
    assert dx.grad(lambda z: (z * a * a).eval().dual)(3.0) == 10.0
    written = []
    dx.grad(lambda z: (written.append(str((z * a).trace())), z * z)[1])(3.0)
    assert written == ["(3 * 5 + 1ε)"]


def test_no_derivative_is_lost():
    a = dx.variable(5.0)
    with pytest.raises(LostDerivativeError):
        float(a * 2)
    assert bool(a > 4)


@pytest.mark.parametrize(
    ("make", "error", "found"),
    [
        (lambda: dx.variable("a"), DtypeError, "the real part is str 'a'"),
        (lambda: dx.variable(1.0, [1.0, 2.0]), ShapeError, "real part: ()\nε part:    (2,)"),
        (lambda: dx.constant("a"), DtypeError, "str 'a'"),
        (lambda: dx.written(3.0), ArgumentError, "float 3.0"),
        (
            lambda: (dx.variable(1.0) + dx.variable(1.0, (1, 0))).eval(),
            ArgumentError,
            "tangents of 1 and 2 parts",
        ),
        (
            lambda: (dx.variable(1.0) * 2).eval((dx.constant(2.0), 3.0)),
            ArgumentError,
            "Lazy Lazy(2.)",
        ),
        (
            lambda: (a := dx.variable(1.0)).eval((a, np.zeros(2))),
            ShapeError,
            "variable: f64\nvalue:    f64[2]",
        ),
    ],
)
def test_refused(make, error, found):
    with pytest.raises(error) as caught:
        make()
    assert caught.value.found == found
