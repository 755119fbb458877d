"""The numbers of the vector mathematics: polynomials and constants, computed with mpmath.

`python -m tools.coefficients` writes src/infinitesimal/lower/vectormath/coefficients.py. A
polynomial goes through the function at the Chebyshev points of its interval, which is within a
small factor of the best there is; it is found to 200 bits, then each coefficient is rounded to the
format it is used in. A constant in parts is the sum of them; the first may have few bits, so that
its product with a whole number is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath

PAGE = Path(__file__).parents[1] / "src/infinitesimal/lower/vectormath/coefficients.py"
BITS = 200
# 48 stands for numbers of 64 bits of which about 35 count, as on the way to one of 32 bits
PRECISION = {64: 53, 48: 53, 32: 24}

mp = mpmath.mp


@dataclass(frozen=True)
class Polynomial:
    """What is approximated, where, and the degree for each format."""

    name: str
    says: str
    function: Callable[[Any], Any]
    interval: Callable[[], tuple[Any, Any]]
    degrees: dict[int, int]


@dataclass(frozen=True)
class Constant:
    """A number in parts; `first` says how many bits the first part has in each format."""

    name: str
    says: str
    value: Callable[[], Any]
    parts: int
    first: dict[int, int] | None = None


def through_zero(
    function: Callable[[Any], Any], *subtracted: Callable[[], Any]
) -> Callable[[Any], Any]:
    """The function without the first terms of its series, divided by what they leave: smooth."""

    def rest(x: Any) -> Any:
        x = x if x else mpmath.mpf(2) ** -60
        with mp.workprec(BITS * 4):
            value = function(x)
            for term in subtracted:
                value = (value - term()) / x
            return value

    return rest


def _root(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An odd function divided by its argument, as a function of the square; or an even one."""
    return lambda z: function(mpmath.sqrt(z))


