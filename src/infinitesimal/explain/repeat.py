"""Loops, told folded: "repeat 30 times", with the values of the first, second and last step.

In: a sheet, and what a method has found. Out: steps, a table for each loop of the function: its
state and what it reads, and in forward mode the ε parts beside the values. The way back through a
loop is told by `repeat_back`, its derivative as a formula by `repeat_formula`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, postorder
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loop_words import (
    Wording,
    arrays_told,
    short,
    step_written,
    update_written,
    wording,
)
from infinitesimal.explain.loops import Walk, tangents, told_steps
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.passes import Pass, dual
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet, plain
from infinitesimal.explain.tree import Line, Step
from infinitesimal.explain.write import written

__all__ = [
    "between",
    "called_in",
    "cell",
    "dual_steps",
    "gap",
    "is_formula",
    "names_of",
    "row",
    "times",
    "value_steps",
]

_DIGITS = 6


def names_of(sheet: Sheet, walk: Walk) -> Wording:
    """What the values in a loop are called."""
    return wording(walk.loop, sheet.written, spell)


def called_in(sheet: Sheet, walk: Walk) -> str:
    """The name of a loop: that of its results."""
    results = [sheet.called[node] for node in sheet.steps if node.inputs[:1] == (walk.node,)]
    return " and ".join(results[::-1])


def times(walk: Walk) -> str:
    """`30 times`."""
    return "once" if walk.steps == 1 else f"{walk.steps:,} times"


def _number(value: Any) -> Number:
    return Number(plain(value))


def cell(value: Any) -> Expression:
    """A value in a table."""
    return shown(value, _DIGITS)


def row(method: str, name: str, step: int, cells: Sequence[Expression], **numbers: Any) -> Step:
    """One step of the loop called `name`, in a table."""
    return Step(
        f"{method}-{name.replace(' and ', '-')}-step-{step + 1}",
        method.split("-")[0],
        "row",
        f"step {step + 1}",
        numbers=tuple((key, _number(value)) for key, value in numbers.items()),
        cells=(write.number(str(step + 1)), *cells),
    )


def gap(method: str, name: str, count: int, cells: Sequence[Expression]) -> Step:
    """The steps that are not told, in a table."""
    first = write.text(f"{count:,} more")
    title = f"{count:,} more steps"
    mark = f"{method}-{name.replace(' and ', '-')}-more"
    return Step(mark, method.split("-")[0], "more", title, cells=(first, *cells))


def between(rows: list[Step], gap: Step, count: int) -> tuple[Step, ...]:
    """The rows with the gap before the last one, where there is any."""
    return (*rows[:-1], gap, rows[-1]) if count > 0 else tuple(rows)


# ---- the values


def value_steps(sheet: Sheet, method: str) -> list[Step]:
    """The steps of every loop: what each reads, the state before and after."""
    return [_values(sheet, walk, method) for walk in sheet.walks]


def _values(sheet: Sheet, walk: Walk, method: str) -> Step:
    names, name = names_of(sheet, walk), called_in(sheet, walk)

    def entry(_: Node, value: Any, *__: Any) -> Expression:
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
    told += [_choices(count) for count in walk.taken.values()]
    if loop.condition is not None or loop.length is None:
        told.append("How often it repeats depends on the point.")
    return " ".join(part for part in told if part)


def _choices(count: Mapping[int, int]) -> str:
    """How often each program of a branch inside was taken."""
    told = [
        f"{_ordinal(k)} {times:,} time{'s' * (times > 1)}" for k, times in sorted(count.items())
    ]
    return f"Its branch took {' and '.join(told)}."


def _ordinal(k: int) -> str:
    return "the first" if k == 0 else "the second" if k == 1 else f"number {k}"


def _table(
    sheet: Sheet,
    walk: Walk,
    names: Wording,
    method: str,
    entry: Callable[[Node, Any, int, bool], Expression],
    reason: str,
    name: str,
    numbers: Callable[[int], dict[str, Any]] = lambda _: {},
) -> Step:
    """The first, the second and the last step; `entry` writes the value of a place at a step."""
    loop = walk.loop
    inside = dict(zip(loop.places, range(len(loop.places)), strict=True))
    used = set(postorder(loop.results))
    reads = [part.place for part in loop.elements]
    counters = [part.place for part in names.counters if _is_used(part.place, names, used)]
    states = [part.place for part in names.states]
    heads = [*counters, *reads, *states]
    columns = [written(names.called[place]) for place in heads]
    columns += [written(names.next(part)) for part in names.states]
    order = {part.place: k for k, part in enumerate(loop.carried)}
    rows: list[Step] = []
    for step in told_steps(walk.steps):
        values = walk.filled(step)
        cells = [entry(place, values[inside[place]], step, False) for place in heads]
        after = {place: walk.states[step + 1][order[place]] for place in states}
        cells += [entry(place, after[place], step, True) for place in states]
        told = {written(names.called[place]): values[inside[place]] for place in heads}
        told |= {written(names.next(part)): after[part.place] for part in names.states}
        rows.append(row(method, name, step, cells, **told, **numbers(step)))
    left = walk.steps - len(rows)
    if rows:
        blank = [write.text("…")] + [write.text("")] * (len(columns) - 1)
        rows = list(between(rows, gap(method, name, left, blank), left))
    updates = Line(update_written(names, spell)) if names.states else None
    return Step(
        f"{method}-{name.replace(' and ', '-')}",
        method.split("-")[0],
        "loop",
        f"Inside {name}: repeat {times(walk)}",
        reason,
        () if updates is None else (updates,),
        nodes=tuple(name.split(" and ")),
        columns=("step", *columns) if rows else (),
        steps=tuple(rows),
    )


def _is_used(place: Node, names: Wording, used: set[Node]) -> bool:
    """Whether a counter is read by more than its own counting."""
    own = {part.after for part in names.counters}
    return any(place in node.inputs for node in used if node not in own)


# ---- forward


def dual_steps(sheet: Sheet, done: Pass, k: int) -> list[Step]:
    """In a pass, the state of every loop that moves as dual numbers."""
    return [found for walk in sheet.walks if (found := _duals(sheet, done, walk, k)) is not None]


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
    moved = tangents(walk, given)

    def entry(place: Node, value: Any, step: int, after: bool) -> Expression:
        found = (moved[step].after if after else moved[step].places).get(place)
        return cell(value) if found is None else dual(_number(value), _number(found))

    def numbers(step: int) -> dict[str, Any]:
        here = {f"{written(names.called[x])} ε": t for x, t in moved[step].places.items()}
        after = [(part, moved[step].after.get(part.place)) for part in names.states]
        return here | {f"{written(names.next(x))} ε": t for x, t in after if t is not None}

    still = [part for part in loop.captured if part.place in given]
    said = [
        f"{written(write.equals(names.called[x.place], dual(_number(v), _number(given[x.place]))))}"
        for x, v in zip(loop.captured, walk.captured, strict=True)
        if x in still
    ]
    reason = "The state is a dual number: its ε part goes from step to step beside the value."
    if said:
        reason += f" At every step {' and '.join(said)}."
    step = _table(sheet, walk, names, f"forward-{k}-loop", entry, reason, name, numbers)
    return step


# ---- for the other methods


def is_formula(names: Wording) -> bool:
    """Whether a step is a short formula of numbers, without further loops."""
    nodes = postorder([part.after for part in names.states])
    small = all(short(part.after, names.called) for part in names.states)
    return small and not any(node.primitive.bodies or node.type.shape for node in nodes)
