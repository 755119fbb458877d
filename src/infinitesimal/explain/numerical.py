"""The numerical method, told: difference quotients, why they are off, and why smaller is not always better.

In: a sheet and the steps h to try. Out: the `Method` called "numerical". Lines that imitate a hand use exact fractions; the V
curve is float64 as it is, from plain calls of the function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from infinitesimal.core.node import Node, constant
from infinitesimal.differentiate.forward import forward
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, exact_values, fraction, shown
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step

__all__ = ["central_difference", "numerical"]

_H = write.name("h")
CURVE = tuple(range(1, 17))  # h = 1e-1 … 1e-16


@dataclass(frozen=True, eq=False)
class Shifted:
    """The function at a shifted point: plainly in float64, exactly, and what its operands were there."""

    value: Number
    operands: dict[Node, Number]


def shift(sheet: Sheet, node: Node, by: Fraction) -> Shifted:
    """The function with one input moved."""
    graph = sheet.subject.graph
    k = graph.inputs.index(node)
    values = list(sheet.subject.values)
    values[k] = values[k] + float(by)
    leaves = dict(sheet.exact_inputs)
    start = leaves[node]
    if start is not None:
        leaves[node] = start + by
    exact = exact_values(graph.outputs, leaves) if start is not None else {}
    called = {
        x: Number(float(exact[x]), exact[x]) for x in (*graph.inputs, *sheet.steps) if x in exact
    }
    return Shifted(Number(sheet.subject.call(values), exact.get(sheet.output)), called)


def numerical(sheet: Sheet, sweep: Sweep, steps: Sequence[float]) -> Method:
    """The derivation by difference quotients with the given steps h."""
    sizes = [fraction(h) for h in steps]
    tries = [_try(sheet, k, h) for k, h in enumerate(sizes, start=1) if h is not None]
    told = [
        _formula(sheet),
        *tries,
        *_why_off(sheet, sweep, [h for h in sizes if h is not None]),
        _central(sheet, min(h for h in sizes if h is not None)),
        _curve(sheet, sweep),
        *(
            [_companion()]
            if is_quadratic(sheet, sweep, [h for h in sizes if h is not None])
            else []
        ),
        _cost(sheet),
    ]
    finest = min(tries, key=lambda step: step.numbers[0][1].exact or Fraction(1))
    return Method(
        "numerical",
        "Numerical",
        tuple(told),
        finest.results,
        f"{len(sheet.inputs) + 1} evaluations",
    )


def _point(sheet: Sheet, moved: Node | None = None, by: Expression | None = None) -> Expression:
    """`L(x + h, y)`, or `L(2.1, 3)` where `by` is a number already added."""
    parts = [
        write.add(sheet.written[node], _H) if node is moved and by is None else sheet.written[node]
        for node in sheet.subject.graph.inputs
    ]
    return write.call(sheet.subject.name, *parts)


def _numbers_call(sheet: Sheet, at: dict[Node, Expression]) -> Expression:
    return write.call(
        sheet.subject.name,
        *[at.get(node, shown(sheet.number(node))) for node in sheet.subject.graph.inputs],
    )


def _formula(sheet: Sheet) -> Step:
    lines: list[Line] = []
    for _, node in sheet.inputs:
        of = write.partial(write.name(sheet.subject.name), sheet.written[node])
        top = write.add(_point(sheet, node), write.minus(_point(sheet)))
        lines.append(Line(write.approximately(of, write.over(top, _H))))
    numbers = {x: shown(sheet.number(x)) for x in sheet.output.inputs if x in sheet.called}
    base = write.equals(
        _numbers_call(sheet, {}),
        sheet.with_numbers(sheet.output, numbers),
        shown(sheet.number(sheet.output)),
    )
    lines.append(Line(base, "computed once"))
    return Step(
        "numerical-formula", "numerical", "formula", "Difference quotient",
        "Move one input a little, see how much the value moves, divide.", tuple(lines),
        (("base", sheet.number(sheet.output)),),
        hints=("How much does the value change when the input changes by h? Divide by h.",),
    )  # fmt: skip


def quotient(sheet: Sheet, node: Node, h: Fraction) -> tuple[Shifted, Number]:
    """The shifted value and the difference quotient, as float64 comes to it and exactly."""
    there, here = shift(sheet, node, h), sheet.number(sheet.output)
    exact = (
        (there.value.exact - here.exact) / h
        if there.value.exact is not None and here.exact is not None
        else None
    )
    return there, Number(float((there.value.value - here.value) / float(h)), exact)


def central_difference(sheet: Sheet, node: Node, h: Fraction) -> Number:
    """(L(x+h) − L(x−h)) / 2h."""
    right, left = shift(sheet, node, h).value, shift(sheet, node, -h).value
    exact = (
        (right.exact - left.exact) / (2 * h)
        if right.exact is not None and left.exact is not None
        else None
    )
    return Number(float((right.value - left.value) / (2 * float(h))), exact)


def _try(sheet: Sheet, k: int, h: Fraction) -> Step:
    lines: list[Line] = []
    results: list[Result] = []
    for name, node in sheet.inputs:
        there, found = quotient(sheet, node, h)
        moved = Number(
            float(sheet.number(node).value) + float(h), _plus(sheet.number(node).exact, h)
        )
        put_in = {x: shown(number) for x, number in there.operands.items()}
        at = _numbers_call(sheet, {node: shown(moved)})
        middle = [sheet.with_numbers(sheet.output, put_in)] if put_in else []
        lines.append(Line(write.equals(at, *middle, shown(there.value))))
        top = write.add(shown(there.value), write.minus(shown(sheet.number(sheet.output))))
        of = write.partial(write.name(sheet.subject.name), sheet.written[node])
        digits = shown(found, digits=12)
        lines.append(
            Line(
                write.approximately(
                    of, write.equals(write.over(top, shown(h)), write.boxed(digits))
                ),
                _float_note(found),
            )
        )
        results.append(Result(name, of, found, digits))
    return Step(
        f"numerical-{k}", "numerical", "quotient", f"h = {shown(h).words[0]}", "", tuple(lines),
        (("h", Number(float(h), h)), *[(r.name, r.number) for r in results]), results=tuple(results),
        hints=("Compute the value at the moved point first.", "Subtract the base value, divide by h."),
    )  # fmt: skip


def _plus(exact: Fraction | None, h: Fraction) -> Fraction | None:
    return None if exact is None else exact + h


def _float_note(number: Number) -> str:
    return f"float64: {float(number.value)!r}" if number.differs else ""


def second_derivatives(sheet: Sheet, sweep: Sweep) -> list[Number]:
    """∂²L/∂x² for each input, by forward over reverse."""
    found: list[Number] = []
    for _, node in sheet.inputs:
        first = sweep.adjoints.get(node)
        second = (
            None
            if first is None
            else forward([first], {node: constant(np.ones((), node.type.dtype))})[0]
        )
        found.append(Number(0.0, Fraction(0)) if second is None else sheet.number(second))
    return found


def is_quadratic(sheet: Sheet, sweep: Sweep, sizes: Sequence[Fraction]) -> bool:
    """Whether the quotients are off by exactly (h/2) times the second derivative, as exact numbers show."""
    for (_, node), second in zip(sheet.inputs, second_derivatives(sheet, sweep), strict=True):
        slope = sweep.adjoint(node).exact
        errors = [quotient(sheet, node, h)[1].exact for h in sizes]
        if slope is None or second.exact is None or any(e is None for e in errors):
            return False
        if any(
            e is not None and e - slope != h * second.exact / 2
            for e, h in zip(errors, sizes, strict=True)
        ):
            return False
    return True


def _why_off(sheet: Sheet, sweep: Sweep, sizes: Sequence[Fraction]) -> list[Step]:
    """Taylor's account of the error."""
    lines: list[Line] = []
    seconds = second_derivatives(sheet, sweep)
    quadratic = is_quadratic(sheet, sweep, sizes)
    half_h = write.group(write.over(_H, write.number("2")))
    for (_, node), second in zip(sheet.inputs, seconds, strict=True):
        twice = write.second(sheet.subject.name, sheet.written[node])
        chain = (write.times(half_h, twice), write.times(half_h, shown(second)), _half_of(second))
        lines.append(Line(write.equals(*chain), f"the error for {sheet.called[node]}"))
    if quadratic:
        reason = (
            f"By Taylor's formula the error is (h/2) times the second derivative; there are no further terms, because "
            f"{sheet.subject.name} is quadratic. So the next row can be predicted."
        )
        lines += [
            _prediction(sheet, node, sweep.adjoint(node), second)
            for (_, node), second in zip(
                sheet.inputs, second_derivatives(sheet, sweep), strict=True
            )
        ]
    else:
        reason = "By Taylor's formula the error begins with (h/2) times the second derivative: a tenth of h, a tenth of the error."
    return [
        Step(
            "numerical-error",
            "numerical",
            "error",
            "Why is it off by just that much?",
            reason,
            tuple(lines),
        )
    ]


