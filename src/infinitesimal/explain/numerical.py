"""The numerical method, told: difference quotients, why they are off, why smaller is not better.

In: a sheet, its sweep (for the truth) and the steps h to try. Out: the `Method` called "numerical".
Lines that imitate a hand use exact fractions; the V curve is float64 as it is, from plain calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.explain import expression as write
from infinitesimal.explain.awkward import unaccounted
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.numbers import Number, fraction, shown
from infinitesimal.explain.repeat import called_in, times, titled
from infinitesimal.explain.subject import Move, Sheet, plain
from infinitesimal.explain.taylor_error import error_steps, refused
from infinitesimal.explain.tree import Line, Method, Result, Step
from infinitesimal.explain.vcurve import curve_steps

__all__ = ["central", "numerical", "quotient", "shift", "sizes_of"]

TOLD = 4
_H = write.name("h")
_BOTH_SIDES = "Stepping to both sides cancels the error in h; what is left is of order h². "


@dataclass(frozen=True, eq=False)
class Shifted:
    """The function at a shifted point, and what its steps were there exactly."""

    value: Number
    steps: Mapping[Node, Number]


def shift(sheet: Sheet, move: Move, by: Fraction) -> Shifted:
    """The function with one number moved: plainly in float64, and exactly where that goes."""
    graph = sheet.subject.graph
    values = list(sheet.subject.values)
    values[graph.inputs.index(move.node)] = _moved(sheet, move, by)
    leaves = dict(sheet.exact_inputs)
    start = leaves[move.node]
    exact: dict[Node, Fraction] = {}
    if start is not None:
        leaves[move.node] = start + by
        exact = sheet.exactly(graph.outputs, leaves)
    found = {
        x: Number(float(exact[x]), exact[x]) for x in (*graph.inputs, *sheet.steps) if x in exact
    }
    return Shifted(Number(plain(sheet.subject.call(values)), exact.get(sheet.output)), found)


def _divided(ahead: Number, behind: Number, width: Fraction) -> Number:
    exact = None
    if ahead.exact is not None and behind.exact is not None:
        exact = (ahead.exact - behind.exact) / width
    return Number(plain((ahead.value - behind.value) / float(width)), exact)


def quotient(sheet: Sheet, move: Move, h: Fraction) -> Number:
    """(L(x + h) − L(x)) / h, as float64 comes to it and exactly."""
    return _divided(shift(sheet, move, h).value, sheet.number(sheet.output), h)


def central(sheet: Sheet, move: Move, h: Fraction) -> Number:
    """(L(x + h) − L(x − h)) / 2h."""
    return _divided(shift(sheet, move, h).value, shift(sheet, move, -h).value, 2 * h)


def numerical(sheet: Sheet, sweep: Sweep, sizes: Sequence[Fraction], detail: str) -> Method:
    """The derivation by difference quotients with the given steps h."""
    count = sum(node.type.size for _, node in sheet.inputs)
    if not sheet.moves:
        return Method("numerical", "Numerical", (_too_many(sheet, count),), ())
    told = sheet.moves if len(sheet.moves) <= TOLD else sheet.moves[:2]
    steps, companion = [_formula(sheet, told)], list[Step]()
    steps += [_try(sheet, k, h, told) for k, h in enumerate(sizes, start=1)]
    unsure = unaccounted(sheet, sweep) if sheet.scalar else ""
    if unsure:
        steps.append(refused(unsure))
    elif sheet.scalar:
        tried = {move: [quotient(sheet, move, h) for h in sizes] for move in told}
        account = error_steps(sheet, sweep, sizes, tried)
        steps, companion = [*steps, *account[:1]], account[1:]
    steps.append(_central(sheet, min(sizes), told, unsure))
    if sheet.scalar and not unsure and detail == "full":
        move = sheet.moves[0]
        pairs = {
            k: (quotient(sheet, move, h), central(sheet, move, h))
            for k, h in _powers_of_ten().items()
        }
        steps += [*curve_steps(sheet, sweep, move, pairs), *companion]
    results = _results(sheet, min(sizes))
    if len(sheet.moves) > len(told) or any(node.type.shape for _, node in sheet.inputs):
        steps.append(_collect(results))
    steps += [_cost(sheet, count)] if detail == "full" else []
    return Method("numerical", "Numerical", tuple(steps), results, f"{count + 1} evaluations")


def _powers_of_ten() -> dict[int, Fraction]:
    return {k: Fraction(1, 10**k) for k in range(1, 17)}


def _results(sheet: Sheet, h: Fraction) -> tuple[Result, ...]:
    found = {move: quotient(sheet, move, h) for move in sheet.moves}
    numbers = [(name, node, sheet.assembled(node, found)) for name, node in sheet.inputs]
    return tuple(
        Result(name, sheet.derivative(node), number, shown(number, digits=12))
        for name, node, number in numbers
    )


def _too_many(sheet: Sheet, count: int) -> Step:
    return Step(
        "numerical-cost",
        "numerical",
        "cost",
        "Too many evaluations",
        f"A difference quotient for each of {count:,} inputs takes {count + 1:,} evaluations of "
        f"{sheet.subject.name}: this is where the method ends in practice.",
    )


def _called(sheet: Sheet, places: Mapping[Node, Expression]) -> Expression:
    """`L(x + h, y)`: the function with something in place of some inputs."""
    inputs = sheet.subject.graph.inputs
    return write.call(sheet.subject.name, *[places.get(x, sheet.written[x]) for x in inputs])


def _ahead(sheet: Sheet, move: Move, sign: int = 1) -> Expression:
    """`L(x + h, y)`; for an element of an array, `L(w + h·e₀)`."""
    step = write.times(_H, write.name("e", ",".join(map(str, move.index)))) if move.index else _H
    return _called(
        sheet,
        {move.node: write.add(sheet.written[move.node], step if sign > 0 else write.minus(step))},
    )


def move_base(sheet: Sheet, move: Move) -> Expression:
    """The input that moves, as a whole."""
    return sheet.written[move.node]


def _base(sheet: Sheet) -> Expression:
    """The value at the point, worked out."""
    numbers = {x: shown(sheet.number(x)) for x in sheet.subject.graph.inputs}
    middle: list[Expression] = []
    if sheet.steps and sheet.all_scalar(sheet.output):
        operands = {x: shown(sheet.number(x)) for x in sheet.operands(sheet.output)}
        middle.append(sheet.with_numbers(sheet.output, operands))
    return write.equals(_called(sheet, numbers), *middle, shown(sheet.number(sheet.output)))


def _formula(sheet: Sheet, told: Sequence[Move]) -> Step:
    here = _called(sheet, {})
    lines = [
        Line(
            write.approximately(
                sheet.slope(move),
                write.over(write.add(_ahead(sheet, move), write.minus(here)), _H),
            )
        )
        for move in told
    ]
    lines.append(Line(_base(sheet), "computed once"))
    return Step(
        "numerical-formula",
        "numerical",
        "formula",
        "Difference quotient",
        "Move one input a little, see how much the value moves, divide.",
        tuple(lines),
        (("base", sheet.number(sheet.output)),),
        hints=("How much does the value change when the input changes by h? Divide by h.",),
    )


def _try(sheet: Sheet, k: int, h: Fraction, told: Sequence[Move]) -> Step:
    lines: list[Line] = []
    results: list[Result] = []
    for move in told:
        there = shift(sheet, move, h)
        found = _divided(there.value, sheet.number(sheet.output), h)
        lines.append(Line(_evaluated(sheet, move, h, there)))
        top = write.add(shown(there.value), write.minus(shown(sheet.number(sheet.output))))
        result = Result(move.name, sheet.slope(move), found, shown(found, digits=12))
        worked = write.equals(write.over(top, shown(h)), write.boxed(result.shown))
        lines.append(Line(write.approximately(result.symbol, worked), sheet.note(found)))
        results.append(result)
    return Step(
        f"numerical-{k}",
        "numerical",
        "quotient",
        f"h = {_plainly(h)}",
        "",
        tuple(lines),
        (("h", Number(float(h), h)), *[(r.name, r.number) for r in results]),
        results=tuple(results),
        hints=("Compute the value at the moved point first.", "Subtract, then divide by h."),
        warning=" ".join(_other_ways(sheet, move, h) for move in told).strip(),
    )


def _other_ways(sheet: Sheet, move: Move, h: Fraction) -> str:
    """That a loop repeats more or less often at the moved point, where one does."""
    if all(walk.loop.length is not None for walk in sheet.walks):
        return ""
    there = sheet.walks_at(sheet.bindings | {move.node: _moved(sheet, move, h)})
    for here, moved in zip(sheet.walks, there, strict=True):
        if here.steps != moved.steps:
            name = titled(called_in(sheet, here))
            return (
                f"With {move.name} moved, {name} repeats {times(moved)}, not {times(here)}: the "
                "quotient compares two programs."
            )
    return ""


def _moved(sheet: Sheet, move: Move, by: Fraction) -> Any:
    """The value of an input of which one number has been moved."""
    value = np.array(sheet.bindings[move.node], move.node.type.dtype)
    value[move.index] += float(by)
    return value[()]


def _plainly(h: Fraction) -> str:
    return str(Number(float(h), h))


def _evaluated(sheet: Sheet, move: Move, h: Fraction, there: Shifted) -> Expression:
    """`L(2.1, 3) = 5.1·8.1 = 41.31`."""
    if sheet.bindings[move.node].ndim:
        return write.equals(_ahead(sheet, move), shown(there.value))
    start = sheet.number(move.node)
    moved = Number(start.value + float(h), None if start.exact is None else start.exact + h)
    places = {x: shown(sheet.number(x)) for x in sheet.subject.graph.inputs}
    head = _called(sheet, {**places, move.node: shown(moved)})
    operands = {x: shown(n) for x, n in there.steps.items() if x is not sheet.output}
    known = all(x in operands for x in sheet.operands(sheet.output))
    known = known and not is_looped(sheet.output)
    middle = [sheet.with_numbers(sheet.output, operands)] if known and sheet.steps else []
    return write.equals(head, *middle, shown(there.value))


def _central(sheet: Sheet, h: Fraction, told: Sequence[Move], unsure: str) -> Step:
    lines: list[Line] = []
    numbers: list[tuple[str, Number]] = []
    for move in told:
        found = central(sheet, move, h)
        top = write.add(_ahead(sheet, move), write.minus(_ahead(sheet, move, -1)))
        worked = write.equals(write.over(top, write.times(write.number("2"), _H)), shown(found, 12))
        lines.append(Line(worked, sheet.note(found)))
        numbers.append((move.name, found))
    return Step(
        "numerical-central",
        "numerical",
        "central",
        f"Central difference, h = {_plainly(h)}",
        ("" if unsure else _BOTH_SIDES) + "It costs two evaluations an input.",
        tuple(lines),
        tuple(numbers),
    )


def _collect(results: Sequence[Result]) -> Step:
    lines = tuple(Line(write.approximately(r.symbol, write.boxed(r.shown))) for r in results)
    return Step(
        "numerical-collect",
        "numerical",
        "collect",
        "All of them, with the smallest h",
        "Column by column: each input is moved alone.",
        lines,
        results=tuple(results),
    )


def _cost(sheet: Sheet, count: int) -> Step:
    return Step(
        "numerical-cost",
        "numerical",
        "cost",
        "Cost",
        f"{count + 1} evaluations of {sheet.subject.name} (n + 1); central differences take "
        f"{2 * count} (2n). Every input costs one more, and digits are lost besides.",
    )


def sizes_of(steps: Sequence[float]) -> list[Fraction]:
    """The steps h as exact numbers."""
    return [exact for h in steps if (exact := fraction(h)) is not None]
