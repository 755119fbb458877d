"""Reverse mode through a loop: forward once, writing down what the way back reads; then back.

In: the node of a loop, the cotangents of its results (None is zero), and reverse mode itself. Out:
the cotangents of its operands. The way back is a loop too, from the last step to the first: its
steps are the body's own reverse sweep, it carries the cotangents of the carried values and adds up
those of what was captured. Written down is only what those steps read of the values of the body
(`ops.control.residuals`). A `while` counts its steps on the way forward. With `checkpoint` of
several steps the way back is that of `ops.control.segments`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from infinitesimal.core.graph import substitute
from infinitesimal.core.node import Node, postorder
from infinitesimal.ops.control.crossing import pull_crosses
from infinitesimal.ops.control.loop import Loop, Read, counted, loop_of, new_places, place_like
from infinitesimal.ops.control.merge import merged_loop
from infinitesimal.ops.control.residuals import residuals
from infinitesimal.ops.control.segments import back_by_segments
from infinitesimal.ops.control.way_back import (
    Cotangents,
    Found,
    Reverse,
    Wanted,
    carried_back,
    entries,
    live,
    swept,
)

__all__ = ["pull_loop"]

Gathered = Callable[[Node], Node | None]


def pull_loop(
    node: Node,
    cotangents: Sequence[Node | None],
    wanted: Sequence[bool],
    masked: bool,
    reverse: Reverse,
    gathered: Gathered,
) -> list[Node | None]:
    """The cotangent of each operand of a loop; None is zero, or not wanted.

    `gathered(operand)` is what else the cotangent of a captured operand amounts to, which the
    answer then includes: so that the order of all additions is that of the unrolled loop.
    """
    loop = loop_of(node)
    ends, rest = cotangents[: len(loop.carried)], cotangents[len(loop.carried) :]
    given = Cotangents(ends, rest[: len(loop.written)], rest[len(loop.written) :], masked)
    flags = wanted[loop.count is not None :]
    asked = frozenset(
        place for place, want in zip(loop.places, flags, strict=True) if want and place.type.inexact
    )
    sums = {
        part.place: total
        for part in loop.captured
        if part.place in asked and (total := gathered(part.operand)) is not None
    }
    # steps of unknown number are not cut into segments where each has something of its own
    bare = not loop.elements and all(cotangent is None for cotangent in given.rows)
    whole = loop.length is not None or (bare and not loop.backward)
    way = back_by_segments if loop.checkpoint > 1 and whole else _back
    found = way(loop, given, Wanted(asked, sums), reverse)
    of_count = [None] * (loop.count is not None)
    return [*of_count, *(found.get(leaf) if leaf in asked else None for leaf in loop.places)]


def _back(loop: Loop, given: Cotangents, wanted: Wanted, reverse: Reverse) -> Found:
    """The way back, one step of the loop at a time."""
    numbers = new_places(loop)
    ends = {k: given.ends[k] for k in live(loop, given, wanted)}
    rows = {k: row for k, row in enumerate(given.rows) if row is not None}
    written = {k: loop.written[k] for k in rows if loop.written[k].type.inexact}
    within = entries(loop, ends, written, wanted, numbers)
    elements = {part.place: part.place for part in loop.elements if part.place in wanted.places}
    # a cotangent that begins to walk later starts as a zero, which must stay one
    late = any(cotangent is None for cotangent in ends.values())
    masked = given.masked or late or pull_crosses(loop, ends, list(written.values()))
    exits = swept(loop, within, loop.results, elements, reverse, masked)
    stored = residuals(loop, exits.results, within.places)
    stacks, count = _recorded(loop, stored)
    inside = {node: place_like(node, numbers) for node in stored}
    exits = exits.replaced(substitute(exits.results, inside))
    used = set(postorder(exits.results))
    way = Loop(
        captured=tuple(part for part in loop.captured if part.place in used),
        carried=tuple(carried_back(within, exits, ends, wanted.sums)),
        elements=(
            *(Read(inside[node], stack) for node, stack in zip(stored, stacks, strict=True)),
            *(part for part in loop.elements if part.place in used),
            *(Read(leaf, rows[k]) for k, leaf in within.rows.items() if leaf in used),
        ),
        written=tuple(exits.sent.values()),
        length=loop.length if count is None else None,
        count=loop.count if count is None else count,
        backward=not loop.backward,
        checkpoint=loop.checkpoint,
    )
    found = exits.replaced(merged_loop(way).built())
    starts = {loop.carried[k].place: cotangent for k, cotangent in found.ends.items()}
    return {**wanted.sums, **found.sums, **starts, **found.sent}


def _recorded(loop: Loop, stored: Sequence[Node]) -> tuple[list[Node], Node | None]:
    """The stacks of the nodes that are written down, and the number of steps if it is counted."""
    counting = loop.condition is not None
    if not stored and not counting:
        return [], None
    written = [*loop.written, *(node for node in stored if node not in loop.written)]
    carried = (*loop.carried, *([counted(loop)] if counting else []))
    results = merged_loop(replace(loop, carried=carried, written=tuple(written))).built()
    rows = results[len(carried) :]
    stacks = [rows[written.index(node)] for node in stored]
    return stacks, results[len(loop.carried)] if counting else None
