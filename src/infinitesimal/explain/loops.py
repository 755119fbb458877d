"""A loop walked at the point: its state before and after every step, and what moves it.

In: the node of a loop and the values of its operands. Out: a `Walk`: the values of each step; then,
asked for, the tangents that forward mode carries through the steps, and the cotangents that reverse
mode carries back. The rules are the library's own, applied to the body of the loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infinitesimal.core.body import Body
from infinitesimal.core.leaf import input_node, zeros
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.program import program
from infinitesimal.core.watch import watched
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.ops.control.loop import Loop, loop_of
from infinitesimal.ops.control.push import carried_along

__all__ = [
    "Back",
    "Moved",
    "Walk",
    "cotangents",
    "tangents",
    "told_steps",
    "told_steps_back",
    "walked",
]


@dataclass(frozen=True, eq=False)
class Walk:
    """A loop at the point.

    `captured` and `stacks` are the values of what it reads, `states[k]` the state before step k,
    the last one that at the end; `taken` counts, for each branch inside, which programs ran.
    """

    node: Node
    loop: Loop
    captured: list[Any]
    stacks: list[Any]
    states: list[list[Any]]
    taken: dict[Node, Counter[int]] = field(default_factory=dict[Node, Counter[int]])

    @property
    def steps(self) -> int:
        """How often the body ran."""
        return len(self.states) - 1

    def place(self, step: int) -> int:
        """Which element is read at a step."""
        return self.steps - 1 - step if self.loop.backward else step

    def filled(self, step: int) -> list[Any]:
        """What fills the places of the body at a step."""
        at = self.place(step)
        return [*self.captured, *self.states[step], *[stack[at] for stack in self.stacks]]


def told_steps(steps: int) -> list[int]:
    """The steps that are told: the first, the second and the last."""
    return sorted({k for k in (0, 1, steps - 1) if 0 <= k < steps})


def walked(node: Node, operands: Sequence[Any]) -> Walk:
    """The loop of these operands, step by step."""
    loop = loop_of(node)
    values = list(operands)
    body = Body(tuple(loop.places), tuple(loop.results))
    steps = loop.length
    if loop.count is not None:
        steps = max(int(values.pop(0)), 0)
    fixed, carried = len(loop.captured), len(loop.carried)
    walk = Walk(node, loop, values[:fixed], values[fixed + carried :], [values[fixed:][:carried]])
    advance = _watching(body, walk.taken)
    holds = None if loop.condition is None else Body(body.inputs, (loop.condition,)).program.step
    with np.errstate(all="ignore"):
        while steps is None or walk.steps < steps:
            state = walk.states[-1]
            if holds is not None and not holds([*walk.captured, *state])[0]:
                break
            if loop.most is not None and walk.steps >= loop.most:
                break
            # the number of steps is that of states, which this one is not yet
            at = walk.steps if not loop.backward or steps is None else steps - 1 - walk.steps
            read = [stack[at] for stack in walk.stacks]
            walk.states.append(advance([*walk.captured, *state, *read])[:carried])
    return walk


def _watching(body: Body, taken: dict[Node, Counter[int]]) -> Callable[[Sequence[Any]], list[Any]]:
    """The body as a function of values; notes which programs its branches run."""

    def run(inner: Body) -> Callable[[Sequence[Any]], list[Any]]:
        return watched(inner, meet) if _branches(inner) else inner.program.step

    def meet(node: Node, operands: list[Any]) -> Any:
        if node.primitive.name == "branch":
            last = len(node.params[0]) - 1
            taken.setdefault(node, Counter())[min(max(int(operands[0]), 0), last)] += 1
        assert node.primitive.analytic is not None
        return node.primitive.analytic(run, *operands, *node.params)

    return run(body)


def _branches(body: Body) -> bool:
    """Whether there is a branch anywhere inside."""
    for node in postorder(body.outputs, dict.fromkeys(body.inputs)):
        inner = [program for _, program in node.primitive.programs(node.params)]
        if node.primitive.name == "branch" or any(map(_branches, inner)):
            return True
    return False


# ---- forward


@dataclass(frozen=True)
class Moved:
    """What moves at a step: the tangent of each place of the body, and of the state after it."""

    places: dict[Node, Any]
    after: dict[Node, Any]  # by the place of the state


def tangents(walk: Walk, given: Mapping[Node, Any]) -> tuple[dict[Node, Any], dict[int, Moved]]:
    """The tangents of the first state and those at the told steps.

    `given` are the tangents of the operands that fill these places.
    """
    loop = walk.loop
    moving = [place for place in loop.places if place in carried_along(loop, set(given))]
    seeds = {place: input_node(place.type) for place in moving}
    found = forward(loop.results, seeds, masked=True)
    after = {
        part.place: zeros(part.place.type) if tangent is None else tangent
        for part, tangent in zip(loop.carried, found, strict=False)
        if part.place in moving
    }
    step_of = program(list(after.values()), [*loop.places, *seeds.values()])
    start = state = {place: given.get(place, _nothing(place)) for place in after}
    told: dict[int, Moved] = {}
    wanted = set(told_steps(walk.steps))
    for step in range(walk.steps):
        at = walk.place(step)
        read = {x.place: given[x.place][at] for x in loop.elements if x.place in given}
        here = {**given, **read, **state}
        state = dict(
            zip(after, step_of.run([*walk.filled(step), *map(here.get, moving)]), strict=True)
        )
        if step in wanted:
            told[step] = Moved(here, state)
    return start, told


def _nothing(place: Node) -> Any:
    return np.zeros(place.type.shape, place.type.dtype)[()]


# ---- backward


@dataclass(frozen=True)
class Back:
    """The way back through a loop.

    `end` are the cotangents of the last state; `local` gives, at the told steps, those of the state
    before the step and of what it reads; `others` and `all` the sums of what the steps between and
    all steps send to what is the same at every step.
    """

    end: dict[Node, Any]
    local: dict[int, dict[Node, Any]]
    others: dict[Node, Any]
    all: dict[Node, Any]


def cotangents(walk: Walk, arriving: Mapping[int, Any], wanted: Sequence[Node]) -> Back:
    """The cotangents on the way back.

    `arriving` are those of the results of the loop, by number; `wanted` the places of captured
    values and elements that are asked for.
    """
    loop = walk.loop
    first, behind = len(loop.carried), len(loop.carried) + len(loop.written)
    ends = {loop.carried[k].place: v for k, v in arriving.items() if k < first}
    rows = {k - first: v for k, v in arriving.items() if first <= k < behind}
    saved = {
        loop.carried[loop.saved[k - behind]].place: v for k, v in arriving.items() if k >= behind
    }
    states = [part.place for part in loop.carried if part.place.type.inexact]
    leaves = {place: input_node(place.type) for place in states}
    given = {k: input_node(loop.written[k].type) for k in rows}
    asked = [*states, *wanted]
    seeds = [*(leaves.get(part.place) for part in loop.carried)]
    seeds += [given.get(k) for k in range(len(loop.written))]
    found = [
        zeros(place.type) if part is None else part
        for part, place in zip(reverse(loop.results, seeds, asked, masked=True), asked, strict=True)
    ]
    step_of = program(found, [*loop.places, *leaves.values(), *given.values()])
    flowing = {place: ends.get(place, _nothing(place)) for place in states}
    fixed = [part.place for part in loop.captured if part.place in wanted]
    nothing = {place: _nothing(place) for place in fixed}
    back = Back(flowing, {}, dict(nothing), dict(nothing))
    told = set(told_steps_back(walk.steps))
    for step in reversed(range(walk.steps)):
        at = walk.place(step)
        values = [*walk.filled(step), *flowing.values(), *(rows[k][at] for k in given)]
        parts = dict(zip(asked, step_of.run(values), strict=True))
        if saved and step % loop.checkpoint == 0:
            for place, stack in saved.items():
                parts[place] = parts[place] + stack[step // loop.checkpoint]
        for place in fixed:
            back.all[place] = back.all[place] + parts[place]
            if step not in told:
                back.others[place] = back.others[place] + parts[place]
        if step in told:
            back.local[step] = parts
        flowing = {place: parts[place] for place in states}
    return back


def told_steps_back(steps: int) -> list[int]:
    """The steps that are told on the way back: the last, the last but one and the first."""
    return sorted({k for k in (steps - 1, steps - 2, 0) if 0 <= k < steps}, reverse=True)
