"""Loops, told folded: "repeat 30 times", with the values of the first, second and last step.

In: a sheet, and what a method has found. Out: steps, a table for each loop of the function: its
state and what it reads, and in forward mode the ε parts beside the values. The way back through a
loop is told by `repeat_back`, its derivative as a formula by `repeat_formula`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, postorder
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loop_words import (
    Wording,
    arrays_told,
    condition_of,
    function_name,
    short,
    step_written,
    update_written,
    wording,
)
from infinitesimal.explain.loops import Walk, tangents, told_steps
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.passes import Pass, dual
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet, plain, symbol
from infinitesimal.explain.tree import Line, Step
from infinitesimal.explain.write import written

__all__ = [
    "LOOPS",
    "between",
    "called_in",
    "cell",
    "dual_steps",
    "gap",
    "is_formula",
    "names_of",
    "number_of",
    "others",
    "row",
    "times",
    "titled",
    "value_steps",
    "written_rows",
]

LOOPS = 6  # loops that are told one by one
_DIGITS = 6


def names_of(sheet: Sheet, walk: Walk) -> Wording:
    """What the values in a loop are called."""
    return wording(walk.loop, sheet.written, spell)


def called_in(sheet: Sheet, walk: Walk) -> str:
    """The name of a loop: that of its results."""
    results = [sheet.called[node] for node in sheet.steps if node.inputs[:1] == (walk.node,)]
    return " and ".join(results[::-1])


def written_rows(sheet: Sheet, walk: Walk) -> list[tuple[Node, Node]]:
    """The results of a loop that each step wrote a number of, and that number in the body."""
    first = len(walk.loop.carried)
    picks = {int(x.params[0]) - first: x for x in sheet.steps if x.inputs[:1] == (walk.node,)}
    rows = list(enumerate(walk.loop.written))
    return [(picks[k], row) for k, row in rows if k in picks and _is_number(row)]


def _is_number(node: Node) -> bool:
    inner = any(x.primitive.bodies or x.type.shape for x in postorder([node]))
    return node.type.inexact and not inner


def times(walk: Walk) -> str:
    """`30 times`."""
    return "once" if walk.steps == 1 else f"{walk.steps:,} times"


def number_of(value: Any) -> Number:
    """A value as a number of the derivation."""
    return Number(plain(value))


def cell(value: Any) -> Expression:
    """A value in a table."""
    return shown(value, _DIGITS)


def row(
    method: str, name: str, at: str, cells: Sequence[Expression], numbers: Mapping[str, Any]
) -> Step:
    """One step of the loop called `name`, in a table."""
    return Step(
        f"{method}-{_mark(name)}-{at.replace(' ', '-')}",
        method.split("-")[0],
        "row",
        f"step {at}" if at.isdigit() else at,
        numbers=tuple((key, number_of(value)) for key, value in numbers.items()),
        cells=(write.text(at), *cells),
    )


def titled(name: str) -> str:
    """The names of a loop's results as they are read."""
    return " and ".join(written(symbol(each)) for each in name.split(" and "))


def _mark(name: str) -> str:
    return name.replace(" and ", "-")


def gap(method: str, name: str, count: int, cells: Sequence[Expression]) -> Step:
    """The steps that are not told, in a table."""
    first = write.text(f"{count:,} more")
    title = f"{count:,} more steps"
    return Step(
        f"{method}-{_mark(name)}-more", method.split("-")[0], "more", title, cells=(first, *cells)
    )


def between(rows: list[Step], gap: Step, count: int) -> tuple[Step, ...]:
    """The rows with the gap before the last one, where there is any."""
    return (*rows[:-1], gap, rows[-1]) if count > 0 else tuple(rows)


# ---- the values


def value_steps(sheet: Sheet, method: str) -> list[Step]:
    """The steps of every loop: what each reads, the state before and after."""
    return [
        *(_values(sheet, walk, method) for walk in sheet.walks[:LOOPS]),
        *others(sheet, f"{method}-loop"),
    ]


def others(sheet: Sheet, id: str) -> list[Step]:
    """That there are more loops than are told one by one, where that is so."""
    left = [titled(called_in(sheet, walk)) for walk in sheet.walks[LOOPS:]]
    if not left:
        return []
    said = f"{', '.join(left[:LOOPS])}{', …' if len(left) > LOOPS else ''} go the same way."
    title = f"{len(left):,} more loop{'s' * (len(left) > 1)}"
    return [Step(f"{id}-others", id.split("-")[0], "loop", title, said)]


def _values(sheet: Sheet, walk: Walk, method: str) -> Step:
    names, name = names_of(sheet, walk), called_in(sheet, walk)

    def entry(_: Node, value: Any, __: int) -> Expression:
        return cell(value)

    return _table(sheet, walk, names, f"{method}-loop", entry, _reason(sheet, walk, names), name)


def _reason(sheet: Sheet, walk: Walk, names: Wording) -> str:
    """What a loop does, in words."""
    loop = walk.loop
    told: list[str] = []
    if loop.condition is not None:
        condition = written(step_written(loop.condition, names, spell))
        told.append(f"Each step goes on from what the last one left, as long as {condition}.")
    elif loop.elements:
        read = " and ".join(written(names.called[part.place]) for part in loop.elements)
        several = len(loop.elements) > 1
        order = "the next element" if not loop.backward else "the next element from the end"
        told.append(f"Each step reads {read}, {order}{' of each array' if several else ''}.")
    else:
        told.append("Each step goes on from what the last one left.")
    told.append(arrays_told(names))
    told += [_choices(*each) for each in walk.taken.items()]
    if loop.condition is not None or loop.length is None:
        told.append("How often it repeats depends on the point.")
    return " ".join(part for part in told if part)


