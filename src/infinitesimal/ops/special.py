"""SciPy's special functions of real numbers: error and logistic functions, x·log(y), entropy.

The gamma functions have a file of their own, `ops.gamma`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.core.notation import POWER, PRODUCT
from infinitesimal.core.primitive import Domain, Notation, Primitive
from infinitesimal.ops import continuation
from infinitesimal.ops.arithmetic import quotient
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.delicate import bell as _bell
from infinitesimal.ops.exponential import log, log1p
from infinitesimal.ops.from_scipy import scipy_function, special
from infinitesimal.ops.power import square

_REAL = Domain(((-3.0, 3.0),))
_UNIT = Domain(((0.05, 0.95),))
_POSITIVE = Domain(((0.1, 3.0),))


_erf, _erfcx, _erfinv = scipy_function("erf"), scipy_function("erfcx"), scipy_function("erfinv")


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
erf = special(
    "erf",
    lambda x, _: _HEIGHT * bell(x),
    because=_BELL,
    domain=_REAL,
    analytic=scipy_function("erf"),
)
erfc = special(
    "erfc", lambda x, _: -_HEIGHT * bell(x),
    because="the complement loses what the error function collects", domain=_REAL,
    analytic=scipy_function("erfc"),
)  # fmt: skip
ndtr = special(
    "ndtr", lambda x, _: normal_bell(x) / math.sqrt(2 * math.pi),
    because="the normal distribution collects its density", domain=_REAL,
    analytic=scipy_function("ndtr"), latex=r"\Phi",
)  # fmt: skip
erfinv = special(
    "erfinv", lambda x, _: erfinv_slope(x),
    because="an inverse function has the reciprocal slope, at its answer",
    domain=Domain(((-0.9, 0.9),)), latex=r"\operatorname{{erf}}^{{-1}}",
)  # fmt: skip


def _erfinv_slope(x: Any) -> Any:
    """√π/2·exp(y²) at y = erfinv(x), right where y itself is not: y² magnifies its last digit.

    One step of Newton's method gives what y lacks, from erf, or from the complement where erf has
    no digits; SciPy's erfcx has more of them there than its erfc.
    """
    wide = np.abs(np.asarray(x, np.float64))
    y = _erfinv(wide)
    height = bell.evaluate(_where(np.isfinite(y), y, 0.0))
    lacking = _where(wide < 0.5, (wide - _erf(y)) / height, _erfcx(y) - (1 - wide) / height)
    corrected = (1 + 2 * y * lacking / _HEIGHT) / (_HEIGHT * height)
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

expit = special(
    "expit", lambda x, answer: answer * expit(-x),
    because="the logistic curve grows by what it has times what it has not",
    domain=_REAL, analytic=continuation.expit,
)  # fmt: skip
logit = special(
    "logit", lambda x, _: 1 / (x * (1 - x)),
    because="the logit undoes the logistic curve, so its slope is the reciprocal",
    domain=_UNIT, analytic=continuation.logit,
)  # fmt: skip
log_expit = special(
    "log_expit", lambda x, _: expit(-x),
    because="the logarithm of the logistic curve rises by what the curve has not",
    domain=_REAL, analytic=continuation.log_expit,
)  # fmt: skip


def _xlogy(x: Any, y: Any) -> Any:
    return np.where((np.equal(x, 0)) & ~np.isnan(y), 0, np.multiply(x, np.log(y)))[()]


xlogy = special(
    "xlogy", lambda x, y, _: log(y), lambda x, y, _: quotient(x, y),
    because="the product rule, with nothing times the logarithm of nothing counting as nothing",
    domain=Domain(((-3.0, 3.0), (0.1, 5.0))), analytic=continuation.xlogy, numpy=_xlogy,
)  # fmt: skip
xlog1py = special(
    "xlog1py", lambda x, y, _: log1p(y), lambda x, y, _: quotient(x, 1 + y),
    because="the product rule, with nothing times the logarithm of nothing counting as nothing",
    domain=Domain(((-3.0, 3.0), (-0.8, 4.0))),
    analytic=continuation.xlog1py,
)  # fmt: skip


def _entropy_beside(x: Any) -> Any:
    return -continuation.xlogy(x, x)


entr = special(
    "entr", lambda x, _: -1 - log(x),
    because="the product rule: the entropy of a part changes by its logarithm and by one",
    domain=_POSITIVE, analytic=_entropy_beside,
)  # fmt: skip
