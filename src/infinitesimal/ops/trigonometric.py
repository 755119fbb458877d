"""Circular and hyperbolic functions, their inverses, and the geometry of a point in the plane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM, POWER, PRODUCT, SUM
from infinitesimal.core.primitive import Domain, Notation
from infinitesimal.ops import continuation
from infinitesimal.ops.arithmetic import quotient
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.exponential import sqrt
from infinitesimal.ops.power import square

_REAL = Domain(((-3.0, 3.0),))
_INSIDE = Domain(((-0.9, 0.9),))
_PLANE = Domain(((-5.0, 5.0), (-5.0, 5.0)))

sin = elementwise(
    "sin", np.sin, lambda x, _: cos(x),
    because="the derivative of the sine is the cosine", domain=_REAL, analytic=np.sin,
)  # fmt: skip
cos = elementwise(
    "cos", np.cos, lambda x, _: -sin(x),
    because="the derivative of the cosine is minus the sine", domain=_REAL, analytic=np.cos,
)  # fmt: skip
tan = elementwise(
    "tan", np.tan, lambda x, answer: 1 + square(answer),
    because="the derivative of the tangent is one plus its square",
    domain=Domain(((-1.4, 1.4),)), analytic=np.tan,
)  # fmt: skip


def _one_less_square(x: Any) -> Any:
    return (1 - x) * (1 + x)


# A word of its own, so that its slope is -2x: the two factors' slopes nearly cancel around 0.
one_less_square = elementwise(
    "one_less_square", _one_less_square, lambda x, _: -2 * x,
    because="the square grows by twice the side", domain=_INSIDE, answers=False, cost=3,
    analytic=_one_less_square,
    notation=Notation("1 - {0}**2", "1 - {0}^{{2}}", "1 - {0}**2", SUM, (POWER + 1,)),
)  # fmt: skip
arcsin = elementwise(
    "arcsin", np.arcsin, lambda x, _: 1 / sqrt(one_less_square(x)),
    because="the slope of the arcsine is one over the cosine of the answer",
    domain=_INSIDE, analytic=np.arcsin,
)  # fmt: skip
arccos = elementwise(
    "arccos", np.arccos, lambda x, _: -1 / sqrt(one_less_square(x)),
    because="the slope of the arccosine is minus one over the sine of the answer",
    domain=_INSIDE, analytic=np.arccos,
)  # fmt: skip
arctan = elementwise(
    "arctan", np.arctan, lambda x, _: 1 / (1 + square(x)),
    because="the slope of the arctangent is one over one plus the square",
    domain=_REAL, analytic=np.arctan,
)  # fmt: skip

sinh = elementwise(
    "sinh", np.sinh, lambda x, _: cosh(x),
    because="the derivative of the hyperbolic sine is the hyperbolic cosine",
    domain=_REAL, analytic=np.sinh,
)  # fmt: skip
cosh = elementwise(
    "cosh", np.cosh, lambda x, _: sinh(x),
    because="the derivative of the hyperbolic cosine is the hyperbolic sine",
    domain=_REAL, analytic=np.cosh,
)  # fmt: skip


def _sech(x: Any) -> Any:
    return 1 / np.cosh(x)


# A word of its own: 1 - tanh² has no digits left at 19, and through 1/cosh the second derivative
# would meet infinity times zero at 800.
sech = elementwise(
    "sech", _sech, lambda x, answer: -(answer * tanh(x)),
    because="the hyperbolic secant falls by itself times the hyperbolic tangent",
    domain=_REAL, analytic=_sech, answers=False, cost=2,
    notation=Notation(
        "sech({0})", r"\operatorname{{sech}}\left({0}\right)", "(1 / np.cosh({0}))", ATOM, (0,)
    ),
)  # fmt: skip
tanh = elementwise(
    "tanh", np.tanh, lambda x, _: square(sech(x)),
    because="the derivative of the hyperbolic tangent is the square of the hyperbolic secant",
    domain=_REAL, analytic=np.tanh,
)  # fmt: skip
arcsinh = elementwise(
    "arcsinh", np.arcsinh, lambda x, _: 1 / hypot(1, x),
    because="the slope of the inverse hyperbolic sine is one over the cosine of the answer",
    domain=_REAL, analytic=np.arcsinh,
)  # fmt: skip
arccosh = elementwise(
    "arccosh", np.arccosh, lambda x, _: 1 / (sqrt(x - 1) * sqrt(x + 1)),
    because="the slope of the inverse hyperbolic cosine is one over the sine of the answer",
    domain=Domain(((1.1, 5.0),)), analytic=np.arccosh,
)  # fmt: skip
arctanh = elementwise(
    "arctanh", np.arctanh, lambda x, _: 1 / one_less_square(x),
    because="the slope of the inverse hyperbolic tangent is one over one less the square",
    domain=_INSIDE, analytic=np.arctanh,
)  # fmt: skip

_DEGREE = math.pi / 180
deg2rad = elementwise(
    "deg2rad", np.deg2rad, _DEGREE, because="a degree is π/180", domain=_REAL,
    analytic=lambda x: x * _DEGREE,
)  # fmt: skip
radians = elementwise(
    "radians", np.radians, _DEGREE, because="a degree is π/180", domain=_REAL,
    analytic=lambda x: x * _DEGREE,
)  # fmt: skip
rad2deg = elementwise(
    "rad2deg", np.rad2deg, 180 / math.pi, because="a radian is 180/π degrees", domain=_REAL,
    analytic=lambda x: x / _DEGREE,
)  # fmt: skip
degrees = elementwise(
    "degrees", np.degrees, 180 / math.pi, because="a radian is 180/π degrees", domain=_REAL,
    analytic=lambda x: x / _DEGREE,
)  # fmt: skip


def _direction(x: Any, y: Any) -> Any:
    length = np.hypot(x, y)
    return np.where(length == 0, 0, np.divide(x, length)).astype(length.dtype)[()]


# The slopes of the length are the cosine and sine of the angle; at the origin, where every number
# up to 1 is a subgradient, they are 0, the smallest.
direction = elementwise(
    "direction", _direction,
    lambda x, y, _: quotient(square(direction(y, x)), hypot(x, y)),
    lambda x, y, answer: -quotient(answer * direction(y, x), hypot(x, y)),
    because="a unit vector changes only by turning", domain=_PLANE, answers=False, cost=2,
    analytic=lambda x, y: x / continuation.hypot(x, y),
    notation=Notation(
        "{0}/hypot({0}, {1})", r"\frac{{{0}}}{{\sqrt{{{0}^2 + {1}^2}}}}",
        "({0}) / np.hypot({0}, {1})", PRODUCT, (POWER + 1, POWER + 1),
    ),
)  # fmt: skip
hypot = elementwise(
    "hypot", np.hypot, lambda x, y, _: direction(x, y), lambda x, y, _: direction(y, x),
    because="the length changes with each side by the cosine of the angle between them",
    domain=_PLANE, analytic=continuation.hypot, cost=2,
    notation=Notation(
        "hypot({0}, {1})", r"\sqrt{{{0}^2 + {1}^2}}", "np.hypot({0}, {1})", ATOM,
        (POWER + 1, POWER + 1),
    ),
)  # fmt: skip
arctan2 = elementwise(
    "arctan2", np.arctan2,
    lambda y, x, _: direction(x, y) / hypot(x, y), lambda y, x, _: -(direction(y, x) / hypot(x, y)),
    because="the angle turns by the step across the direction, over the length",
    domain=Domain(((-5.0, 5.0), (0.5, 5.0))), analytic=continuation.arctan2,
)  # fmt: skip
