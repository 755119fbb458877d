"""A derivation as plain text: what `str(derivation)` gives, in columns, without colour.

In: the tree of a derivation. Out: text of at most the asked width (80 by default): a rule above each method, numbered steps, aligned
tables, results in square brackets.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from infinitesimal.explain.expression import equals, text
from infinitesimal.explain.tree import Line, Step, Tree
from infinitesimal.explain.write import ASCII, PLAIN, Style, plain_ascii, written

__all__ = ["heading", "render"]

WIDTH = 80


def heading(derivation: Tree, style: Style) -> tuple[str, str]:
    """What is derived, and where: `L(x, y) = (x + y)(x + 2y)` and `at x = 2, y = 3`."""
    from infinitesimal.explain.numbers import shown

    point = ", ".join(
        written(equals(text(given.name), shown(given.number)), style) for given in derivation.inputs
    )
    return written(derivation.function, style), f"at {point}"


def render(derivation: Tree, width: int = WIDTH, *, ascii: bool = False) -> str:
    """The derivation in plain text, no line wider than `width` unless a single number is."""
    style = ASCII if ascii else PLAIN
    function, point = heading(derivation, style)
    out = _wrapped(function, width, "") + _wrapped(point, width, "")
    for warning in derivation.warnings:
        out += _wrapped(f"! {warning}", width, "")
    for method in derivation.methods:
        out += ["", _rule(method.title, width)]
        out += _steps(method.steps, width, style)
    if derivation.comparison:
        out += ["", _rule("Side by side", width)]
        out += _steps(derivation.comparison, width, style)
    whole = "\n".join(line.rstrip() for line in out)
    return plain_ascii(whole) if ascii else whole


def _rule(title: str, width: int) -> str:
    return f"── {title} ".ljust(width, "─")


def _steps(steps: Sequence[Step], width: int, style: Style) -> list[str]:
    out: list[str] = []
    for number, step in enumerate(steps, start=1):
        out += ["", *_step(step, number, width, style)]
    return out


def _step(step: Step, number: int, width: int, style: Style) -> list[str]:
    out = [f"{number}. {step.title}"]
    out += _wrapped(step.reason, width, "   ")
    out += _lines(step.lines, width, style)
    if step.columns:
        out += _table(step, width, style)
    else:
        for inner in step.steps:
            out += _lines(inner.lines, width, style)
    if step.warning:
        out += _wrapped(f"! {step.warning}", width, "   ")
    return out


def _wrapped(words: str, width: int, indent: str) -> list[str]:
    return (
        textwrap.wrap(words, width, initial_indent=indent, subsequent_indent=indent)
        if words
        else []
    )


def _lines(lines: Sequence[Line], width: int, style: Style) -> list[str]:
    out: list[str] = []
    rows = [(written(line.formula, style), line.note) for line in lines]
    column = max((len(left) for left, note in rows if note and len(left) < 46), default=0)
    for left, note in rows:
        beside = f"     {left:<{column}}   {note}" if note else f"     {left}"
        if len(beside) <= width:
            out.append(beside)
        else:
            out += broken(left, width, 5)
            out += _wrapped(note, width, " " * 9)
    return out


def broken(formula: str, width: int, indent: int) -> list[str]:
    """A formula over several lines, broken before its relation signs."""
    if indent + len(formula) <= width:
        return [" " * indent + formula]
    pieces: list[str] = []
    rest = formula
    while indent + len(rest) > width:
        room = width - indent - (4 if pieces else 0)
        cut = max((rest.rfind(sign, 1, room) for sign in (" = ", " ≈ ", " ~ ")), default=-1)
        if cut <= 0:
            cut = max(
                (rest.rfind(sign, 1, room) for sign in (" + ", " − ", " - ", ", ")), default=-1
            )
        if cut <= 0:
            break
        pieces.append(rest[:cut])
        rest = rest[cut + 1 :] if rest[cut] == " " else rest[cut:]
    pieces.append(rest)
    return [" " * (indent + (4 if k else 0)) + piece for k, piece in enumerate(pieces)]


def _table(step: Step, width: int, style: Style) -> list[str]:
    cells = [[written(cell, style) for cell in row.cells] for row in step.steps]
    table = [list(step.columns), *cells]
    widths = [max(len(row[k]) for row in table) for k in range(len(step.columns))]
    return [
        "     "
        + "   ".join(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
