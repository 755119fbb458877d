"""Reverse mode through a loop in little memory: a few steps at a time, computed again.

In: a loop with `checkpoint` of k steps. Out: the cotangents of what fills its places, bit for bit
those of the way back that stores every step. The way forward saves the carried values before every
k-th step; the way back is a loop over segments of k steps, whose body walks its segment forward
again and then back. So the memory is n/k states and what k steps write down. (A. Griewank,
"Achieving logarithmic growth of temporal and spatial complexity in reverse automatic
differentiation", 1992, has the idea and carries it further.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from infinitesimal.core.body import place
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import span
from infinitesimal.core.types import INT64, array_type
from infinitesimal.ops.control.crossing import pull_crosses
from infinitesimal.ops.control.loop import Carried, Loop, Read, counted, new_places, place_like
from infinitesimal.ops.control.merge import merged_loop
from infinitesimal.ops.control.way_back import (
    Cotangents,
    Exits,
    Found,
    Maybe,
    Reverse,
    Wanted,
    carried_back,
    entries,
    live,
    swept,
)
from infinitesimal.ops.index import index
from infinitesimal.ops.order import flip
from infinitesimal.ops.shape import concatenate, reshape

__all__ = ["back_by_segments"]


@dataclass(frozen=True)
class _Stretch:
    """Segments of one length, one after the other; what is known of them, stacked, one entry each.

    `segments` and `steps` are how many there are and how long each is; None where `total`, the
    number of all steps, is computed: then the last segment may be shorter than the others.
    """

    segments: int | None
    steps: int | None
    total: Maybe
    states: Sequence[Node]
    state_cotangents: Sequence[Maybe]
    elements: Sequence[Node]
    rows: Sequence[Maybe]


def back_by_segments(loop: Loop, given: Cotangents, wanted: Wanted, reverse: Reverse) -> Found:
    """The cotangent of what fills each place that wants one; see `ops.control.pull`."""
    ends = {k: given.ends[k] for k in live(loop, given, wanted)}
    pairs = zip(loop.written, given.rows, strict=True)
    rows = [row for row, cotangent in pairs if cotangent is not None and row.type.inexact]
    late = any(cotangent is None for cotangent in ends.values())
    masked = given.masked or late or pull_crosses(loop, ends, rows)
    sums: Found = dict(wanted.sums)
    sent: dict[Node, list[Node]] = {}
    for stretch in _stretches(loop, given):
        way = _WayBack(loop, stretch, wanted, reverse, masked)
        found = way.found(ends, sums)
        ends = {**ends, **found.ends}
        sums |= found.sums
        for leaf, cotangent in found.sent.items():  # stretches of known length alone have elements
            stacks = sent.setdefault(leaf, [])
            count = cotangent.type.shape[0] * cotangent.type.shape[1]
            stacks.insert(0, reshape(cotangent, shape=(count, *leaf.type.shape)))
    starts = {loop.carried[k].place: end for k, end in ends.items() if end is not None}
    joined = {leaf: _walked(loop, concatenate(*stacks, axis=0)) for leaf, stacks in sent.items()}
    return {**sums, **starts, **joined}


def _stretches(loop: Loop, given: Cotangents) -> list[_Stretch]:
    """The segments, from the last to the first: a shorter one at the end, and those of k steps."""
    size = loop.checkpoint
    states, total = _saved(loop)
    by_state = dict(zip(loop.saved, given.states, strict=True))
    of_states = [by_state.get(k) for k in range(len(loop.carried))]
    if total is not None:
        return [_Stretch(None, None, total, states, of_states, (), given.rows)]
    assert loop.length is not None
    whole, rest = divmod(loop.length, size)
    elements = [_walked(loop, part.operand) for part in loop.elements]
    rows = [stack and _walked(loop, stack) for stack in given.rows]
    parts = [(whole, 1, rest)] * (rest > 0) + [(0, whole, size)] * (whole > 0)
    return [
        _Stretch(
            count,
            steps,
            None,
            [_entries(stack, first, count) for stack in states],
            [stack and _entries(stack, first, count) for stack in of_states],
            [_folded(stack, first * size, count, steps) for stack in elements],
            [stack and _folded(stack, first * size, count, steps) for stack in rows],
        )
        for first, count, steps in parts
    ]


def _walked(loop: Loop, stack: Node) -> Node:
    """A stack in the order in which the loop walks, or from that back in its own."""
    return flip(stack, 0) if loop.backward else stack


def _entries(stack: Node, first: int, count: int) -> Node:
    return index(stack, key=(span(first, first + count, 1),))


def _folded(stack: Node, first: int, count: int, steps: int) -> Node:
    """So many entries of a stack, `steps` of them in a row."""
    part = _entries(stack, first, count * steps)
    return reshape(part, shape=(count, steps, *stack.type.shape[1:]))


def _saved(loop: Loop) -> tuple[list[Node], Maybe]:
    """The carried values before every segment, stacked; the number of steps if it is computed."""
    counting = loop.condition is not None
    carried = (*loop.carried, *([counted(loop)] if counting else []))
    states = tuple(range(len(loop.carried)))
    results = merged_loop(replace(loop, carried=carried, saved=states)).built()
    total = results[len(loop.carried)] if counting else loop.count
    return results[len(carried) + len(loop.written) :], total


@dataclass(frozen=True)
class _WayBack:
    """The way back through one stretch, from its last segment to its first."""

    loop: Loop
    stretch: _Stretch
    wanted: Wanted
    reverse: Reverse
    masked: bool

    def found(self, ends: dict[int, Maybe], sums: Found) -> Exits:
        """The cotangents before the stretch, from those behind it, and those of its elements."""
        loop, stretch = self.loop, self.stretch
        numbers = new_places(loop)
        segment = {
            part.place: place_like(_entry(stack), numbers)
            for part, stack in zip(loop.elements, stretch.elements, strict=True)
        }
        rows = {k: _entry(stack) for k, stack in enumerate(stretch.rows) if stack is not None}
        within = entries(loop, ends, rows, self.wanted, numbers)
        of_states = {
            k: place_like(loop.carried[k].place, numbers)
            for k in ends
            if stretch.state_cotangents[k] is not None
        }
        which, all_steps = place_like(INT64, numbers), place_like(INT64, numbers)
        results = self._again(segment, which, all_steps)
        elements = {leaf: node for leaf, node in segment.items() if leaf in self.wanted.places}
        exits = swept(loop, within, results, elements, self.reverse, self.masked)
        exits.ends.update({k: exits.ends[k] + leaf for k, leaf in of_states.items()})
        used = set(postorder(exits.results))
        reads = [
            *((part.place, stretch.states[k]) for k, part in enumerate(loop.carried)),
            *zip(segment.values(), stretch.elements, strict=True),
            *((leaf, stretch.rows[k]) for k, leaf in within.rows.items()),
            *((leaf, stretch.state_cotangents[k]) for k, leaf in of_states.items()),
        ]
        carried, captured, count = self._counted(which, all_steps)
        way = Loop(
            captured=tuple(part for part in (*loop.captured, *captured) if part.place in used),
            carried=(*carried_back(within, exits, ends, sums), *carried),
            elements=tuple(
                Read(leaf, stack) for leaf, stack in reads if leaf in used and stack is not None
            ),
            written=tuple(exits.sent.values()),
            length=stretch.segments,
            count=count,
            backward=True,
            checkpoint=1,
        )
        made = merged_loop(way).built()
        first = len(exits.ends) + len(exits.sums)
        return exits.replaced([*made[:first], *made[first + len(carried) :]])

    def _again(self, segment: dict[Node, Node], which: Node, all_steps: Node) -> list[Node]:
        """The results of one segment, walked forward from its saved state."""
        loop, stretch = self.loop, self.stretch
        left = all_steps - which * loop.checkpoint
        counted = stretch.total is not None
        inner = Loop(
            captured=tuple(Read(part.place, part.place) for part in loop.captured),
            carried=tuple(Carried(part.place, part.place, part.after) for part in loop.carried),
            elements=tuple(Read(part.place, segment[part.place]) for part in loop.elements),
            written=loop.written,
            length=stretch.steps,
            count=REGISTRY["minimum"](left, loop.checkpoint) if counted else None,
        )
        return inner.built()

    def _counted(self, which: Node, all_steps: Node) -> tuple[list[Carried], list[Read], Maybe]:
        """The number of a segment, counted down, and that of all steps, where it is computed."""
        total, size = self.stretch.total, self.loop.checkpoint
        if total is None:
            return [], [], None
        segments = REGISTRY["floor_divide"](total + (size - 1), size)
        return [Carried(which, segments - 1, which - 1)], [Read(all_steps, total)], segments


def _entry(stack: Node) -> Node:
    """A leaf like one entry of a stack."""
    return place(array_type(stack.type.dtype, stack.type.shape[1:]), 0)