def _choices(branch: Node, count: Mapping[int, int]) -> str:
    """How often each program of a branch inside was taken."""
    told = [
        f"{function_name(branch, k)} ({often:,} time{'s' * (often > 1)})"
        for k, often in sorted(count.items(), reverse=condition_of(branch) is not None)
    ]
    return f"The branch in it took {', '.join(told)}."


def _table(
    sheet: Sheet,
    walk: Walk,
    names: Wording,
    method: str,
    entry: Callable[[Node, Any, int], Expression],
    reason: str,
    name: str,
    numbers: Callable[[int], Mapping[str, Any]] = lambda _: {},
) -> Step:
    """Where it starts, and the first, the second and the last step.

    `entry` writes the value of a place at a step: what is read there, or the state it leaves.
    """
    loop = walk.loop
    used = set(postorder(loop.results))
    reads = [part.place for part in loop.elements]
    read = [*(x.place for x in names.counters if _is_used(x.place, names, used)), *reads]
    states = [part.place for part in names.states]
    order = {part.place: k for k, part in enumerate(loop.carried)}
    columns = [written(names.called[place]) for place in (*read, *states)]
    blank = [write.text("")] * len(read)
    begun = [entry(x, walk.states[0][order[x]], -1) for x in states]
    rows = [row(method, name, "start", [*blank, *begun], numbers(-1))]
    rows[0] = replace(
        rows[0], numbers=(*_named(names, states, walk.states[0], order), *rows[0].numbers)
    )
    told = told_steps(walk.steps)
    for step in told:
        inside = dict(zip(loop.places, walk.filled(step), strict=True))
        after = walk.states[step + 1]
        cells = [entry(place, inside[place], step) for place in read]
        cells += [entry(place, after[order[place]], step) for place in states]
        found = row(method, name, str(step + 1), cells, numbers(step))
        values = [(written(names.called[x]), number_of(inside[x])) for x in read]
        values += _named(names, states, after, order)
        rows.append(replace(found, numbers=(*values, *found.numbers)))
    left = walk.steps - len(told)
    more = [write.text("…")] + [write.text("")] * (len(columns) - 1)
    rows = list(between(rows, gap(method, name, left, more), left))
    updates = Line(update_written(names, spell)) if names.states else None
    return Step(
        f"{method}-{_mark(name)}",
        method.split("-")[0],
        "loop",
        f"Inside {titled(name)}: repeat {times(walk)}",
        reason,
        () if updates is None else (updates,),
        nodes=tuple(name.split(" and ")),
        columns=("step", *columns) if columns else (),
        steps=tuple(rows) if columns else (),
    )


def _named(
    names: Wording, places: Sequence[Node], state: Sequence[Any], order: Mapping[Node, int]
) -> list[tuple[str, Number]]:
    return [(written(names.called[x]), number_of(state[order[x]])) for x in places]


def _is_used(place: Node, names: Wording, used: set[Node]) -> bool:
    """Whether a counter is read by more than its own counting."""
    own = {part.after for part in names.counters}
    return any(place in node.inputs for node in used if node not in own)


# ---- forward


def dual_steps(sheet: Sheet, done: Pass, k: int) -> list[Step]:
    """In a pass, the state of every loop that moves as dual numbers."""
    told = [_duals(sheet, done, walk, k) for walk in sheet.walks[:LOOPS]]
    return [*(step for step in told if step is not None), *others(sheet, f"forward-{k}-loop")]


def _duals(sheet: Sheet, done: Pass, walk: Walk, k: int) -> Step | None:
    loop, names, name = walk.loop, names_of(sheet, walk), called_in(sheet, walk)
    operands = [
        *((part.place, part.operand) for part in (*loop.captured, *loop.elements)),
        *((part.place, part.start) for part in loop.carried),
    ]
    given = {
        place: np.asarray(done.of(operand).value, operand.type.dtype)
        for place, operand in operands
        if done.moves(operand)
    }
    if not given:
        return None
    start, steps = tangents(walk, given)

    def entry(place: Node, value: Any, step: int) -> Expression:
        found = tangent(place, step)
        return cell(value) if found is None else dual(number_of(value), number_of(found))

    def tangent(place: Node, step: int) -> Any:
        """Of the state that a step leaves (-1: that it starts from), of an element it reads."""
        if step < 0:
            return start.get(place)
        return steps[step].after.get(place, steps[step].places.get(place))

    def numbers(step: int) -> dict[str, Any]:
        told = [*(part.place for part in loop.elements), *(part.place for part in names.states)]
        found = {f"{written(names.called[x])} ε": tangent(x, step) for x in told}
        return {name: value for name, value in found.items() if value is not None}

    still = [part for part in loop.captured if part.place in given]
    values = dict(zip(loop.captured, walk.captured, strict=True))
    duals = {x: dual(number_of(values[x]), number_of(given[x.place])) for x in still}
    said = [written(write.equals(names.called[x.place], moved)) for x, moved in duals.items()]
    reason = "The state is a dual number: its ε part goes from step to step beside the value."
    if said:
        reason += f" At every step {' and '.join(said)}."
    step = _table(sheet, walk, names, f"forward-{k}-loop", entry, reason, name, numbers)
    return step


# ---- for the other methods


def is_formula(names: Wording) -> bool:
    """Whether a step is a short formula of numbers, without further loops."""
    places = dict.fromkeys(names.loop.places)
    nodes = postorder([part.after for part in names.states], places)
    nodes += [part.place for part in names.states]
    small = all(short(part.after, names.called) for part in names.states)
    return small and not any(node.primitive.bodies or node.type.shape for node in nodes)
