"""What is being explained, and the sheet on which it is worked out.

In: a function as a graph, and a point. Out: a `Subject` (the graph, the names and values of its
inputs, a way to call it plainly elsewhere) and a `Sheet`: every node's name, its value in float64
and exactly, how it is written, and the ways in which the inputs can move.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph
from infinitesimal.core.leaf import CONSTANT
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loops import Walk, walked
from infinitesimal.explain.names import (
    backward_order,
    is_looped,
    letters,
    operands_of,
    outside_in,
)
from infinitesimal.explain.numbers import Number, exact_values, fraction, shown
from infinitesimal.explain.spell import spell
from infinitesimal.optimise.unroll import Way

__all__ = ["MANY", "Move", "Sheet", "Subject", "symbol"]

WRITTEN_OUT = 24  # a function of more steps than this is not written on one line
MANY = 64  # inputs that are moved one by one, and results that are swept back from one by one
_SHORT = 4  # parts of a constant expression that is left as it is
_EXACT = 400  # steps of the longest function that is computed in fractions too


@dataclass(frozen=True, eq=False)
class Subject:
    """A function at a point: a graph of the leaves called `names`, standing at `values`.

    `wrt` are the positions of those to vary. `call(values)` is the function itself, called plainly:
    elsewhere it may take another branch. `lines` are what its graph came from, for long functions.
    """

    name: str
    names: tuple[str, ...]
    values: tuple[Any, ...]
    wrt: tuple[int, ...]
    graph: Graph
    call: Callable[[Sequence[Any]], Any]
    warnings: tuple[str, ...] = ()
    parts: tuple[Node, ...] = ()  # the results, where there are several
    meant: tuple[Fraction | None, ...] = ()  # the values exactly, where they were given so
    forks: bool = False  # whether the program has loops or branches
    ways: tuple[Way, ...] = ()  # which way its own branches and short loops went
    whole: Graph | None = None  # the graph with the ways that were not taken, where there are any


@dataclass(frozen=True, eq=False)
class Move:
    """One number that can be moved: an input, or an element of one."""

    name: str
    node: Node
    index: tuple[int, ...]
    written: Expression

    def unit(self) -> Any:
        """What the input's tangent is when only this number moves."""
        seed = np.zeros(self.node.type.shape, self.node.type.dtype)
        seed[self.index] = 1
        return seed


def symbol(name: str) -> Expression:
    """A name as mathematics: `v12` and `x_1` carry a subscript."""
    stem = name.rstrip("0123456789")
    if stem and stem != name and stem.rstrip("_").isalpha():
        return write.name(stem.rstrip("_"), name[len(stem) :])
    return write.name(name)


