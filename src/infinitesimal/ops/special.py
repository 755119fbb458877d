"""SciPy's special functions of real numbers: error functions, gamma functions, logistic functions.

SciPy is imported when the first of these words is used: a quarter of a second that programs without
them need not wait for.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM, POWER, PRODUCT
from infinitesimal.core.primitive import Domain, Notation, Primitive
from infinitesimal.ops import continuation
from infinitesimal.ops.arithmetic import quotient
from infinitesimal.ops.declare import Partial, elementwise
from infinitesimal.ops.delicate import bell as _bell
from infinitesimal.ops.doubled import in_double
from infinitesimal.ops.exponential import log, log1p
from infinitesimal.ops.power import square

_REAL = Domain(((-3.0, 3.0),))
_POSITIVE = Domain(((0.1, 5.0),))
_UNIT = Domain(((0.05, 0.95),))


def _scipy(name: str) -> Any:
    """SciPy's function of this name, found when it is first called."""

    def function(*operands: Any) -> Any:
        return getattr(importlib.import_module("scipy.special"), name)(*operands)

    return function


_erf, _erfc, _erfinv = _scipy("erf"), _scipy("erfc"), _scipy("erfinv")


def _special(
    name: str, *partials: Partial, because: str, domain: Domain, analytic: Any = None,
    written: str = "", latex: str = "", numpy: Any = None,
) -> Primitive:  # fmt: skip
    """A word that answers for `scipy.special.<name>`, under the name `written`."""
    inner = ", ".join(f"{{{k}}}" for k in range(len(partials)))
    command = latex or rf"\operatorname{{{{{(written or name).replace('_', '-')}}}}}"
    return elementwise(
        written or name, numpy or _scipy(name), *partials, because=because, domain=domain,
        analytic=analytic, answers=f"scipy.special.{name}",
        notation=Notation(
            f"{written or name}({inner})", rf"{command}\left({inner}\right)",
            f"scipy.special.{name}({inner})", ATOM, (0,) * len(partials),
        ),
    )  # fmt: skip


def _bell_of(name: str, rate: float, text: str, latex: str) -> Primitive:
    """The word exp(-rate·x²), whose slope is -2·rate·x times itself."""

    def evaluate(x: Any) -> Any:
        return _bell(x, rate)

    def continued(x: Any) -> Any:
        return np.exp(-rate * x * x)

    return elementwise(
        name, evaluate, lambda x, answer: -2 * rate * (x * answer),
        because="the bell curve falls by its height times the distance from the middle",
        domain=_REAL, answers=False, cost=3, analytic=continued,
        notation=Notation(
            f"exp(-{text})", f"e^{{{{-{latex}}}}}", f"np.exp(-{text})", POWER, (POWER + 1,)
        ),
    )  # fmt: skip


bell = _bell_of("bell", 1.0, "{0}**2", "{0}^2")
normal_bell = _bell_of("normal_bell", 0.5, "{0}**2/2", r"\frac{{{0}^2}}{{2}}")
# NumPy's overloads lose the type Any
_where: Any = np.where

_HEIGHT = 2 / math.sqrt(math.pi)
_BELL = "the error function collects the area under the bell curve"
erf = _special(
    "erf", lambda x, _: _HEIGHT * bell(x), because=_BELL, domain=_REAL, analytic=_scipy("erf")
)
erfc = _special(
    "erfc", lambda x, _: -_HEIGHT * bell(x),
    because="the complement loses what the error function collects", domain=_REAL,
    analytic=_scipy("erfc"),
)  # fmt: skip
ndtr = _special(
    "ndtr", lambda x, _: normal_bell(x) / math.sqrt(2 * math.pi),
    because="the normal distribution collects its density", domain=_REAL, analytic=_scipy("ndtr"),
    latex=r"\Phi",
)  # fmt: skip
erfinv = _special(
    "erfinv", lambda x, _: erfinv_slope(x),
    because="an inverse function has the reciprocal slope, at its answer",
    domain=Domain(((-0.9, 0.9),)), latex=r"\operatorname{{erf}}^{{-1}}",
)  # fmt: skip


