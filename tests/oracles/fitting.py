"""Solving a certified regression problem with SciPy, and judging the answer.

`fit` runs `scipy.optimize.least_squares` with a Jacobian function or a difference scheme and
counts what it cost; `digits` says how many certified digits an answer reproduces.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from tests.oracles.nist import Problem

CERTIFIED_DIGITS = 11
TOLERANCE = 1e-15
METHODS = ("lm", "trf", "dogbox")


@dataclass(frozen=True)
class Fit:
    """One answer of `least_squares`, and what it cost.

    `functions` counts every call of the residual, those made for difference quotients
    included; `jacobians` counts calls of a Jacobian given as a function.
    """

    parameters: np.ndarray
    residual_sum_of_squares: float
    digits: float
    functions: int
    jacobians: int


def digits(found: np.ndarray, certified: np.ndarray) -> float:
    """Certified digits reproduced by the worst parameter: its log relative error.

    Never more than the eleven that are certified; 0 where not even the first is right.
    """
    with np.errstate(divide="ignore"):
        agreeing = -np.log10(np.max(np.abs(found - certified) / np.abs(certified)))
    return float(np.clip(np.nan_to_num(agreeing, nan=0.0), 0.0, CERTIFIED_DIGITS))


def fit(
    problem: Problem,
    start: int,
    method: str,
    jacobian: Callable[[np.ndarray], np.ndarray] | str,
    step: float | None = None,
) -> Fit:
    """Solve from start 1 or 2, with a Jacobian function or one of SciPy's difference schemes.

    The tolerances are set to rounding level, so that what limits the answer is the Jacobian and
    the arithmetic, not the moment of stopping.
    """
    calls = {"function": 0, "jacobian": 0}

    def counted(which, function):
        def call(b):
            calls[which] += 1
            return function(b)

        return call

    # A trial step may overflow: the solver sees a bad cost and turns back.
    with np.errstate(all="ignore"):
        answer = least_squares(
            counted("function", problem.residual),
            problem.starts[start - 1],
            jac=jacobian if isinstance(jacobian, str) else counted("jacobian", jacobian),
            method=method,
            diff_step=step,
            x_scale="jac",
            ftol=TOLERANCE,
            xtol=TOLERANCE,
            gtol=TOLERANCE,
            max_nfev=2000,
        )
    return Fit(
        parameters=answer.x,
        residual_sum_of_squares=float(2 * answer.cost),
        digits=digits(answer.x, problem.certified),
        functions=calls["function"],
        jacobians=calls["jacobian"],
    )