@dataclass(eq=False)
class Sheet:
    """A subject's graph with everything written beside it.

    `steps` are the computed nodes in the order of the sweep backwards; `called` their names.
    """

    subject: Subject
    steps: list[Node] = field(init=False)
    called: dict[Node, str] = field(init=False)
    written: dict[Node, Expression] = field(init=False)
    _numbers: dict[Node, Number] = field(init=False)

    def __post_init__(self) -> None:
        graph = self.subject.graph
        self.steps = backward_order(graph.outputs)
        self.called = dict(zip(graph.inputs, self.subject.names, strict=True))
        fresh = letters({*self.subject.names, self.subject.name})
        for node in outside_in(graph.outputs):
            self.called[node] = next(fresh)
        self.written = {node: symbol(name) for node, name in self.called.items()}
        self._numbers = {}
        self.numbers([*graph.inputs, *self.steps, *graph.outputs])
        for node in postorder(graph.outputs, dict.fromkeys(graph.inputs)):
            fixed = node.reach == NEVER and node.primitive is not CONSTANT
            if fixed and not node.primitive.bodies:
                self.written[node] = self._fixed(node)
        if self.output not in self.called:  # it is a constant
            self.called[self.output] = self.subject.name
            self.written[self.output] = write.name(self.subject.name)

    def _fixed(self, node: Node) -> Expression:
        """A constant expression: 1/2 is a number, sqrt(2π) stays what it is where it is short."""
        number = self.number(node)
        short = not node.type.shape and len(postorder([node])) <= _SHORT
        return spell(node, {}) if short and number.exact is None else shown(number)

    # ---- numbers

    @cached_property
    def bindings(self) -> dict[Node, Any]:
        """The inputs' values."""
        pairs = zip(self.subject.graph.inputs, self.subject.values, strict=True)
        return {node: np.asarray(value, node.type.dtype)[()] for node, value in pairs}

    @property
    def exact_inputs(self) -> dict[Node, Fraction | None]:
        """The inputs' values as somebody means them who writes them so."""
        meant = self.subject.meant or (None,) * len(self.bindings)
        return {
            node: fraction(value) if exact is None else exact
            for (node, value), exact in zip(self.bindings.items(), meant, strict=True)
        }

    def numbers(self, nodes: Sequence[Node]) -> list[Number]:
        """What these nodes come to at the point."""
        missing = [node for node in dict.fromkeys(nodes) if node not in self._numbers]
        if missing:
            values = evaluate(missing, self.bindings)
            exact = self.exactly(missing, self.exact_inputs)
            for node, value in zip(missing, values, strict=True):
                self._numbers[node] = Number(plain(value), exact.get(node))
        return [self._numbers[node] for node in nodes]

    def exactly(
        self, nodes: Sequence[Node], leaves: Mapping[Node, Fraction | None]
    ) -> dict[Node, Fraction]:
        """The exact values of nodes where they have one and the function is short."""
        return exact_values(nodes, leaves) if len(self.steps) <= _EXACT else {}

    def number(self, node: Node) -> Number:
        """What a node comes to at the point."""
        return self.numbers([node])[0]

    # ---- the function

    @cached_property
    def walks(self) -> list[Walk]:
        """Every loop of the function, walked at the point; in the order of the computation."""
        return self.walks_at(self.bindings)

    def walks_at(self, bindings: Mapping[Node, Any]) -> list[Walk]:
        """The same for other values of the inputs."""
        loops = dict.fromkeys(node.inputs[0] for node in self.steps[::-1] if is_looped(node))
        given = [operand for loop in loops for operand in loop.inputs]
        values = dict(zip(given, evaluate(given, bindings), strict=True))
        return [walked(loop, [values[operand] for operand in loop.inputs]) for loop in loops]

    @property
    def output(self) -> Node:
        """The node of the function's value."""
        return self.subject.graph.outputs[0]

    @property
    def bare(self) -> str:
        """What a function without steps is: one of its inputs, or a constant."""
        name = self.called[self.output]
        return "a constant" if name == self.subject.name else f"{name} itself"

    @property
    def scalar(self) -> bool:
        """Whether the function's value is a single number."""
        return not self.output.type.shape

    @property
    def inputs(self) -> list[tuple[str, Node]]:
        """The inputs with respect to which the function is differentiated."""
        return [(self.subject.names[k], self.subject.graph.inputs[k]) for k in self.subject.wrt]

    @cached_property
    def moves(self) -> list[Move]:
        """The numbers to be moved, one by one; none where they are too many."""
        if sum(node.type.size for _, node in self.inputs) > MANY:
            return []
        return [
            Move(f"{name}{list(index)}" if index else name, node, index, self._element(node, index))
            for name, node in self.inputs
            for index in np.ndindex(node.type.shape)
        ]

    def _element(self, node: Node, index: tuple[int, ...]) -> Expression:
        written = self.written[node]
        return write.name(f"{self.called[node]}[{','.join(map(str, index))}]") if index else written

    def assembled(self, node: Node, found: Mapping[Move, Number]) -> Number:
        """The derivative with respect to an input, from those with respect to its elements.

        Its shape is that of the function's value followed by that of the input.
        """
        numbers = [number for move, number in found.items() if move.node is node]
        if not node.type.shape:
            return numbers[0]
        height = self.output.type.shape
        columns = [np.broadcast_to(number.value, height) for number in numbers]
        return Number(np.stack(columns, axis=-1).reshape(*height, *node.type.shape))

    # ---- writing

    def derivative(self, node: Node) -> Expression:
        """∂L/∂x, for the node called x."""
        return write.partial(write.name(self.subject.name), self.written[node])

    def slope(self, move: Move) -> Expression:
        """∂L/∂x, for a number that moves."""
        return write.partial(write.name(self.subject.name), move.written)

    def note(self, number: Number) -> str:
        """The float64 beside an exact number, where the two differ."""
        return f"float64: {float(number.value)!r}" if number.differs else ""

    def repeated(self, node: Node) -> str:
        """How often a loop ran, as a note beside its result; empty for any other step."""
        if not is_looped(node):
            return ""
        steps = next(walk.steps for walk in self.walks if walk.node is node.inputs[0])
        return f"after {steps:,} step{'s' * (steps != 1)}, see below"

    def definition(self, node: Node) -> Expression:
        """A step in terms of the names of its operands."""
        return spell(node, self.written, inside=True)

    def with_numbers(self, node: Node, numbers: Mapping[Node, Expression]) -> Expression:
        """A step with the numbers of its operands put in."""
        return spell(node, ChainMap(dict(numbers), self.written), inside=True)

    def all_scalar(self, node: Node) -> bool:
        """Whether a step is one of single numbers, worked out in a line; a loop is not."""
        return not is_looped(node) and not any(x.type.shape for x in (node, *node.inputs))

    def written_out(self) -> Expression | None:
        """The whole function on one line; None when it would be too long."""
        graph = self.subject.graph
        if len(self.steps) > WRITTEN_OUT:
            return None
        if self.output.reach == NEVER:
            return shown(self.number(self.output))
        size = {node: 1 for node in graph.inputs}
        for node in postorder(graph.outputs, dict.fromkeys(graph.inputs)):
            size[node] = 1 + sum(size[operand] for operand in node.inputs)
        if size[self.output] > 3 * WRITTEN_OUT:
            return None
        plain_names = {
            x: e for x, e in self.written.items() if x in graph.inputs or x.reach == NEVER
        }
        return spell(self.output, plain_names)

    def operands(self, node: Node) -> tuple[Node, ...]:
        """The operands of a step that have names, each once."""
        return tuple(x for x in dict.fromkeys(operands_of(node)) if x in self.called)


def plain(value: Any) -> Any:
    """A float for a number, the array for an array."""
    if np.ndim(value):
        return value
    scalar = np.asarray(value)[()]
    return float(scalar) if scalar.dtype.kind in "biuf" else scalar
