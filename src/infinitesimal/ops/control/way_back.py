"""What walks the way back through a loop: cotangents, from the last step to the first.

In: a loop, what is known of the cotangents of its results, and which of its places want theirs.
Out: `Entries`, the places where cotangents come into the body of the way back; `Exits`, what the
body's own reverse sweep makes of them; and the carried values of the loop that this is. Both ways
back are built of these: `ops.control.pull`, step by step, and `ops.control.segments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import NEVER, Node
from infinitesimal.ops.control.loop import Carried, Loop, carried_along, place_like

__all__ = [
    "Cotangents",
    "Entries",
    "Exits",
    "Found",
    "Maybe",
    "Reverse",
    "Wanted",
    "carried_back",
    "entries",
    "live",
    "or_zeros",
    "swept",
]

Maybe = Node | None
Reverse = Callable[..., list[Maybe]]
Found = dict[Node, Node]  # the cotangent of what fills each place


@dataclass(frozen=True)
class Cotangents:
    """What is known of the cotangents of a loop's results: of its ends, rows and saved states."""

    ends: Sequence[Maybe]
    rows: Sequence[Maybe]
    states: Sequence[Maybe]
    masked: bool


@dataclass(frozen=True)
class Wanted:
    """The places whose cotangents are wanted, and the sums that those of what is captured join."""

    places: frozenset[Node]
    sums: Mapping[Node, Node]


@dataclass(frozen=True)
class Entries:
    """Places of cotangents: of carried values and rows, by number, and of running sums."""

    ends: dict[int, Node]
    rows: dict[int, Node]
    sums: dict[Node, Node]

    @property
    def places(self) -> list[Node]:
        """All of them."""
        return [*self.ends.values(), *self.rows.values(), *self.sums.values()]


@dataclass(frozen=True)
class Exits:
    """Cotangents before a step: of carried values; sums that have grown; those of elements."""

    ends: dict[int, Node]
    sums: Found
    sent: Found

    @property
    def results(self) -> list[Node]:
        """All of them."""
        return [*self.ends.values(), *self.sums.values(), *self.sent.values()]

    def replaced(self, results: Iterable[Node]) -> Exits:
        """The same with other nodes."""
        new = iter(results)
        ends = {k: next(new) for k in self.ends}
        sums = {leaf: next(new) for leaf in self.sums}
        return Exits(ends, sums, {leaf: next(new) for leaf in self.sent})


def live(loop: Loop, given: Cotangents, wanted: Wanted) -> list[int]:
    """The carried values whose cotangents walk the way back.

    Those that some result with a cotangent depends on, and that depend on what is wanted.
    """
    moving = carried_along(loop, set(wanted.places))
    walking = {k for k, cotangent in enumerate(given.ends) if cotangent is not None}
    walking |= {
        k for k, cotangent in zip(loop.saved, given.states, strict=True) if cotangent is not None
    }
    rows = [row for row, ct in zip(loop.written, given.rows, strict=True) if ct is not None]
    while True:
        below = _needed([*rows, *(loop.carried[k].after for k in walking)])
        more = {k for k, part in enumerate(loop.carried) if part.place in below} - walking
        if not more:
            return [k for k in sorted(walking) if loop.carried[k].place in moving]
        walking |= more


def _needed(outputs: Iterable[Node]) -> set[Node]:
    """The nodes that some output depends on differentiably."""
    found: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found and node.active != NEVER:
            found.add(node)
            waiting.extend(node.inputs)
    return found


def entries(
    loop: Loop,
    walking: Iterable[int],
    rows: Mapping[int, Node],
    wanted: Wanted,
    numbers: Iterator[int],
) -> Entries:
    """Places for the cotangents of carried values, of rows like these, and of what is captured."""
    captured = [part.place for part in loop.captured if part.place in wanted.places]
    return Entries(
        {k: place_like(loop.carried[k].place, numbers) for k in walking},
        {k: place_like(row, numbers) for k, row in rows.items()},
        {leaf: place_like(leaf, numbers) for leaf in captured},
    )


def swept(
    loop: Loop,
    within: Entries,
    results: Sequence[Node],
    elements: Mapping[Node, Node],
    reverse: Reverse,
    masked: bool,
) -> Exits:
    """The sweep back from `results`: the carried values after a step, and what was written.

    `elements` are the nodes that stand for the elements of the loop which want a cotangent.
    """
    seeds = [
        *map(within.ends.get, range(len(loop.carried))),
        *map(within.rows.get, range(len(loop.written))),
    ]
    states = {k: loop.carried[k].place for k in within.ends}
    wrt = [*within.sums, *states.values(), *elements.values()]
    swept = reverse(results, seeds, wrt, masked=masked, gathered=within.sums)
    found = dict(zip(wrt, swept, strict=True))
    totals = {leaf: found[leaf] for leaf in within.sums}
    sent = {leaf: found[node] for leaf, node in elements.items()}
    return Exits(
        {k: or_zeros(found[leaf], leaf) for k, leaf in states.items()},
        {k: sum for k, sum in totals.items() if sum is not None and sum is not within.sums[k]},
        {leaf: cotangent for leaf, cotangent in sent.items() if cotangent is not None},
    )


def carried_back(
    within: Entries, exits: Exits, ends: Mapping[int, Maybe], sums: Mapping[Node, Node]
) -> list[Carried]:
    """What the way back carries, from the cotangents behind the loop and the sums so far."""
    return [
        *(
            Carried(within.ends[k], or_zeros(ends[k], after), after)
            for k, after in exits.ends.items()
        ),
        *(
            Carried(within.sums[leaf], or_zeros(sums.get(leaf), leaf), after)
            for leaf, after in exits.sums.items()
        ),
    ]


def or_zeros(node: Maybe, like: Node) -> Node:
    """The node, or zeros of the type of another."""
    return zeros(like.type) if node is None else node
