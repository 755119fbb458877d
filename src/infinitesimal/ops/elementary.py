"""The elementary functions: exponentials and logarithms, trigonometric and hyperbolic functions, powers and roots."""

from __future__ import annotations

import numpy as np

from infinitesimal.core.primitive import Domain
from infinitesimal.ops.declare import elementwise

REAL = Domain(((-3.0, 3.0),))
POSITIVE = Domain(((0.1, 5.0),))

exp = elementwise(
    "exp", np.exp, lambda x, answer: answer,
    because="the exponential is its own derivative", domain=REAL, analytic=np.exp,
)  # fmt: skip
sin = elementwise(
    "sin", np.sin, lambda x, _: cos(x),
    because="the derivative of the sine is the cosine", domain=REAL, analytic=np.sin,
)  # fmt: skip
cos = elementwise(
    "cos", np.cos, lambda x, _: -sin(x),
    because="the derivative of the cosine is minus the sine", domain=REAL, analytic=np.cos,
)  # fmt: skip
sqrt = elementwise(
    "sqrt", np.sqrt, lambda x, answer: 0.5 / answer,
    because="the slope of the square root is one over twice the root", domain=POSITIVE, analytic=np.sqrt,
)  # fmt: skip
log = elementwise(
    "log", np.log, lambda x, _: 1 / x,
    because="the derivative of the natural logarithm is the reciprocal", domain=POSITIVE, analytic=np.log,
)  # fmt: skip
