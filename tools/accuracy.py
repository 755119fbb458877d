"""How accurate the derivative rules are: every partial against 1600-bit arithmetic.

`make accuracy` samples the partials of each elementwise word over its whole domain, compares them
with mpmath's function differentiated numerically at 1600 bits, and writes docs/accuracy.md. The
tests use the same functions with fewer points (tests/laws/test_accuracy.py).
"""

from __future__ import annotations

import platform
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

import infinitesimal as dx
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.types import array_type
from tools.sampling import Sampler, apart, between, between_poles, line, pairs, ray

PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
POINTS = 1000
LIMIT = 4.0
TINY = 2.0**-1022  # the smallest normal number
HUGE = float(np.finfo(np.float64).max)

mp = mpmath.mp


# ---- the exact side


def differentiated(
    function: Callable[..., Any], point: tuple[float, ...], k: int, bits: int
) -> Any:
    """The k-th partial, by a central difference with a step of 2^(-bits/12) of the operand."""
    with mp.workprec(bits):
        exact = [mpmath.mpf(x) for x in point]
        size = abs(exact[k]) or mpmath.mpf(1)
        step = mpmath.ldexp(size, -bits // 12)
        above, below = list(exact), list(exact)
        above[k] += step
        below[k] -= step
        return (function(*above) - function(*below)) / (2 * step)


def error(computed: float, exact: Any, slack: float = 0.0) -> float:
    """The distance in units in the last place of the exact value, each of them `slack` larger.

    Below the smallest normal number every answer that is as small counts as exact, and so does an
    infinity for what is as large as the largest number.
    """
    if abs(exact) < TINY:
        return 0.0 if abs(computed) <= TINY else float("inf")
    if abs(exact) > HUGE * (1 - 1e-14):
        return 0.0 if abs(computed) > HUGE * (1 - 1e-14) else float("inf")
    if not np.isfinite(computed):
        return float("inf")
    unit = float(np.spacing(abs(float(exact)))) + slack
    return float(abs(mpmath.mpf(computed) - exact) / unit)


# ---- what is compared


@dataclass(frozen=True)
class Case:
    """A word's function in mpmath, where to sample it, and its static parameters.

    `word` is its name where the key in the table is another, for a second range of operands.
    `roots`: whether a partial has roots that are no round numbers. There a unit is what the last
    place of an operand makes, for an answer cannot be better than the point it is asked at.
    """

    exact: Callable[..., Any]
    sample: Sampler
    params: tuple[tuple[str, Any], ...] = ()
    bits: int = 1600
    word: str = ""
    roots: bool = False


def _sign(x: Any) -> int:
    return 1 if x > 0 else -1


def _share(x: Any, y: Any) -> Any:
    return 1 / (1 + mpmath.exp(y - x))


def _sinc(x: Any) -> Any:
    return mpmath.sinpi(x) / (mpmath.pi * x) if x else mpmath.mpf(1)


def _sinc_slope(x: Any) -> Any:
    return (mpmath.cospi(x) - _sinc(x)) / x if x else mpmath.mpf(0)


def _log_size_of_gamma(x: Any) -> Any:
    return mpmath.log(abs(mpmath.gamma(x)))


PLANE = pairs(line(1e-150, 1e150), line(1e-150, 1e150))
TAME = line(1e-300, 700)
DIVISION = apart(line(1e-5, 1e5), line(0.1, 1e5))
POWERS = pairs(ray(1e-100, 1e100), line(1e-10, 100))

CASES: dict[str, Case] = {
    "add": Case(lambda x, y: x + y, PLANE),
    "subtract": Case(lambda x, y: x - y, PLANE),
    "multiply": Case(lambda x, y: x * y, PLANE),
    "divide": Case(lambda x, y: x / y, PLANE),
    "quotient": Case(lambda x, y: x / y, PLANE),
    "negative": Case(lambda x: -x, line()),
    "positive": Case(lambda x: x, line()),
    "square": Case(lambda x: x * x, line()),
    "one_less_square": Case(lambda x: 1 - x * x, line(1e-20, 1)),
    "reciprocal": Case(lambda x: 1 / x, line()),
    "remainder": Case(lambda x, y: x - y * mpmath.floor(x / y), DIVISION),
    "fmod": Case(lambda x, y: mpmath.fmod(abs(x), abs(y)) * _sign(x), DIVISION),
    "integer_power": Case(lambda x: x**7, line(1e-40, 1e40), (("n", 7),)),
    "power": Case(lambda x, y: x**y, POWERS),
    "float_power": Case(lambda x, y: x**y, POWERS),
    "power_slope": Case(lambda x, y: y * x ** (y - 1), POWERS, roots=True),
    "power_growth": Case(lambda x, y: x**y * mpmath.log(x), POWERS, roots=True),
    "power_derivative": Case(
        lambda x, y: x**y * mpmath.log(x) ** 2, POWERS, (("n", 0), ("m", 2))
    ),
    "exp": Case(mpmath.exp, TAME),
    "expm1": Case(lambda x: mpmath.exp(x) - 1, TAME),
    "exp2": Case(lambda x: mpmath.mpf(2) ** x, line(1e-300, 1020)),
    "log": Case(mpmath.log, ray()),
    "log1p": Case(lambda x: mpmath.log(1 + x), ray(1e-16, 1e300, start=-1.0)),
    "log2": Case(lambda x: mpmath.log(x, 2), ray()),
    "log10": Case(lambda x: mpmath.log(x, 10), ray()),
    "sqrt": Case(mpmath.sqrt, ray()),
    "cbrt": Case(lambda x: _sign(x) * mpmath.cbrt(abs(x)), line()),
    "logaddexp": Case(
        lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)), pairs(TAME, TAME)
    ),
    "logaddexp2": Case(
        lambda x, y: mpmath.log(mpmath.mpf(2) ** x + mpmath.mpf(2) ** y, 2), pairs(TAME, TAME)
    ),
    "logaddexp_share": Case(_share, pairs(line(1e-300, 300), line(1e-300, 300))),
    "logaddexp2_share": Case(
        lambda x, y: 1 / (1 + mpmath.mpf(2) ** (y - x)), pairs(line(1e-300, 300), line(1e-300, 300))
    ),
    "sin": Case(mpmath.sin, line(1e-300, 1e15)),
    "cos": Case(mpmath.cos, line(1e-300, 1e15), bits=3600),
    "tan": Case(mpmath.tan, line(1e-300, 1e15)),
    "arcsin": Case(mpmath.asin, between(-1, 1, 0)),
    "arccos": Case(mpmath.acos, between(-1, 1, 0)),
    "arctan": Case(mpmath.atan, line()),
    "arctan2": Case(mpmath.atan2, PLANE),
    "sinh": Case(mpmath.sinh, TAME),
    "cosh": Case(mpmath.cosh, TAME, bits=3600),
    "sech": Case(mpmath.sech, line(1e-300, 350), bits=3600),
    "tanh": Case(mpmath.tanh, TAME),
    "arcsinh": Case(mpmath.asinh, line()),
    "arccosh": Case(mpmath.acosh, ray(1e-16, 1e300, start=1.0)),
    "arctanh": Case(mpmath.atanh, between(-1, 1, 0)),
    "deg2rad": Case(mpmath.radians, line()),
    "radians": Case(mpmath.radians, line()),
    "rad2deg": Case(mpmath.degrees, line()),
    "degrees": Case(mpmath.degrees, line()),
    "hypot": Case(mpmath.hypot, PLANE, bits=3600),
    "direction": Case(lambda x, y: x / mpmath.hypot(x, y), PLANE),
    "sinc": Case(_sinc, line(1e-300, 1e6), bits=3600),
    "sinc_derivative": Case(_sinc_slope, line(1e-300, 1e6), (("order", 1),), bits=5000),
    "absolute": Case(abs, line()),
    "fabs": Case(abs, line()),
    "copysign": Case(lambda x, y: abs(x) * _sign(y), apart(line(), line())),
    "heaviside": Case(lambda x, y: mpmath.mpf(x > 0), apart(line(), line())),
    "maximum": Case(max, apart(line(), line())),
    "minimum": Case(min, apart(line(), line())),
    "fmax": Case(max, apart(line(), line())),
    "fmin": Case(min, apart(line(), line())),
    "bell": Case(lambda x: mpmath.exp(-x * x), line(1e-300, 26), bits=3600),
    "normal_bell": Case(lambda x: mpmath.exp(-x * x / 2), line(1e-300, 37), bits=3600),
    "erf": Case(mpmath.erf, line(1e-300, 26)),
    "erfc": Case(mpmath.erfc, line(1e-300, 26)),
    "ndtr": Case(mpmath.ncdf, line(1e-300, 37)),
    "erfinv": Case(mpmath.erfinv, between(-1, 1, 0)),
    "erfinv_slope": Case(
        lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(mpmath.erfinv(x) ** 2), between(-1, 1)
    ),
    "gamma": Case(mpmath.gamma, ray(1e-150, 170), bits=400),
    "gammaln": Case(mpmath.loggamma, ray(1e-150, 1e100), bits=400),
    "loggamma": Case(mpmath.loggamma, ray(1e-150, 1e100), bits=400),
    "digamma": Case(mpmath.digamma, ray(1e-150, 1e100), bits=400),
    "polygamma": Case(
        lambda x: mpmath.polygamma(1, x), ray(1e-90, 1e90), (("order", 1),), bits=400
    ),
    "gamma, x < 0": Case(mpmath.gamma, between_poles, (), 1000, "gamma", roots=True),
    "gammaln, x < 0": Case(
        _log_size_of_gamma, between_poles, bits=1000, word="gammaln", roots=True
    ),
    "digamma, x < 0": Case(mpmath.digamma, between_poles, bits=1000, word="digamma"),
    "polygamma, x < 0": Case(
        lambda x: mpmath.polygamma(1, x),
        between_poles,
        (("order", 1),),
        1000,
        "polygamma",
        roots=True,
    ),
    "expit": Case(lambda x: 1 / (1 + mpmath.exp(-x)), TAME),
    "log_expit": Case(lambda x: -mpmath.log(1 + mpmath.exp(-x)), TAME),
    "logit": Case(lambda x: mpmath.log(x / (1 - x)), between(0, 1)),
    "entr": Case(lambda x: -x * mpmath.log(x), ray(1e-300, 1e300), roots=True),
    "xlogy": Case(lambda x, y: x * mpmath.log(y), apart(line(1e-150, 1e150), ray(1e-150, 1e150))),
    "xlog1py": Case(
        lambda x, y: x * mpmath.log(1 + y),
        apart(line(1e-150, 1e150), ray(1e-16, 1e150, start=-1.0)),
    ),
}  # fmt: skip


