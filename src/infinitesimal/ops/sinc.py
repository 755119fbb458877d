"""sin(πx)/(πx) and its derivatives of every order, right near 0, at large x, and near the roots.

With s_k for the k-th derivative: differentiating x·s_0 = sin(πx)/π k times gives the recurrence
x·s_k + k·s_(k-1) = π^(k-1)·sin(πx + kπ/2). It divides by x and subtracts numbers that may be almost
equal, so near 0 the power series takes its place, and where the terms cancel it is repeated with
twice the digits.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.notation import ATOM
from infinitesimal.core.primitive import Domain, Notation
from infinitesimal.ops import continuation
from infinitesimal.ops.declare import elementwise
from infinitesimal.ops.doubled import PI, Pair, exact, in_double, over, plus, rounded, times

# NumPy's overloads lose the type Any
_where: Any = np.where
_NEAR = 0.25  # below it, the terms of the series fall fast enough not to cancel


@in_double(1)
def _derivative(x: Any, order: int) -> Any:
    flat = x.reshape(-1)
    answer = np.empty_like(flat)
    near = np.abs(flat) < _NEAR
    answer[near] = _series(flat[near], order)
    far = flat[~near]
    value, doubt = _recurrence(far, order)
    delicate = ~(doubt <= 3 * np.abs(value)) & np.isfinite(far)
    value[delicate] = _doubled_recurrence(far[delicate], order)
    answer[~near] = value
    return answer.reshape(x.shape)


def _series(x: Any, order: int) -> Any:
    """Σ_m (-1)^m π^(2m) x^(2m-k) / ((2m+1)·(2m-k)!) over 2m ≥ k, by Horner's rule in x²."""
    first = (order + 1) // 2
    squared = x * x
    total: Any = np.zeros_like(x)
    for m in reversed(range(first, first + 12 + order)):
        weight = (-1) ** m * math.pi ** (2 * m) / ((2 * m + 1) * math.factorial(2 * m - order))
        total = total * squared + weight
    return total * x + 0.0 if order % 2 else total  # 0.0: the slope at 0 is not minus zero


def _recurrence(x: Any, order: int) -> tuple[Any, Any]:
    """s_k, and the sum of the sizes of the roundings on the way, weighed as they pass on."""
    angle, quadrant = _reduced(x)
    circle = np.sin(math.pi * angle), np.cos(math.pi * angle)
    value = _turned(circle, quadrant, 0) / (math.pi * x)
    doubt = 3 * np.abs(value)
    for k in range(1, order + 1):
        term = math.pi ** (k - 1) * _turned(circle, quadrant, k)
        value, doubt = (term - k * value) / x, (2 * np.abs(term) + k * doubt) / np.abs(x)
    return value, doubt


def _doubled_recurrence(x: Any, order: int) -> Any:
    angle, quadrant = _reduced(x)
    turn = times(PI, (angle, 0.0))
    circle = _taylor(turn, 1), _taylor(turn, 0)
    value = over(_over_pi(_pair_turned(circle, quadrant, 0)), x)
    power: Pair = (1.0, 0.0)
    for k in range(1, order + 1):
        term = times(power, _pair_turned(circle, quadrant, k))
        value = over(plus(term, times((-float(k), 0.0), value)), x)
        power = times(power, PI)
    return rounded(value)


def _reduced(x: Any) -> tuple[Any, Any]:
    """The angle in units of π, within a quarter of 0, and the quadrant it is turned by: exact."""
    turn = x - 2 * np.rint(x / 2)
    quarter = np.rint(2 * turn)
    return turn - quarter / 2, quarter


def _turned(circle: tuple[Any, Any], quadrant: Any, quarters: int) -> Any:
    """sin(πx + quarters·π/2) from the sine and cosine of the reduced angle."""
    place = np.mod(quadrant + quarters, 4)
    value = _where(np.mod(place, 2) == 0, circle[0], circle[1])
    return _where(place >= 2, -value, value)


def _pair_turned(circle: tuple[Pair, Pair], quadrant: Any, quarters: int) -> Pair:
    sine, cosine = circle
    high = _turned((sine[0], cosine[0]), quadrant, quarters)
    return high, _turned((sine[1], cosine[1]), quadrant, quarters)


def _taylor(angle: Pair, parity: int) -> Pair:
    """The sine (parity 1) or cosine (0) of an angle within π/4 of 0, by its power series."""
    squared = times(angle, angle)
    total: Pair = (np.zeros_like(angle[0]), np.zeros_like(angle[0]))
    for k in reversed(range(15)):
        total = plus(
            times(total, squared), exact(Fraction((-1) ** k, math.factorial(2 * k + parity)))
        )
    return times(total, angle) if parity else total


def _over_pi(pair: Pair) -> Pair:
    """A pair divided by π: a quotient, and the quotient of what it leaves."""
    first = pair[0] / math.pi
    back = times(PI, (-first, 0.0))
    rest = plus(pair, back)
    return plus((first, 0.0), (rest[0] / math.pi, rest[1] / math.pi))


_BECAUSE = "sin(πx) = πx·sinc(x), differentiated on both sides"
_REAL = Domain(((-3.0, 3.0),))

sinc = elementwise(
    "sinc", np.sinc, lambda x, _: sinc_derivative(x, order=1),
    because=_BECAUSE, domain=_REAL, analytic=continuation.sinc, cost=2,
)  # fmt: skip
sinc_derivative = elementwise(
    "sinc_derivative", _derivative,
    lambda x, answer: sinc_derivative(x, order=answer.params[0] + 1),
    because=_BECAUSE, domain=_REAL, answers=False, cost=8, parameters={"order": 1},
    notation=Notation(
        "sinc^({order})({0})", r"\operatorname{{sinc}}^{{({order})}}\left({0}\right)",
        "sinc_derivative({0}, {order})", ATOM, (0,),
    ),
)  # fmt: skip
