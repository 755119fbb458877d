"""Numbers as a careful hand writes them: exact where possible, with the float64 beside them.

In: a graph and the values of its leaves. Out: for each node a `Number`: its float64 value (or
array), and its exact value as a fraction where every word on the way is +, −, ×, ÷ or a power with
a small integer exponent. The exact value of a typed 0.1 is one tenth, as the person who typed it
means.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT
from infinitesimal.core.node import Node, postorder
from infinitesimal.explain.expression import Expression, array, minus, number, over, rounded, text

__all__ = ["DIGITS", "Number", "decimal", "exact_values", "fraction", "shown"]

DIGITS = 6  # significant digits of a number that has no short exact form
LARGEST_EXPONENT = 64
_LARGEST_BITS = 2048
_SMALL_ARRAY = 6
_TYPED = 15  # significant digits that somebody may have typed


@dataclass(frozen=True, eq=False)
class Number:
    """What a quantity came to: `value` in float64, a float or an array; `exact` a fraction or None.

    >>> tenth = Number(13.099999999999952, Fraction("13.1"))
    >>> str(tenth), tenth.differs
    ('13.1', True)
    """

    value: Any
    exact: Fraction | None = None

    @property
    def differs(self) -> bool:
        """Whether float64 arithmetic came to another number than exact arithmetic."""
        return self.exact is not None and float(self.value) != _nearest(self.exact)

    @property
    def scalar(self) -> bool:
        """Whether it is one number rather than an array."""
        return np.ndim(self.value) == 0

    def __str__(self) -> str:
        return decimal(self.exact) if self.exact is not None else _full(self.value)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Number)
            and self.exact == other.exact
            and np.array_equal(self.value, other.value, equal_nan=True)
        )

    def __hash__(self) -> int:
        return hash((self.exact, np.asarray(self.value).tobytes()))


def _nearest(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.copysign(math.inf, exact)


def fraction(value: Any) -> Fraction | None:
    """The number somebody means who writes this float in its shortest form, or None.

    >>> fraction(0.1)
    Fraction(1, 10)
    """
    if np.ndim(value) or not np.isfinite(value):
        return None
    plain = np.asarray(value)[()]
    if plain.dtype.kind in "biu":
        return Fraction(int(plain))
    digits = str(plain)
    # so many digits were computed, not typed: π and e are not the fractions of their float64
    return Fraction(digits) if len(digits.strip("-0.")) <= _TYPED else None


def decimal(exact: Fraction) -> str:
    """The shortest writing of a fraction: a decimal, else a quotient, else its float64.

    >>> decimal(Fraction(131, 10)), decimal(Fraction(-1, 3))
    ('13.1', '-1/3')
    """
    places = _decimal_places(exact.denominator)
    if places is not None and len(str(abs(exact.numerator))) <= 30:
        return _placed(exact, places)
    if abs(exact.numerator) < 10**6 and exact.denominator < 10**4:
        return f"{exact.numerator}/{exact.denominator}"
    return _full(_nearest(exact))


def _decimal_places(denominator: int) -> int | None:
    """How many decimal places a fraction of this denominator needs; None for too many."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    return places if rest == 1 and places <= 16 else None


def _placed(exact: Fraction, places: int) -> str:
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    whole = digits[: len(digits) - places] if places else digits
    sign = "-" if exact < 0 else ""
    return f"{sign}{whole}.{digits[-places:]}" if places else sign + whole


def _full(value: Any) -> str:
    if np.ndim(value):
        return np.array2string(np.asarray(value), precision=DIGITS, separator=", ", threshold=40)
    text = repr(float(value) + 0.0)  # no negative zero
    return text.removesuffix(".0")


def shown(given: Number | Fraction | float | Any, digits: int = DIGITS) -> Expression:
    """A number or array as it is written on a line."""
    if isinstance(given, Number):
        given = given.value if given.exact is None else given.exact
    if isinstance(given, Fraction):
        return _shown_fraction(given, digits)
    values = np.asarray(given)
    if values.ndim == 0:
        return _shown_float(float(values), digits)
    if values.ndim <= 2 and all(size <= _SMALL_ARRAY for size in values.shape):
        return array(*[shown(row, digits) for row in values])
    return _summary(values)


def _shown_fraction(exact: Fraction, digits: int) -> Expression:
    text = decimal(exact)
    if "/" in text:
        top, bottom = text.removeprefix("-").split("/")
        quotient = over(number(top), number(bottom))
        return minus(quotient) if exact < 0 else quotient
    if _decimal_places(exact.denominator) is None or len(text) > 24:
        return _shown_float(_nearest(exact), digits)
    return number(text)


def _shown_float(value: float, digits: int) -> Expression:
    short = f"{value + 0.0:.{digits}g}"
    if float(short) == value or not math.isfinite(value):
        return number(_full(value) if len(_full(value)) <= digits + 3 else short)
    return rounded(short)


def _summary(values: Any) -> Expression:
    """An array too large to print: its shape, its range and its size."""
    shape = "×".join(map(str, values.shape))
    if not values.size:
        return text(f"an empty array {shape}")
    low, high, norm = (
        f"{float(x):.4g}" for x in (values.min(), values.max(), np.linalg.norm(values))
    )
    return text(f"{shape} numbers, {low} … {high}, norm {norm}")


def exact_values(
    nodes: Sequence[Node], leaves: Mapping[Node, Fraction | None]
) -> dict[Node, Fraction]:
    """The exact value of every node below `nodes` that has one, given those of the leaves."""
    found: dict[Node, Fraction] = {
        node: exact for node, exact in leaves.items() if exact is not None
    }
    for node in postorder(nodes, dict(leaves)):
        exact = _exact(node, found)
        if (
            exact is not None
            and exact.numerator.bit_length() + exact.denominator.bit_length() < _LARGEST_BITS
        ):
            found[node] = exact
    return found


def _exact(node: Node, found: Mapping[Node, Fraction]) -> Fraction | None:
    if node.type.shape or node.type.dtype.kind == "c":
        return None
    if node.primitive is CONSTANT:
        return fraction(node.params[0].array)
    rule = _EXACT.get(node.primitive.name)
    if rule is None or any(operand not in found for operand in node.inputs):
        return None
    exponents = map(Fraction, node.params) if node.primitive.name == "integer_power" else ()
    return rule(*[found[operand] for operand in node.inputs], *exponents)


def _divided(top: Fraction, bottom: Fraction) -> Fraction | None:
    return top / bottom if bottom else None


def _raised(base: Fraction, exponent: Fraction) -> Fraction | None:
    if (
        exponent.denominator != 1
        or abs(exponent) > LARGEST_EXPONENT
        or (base == 0 and exponent < 0)
    ):
        return None
    power = base ** int(exponent)
    return power if isinstance(power, Fraction) else Fraction(power)  # pyright: ignore[reportUnnecessaryIsInstance]


def _squared(x: Fraction) -> Fraction:
    return x * x


_EXACT: dict[str, Any] = {  # functions of fractions, to a fraction or None
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "scale": operator.mul,
    "scale_both": operator.mul,
    "divide": _divided,
    "negative": operator.neg,
    "positive": operator.pos,
    "power": _raised,
    "integer_power": _raised,
    "quotient": _divided,
    "astype": operator.pos,
    "reshape": operator.pos,
    "broadcast": operator.pos,
    "square": _squared,
    "reciprocal": functools.partial(_divided, Fraction(1)),
}