def _half_of(second: Number) -> Expression:
    half = Number(second.value / 2, None if second.exact is None else second.exact / 2)
    digits = shown(half)
    if digits == write.number("1"):
        return _H
    return digits if digits == write.number("0") else write.times(digits, _H)


def _prediction(sheet: Sheet, node: Node, derivative: Number, second: Number) -> Line:
    of = write.text(f"quotient for {sheet.called[node]}")
    return Line(write.equals(of, write.add(shown(derivative), _half_of(second))))


def _central(sheet: Sheet, h: Fraction) -> Step:
    lines: list[Line] = []
    numbers: list[tuple[str, Number]] = []
    for name, node in sheet.inputs:
        found = central_difference(sheet, node, h)
        right = write.call(
            sheet.subject.name,
            *[
                write.add(sheet.written[x], _H) if x is node else sheet.written[x]
                for x in sheet.subject.graph.inputs
            ],
        )
        left = write.call(
            sheet.subject.name,
            *[
                write.add(sheet.written[x], write.minus(_H)) if x is node else sheet.written[x]
                for x in sheet.subject.graph.inputs
            ],
        )
        top = write.add(right, write.minus(left))
        lines.append(
            Line(
                write.equals(
                    write.over(top, write.times(write.number("2"), _H)), shown(found, digits=12)
                ),
                _float_note(found),
            )
        )
        numbers.append((name, found))
    return Step(
        "numerical-central", "numerical", "central", f"Central difference, h = {shown(h).words[0]}",
        "Stepping to both sides cancels the error in h; what is left is of order h². It costs two evaluations an input.",
        tuple(lines), tuple(numbers),
    )  # fmt: skip


