"""The symbolic method, told: read the function, differentiate it as a formula, put in the point.

In: a sheet and its sweep. Out: the `Method` called "symbolic". Functions of numbers are told rule
by rule (`paper`); of arrays, and of long functions, what the rules lead to is written.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, postorder
from infinitesimal.differentiate.symbolic import symbolic_gradient
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.paper import WRITTEN, Paper
from infinitesimal.explain.repeat_formula import has_loops, recurrence_steps
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step
from infinitesimal.optimise.collect import size

__all__ = ["SIMPLIFIED", "symbolic"]

TOLD = 40  # steps of the longest function whose rules are told one by one
RULES = 90  # lines of rules: of a loop that went round a few times there would be hundreds
SIMPLIFIED = 60  # steps of the longest function whose derivatives are simplified
_KINDS = {
    "add": "a sum",
    "subtract": "a difference",
    "multiply": "a product",
    "divide": "a quotient",
    "power": "a power",
    "integer_power": "a power",
    "square": "a square",
}


def symbolic(sheet: Sheet, sweep: Sweep, detail: str) -> Method:
    """The derivation by formulas."""
    steps = [_read(sheet)]
    if not sheet.scalar:
        return _of_several(sheet, steps)
    if sheet.walks:
        formulas = _formulas(sheet, sweep)
        steps += recurrence_steps(sheet)
    elif len(sheet.steps) <= TOLD and all(map(sheet.all_scalar, sheet.steps)):
        paper = Paper(sheet)
        formulas, told = paper.formulas, paper.told()
        lines = sum(len(step.lines) for route in told for step in route.walk())
        steps += told if lines <= RULES else [_folded(sheet, formulas)]
    else:
        formulas = _formulas(sheet, sweep)
        steps.append(_folded(sheet, formulas))
    pairs = zip(sheet.inputs, formulas, strict=True)
    results = tuple(_result(sheet, name, node, formula) for (name, node), formula in pairs)
    steps.append(_put_in(sheet, formulas, results))
    if detail == "full":
        steps.append(_no_swell() if sheet.walks else _swell(sheet, formulas))
    return Method("symbolic", "Symbolic", tuple(steps), results, "formulas")


def _result(sheet: Sheet, name: str, node: Node, formula: Node) -> Result:
    number = sheet.number(formula)
    if node.type.shape:
        number = Number(np.broadcast_to(number.value, node.type.shape).copy())
    return Result(name, sheet.derivative(node), number, shown(number, digits=17))


def _formulas(sheet: Sheet, sweep: Sweep) -> list[Node]:
    """The derivatives as formulas: simplified, or as the sweep left them where that is long."""
    inputs = [node for _, node in sheet.inputs]
    if len(sheet.steps) <= SIMPLIFIED:
        return symbolic_gradient([sheet.output], inputs)
    return [sweep.adjoints.get(node, constant(0.0)) for node in inputs]


def _short(node: Node) -> bool:
    return size([node]) <= WRITTEN


def _spelled(sheet: Sheet, node: Node) -> Expression:
    """A formula in the inputs, or what it is like where it is too long to be written."""
    if has_loops([node]):
        return write.text("a formula with a loop")
    if not _short(node):
        return write.text(f"a formula of {size([node])} parts")
    return spell(node, {x: sheet.written[x] for x in sheet.subject.graph.inputs})


def _read(sheet: Sheet) -> Step:
    body = sheet.written_out()
    name = write.name(sheet.subject.name)
    return Step(
        "symbolic-read",
        "symbolic",
        "read",
        "Read the function",
        _kind(sheet),
        () if body is None else (Line(write.equals(name, body)),),
        nodes=(sheet.called.get(sheet.output, ""),),
        hints=("Which operation would you do last with numbers?",),
    )


def _kind(sheet: Sheet) -> str:
    last = sheet.output.primitive.name
    if is_looped(sheet.output):
        return "What is done last tells its kind: a loop, whose step is repeated."
    if sheet.steps:
        kind = _KINDS.get(last, f"{last} of something")
        return f"What is done last tells its kind: {kind}."
    return f"There is nothing to be done: {sheet.subject.name} is {sheet.bare}."


def _folded(sheet: Sheet, formulas: Sequence[Node]) -> Step:
    lines = [
        Line(write.equals(sheet.derivative(node), _spelled(sheet, formula)))
        for (_, node), formula in zip(sheet.inputs, formulas, strict=True)
    ]
    return Step(
        "symbolic-rules",
        "symbolic",
        "rules",
        "The rules, folded",
        "The function is long, or of arrays: the same rules apply step after step, and only what "
        "they lead to is written.",
        tuple(lines),
    )


def _put_in(sheet: Sheet, formulas: Sequence[Node], results: Sequence[Result]) -> Step:
    numbers = {x: shown(sheet.number(x)) for x in sheet.subject.graph.inputs}
    lines: list[Line] = []
    for formula, result in zip(formulas, results, strict=True):
        plain = _short(formula) and not any(x.type.shape for x in postorder([formula]))
        plain = plain and not has_loops([formula])
        middle = [_spelled(sheet, formula), spell(formula, numbers)] if plain else []
        chain = write.equals(result.symbol, *middle, write.boxed(result.shown))
        lines.append(Line(chain, sheet.note(result.number)))
    return Step(
        "symbolic-point",
        "symbolic",
        "collect",
        "Put in the point",
        "",
        tuple(lines),
        tuple((result.name, result.number) for result in results),
        results=tuple(results),
        hints=("Put the numbers in place of the letters.",),
    )


def _swell(sheet: Sheet, formulas: Sequence[Node]) -> Step:
    before, after = size([sheet.output]), size(list(formulas))
    plural, parts = "s" * (len(formulas) > 1), "part" + "s" * (before != 1)
    return Step(
        "symbolic-swell",
        "symbolic",
        "cost",
        "How large it became",
        f"The function has {before:,} {parts} when written out, its derivative{plural} {after:,}. "
        "Formulas of derivatives tend to grow with every product: expression swell.",
        numbers=(("before", Number(float(before))), ("after", Number(float(after)))),
    )


def _no_swell() -> Step:
    return Step(
        "symbolic-swell",
        "symbolic",
        "cost",
        "How large it became",
        "The derivative of a loop is a loop that repeats as often: its formula grows with what one "
        "step does, not with the number of steps. Written out, it would be as long as they are.",
    )


# ---- functions of several results


def _of_several(sheet: Sheet, steps: Sequence[Step]) -> Method:
    """A formula for each result and each input, where the results are formulas of their own."""
    parts = sheet.subject.parts
    inputs = [node for _, node in sheet.inputs]
    if not parts or any(node.type.shape for node in (*parts, *inputs)):
        why = "The results are elements of arrays and have no formula each; see the other methods."
        none = Step("symbolic-read", "symbolic", "read", "No formulas", why)
        return Method("symbolic", "Symbolic", (none,))
    rows = [symbolic_gradient([part], inputs) for part in parts]
    told = Step(
        "symbolic-rules",
        "symbolic",
        "rules",
        "A formula for each result and each input",
        "",
        tuple(line for k, row in enumerate(rows) for line in _row(sheet, k, row)),
    )
    results: list[Result] = []
    for column, (name, node) in enumerate(sheet.inputs):
        values = [sheet.number(row[column]).value for row in rows]
        number = Number(np.asarray(values, float))
        results.append(Result(name, sheet.derivative(node), number, shown(number, digits=17)))
    boxes = tuple(Line(write.equals(r.symbol, write.boxed(r.shown))) for r in results)
    collected = Step(
        "symbolic-point",
        "symbolic",
        "collect",
        "The Jacobian",
        "",
        boxes,
        results=tuple(results),
    )
    return Method("symbolic", "Symbolic", (*steps, told, collected), tuple(results), "formulas")


def _row(sheet: Sheet, k: int, formulas: Sequence[Node]) -> list[Line]:
    of = write.name(f"{sheet.subject.name}[{k}]")
    return [
        Line(
            write.equals(
                write.partial(of, sheet.written[node]),
                _spelled(sheet, formula),
                shown(sheet.number(formula)),
            )
        )
        for (_, node), formula in zip(sheet.inputs, formulas, strict=True)
    ]
