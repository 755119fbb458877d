"""What each method costs, counted, and how that grows with the number of inputs and results.

In: a graph, or nothing for the two tables that are the same for every function. Out: `Costs`, and
the steps of the tables. Every count is made on a graph; the largest formulas are extrapolated and
marked.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from infinitesimal.core.graph import Graph, close
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node
from infinitesimal.core.types import FLOAT64
from infinitesimal.differentiate.cost import (
    evaluation_operations,
    forward_operations,
    sweep_operations,
)
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.tree import Step
from infinitesimal.front.trace import trace
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.collect import size
from infinitesimal.optimise.rewrite import Rewriter

__all__ = ["Costs", "count_shown", "counted", "growth_steps"]

GROWTH = (2, 10, 100, 1_000, 10_000)
_WRITTEN = 1_000  # inputs up to which the formulas themselves are made
_COUNTED = ("value", "numerical", "forward", "reverse")


@dataclass(frozen=True)
class Costs:
    """Operations for all derivatives, counted on a graph of `inputs` numbers to `outputs` numbers.

    `lifted_pass` is a pass of forward mode in which constants carry an ε part, zero, as well.
    """

    inputs: int
    outputs: int
    evaluation: int
    forward_pass: int
    lifted_pass: int
    sweep: int

    @property
    def numerical(self) -> int:
        """One evaluation more than inputs; for each quotient a subtraction and a division."""
        return (self.inputs + 1) * self.evaluation + 2 * self.inputs * self.outputs

    @property
    def moved(self) -> int:
        """The same, with the additions x + h."""
        return self.numerical + self.inputs

    @property
    def forward(self) -> int:
        """A pass for each input."""
        return self.inputs * self.forward_pass

    @property
    def lifted(self) -> int:
        """A pass for each input, constants carrying an ε part."""
        return self.inputs * self.lifted_pass

    @property
    def reverse(self) -> int:
        """One evaluation, and the sweeps back."""
        return self.evaluation + self.outputs * self.sweep


def counted(graph: Graph, wrt: Sequence[int], bindings: Mapping[Node, Any] | None = None) -> Costs:
    """What each method costs for a graph, differentiated with respect to these inputs.

    `bindings` are the values of its inputs, for loops and branches that depend on them.
    """
    varied = [graph.inputs[k] for k in wrt]
    outputs = list(graph.outputs)
    return Costs(
        inputs=sum(node.type.size for node in varied),
        outputs=sum(node.type.size for node in outputs),
        evaluation=evaluation_operations(outputs, graph.inputs, bindings),
        forward_pass=forward_operations(outputs, varied, bindings),
        lifted_pass=forward_operations(outputs, varied, bindings, lifted_constants=True),
        sweep=sweep_operations(outputs, varied, bindings),
    )


def count_shown(count: int) -> Expression:
    """A count, its digits in groups of three."""
    digits = f"{count:,}".replace(",", "\u2009") if count >= 10_000 else str(count)
    return write.number(digits)


@cache
def growth_steps() -> tuple[Step, Step]:
    """The table of many inputs and one result, and its mirror image."""
    return _growth(), _mirrored()


def _growth() -> Step:
    def chain(x: Any) -> Any:
        return np.sum(x[:-1] * x[1:])

    rows: list[Step] = []
    for n in GROWTH:
        parts = _formula_parts(min(n, _WRITTEN)) * n // min(n, _WRITTEN)
        shown = (
            count_shown(parts)
            if n <= _WRITTEN
            else write.text(f"about {parts:,}".replace(",", "\u2009"))
        )
        row = _row("growth", n, counted(_traced(chain, np.ones(n)), (0,)))
        numbers = (*row.numbers, ("formula", Number(float(parts))))
        rows.append(replace(row, numbers=numbers, cells=(*row.cells, shown)))
    return Step(
        "comparison-growth",
        "comparison",
        "growth",
        "How it grows: many inputs, one result",
        "Operations for all derivatives of x₁x₂ + x₂x₃ + … with n inputs, and how many parts their "
        "formulas have. Reverse mode stays at a small multiple of one evaluation; it pays by "
        "keeping a tape, a number for each operation, which forward mode need not.",
        columns=("n", *_COUNTED, "formula"),
        steps=tuple(rows),
    )


def _formula_parts(n: int) -> int:
    """How many parts the formulas of all derivatives have, like terms and all."""
    xs = [input_node(FLOAT64) for _ in range(n)]
    total = xs[0] * xs[1]
    for left, right in itertools.pairwise(xs[1:]):
        total = total + left * right
    found = [node for node in reverse([total], [constant(1.0)], xs) if node is not None]
    return size(Rewriter(FORMULA)(found))


def _mirrored() -> Step:
    def fan(n: int) -> Callable[[Any], Any]:
        return lambda x: np.sin(x * np.arange(1.0, 1.0 + n))

    rows = [_row("mirrored", n, counted(_traced(fan(n), 1.0), (0,))) for n in GROWTH]
    return Step(
        "comparison-mirrored",
        "comparison",
        "growth",
        "The mirrored case: one input, many results",
        "Operations for all derivatives of sin(x), sin(2x), …, sin(nx). Here one pass forward does "
        "it, and reverse mode needs a sweep for each result: neither is always better.",
        columns=("n", *_COUNTED),
        steps=tuple(rows),
    )


def _traced(function: Callable[..., Any], at: Any) -> Graph:
    done = trace(function, (at,), {}, (0,), asked="explain")
    return close(done.variables, done.outputs, done.names)


def _row(kind: str, n: int, costs: Costs) -> Step:
    counts = (costs.evaluation, costs.numerical, costs.forward, costs.reverse)
    named = zip(("evaluation", *_COUNTED[1:]), counts, strict=True)
    return Step(
        f"comparison-{kind}-{n}",
        "comparison",
        "row",
        numbers=tuple((name, Number(float(count))) for name, count in named),
        cells=(count_shown(n), *map(count_shown, counts)),
    )
