"""The way back through a loop: which cotangents walk it, and where they come from and go to.

In: a loop, what is known of the cotangents of its results, and which of its places want theirs.
Out: the carried values whose cotangents walk it. `ops.control.pull` makes loops of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import NEVER, Node
from infinitesimal.ops.control.loop import Loop
from infinitesimal.ops.control.push import carried_along

__all__ = ["Cotangents", "Found", "Reverse", "Wanted", "live", "or_zeros"]

Reverse = Callable[..., list[Node | None]]
Found = dict[Node, Node]  # the cotangent of what fills each place


@dataclass(frozen=True)
class Cotangents:
    """What is known of the cotangents of a loop's results: of its ends, rows and saved states."""

    ends: Sequence[Node | None]
    rows: Sequence[Node | None]
    states: Sequence[Node | None]
    masked: bool


@dataclass(frozen=True)
class Wanted:
    """The places whose cotangents are wanted, and the sums that those of what is captured join."""

    places: frozenset[Node]
    sums: Mapping[Node, Node]


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


def or_zeros(node: Node | None, like: Node) -> Node:
    """The node, or zeros of the type of another."""
    return zeros(like.type) if node is None else node
