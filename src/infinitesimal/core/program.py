"""A graph laid out for running again: its nodes as numbered places, its words as a list of steps.

In: output nodes. Out: a `Program` that computes them from the values of their leaves, and the
`fingerprint` of what it was made from: two graphs with one fingerprint have the same program.
A leaf is a constant array, or the constant an argument stands for; other scalar constants and
everything static are part of the fingerprint, so whatever is a function of structure may be
remembered by it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE
from infinitesimal.core.node import Node, postorder

__all__ = ["Program", "fingerprint", "program"]

LONGEST = 1_000  # nodes


def fingerprint(outputs: Sequence[Node], wrt: Sequence[Node]) -> tuple[Hashable, list[Node]] | None:
    """What the outputs are made of, and the leaves in order; None where that is not worth knowing.

    That is so of graphs with unbound inputs, of those in which Python has forced a value (what was
    computed then need not be computed again), and of those longer than `LONGEST`.
    """
    place: dict[Node, int] = {}
    rows: list[Hashable] = []
    leaves: list[Node] = []
    order = postorder(outputs)
    if len(order) > LONGEST:
        return None
    arguments = {operand for node in wrt for operand in node.inputs}
    for node in order:
        place[node] = len(place)
        word = node.primitive
        if word is CONSTANT:
            if node.type.ndim or node in arguments:
                leaves.append(node)
                rows.append(node.type)
            else:
                rows.append(node.params)
        elif word is INPUT or node.value is not None:
            return None
        elif word is VARIABLE:
            rows.append((word, place[node.inputs[0]]))
        else:
            rows.append((word, node.params, *[place[operand] for operand in node.inputs]))
    asked = tuple([place[node] for node in outputs])
    # of a variable that no output depends on, its type: the zeros are of that
    given = tuple([place.get(node, node.type) for node in wrt])
    return (tuple(rows), asked, given), leaves


Step = tuple[Callable[..., Any], int, tuple[int, ...], tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Program:
    """Steps (evaluate, target, sources, parameters, places to clear) over numbered places."""

    places: int
    leaves: tuple[int, ...]
    constants: tuple[tuple[int, Any], ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def run(self, leaves: Sequence[Any]) -> list[Any]:
        """The outputs for these values of the leaves; floating-point exceptions are silent."""
        with np.errstate(all="ignore"):
            return self.step(leaves)

    def step(self, leaves: Sequence[Any]) -> list[Any]:
        """The same within a program that has silenced them already."""
        values: list[Any] = [None] * self.places
        for place, value in self.constants:
            values[place] = value
        for place, value in zip(self.leaves, leaves, strict=True):
            values[place] = value
        for evaluate, target, sources, params, spent in self.steps:
            values[target] = evaluate(*[values[source] for source in sources], *params)
            for place in spent:
                values[place] = None
        return [values[place] for place in self.outputs]

    def __len__(self) -> int:
        return len(self.steps)


def program(outputs: Sequence[Node], leaves: Sequence[Node]) -> Program:
    """The program of these outputs as a function of the values of these constant leaves."""
    order = postorder(outputs, dict.fromkeys(leaves))
    place = {node: k for k, node in enumerate([*leaves, *order])}
    last: dict[Node, int] = {}
    for k, node in enumerate(order):
        last.update(dict.fromkeys(node.inputs, k))
    kept = {*outputs, *(node for node in order if node.primitive is CONSTANT)}
    steps: list[Step] = []
    for k, node in enumerate(order):
        if node.primitive is not CONSTANT:
            spent = tuple(
                place[x] for x in dict.fromkeys(node.inputs) if last[x] == k and x not in kept
            )
            sources = tuple(place[operand] for operand in node.inputs)
            steps.append((node.primitive.evaluate, place[node], sources, node.params, spent))
    return Program(
        len(place),
        tuple(place[node] for node in leaves),
        tuple((place[node], node.params[0].array) for node in order if node.primitive is CONSTANT),
        tuple(steps),
        tuple(place[node] for node in outputs),
    )
