"""Exponentials, logarithms and roots, and the sums of exponentials kept in logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM, POWER, PRODUCT
from infinitesimal.core.primitive import Domain, Notation, Primitive
from infinitesimal.ops import continuation
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.delicate import share

_REAL = Domain(((-3.0, 3.0),))
_POSITIVE = Domain(((0.1, 5.0),))
_PAIR = Domain(((-3.0, 3.0), (-3.0, 3.0)))

_LOG_2 = math.log(2)
_PER_LOG_2 = 1 / math.log(2)
_PER_LOG_10 = 1 / math.log(10)

exp = elementwise(
    "exp", np.exp, lambda x, answer: answer,
    because="the exponential is its own derivative", domain=_REAL, analytic=np.exp,
    notation=Notation("exp({0})", r"e^{{{0}}}", "np.exp({0})", POWER, (0,)),
)  # fmt: skip
expm1 = elementwise(
    "expm1", np.expm1, lambda x, _: exp(x),
    because="the exponential is its own derivative, and the one taken off is constant",
    domain=_REAL, analytic=np.expm1,
    notation=Notation(
        "expm1({0})", r"\left(e^{{{0}}} - 1\right)", "np.expm1({0})", ATOM, (0,)
    ),
)  # fmt: skip
exp2 = elementwise(
    "exp2", np.exp2, lambda x, answer: _LOG_2 * answer,
    because="a power of two grows by log 2 of itself", domain=_REAL, analytic=continuation.exp2,
    notation=Notation("2**{0}", r"2^{{{0}}}", "np.exp2({0})", POWER, (POWER + 1,)),
)  # fmt: skip

log = elementwise(
    "log", np.log, lambda x, _: 1 / x,
    because="the derivative of the natural logarithm is the reciprocal",
    domain=_POSITIVE, analytic=np.log,
)  # fmt: skip
log1p = elementwise(
    "log1p", np.log1p, lambda x, _: 1 / (1 + x),
    because="the derivative of the natural logarithm is the reciprocal",
    domain=Domain(((-0.8, 4.0),)), analytic=continuation.log1p,
    notation=Notation("log1p({0})", r"\ln\left(1 + {0}\right)", "np.log1p({0})", ATOM, (0,)),
)  # fmt: skip
log2 = elementwise(
    "log2", np.log2, lambda x, _: _PER_LOG_2 / x,
    because="the derivative of the binary logarithm is the reciprocal, over log 2",
    domain=_POSITIVE, analytic=lambda x: np.log(x) * _PER_LOG_2,
)  # fmt: skip
log10 = elementwise(
    "log10", np.log10, lambda x, _: _PER_LOG_10 / x,
    because="the derivative of the decimal logarithm is the reciprocal, over log 10",
    domain=_POSITIVE, analytic=np.log10,
)  # fmt: skip

sqrt = elementwise(
    "sqrt", np.sqrt, lambda x, answer: 0.5 / answer,
    because="the slope of the square root is one over twice the root",
    domain=_POSITIVE, analytic=np.sqrt,
)  # fmt: skip
cbrt = elementwise(
    "cbrt", np.cbrt, lambda x, answer: 1 / (3 * (answer * answer)),
    because="the slope of the cube root is one over three times its square",
    domain=Domain(((-5.0, 5.0),), avoid=(0.0,)), analytic=continuation.cbrt,
)  # fmt: skip


def _sum_of_exponentials(name: str, numpy: Any, base: int, analytic: Any) -> Primitive:
    written = "e" if base != 2 else "2"
    share_of = elementwise(
        f"{name}_share", share(base),
        lambda x, y, answer: _grown(answer * share_of(y, x), base),
        lambda x, y, answer: -_grown(answer * share_of(y, x), base),
        because="a share grows by what it has times what it has not",
        domain=_PAIR, answers=False, cost=4,
        analytic=lambda x, y: continuation.expit((x - y) * (_LOG_2 if base == 2 else 1)),
        notation=Notation(
            f"{written}**{{0}}/({written}**{{0}} + {written}**{{1}})",
            rf"\frac{{{{{written}^{{{{{{0}}}}}}}}}}"
            rf"{{{{{written}^{{{{{{0}}}}}} + {written}^{{{{{{1}}}}}}}}}}",
            "1 / (1 + np.exp{}({{1}} - {{0}}))".format("" if base != 2 else "2"),
            PRODUCT, (POWER + 1, POWER + 1),
        ),
    )  # fmt: skip
    return elementwise(
        name, numpy, lambda x, y, _: share_of(x, y), lambda x, y, _: share_of(y, x),
        because="each exponential counts by its share of their sum",
        domain=_PAIR, analytic=analytic, cost=3,
    )  # fmt: skip


def _grown(product: Any, base: int) -> Any:
    return product * _LOG_2 if base == 2 else product


logaddexp = _sum_of_exponentials("logaddexp", np.logaddexp, 0, continuation.logaddexp)
logaddexp2 = _sum_of_exponentials("logaddexp2", np.logaddexp2, 2, continuation.logaddexp2)
