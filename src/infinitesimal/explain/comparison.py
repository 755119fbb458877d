"""The methods side by side: their answers, what each costs, and how that grows.

In: a sheet and what the methods found. Out: steps. Every count comes from the library's counter of
operations, run on the graphs in question; nothing is written down from a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.count import operations
from infinitesimal.core.graph import Graph, close
from infinitesimal.differentiate.cost import forward_operations, sweep_operations
from infinitesimal.differentiate.symbolic import symbolic_gradient
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.symbolic import SIMPLIFIED
from infinitesimal.explain.tree import Method, Step
from infinitesimal.explain.write import written
from infinitesimal.front.trace import trace

__all__ = ["Costs", "comparison", "counted"]

GROWTH = (2, 10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Costs:
    """Operations for all derivatives by each method, counted on a graph of `inputs` numbers and `outputs` numbers.

    `lifted` is forward mode with an ε part, zero, for constants too; `moved` adds what it takes to
    move the inputs.
    """

    inputs: int
    outputs: int
    evaluation: int
    forward_pass: int
    lifted_pass: int
    sweep: int

    @property
    def numerical(self) -> int:
        """Difference quotients: an evaluation more than there are inputs, a subtraction and a division each."""
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
        """One evaluation, and a sweep for each output."""
        return self.evaluation + self.outputs * self.sweep


def counted(graph: Graph, wrt: Sequence[int]) -> Costs:
    """What each method costs for a graph, differentiated with respect to these inputs."""
    varied = [graph.inputs[k] for k in wrt]
    outputs = list(graph.outputs)
    height = sum(node.type.size for node in outputs)
    return Costs(
        sum(node.type.size for node in varied), height, operations(outputs, graph.inputs),
        forward_operations(outputs, varied), forward_operations(outputs, varied, lifted_constants=True),
        sweep_operations(outputs, varied),
    )  # fmt: skip


def comparison(sheet: Sheet, methods: Sequence[Method], detail: str) -> tuple[Step, ...]:
    """The steps of the last section."""
    costs = counted(sheet.subject.graph, sheet.subject.wrt)
    steps = [_answers(sheet, methods), _costs(sheet, costs, [method.name for method in methods])]
    if detail == "full":
        steps += [_growth(), _mirrored()]
    return tuple(steps)


def _answers(sheet: Sheet, methods: Sequence[Method]) -> Step:
    answered = [method for method in methods if method.results]
    symbols = [result.symbol for result in answered[0].results] if answered else []
    rows = [
        Step(
            f"comparison-{method.name}", "comparison", "row", method.title,
            numbers=tuple((r.name, r.number) for r in method.results), results=method.results,
            cells=(write.text(method.title), *[write.boxed(r.shown) for r in method.results]),
        )
        for method in answered
    ]  # fmt: skip
    return Step(
        "comparison-answers", "comparison", "answers", "The answers", _agreement(methods),
        columns=("method", *map(written, symbols)), steps=tuple(rows), warning=_disagreement(methods),
    )  # fmt: skip


def _pairs(methods: Sequence[Method], first: str, second: str) -> list[tuple[Number, Number]]:
    found = {method.name: method for method in methods if method.results}
    if first not in found or second not in found:
        return []
    pairs = zip(found[first].results, found[second].results, strict=True)
    return [(a.number, b.number) for a, b in pairs]


def _agreement(methods: Sequence[Method]) -> str:
    """How closely forward and reverse mode agree, in units of the last place."""
    pairs = _pairs(methods, "forward", "reverse")
    if not pairs:
        return ""
    worst = max(_ulps(a.value, b.value) for a, b in pairs)
    if not np.isfinite(worst):
        return ""
    said = (
        "to the last bit"
        if worst == 0
        else f"to {worst:.0f} unit{'s' * (worst > 1)} in the last place"
    )
    told = f"Forward and reverse mode agree {said}"
    return told + (
        "; the numerical method is off by its step."
        if _pairs(methods, "numerical", "reverse")
        else "."
    )


def _ulps(a: Any, b: Any) -> float:
    a, b = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(all="ignore"):
        gap = np.abs(a - b) / np.spacing(np.maximum(np.abs(a), np.abs(b)))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return float(np.max(np.where(same, 0.0, gap), initial=0.0))


def _disagreement(methods: Sequence[Method]) -> str:
    """Methods that do not tell the same: shown, not smoothed over."""
    for first, second, tolerance in (
        ("forward", "reverse", 1e-9),
        ("symbolic", "reverse", 1e-9),
        ("numerical", "reverse", 2e-2),
    ):
        for a, b in _pairs(methods, first, second):
            sizes = np.abs(np.asarray(b.value, float))
            scale = float(np.max(sizes, where=np.isfinite(sizes), initial=1.0))
            if not np.allclose(a.value, b.value, rtol=0, atol=tolerance * scale, equal_nan=True):
                return f"the {first} method and the {second} one do not agree here"
    return ""


def _costs(sheet: Sheet, costs: Costs, methods: Sequence[str]) -> Step:
    n, m, once = costs.inputs, costs.outputs, costs.evaluation
    how = {
        "numerical": (f"{n + 1}·{once} + {n * m} + {n * m}; {costs.moved} with the sums x + h", costs.numerical),
        "forward": (f"{n}·{costs.lifted_pass}; {costs.forward} if constants carry no ε", costs.lifted),
        "reverse": (f"{once} forward + {m * costs.sweep} back", costs.reverse),
    }  # fmt: skip
    if "symbolic" in methods and len(sheet.steps) <= SIMPLIFIED:
        told = ("the formulas, once they are found", symbolic_operations(sheet))
        how = {"symbolic": told, **how}
    rows = [_cost_row("evaluation", f"{sheet.subject.name} alone", "one evaluation", once)]
    rows += [_cost_row(name, _TITLES[name], *how[name]) for name in how if name in methods]
    return Step(
        "comparison-cost", "comparison", "cost", "The cost, in arithmetic operations",
        "Counted on the graph; multiplications by 1 are not skipped.",
        columns=("method", "operations", "how"), steps=tuple(rows),
    )  # fmt: skip


_TITLES = {
    "symbolic": "Symbolic",
    "numerical": "Numerical",
    "forward": "Forward mode",
    "reverse": "Reverse mode",
}


def symbolic_operations(sheet: Sheet) -> int:
    """The operations of the simplified formulas of all derivatives."""
    inputs = [node for _, node in sheet.inputs]
    return operations(
        symbolic_gradient(sheet.subject.graph.outputs, inputs), sheet.subject.graph.inputs
    )


def _cost_row(name: str, title: str, how: str, count: int) -> Step:
    number = Number(float(count))
    return Step(
        f"comparison-cost-{name}", "comparison", "row", title, numbers=(("operations", number),),
        cells=(write.text(title), _count(count), write.text(how)),
    )  # fmt: skip


def _count(count: int) -> Expression:
    return (
        write.number(f"{count}")
        if count < 10_000
        else write.number(f"{count:,}".replace(",", "\u2009"))
    )


def _chain(x: Any) -> Any:
    return np.sum(x[:-1] * x[1:])


def _traced(function: Callable[..., Any], at: Any) -> Graph:
    done = trace(function, (at,), {}, (0,), asked="explain")
    return close(done.variables, done.outputs, done.names)


def _growth() -> Step:
    rows: list[Step] = []
    for n in GROWTH:
        costs = counted(_traced(_chain, np.ones(n)), (0,))
        rows.append(_growth_row("growth", n, costs))
    return Step(
        "comparison-growth", "comparison", "growth", "How it grows: many inputs, one result",
        "Operations for all derivatives of x₁x₂ + x₂x₃ + … with n inputs. Reverse mode stays at a small multiple of one evaluation; "
        "it pays by remembering the forward sweep, which forward mode need not.",
        columns=("n", "one evaluation", "numerical", "forward", "reverse"), steps=tuple(rows),
    )  # fmt: skip


def _mirrored() -> Step:
    rows: list[Step] = []
    for n in GROWTH:
        graph = _traced(lambda x, n=n: np.sin(x * np.arange(1.0, 1.0 + n)), 1.0)
        rows.append(_growth_row("mirrored", n, counted(graph, (0,))))
    return Step(
        "comparison-mirrored", "comparison", "growth", "The mirrored case: one input, many results",
        "Operations for all derivatives of sin(x), sin(2x), …, sin(nx). Here one pass forward does it, and reverse mode needs a "
        "sweep for each result: neither is always better.",
        columns=("n", "one evaluation", "numerical", "forward", "reverse"), steps=tuple(rows),
    )  # fmt: skip


def _growth_row(kind: str, n: int, costs: Costs) -> Step:
    counts = (costs.evaluation, costs.numerical, costs.forward, costs.reverse)
    names = ("evaluation", "numerical", "forward", "reverse")
    return Step(
        f"comparison-{kind}-{n}", "comparison", "row",
        numbers=tuple((name, Number(float(count))) for name, count in zip(names, counts, strict=True)),
        cells=(_count(n), *map(_count, counts)),
    )  # fmt: skip
