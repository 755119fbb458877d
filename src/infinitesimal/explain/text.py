"""A derivation laid out in lines of a given width: what `str` prints and what the terminal colours.

In: the tree of a derivation. Out: blocks, one for each step, of rows; a row is a line of text and
the role it plays. Plain text is the rows joined; `terminal` paints the same rows, so the two agree.
"""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from infinitesimal.explain.drawing import drawn
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.tree import Line, Step, Tree
from infinitesimal.explain.write import ASCII, PLAIN, Style, plain_ascii, written

__all__ = ["WIDTH", "Block", "Row", "blocks", "numeric_columns", "render", "visible"]

WIDTH = 80
_BREAKS = (" = ", " ≈ ", " ~ ", " ← "), (" + ", " − ", " - ", ", ", " ")


@dataclass(frozen=True)
class Row:
    """A line of text, and what it is: a heading, title, reason, formula, note, cell, warning."""

    role: str
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Block:
    """The rows of one step; `step` is None for headings."""

    rows: tuple[Row, ...]
    step: Step | None = None


def render(derivation: Tree, width: int = WIDTH, *, ascii: bool = False) -> str:
    """The derivation in plain text, no line wider than `width` unless one number alone is."""
    style = ASCII if ascii else PLAIN
    lines = [
        row.text.rstrip().replace(NOTE, "")
        for block in blocks(derivation, width, style)
        for row in block.rows
    ]
    text = "\n".join(lines)
    return plain_ascii(text) if ascii else text


def visible(text: str) -> int:
    """How many columns a text takes: marks that are drawn over a letter take none."""
    return sum(not unicodedata.combining(letter) for letter in text)


def blocks(derivation: Tree, width: int, style: Style) -> Iterator[Block]:
    """The derivation block by block, each a step, in the order of reading."""
    yield Block(tuple(_heading(derivation, width, style)))
    for method in derivation.methods:
        yield Block((Row("space", ""), Row("method", rule(method.title, width), method.name)))
        yield from _drawn_in(_steps(method.steps, width, style), derivation, width, style)
    if derivation.comparison:
        yield Block((Row("space", ""), Row("method", rule("Side by side", width), "comparison")))
        yield from _steps(derivation.comparison, width, style)


def _drawn_in(told: Iterator[Block], derivation: Tree, width: int, style: Style) -> Iterator[Block]:
    """The blocks of a method, with the drawing of the graph where it is broken up."""
    for block in told:
        lines = drawn(derivation, style) if block.step and block.step.kind == "break" else []
        rows = [Row("drawing", f"     {line}", "break") for line in lines]
        if rows and max(visible(row.text) for row in rows) <= width:
            block = replace(block, rows=(*block.rows, Row("space", ""), *rows))
        yield block


def rule(title: str, width: int, fill: str = "─") -> str:
    """A title in a line that goes across."""
    return f"{fill * 2} {title} ".ljust(width, fill)


def _heading(derivation: Tree, width: int, style: Style) -> list[Row]:
    function = written(derivation.function, style)
    point = "at " + ", ".join(written(given.shown, style) for given in derivation.inputs)
    rows: list[Row] = []
    if visible(function) + visible(point) + 8 <= width:
        rows.append(Row("heading", rule(f"{function}   {point}", width, "═")))
    else:
        rows.append(Row("heading", "═" * width))
        rows += [Row("function", line) for line in broken(function, width, 2)]
        rows += [Row("function", line) for line in broken(point, width, 2)]
        rows.append(Row("heading", "═" * width))
    for warning in derivation.warnings:
        rows += _wrapped("warning", f"! {warning}", width, "  ")
    return rows


def _steps(steps: Sequence[Step], width: int, style: Style) -> Iterator[Block]:
    for number, step in enumerate(steps, start=1):
        rows = [Row("space", ""), *_step(step, f"{number}. ", width, style)]
        yield Block(tuple(rows), step)


def _step(step: Step, mark: str, width: int, style: Style) -> list[Row]:
    rows = _wrapped("title", mark + step.title, width, "", len(mark)) if step.title else []
    rows += _wrapped("reason", step.reason, width, "   ")
    rows += _lines(step.lines, step.kind, width, style)
    if step.columns:
        rows += _table(step, width, style)
    else:
        for inner in step.steps:
            rows += _nested(inner, 0, width, style)
    rows += _wrapped("warning", f"! {step.warning}" if step.warning else "", width, "   ")
    return rows


def _nested(step: Step, depth: int, width: int, style: Style) -> list[Row]:
    """A step inside another: its title where it groups further steps, else its lines alone."""
    rows: list[Row] = []
    if not step.lines:
        rows += [Row("space", ""), *_wrapped("part", step.title, width, "   ")]
        rows += _wrapped("reason", step.reason if not step.steps else "", width, "   ")
    rows += _lines(step.lines, step.kind, width, style, 5 + 3 * depth)
    for inner in step.steps:
        rows += _nested(inner, depth + bool(step.lines), width, style)
    return rows


def _wrapped(role: str, words: str, width: int, indent: str, hang: int = 0) -> list[Row]:
    if not words:
        return []
    after = indent + " " * hang
    lines = textwrap.wrap(
        words,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=after,
        break_on_hyphens=False,
    )
    return [Row(role, line) for line in lines]


