"""What is being explained, and the sheet on which it is worked out.

In: a formula or a function, and a point. Out: a `Subject` (its graph, the names and values of its inputs, and a way to call
it plainly at another point) and a `Sheet`: every node's name, its value in float64 and exactly, and how it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph
from infinitesimal.core.node import Node, postorder
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import backward_order, letters, outside_in
from infinitesimal.explain.numbers import Number, exact_values, fraction
from infinitesimal.explain.spell import spell

__all__ = ["Sheet", "Subject", "symbol"]

WRITTEN_OUT = 24  # a function of more steps than this is not written on one line


@dataclass(frozen=True, eq=False)
class Subject:
    """A function at a point: `graph` of the leaves called `names`, standing at `values`; `wrt` are those to vary.

    `call(values)` is the function itself, called plainly: at another point it may take another branch.
    """

    name: str
    names: tuple[str, ...]
    values: tuple[Any, ...]
    wrt: tuple[int, ...]
    graph: Graph
    call: Callable[[Sequence[Any]], Any]
    warnings: tuple[str, ...] = ()


def symbol(name: str) -> Expression:
    """A name as mathematics: `v12` and `x_1` carry a subscript."""
    stem = name.rstrip("0123456789")
    if stem and stem != name and stem.rstrip("_").isalpha():
        return write.name(stem.rstrip("_"), name[len(stem) :])
    return write.name(name)


@dataclass(eq=False)
class Sheet:
    """A subject's graph with everything written beside it.

    `steps` are the computed nodes in the order of the sweep backwards; `called` maps nodes to their names.
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

    # ---- numbers

    @property
    def bindings(self) -> dict[Node, Any]:
        """The inputs' values."""
        pairs = zip(self.subject.graph.inputs, self.subject.values, strict=True)
        return {node: np.asarray(value, node.type.dtype)[()] for node, value in pairs}

    @property
    def exact_inputs(self) -> dict[Node, Fraction | None]:
        """The inputs' values as somebody means them who writes them so."""
        return {node: fraction(value) for node, value in self.bindings.items()}

    def numbers(self, nodes: Sequence[Node]) -> list[Number]:
        """What these nodes come to at the point."""
        missing = [node for node in dict.fromkeys(nodes) if node not in self._numbers]
        if missing:
            values = evaluate(missing, self.bindings)
            exact = exact_values(missing, self.exact_inputs)
            for node, value in zip(missing, values, strict=True):
                self._numbers[node] = Number(
                    value if np.ndim(value) else _scalar(value), exact.get(node)
                )
        return [self._numbers[node] for node in nodes]

    def number(self, node: Node) -> Number:
        """What a node comes to at the point."""
        return self.numbers([node])[0]

    # ---- writing

    def derivative(self, node: Node) -> Expression:
        """∂L/∂x, for the node called x."""
        return write.partial(write.name(self.subject.name), self.written[node])

    def note(self, number: Number) -> str:
        """The float64 beside an exact number, where the two differ."""
        return f"float64: {float(number.value)!r}" if number.differs else ""

    @property
    def output(self) -> Node:
        """The node of the function's value."""
        return self.subject.graph.outputs[0]

    @property
    def inputs(self) -> list[tuple[str, Node]]:
        """The inputs with respect to which the function is differentiated."""
        return [(self.subject.names[k], self.subject.graph.inputs[k]) for k in self.subject.wrt]

    def definition(self, node: Node) -> Expression:
        """A step in terms of the names of its operands."""
        return spell(node, self.written, inside=True)

    def with_numbers(self, node: Node, numbers: dict[Node, Expression]) -> Expression:
        """A step with the numbers of its operands put in."""
        return spell(node, {**self.written, **numbers}, inside=True)

    def written_out(self) -> Expression | None:
        """The whole function on one line; None when it would be too long."""
        graph = self.subject.graph
        if len(self.steps) > WRITTEN_OUT or len(graph.outputs) > 1:
            return None
        size = {node: 1 for node in graph.inputs}
        for node in postorder(graph.outputs, dict.fromkeys(graph.inputs)):
            size[node] = 1 + sum(size[operand] for operand in node.inputs)
        if size[self.output] > 3 * WRITTEN_OUT:
            return None
        return spell(self.output, {node: self.written[node] for node in graph.inputs})

    def operands(self, node: Node) -> tuple[Node, ...]:
        """The operands of a step that have names, each once."""
        return tuple(operand for operand in dict.fromkeys(node.inputs) if operand in self.called)


def _scalar(value: Any) -> Any:
    plain = np.asarray(value)[()]
    return float(plain) if plain.dtype.kind in "biuf" else plain
