"""Forward mode through a loop: the same loop, in which tangents walk beside the values.

In: the node of a loop, the tangents of its operands (None is zero), and forward mode itself. Out:
the tangents of its results. One loop carries both, so nothing is stored for the steps in between:
memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from infinitesimal.core.node import Node
from infinitesimal.ops.control.crossing import push_crosses
from infinitesimal.ops.control.loop import (
    Carried,
    Read,
    carried_along,
    loop_of,
    new_places,
    place_like,
)
from infinitesimal.ops.control.merge import merged_loop
from infinitesimal.ops.control.way_back import or_zeros

__all__ = ["push_loop"]

Forward = Callable[..., list[Node | None]]
Tangents = Sequence[Node | None]


def push_loop(
    node: Node, tangents: Tangents, masked: bool, forward: Forward
) -> tuple[Node | None, ...]:
    """The tangent of each result of a loop; None is zero."""
    loop = loop_of(node)
    given = iter(tangents[loop.count is not None :])
    by_place = {place: tangent for place, tangent in zip(loop.places, given, strict=True)}
    moving = carried_along(loop, {place for place, t in by_place.items() if t is not None})
    numbers = new_places(loop)
    tangent_places = {place: place_like(place, numbers) for place in loop.places if place in moving}
    # a carried value that begins to move later starts with a zero, which must stay one
    late = any(part.place in moving and by_place[part.place] is None for part in loop.carried)
    masked = masked or late or push_crosses(loop, moving)
    found = forward(loop.results, tangent_places, masked=masked)
    after, written = found[: len(loop.carried)], found[len(loop.carried) :]

    def reads(parts: Sequence[Read]) -> list[Read]:
        pairs = ((tangent_places.get(part.place), by_place[part.place]) for part in parts)
        return [Read(place, t) for place, t in pairs if place is not None and t is not None]

    walking = [k for k, part in enumerate(loop.carried) if part.place in moving]
    beside = [
        Carried(
            tangent_places[part.place],
            or_zeros(by_place[part.place], part.start),
            or_zeros(after[k], part.start),
        )
        for k, part in enumerate(loop.carried)
        if part.place in moving
    ]
    first = len(loop.carried)
    place_of = {k: first + position for position, k in enumerate(walking)}
    kept = [tangent for tangent in written if tangent is not None]
    both = replace(
        loop,
        captured=(*loop.captured, *reads(loop.captured)),
        carried=(*loop.carried, *beside),
        elements=(*loop.elements, *reads(loop.elements)),
        written=(*loop.written, *kept),
        saved=(*loop.saved, *(place_of[k] for k in loop.saved if k in place_of)),
    )
    results = iter(merged_loop(both).built())
    ends = [next(results) for _ in both.carried]
    rows = [next(results) for _ in both.written][len(loop.written) :]
    states = [*results][len(loop.saved) :]
    more_rows, more_states = iter(rows), iter(states)
    return tuple(
        chain(
            (ends[place_of[k]] if k in place_of else None for k in range(first)),
            (None if tangent is None else next(more_rows) for tangent in written),
            (next(more_states) if k in place_of else None for k in loop.saved),
        )
    )