def _erfinv_slope(x: Any) -> Any:
    """√π/2·exp(y²) at y = erfinv(x), right where y itself is not: y² magnifies its last digit.

    One step of Newton's method gives what y lacks, from erf, or from erfc where erf has no digits.
    """
    wide = np.abs(np.asarray(x, np.float64))
    y = _erfinv(wide)
    lacking = _where(wide < 0.5, wide - _erf(y), _erfc(y) - (1 - wide))
    slope = 1 / (_HEIGHT * bell.evaluate(_where(np.isfinite(y), y, 0.0)))
    corrected = slope * (1 + 2 * y * lacking * slope)
    inside = _where(wide == 1, np.inf, corrected)
    return inside.astype(np.result_type(x, np.float16))[()]


erfinv_slope = elementwise(
    "erfinv_slope", _erfinv_slope, lambda x, answer: 2 * erfinv(x) * square(answer),
    because="an inverse function has the reciprocal slope, at its answer",
    domain=erfinv.domain, answers=False, cost=6,
    notation=Notation(
        "sqrt(pi)/2*exp(erfinv({0})**2)",
        r"\frac{{\sqrt{{\pi}}}}{{2}} e^{{\operatorname{{erf}}^{{-1}}\left({0}\right)^2}}",
        "np.sqrt(np.pi) / 2 * np.exp(scipy.special.erfinv({0}) ** 2)", PRODUCT, (0,),
    ),
)  # fmt: skip

gamma = _special(
    "gamma", lambda x, answer: answer * digamma(x),
    because="the digamma function is the relative growth of the gamma function",
    domain=_POSITIVE, analytic=_scipy("gamma"), latex=r"\Gamma",
)  # fmt: skip
gammaln = _special(
    "gammaln", lambda x, _: digamma(x),
    because="the digamma function is the slope of the logarithm of the gamma function",
    domain=_POSITIVE, analytic=_scipy("loggamma"), latex=r"\ln\Gamma",
)  # fmt: skip
loggamma = _special(
    "loggamma", lambda x, _: digamma(x),
    because="the digamma function is the slope of the logarithm of the gamma function",
    domain=_POSITIVE, analytic=_scipy("loggamma"), latex=r"\ln\Gamma",
)  # fmt: skip
digamma = _special(
    "psi", lambda x, _: polygamma(x, order=1), written="digamma",
    because="each polygamma function is the derivative of the one before",
    domain=_POSITIVE, analytic=_scipy("psi"), latex=r"\psi",
)  # fmt: skip


@in_double(1)
def _polygamma(x: Any, order: int) -> Any:
    return importlib.import_module("scipy.special").polygamma(order, x)


polygamma = elementwise(
    "polygamma", _polygamma, lambda x, answer: polygamma(x, order=answer.params[0] + 1),
    because="each polygamma function is the derivative of the one before",
    domain=_POSITIVE, answers=False, cost=4, parameters={"order": 1},
    notation=Notation(
        "polygamma({order}, {0})", r"\psi^{{({order})}}\left({0}\right)",
        "scipy.special.polygamma({order}, {0})", ATOM, (0,),
    ),
)  # fmt: skip

expit = _special(
    "expit", lambda x, answer: answer * expit(-x),
    because="the logistic curve grows by what it has times what it has not",
    domain=_REAL, analytic=continuation.expit,
)  # fmt: skip
logit = _special(
    "logit", lambda x, _: 1 / (x * (1 - x)),
    because="the logit undoes the logistic curve, so its slope is the reciprocal",
    domain=_UNIT, analytic=continuation.logit,
)  # fmt: skip
log_expit = _special(
    "log_expit", lambda x, _: expit(-x),
    because="the logarithm of the logistic curve rises by what the curve has not",
    domain=_REAL, analytic=continuation.log_expit,
)  # fmt: skip


def _xlogy(x: Any, y: Any) -> Any:
    return np.where((np.equal(x, 0)) & ~np.isnan(y), 0, np.multiply(x, np.log(y)))[()]


xlogy = _special(
    "xlogy", lambda x, y, _: log(y), lambda x, y, _: quotient(x, y),
    because="the product rule, with nothing times the logarithm of nothing counting as nothing",
    domain=Domain(((-3.0, 3.0), (0.1, 5.0))), analytic=continuation.xlogy, numpy=_xlogy,
)  # fmt: skip
xlog1py = _special(
    "xlog1py", lambda x, y, _: log1p(y), lambda x, y, _: quotient(x, 1 + y),
    because="the product rule, with nothing times the logarithm of nothing counting as nothing",
    domain=Domain(((-3.0, 3.0), (-0.8, 4.0))),
    analytic=continuation.xlog1py,
)  # fmt: skip