def _curve(sheet: Sheet, sweep: Sweep) -> Step:
    name, node = sheet.inputs[0]
    truth = float(sweep.adjoint(node).value)
    errors: list[tuple[int, float, float]] = []
    for k in CURVE:
        h = Fraction(1, 10**k)
        errors.append(
            (
                k,
                abs(_plain(sheet, node, h) - truth),
                abs(central_difference(sheet, node, h).value - truth),
            )
        )
    best = [min(errors, key=lambda row: row[column])[0] for column in (1, 2)]
    rows: list[Step] = []
    for k, one, two in errors:
        cells = (
            write.power(write.number("10"), write.minus(write.number(str(k)))),
            write.number(_error(one)), write.text(_mark(one, k, best[0])), write.number(_error(two)), write.text(_mark(two, k, best[1])),
        )  # fmt: skip
        rows.append(
            Step(
                f"numerical-curve-{k}", "numerical", "row",
                numbers=(("h", Number(10.0**-k, Fraction(1, 10**k))), ("forward", Number(one)), ("central", Number(two))),
                cells=cells,
            )
        )  # fmt: skip
    return Step(
        "numerical-curve", "numerical", "curve", f"Smaller is not always better: the error of ∂{sheet.subject.name}/∂{name}",
        "From the left the quotient's own error shrinks with h (h² for the central one); then the rounding of the values, divided "
        "by h, takes over and grows. At last the step vanishes: the moved point is the point itself.",
        columns=("h", "forward", "", "central", ""), steps=tuple(rows),
    )  # fmt: skip


def _companion() -> Step:
    """A function whose central difference has an error of its own, for comparison."""
    truth = float(np.exp(np.sin(1.0)) * np.cos(1.0))

    def error(h: float, left: float) -> float:
        ahead, behind = np.exp(np.sin(1.0 + h)), np.exp(np.sin(1.0 - left))
        return float(abs((ahead - behind) / (h + left) - truth))

    forward_best = min((error(10.0**-k, 0.0), k) for k in CURVE)
    central_best = min((error(10.0**-k, 10.0**-k), k) for k in CURVE)
    lines = tuple(
        Line(
            write.equals(write.text(f"{side}, smallest error"), write.number(f"{best:.1e}")),
            f"at h = 1e-{k}",
        )
        for side, (best, k) in (("forward", forward_best), ("central", central_best))
    )
    return Step(
        "numerical-companion", "numerical", "companion", "A companion: exp(sin(x)) at 1",
        "A quadratic function has no third derivative, so its central difference has no error but rounding. This one has, and its "
        "best step is much larger than that of the one-sided quotient.",
        lines, (("forward", Number(forward_best[0])), ("central", Number(central_best[0]))),
    )  # fmt: skip


def _plain(sheet: Sheet, node: Node, h: Fraction) -> float:
    there, here = shift(sheet, node, h).value, sheet.subject.call(list(sheet.subject.values))
    return float((there.value - here) / float(h))


def _error(error: float) -> str:
    return f"{error:.1e}" if error else "0"


def _mark(error: float, k: int, best: int) -> str:
    if k == best:
        return "smallest"
    return ""


def _cost(sheet: Sheet) -> Step:
    count = len(sheet.inputs)
    return Step(
        "numerical-cost", "numerical", "cost", "Cost",
        f"{count + 1} evaluations of {sheet.subject.name} (n + 1); central differences take {2 * count} (2n). Every input costs "
        "one more, and digits are lost besides.",
    )  # fmt: skip
