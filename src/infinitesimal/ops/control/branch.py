"""One of several programs, chosen by a number: how every mode passes through.

In: the node of a `branch`, whose first operand says which of its programs runs on the others, and
the mode itself. Out: the results of the mode, for a branch of the changed programs: so the programs
that are not chosen are not run, in any mode, and what they would have made of the operands does not
matter. The way back runs the chosen program once more, for what its own sweep reads.

In a batch whose elements choose differently every program runs on the whole batch, and each element
takes from its own. A program that might fail where it was not chosen is given the operands of an
element that chose it, and is not run at all where none did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from infinitesimal.core.body import Body, number_of, picks, place
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.ops.batching import copied
from infinitesimal.ops.control.lanes import Batch, chosen, may_fail, safe_lanes, with_lanes
from infinitesimal.ops.control.loop import arrays_in
from infinitesimal.ops.control.merge import merged
from infinitesimal.ops.control.way_back import Reverse, or_zeros

__all__ = ["batch_branch", "built", "pull_branch", "push_branch"]

Maybe = Node | None


def built(which: Node, reads: dict[Node, Node], programs: Sequence[Sequence[Node]]) -> list[Node]:
    """The results of a branch: its programs as outputs over places, and what fills the places."""
    flat = [node for outputs in programs for node in outputs]
    arrays = arrays_in(flat)
    if arrays:
        numbers = _numbers(reads)
        moved = {array: place(array.type, next(numbers)) for array in arrays}
        more = {leaf: array for array, leaf in moved.items()}
        return built(which, {**reads, **more}, [substitute(x, moved) for x in programs])
    used = set(postorder(flat))
    filled = {leaf: operand for leaf, operand in reads.items() if leaf in used}
    bodies = tuple(Body(tuple(filled), tuple(merged(outputs))) for outputs in programs)
    return picks(make(REGISTRY["branch"], (which, *filled.values()), (bodies,)))


@dataclass(frozen=True)
class _Branch:
    """A branch, taken apart; `reads` is what fills each place."""

    which: Node
    reads: dict[Node, Node]
    programs: list[list[Node]]

    @property
    def results(self) -> range:
        """The numbers of its results."""
        return range(len(self.programs[0]))

    def new_places(self, nodes: dict[int, Node]) -> dict[int, Node]:
        """A further place for each of these nodes, unlike those it has."""
        numbers = _numbers(self.reads)
        return {k: place(node.type, next(numbers)) for k, node in nodes.items()}


def _numbers(places: Iterable[Node]) -> Iterator[int]:
    return count(1 + max((number_of(leaf) for leaf in places), default=-1))


def _taken_apart(node: Node) -> _Branch:
    bodies: tuple[Body, ...] = node.params[0]
    reads = dict(zip(bodies[0].inputs, node.inputs[1:], strict=True))
    return _Branch(node.inputs[0], reads, [list(body.outputs) for body in bodies])


def push_branch(
    node: Node, tangents: Sequence[Maybe], masked: bool, forward: Callable[..., list[Maybe]]
) -> tuple[Maybe, ...]:
    """The tangent of each result; None where it is zero in every program."""
    branch = _taken_apart(node)
    given = {k: t for k, t in enumerate(tangents[1:]) if t is not None}
    places = branch.new_places(given)
    leaves = list(branch.reads)
    seeds = {leaves[k]: leaf for k, leaf in places.items()}
    found = [forward(outputs, seeds, masked=masked) for outputs in branch.programs]
    moving = [k for k in branch.results if any(tangents[k] is not None for tangents in found)]
    programs = [
        [*outputs, *(or_zeros(tangents[k], outputs[k]) for k in moving)]
        for outputs, tangents in zip(branch.programs, found, strict=True)
    ]
    reads = {**branch.reads, **{leaf: given[k] for k, leaf in places.items()}}
    results = built(branch.which, reads, programs)[len(branch.results) :]
    by_result = dict(zip(moving, results, strict=True))
    return tuple(by_result.get(k) for k in branch.results)


def pull_branch(
    node: Node,
    cotangents: Sequence[Maybe],
    wanted: Sequence[bool],
    masked: bool,
    reverse: Reverse,
    gathered: Any,
) -> list[Maybe]:
    """The cotangent of each operand; None where it is zero in every program, or not wanted."""
    branch = _taken_apart(node)
    given = {k: cotangent for k, cotangent in enumerate(cotangents) if cotangent is not None}
    places = branch.new_places(given)
    asked = [leaf for leaf, want in zip(branch.reads, wanted[1:], strict=True) if want]
    seeds = [places.get(k) for k in branch.results]
    found = [reverse(outputs, seeds, asked, masked=masked) for outputs in branch.programs]
    reached = [k for k in range(len(asked)) if any(parts[k] is not None for parts in found)]
    programs = [[or_zeros(parts[k], asked[k]) for k in reached] for parts in found]
    if not reached:
        return [None] * len(node.inputs)
    reads = {**branch.reads, **{leaf: given[k] for k, leaf in places.items()}}
    results = built(branch.which, reads, programs)
    by_place = dict(zip([asked[k] for k in reached], results, strict=True))
    return [None, *(by_place.get(leaf) for leaf in branch.reads)]


# ---- in a batch


def batch_branch(
    node: Node, operands: Sequence[Node], flags: Sequence[bool], size: int, batch: Batch
) -> list[tuple[Node, bool]]:
    """The results for the whole batch, and whether each differs from element to element."""
    branch = _taken_apart(node)
    batched = [leaf for leaf, flag in zip(branch.reads, flags[1:], strict=True) if flag]
    lanes = {leaf: with_lanes(leaf, size) for leaf in batched}
    found = [batch(outputs, lanes, size) for outputs in branch.programs]
    differs = [flags[0] or any(parts[k][1] for parts in found) for k in branch.results]
    programs = [
        [
            copied(part, size) if differ and not flag else part
            for (part, flag), differ in zip(parts, differs, strict=True)
        ]
        for parts in found
    ]
    filled = zip(branch.reads, operands[1:], strict=True)
    reads = {lanes.get(leaf, leaf): operand for leaf, operand in filled}
    if flags[0]:
        results = _each_its_own(operands[0], reads, set(lanes.values()), programs, size)
    else:
        results = built(operands[0], reads, programs)
    return list(zip(results, differs, strict=True))


def _each_its_own(
    which: Node,
    reads: dict[Node, Node],
    lanes: set[Node],
    programs: Sequence[Sequence[Node]],
    size: int,
) -> list[Node]:
    """Every program for the whole batch; each element takes from the one it chose."""
    last = len(programs) - 1
    nearest = REGISTRY["minimum"](REGISTRY["maximum"](which, 0), last)
    results: list[Node] | None = None
    for k, outputs in enumerate(programs):
        mask = REGISTRY["equal"](nearest, k)
        if size and may_fail(outputs):
            parts = _where_chosen(mask, reads, lanes, outputs, size)
        else:
            parts = substitute(outputs, reads)
        if results is None:
            results = list(parts)
        else:
            results = [
                chosen(mask, part, other) for part, other in zip(parts, results, strict=True)
            ]
    return results or []


def _where_chosen(
    mask: Node, reads: dict[Node, Node], lanes: set[Node], outputs: Sequence[Node], size: int
) -> list[Node]:
    """A program that may fail: run where some element chose it, on operands of such elements."""
    number = safe_lanes(mask, size)
    safe = {
        leaf: REGISTRY["gather"](operand, number) if leaf in lanes else operand
        for leaf, operand in reads.items()
    }
    some = REGISTRY["astype"](REGISTRY["any"](mask, axis=(0,)), dtype=number.type.dtype)
    return built(some, safe, [[zeros(node.type) for node in outputs], outputs])
