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
_COLUMNS = ("n", "one evaluation", "numerical", "forward", "reverse")


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


def counted(graph: Graph, wrt: Sequence[int]) -> Costs:
    """What each method costs for a graph, differentiated with respect to these inputs."""
    varied = [graph.inputs[k] for k in wrt]
    outputs = list(graph.outputs)
    return Costs(
        inputs=sum(node.type.size for node in varied),
        outputs=sum(node.type.size for node in outputs),
        evaluation=operations(outputs, graph.inputs),
        forward_pass=forward_operations(outputs, varied),
        lifted_pass=forward_operations(outputs, varied, lifted_constants=True),
        sweep=sweep_operations(outputs, varied),
    )


def comparison(sheet: Sheet, methods: Sequence[Method], detail: str) -> tuple[Step, ...]:
    """The steps of the last section."""
    steps = [_answers(methods), _costs(sheet, [method.name for method in methods])]
    return (*steps, _growth(), _mirrored()) if detail == "full" else tuple(steps)


# ---- the answers


def _answers(methods: Sequence[Method]) -> Step:
    answered = [method for method in methods if method.results]
    symbols = [result.symbol for result in answered[0].results] if answered else []
    rows = [
        Step(
            f"comparison-{method.name}",
            "comparison",
            "row",
            method.title,
            numbers=tuple((result.name, result.number) for result in method.results),
            results=method.results,
            cells=(write.text(method.title), *[write.boxed(r.shown) for r in method.results]),
        )
        for method in answered
    ]
    return Step(
        "comparison-answers",
        "comparison",
        "answers",
        "The answers",
        _agreement(methods),
        columns=("method", *map(written, symbols)),
        steps=tuple(rows),
        warning=_disagreement(methods),
    )


def _pairs(methods: Sequence[Method], first: str, second: str) -> list[tuple[Any, Any]]:
    """The values found by two methods, input by input."""
    found = {method.name: method for method in methods if method.results}
    if first not in found or second not in found:
        return []
    pairs = zip(found[first].results, found[second].results, strict=True)
    return [(np.asarray(a.number.value), np.asarray(b.number.value)) for a, b in pairs]


def _agreement(methods: Sequence[Method]) -> str:
    """How closely forward and reverse mode agree, in units of the last place."""
    worst = max((_ulps(a, b) for a, b in _pairs(methods, "forward", "reverse")), default=np.inf)
    if not np.isfinite(worst):
        return ""
    units = f"to {worst:.0f} unit{'s' * (worst > 1)} in the last place"
    told = f"Forward and reverse mode agree {units if worst else 'to the last bit'}"
    numerical = _pairs(methods, "numerical", "reverse")
    return told + ("; the numerical method is off by its step." if numerical else ".")


def _ulps(a: Any, b: Any) -> float:
    with np.errstate(all="ignore"):
        gap = np.abs(a - b) / np.spacing(np.maximum(np.abs(a), np.abs(b)))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return float(np.max(np.where(same, 0.0, gap), initial=0.0))


def _disagreement(methods: Sequence[Method]) -> str:
    """Methods that do not tell the same: shown, not smoothed over."""
    for first, tolerance in (("forward", 1e-9), ("symbolic", 1e-9), ("numerical", 2e-2)):
        for a, b in _pairs(methods, first, "reverse"):
            scale = float(np.max(np.abs(b), where=np.isfinite(b), initial=1.0))
            if not np.allclose(a, b, rtol=0, atol=tolerance * scale, equal_nan=True):
                return f"the {first} method and the reverse one do not agree here"
    return ""


# ---- the costs


def _costs(sheet: Sheet, methods: Sequence[str]) -> Step:
    costs = counted(sheet.subject.graph, sheet.subject.wrt)
    n, m, once = costs.inputs, costs.outputs, costs.evaluation
    quotients = f"{n + 1}·{once} + {n * m} + {n * m}; {costs.moved} with the sums x + h"
    passes = f"{n}·{costs.lifted_pass}; {costs.forward} if constants carry no ε"
    rows = [_cost_row("evaluation", f"{sheet.subject.name} alone", "one evaluation", once)]
    if "symbolic" in methods and len(sheet.steps) <= SIMPLIFIED:
        formulas = symbolic_operations(sheet)
        rows.append(_cost_row("symbolic", "Symbolic", "the formulas, once found", formulas))
    if "numerical" in methods:
        rows.append(_cost_row("numerical", "Numerical", quotients, costs.numerical))
    if "forward" in methods:
        rows.append(_cost_row("forward", "Forward mode", passes, costs.lifted))
    if "reverse" in methods:
        swept = f"{once} forward + {m * costs.sweep} back"
        rows.append(_cost_row("reverse", "Reverse mode", swept, costs.reverse))
    return Step(
        "comparison-cost",
        "comparison",
        "cost",
        "The cost, in arithmetic operations",
        "Counted on the graph; multiplications by 1 are not skipped.",
        columns=("method", "operations", "how"),
        steps=tuple(rows),
    )


def symbolic_operations(sheet: Sheet) -> int:
    """The operations of the simplified formulas of all derivatives."""
    graph = sheet.subject.graph
    inputs = [node for _, node in sheet.inputs]
    return operations(symbolic_gradient(graph.outputs, inputs), graph.inputs)


def _cost_row(name: str, title: str, how: str, count: int) -> Step:
    return Step(
        f"comparison-cost-{name}",
        "comparison",
        "row",
        title,
        numbers=(("operations", Number(float(count))),),
        cells=(write.text(title), _count(count), write.text(how)),
    )


def _count(count: int) -> Expression:
    digits = f"{count:,}".replace(",", "\u2009") if count >= 10_000 else str(count)
    return write.number(digits)


# ---- how they grow


def _growth() -> Step:
    def chain(x: Any) -> Any:
        return np.sum(x[:-1] * x[1:])

    rows = [_growth_row("growth", n, counted(_traced(chain, np.ones(n)), (0,))) for n in GROWTH]
    return Step(
        "comparison-growth",
        "comparison",
        "growth",
        "How it grows: many inputs, one result",
        "Operations for all derivatives of x₁x₂ + x₂x₃ + … with n inputs. Reverse mode stays at a "
        "small multiple of one evaluation; it pays by remembering the forward sweep, which forward "
        "mode need not.",
        columns=_COLUMNS,
        steps=tuple(rows),
    )


def _mirrored() -> Step:
    def fan(n: int) -> Callable[[Any], Any]:
        return lambda x: np.sin(x * np.arange(1.0, 1.0 + n))

    rows = [_growth_row("mirrored", n, counted(_traced(fan(n), 1.0), (0,))) for n in GROWTH]
    return Step(
        "comparison-mirrored",
        "comparison",
        "growth",
        "The mirrored case: one input, many results",
        "Operations for all derivatives of sin(x), sin(2x), …, sin(nx). Here one pass forward does "
        "it, and reverse mode needs a sweep for each result: neither is always better.",
        columns=_COLUMNS,
        steps=tuple(rows),
    )


def _traced(function: Callable[..., Any], at: Any) -> Graph:
    done = trace(function, (at,), {}, (0,), asked="explain")
    return close(done.variables, done.outputs, done.names)


def _growth_row(kind: str, n: int, costs: Costs) -> Step:
    counts = (costs.evaluation, costs.numerical, costs.forward, costs.reverse)
    names = ("evaluation", "numerical", "forward", "reverse")
    return Step(
        f"comparison-{kind}-{n}",
        "comparison",
        "row",
        numbers=tuple((name, Number(float(c))) for name, c in zip(names, counts, strict=True)),
        cells=(_count(n), *map(_count, counts)),
    )
