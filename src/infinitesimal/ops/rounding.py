"""Words with corners and steps: rounding, signs, sizes, and the larger of two.

The slopes at the corners are a convention, one for the whole library: |x| has slope 0 at 0, steps
have slope 0 everywhere, and where two operands tie for the larger, each has half.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM, COMPARISON
from infinitesimal.core.primitive import REGISTRY, Domain, Notation, Primitive
from infinitesimal.ops import continuation
from infinitesimal.ops.comparison import equal
from infinitesimal.ops.declare import elementwise

_OFF_ZERO = Domain(((-5.0, 5.0),), avoid=(0.0,))
_OFF_HALVES = Domain(((-5.0, 5.0),), avoid=tuple(k / 2 for k in range(-10, 11)))
_APART = Domain(((-5.0, 5.0), (-5.0, 5.0)), avoid="ties")


def _rounding(name: str, numpy: Any, because: str, notation: Notation | None = None) -> Primitive:
    return elementwise(
        name, numpy, arity=1, because=because, domain=_OFF_HALVES, notation=notation,
        analytic=continuation.step(numpy),
    )  # fmt: skip


_FLAT = "a step is level between its jumps"
floor = _rounding("floor", np.floor, _FLAT)
ceil = _rounding("ceil", np.ceil, _FLAT)
rint = _rounding("rint", np.rint, _FLAT)
trunc = _rounding("trunc", np.trunc, _FLAT)

sign = elementwise(
    "sign", np.sign, arity=1, because="the sign is constant on either side of zero",
    domain=_OFF_ZERO, analytic=continuation.step(np.sign),
)  # fmt: skip
heaviside = elementwise(
    "heaviside", np.heaviside, None,
    lambda x, y, answer: REGISTRY["astype"](equal(x, 0), dtype=answer.type.dtype),
    because="the step is level, and its value at zero is the second operand",
    domain=Domain(((-5.0, 5.0), (0.0, 1.0)), avoid=(0.0,)),
    analytic=continuation.heaviside,
)  # fmt: skip
absolute = elementwise(
    "absolute", np.absolute, lambda x, _: sign(x),
    because="the absolute value rises to the right of zero and falls to the left",
    domain=_OFF_ZERO, analytic=continuation.absolute,
)  # fmt: skip
fabs = elementwise(
    "fabs", np.fabs, lambda x, _: sign(x),
    because="the absolute value rises to the right of zero and falls to the left",
    domain=_OFF_ZERO, analytic=continuation.absolute,
)  # fmt: skip
copysign = elementwise(
    "copysign", np.copysign, lambda x, y, answer: sign(x) * sign(answer), None,
    because="the size of the first operand changes, under the sign of the second",
    domain=Domain(((-5.0, 5.0), (-5.0, 5.0)), avoid=(0.0,)), analytic=continuation.copysign,
)  # fmt: skip


def _picked(answer: Any, x: Any, y: Any) -> Any:
    whole = np.asarray(1, np.result_type(answer, np.float16))
    return np.equal(answer, x) * (whole - np.equal(x, y) * (whole / 2))


picked = elementwise(
    "picked", _picked, arity=3, answers=False,
    because="which operand was picked does not change, except at a tie",
    notation=Notation(
        "([{0} = {1}] - [{1} = {2}]/2)",
        r"\left(\left[{0} = {1}\right] - \tfrac{{1}}{{2}} \left[{1} = {2}\right]\right)",
        "((1 - 0.5 * ({1} == {2})) * ({0} == {1}))", ATOM,
        (COMPARISON + 1, COMPARISON + 1, COMPARISON + 1),
    ),
    domain=Domain(((-5.0, 5.0), (-5.0, 5.0), (-5.0, 5.0))), analytic=continuation.step(_picked),
)  # fmt: skip


def _choice(name: str, numpy: Any, because: str, analytic: Any) -> Primitive:
    return elementwise(
        name, numpy,
        lambda x, y, answer: picked(answer, x, y), lambda x, y, answer: picked(answer, y, x),
        because=because, domain=_APART, analytic=analytic, masks=True,
    )  # fmt: skip


_LARGER = "the larger operand counts alone, and in a tie each counts half"
_SMALLER = "the smaller operand counts alone, and in a tie each counts half"
maximum = _choice("maximum", np.maximum, _LARGER, continuation.maximum)
minimum = _choice("minimum", np.minimum, _SMALLER, continuation.minimum)
fmax = _choice("fmax", np.fmax, _LARGER, continuation.maximum)
fmin = _choice("fmin", np.fmin, _SMALLER, continuation.minimum)
