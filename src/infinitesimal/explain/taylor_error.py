"""Why a difference quotient is off by just that much: Taylor's account of its error.

In: a sheet, its sweep, the steps h and the quotients found with them. Out: the step that explains
the error, and says so where the function is quadratic and the next row can be predicted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.differentiate.forward import forward
from infinitesimal.errors import InfinitesimalError
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Move, Sheet
from infinitesimal.explain.tree import Line, Step

__all__ = ["error_steps", "refused"]

_H = write.name("h")
_TOO_LONG = 400  # steps of the longest function that is differentiated twice


def error_steps(
    sheet: Sheet,
    sweep: Sweep,
    sizes: Sequence[Fraction],
    quotients: Mapping[Move, Sequence[Number]],
) -> list[Step]:
    """Taylor's account, and a companion of a quadratic function; nothing for long functions."""
    if len(sheet.steps) > _TOO_LONG or any(move.index for move in quotients):
        return []
    try:
        seconds = {move: _second(sheet, sweep, move) for move in quotients}
    except InfinitesimalError:
        return []  # a word of the function has no second derivative
    quadratic = all(
        _off_by_half(sweep.adjoint(move.node), seconds[move], sizes, found)
        for move, found in quotients.items()
    )
    linear = quadratic and not any(second.exact for second in seconds.values())
    half = write.group(write.over(_H, write.number("2")))
    lines: list[Line] = []
    for move, second in seconds.items():
        if not np.isfinite(second.value):
            lines.append(
                Line(write.equals(write.second(sheet.subject.name, move.written), shown(second)))
            )
            continue
        twice = write.second(sheet.subject.name, move.written)
        chain = (write.times(half, twice), write.times(half, shown(second)), _half_of(second))
        lines.append(Line(write.equals(*chain), f"the error for {move.name}"))
    if linear:
        return [_told(tuple(lines), _linear(sheet))]
    if quadratic:
        lines += [_prediction(sweep, move, second) for move, second in seconds.items()]
        return [_told(tuple(lines), _QUADRATIC.format(sheet.subject.name)), companion()]
    return [_told(tuple(lines), _begins(list(seconds.values())))]


def refused(reason: str) -> Step:
    """The step that says why the error is not accounted for."""
    return Step("numerical-error", "numerical", "error", "Why is it off?", reason)


def _second(sheet: Sheet, sweep: Sweep, move: Move) -> Number:
    """∂²L/∂x², by forward over reverse."""
    first = sweep.adjoints.get(move.node)
    if first is None:
        return Number(0.0, Fraction(0))
    (second,) = forward([first], {move.node: constant(np.ones((), move.node.type.dtype))})
    return Number(0.0, Fraction(0)) if second is None else sheet.number(second)


def _off_by_half(
    slope: Number, second: Number, sizes: Sequence[Fraction], found: Sequence[Number]
) -> bool:
    """Whether every quotient is off by exactly (h/2) times the second derivative."""
    if slope.exact is None or second.exact is None:
        return False
    wanted = [slope.exact + h * second.exact / 2 for h in sizes]
    return [number.exact for number in found] == wanted


def _half_of(second: Number) -> Expression:
    half = shown(Number(second.value / 2, None if second.exact is None else second.exact / 2))
    if half == write.number("1"):
        return _H
    return half if half == write.number("0") else write.times(half, _H)


def _prediction(sweep: Sweep, move: Move, second: Number) -> Line:
    predicted = write.add(shown(sweep.adjoint(move.node)), _half_of(second))
    return Line(write.equals(write.text(f"quotient for {move.name}"), predicted))


_QUADRATIC = (
    "By Taylor's formula the error is (h/2) times the second derivative; there are no further "
    "terms, because {} is quadratic. So the next row can be predicted."
)


def _linear(sheet: Sheet) -> str:
    name = sheet.subject.name
    if not sheet.steps:
        kind = f"is {sheet.bare}"
    else:
        kind = "is linear" if len(sheet.inputs) == 1 else "is linear in each input alone"
    return (
        f"It is not: {name} {kind}, so its second derivative is zero and the quotient is exact for "
        "every h. Only rounding is left."
    )


def _begins(seconds: Sequence[Number]) -> str:
    values = np.asarray([second.value for second in seconds])
    if not np.isfinite(values).all():
        return (
            "A second derivative is not finite here: the error shrinks more slowly than the step."
        )
    if not values.any():
        return (
            "The second derivative is zero here, so the error begins with a later term, in h², or "
            "there is none but rounding."
        )
    return (
        "By Taylor's formula the error begins with (h/2) times the second derivative: a tenth of "
        "the step, a tenth of the error."
    )


def _told(lines: tuple[Line, ...], reason: str) -> Step:
    title = "Why is it off by just that much?"
    return Step("numerical-error", "numerical", "error", title, reason, lines)


def companion() -> Step:
    """A function whose central difference has an error of its own, for comparison."""
    truth = float(np.exp(np.sin(1.0)) * np.cos(1.0))

    def error(right: float, left: float) -> float:
        ahead, behind = np.exp(np.sin(1.0 + right)), np.exp(np.sin(1.0 - left))
        return float(abs((ahead - behind) / (right + left) - truth))

    best = {
        "forward": min((error(10.0**-k, 0.0), k) for k in range(1, 17)),
        "central": min((error(10.0**-k, 10.0**-k), k) for k in range(1, 17)),
    }
    lines = tuple(
        Line(
            write.equals(write.text(f"{side}, smallest error"), write.number(f"{least:.1e}")),
            f"at h = 1e-{k}",
        )
        for side, (least, k) in best.items()
    )
    return Step(
        "numerical-companion",
        "numerical",
        "companion",
        "A companion: exp(sin(x)) at 1",
        "A quadratic function has no third derivative, so its central difference has no error but "
        "rounding. This one has, and its best step is much larger than the one-sided one's.",
        lines,
        tuple((side, Number(least)) for side, (least, _) in best.items()),
    )
