"""Formulas as our own output prints them: raised digits and bars."""

import math

import pytest

from infinitesimal.errors import FormulaError
from infinitesimal.front.formula import parse


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("x²", "x^2"),
        ("x⁻¹", "x^-1"),
        ("2x¹²y", "2 x^12 y"),
        ("(x+1)³(x+2)²", "(x+1)^3 (x+2)^2"),
        ("e²x", "e^2 x"),
        ("sin(x)²", "sin(x)^2"),
        ("|x|", "abs(x)"),
        ("2|x|y", "2 abs(x) y"),
        ("|x||y|", "abs(x) abs(y)"),
        ("||x| - 3|", "abs(abs(x) - 3)"),
        ("|x|y|x|", "abs(x) y abs(x)"),
        ("|2(|x| + |y|)|²", "abs(2 (abs(x) + abs(y)))^2"),
        ("|-x|", "abs(-x)"),
    ],
)
def test_what_is_printed_can_be_typed(text, same):
    one, other = parse(text, ("x", "y")), parse(same, ("x", "y"))
    for x, y in ((1.5, -2.0), (-0.75, 0.5)):
        assert one(x, y) == other(x, y)


@pytest.mark.parametrize("text", ["|x", "x|", "|", "||", "|(x|)", "²", "x⁻", "x + ²"])
def test_what_is_not_whole_is_refused(text):
    with pytest.raises(FormulaError):
        parse(text, ("x",))


def test_constants_are_formulas_too():
    assert parse("pi/4", ())() == math.pi / 4
