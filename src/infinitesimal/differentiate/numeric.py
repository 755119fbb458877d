"""Derivatives from values of the function alone: difference quotients and their extrapolation.

In: a function of numbers and arrays, the point, and which elements to move. Out: one column of the
Jacobian for each element, and for the extrapolated one an estimate of its error. Nothing is traced:
the function is called as it is, at points nearby.

Steps, where none is given, balance what the quotient leaves out against rounding: √ε·max(1, |x|)
for one-sided and ∛ε·max(1, |x|) for central differences (ε of the dtype), then made exactly
representable, so that x + h is where the quotient believes it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "ONE_SIDED",
    "Difference",
    "differences",
    "extrapolate",
    "moved",
    "quotient",
    "richardson",
    "shift",
    "step_at",
]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Difference:
    """Which two points a quotient compares, in steps from x, and the power of ε its step has."""

    ahead: int
    behind: int
    power: float

    @property
    def width(self) -> int:
        """The steps between the two points."""
        return self.ahead - self.behind


ONE_SIDED = {
    "forward-difference": Difference(1, 0, 1 / 2),
    "backward-difference": Difference(0, -1, 1 / 2),
}
CENTRAL = Difference(1, -1, 1 / 3)

ROWS, COLUMNS = 24, 8  # of Richardson's table: halvings of the step, and orders of extrapolation


def shift(x: Any, h: Any, steps: int) -> Any:
    """The point so many steps from x."""
    return x + h if steps == 1 else x - h


def quotient(ahead: Any, behind: Any, h: Any, width: int) -> Any:
    """The difference of two values over the distance of their points."""
    return (ahead - behind) / (h if width == 1 else width * h)


def extrapolate(fine: Any, coarse: Any, power: int) -> Any:
    """The two quotients combined so that the error of this power of the step cancels."""
    return fine + (fine - coarse) / (2.0**power - 1.0)


def step_at(x: Any, power: float) -> Any:
    """The step at a number: ε^power · max(1, |x|), such that x + h is exact."""
    epsilon = float(np.finfo(np.asarray(x).dtype).eps)
    h = type(x)(epsilon**power * max(1.0, abs(x)))
    return (x + h) - x


def element(x: Any, index: tuple[int, ...]) -> Any:
    """One number of an array, or the number itself."""
    return x[index] if np.ndim(x) else x


def moved(x: Any, index: tuple[int, ...], to: Any) -> Any:
    """The point with one element at another place; the caller's array is not touched."""
    if not np.ndim(x):
        return to
    copy: Any = np.array(x)
    copy[index] = to
    return copy


def differences(
    f: Function,
    args: Sequence[Any],
    position: int,
    difference: Difference,
    step: Any = None,
    base: Any = None,
    work: Counter[str] | None = None,
) -> list[Any]:
    """The quotient for each element of `args[position]`, in order.

    `base` is the value at the point itself, where it is known. `step` is used as it is given.
    `work` counts the shifts and quotients.
    """
    x = args[position]
    work = Counter() if work is None else work

    def at(index: tuple[int, ...], h: Any, steps: int) -> Any:
        if steps == 0 and base is not None:
            return base
        work["shift"] += 1
        changed = moved(x, index, shift(element(x, index), h, steps))
        return f(*args[:position], changed, *args[position + 1 :])

    columns: list[Any] = []
    for index in np.ndindex(np.shape(x)):
        h = step_at(element(x, index), difference.power) if step is None else step
        work["quotient"] += 1
        ahead, behind = at(index, h, difference.ahead), at(index, h, difference.behind)
        columns.append(quotient(ahead, behind, h, difference.width))
    return columns


def richardson(
    f: Function,
    args: Sequence[Any],
    position: int,
    step: Any = None,
    work: Counter[str] | None = None,
) -> tuple[list[Any], list[Any]]:
    """Central differences of halved steps, extrapolated to a step of zero, for each element.

    Returns the columns and estimates of their errors. The table of C. J. F. Ridders, "Accurate
    computation of F′(x) and F′(x) F″(x)", Advances in Engineering Software 4 (1982): of all its
    entries, each element of the result takes the one that differs least from its neighbours.
    """
    work = Counter() if work is None else work
    x = args[position]
    columns: list[Any] = []
    errors: list[Any] = []
    for index in np.ndindex(np.shape(x)):
        here = element(x, index)
        first = type(here)(max(1.0, abs(here)) / 4) if step is None else step

        def central(h: Any, index: tuple[int, ...] = index, here: Any = here) -> Any:
            work["shift"] += 2
            work["quotient"] += 1
            values = [
                f(*args[:position], moved(x, index, shift(here, h, steps)), *args[position + 1 :])
                for steps in (CENTRAL.ahead, CENTRAL.behind)
            ]
            return quotient(*values, h, CENTRAL.width)

        value, error = _table(central, first, work)
        columns.append(value)
        errors.append(error)
    return columns, errors


def _table(central: Callable[[Any], Any], step: Any, work: Counter[str]) -> tuple[Any, Any]:
    """The best entry of the table of extrapolations, and how far its neighbours are from it."""
    best: Any = np.nan
    error: Any = np.inf
    above: list[Any] = []
    for _ in range(ROWS):
        row: list[Any] = [central(step)]
        step = step / 2
        for k, coarse in enumerate(above[: COLUMNS - 1]):
            row.append(extrapolate(row[k], coarse, 2 * (k + 1)))
            work["extrapolation"] += 1
            apart: Any = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - coarse))
            # a NaN is never the best: the function may not exist at the wider steps
            better = apart < error
            best, error = np.where(better, row[-1], best), np.where(better, apart, error)
        worse = bool(above) and np.all(np.abs(row[-1] - above[-1]) >= 2 * error)
        above = row
        if worse and np.all(error <= 1e-9 * np.abs(best)):
            break
    found: Any = np.where(np.isfinite(error), best, above[0])
    return found[()], error[()]
