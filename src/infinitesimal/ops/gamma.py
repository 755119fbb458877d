"""The gamma function, its logarithm, and the derivatives of that: digamma and polygamma.

Left of 0 the polygamma functions are reflected at 1/2 here rather than by SciPy, whose digamma has
five wrong digits at -5.999999.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM
from infinitesimal.core.primitive import Domain, Notation
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.doubled import in_double
from infinitesimal.ops.from_scipy import scipy_function, special

_POSITIVE = Domain(((0.1, 5.0),))
# NumPy's overloads lose the type Any
_where: Any = np.where

_psi, _zeta = scipy_function("psi"), scipy_function("zeta")


@in_double(1)
def _polygamma(x: Any, order: int) -> Any:
    """The derivative of the digamma function of some order: (-1)^(n+1)·n!·zeta(n+1, x) right of 0.

    Left of 0, (-1)^n·polygamma(n, 1 - x) less the n-th derivative of π·cot(πx).
    """
    left = x < 0
    if not left.any():
        return _right(x, order)
    reflected = (-1) ** order * _right(_where(left, 1 - x, x), order)
    return _where(left, reflected - _cotangent(x, order), (-1) ** order * reflected)


def _right(x: Any, order: int) -> Any:
    if order == 0:
        return _psi(x)
    return (-1) ** (order + 1) * math.factorial(order) * _zeta(order + 1.0, x)


def _cotangent(x: Any, order: int) -> Any:
    """The derivative of π·cot(πx) of some order, a polynomial in c = cot(πx): c′ = -π(1 + c²)."""
    polynomial = np.polynomial.Polynomial([0.0, math.pi])
    for _ in range(order):
        polynomial = polynomial.deriv() * np.polynomial.Polynomial([-math.pi, 0.0, -math.pi])
    value: Any = polynomial(1 / np.tan(math.pi * (x - np.rint(x))))
    return value


def _digamma(x: Any) -> Any:
    return _polygamma(x, 0)


gamma = special(
    "gamma", lambda x, answer: answer * digamma(x),
    because="the digamma function is the relative growth of the gamma function",
    domain=_POSITIVE, analytic=scipy_function("gamma"), latex=r"\Gamma",
)  # fmt: skip
gammaln = special(
    "gammaln", lambda x, _: digamma(x),
    because="the digamma function is the slope of the logarithm of the gamma function",
    domain=_POSITIVE, analytic=scipy_function("loggamma"), latex=r"\ln\Gamma",
)  # fmt: skip
loggamma = special(
    "loggamma", lambda x, _: digamma(x), because=gammaln.because,
    domain=_POSITIVE, analytic=scipy_function("loggamma"), latex=r"\ln\Gamma",
)  # fmt: skip
digamma = special(
    "psi", lambda x, _: polygamma(x, order=1), written="digamma", numpy=_digamma,
    because="each polygamma function is the derivative of the one before",
    domain=_POSITIVE, analytic=scipy_function("psi"), latex=r"\psi",
)  # fmt: skip
polygamma = elementwise(
    "polygamma", _polygamma, lambda x, answer: polygamma(x, order=answer.params[0] + 1),
    because=digamma.because,
    domain=_POSITIVE, answers=False, cost=4, parameters={"order": 1},
    notation=Notation(
        "polygamma({order}, {0})", r"\psi^{{({order})}}\left({0}\right)",
        "scipy.special.polygamma({order}, {0})", ATOM, (0,),
    ),
)  # fmt: skip
