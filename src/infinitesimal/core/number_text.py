r"""Numbers and static parameters as a formula, LaTeX or Python writes them.

In: a NumPy scalar, an array, or a parameter of a node. Out: its text: as short as it can be and
still exact, without the point of a whole number in mathematics (`2`), with it in source (`2.0`).
A float that is the nearest one to a small fraction is written as that in mathematics (`1/3`).

>>> number(2.0, "text"), number(2.0, "source"), number(1e-7, "latex"), number(1 / 3, "text")
('2', '2.0', '10^{-7}', '1/3')
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.leaf import Literal
from infinitesimal.core.node import Node
from infinitesimal.core.span import Span
from infinitesimal.core.types import Type, type_of

__all__ = ["key", "number", "parameter", "picked", "told_options"]

_NATURAL = {"float64", "int64", "bool", "complex128"}
_SHOWN = 12  # elements of an array that mathematics still writes out
_LONG, _SMALL = 16, 1000  # a longer number is written as a fraction, if it is one of small parts
_SPECIAL = {
    "latex": {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"},
    "text": {"inf": "inf", "-inf": "-inf", "nan": "nan"},
    "source": {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"},
}


def number(value: Any, style: str) -> str:
    """A constant: a number, or an array (of which mathematics shows a small one in full)."""
    array = np.asarray(value)
    if array.ndim == 0:
        return _scalar(array, style)
    if style == "source":
        dtype = "" if array.dtype.name in _NATURAL else f", dtype=np.{array.dtype.name}"
        return f"np.array({_nested(array, style)}{dtype})"
    if array.size > _SHOWN:
        text = str(type_of(array))
        return rf"\mathtt{{{text}}}" if style == "latex" else f"<{text}>"
    return _nested(array, style)


def _nested(array: Any, style: str) -> str:
    if array.ndim == 0:
        return _bare(array, style)
    inner = ", ".join(_nested(row, style) for row in array)
    if array.size == 0 and style == "source" and array.ndim > 1:
        return f"np.zeros({array.shape})"
    return f"[{inner}]"


def _scalar(array: Any, style: str) -> str:
    text = _bare(array, style)
    if style == "source" and array.dtype.name not in _NATURAL:
        return f"np.{array.dtype.name}({text})"
    return text


def _bare(array: Any, style: str) -> str:
    if array.dtype.kind != "f":
        text = repr(array[()].item())
        return rf"\mathrm{{{text}}}" if style == "latex" and array.dtype.kind == "b" else text
    item = array[()]
    if not np.isfinite(item):
        return _SPECIAL[style][str(item)]
    # str of a NumPy float is the shortest text that gives this float of this width back
    text = str(item)
    return text if style == "source" else _mathematical(item, text.removesuffix(".0"), style)


def _mathematical(item: Any, text: str, style: str) -> str:
    """A float as mathematics writes it: π, a fraction, a decimal, or times a power of ten."""
    if item == math.pi:
        return "pi" if style == "text" else r"\pi"
    if item == math.tau:
        return "2*pi" if style == "text" else r"2 \pi"
    if len(text) > _LONG and item.dtype == np.float64:
        small = Fraction(float(item)).limit_denominator(_SMALL)
        if float(small) == item:
            return _fraction(small, style)
    digits, _, exponent = text.partition("e")
    if not exponent:
        return text
    power = str(int(exponent))
    if style == "text":
        return f"{digits}e{power}"
    sign = "-" if digits.startswith("-") else ""
    factor = digits.removeprefix("-")
    return f"{sign}10^{{{power}}}" if factor == "1" else rf"{digits} \cdot 10^{{{power}}}"


def _fraction(value: Fraction, style: str) -> str:
    if style == "text":
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def parameter(value: Any, style: str) -> str:
    """A static parameter, as the argument of a call."""
    match value:
        case Literal():
            return number(value.array, style)
        case Type():
            return repr(str(value)) if style == "source" else str(value)
        case np.dtype():
            return f"np.{value.name}" if style == "source" else str(value.name)
        case Span():
            return f"Span{tuple(value)}" if style == "source" else repr(value)
        case tuple():
            inner = [parameter(item, style) for item in value]  # pyright: ignore[reportUnknownVariableType]
            if len(inner) == 1 and style != "source":
                return inner[0]
            return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"
        case _:
            return repr(value)


def told_options(node: Node) -> list[tuple[str, Any]]:
    """The static parameters that a reader needs; of a loop, how long it is, but not its program."""
    said = dict(zip(node.primitive.parameters, node.params, strict=True))
    if not node.primitive.bodies:
        return list(said.items())
    told = {"steps": said.get("length"), "most": said.get("most")}
    found = [(name, value) for name, value in told.items() if value is not None]
    return [*found, ("backward", True)] if said.get("backward") else found


def picked(node: Node, text: str) -> str:
    """One result of a word with several, given the text of that word."""
    return text if len(node.inputs[0].type.parts) == 1 else f"{text}[{node.params[0]}]"


def key(entries: tuple[Any, ...]) -> str:
    """A static key of whole numbers and spans, as it stands between square brackets."""
    return ", ".join(map(repr, entries)) or "..."