def _sine_like(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return _root(lambda x: function(x) / x)


def _two_thirds() -> Any:
    return mpmath.mpf(2) / 3


def _two_over_root_pi() -> Any:
    return 2 / mpmath.sqrt(mpmath.pi)


def _logarithm(s: Any) -> Any:
    return mpmath.log((1 + s) / (1 - s)) / s


def _error_scaled(q: Any) -> Any:
    """(1 + 2x)·erfc(x)·exp(x²) where q = (x − 4)/(x + 4)."""
    x = 4 * (1 + q) / (1 - q) if q < 1 else mpmath.mpf(10) ** 30
    if x > 60:
        return (1 + 2 * x) / mpmath.sqrt(mpmath.pi) / x * mpmath.hyp2f0(1, 0.5, -1 / x**2)
    return (1 + 2 * x) * mpmath.erfc(x) * mpmath.exp(x * x)


def _error_middle() -> Any:
    return _error_scaled(mpmath.mpf(0))


def _half_log(margin: float) -> Callable[[], tuple[Any, Any]]:
    return lambda: (-mpmath.log(2) / 2 * margin, mpmath.log(2) / 2 * margin)


def _square_of(end: Callable[[], Any]) -> Callable[[], tuple[Any, Any]]:
    return lambda: (mpmath.mpf(0), end() ** 2)


ZERO, ONE, TWO, HALF = (
    lambda: mpmath.mpf(0),
    lambda: mpmath.mpf(1),
    lambda: mpmath.mpf(2),
    lambda: mpmath.mpf(0.5),
)
EIGHTH_TURN = _square_of(lambda: mpmath.pi / 4 * 1.005)
LOG_SHARE = _square_of(lambda: (3 - 2 * mpmath.sqrt(2)) * 1.001)

POLYNOMIALS = [
    Polynomial(
        "EXP",
        "(exp(x) - 1 - x) / x²",
        through_zero(mpmath.exp, ONE, ONE),
        _half_log(1.001),
        {64: 10, 48: 5, 32: 5},
    ),
    Polynomial(
        "EXP2",
        "(2^x - 1) / x",
        through_zero(lambda x: mpmath.mpf(2) ** x, ONE),
        lambda: (mpmath.mpf(-0.501), mpmath.mpf(0.501)),
        {64: 10, 32: 5},
    ),
    Polynomial(
        "SINH",
        "(sinh(x)/x - 1) / z, z = x²",
        through_zero(_sine_like(mpmath.sinh), ONE),
        lambda: (mpmath.mpf(0), (mpmath.log(2) / 2 * 1.001) ** 2),
        {64: 4, 32: 2},
    ),
    Polynomial(
        "COSH",
        "(cosh(x) - 1 - z/2) / z², z = x²",
        through_zero(_root(mpmath.cosh), ONE, HALF),
        lambda: (mpmath.mpf(0), (mpmath.log(2) / 2 * 1.001) ** 2),
        {64: 4, 32: 2},
    ),
    Polynomial(
        "LOG",
        "(log(1 + x) - x + x²/2) / x³",
        through_zero(mpmath.log1p, ZERO, ONE, lambda: -HALF()),
        lambda: (mpmath.sqrt(HALF()) - 1.001, mpmath.sqrt(TWO()) - 0.999),
        {64: 19, 32: 8},
    ),
    Polynomial(
        "LOG_SERIES",
        "(log((1 + s)/(1 - s))/s - 2) / z, z = s²",
        through_zero(_root(_logarithm), TWO),
        LOG_SHARE,
        {48: 3},
    ),
    Polynomial(
        "LOG_TAIL",
        "((log((1 + s)/(1 - s))/s - 2)/z - 2/3) / z, z = s²",
        through_zero(_root(_logarithm), TWO, _two_thirds),
        LOG_SHARE,
        {64: 7},
    ),
    Polynomial(
        "SIN",
        "(sin(x)/x - 1) / z, z = x²",
        through_zero(_sine_like(mpmath.sin), ONE),
        EIGHTH_TURN,
        {64: 5, 32: 3},
    ),
    Polynomial(
        "COS",
        "(cos(x) - 1 + z/2) / z², z = x²",
        through_zero(_root(mpmath.cos), ONE, lambda: -HALF()),
        EIGHTH_TURN,
        {64: 5, 32: 2},
    ),
    Polynomial(
        "ARCTAN",
        "(arctan(x)/x - 1) / z, z = x²",
        through_zero(_sine_like(mpmath.atan), ONE),
        _square_of(lambda: (mpmath.sqrt(2) - 1) * 1.001),
        {64: 10, 32: 4},
    ),
    Polynomial(
        "ARCSIN",
        "(arcsin(x)/x - 1) / z, z = x²",
        through_zero(_sine_like(mpmath.asin), ONE),
        _square_of(lambda: mpmath.mpf(0.5)),
        {64: 12, 32: 5},
    ),
    Polynomial(
        "INVERSE_CBRT",
        "m to the power -1/3",
        lambda m: 1 / mpmath.cbrt(m),
        lambda: (mpmath.mpf(1), mpmath.mpf(2)),
        {64: 6, 32: 3},
    ),
    Polynomial(
        "ERF",
        "(erf(x)/x - 2/√π) / z, z = x²",
        through_zero(_sine_like(mpmath.erf), _two_over_root_pi),
        _square_of(lambda: mpmath.mpf(1)),
        {64: 11, 32: 5},
    ),
    Polynomial(
        "ERFC",
        "((1 + 2x) erfc(x) exp(x²) - 9 erfc(4) exp(16)) / q, q = (x - 4)/(x + 4)",
        through_zero(_error_scaled, _error_middle),
        lambda: (mpmath.mpf(-0.8), mpmath.mpf(0.77)),
        {64: 20, 32: 10},
    ),
]

CONSTANTS = [
    Constant("LN2", "log 2", lambda: mpmath.log(2), 2, {64: 40, 32: 15}),
    Constant("LN2_EXACT", "log 2", lambda: mpmath.log(2), 1),
    Constant("LOG2_E", "1 / log 2", lambda: 1 / mpmath.log(2), 2),
    Constant("LOG10_E", "1 / log 10", lambda: 1 / mpmath.log(10), 2),
    Constant("LOG10_2", "log₁₀ 2", lambda: mpmath.log(2, 10), 2, {64: 40, 32: 15}),
    Constant("TWO_OVER_PI", "2/π", lambda: 2 / mpmath.pi, 1),
    Constant("HALF_PI", "π/2", lambda: mpmath.pi / 2, 3),
    Constant("QUARTER_PI", "π/4", lambda: mpmath.pi / 4, 2),
    Constant("PI", "π", lambda: mpmath.pi, 2),
    Constant("TWO_THIRDS", "2/3", _two_thirds, 2),
    Constant("CBRT_2", "the cube root of 2", lambda: mpmath.cbrt(2), 2),
    Constant("CBRT_4", "the cube root of 4", lambda: mpmath.cbrt(4), 2),
    Constant("ERFC_MIDDLE", "9 erfc(4) exp(16)", _error_middle, 2),
    Constant("TWO_OVER_ROOT_PI", "2/√π", _two_over_root_pi, 2),
]


def interpolated(function: Callable[[Any], Any], low: Any, high: Any, degree: int) -> list[Any]:
    """The polynomial through a function at the Chebyshev points of an interval."""
    count = degree + 1
    places = [
        (low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count))
        for k in range(count)
    ]
    powers = mpmath.matrix(count, count)
    for row, place in enumerate(places):
        for column in range(count):
            powers[row, column] = place**column
    return list(mpmath.lu_solve(powers, mpmath.matrix([function(place) for place in places])))


