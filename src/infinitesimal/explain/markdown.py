"""A derivation as Markdown, with mathematics in dollar signs, for notebooks, handouts and pages.

In: the tree. Out: Markdown: a heading for each method and step, displayed formulas, tables.
"""

from __future__ import annotations

from collections.abc import Sequence

from infinitesimal.explain.drawing import drawn
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.latex import latex
from infinitesimal.explain.text import numeric_columns
from infinitesimal.explain.tree import Line, Step, Tree
from infinitesimal.explain.write import PLAIN

__all__ = ["render"]


TITLE = "A derivative, worked out"


def render(derivation: Tree, title: str = TITLE) -> str:
    """The whole derivation, under a title where one is given."""
    point = r",\; ".join(latex(given.shown) for given in derivation.inputs)
    out = [f"# {title}", ""] if title else []
    out += [f"$${latex(derivation.function)}$$", "", f"at ${point}$"]
    out += [f"\n> **Warning.** {_words(warning)}" for warning in derivation.warnings]
    for method in derivation.methods:
        out += ["", f"## {_words(method.title)}", *_steps(method.steps, derivation)]
    if derivation.comparison:
        out += ["", "## Side by side", *_steps(derivation.comparison, derivation)]
    return "\n".join(out) + "\n"


def _words(text: str) -> str:
    """Words in which nothing is taken for markup."""
    for letter in "\\`*_{}[]<>#|$":
        text = text.replace(letter, "\\" + letter)
    return text


def _steps(steps: Sequence[Step], derivation: Tree) -> list[str]:
    out: list[str] = []
    for number, step in enumerate(steps, start=1):
        out += ["", f"### {number}. {_words(step.title)}"]
        out += ["", _words(step.reason)] if step.reason else []
        out += _body(step)
        out += _picture(derivation) if step.kind == "break" else []
    return out


def _picture(derivation: Tree) -> list[str]:
    lines = drawn(derivation, PLAIN)
    return ["", "```text", *lines, "```"] if lines else []


def _body(step: Step) -> list[str]:
    out: list[str] = []
    for line in step.lines:
        out += ["", _line(line)]
    if step.columns:
        out += ["", *_table(step)]
    else:
        for inner in step.steps:
            out += ["", f"*{_words(inner.title)}*"] if not inner.lines else []
            out += _body(inner)
    if step.warning:
        out += ["", f"> **Warning.** {_words(step.warning)}"]
    return out


def _line(line: Line) -> str:
    note = f"  ({_words(line.note)})" if line.note else ""
    return f"$\\displaystyle {latex(line.formula)}${note}"


def _table(step: Step) -> list[str]:
    def cells(entries: Sequence[str]) -> str:
        return "| " + " | ".join(entry or " " for entry in entries) + " |"

    rows = [cells([_cell(cell) for cell in row.cells]) for row in step.steps]
    return [
        cells([_words(head) for head in step.columns]),
        cells(["---:" if right else "---" for right in numeric_columns(step)]),
        *rows,
    ]


def _cell(cell: Expression) -> str:
    if cell.head == "text":
        return _words(cell.words[0])
    formula = latex(cell)
    return f"${formula.replace('|', chr(92) + 'vert ')}$" if formula else ""
