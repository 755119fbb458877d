"""The way back through a loop, told folded: the last steps and the first, and what all send.

In: a sheet and its sweep. Out: a table for each loop the sweep reaches: the cotangent of the state
after a step and before it, and what the step sends to what it reads, with exact totals for the
steps that are not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node, postorder
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loop_words import Wording, short
from infinitesimal.explain.loops import Walk, cotangents, told_steps_back
from infinitesimal.explain.repeat import (
    LOOPS,
    between,
    called_in,
    cell,
    gap,
    is_formula,
    names_of,
    others,
    row,
    titled,
    written_rows,
)
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Step
from infinitesimal.explain.write import written
from infinitesimal.optimise.simplify import simplify

__all__ = ["back_steps", "stored_in_loops"]


def back_steps(sheet: Sheet, sweep: Sweep) -> list[Step]:
    """The way back through every loop that the sweep reaches."""
    told = [_back(sheet, sweep, walk) for walk in sheet.walks[:LOOPS]]
    return [*(step for step in told if step is not None), *others(sheet, _ID)]


def _back(sheet: Sheet, sweep: Sweep, walk: Walk) -> Step | None:
    loop, names, name = walk.loop, names_of(sheet, walk), called_in(sheet, walk)
    arriving = {
        int(node.params[0]): np.asarray(sweep.adjoint(node).value, node.type.dtype)
        for node in sheet.steps
        if node.inputs[:1] == (walk.node,) and node in sweep.adjoints
    }
    reads = [
        part
        for part in (*loop.captured, *loop.elements)
        if part.operand in sweep.adjoints and part.place.type.inexact
    ]
    if not arriving or not walk.steps:
        return None
    states = [part for part in names.states if part.place.type.inexact]
    rows = [
        (sheet.written[result], number)
        for result, number in written_rows(sheet, walk)
        if int(result.params[0]) in arriving
    ]
    back = cotangents(walk, arriving, [part.place for part in reads])
    fixed = [part for part in reads if part in loop.captured]
    heads = [written(write.partial(sweep.of, names.called[part.place])) for part in states]
    heads += [_sent(part, names) for part in reads]
    places = [part.place for part in (*states, *reads)]
    ended = [cell(back.end[part.place]) for part in states] + [write.text("")] * len(reads)
    values = {head: back.end[part.place] for head, part in zip(heads, states, strict=False)}
    table = [row(_ID, name, "end", ended, values)]
    told = told_steps_back(walk.steps)
    for step in told:
        found = [back.local[step][place] for place in places]
        values = dict(zip(heads, found, strict=True))
        table.append(row(_ID, name, str(step + 1), [cell(value) for value in found], values))
    left = walk.steps - len(told)
    blank = [write.text("…" if k == 0 else "") for k in range(len(states))]
    others = [*blank, *(_total(back.others, part) for part in reads)]
    table = list(between(table, gap(_ID, name, left, others), left))
    if fixed and walk.steps > 1:
        sums = [write.text("") for _ in states] + [_total(back.all, part) for part in reads]
        totals = {_sent(part, names): back.all[part.place] for part in fixed}
        table.append(row(_ID, name, f"all {walk.steps:,}", sums, totals))
    return Step(
        f"{_ID}-{name.replace(' and ', '-')}",
        "reverse",
        "way-back",
        f"Inside {titled(name)}: the way back, the last step first",
        _way_back(fixed, names, rows),
        _local_lines(names, states, reads, rows),
        nodes=tuple(name.split(" and ")),
        columns=("step", *heads),
        steps=tuple(table),
    )


_ID = "reverse-back"
_Row = tuple[Expression, Node]  # what a result is called, and the number of it that a step writes


def _sent(part: Any, names: Wording) -> str:
    return f"to {written(names.called[part.place])}"


def _total(totals: Mapping[Node, Any], part: Any) -> Expression:
    return cell(totals[part.place]) if part.place in totals else write.text("")


def _way_back(fixed: Sequence[Any], names: Wording, rows: Sequence[_Row]) -> str:
    told = "What arrives at the state behind a step is passed to the state before it."
    if rows:
        listed = " and ".join(written(result) for result, _ in rows)
        told += f" What arrives at its number of {listed} joins there."
    if fixed:
        listed = " and ".join(written(names.called[part.place]) for part in fixed)
        are = "is" if len(fixed) == 1 else "are"
        told += f" {listed} {are} read at every step: what all steps send is added up."
    return told


def _local_lines(
    names: Wording, states: Sequence[Any], reads: Sequence[Any], rows: Sequence[_Row]
) -> tuple[Line, ...]:
    """The local derivatives of one step, where they are short formulas of numbers."""
    places = [part.place for part in (*states, *reads)]
    results = [*((names.next(part), part.after) for part in states), *rows]
    if len(results) * len(places) > 8 or not is_formula(names):
        return ()
    lines: list[Line] = []
    for result, node in results:
        found = reverse([node], [constant(np.ones((), node.type.dtype))], places)
        for place, local in zip(places, _tidied(found, names), strict=True):
            if local is not None and short(local, names.called):
                of = write.partial(result, names.called[place])
                lines.append(Line(write.equals(of, spell(local, names.called))))
    return tuple(lines)


def _tidied(nodes: Sequence[Node | None], names: Wording) -> list[Node | None]:
    present = [node for node in nodes if node is not None]
    tidy = iter(simplify(present, names.loop.places))
    return [None if node is None else next(tidy) for node in nodes]


def stored_in_loops(sheet: Sheet, sweep: Sweep) -> list[str]:
    """Of each loop on the way back, whether it needs the states of its steps."""
    told: list[str] = []
    for walk in sheet.walks[:LOOPS]:
        loop = walk.loop
        if not any(node.inputs[:1] == (walk.node,) for node in sweep.adjoints):
            continue
        names = names_of(sheet, walk)
        seeds = [input_node(node.type) if node.type.inexact else None for node in loop.results]
        found = reverse(loop.results, seeds, [x for x in loop.places if x.type.inexact])
        read = set(postorder([node for node in found if node is not None]))
        kept = [written(names.called[x.place]) for x in names.states if x.place in read]
        if kept and walk.steps:
            them = " and ".join(kept)
            of = titled(called_in(sheet, walk))
            every = loop.checkpoint
            told.append(
                f"Of {of}, {them} before every {every:,} steps is kept; on the way back they are "
                "walked again, to have the states between."
                if 1 < every < walk.steps
                else f"Of {of}, {them} before each of {walk.steps:,} steps is kept."
            )
    return told
