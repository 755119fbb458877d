"""Long derivations, folded: never more than so many lines or rows at once, with exact totals.

In: a step. Out: the same step, short enough to read: of many lines the first and the last, of a
long table of edges those with the largest contributions, in their order, and a row that says what
the others add up to; and, for long functions, where in the program the work is done.
"""

from __future__ import annotations

import linecache
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from infinitesimal.core.count import operations
from infinitesimal.explain import expression as write
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Step

__all__ = ["LINES", "NODES", "few", "folded", "where"]

LINES = 40  # lines or rows at once
NODES = 60  # nodes of a picture at once


def folded(step: Step) -> Step:
    """The step with long lists cut short, all the way down."""
    steps = tuple(folded(inner) for inner in step.steps)
    if len(steps) > LINES:
        steps = _largest(step, steps) if step.kind == "sweep" else _ends(steps)
    return replace(
        step,
        steps=steps,
        lines=_some(step.lines),
        numbers=step.numbers[:NODES],
        nodes=step.nodes[:NODES],
    )


def _some(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if len(lines) <= LINES:
        return lines
    half = (LINES - 1) // 2
    gap = Line(write.text(f"… {len(lines) - 2 * half} more …"))
    return (*lines[:half], gap, *lines[-half:])


def _ends(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    half = (LINES - 1) // 2
    return (*steps[:half], _row(steps[0], f"{len(steps) - 2 * half} more"), *steps[-half:])


def _row(like: Step, said: str, amount: write.Expression | None = None) -> Step:
    cells = [write.text("…"), write.text(said), *[write.text("") for _ in like.cells[2:]]]
    if amount is not None:
        cells[2] = amount
    return Step(f"{like.id}-more", like.method, "more", said, cells=tuple(cells))


def _largest(table: Step, rows: tuple[Step, ...]) -> tuple[Step, ...]:
    """The rows with the largest contributions, and what the others add up to."""
    sizes = [_size(row) for row in rows]
    kept = set(sorted(range(len(rows)), key=lambda k: -sizes[k])[: LINES - 1])
    left = [row for k, row in enumerate(rows) if k not in kept]
    total = sum(_contribution(row) for row in left)
    shown_total = shown(Number(total)) if np.isfinite(total) else write.text("")
    said = f"{len(left)} others add up to"
    return (*[row for k, row in enumerate(rows) if k in kept], _row(rows[-1], said, shown_total))


def _contribution(row: Step) -> float:
    value: Any = dict(row.numbers)["contribution"].value
    return float(np.sum(value))


def _size(row: Step) -> float:
    value: Any = dict(row.numbers)["contribution"].value
    return float(np.nan_to_num(np.max(np.abs(value), initial=0.0), nan=np.inf))


# ---- where in the program the work is done


def where(sheet: Sheet) -> list[Step]:
    """Of a long or forking program, how many steps and operations each line came to."""
    if len(sheet.steps) <= LINES and not sheet.subject.forks:
        return []
    steps, work = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for node in dict.fromkeys(x.inputs[0] if is_looped(x) else x for x in sheet.steps):
        place = _place(node.origin)
        steps[place] += 1
        work[place] += operations([node], node.inputs, sheet.bindings)
    busiest = work.most_common(LINES - 1)
    rows = [_line(place, steps[place], count) for place, count in busiest]
    total = f"{len(sheet.steps):,} steps, {sum(work.values()):,} operations"
    return [
        Step(
            "where",
            "",
            "where",
            "The path that was taken",
            f"The function came to {total}, as traced at this point; at another point loops may "
            "run longer and branches be taken otherwise. Line by line of the program:",
            columns=("line", "steps", "operations", "program"),
            steps=tuple(rows),
        )
    ]


def _place(origin: tuple[Any, int] | None) -> tuple[str, int]:
    return ("", 0) if origin is None else (str(origin[0].co_filename), origin[1])


def _line(place: tuple[str, int], steps: int, work: int) -> Step:
    file, number = place
    name = f"{os.path.basename(file)}:{number}" if file else "?"
    source = linecache.getline(file, number).strip()
    source = source if len(source) <= 36 else source[:33] + "…"
    counts = (("steps", Number(float(steps))), ("operations", Number(float(work))))
    cells = (
        write.text(name),
        write.number(str(steps)),
        write.number(str(work)),
        write.text(source),
    )
    return Step(f"where-{number}", "", "row", name, numbers=counts, cells=cells)


def few(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Each step folded."""
    return tuple(map(folded, steps))
