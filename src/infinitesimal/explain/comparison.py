"""The methods side by side: their answers, what each costs, and how that grows.

In: a sheet and what the methods found. Out: steps. Every count comes from the library's counter of
operations, run on the graphs in question; nothing is written down from a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.differentiate.cost import evaluation_operations
from infinitesimal.differentiate.symbolic import symbolic_gradient
from infinitesimal.explain import expression as write
from infinitesimal.explain.awkward import no_value
from infinitesimal.explain.growth import count_shown, counted, growth_steps
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.symbolic import SIMPLIFIED
from infinitesimal.explain.tree import Method, Step
from infinitesimal.explain.write import written

__all__ = ["comparison"]


def comparison(sheet: Sheet, methods: Sequence[Method], detail: str) -> tuple[Step, ...]:
    """The steps of the last section."""
    steps = [_answers(sheet, methods), _costs(sheet, [method.name for method in methods])]
    return (*steps, *growth_steps()) if detail == "full" else tuple(steps)


# ---- the answers


def _answers(sheet: Sheet, methods: Sequence[Method]) -> Step:
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
    rows += _central(methods)
    nowhere = no_value(sheet, ())
    return Step(
        "comparison-answers",
        "comparison",
        "answers",
        "The answers",
        "" if nowhere else _agreement(methods),
        columns=("method", *map(written, symbols)),
        steps=tuple(rows),
        warning=nowhere or _disagreement(methods),
    )


def _central(methods: Sequence[Method]) -> list[Step]:
    """The central difference, to hold each partial derivative against."""
    steps = [step for method in methods for step in method.steps]
    found = next((step for step in steps if step.kind == "central"), None)
    answered = next((method.results for method in methods if method.results), ())
    if found is None or [name for name, _ in found.numbers] != [r.name for r in answered]:
        return []
    return [
        Step(
            "comparison-central",
            "comparison",
            "row",
            found.title,
            numbers=found.numbers,
            cells=(write.text(found.title), *[shown(n, digits=12) for _, n in found.numbers]),
        )
    ]


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
    found = {method.name: [r.number.exact for r in method.results] for method in methods}
    if not _pairs(methods, "numerical", "reverse"):
        return f"{told}."
    exactly = None not in found["reverse"] and found["numerical"] == found["reverse"]
    return f"{told}; the numerical method is off by {'rounding alone' if exactly else 'its step'}."


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
    subject = sheet.subject
    costs = counted(subject.whole or subject.graph, subject.wrt, sheet.bindings)
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
    formulas = symbolic_gradient(graph.outputs, inputs)
    return evaluation_operations(formulas, graph.inputs, sheet.bindings)


def _cost_row(name: str, title: str, how: str, count: int) -> Step:
    return Step(
        f"comparison-cost-{name}",
        "comparison",
        "row",
        title,
        numbers=(("operations", Number(float(count))),),
        cells=(write.text(title), count_shown(count), write.text(how)),
    )
