"""The tree of a worked derivation: frozen, plain, and all that any renderer is given.

In: what the methods' files found. Out: a `Tree` of steps. Every step has an id, the method it
belongs to, its kind, a title and the sentence that justifies it, its formulas and numbers, the
nodes of the graph it speaks of, its results and hints. A table is a step with `columns` whose rows
are its sub-steps, each with `cells`. All views agree because they format this one tree; tests check
it once, and then each view for the same results.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number

__all__ = ["Edge", "Input", "Line", "Method", "Result", "Step", "Tree", "Vertex"]


@dataclass(frozen=True)
class Line:
    """One line of mathematics, with a remark in words beside it."""

    formula: Expression
    note: str = ""


@dataclass(frozen=True)
class Result:
    """A number that answers the question: what it is of, with respect to which input."""

    name: str
    symbol: Expression
    number: Number
    shown: Expression


@dataclass(frozen=True)
class Step:
    """One thing done, and why. `cells` are its row in the table of a parent that has `columns`."""

    id: str
    method: str
    kind: str
    title: str = ""
    reason: str = ""
    lines: tuple[Line, ...] = ()
    numbers: tuple[tuple[str, Number], ...] = ()
    nodes: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    hints: tuple[str, ...] = ()
    warning: str = ""
    columns: tuple[str, ...] = ()
    cells: tuple[Expression, ...] = ()
    steps: tuple[Step, ...] = ()

    def walk(self) -> Iterator[Step]:
        """This step and all below it, in order."""
        waiting: list[Step] = [self]
        while waiting:
            step = waiting.pop()
            yield step
            waiting.extend(step.steps[::-1])


@dataclass(frozen=True)
class Method:
    """One of the ways to the derivative: its name, its heading, its steps, and what it found."""

    name: str
    title: str
    steps: tuple[Step, ...]
    results: tuple[Result, ...] = ()
    cost: str = ""

    def walk(self) -> Iterator[Step]:
        """All steps of the method, in order."""
        for step in self.steps:
            yield from step.walk()


@dataclass(frozen=True)
class Input:
    """One argument (or leaf of one) of the function, and the point where it stands."""

    name: str
    number: Number
    shown: Expression
    differentiated: bool = True


@dataclass(frozen=True)
class Vertex:
    """A node of the picture: an input or an intermediate result."""

    name: str
    symbol: Expression
    formula: Expression
    number: Number
    adjoint: Number | None = None
    kept: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow of the picture, from an operand to what uses it, with what flows along it."""

    source: str
    target: str
    local: Expression
    value: Number | None = None
    contribution: Number | None = None


@dataclass(frozen=True)
class Tree:
    """A derivative told step by step by several methods.

    `function` is the formula of the function called `name`, `inputs` the point, `value` the
    function's value there. `methods` hold the steps, `comparison` sets them side by side.
    `vertices` and `edges` are the graph as drawn.
    """

    name: str
    function: Expression
    inputs: tuple[Input, ...]
    value: Number
    methods: tuple[Method, ...]
    comparison: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    vertices: tuple[Vertex, ...] = ()
    edges: tuple[Edge, ...] = ()
    detail: str = field(default="full", compare=False)

    def method(self, name: str) -> Method:
        """The method of this name. Raises `KeyError` when it was not asked for."""
        for method in self.methods:
            if method.name == name:
                return method
        raise KeyError(name)

    def walk(self) -> Iterator[Step]:
        """Every step, in the order of reading."""
        for method in self.methods:
            yield from method.walk()
        for step in self.comparison:
            yield from step.walk()

    def results(self) -> dict[str, dict[str, Any]]:
        """The float64 derivative with respect to each input by each method."""
        return {m.name: {r.name: r.number.value for r in m.results} for m in self.methods}
