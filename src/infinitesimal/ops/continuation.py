"""Real functions continued to complex arguments, as the complex-step method needs them.

In: complex arrays whose real parts are points of the real domain. Out: the analytic function's
values. With an imaginary part of 1e-20 or 1e-200 the imaginary part of the answer is that times the
derivative, so no formula here may add a real number of size 1 to where the imaginary part lives,
square it, or divide two imaginary parts. Where NumPy's own complex function is good it is used
directly; these are the others. A kink is continued on the side the real part is on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "absolute",
    "arctan2",
    "by_real_part",
    "cbrt",
    "copysign",
    "exp2",
    "expit",
    "heaviside",
    "hypot",
    "log1p",
    "log_expit",
    "logaddexp",
    "logaddexp2",
    "logit",
    "maximum",
    "minimum",
    "power",
    "remainder",
    "sinc",
    "step",
    "xlog1py",
    "xlogy",
]

# NumPy's overloads lose the type Any
_where: Any = np.where
_real: Any = np.real


def _join(real: Any, imaginary: Any) -> Any:
    """A complex array of its parts, without the products of `real + 1j * imaginary`."""
    shape = np.broadcast_shapes(np.shape(real), np.shape(imaginary))
    joined: Any = np.empty(shape, np.result_type(real, imaginary, np.complex64))
    joined.real, joined.imag = real, imaginary
    return joined[()]


def step(function: Any) -> Any:
    """A function that is constant between jumps: its value at the real parts."""

    def value(*operands: Any) -> Any:
        return function(*[_real(operand) for operand in operands])

    return value


def by_real_part(wins: Any) -> Any:
    """The first operand where `wins(x, y)` of the real parts, the second elsewhere."""

    def chosen(x: Any, y: Any) -> Any:
        tie = np.equal(_real(x), _real(y))
        return _where(tie, (x + y) / 2, _where(wins(_real(x), _real(y)), x, y))[()]

    return chosen


maximum = by_real_part(np.greater)
minimum = by_real_part(np.less)


def absolute(x: Any) -> Any:
    """The sign of the real part, taken out."""
    return x * np.sign(_real(x))


def heaviside(x: Any, y: Any) -> Any:
    """The step by the real part of x; at 0 it is y."""
    return _where(_real(x) == 0, y, np.heaviside(_real(x), 0.0))[()]


def copysign(x: Any, y: Any) -> Any:
    """The size of x with the sign of y, both by the real part."""
    return absolute(x) * np.copysign(1.0, _real(y))


def remainder(quotient: Any) -> Any:
    """The first operand less a whole number of the second; `quotient` counts them."""

    def value(x: Any, y: Any) -> Any:
        return x - np.asarray(quotient(_real(x), _real(y))) * y

    return value


def log1p(x: Any) -> Any:
    """log(1 + x), whose real part keeps its digits near 0."""
    real, imaginary = _real(x), np.imag(x)
    ratio = imaginary / (1 + real)
    # |1 + z| = (1 + re)·√(1 + ratio²); NumPy's own complex log1p has the real part log|1 + z|
    return _join(np.log1p(real) + 0.5 * np.log1p(ratio * ratio), np.arctan2(imaginary, 1 + real))


def exp2(x: Any) -> Any:
    """2^x."""
    size, angle = np.exp2(_real(x)), math.log(2) * np.imag(x)
    return _join(size * np.cos(angle), size * np.sin(angle))


def cbrt(x: Any) -> Any:
    """The cube root, negative for negative real parts: z = re·(1 + i·t) has ∛re · ∛(1 + i·t)."""
    real = _real(x)
    with np.errstate(all="ignore"):
        turned = np.exp(log1p(_join(np.zeros_like(real), np.imag(x) / real)) / 3)
    return _where(real == 0, np.power(x, 1 / 3), np.cbrt(real) * turned)[()]


def hypot(x: Any, y: Any) -> Any:
    """√(x² + y²), scaled so that nothing overflows."""
    size = np.maximum(np.abs(_real(x)), np.abs(_real(y)))
    scale = np.exp2(np.floor(np.log2(_where(size > 0, size, 1.0))))
    return np.sqrt(np.square(x / scale) + np.square(y / scale)) * scale


def arctan2(y: Any, x: Any) -> Any:
    """The angle of the real point, and that of the small turn which is left after it."""
    size = np.maximum(np.abs(_real(x)), np.abs(_real(y)))
    scale = np.exp2(np.floor(np.log2(_where(size > 0, size, 1.0))))
    u, v = x / scale, y / scale
    across, along = _real(v), _real(u)
    turn = (v * along - u * across) / (u * along + v * across)
    return np.arctan2(_real(y), _real(x)) + np.arctan(turn)


def _sided(x: Any) -> Any:
    """Of x and -x the one whose real part is not negative: unlike |x|, smooth at 0."""
    return _where(_real(x) >= 0, x, -x)


def logaddexp(x: Any, y: Any) -> Any:
    """log(e^x + e^y)."""
    difference = x - y
    larger = _where(_real(difference) >= 0, x, y)
    return (larger + log1p(np.exp(-_sided(difference))))[()]


def logaddexp2(x: Any, y: Any) -> Any:
    """log2(2^x + 2^y)."""
    difference = x - y
    larger = _where(_real(difference) >= 0, x, y)
    return (larger + log1p(exp2(-_sided(difference))) / math.log(2))[()]


def power(x: Any, y: Any) -> Any:
    """The power x^y: the real power, times what the imaginary parts turn it by."""
    real, exponent = _real(x), _real(y)
    with np.errstate(all="ignore"):
        turn = log1p(_join(np.zeros_like(real / 1), np.imag(x) / real))
        grown = np.imag(y) * np.log(_where(np.imag(y) == 0, 1.0, real))
        value = np.power(real / 1, exponent) * np.exp(y * turn + _join(0.0 * grown, grown))
        return _where(real == 0, np.power(x + 0j, y), value)[()]


def sinc(x: Any) -> Any:
    """sin(πx)/(πx), by its series near 0."""
    near = np.abs(x) < 1e-3
    angle = _where(near, 1.0, math.pi * x)
    squared = np.square(math.pi * _where(near, x, 0.0))
    return _where(near, 1 - squared / 6 * (1 - squared / 20), np.sin(angle) / angle)[()]


def expit(x: Any) -> Any:
    """1/(1 + e^-x), in both tails."""
    small = np.exp(-_sided(x))
    return (_where(_real(x) >= 0, 1.0, small) / (1 + small))[()]


def log_expit(x: Any) -> Any:
    """-log(1 + e^-x)."""
    return (_where(_real(x) >= 0, 0.0, x) - log1p(np.exp(-_sided(x))))[()]


def logit(x: Any) -> Any:
    """log(x / (1 - x))."""
    return np.log(x) - log1p(-x)


def xlogy(x: Any, y: Any) -> Any:
    """The product x·log(y), away from the corner where both are 0."""
    return x * np.log(y)


def xlog1py(x: Any, y: Any) -> Any:
    """The product x·log(1 + y)."""
    return x * log1p(y)
