"""Loops and branches written out: the steps that are taken at a point, one after the other.

In: nodes, and the values of the inputs below them. Out: nodes of the same values and derivatives at
that point, in which loops have become what their bodies do step by step, and branches the program
that is taken. How long a loop runs and which branch is taken is found by evaluation, so it holds
where a program takes the same way. Formulas and explanations are made of such graphs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.body import PICK, Body
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import CONSTANT, VARIABLE, constant
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import Type
from infinitesimal.errors import UnknownValueError, UnsupportedError
from infinitesimal.ops.control.loop import Loop, loop_of
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import concatenate, reshape

__all__ = ["LARGEST", "Way", "unrolled", "unrolled_where_short"]

LARGEST = 10_000  # nodes of a graph in which everything is written out
SHORT = 60  # nodes of one whose formulas are made in a moment
_PICKING = ("index", "gather")


@dataclass(frozen=True, eq=False)
class Way:
    """A choice that was made: by a branch, which program (`taken`); by a loop, how many steps.

    `first` is the first operand as it is in the graph made: of a branch what chooses.
    """

    node: Node
    first: Node
    taken: int


def unrolled(
    outputs: Sequence[Node],
    bindings: Mapping[Node, Any] | None = None,
    *,
    longest: int | None = None,
    largest: int = LARGEST,
    ways: list[Way] | None = None,
) -> list[Node]:
    """The outputs with loops and branches written out as they are taken at this point.

    `bindings` are the values of inputs. Loops of more than `longest` steps stay as they are.
    To `ways` is added which way was taken where there was more than one. Raises
    `UnsupportedError` where more than `largest` nodes would be made, and `UnknownValueError` where
    the way depends on an input that has no value.
    """
    if not any(node.primitive.bodies for node in postorder(outputs)):
        return list(outputs)
    unroller = _Unroller(dict(bindings or {}), longest, largest)
    found = unroller.written_out(outputs, {})
    if ways is not None:
        ways += unroller.ways
    return found


def unrolled_where_short(outputs: Sequence[Node]) -> list[Node]:
    """The same where the way is known and short enough for algebra; else the loops stay loops."""
    try:
        return unrolled(outputs, largest=SHORT)
    except (UnsupportedError, UnknownValueError):
        return list(outputs)


class _Unroller:
    """A graph being written out.

    `values` are those known of its nodes, `rows` the nodes that make up what loops have written.
    """

    def __init__(self, values: dict[Node, Any], longest: int | None, largest: int) -> None:
        self.values = values
        self.ways: list[Way] = []
        self.longest = longest
        self.largest = largest
        self.made = 0
        self.rows: dict[Node, list[Node]] = {}

    def written_out(self, outputs: Sequence[Node], replaced: Mapping[Node, Node]) -> list[Node]:
        """The outputs, with some nodes replaced by others."""
        new: dict[Node, Node] = dict(replaced)
        results: dict[Node, list[Node]] = {}
        for node in postorder(outputs, new):
            if node.primitive is PICK and node.inputs[0] in results:
                new[node] = results[node.inputs[0]][node.params[0]]
                continue
            inputs = tuple([new[operand] for operand in node.inputs])
            changed = inputs != node.inputs
            found: list[Node] | None = None
            if node.primitive.bodies:
                found = self._control(node, inputs)
            if found is not None:
                results[node] = found
                new[node] = node  # nobody reads it: its results are picked from `results`
            elif node.primitive is VARIABLE and changed:
                new[node] = inputs[0]
            else:
                new[node] = self._made(node, inputs) if changed else node
        return [new[node] for node in outputs]

    def _made(self, node: Node, inputs: tuple[Node, ...]) -> Node:
        """A node on other inputs; a count, or an element of a constant array, is a number."""
        self.made += 1
        if self.made > self.largest:
            raise UnsupportedError(
                "a loop written out step by step",
                found=f"more than {self.largest:,} operations",
                why="what is that long cannot be read",
                instead="fewer steps; or a method that keeps loops as they are, such as grad(f), "
                "graph(f) and derivative(f, x, method='reverse')",
            )
        key: tuple[Any, ...] = node.params[0] if node.primitive.name == "index" else ()
        rows, first = self.rows.get(inputs[0]), key[0] if key else None
        if rows is not None and isinstance(first, int):
            return REGISTRY["index"](rows[first], key=key[1:]) if key[1:] else rows[first]
        made = _by_number(node, inputs) or make(node.primitive, inputs, node.params)
        made.origin = made.origin or node.origin
        counted = node.type.dtype.kind in "iub" or node.primitive.name in _PICKING
        if counted and all(operand.primitive is CONSTANT for operand in inputs):
            return constant(evaluate([made])[0])
        return made

    # ---- decisions

    def _values(self, nodes: Sequence[Node]) -> list[Any]:
        """What these nodes come to; remembered, so that a step costs only what is new in it."""
        values = evaluate(nodes, self.values)
        self.values.update(zip(nodes, values, strict=True))
        return values

    def _control(self, node: Node, inputs: Sequence[Node]) -> list[Node] | None:
        """The results of a loop or a branch; None for a loop that stays as it is."""
        if node.primitive.name == "branch":
            return self._branch(node, inputs)
        loop, filled = loop_of(node), dict(zip(node.inputs, inputs, strict=True))
        if loop.condition is not None:
            walk = self._while(loop, loop.condition, filled)
            if walk is None:
                return None
            self.ways.append(Way(node, inputs[0], walk.taken))
            return walk.results()
        steps = loop.length
        if steps is None:
            assert loop.count is not None
            steps = max(int(self._values([filled[loop.count]])[0]), 0)
        stacks = [filled[part.operand] for part in loop.elements]
        unread = any(stack.type.tape and stack not in self.rows for stack in stacks)
        if self.longest is not None and (steps > self.longest or unread):
            return None  # what a loop that stays has written on a tape is read by loops alone
        walk = _Walk(self, loop, filled, steps)
        for step in range(steps):
            walk.advance(step)
        if loop.length is None:
            self.ways.append(Way(node, inputs[0], steps))
        return walk.results()

    def _branch(self, node: Node, inputs: Sequence[Node]) -> list[Node]:
        branches: tuple[Body, ...] = node.params[0]
        number = min(max(int(self._values(inputs[:1])[0]), 0), len(branches) - 1)
        self.ways.append(Way(node, inputs[0], number))
        body = branches[number]
        return self.written_out(body.outputs, dict(zip(body.inputs, inputs[1:], strict=True)))

    def _while(self, loop: Loop, condition: Node, filled: Mapping[Node, Node]) -> _Walk | None:
        walk, before = _Walk(self, loop, filled, None), len(self.ways)
        while loop.most is None or walk.taken < loop.most:
            (holds,) = self.written_out([condition], walk.places(walk.taken))
            if not self._values([holds, *walk.state])[0]:
                break
            if self.longest is not None and walk.taken >= self.longest:
                del self.ways[before:]
                return None
            walk.advance(walk.taken)
        return walk


def _by_number(node: Node, inputs: Sequence[Node]) -> Node | None:
    """x[i], where i has become a number that counts from the front."""
    if node.primitive.name != "gather":
        return None
    x, *places = inputs
    if any(place.primitive is not CONSTANT or place.type.shape for place in places):
        return None
    key = tuple([int(place.params[0].array) for place in places])
    inside = all(0 <= k < size for k, size in zip(key, x.type.shape, strict=False))
    return index(x, key=key) if inside else None


class _Walk:
    """A loop taken step by step: its state, and what has been written down."""

    def __init__(
        self, unroller: _Unroller, loop: Loop, filled: Mapping[Node, Node], steps: int | None
    ) -> None:
        self.unroller = unroller
        self.loop = loop
        self.filled = filled
        self.steps = steps
        self.taken = 0
        self.state = [filled[part.start] for part in loop.carried]
        self.rows: list[list[Node]] = [[] for _ in loop.written]
        self.saved: list[list[Node]] = [[] for _ in loop.saved]

    def places(self, step: int) -> dict[Node, Node]:
        """What fills each place of the body at this step."""
        loop = self.loop
        found = {part.place: self.filled[part.operand] for part in loop.captured}
        found.update(zip([part.place for part in loop.carried], self.state, strict=True))
        if loop.elements:
            assert self.steps is not None
            at = self.steps - 1 - step if loop.backward else step
            found.update((part.place, self._element(part.operand, at)) for part in loop.elements)
        return found

    def _element(self, operand: Node, at: int) -> Node:
        stack = self.filled[operand]
        if stack in self.unroller.rows:
            return self.unroller.rows[stack][at]
        if stack.primitive is CONSTANT:
            return constant(stack.params[0].array[at])
        return index(stack, key=(at,))

    def advance(self, step: int) -> None:
        """One step."""
        if self.saved and step % self.loop.checkpoint == 0:
            for states, k in zip(self.saved, self.loop.saved, strict=True):
                states.append(self.state[k])
        results = self.unroller.written_out(self.loop.results, self.places(step))
        self.taken += 1
        self.state = results[: len(self.state)]
        for rows, row in zip(self.rows, results[len(self.state) :], strict=True):
            rows.append(row)

    def results(self) -> list[Node]:
        """The results of the loop."""
        written = zip([row.type for row in self.loop.written], self.rows, strict=True)
        states = [self.loop.carried[k].place.type for k in self.loop.saved]
        stacks = [
            self._stacked(type, rows[:: -1 if self.loop.backward else 1]) for type, rows in written
        ]
        saved = [self._stacked(*pair) for pair in zip(states, self.saved, strict=True)]
        return [*self.state, *stacks, *saved]

    def _stacked(self, type: Type, rows: Sequence[Node]) -> Node:
        """Nodes of one type along a new first axis."""
        if not rows:
            return constant(np.zeros((0, *type.shape), type.dtype))
        widened = [reshape(row, shape=(1, *type.shape)) for row in rows]
        stack = concatenate(*widened, axis=0) if len(widened) > 1 else widened[0]
        self.unroller.rows[stack] = list(rows)
        return stack
