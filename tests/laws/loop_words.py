"""Loops and branches twice: the words of the library, and what they mean in Python.

A program for the laws is a function of such a vocabulary and of numbers. `IN_PYTHON` runs it with
the loops and branches of Python, on plain arrays or traced ones: then the graph holds every step.
`rolled(k)` are the words, all with `checkpoint=k`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import infinitesimal as dx
from infinitesimal.front.tree import flatten


@dataclass(frozen=True)
class Words:
    """The five words, under their names."""

    scan: Callable[..., Any]
    fori_loop: Callable[..., Any]
    while_loop: Callable[..., Any]
    cond: Callable[..., Any]
    switch: Callable[..., Any]


def rolled(checkpoint: bool | int = False) -> Words:
    """The words of the library."""
    return Words(
        partial(dx.scan, checkpoint=checkpoint),
        partial(dx.fori_loop, checkpoint=checkpoint),
        partial(dx.while_loop, checkpoint=checkpoint),
        dx.cond,
        dx.switch,
    )


def _scan(f: Any, init: Any, xs: Any = None, length: Any = None, reverse: bool = False) -> Any:
    stacks, structure = flatten(xs)
    steps = length if length is not None else len(stacks[0])
    state, rows = init, [None] * steps
    for k in reversed(range(steps)) if reverse else range(steps):
        state, rows[k] = f(state, structure.unflatten([stack[k] for stack in stacks]))
    if steps:
        written = rows
    else:  # what would be written, of which there is nothing
        element = structure.unflatten([np.zeros(np.shape(stack)[1:])[()] for stack in stacks])
        written = [f(state, element)[1]]
    columns = zip(*[flatten(row)[0] for row in written], strict=True)
    made = [np.stack(column)[:steps] for column in columns]
    return state, flatten(written[0])[1].unflatten(made)


def _fori_loop(lower: Any, upper: Any, f: Any, init: Any) -> Any:
    state = init
    for k in range(int(lower), int(upper)):
        state = f(k, state)
    return state


def _while_loop(condition: Any, f: Any, init: Any, max_steps: Any = None) -> Any:
    state, steps = init, 0
    while steps != max_steps and condition(state):
        state, steps = f(state), steps + 1
    return state


def _cond(condition: Any, if_true: Any, if_false: Any, *operands: Any) -> Any:
    return if_true(*operands) if condition else if_false(*operands)


def _switch(index: Any, branches: Any, *operands: Any) -> Any:
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


IN_PYTHON = Words(_scan, _fori_loop, _while_loop, _cond, _switch)
ROLLED = rolled()
