"""Powers: the square, the reciprocal, whole exponents written in the program, and x^y at large.

`raise_to` chooses between them. A whole exponent known while tracing is a static parameter, so that
x³ differentiates to 3·x² and every order is right at x = 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT, as_nodes, constant
from infinitesimal.core.node import Node
from infinitesimal.core.notation import ATOM, POWER, PRODUCT
from infinitesimal.core.primitive import REGISTRY, Domain, Notation
from infinitesimal.errors import DtypeError
from infinitesimal.ops import continuation
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.delicate import power_derivative as _derivative

_REAL = Domain(((-3.0, 3.0),))
_OFF_ZERO = Domain(((-5.0, 5.0),), avoid=(0.0,))
_BASES = Domain(((0.1, 3.0), (-3.0, 3.0)))

square = elementwise(
    "square", np.square, lambda x, _: 2 * x,
    because="the square grows by twice the side", domain=_REAL, analytic=np.square,
    notation=Notation("{0}**2", r"{0}^{{2}}", "{0}**2", POWER, (POWER + 1,)),
)  # fmt: skip
reciprocal = elementwise(
    "reciprocal", np.reciprocal, lambda x, answer: -square(answer),
    because="the reciprocal falls by its own square", domain=_OFF_ZERO, analytic=np.reciprocal,
    notation=Notation("1/{0}", r"\frac{{1}}{{{0}}}", "1 / {0}", PRODUCT, (POWER,)),
)  # fmt: skip
integer_power = elementwise(
    "integer_power", np.power,
    lambda x, answer: _lowered(x, answer.params[0]),
    because="the exponent comes down in front, and one is taken from it",
    domain=Domain(((0.2, 3.0),)), answers=False, cost=2, parameters={"n": 3},
    analytic=np.power,
    notation=Notation("{0}**{n}", "{0}^{{{n}}}", "{0}**{n}", POWER, (POWER + 1,)),
)  # fmt: skip


def _lowered(x: Node, exponent: int | float) -> Any:
    """The exponent times x to one less; the slope of a constant, x⁰, is 0 even at x = 0."""
    return exponent * raise_to(x, exponent - 1) if exponent else 0


def _slope(x: Node, y: Node, answer: Node) -> Any:
    """y·x^(y-1), in words that read like it where y is a number and y - 1 is exact."""
    exponent = _number(y)
    if isinstance(exponent, float) and (exponent - 1) + 1 == exponent and abs(exponent) < 2**53:
        dtype = answer.type.dtype
        wide = x if x.type.dtype == dtype else REGISTRY["astype"](x, dtype=dtype)
        return _lowered(wide, exponent)
    return power_slope(x, y)


power = elementwise(
    "power", np.power, _slope, lambda x, y, _: power_growth(x, y),
    because="the exponent comes down in front; in the exponent, the power grows by its logarithm",
    domain=_BASES, analytic=continuation.power, cost=2,
    notation=Notation("{0}**{1}", "{0}^{{{1}}}", "{0}**{1}", POWER, (POWER + 1, POWER)),
)  # fmt: skip
float_power = elementwise(
    "float_power", np.float_power, _slope, lambda x, y, _: power_growth(x, y),
    because=power.because, domain=_BASES, analytic=continuation.power, cost=2,
    notation=power.notation,
)  # fmt: skip


def _partial(n: int, m: int) -> Any:
    def value(x: Any, y: Any) -> Any:
        return _derivative(x, y, n, m)

    return value


# The two partials are words of their own, and so are theirs, because the products they are written
# as are wrong where x = 0 (0·∞), and lose digits to the rounding of y - 1 where x is far from 1.
power_slope = elementwise(
    "power_slope", _partial(1, 0),
    lambda x, y, _: power_derivative(x, y, n=2, m=0),
    lambda x, y, _: power_derivative(x, y, n=1, m=1),
    because=power.because, domain=_BASES, answers=False, cost=3,
    analytic=lambda x, y: y * continuation.power(x, y) / x,
    notation=Notation(
        "{1}*{0}**({1} - 1)", "{1} {0}^{{{1} - 1}}", "{1} * {0}**({1} - 1)", PRODUCT,
        (POWER + 1, POWER + 1),
    ),
)  # fmt: skip
power_growth = elementwise(
    "power_growth", _partial(0, 1),
    lambda x, y, _: power_derivative(x, y, n=1, m=1),
    lambda x, y, _: power_derivative(x, y, n=0, m=2),
    because=power.because, domain=_BASES, answers=False, cost=3,
    analytic=lambda x, y: np.log(x) * continuation.power(x, y),
    notation=Notation(
        "{0}**{1}*log({0})", r"{0}^{{{1}}} \ln\left({0}\right)", "{0}**{1} * np.log({0})", PRODUCT,
        (POWER + 1, POWER),
    ),
)  # fmt: skip
power_derivative = elementwise(
    "power_derivative", _derivative,
    lambda x, y, answer: power_derivative(x, y, n=answer.params[0] + 1, m=answer.params[1]),
    lambda x, y, answer: power_derivative(x, y, n=answer.params[0], m=answer.params[1] + 1),
    because=power.because, domain=_BASES, answers=False, cost=6, parameters={"n": 1, "m": 1},
    notation=Notation(
        "power^({n},{m})({0}, {1})",
        r"\operatorname{{pow}}^{{({n},{m})}}\left({0}, {1}\right)",
        "power_derivative({0}, {1}, {n}, {m})", ATOM, (0, 0),
    ),
)  # fmt: skip


def raise_to(x: Any, exponent: Any) -> Node:
    """The node of x^exponent by the simplest word that says it.

    `x` is a node or number, `exponent` a node, array or number. A whole number becomes a square, a
    reciprocal or an `integer_power`; everything else is `power`. The dtype is NumPy's. Raises
    `DtypeError` where NumPy refuses too: a whole number to a negative whole power.
    """
    if exponent.__class__ is int and x.__class__ is Node and x.type.inexact:
        return _whole(x, exponent)
    base, raised = as_nodes((x, exponent))
    value = _number(raised)
    if value is None or isinstance(value, bool) or value != value // 1 or abs(value) > 2**53:
        return power(base, raised)
    n = int(value)
    dtype = np.result_type(base.type.dtype, raised.type.dtype)
    if base.type.dtype != dtype:
        base = REGISTRY["astype"](base, dtype=dtype)
    if dtype.kind not in "fc":
        if n < 0:
            raise DtypeError(
                f"{base.type} to the power {n}",
                why="the answer is no whole number, as the dtype of the operands demands",
                instead="x.astype(float) ** n",
            )
        return integer_power(base, n=n)
    return _whole(base, n)


def _whole(base: Node, n: int) -> Node:
    if n == 0:
        return REGISTRY["broadcast"](constant(1, base.type.dtype), shape=base.type.shape)
    if n == 1:
        return base
    if n == -1:
        return reciprocal(base)
    return square(base) if n == 2 else integer_power(base, n=n)


def _number(node: Node) -> Any:
    """The Python number of a scalar constant that is real; None of any other node."""
    if node.primitive is not CONSTANT or node.type.shape or node.type.dtype.kind == "c":
        return None
    return node.params[0].array.item()
