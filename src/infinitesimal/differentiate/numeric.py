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

RETRIES, NARROWER, GROSS = 4, 1000, 1e-4  # of Richardson's table, where a witness doubts it
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
        if steps == 0:
            return f(*args) if base is None else base
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
    entries, each element of the result takes the one that differs least from its neighbours, where
    a difference below the rounding of the quotient says nothing.
    """
    work = Counter() if work is None else work
    columns: list[Any] = []
    errors: list[Any] = []
    for index in np.ndindex(np.shape(args[position])):
        value, error = _table(_Centre(f, args, position, index, work), step)
        columns.append(value)
        errors.append(error)
    return columns, errors


@dataclass(frozen=True)
class _Centre:
    """A function of one element of one argument, whose slope is wanted at where it is."""

    f: Function
    args: Sequence[Any]
    position: int
    index: tuple[int, ...]
    work: Counter[str]

    @property
    def here(self) -> Any:
        return element(self.args[self.position], self.index)

    def first_step(self) -> Any:
        return type(self.here)(max(1.0, abs(self.here)) / 4)

    def central(self, h: Any) -> tuple[Any, Any]:
        """The central difference, and how far rounding may have moved it."""
        self.work["shift"] += 2
        self.work["quotient"] += 1
        ahead, behind = self._at(h, CENTRAL.ahead), self._at(h, CENTRAL.behind)
        size: Any = np.maximum(np.abs(ahead), np.abs(behind))
        epsilon = np.finfo(np.asarray(size).dtype).eps
        return quotient(ahead, behind, h, CENTRAL.width), epsilon * size / h

    def _at(self, h: Any, steps: int) -> Any:
        changed = moved(self.args[self.position], self.index, shift(self.here, h, steps))
        before, after = self.args[: self.position], self.args[self.position + 1 :]
        return self.f(*before, changed, *after)


def _table(centre: _Centre, step: Any) -> tuple[Any, Any]:
    """The best entry of a table of extrapolations, and how far it may be from the slope.

    Wide steps over a function that wiggles, or that ends nearby, can agree with each other and all
    be wrong. A quotient of a far smaller step is called as a witness; where it objects and the
    first step was ours to choose, the table begins again with a smaller one.
    """
    where: Any = np.where
    h = centre.first_step() if step is None else step
    best, error = _doubted(centre, h)
    for _ in range(RETRIES if step is None else 0):
        if np.all(error <= GROSS * np.abs(best)):
            break
        h = h / NARROWER
        again, doubt = _doubted(centre, h)
        better = doubt < error
        best, error = where(better, again, best)[()], where(better, doubt, error)[()]
    return best, error


def _doubted(centre: _Centre, h: Any) -> tuple[Any, Any]:
    """The best entry of the table that begins with step h; its error counts the witness's doubt."""
    best, error, last = _entries(centre, h)
    witness, rounding = centre.central(min(last / 64, centre.first_step() * 2.0**-24))
    where: Any = np.where
    doubt = abs(best - witness) - 4 * rounding
    # the witness has errors of its own: only gross disagreement counts
    return best, where(doubt > GROSS * abs(best), np.maximum(error, doubt), error)[()]


def _entries(centre: _Centre, h: Any) -> tuple[Any, Any, Any]:
    """The best entry, how far it is from its neighbours, and the smallest step of the table."""
    where: Any = np.where
    best: Any = np.nan
    error: Any = np.inf
    above: list[Any] = []
    for _ in range(ROWS):
        value, rounding = centre.central(h)
        row = [value]
        h = h / 2
        for k, coarse in enumerate(above[: COLUMNS - 1]):
            row.append(extrapolate(row[k], coarse, 2 * (k + 1)))
            centre.work["extrapolation"] += 1
            apart: Any = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - coarse))
            apart = np.maximum(apart, rounding)
            # a NaN is never the best: the function may not exist at the wider steps
            better = apart < error
            best, error = where(better, row[-1], best), where(better, apart, error)
        above = row
        if np.all(error < rounding):  # smaller steps only round more
            break
    return where(np.isfinite(error), best, above[0])[()], error[()], h
