"""A loop for each element of a batch, walked together: one lane each.

In: the node of a loop, its operands for the whole batch, and batching itself. Out: the results of
one loop over all lanes, and which of them have the axis of the batch. Lanes may differ in how many
steps they go: the loop then walks as far as the longest, and a lane that has arrived keeps its
state. Of a body that might fail on a state where it should not be called (an index out of range, a
singular matrix), such a lane repeats the step of one that still walks, and drops the answer.

What is stacked by steps has the axis of the batch second inside the loop, and first outside. A tape
is only read by other loops, and keeps it second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from infinitesimal.core.body import number_of, place
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import OWN, REGISTRY
from infinitesimal.core.types import INT64, array_type
from infinitesimal.ops.batching import copied, moved_axis
from infinitesimal.ops.control.loop import Carried, Loop, Read, loop_of, new_places, place_like
from infinitesimal.ops.control.merge import merged_loop

__all__ = ["batch_loop", "chosen", "may_fail", "safe_lanes", "with_lanes"]

Batch = Callable[..., list[tuple[Node, bool]]]

# Words that raise for some values, or never end.
_FAILING = frozenset(
    ("gather", "scatter_add", "scatter_set", "inverse", "solve", "adjugate", "cholesky",
     "eigenvalues", "eigenvectors", "while")
)  # fmt: skip


def batch_loop(
    node: Node, operands: Sequence[Node], flags: Sequence[bool], size: int, batch: Batch
) -> list[tuple[Node, bool]]:
    """The results of the loop over all lanes, and whether each is a batch."""
    loop = loop_of(node)
    counted = loop.count is not None
    uneven = counted and flags[0]
    given = {leaf for leaf, flag in zip(loop.places, flags[counted:], strict=True) if flag}
    filled = dict(zip(loop.places, operands[counted:], strict=True))
    inside = _inside(loop, given, size, batch, uneven)
    made = replace(
        loop,
        captured=tuple(Read(inside.lane(x.place), filled[x.place]) for x in loop.captured),
        carried=tuple(
            Carried(inside.lane(x.place), _start(filled[x.place], x.place, given, inside), after)
            for x, after in zip(loop.carried, inside.after, strict=True)
        ),
        elements=tuple(
            Read(inside.lane(x.place), _turned(filled[x.place], x.place in given))
            for x in loop.elements
        ),
        written=tuple(row for row, _ in inside.written),
        count=operands[0] if counted else None,
        condition=inside.condition,
    )
    rows = [flag for _, flag in inside.written]
    if inside.judged or uneven:
        rows = [True] * len(rows)
        lanes = {inside.lane(leaf) for leaf in inside.batched}
        walked = _until_all_arrived if inside.judged else _to_the_longest
        made = walked(made, lanes, size)
    results = merged_loop(made).built()
    carried = [x.place in inside.batched for x in loop.carried]
    stacked = [*rows, *(carried[k] for k in loop.saved)]
    return [
        *zip(results, carried, strict=False),
        *(
            (_turned(row, flag), flag)
            for row, flag in zip(results[len(made.carried) :], stacked, strict=True)
        ),
    ]


def with_lanes(leaf: Node, size: int) -> Node:
    """The place of the same number, with the axis of the batch."""
    return place(array_type(leaf.type.dtype, (size, *leaf.type.shape)), number_of(leaf))


@dataclass(frozen=True)
class _Inside:
    """The body for a batch: which places have its axis, and what comes of a step."""

    size: int
    batched: set[Node]
    condition: Node | None
    judged: bool  # whether the condition differs from lane to lane
    after: list[Node]
    written: list[tuple[Node, bool]]

    def lane(self, leaf: Node) -> Node:
        """The place that stands for this one."""
        return with_lanes(leaf, self.size) if leaf in self.batched else leaf


def _inside(loop: Loop, given: set[Node], size: int, batch: Batch, uneven: bool) -> _Inside:
    """The body for a batch. What is carried is a batch if a step makes one of it."""
    batched = set(given)
    conditions = [] if loop.condition is None else [loop.condition]
    while True:
        lanes = {leaf: with_lanes(leaf, size) for leaf in loop.places if leaf in batched}
        found = batch([*conditions, *loop.results], lanes, size)
        judged = bool(conditions) and found[0][1]
        results = found[len(conditions) :]
        more = {
            part.place
            for part, (_, flag) in zip(loop.carried, results, strict=False)
            if flag or judged or uneven
        }
        if more <= batched:
            break
        batched |= more
    after = [
        _copied_unless(flag or part.place not in batched, new, size)
        for part, (new, flag) in zip(loop.carried, results, strict=False)
    ]
    written = results[len(loop.carried) :]
    if judged or uneven:
        written = [(_copied_unless(flag, row, size), True) for row, flag in written]
    return _Inside(size, batched, found[0][0] if conditions else None, judged, after, written)


def _copied_unless(flag: bool, node: Node, size: int) -> Node:
    return node if flag else copied(node, size)


def _start(operand: Node, leaf: Node, given: set[Node], inside: _Inside) -> Node:
    """What a carried value begins as; copied where only its steps make a batch of it."""
    return _copied_unless(leaf in given or leaf not in inside.batched, operand, inside.size)


def _turned(stack: Node, batched: bool) -> Node:
    """What is stacked by steps, with its first two axes exchanged, on the way in and out."""
    return moved_axis(stack, 1, 0) if batched and not stack.type.tape else stack


# ---- lanes of different lengths


def chosen(mask: Node, new: Node, old: Node) -> Node:
    """For each lane the new value where the mask holds, and the old one elsewhere."""
    ones = (1,) * (new.type.ndim - 1)
    if ones:
        mask = REGISTRY["reshape"](mask, shape=(*mask.type.shape, *ones))
    return REGISTRY["where"](mask, new, old)


def safe_lanes(mask: Node, size: int) -> Node:
    """For each lane its own number where the mask holds, elsewhere that of a lane where it does."""
    return REGISTRY["where"](mask, constant(np.arange(size)), REGISTRY["argmax"](mask, axis=0))


def may_fail(outputs: Sequence[Node]) -> bool:
    """Whether some word below the outputs, or in a program inside, may raise for some values.

    Of a word that somebody added, nothing is known.
    """
    for node in postorder(outputs):
        if node.primitive.name in _FAILING or node.primitive.name not in OWN:
            return True
        if node.primitive.name == "power" and not node.type.inexact:
            return True  # the exponent may be negative
        if any(may_fail(body.outputs) for _, body in node.primitive.programs(node.params)):
            return True
    return False


def _masked(loop: Loop, mask: Node, lanes: set[Node], size: int) -> Loop:
    """The loop whose lanes walk only where the mask, a node of the body, holds.

    `lanes` are the places that have the axis of the batch.
    """
    results = loop.results
    if size and may_fail(results):
        number = safe_lanes(mask, size)
        wide = (leaf for leaf in loop.places if leaf in lanes)
        results = substitute(results, {leaf: REGISTRY["gather"](leaf, number) for leaf in wide})
    count = len(loop.carried)
    carried = tuple(
        replace(part, after=chosen(mask, after, part.place))
        for part, after in zip(loop.carried, results, strict=False)
    )
    rows = tuple(chosen(mask, row, zeros(row.type)) for row in results[count:])
    return replace(loop, carried=carried, written=rows)


def _until_all_arrived(loop: Loop, lanes: set[Node], size: int) -> Loop:
    """A `while` whose condition differs from lane to lane."""
    assert loop.condition is not None
    going = REGISTRY["any"](loop.condition, axis=(0,))
    return replace(_masked(loop, loop.condition, lanes, size), condition=going)


def _to_the_longest(loop: Loop, lanes: set[Node], size: int) -> Loop:
    """A `scan` whose number of steps differs from lane to lane; it carries the place of a step."""
    assert loop.count is not None
    numbers = new_places(loop)
    step, lengths = place_like(INT64, numbers), with_lanes(place_like(INT64, numbers), size)
    longest = REGISTRY["max"](loop.count, axis=(0,)) if size else constant(0)
    first = longest - 1 if loop.backward else constant(0)
    masked = _masked(loop, REGISTRY["less"](step, lengths), lanes, size)
    after = step - 1 if loop.backward else step + 1
    return replace(
        masked,
        captured=(*masked.captured, Read(lengths, loop.count)),
        carried=(*masked.carried, Carried(step, first, after)),
        count=longest,
    )
