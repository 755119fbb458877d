"""Mathematics as it is written: nodes as infix text, LaTeX, or Python source.

In: nodes, the names of their leaves, and a style. Out: text, with brackets only where the
precedences of the records' notations demand them. A part that is used several times, or has grown
long, is given a name and written once, so the length of the text is proportional to the number of
nodes however much they share. One loop over the nodes in order: depth has no limit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Literal, NamedTuple

import numpy as np

from infinitesimal.core.body import PICK
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.notation import ATOM, PRODUCT, SIGN
from infinitesimal.core.number_text import key, number, parameter, picked, told_options
from infinitesimal.core.primitive import Notation
from infinitesimal.errors import GraphError

__all__ = ["Style", "Writing", "latex_name", "write", "written"]

_LISTED = 12  # the most elements of a vector that are written one by one

Style = Literal["text", "latex", "source"]

# A part used more than once is named when its text is longer than the first number, any part when
# it is longer than the second. Source names every shared operation, so that none is done twice.
_LENGTHS = {"text": (24, 300), "latex": (60, 600), "source": (0, 70)}


class Written(NamedTuple):
    """A formula and how tightly it binds."""

    text: str
    precedence: int


@dataclass(frozen=True)
class Writing:
    """Formulas as text: the named parts in order of need, and the results that use them."""

    definitions: list[tuple[str, str]]
    results: list[str]


def written(node: Node, names: Mapping[Node, str], style: Style = "text") -> str:
    """One formula as text; parts with a name of their own follow after `where`."""
    writing = write([node], names, style)
    (result,) = writing.results
    if not writing.definitions:
        return result
    parts = [f"{name} = {text}" for name, text in reversed(writing.definitions)]
    if style == "latex":
        return result + r" \quad\text{where } " + r",\; ".join(parts)
    return f"{result} where " + ", ".join(parts)


def write(
    nodes: Sequence[Node],
    names: Mapping[Node, str],
    style: Style = "text",
    *,
    fresh: str = "v",
) -> Writing:
    """Several formulas as text, with the parts they share named `v1`, `v2`, ….

    `names` gives the text of leaves, and of any other node that is to be written as a name; in
    LaTeX a name of several letters or with digits is set as one symbol. Raises `GraphError` for a
    leaf without a name.
    """
    order = postorder(nodes, dict.fromkeys(names))
    uses = Counter(nodes)
    for node in order:
        uses.update(_mentioned(node, style))
    shared, longest = _LENGTHS[style]
    called = latex_name if style == "latex" else str
    formulas = {node: Written(called(name), ATOM) for node, name in names.items()}
    taken = set(names.values())
    definitions: list[tuple[str, str]] = []
    for node in order:
        formula = _formula(node, [formulas[operand] for operand in node.inputs], style)
        length = len(formula.text)
        if node.inputs and (length > longest or (uses[node] > 1 and length > shared)):
            name = called(_unused(fresh, len(definitions) + 1, taken))
            if not (node in nodes and uses[node] == 1):
                definitions.append((name, formula.text))
                formula = Written(name, ATOM)
        formulas[node] = formula
    return Writing(definitions, [formulas[node].text for node in nodes])


def _mentioned(node: Node, style: Style) -> list[Node]:
    """The operands of a node, each as often as its template writes it."""
    notation = node.primitive.notation
    if notation is None or not _usable(getattr(notation, style), style):
        return list(node.inputs)
    places = [int(x.field) for x in _template(getattr(notation, style)) if x.field.isdigit()]
    return [node.inputs[place] for place in places] if places else list(node.inputs)


def _unused(stem: str, count: int, taken: set[str]) -> str:
    name = f"{stem}{count}"
    while name in taken:
        name += "_"
    return name


def _formula(node: Node, operands: list[Written], style: Style) -> Written:
    """A node in terms of its operands as written."""
    primitive = node.primitive
    if primitive is CONSTANT:
        text = number(node.params[0].array, style)
        is_product = any(sign in text for sign in ("/", "frac", "*pi", r" \pi"))
        return Written(text, PRODUCT if is_product else SIGN if text.startswith("-") else ATOM)
    if primitive is VARIABLE:
        return operands[0]
    if primitive is INPUT:
        raise GraphError("a formula written", found=f"a leaf {node.type} without a name")
    notation = primitive.notation
    if notation is None or not _usable(getattr(notation, style), style):
        return Written(_call(node, operands, style), ATOM)
    pieces = _template(getattr(notation, style))
    if any(piece.field == "elements" for piece in pieces):
        elements = _elements(node, operands, style)
        if elements is None:
            return Written(_call(node, operands, style), ATOM)
        operands = elements
    if any(piece.field in ("operands", "elements") for piece in pieces):
        return Written(_filled(pieces, node, operands, (), style), notation.precedence)
    return Written(
        _filled(pieces, node, operands, _demands(notation, style), style), notation.precedence
    )


def _elements(node: Node, operands: list[Written], style: Style) -> list[Written] | None:
    """What stands in each place of a vector into which the operands are put one by one.

    None where it is no vector of separate elements, or too long to be listed.
    """
    keys, shape = node.params
    places = [key[0] if len(key) == 1 else None for key in keys]
    scalar = all(operand.type.ndim == 0 for operand in node.inputs)
    if len(shape) != 1 or shape[0] > _LISTED or not scalar or len({*places}) < len(places):
        return None
    nothing = Written(number(np.zeros((), node.type.dtype), style), ATOM)
    at = dict(zip(places, operands, strict=True))
    return [at.get(place, nothing) for place in range(shape[0])]


def _demands(notation: Notation, style: Style) -> tuple[int, ...]:
    """The least precedence each operand may have without brackets."""
    demands = notation.operands
    if style == "source" and len(demands) == 2 and demands[0] == demands[1] < ATOM:
        # a + (b + c) keeps its brackets: rounding depends on them
        return demands[0], demands[1] + 1 if demands[1] else 0
    return demands


class Piece(NamedTuple):
    """A stretch of a template: text, then a field; `grouped` when the text around brackets it."""

    before: str
    field: str
    grouped: bool


@cache
def _template(template: str) -> list[Piece]:
    """A template taken apart; the last piece has no field."""
    merged: list[tuple[str, str]] = []
    text = ""
    for literal, field, _, _ in Formatter().parse(template):
        text += literal
        if field is not None:
            merged.append((text, field))
            text = ""
    merged.append((text, ""))
    return [
        Piece(before, field, before.endswith("{") and after.startswith("}"))
        for (before, field), (after, _) in zip(merged, [*merged[1:], ("", "")], strict=True)
    ]


def _filled(
    pieces: list[Piece], node: Node, operands: list[Written], demands: Sequence[int], style: Style
) -> str:
    parts: list[str] = []
    for place, (before, field, grouped) in enumerate(pieces):
        parts.append(before)
        if field.isdigit():
            k = int(field)
            demand = 0 if grouped else demands[k]
            parts.append(_placed(operands[k], demand, place == 0 and not before, style, parts))
        elif field in ("operands", "elements"):
            parts.append(", ".join(operand.text for operand in operands))
        elif field:
            value = node.params[node.primitive.parameters.index(field)]
            parts.append(key(value) if field == "key" else parameter(value, style))
    return "".join(parts)


def _placed(operand: Written, demand: int, first: bool, style: Style, before: list[str]) -> str:
    """An operand in its place, with brackets where it binds too loosely or begins with a sign."""
    text = operand.text
    signed = text.startswith(("-", "+")) and not first and demand > 0
    if operand.precedence < demand or signed:
        return rf"\left({text}\right)" if style == "latex" else f"({text})"
    if style == "latex" and text[:1].isdigit() and before[-1] == " " and not first:
        return rf"\cdot {text}"  # a number after a factor would read as its last digits
    return text


@cache
def _usable(template: str, style: Style) -> bool:
    """Whether a template says anything and, in source, whether Python knows what it calls."""
    callee, bracket, _ = template.partition("(")
    if style != "source" or not bracket or not callee.replace(".", "").isidentifier():
        return bool(template)
    module, _, name = callee.rpartition(".")
    return module == "scipy.special" or (module == "np" and hasattr(np, name))


def _call(node: Node, operands: list[Written], style: Style) -> str:
    """A word without a notation of its own: `name(operands, parameter=value)`."""
    primitive = node.primitive
    inner = [operand.text for operand in operands]
    if primitive is PICK:
        return picked(node, inner[0])
    if style == "source" and primitive.bodies:
        raise GraphError(
            f"the source of a {primitive.name}",
            why="a program inside a word has no source of its own",
            instead="symbolic(f)(x).source(), which writes loops out step by step",
        )
    options = [
        (name, parameter(value, style))
        for name, value in told_options(node)
        if style == "source" or not _of_all_axes(node, name, value)
    ]
    if style == "text":
        return f"{primitive.name}({', '.join([*inner, *(f'{k}={v}' for k, v in options)])})"
    if style == "latex":
        words = [*inner, *(rf"\text{{{k}}}={v}" for k, v in options)]
        escaped = primitive.name.replace("_", r"\_")
        return rf"\operatorname{{{escaped}}}\left({', '.join(words)}\right)"
    # no library has this word under a name of its own: the record evaluates it
    typed = [
        f"np.{operand.type.dtype.name}({text})" if operand.primitive is CONSTANT else text
        for operand, text in zip(node.inputs, inner, strict=True)
    ]
    return f"REGISTRY[{primitive.name!r}].evaluate({', '.join([*typed, *(v for _, v in options)])})"


def _of_all_axes(node: Node, name: str, value: object) -> bool:
    return name == "axis" and value == tuple(range(node.inputs[0].type.ndim))


_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega"
).split()
_SUBSCRIPT = re.compile(r"[A-Za-z]+|\d+")


@cache
def latex_name(name: str) -> str:
    r"""A name as one symbol of LaTeX.

    >>> latex_name("x"), latex_name("theta1"), latex_name("rate"), latex_name("x[0]")
    ('x', '\\theta_{1}', '\\mathrm{rate}', 'x_{0}')
    """
    if name.startswith("\\"):
        return name
    head, *rest = _SUBSCRIPT.findall(name) or [name]
    if head.lower() in _GREEK:
        symbol = "\\" + head
    else:
        symbol = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    if not rest:
        return symbol
    below = [part if len(part) == 1 or part.isdigit() else rf"\mathrm{{{part}}}" for part in rest]
    return f"{symbol}_{{{','.join(below)}}}"
