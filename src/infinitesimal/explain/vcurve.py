"""The V curve: how the error of a difference quotient falls with h, and rises again.

In: a sheet, its sweep (for the truth), a move, and the quotients for h = 1e-1 … 1e-16. Out: the
step with the table, each row of which carries its numbers for whoever draws the curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.subject import Move, Sheet
from infinitesimal.explain.tree import Step

__all__ = ["curve_steps"]


_BOTH = (
    "First the quotient's own error shrinks with h (with h² for the central one); then the "
    "rounding of the values, divided by h, takes over and grows."
)
_ROUNDING = (
    "The quotient has no error of its own here; the rounding of the values is divided by h, and "
    "grows as h shrinks."
)


def curve_steps(
    sheet: Sheet, sweep: Sweep, move: Move, pairs: Mapping[int, tuple[Number, Number]]
) -> list[Step]:
    """The table of errors against h; nothing where the derivative is not a number."""
    truth = float(np.asarray(sweep.adjoint(move.node).value)[move.index])
    if not np.isfinite(truth):
        return []
    exact = sweep.adjoint(move.node).exact
    exact = exact is not None and all(one.exact == exact for one, _ in pairs.values())
    errors = {k: tuple(abs(float(n.value) - truth) for n in pair) for k, pair in pairs.items()}
    best = [min(errors, key=lambda k, side=side: errors[k][side]) for side in (0, 1)]
    rows = [_row(k, one, two, best) for k, (one, two) in errors.items()]
    return [
        Step(
            "numerical-curve",
            "numerical",
            "curve",
            f"Smaller is not always better: the error of ∂{sheet.subject.name}/∂{move.name}",
            f"{_ROUNDING if exact else _BOTH} At last the step vanishes: the moved point is the "
            "point itself.",
            columns=("h", "forward", "", "central", ""),
            steps=tuple(rows),
        )
    ]


def _row(k: int, one: float, two: float, best: list[int]) -> Step:
    named = (
        ("h", Number(10.0**-k, Fraction(1, 10**k))),
        ("forward", Number(one)),
        ("central", Number(two)),
    )
    marks = [write.text("smallest" if k == least else "") for least in best]
    power = write.power(write.number("10"), write.minus(write.number(str(k))))
    cells = (power, _digits(one), marks[0], _digits(two), marks[1])
    return Step(f"numerical-curve-{k}", "numerical", "row", numbers=named, cells=cells)


def _digits(error: float) -> write.Expression:
    return write.number(f"{error:.1e}" if error else "0")