def rounded(value: Any, bits: int) -> Any:
    """The nearest number of that many bits."""
    with mp.workprec(bits):
        return +value


def in_parts(value: Any, count: int, precision: int, first: int) -> list[float]:
    """Numbers that add up to the value, each as near as it can be."""
    found: list[float] = []
    for place in range(count):
        part = rounded(value, first if place == 0 else precision)
        value = value - part
        found.append(float(part))
    return found


def two_over_pi(words: int) -> list[int]:
    """The binary digits of 2/π behind the point, 32 a word."""
    with mp.workprec(32 * words + 64):
        digits = int(mpmath.floor(mpmath.ldexp(2 / mpmath.pi, 32 * words)))
    return [digits >> 32 * (words - 1 - place) & 0xFFFFFFFF for place in range(words)]


def tables() -> dict[str, tuple[str, dict[int, list[float]]]]:
    """Every polynomial and constant by name: what it is, and its numbers for each format."""
    found: dict[str, tuple[str, dict[int, list[float]]]] = {}
    with mp.workprec(BITS):
        for one in POLYNOMIALS:
            low, high = one.interval()
            numbers = {
                bits: [
                    float(rounded(coefficient, PRECISION[bits]))
                    for coefficient in interpolated(one.function, low, high, degree)
                ]
                for bits, degree in one.degrees.items()
            }
            ends = f"{float(low):.4g} to {float(high):.4g}"
            found[one.name] = (f"{one.says}, from {ends}", numbers)
        for constant in CONSTANTS:
            value, first = constant.value(), constant.first or PRECISION
            parts = {
                bits: in_parts(value, constant.parts, precision, first[bits])
                for bits, precision in PRECISION.items()
                if bits != 48
            }
            found[constant.name] = (constant.says, parts)
    return found


def lines() -> Iterator[str]:
    """The generated module."""
    yield '"""Polynomials and constants of the vector mathematics, by the bits of the format.'
    yield ""
    yield "Generated by tools/coefficients.py, which says what they are; not to be edited."
    yield '"""'
    yield ""
    yield "# fmt: off"
    yield "Table = dict[int, tuple[float, ...]]"
    for name, (says, numbers) in tables().items():
        yield ""
        yield f"# {says}"
        yield f"{name}: Table = {{"
        for bits, values in numbers.items():
            yield f"    {bits}: ("
            told = [f"{value!r}," for value in values]
            yield from (f"        {' '.join(told[k : k + 3])}" for k in range(0, len(told), 3))
            yield "    ),"
        yield "}"
    yield ""
    yield "# the binary digits of 2/π behind the point, 32 a word"
    yield "TWO_OVER_PI_WORDS: tuple[int, ...] = ("
    words = [f"0x{word:08X}," for word in two_over_pi(40)]
    for start in range(0, len(words), 8):
        yield "    " + " ".join(words[start : start + 8])
    yield ")"


def main() -> None:
    """Write the module."""
    PAGE.write_text("\n".join(lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