# ---- measuring


@dataclass(frozen=True)
class Finding:
    """The worst error of one partial, and where it was found."""

    name: str
    operand: int
    ulp: float
    where: tuple[float, ...]


def measure(name: str, points: int = POINTS) -> Iterator[Finding]:
    """The worst error of each partial of a word, over so many points."""
    case = CASES[name]
    primitive = REGISTRY[case.word or name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = case.sample(rng, points)
    operands = drawn if isinstance(drawn, tuple) else (drawn,)
    for k, partial in enumerate(primitive.partials):
        if partial is None:
            continue
        computed = partial_values(primitive, k, operands, dict(case.params))
        worst = max(
            (compared(case, float(value), tuple(map(float, point)), k), point)
            for value, *point in zip(computed, *operands, strict=True)
        )
        yield Finding(name, k, worst[0], tuple(float(x) for x in worst[1]))


def compared(case: Case, computed: float, point: tuple[float, ...], k: int) -> float:
    """The error of one value of the k-th partial."""
    exact = differentiated(case.exact, point, k, case.bits)
    slack = 0.0
    if case.roots:
        for j, x in enumerate(point):
            beside = (*point[:j], float(np.nextafter(x, 2 * x)), *point[j + 1 :])
            slack += float(abs(differentiated(case.exact, beside, k, case.bits) - exact))
    return error(computed, exact, slack)


def partial_values(
    primitive: Primitive, k: int, operands: tuple[Any, ...], params: dict[str, Any]
) -> Any:
    """The k-th partial at these operands, evaluated as the library evaluates it."""
    inputs = [input_node(array_type(np.float64, operand.shape)) for operand in operands]
    answer = primitive(*inputs, **params)
    partial = primitive.partials[k]
    found = partial(*inputs, answer) if callable(partial) else partial
    if not isinstance(found, Node):
        return np.full(operands[0].shape, float(found))
    value = evaluate([found], dict(zip(inputs, operands, strict=True)))[0]
    return np.broadcast_to(value, operands[0].shape)


# ---- what is promised

ROOTS = "has roots: units of the answer, or those that the last place of an operand makes"
# Partials that miss the limit: word and operand, the error they are held to, and why.
EXCEPTIONS: dict[tuple[str, int], tuple[float, str]] = {
    ("direction", 0): (8.0, "a second derivative: three divisions by the same rounded length"),
    ("direction", 1): (8.0, "a second derivative: three divisions by the same rounded length"),
    ("digamma, x < 0", 0): (8.0, "the square of a rounded cotangent"),
    ("erfinv_slope", 0): (16.0, "a second derivative: the slope of erfinv enters twice"),
}


@dataclass(frozen=True)
class Named:
    """A delicate point: how a user would ask for it, the answer, and the exact one."""

    asked: str
    answer: float
    exact: Any


def named_cases() -> list[Named]:
    """The points where the textbook formula loses all digits, through the public calculus."""
    grad = dx.grad
    with mp.workprec(2000):
        e, one = mpmath.exp, mpmath.mpf(1)
        sinc_at = lambda x: _sinc_slope(mpmath.mpf(x))  # noqa: E731
        return [
            Named("grad(np.tanh)(19.0)", grad(np.tanh)(19.0), mpmath.sech(19) ** 2),
            Named("grad(np.tanh)(350.0)", grad(np.tanh)(350.0), mpmath.sech(350) ** 2),
            Named("grad(grad(np.tanh))(800.0)", grad(grad(np.tanh))(800.0), mpmath.mpf(0)),
            Named("grad(np.expm1)(-40.0)", grad(np.expm1)(-40.0), e(-40)),
            Named("grad(np.logaddexp)(1e50, 1e50)", grad(np.logaddexp)(1e50, 1e50), one / 2),
            Named(
                "grad(np.logaddexp)(-300.1, 400.3)",
                grad(np.logaddexp)(-300.1, 400.3),
                _share(mpmath.mpf(-300.1), mpmath.mpf(400.3)),
            ),
            Named("grad(np.sinc)(1e-8)", grad(np.sinc)(1e-8), sinc_at(1e-8)),
            Named("grad(np.sinc)(1e-3)", grad(np.sinc)(1e-3), sinc_at(1e-3)),
            Named("grad(grad(np.sinc))(0.0)", grad(grad(np.sinc))(0.0), -(mpmath.pi**2) / 3),
            Named(
                "grad(np.log1p)(-1 + 2.0**-53)",
                grad(np.log1p)(-1 + 2.0**-53),
                mpmath.mpf(2) ** 53,
            ),
            Named(
                "grad(np.arctanh)(1 - 2.0**-53)",
                grad(np.arctanh)(1 - 2.0**-53),
                1 / (1 - (1 - mpmath.mpf(2) ** -53) ** 2),
            ),
            Named(
                "grad(np.hypot)(1e200, 1e200)", grad(np.hypot)(1e200, 1e200), mpmath.sqrt(one / 2)
            ),
            Named("grad(np.hypot)(0.0, 0.0)", grad(np.hypot)(0.0, 0.0), mpmath.mpf(0)),
            Named(
                "grad(grad(np.hypot))(1.0, 1.0)",
                grad(grad(np.hypot))(1.0, 1.0),
                1 / mpmath.sqrt(8),
            ),
            Named("grad(lambda x: x**3)(0.0)", grad(lambda x: x**3)(0.0), mpmath.mpf(0)),
            Named("grad(lambda x: x**0)(0.0)", grad(lambda x: x**0)(0.0), mpmath.mpf(0)),
            Named("grad(lambda y: 0.0**y)(2.0)", grad(lambda y: 0.0**y)(2.0), mpmath.mpf(0)),
            Named(
                "grad(lambda x: x**0.3)(1e-300)",
                grad(lambda x: x**0.3)(1e-300),
                mpmath.mpf(0.3) * mpmath.mpf(1e-300) ** (mpmath.mpf(0.3) - 1),
            ),
        ]


# ---- the page


def page(points: int = POINTS) -> str:
    """The text of docs/accuracy.md."""
    findings = [finding for name in CASES for finding in measure(name, points)]
    return "\n".join([*_head(points), *_named_table(), "", *_table(findings), ""])


def _head(points: int) -> list[str]:
    import scipy

    return [
        "<!-- written by `make accuracy`; do not edit -->",
        "",
        "# Accuracy of the derivative rules",
        "",
        f"Each partial at {points} seeded points of its whole domain: every size from 1e-300 to",
        "1e300, close to poles and ends, operands unrelated, alike and equal. The exact value is",
        "that of mpmath's function, differentiated numerically at 1600 bits or more. Errors are",
        f"in units in the last place (ULP) of float64; the promise is {LIMIT:g}. Where the exact",
        "value is below the smallest normal number, 2.2e-308, any answer as small counts as exact.",
        "",
        f"Measured with NumPy {np.__version__}, SciPy {scipy.__version__}, Python"
        f" {platform.python_version()}, {platform.machine()}. NumPy's own functions differ by up",
        "to 4 ULP between processors, and the numbers below with them.",
        "",
    ]


def _named_table() -> list[str]:
    rows = ["## Delicate points", "", "| asked | answer | ULP |", "|---|---|---|"]
    for case in named_cases():
        answer = repr(float(case.answer))
        rows.append(f"| `{case.asked}` | {answer} | {error(float(case.answer), case.exact):.2f} |")
    return rows


def _table(findings: list[Finding]) -> list[str]:
    rows = [
        "## Every partial",
        "",
        "| name | partial | worst ULP | where | note |",
        "|---|---|---|---|---|",
    ]
    for found in sorted(findings, key=lambda found: (found.name, found.operand)):
        params = "".join(f", {name}={value}" for name, value in CASES[found.name].params)
        where = ", ".join(f"{x:.6g}" for x in found.where)
        ordinary = (LIMIT, ROOTS if CASES[found.name].roots else "")
        note = EXCEPTIONS.get((found.name, found.operand), ordinary)[1]
        partial = "∂" + "xyz"[found.operand] + params
        rows.append(f"| `{found.name}` | {partial} | {found.ulp:.2f} | {where} | {note} |")
    return rows


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(int(sys.argv[1]) if len(sys.argv) > 1 else POINTS), encoding="utf-8")
    print(f"wrote {PAGE}")
