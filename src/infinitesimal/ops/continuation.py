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
    "hypot",
    "log1p",
    "log_expit",
    "logaddexp",
    "logaddexp2",
    "maximum",
    "minimum",
    "power",
    "remainder",
    "sinc",
    "step",
]


def _join(real: Any, imaginary: Any) -> Any:
    """A complex array of its parts, without the products of `real + 1j * imaginary`."""
    shape = np.broadcast_shapes(np.shape(real), np.shape(imaginary))
    joined: Any = np.empty(shape, np.result_type(real, imaginary, np.complex64))
    joined.real, joined.imag = real, imaginary
    return joined[()]


def step(function: Any) -> Any:
    """A function that is constant between jumps: its value at the real parts."""
    return lambda *operands: function(*[np.real(operand) for operand in operands])


def by_real_part(wins: Any) -> Any:
    """The first operand where `wins(x, y)` of the real parts, the second elsewhere."""

    def chosen(x: Any, y: Any) -> Any:
        tie = np.equal(np.real(x), np.real(y))
        return np.where(tie, (x + y) / 2, np.where(wins(np.real(x), np.real(y)), x, y))[()]

    return chosen


maximum = by_real_part(np.greater)
minimum = by_real_part(np.less)


def absolute(x: Any) -> Any:
    """The sign of the real part, taken out."""
    return x * np.sign(np.real(x))


def copysign(x: Any, y: Any) -> Any:
    """The size of x with the sign of y, both by the real part."""
    return absolute(x) * np.copysign(1.0, np.real(y))


def remainder(quotient: Any) -> Any:
    """x less a whole number of y; `quotient` gives that number for the real parts."""
    return lambda x, y: x - np.asarray(quotient(np.real(x), np.real(y))) * y


def log1p(x: Any) -> Any:
    """log(1 + x), whose real part keeps its digits near 0."""
    real, imaginary = np.real(x), np.imag(x)
    ratio = imaginary / (1 + real)
    # |1 + z| = (1 + re)·√(1 + ratio²); NumPy's own complex log1p has the real part log|1 + z|
    return _join(np.log1p(real) + 0.5 * np.log1p(ratio * ratio), np.arctan2(imaginary, 1 + real))


def exp2(x: Any) -> Any:
    """2^x."""
    size, angle = np.exp2(np.real(x)), math.log(2) * np.imag(x)
    return _join(size * np.cos(angle), size * np.sin(angle))


def cbrt(x: Any) -> Any:
    """The cube root, negative for negative real parts: z = re·(1 + i·t) has ∛re · ∛(1 + i·t)."""
    real = np.real(x)
    with np.errstate(all="ignore"):
        turned = np.exp(log1p(_join(np.zeros_like(real), np.imag(x) / real)) / 3)
    return np.where(real == 0, np.power(x, 1 / 3), np.cbrt(real) * turned)[()]


def hypot(x: Any, y: Any) -> Any:
    """√(x² + y²), scaled so that nothing overflows."""
    size = np.maximum(np.abs(np.real(x)), np.abs(np.real(y)))
    scale = np.exp2(np.floor(np.log2(np.where(size > 0, size, 1.0))))
    return np.sqrt(np.square(x / scale) + np.square(y / scale)) * scale


def arctan2(y: Any, x: Any) -> Any:
    """The angle of the real point, and that of the small turn which is left after it."""
    size = np.maximum(np.abs(np.real(x)), np.abs(np.real(y)))
    scale = np.exp2(np.floor(np.log2(np.where(size > 0, size, 1.0))))
    u, v = x / scale, y / scale
    across, along = np.real(v), np.real(u)
    turn = (v * along - u * across) / (u * along + v * across)
    return np.arctan2(np.real(y), np.real(x)) + np.arctan(turn)


def _sided(x: Any) -> Any:
    """Of x and -x the one whose real part is not negative: unlike |x|, smooth at 0."""
    return np.where(np.real(x) >= 0, x, -x)


def logaddexp(x: Any, y: Any) -> Any:
    """log(e^x + e^y)."""
    difference = x - y
    larger = np.where(np.real(difference) >= 0, x, y)
    return (larger + log1p(np.exp(-_sided(difference))))[()]


def logaddexp2(x: Any, y: Any) -> Any:
    """log2(2^x + 2^y)."""
    difference = x - y
    larger = np.where(np.real(difference) >= 0, x, y)
    return (larger + log1p(exp2(-_sided(difference))) / math.log(2))[()]


def power(x: Any, y: Any) -> Any:
    """The power x^y: the real power, times what the imaginary parts turn it by."""
    real, exponent = np.real(x), np.real(y)
    with np.errstate(all="ignore"):
        turn = log1p(_join(np.zeros_like(real / 1), np.imag(x) / real))
        grown = np.imag(y) * np.log(np.where(np.imag(y) == 0, 1.0, real))
        value = np.power(real / 1, exponent) * np.exp(y * turn + _join(0.0 * grown, grown))
        return np.where(real == 0, np.power(x + 0j, y), value)[()]


def sinc(x: Any) -> Any:
    """sin(πx)/(πx), by its series near 0."""
    near = np.abs(x) < 1e-3
    angle = np.where(near, 1.0, math.pi * x)
    squared = np.square(math.pi * np.where(near, x, 0.0))
    return np.where(near, 1 - squared / 6 * (1 - squared / 20), np.sin(angle) / angle)[()]


def expit(x: Any) -> Any:
    """1/(1 + e^-x), in both tails."""
    small = np.exp(-_sided(x))
    return (np.where(np.real(x) >= 0, 1.0, small) / (1 + small))[()]


def log_expit(x: Any) -> Any:
    """-log(1 + e^-x)."""
    return (np.where(np.real(x) >= 0, 0.0, x) - log1p(np.exp(-_sided(x))))[()]
