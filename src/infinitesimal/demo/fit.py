"""The second act of the demonstration: a fit whose answer is certified.

In: Misra1a and the library's exact Jacobian. Out: a page that says how many of NIST's eleven
certified digits SciPy's least squares reproduces with it, and how many with difference quotients,
from both of NIST's starting points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import scipy.optimize

import infinitesimal as dx
from infinitesimal.demo.misra1a import CERTIFIED, STARTS, VOLUME, residual

__all__ = ["Fit", "digits", "fit", "page"]

optimize = cast(Any, scipy.optimize)  # SciPy ships no types
CERTIFIED_DIGITS = 11
# Rounding level: what limits the answer is then the Jacobian, not the moment of stopping.
TOLERANCE = 1e-15


@dataclass(frozen=True)
class Fit:
    """An answer of `least_squares`: the parameters, and the calls that led to them.

    `functions` counts every call of the residual, those made for difference quotients included.
    """

    parameters: np.ndarray
    functions: int
    jacobians: int

    @property
    def digits(self) -> float:
        """How many certified digits the worse of the two parameters reproduces."""
        return digits(self.parameters, CERTIFIED)


def digits(found: np.ndarray, certified: np.ndarray) -> float:
    """The log relative error of the worst parameter: at most the eleven digits certified.

    >>> digits(np.array([2.0, 3.0001]), np.array([2.0, 3.0]))
    4.477...
    """
    error = float(np.max(np.abs(found - certified) / np.abs(certified)))
    return float(min(CERTIFIED_DIGITS, max(0.0, -np.log10(error)))) if error else CERTIFIED_DIGITS


def fit(start: np.ndarray, exact: bool) -> Fit:
    """Levenberg and Marquardt's method from `start`: exact Jacobian, or SciPy's 2-point scheme."""
    calls = {"function": 0, "jacobian": 0}

    def counted(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(b: Any) -> Any:
            calls[name] += 1
            return function(b)

        return call

    answer = optimize.least_squares(
        counted("function", residual),
        start,
        jac=counted("jacobian", dx.jacobian(residual)) if exact else "2-point",
        method="lm",
        x_scale="jac",
        ftol=TOLERANCE,
        xtol=TOLERANCE,
        gtol=TOLERANCE,
    )
    return Fit(answer.x, calls["function"], calls["jacobian"])


def page() -> str:
    """The act as text: the problem, then a line for each start and each kind of Jacobian."""
    lines = [
        "How much a surface adsorbs at which pressure: NIST's problem Misra1a,",
        f"{len(VOLUME)} observations, solved by NIST to eleven digits.",
        "",
        "  model           y = b1 (1 - exp(-b2 x))",
        f"  certified       b1 = {CERTIFIED[0]:.10E}    b2 = {CERTIFIED[1]:.10E}",
        "",
        "scipy.optimize.least_squares, method lm, as tight as it goes. Only the Jacobian",
        "differs: exact, by dx.jacobian, or 2-point, SciPy's difference quotients.",
        "Calls are of the residual f, quotients included, and of the exact Jacobian J.",
        "",
        f"  {'Jacobian':16}{'b1':>18}{'b2':>20}{'digits':>9}   calls",
    ]
    for start in STARTS:
        lines += ["", f"  from b1 = {start[0]:g}, b2 = {start[1]:g}"]
        lines += [_row("exact", fit(start, exact=True)), _row("2-point", fit(start, exact=False))]
    return "\n".join(lines)


def _row(label: str, found: Fit) -> str:
    b1, b2 = found.parameters
    calls = f"{found.functions} f" + f" + {found.jacobians} J" * bool(found.jacobians)
    return f"  {label:16}{b1:>18.10E}{b2:>20.10E}{found.digits:>9.1f}   {calls}"
