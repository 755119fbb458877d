"""Running a loop or a branch with NumPy: the meaning of `scan`, `while` and `branch`.

In: the values of the operands and the parameters, and `run`, which makes of a body a function from
a list of values to a list of values. Out: the values of the results, in a tuple. What each step
writes goes into one array, which grows as long as the number of steps is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import Body
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.types import Type
from infinitesimal.errors import InfinitesimalError

__all__ = ["run_branch", "run_plainly", "run_scan", "run_while"]

Step = Callable[[list[Any]], list[Any]]
Run = Callable[[Body], Step]

_FIRST_ROOM = 16  # entries of an array that grows


def run_plainly(body: Body) -> Step:
    """The body as a function of plain values."""
    return body.program.step


class _Stack:
    """Values of one type, stacked along a new first axis as they come."""

    def __init__(self, type: Type, room: int | None) -> None:
        self.type = type
        self.filled = 0
        self.array: Any = np.empty((_FIRST_ROOM if room is None else room, *type.shape), type.dtype)

    def put(self, value: Any, place: int | None = None) -> None:
        """Write a value behind the last one, or at a place."""
        where = self.filled if place is None else place
        if where >= len(self.array):
            self._fit(2 * len(self.array))
        if value.dtype != self.array.dtype:  # the complex step brings complex values
            self.array = self.array.astype(np.result_type(value.dtype, self.array.dtype))
        self.array[where] = value
        self.filled += 1

    def done(self) -> Any:
        """All values."""
        if self.filled != len(self.array):
            self._fit(self.filled)
        return self.array

    def _fit(self, room: int) -> None:
        """Longer or shorter in place, mostly without a copy; nobody else looks at it yet."""
        self.array.resize((room, *self.array.shape[1:]), refcheck=False)


class _Record:
    """What a loop writes down: results of each step, and carried values every so many steps."""

    def __init__(
        self, body: Body, captured: int, carried: int, steps: int | None, every: int, saved: Any
    ) -> None:
        self.captured, self.carried, self.every, self.saved = captured, carried, every, saved
        self.written = [_Stack(node.type, steps) for node in body.outputs[carried:]]
        room = None if steps is None else -(-steps // every) if every else 0
        states: list[int] = [captured + k for k in saved]
        self.states = [_Stack(body.inputs[k].type, room) for k in states]

    def save(self, step: int, state: Sequence[Any]) -> None:
        """Before a step."""
        if self.saved and step % self.every == 0:
            for stack, k in zip(self.states, self.saved, strict=True):
                stack.put(state[k])

    def write(self, results: Sequence[Any], place: int | None) -> list[Any]:
        """After a step; the state that it leaves."""
        for stack, value in zip(self.written, results[self.carried :], strict=True):
            stack.put(value, place)
        return list(results[: self.carried])

    def done(self) -> list[Any]:
        """All that was written."""
        return [stack.done() for stack in (*self.written, *self.states)]


def _whole(number: Any) -> int:
    """A number of steps or of a branch, which the complex step may have made complex."""
    return max(int(number.real), 0)


def _note(error: Exception, step: int, body: Body, given: Sequence[Any]) -> None:
    """Tell in which step NumPy met an error, and at which line of the body.

    A step does not know its lines; so this one is evaluated again, node by node, which tells them.
    """
    if isinstance(error, InfinitesimalError):
        return
    try:
        evaluate(body.outputs, dict(zip(body.inputs, given, strict=True)))
    except Exception as again:
        known = getattr(error, "__notes__", ())
        for note in getattr(again, "__notes__", ()):
            if note not in known:
                error.add_note(note)
    error.add_note(f"in step {step} of a loop, counted from 0")


def run_scan(run: Run, *arguments: Any) -> tuple[Any, ...]:
    """A loop of so many steps."""
    *values, captured, carried, length, backward, checkpoint, saved, body = arguments
    steps = _whole(values.pop(0)) if length is None else length
    fixed, state = values[:captured], values[captured : captured + carried]
    elements = values[captured + carried :]
    record = _Record(body, captured, carried, steps, checkpoint, saved)
    advance = run(body)
    step = place = 0
    try:
        for step in range(steps):
            if record.saved:
                record.save(step, state)
            place = steps - 1 - step if backward else step
            results = advance([*fixed, *state, *[element[place] for element in elements]])
            state = record.write(results, place) if record.written else results
    except Exception as error:
        given = [*fixed, *state, *[element[place] for element in elements]]
        _note(error, step, body, given)
        raise
    return (*state, *record.done())


def run_while(run: Run, *arguments: Any) -> tuple[Any, ...]:
    """A loop that goes on as long as its condition holds, but no more than `most` steps."""
    *values, captured, carried, most, checkpoint, saved, condition, body = arguments
    fixed, state = values[:captured], values[captured:]
    record = _Record(body, captured, carried, None, checkpoint, saved)
    holds, advance = run(condition), run(body)
    step = 0
    try:
        while (most is None or step < most) and np.real(holds([*fixed, *state])[0]):
            if record.saved:
                record.save(step, state)
            state = record.write(advance([*fixed, *state]), None)
            step += 1
    except Exception as error:
        _note(error, step, body, [*fixed, *state])
        raise
    return (*state, *record.done())


def run_branch(run: Run, which: Any, *arguments: Any) -> tuple[Any, ...]:
    """One of several programs, chosen by a whole number; one out of range means the nearest."""
    *values, branches = arguments
    chosen = min(_whole(which), len(branches) - 1)
    return tuple(run(branches[chosen])(values))