def _lines(
    lines: Sequence[Line], kind: str, width: int, style: Style, indent: int = 5
) -> list[Row]:
    """Formulas, with their notes in a column beside them where there is room."""
    written_lines = [(written(line.formula, style), line.note) for line in lines]
    noted = [visible(left) for left, note in written_lines if note]
    column = max((size for size in noted if size <= width * 0.6), default=0)
    if kind == "rule":
        column = max(column, 53 - indent)  # the names of rules stand in one column
    rows: list[Row] = []
    for left, note in written_lines:
        gap = max(column - visible(left), 0) + 3
        if note and indent + visible(left) + gap + len(note) <= width:
            rows.append(Row("formula", f"{' ' * indent}{left}{' ' * gap}\x00{note}", kind))
            continue
        rows += [Row("formula", line, kind) for line in broken(left, width, indent)]
        rows += _wrapped("note", note, width, " " * (indent + 4))
    return [Row(row.role, row.text.replace("\x00", NOTE), row.kind) for row in rows]


NOTE = "\u200a"  # a hair space: where a note begins beside a formula


def broken(formula: str, width: int, indent: int) -> list[str]:
    """A formula over several lines, broken before its relation signs, or else at other signs."""
    lines: list[str] = []
    rest, room = formula, width - indent
    while visible(rest) > room and (cut := _cut(rest, room)):
        lines.append(rest[:cut])
        rest = rest[cut:].removeprefix(" ")
        room = width - indent - 4
    lines.append(rest)
    return [" " * (indent + (4 if k else 0)) + line for k, line in enumerate(lines)]


def _cut(text: str, room: int) -> int:
    """Where to break a formula so that its first part fits; 0 where it cannot be broken.

    A relation sign outside all brackets is best, then any other sign there, then anything.
    """
    places = _places(text, max(room, 8))
    for outside in (True, False):
        for signs in _BREAKS:
            found = [
                at
                for at, depth in places
                if (depth == 0 or not outside) and any(text.startswith(sign, at) for sign in signs)
            ]
            if found:
                return found[-1] + (1 if text[found[-1]] == "," else 0)
    return 0


def _places(text: str, room: int) -> list[tuple[int, int]]:
    """The places within the room where a line may end, each with how many brackets are open."""
    places: list[tuple[int, int]] = []
    depth = taken = 0
    for at, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        taken += not unicodedata.combining(letter)
        if taken > room:
            break
        if at > 3:
            places.append((at, depth))
    return places


# ---- tables


def _table(step: Step, width: int, style: Style) -> list[Row]:
    step, cells, sizes = _fitted(step, width, style)
    if _across(sizes) > width:
        return _stacked(step, cells, width)
    bars = _bars(step, style) if step.kind == "curve" else [""] * len(cells)
    spare = width - 5 - sum(sizes) - 3 * len(sizes)
    right = numeric_columns(step)
    rows = [Row("head", _aligned(step.columns, sizes, right), step.kind)]
    for row, bar in zip(cells, bars, strict=True):
        beside = f"   {bar}" if bar and len(bar) <= spare else ""
        rows.append(Row("cell", _aligned(row, sizes, right) + beside, step.kind))
    return rows


def _across(sizes: Sequence[int]) -> int:
    return 5 + sum(sizes) + 3 * (len(sizes) - 1)


def _fitted(step: Step, width: int, style: Style) -> tuple[Step, list[list[str]], list[int]]:
    """A table's cells as text; the table of a sweep gives up what can be missed until it fits."""
    ways = (step, _narrower(step), _narrower(step, last=True)) if step.kind == "sweep" else (step,)
    for way in ways:
        cells = [[written(cell, style) for cell in row.cells] for row in way.steps]
        sizes = [max(map(visible, column)) for column in zip(way.columns, *cells, strict=True)]
        if _across(sizes) <= width:
            return way, cells, sizes
    least = _narrower(step) if step.kind == "sweep" else step
    cells = [[written(cell, style) for cell in row.cells] for row in least.steps]
    return least, cells, [width] * len(least.columns)


def _narrower(step: Step, last: bool = False) -> Step:
    """A sweep without the column of what is collected so far; then without the rules' letters."""
    rows = [
        replace(
            row, cells=(row.cells[0], _end(row.cells[1]) if last else row.cells[1], row.cells[2])
        )
        for row in step.steps
    ]
    return replace(step, columns=step.columns[:3], steps=tuple(rows))


def _end(chain: Expression) -> Expression:
    return chain.operands[-1] if chain.head == "equals" else chain


def numeric_columns(step: Step) -> list[bool]:
    """The columns of a table that hold whole numbers only: they are aligned on the right."""
    return [
        all(cell.head == "number" and not set(".e") & set(cell.words[0]) for cell in column)
        for column in zip(*[row.cells for row in step.steps], strict=True)
    ]


def _aligned(cells: Sequence[str], sizes: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        " " * (size - visible(cell)) + cell if end else cell + " " * (size - visible(cell))
        for cell, size, end in zip(cells, sizes, right, strict=True)
    ]
    return "     " + "   ".join(padded)


def _stacked(step: Step, cells: Sequence[Sequence[str]], width: int) -> list[Row]:
    """A table too wide for the page: each row as a list of its entries."""
    rows: list[Row] = []
    for row in cells:
        told = [
            f"{head}: {cell}" if head else cell
            for head, cell in zip(step.columns, row, strict=True)
            if cell
        ]
        for k, entry in enumerate(told):
            rows += [Row("cell", line, step.kind) for line in broken(entry, width, 7 if k else 5)]
    return rows


def _bars(step: Step, style: Style) -> list[str]:
    """A bar for each row of the V curve: how large the forward error is, on a logarithmic scale."""
    errors = [dict(row.numbers)["forward"].value for row in step.steps]
    logs = [math.log10(error) if error > 0 and math.isfinite(error) else -17.0 for error in errors]
    low = min(logs)
    mark = "#" if style.ascii else "▪"
    return [mark * max(1, round(14 * (log - low) / (max(logs) - low or 1))) for log in logs]
