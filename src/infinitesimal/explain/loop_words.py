"""How a loop is written in a line: what each step makes of its state, how often, from where.

In: a result of a loop or branch, and what the nodes around it are called. Out: an `Expression`,
`repeat(30 times: s ← s(1 + rc), from s = 1)`, and the names in it: the state is s, t, …, a counter
i, j, …, an element of an array that is walked along r, a, b, …; what is the same at every step
keeps its name, and large arrays of numbers are called A, B, ….
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infinitesimal.core.body import Body
from infinitesimal.core.leaf import CONSTANT
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.types import BOOL, INT64
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.ops.control.loop import Carried, Loop, Read, loop_of

__all__ = ["Wording", "picked_written", "wording"]

Called = Mapping[Node, Expression]
Spell = Callable[[Node, Called], Expression]

_STATES, _COUNTERS, _ELEMENTS, _ARRAYS = "stuvwyz", "ijkmn", "rabdepq", "ABCDMPQ"
_LISTED = 4  # numbers of an array that is written as it is
_LONGEST = 40  # parts of a step that is written out


@dataclass(frozen=True, eq=False)
class Wording:
    """The names in a loop: of each place, of what each state will be next, of large arrays."""

    loop: Loop
    called: dict[Node, Expression]
    states: list[Carried] = field(default_factory=list[Carried])
    counters: list[Carried] = field(default_factory=list[Carried])
    arrays: dict[Node, Expression] = field(default_factory=dict[Node, Expression])

    def next(self, part: Carried) -> Expression:
        """What a state will be after the step: `s_next`."""
        return write.name(self.called[part.place].words[0], "next")


def wording(loop: Loop, called: Called, spell: Spell) -> Wording:
    """The names in a loop, unlike those around it."""
    taken = {told.words[0] for told in called.values() if told.head == "name"}
    found = Wording(loop, dict(called))
    names = {pool: _fresh(pool, taken) for pool in (_STATES, _COUNTERS, _ELEMENTS, _ARRAYS)}
    for part in loop.captured:
        operand = part.operand
        if operand not in called and operand.primitive is CONSTANT and operand.type.size > _LISTED:
            found.arrays[operand] = write.name(next(names[_ARRAYS]))
        found.called[part.place] = found.arrays.get(operand) or spell(operand, called)
    for part in loop.carried:
        counts = _counts(part) and loop.condition is None
        (found.counters if counts else found.states).append(part)
        found.called[part.place] = write.name(next(names[_COUNTERS if counts else _STATES]))
    for part in loop.elements:
        found.called[part.place] = write.name(next(names[_ELEMENTS]))
    return found


def _fresh(pool: str, taken: set[str]) -> Iterator[str]:
    yield from (letter for letter in pool if letter not in taken)
    number = 0
    while True:
        number += 1
        if f"{pool[0]}{number}" not in taken:
            yield f"{pool[0]}{number}"


def _counts(part: Carried) -> bool:
    """Whether a carried value counts the steps."""
    after = part.after
    if part.place.type is not INT64 or after.primitive.name != "add":
        return False
    one = [x for x in after.inputs if x is not part.place]
    return len(one) == 1 and one[0].primitive is CONSTANT and one[0].params[0].array == 1


# ---- in a line


def picked_written(node: Node, called: Called, spell: Spell) -> Expression:
    """A result of a loop or a branch in a line."""
    bundle, place = node.inputs[0], int(node.params[0])
    if bundle.primitive.name == "branch":
        return _branch_written(bundle, place, called, spell)
    loop = loop_of(bundle)
    names = wording(loop, called, spell)
    whole = write.call("repeat", _said(names, called, spell), latex=r"\operatorname{repeat}")
    if place < len(loop.carried):
        if names.states == [loop.carried[place]]:
            return whole
        return write.said(names.called[loop.carried[place].place], " of ", whole)
    rows = loop.written[place - len(loop.carried) :][:1]
    if not rows:
        return write.said("what is saved of ", whole)
    return write.said("every ", step_written(rows[0], names, spell), " of ", whole)


def _said(names: Wording, called: Called, spell: Spell) -> Expression:
    """`30 times, r in 30 numbers: s ← s(1 + rc), from s = 1`."""
    parts = [*how_often(names, called, spell)]
    if names.states:
        parts += [": ", update_written(names, spell), ", from ", _start(names, called, spell)]
    return write.said(*parts)


def how_often(names: Wording, called: Called, spell: Spell) -> list[Expression | str]:
    """How long a loop goes on, and what it walks along."""
    loop = names.loop
    if loop.condition is not None:
        return ["while ", step_written(loop.condition, names, spell)]
    parts: list[Expression | str] = []
    first = loop.carried[0] if loop.carried and loop.carried[0] in names.counters else None
    if loop.length is None:
        assert loop.count is not None
        parts += [spell(loop.count, called), " times"]
    elif first is not None and first.start.primitive is CONSTANT and loop.length:
        begin = int(first.start.params[0].array)
        counted = f"{begin}, …, {begin + loop.length - 1}"
        return ["for ", write.equals(names.called[first.place], write.text(counted))]
    else:
        parts.append("once" if loop.length == 1 else f"{loop.length:,} times")
    for part in loop.elements:
        parts += [", ", names.called[part.place], " in ", stack_written(part, called)]
    return [*parts, *([" from its end"] if loop.backward and loop.elements else [])]


def stack_written(part: Read, called: Called) -> Expression:
    """What a loop walks along: by its name, or by its size."""
    if part.operand in called:
        return called[part.operand]
    return write.text(f"{'×'.join(map(str, part.operand.type.shape))} numbers")


def update_written(names: Wording, spell: Spell) -> Expression:
    """What a step makes of the state: `s ← s(1 + rc)`."""
    left = [names.called[part.place] for part in names.states]
    right = [step_written(part.after, names, spell) for part in names.states]
    if len(left) == 1:
        return write.becomes(left[0], right[0])
    return write.becomes(_tuple(left), _tuple(right))


def _start(names: Wording, called: Called, spell: Spell) -> Expression:
    left = [names.called[part.place] for part in names.states]
    right = [spell(part.start, called) for part in names.states]
    if len(left) == 1:
        return Expression("equals", (left[0], right[0]))
    return Expression("equals", (_tuple(left), _tuple(right)))


def _tuple(parts: Sequence[Expression]) -> Expression:
    listed: list[Expression | str] = []
    for part in parts:
        listed += [", ", part] if listed else [part]
    return write.group(write.said(*listed))


def step_written(node: Node, names: Wording, spell: Spell) -> Expression:
    """A node of the body; what it is like where it is too long to be written."""
    if not short(node, names.called):
        return write.text(
            f"a formula of {len(postorder([node], dict.fromkeys(names.called)))} steps"
        )
    return spell(node, names.called)


def short(node: Node, known: Mapping[Node, Any]) -> bool:
    """Whether a formula is short enough to be written out."""
    size: dict[Node, int] = dict.fromkeys(known, 1)
    for each in postorder([node], dict.fromkeys(known)):
        size[each] = 1 + sum(size[operand] for operand in each.inputs)
    return size[node] <= _LONGEST


def _branch_written(bundle: Node, place: int, called: Called, spell: Spell) -> Expression:
    """`(−x if x < 0, else x)`; of more than two programs, `choose(k: x, x², x³)`."""
    which, *operands = bundle.inputs
    bodies: tuple[Body, ...] = bundle.params[0]
    filled = {
        leaf: spell(operand, called)
        for leaf, operand in zip(bodies[0].inputs, operands, strict=True)
    }
    inner = {**called, **filled}
    told = [
        spell(body.outputs[place], inner)
        if short(body.outputs[place], inner)
        else write.text("a long formula")
        for body in bodies
    ]
    condition = condition_of(bundle)
    if condition is not None:
        holds = spell(condition, called)
        return write.group(write.said(told[1], " if ", holds, ", else ", told[0]))
    listed: list[Expression | str] = [spell(which, called), ": "]
    for k, each in enumerate(told):
        listed += [", ", each] if k else [each]
    return write.call("choose", write.said(*listed), latex=r"\operatorname{choose}")


def condition_of(branch: Node) -> Node | None:
    """What must hold for the first of two functions to be taken; None for a choice by number."""
    which = branch.inputs[0]
    if len(branch.params[0]) != 2 or which.primitive.name != "astype":
        return None
    (condition,) = which.inputs
    return condition if condition.type is BOOL else None


def function_name(branch: Node, taken: int) -> str:
    """What a program of a branch is called: of two functions, the first is taken where true."""
    if condition_of(branch) is not None:
        return "its first function" if taken else "its second function"
    return f"function number {taken} of 0, …, {len(branch.params[0]) - 1}"


def arrays_told(names: Wording) -> str:
    """What the names of large arrays stand for."""
    told = [
        f"{name.words[0]} stands for {'×'.join(map(str, operand.type.shape))} numbers."
        for operand, name in names.arrays.items()
    ]
    return " ".join(told)
