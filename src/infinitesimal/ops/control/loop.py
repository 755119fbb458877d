"""A loop as a value: what it reads, what it carries from step to step, and what it writes down.

In: the node of a loop. Out: a `Loop`, its parts by name, each place of the body beside the operand
that fills it; `built` makes the node of a changed one. Two words are loops: `scan`, which walks so
many steps (a number in the program, or one that is computed), and `while`, which goes on as long as
its condition holds. Forward mode, reverse mode and batching are functions from loops to loops, the
same for both words.

    operands of a `scan`:  [how many steps] · captured · carried · elements
    operands of a `while`:                    captured · carried
    results of both:       the carried values after the last step · what each step wrote, stacked
                           · the carried values `saved` before every so many steps
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as counting

from infinitesimal.core.body import Body, number_of, picks, place
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, constant
from infinitesimal.core.node import NEVER, Node, make, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import INT64, Type

__all__ = [
    "Carried",
    "Loop",
    "Read",
    "arrays_in",
    "carried_along",
    "counted",
    "loop_of",
    "new_places",
    "place_like",
    "reached",
]


@dataclass(frozen=True)
class Read:
    """A place of the body and the operand that fills it, whole or with an element at each step."""

    place: Node
    operand: Node


@dataclass(frozen=True)
class Carried:
    """A value carried from step to step: its place, what it starts as, what it is after a step."""

    place: Node
    start: Node
    after: Node


@dataclass(frozen=True)
class Loop:
    """A loop, taken apart.

    `length` is the number of steps, or None where it is `count`, an operand, or where `condition`
    (a node of the body, true as long as the loop goes on) decides; then `most` may bound it.
    `checkpoint` is the number of steps that reverse mode computes again from a saved state, 0 for
    none. `saved` tells which carried values are written down before every `checkpoint` steps.
    """

    captured: tuple[Read, ...]
    carried: tuple[Carried, ...]
    elements: tuple[Read, ...]
    written: tuple[Node, ...]
    length: int | None = None
    count: Node | None = None
    backward: bool = False
    condition: Node | None = None
    most: int | None = None
    checkpoint: int = 0
    saved: tuple[int, ...] = ()

    @property
    def places(self) -> list[Node]:
        """The inputs of the body."""
        return [part.place for part in (*self.captured, *self.carried, *self.elements)]

    @property
    def results(self) -> list[Node]:
        """The outputs of the body: the carried values after the step, and what it writes."""
        return [*(part.after for part in self.carried), *self.written]

    @property
    def inside(self) -> list[Node]:
        """All that the body computes: the condition, if there is one, and the results."""
        return [*([] if self.condition is None else [self.condition]), *self.results]

    def rewritten(self, inside: Sequence[Node]) -> Loop:
        """The same loop with other nodes for those."""
        results = inside[len(inside) - len(self.results) :]
        pairs = zip(self.carried, results, strict=False)
        return replace(
            self,
            carried=tuple(replace(part, after=after) for part, after in pairs),
            written=tuple(results[len(self.carried) :]),
            condition=None if self.condition is None else inside[0],
        )

    def built(self) -> list[Node]:
        """The results of the loop: the carried values at its end, what was written, what saved."""
        if (moved := self._arrays_outside()) is not None:
            return moved.built()
        places = tuple(self.places)
        body = Body(places, tuple(self.results))
        sizes = (len(self.captured), len(self.carried))
        operands = [
            *(part.operand for part in self.captured),
            *(part.start for part in self.carried),
            *(part.operand for part in self.elements),
        ]
        if self.condition is not None:
            condition = Body(places, (self.condition,))
            params = (*sizes, self.most, self.checkpoint, self.saved, condition, body)
            return picks(make(REGISTRY["while"], tuple(operands), params))
        counted = () if self.count is None else (self.count,)
        params = (*sizes, self.length, self.backward, self.checkpoint, self.saved, body)
        return picks(make(REGISTRY["scan"], (*counted, *operands), params))

    def _arrays_outside(self) -> Loop | None:
        """The loop that captures the arrays in its body, if there are any."""
        arrays = arrays_in(self.inside)
        if not arrays:
            return None
        numbers = new_places(self)
        reads = [Read(place_like(array, numbers), array) for array in arrays]
        instead = {read.operand: read.place for read in reads}
        moved = self.rewritten(substitute(self.inside, instead))
        return replace(moved, captured=(*self.captured, *reads))


def arrays_in(outputs: Iterable[Node]) -> list[Node]:
    """The constant arrays below the outputs.

    Inside a program they would tell it from another made alike, and be held by it for good: two
    arrays are equal constants only if they are one.
    """
    return [node for node in postorder(outputs) if node.primitive is CONSTANT and node.type.ndim]


def loop_of(node: Node) -> Loop:
    """The parts of the node of a loop."""
    said = dict(zip(node.primitive.parameters, node.params, strict=True))
    body: Body = said["body"]
    captured, carried = said["captured"], said["captured"] + said["carried"]
    counted = node.primitive.name == "scan" and said["length"] is None
    operands = node.inputs[counted:]
    reads = [Read(*pair) for pair in zip(body.inputs, operands, strict=True)]
    after = body.outputs[: said["carried"]]
    return Loop(
        captured=tuple(reads[:captured]),
        carried=tuple(
            Carried(read.place, read.operand, result)
            for read, result in zip(reads[captured:carried], after, strict=True)
        ),
        elements=tuple(reads[carried:]),
        written=body.outputs[said["carried"] :],
        length=said.get("length"),
        count=node.inputs[0] if counted else None,
        backward=said.get("backward", False),
        condition=said["condition"].outputs[0] if "condition" in said else None,
        most=said.get("most"),
        checkpoint=said["checkpoint"],
        saved=said["saved"],
    )


def new_places(loop: Loop) -> Iterator[int]:
    """Numbers for further places of the body, unlike those it has."""
    return counting(1 + max((number_of(leaf) for leaf in loop.places), default=-1))


def place_like(operand: Type | Node, numbers: Iterator[int]) -> Node:
    """A further place, of the type of a node."""
    return place(operand.type if isinstance(operand, Node) else operand, next(numbers))


def counted(loop: Loop) -> Carried:
    """A further carried value: the number of steps so far."""
    steps = place_like(INT64, new_places(loop))
    return Carried(steps, constant(0), steps + 1)


def reached(outputs: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """The nodes below the outputs that depend differentiably on one of the sources; those too."""
    found = {node for node in sources if node.type.inexact}
    for node in postorder(outputs, dict.fromkeys(sources)):
        if node.active != NEVER and not found.isdisjoint(node.inputs):
            found.add(node)
    return found


def carried_along(loop: Loop, moving: set[Node]) -> set[Node]:
    """The places that move when these do: a carried value does when a step makes it move."""
    moving = {place for place in moving if place.type.inexact}
    while True:
        found = reached(loop.results, moving)
        more = {part.place for part in loop.carried if part.after in found} - moving
        more = {place for place in more if place.type.inexact}
        if not more:
            return moving
        moving |= more
