"""Reverse mode through a loop: forward once, writing down what the way back reads; then back.

In: the node of a loop, the cotangents of its results (None is zero), and reverse mode itself. Out:
the cotangents of its operands. The way back is a loop too, from the last step to the first: its
steps are the body's own reverse sweep, it carries the cotangents of the carried values and adds up
those of what was captured. Written down is only what those steps read of the values of the body,
and nothing that a reshape away from something written.

With `checkpoint` of k steps, only the carried values before every k-th step are written down, and
the way back computes k steps again at a time. (A. Griewank, "Achieving logarithmic growth of
temporal and spatial complexity in reverse automatic differentiation", 1992, has the idea.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.types import INT64
from infinitesimal.ops.control.joined import joined_loop
from infinitesimal.ops.control.loop import (
    Carried,
    Loop,
    Read,
    loop_of,
    new_places,
    place_like,
)
from infinitesimal.ops.control.residuals import residuals
from infinitesimal.ops.control.segments import back_by_segments
from infinitesimal.ops.control.way_back import Cotangents, Found, Reverse, Wanted, live, or_zeros

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
    whole = not loop.backward and (bare or loop.length is not None)
    way = back_by_segments if loop.checkpoint > 1 and whole else _back
    found = way(loop, given, Wanted(asked, sums), reverse)
    counted = [None] * (loop.count is not None)
    return [*counted, *(found.get(leaf) if leaf in asked else None for leaf in loop.places)]


def _back(loop: Loop, given: Cotangents, wanted: Wanted, reverse: Reverse) -> Found:
    """The way back, one step of the loop at a time."""
    numbers = new_places(loop)
    walking = live(loop, given, wanted)
    ends = {k: place_like(loop.carried[k].place, numbers) for k in walking}
    rows = {
        k: place_like(loop.written[k], numbers)
        for k, cotangent in enumerate(given.rows)
        if cotangent is not None and loop.written[k].type.inexact
    }
    captured = [part for part in loop.captured if part.place in wanted.places]
    sums = {part.place: place_like(part.place, numbers) for part in captured}
    elements = [part for part in loop.elements if part.place in wanted.places]
    wrt = [*sums, *(loop.carried[k].place for k in walking), *(part.place for part in elements)]
    late = any(given.ends[k] is None for k in walking)
    found = dict(
        zip(
            wrt,
            reverse(
                loop.results,
                [
                    *map(ends.get, range(len(loop.carried))),
                    *map(rows.get, range(len(loop.written))),
                ],
                wrt,
                masked=given.masked or late,
                gathered=sums,
            ),
            strict=True,
        )
    )
    idle = {leaf for leaf, total in sums.items() if found[leaf] is total}
    adding = [leaf for leaf in sums if leaf not in idle]
    sent = [part.place for part in elements if found[part.place] is not None]
    outputs = [
        *(or_zeros(found[loop.carried[k].place], ends[k]) for k in walking),
        *(or_zeros(found[leaf], leaf) for leaf in adding),
        *(or_zeros(found[leaf], leaf) for leaf in sent),
    ]
    stored, recorded, count = _recorded(
        loop, residuals(loop, outputs, [*ends.values(), *rows.values(), *sums.values()])
    )
    inside = {node: place_like(node, numbers) for node in stored}
    outputs = substitute(outputs, inside)
    used = set(postorder(outputs))
    first, second = len(walking), len(walking) + len(adding)
    way = Loop(
        captured=tuple(part for part in loop.captured if part.place in used),
        carried=(
            *(
                Carried(ends[k], or_zeros(given.ends[k], ends[k]), after)
                for k, after in zip(walking, outputs[:first], strict=True)
            ),
            *(
                Carried(sums[leaf], or_zeros(wanted.sums.get(leaf), leaf), after)
                for leaf, after in zip(adding, outputs[first:second], strict=True)
            ),
        ),
        elements=(
            *(Read(inside[node], value) for node, value in zip(stored, recorded, strict=True)),
            *(part for part in loop.elements if part.place in used),
            *(Read(leaf, _given(given.rows[k])) for k, leaf in rows.items() if leaf in used),
        ),
        written=tuple(outputs[second:]),
        length=loop.length if count is None else None,
        count=count if count is not None else loop.count,
        backward=not loop.backward,
        checkpoint=loop.checkpoint,
    )
    results = joined_loop(way).built()
    keys = [*(loop.carried[k].place for k in walking), *adding, *sent]
    return {**wanted.sums, **dict(zip(keys, results, strict=True))}


def _recorded(loop: Loop, stored: Sequence[Node]) -> tuple[list[Node], list[Node], Node | None]:
    """The loop, writing down the stored nodes: these, their stacks, and its steps if it counts."""
    nodes = list(stored)
    counting = loop.condition is not None
    if not nodes and not counting:
        return nodes, [], None
    written = [*loop.written, *(node for node in nodes if node not in loop.written)]
    carried = loop.carried
    if counting:
        steps = place_like(INT64, new_places(loop))
        carried = (*carried, Carried(steps, constant(0), steps + 1))
    results = joined_loop(replace(loop, carried=carried, written=tuple(written))).built()
    rows = results[len(carried) :]
    stacks = [rows[written.index(node)] for node in nodes]
    return nodes, stacks, results[len(loop.carried)] if counting else None


def _given(node: Node | None) -> Node:
    assert node is not None
    return node
