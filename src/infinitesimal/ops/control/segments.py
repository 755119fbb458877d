"""Reverse mode through a loop in little memory: a few steps at a time, computed again.

In: a loop with `checkpoint` of k steps. Out: the cotangents of what fills its places, bit for bit
those of the way back that stores every step. The way forward saves the carried values before every
k-th step; the way back is a loop over segments of k steps, whose body walks its segment forward
again and then back. So the memory is n/k states and what k steps write down. (A. Griewank,
"Achieving logarithmic growth of temporal and spatial complexity in reverse automatic
differentiation", 1992, has the idea and carries it further.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import span
from infinitesimal.core.types import INT64, Type, array_type
from infinitesimal.ops.control.joined import joined_loop
from infinitesimal.ops.control.loop import Carried, Loop, Read, new_places, place_like
from infinitesimal.ops.control.way_back import Cotangents, Found, Reverse, Wanted, live, or_zeros
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import concatenate, reshape

__all__ = ["back_by_segments"]

Maybe = Node | None


@dataclass(frozen=True)
class _Stretch:
    """Some segments of equal length, one after the other, and what is known of each.

    `segments` and `steps` are how many there are and how long each is; None where `total`, the
    number of all steps, is computed: then the last may be shorter than `size`. All others are
    stacks, of one entry a segment.
    """

    segments: int | None
    steps: int | None
    states: Sequence[Node]
    state_cotangents: Sequence[Maybe]
    elements: Sequence[Node]
    rows: Sequence[Maybe]
    total: Maybe = None


def back_by_segments(loop: Loop, given: Cotangents, wanted: Wanted, reverse: Reverse) -> Found:
    """The cotangent of what fills each place that wants one; see `ops.control.pull`."""
    size = max(loop.checkpoint, 1)
    states, total = _saved(loop, size)
    by_state = dict(zip(loop.saved, given.states, strict=True))
    state_cotangents = [by_state.get(k) for k in range(len(loop.carried))]
    walking = live(loop, given, wanted)
    ends = {k: given.ends[k] for k in walking}
    sums: Found = dict(wanted.sums)
    operands = [part.operand for part in loop.elements]
    if total is not None:
        stretches = [_Stretch(None, None, states, state_cotangents, operands, given.rows, total)]
    else:
        assert loop.length is not None
        whole, rest = divmod(loop.length, size)

        def stretch(first: int, count: int, steps: int) -> _Stretch:
            def entries(stack: Maybe) -> Maybe:
                return stack and index(stack, key=(span(first, first + count, 1),))

            def folded(stack: Maybe) -> Maybe:
                if stack is None:
                    return None
                start = first * size
                part = index(stack, key=(span(start, start + count * steps, 1),))
                return reshape(part, shape=(count, steps, *stack.type.shape[1:]))

            return _Stretch(
                count,
                steps,
                [x for x in map(entries, states) if x is not None],
                list(map(entries, state_cotangents)),
                [x for x in map(folded, operands) if x is not None],
                list(map(folded, given.rows)),
            )

        stretches = [stretch(whole, 1, rest)] if rest else []
        stretches += [stretch(0, whole, size)] if whole else []
    plain = replace(
        loop, length=None, condition=None, count=None, most=None, checkpoint=0, saved=()
    )
    masked = given.masked or any(cotangent is None for cotangent in ends.values())
    parts: dict[Node, list[Node]] = {}
    for part in stretches:
        walk = _Walk(plain, size, part, walking, wanted, masked, reverse)
        ends, sums, sent = walk.back(ends, sums)
        for leaf, cotangent in sent.items():
            shape = (-1,) if part.total is not None else (_count(part),)
            flat = reshape(cotangent, shape=(*shape, *leaf.type.shape))
            parts.setdefault(leaf, []).insert(0, flat)
    found = {loop.carried[k].place: end for k, end in ends.items() if end is not None}
    joined = {
        leaf: concatenate(*stacks, axis=0) if len(stacks) > 1 else stacks[0]
        for leaf, stacks in parts.items()
    }
    return {**sums, **found, **joined}


def _count(part: _Stretch) -> int:
    assert part.segments is not None and part.steps is not None
    return part.segments * part.steps


def _saved(loop: Loop, size: int) -> tuple[list[Node], Maybe]:
    """The carried values before every segment, stacked, and the number of steps if computed."""
    carried = loop.carried
    if loop.condition is not None:
        steps = place_like(INT64, new_places(loop))
        carried = (*carried, Carried(steps, constant(0), steps + 1))
    states = tuple(range(len(loop.carried)))
    whole = replace(loop, carried=carried, saved=states, checkpoint=size)
    results = joined_loop(whole).built()
    total = loop.count if loop.condition is None else results[len(loop.carried)]
    return results[len(carried) + len(loop.written) :], total


@dataclass(frozen=True)
class _Walk:
    """The way back through the segments of one stretch, the last first."""

    loop: Loop
    size: int
    stretch: _Stretch
    walking: Sequence[int]
    wanted: Wanted
    masked: bool
    reverse: Reverse

    def back(
        self, ends: dict[int, Maybe], sums: Found
    ) -> tuple[dict[int, Maybe], Found, dict[Node, Node]]:
        """The cotangents before the stretch, from those behind it; and those of its elements."""
        loop, stretch = self.loop, self.stretch
        numbers = new_places(loop)
        end_places = {k: place_like(loop.carried[k].place, numbers) for k in self.walking}
        captured = [part.place for part in loop.captured if part.place in self.wanted.places]
        sum_places = {leaf: place_like(leaf, numbers) for leaf in captured}
        segment = {
            part.place: place_like(_element(stack), numbers)
            for part, stack in zip(loop.elements, stretch.elements, strict=True)
        }
        row_places = {
            k: place_like(_element(stack), numbers)
            for k, stack in enumerate(stretch.rows)
            if stack is not None
        }
        state_places = {
            k: place_like(loop.carried[k].place, numbers)
            for k, stack in enumerate(stretch.state_cotangents)
            if stack is not None and k in end_places
        }
        counters, counted, count = self._counted(numbers)
        inner = replace(
            loop,
            captured=tuple(Read(part.place, part.place) for part in loop.captured),
            carried=tuple(Carried(part.place, part.place, part.after) for part in loop.carried),
            elements=tuple(Read(part.place, segment[part.place]) for part in loop.elements),
            length=stretch.steps,
            count=count,
        )
        asked = [leaf for leaf in segment if leaf in self.wanted.places]
        wrt = [*captured, *(loop.carried[k].place for k in self.walking), *map(segment.get, asked)]
        cotangents = [
            *map(end_places.get, range(len(loop.carried))),
            *map(row_places.get, range(len(loop.written))),
        ]
        found = self.reverse(
            inner.built(), cotangents, wrt, masked=self.masked, gathered=sum_places
        )
        totals = [or_zeros(total, leaf) for total, leaf in zip(found, captured, strict=False)]
        before = found[len(captured) :][: len(self.walking)]
        sent = dict(zip(asked, found[len(captured) + len(self.walking) :], strict=True))
        starts = [
            _plus(or_zeros(cotangent, end_places[k]), state_places.get(k))
            for k, cotangent in zip(self.walking, before, strict=True)
        ]
        rows = {leaf: cotangent for leaf, cotangent in sent.items() if cotangent is not None}
        used = set(postorder([*totals, *starts, *rows.values()]))
        way = Loop(
            captured=tuple(part for part in (*loop.captured, *counted) if part.place in used),
            carried=(
                *(
                    Carried(end_places[k], or_zeros(ends[k], end_places[k]), start)
                    for k, start in zip(self.walking, starts, strict=True)
                ),
                *(
                    Carried(sum_places[leaf], or_zeros(sums.get(leaf), leaf), total)
                    for leaf, total in zip(captured, totals, strict=True)
                ),
                *counters,
            ),
            elements=tuple(
                Read(leaf, stack)
                for leaf, stack in (
                    *((part.place, stretch.states[k]) for k, part in enumerate(loop.carried)),
                    *zip(segment.values(), stretch.elements, strict=True),
                    *((leaf, stretch.rows[k]) for k, leaf in row_places.items()),
                    *((leaf, stretch.state_cotangents[k]) for k, leaf in state_places.items()),
                )
                if leaf in used and stack is not None
            ),
            written=tuple(rows.values()),
            length=stretch.segments,
            count=self._segments(),
            backward=True,
            checkpoint=1,
        )
        results = iter(joined_loop(way).built())
        new_ends: dict[int, Maybe] = {k: next(results) for k in self.walking}
        new_sums = {leaf: next(results) for leaf in captured}
        for _ in counters:
            next(results)
        return new_ends, new_sums, dict(zip(rows, results, strict=True))

    def _segments(self) -> Maybe:
        """The number of segments, where it is computed."""
        total = self.stretch.total
        if total is None:
            return None
        return REGISTRY["floor_divide"](total + (self.size - 1), self.size)

    def _counted(self, numbers: Iterator[int]) -> tuple[list[Carried], list[Read], Maybe]:
        """A segment's number, counted down, and its length, where the steps are counted."""
        total, segments = self.stretch.total, self._segments()
        if total is None or segments is None:
            return [], [], None
        which, all_steps = place_like(INT64, numbers), place_like(INT64, numbers)
        left = all_steps - which * self.size
        steps = REGISTRY["minimum"](left, self.size)
        return [Carried(which, segments - 1, which - 1)], [Read(all_steps, total)], steps


def _element(stack: Node) -> Type:
    """The type of one entry of a stack."""
    return array_type(stack.type.dtype, stack.type.shape[1:])


def _plus(cotangent: Node, more: Maybe) -> Node:
    return cotangent if more is None else cotangent + more
