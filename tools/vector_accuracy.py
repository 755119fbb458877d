"""How accurate the vector mathematics is: every function and format against mpmath.

`python -m tools.vector_accuracy` prints the table, in Markdown. A case says what the function is in
mpmath and where it is sampled: every size, both signs, close to its poles and roots, and where the
algorithm changes. The tests use the same cases with fewer points.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from infinitesimal.lower.vectormath.functions import program_of
from infinitesimal.lower.vectormath.numpy_machine import run
from infinitesimal.lower.vectormath.program import F32, F64, Lane
from tools.sampling import Sampler, between, line, pairs, ray

POINTS = 20000
LANES = (F64, F32)
DTYPES = {"f64": np.float64, "f32": np.float32}
LOOSE = ("tanh", "power", "erf", "erfc", "arcsinh", "arccosh", "arctanh")

mp = mpmath.mp


@dataclass(frozen=True)
class Case:
    """A function in mpmath, and where to sample it in each format."""

    exact: Callable[..., Any]
    sample: Callable[[Lane], Sampler]


def limit(name: str) -> float:
    """The error that is promised, in units in the last place."""
    return 2.5 if name in LOOSE else 1.5


def _sizes(lane: Lane) -> tuple[float, float]:
    """The smallest and the largest size that are sampled; the smallest has few digits left."""
    return (1e-320, 1.7e308) if lane is F64 else (1e-43, 3.3e38)


def _line(lane: Lane) -> Sampler:
    return line(*_sizes(lane))


def _ray(lane: Lane) -> Sampler:
    return mixed(ray(*_sizes(lane)), near(1.0))


def _until(double: float, single: float) -> Callable[[Lane], Sampler]:
    """Both signs, up to where the answer is too large or too small."""
    return lambda lane: line(_sizes(lane)[0], double if lane is F64 else single)


def _from_one(lane: Lane) -> Sampler:
    return mixed(ray(1e-16, _sizes(lane)[1], start=1.0), ray(1e-7, 10, start=1.0))


def near(*points: float) -> Sampler:
    """At every distance from one of some points."""

    def sample(rng: Any, count: int) -> Any:
        sizes = np.exp(rng.uniform(np.log(1e-16), np.log(0.5), count))
        return rng.choice(points, count) * (1 + rng.choice([-1.0, 1.0], count) * sizes)

    return sample


def mixed(*samplers: Sampler) -> Sampler:
    """Some points of each."""

    def sample(rng: Any, count: int) -> Any:
        share = count // len(samplers) + 1
        return np.concatenate([one(rng, share) for one in samplers])[:count]

    return sample


def quarters(lane: Lane) -> Sampler:
    """Angles: of every size, in the first turns, and as close to quarter turns as can be."""

    def close(rng: Any, count: int) -> Any:
        whole = np.floor(np.exp(rng.uniform(0, np.log(1e15), count)))
        return (whole * (np.pi / 2)).astype(DTYPES[lane.name]).astype(np.float64)

    ends = near(2.0**28, 2.0**13, np.pi / 4, 3 * np.pi / 4)
    return mixed(line(*_sizes(lane)), line(1e-3, 1e4), close, ends)


def _powers(lane: Lane) -> Sampler:
    """Operands whose power is of every size."""
    bases = mixed(ray(*_sizes(lane)), near(1.0), ray(0.1, 10.0))
    end = 745.0 if lane is F64 else 104.0

    def sample(rng: Any, count: int) -> Any:
        x = bases(rng, count).astype(DTYPES[lane.name]).astype(np.float64)
        with np.errstate(all="ignore"):
            y = rng.uniform(-end, end, count) / np.log(x)
        return x, np.where(np.isfinite(y), y, 1.0)

    return sample


def _plane(lane: Lane) -> Sampler:
    return pairs(line(*_sizes(lane)), line(*_sizes(lane)))


def _unit(_: Lane) -> Sampler:
    return between(-1.0, 1.0, -0.5, 0.0, 0.5)


def _cbrt(x: Any) -> Any:
    return mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x)


def _expit(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x)) if x > 0 else mpmath.exp(x) / (1 + mpmath.exp(x))


CASES: dict[str, Case] = {
    "exp": Case(mpmath.exp, _until(745, 103)),
    "exp2": Case(lambda x: mpmath.mpf(2) ** x, _until(1074, 149)),
    "expm1": Case(mpmath.expm1, _until(709, 88)),
    "expit": Case(_expit, _until(745, 103)),
    "log": Case(mpmath.log, _ray),
    "log2": Case(lambda x: mpmath.log(x) / mpmath.log(2), _ray),
    "log10": Case(mpmath.log10, _ray),
    "log1p": Case(
        mpmath.log1p, lambda lane: mixed(ray(1e-17, _sizes(lane)[1], start=-1.0), line(1e-40, 0.9))
    ),
    "sin": Case(mpmath.sin, quarters),
    "cos": Case(mpmath.cos, quarters),
    "tan": Case(mpmath.tan, quarters),
    "arcsin": Case(mpmath.asin, _unit),
    "arccos": Case(mpmath.acos, _unit),
    "arctan": Case(mpmath.atan, _line),
    "arctan2": Case(mpmath.atan2, _plane),
    "sinh": Case(mpmath.sinh, _until(710, 89)),
    "cosh": Case(mpmath.cosh, _until(710, 89)),
    "tanh": Case(mpmath.tanh, _until(25, 12)),
    "arcsinh": Case(mpmath.asinh, _line),
    "arccosh": Case(mpmath.acosh, _from_one),
    "arctanh": Case(mpmath.atanh, _unit),
    "power": Case(lambda x, y: x**y, _powers),
    "cbrt": Case(_cbrt, _line),
    "hypot": Case(mpmath.hypot, _plane),
    "erf": Case(mpmath.erf, _until(6.5, 4.5)),
    "erfc": Case(
        mpmath.erfc, lambda lane: mixed(line(1e-300, 6), ray(0.1, 27 if lane is F64 else 10))
    ),
}


def sampled(name: str, lane: Lane, count: int, seed: int = 0) -> list[Any]:
    """Operands of a function, of its format; the same for the same seed."""
    rng = np.random.default_rng(zlib.crc32(f"{name} {lane} {seed}".encode()))
    with np.errstate(all="ignore"):
        found = CASES[name].sample(lane)(rng, count)
        arrays = found if isinstance(found, tuple) else (found,)
        arrays = [np.asarray(array).astype(DTYPES[lane.name]) for array in arrays]
    usable = np.logical_and.reduce([np.isfinite(array) for array in arrays])
    return [array[usable] for array in arrays]


def errors(name: str, lane: Lane, operands: list[Any], values: Any) -> Any:
    """The distance of each value from the exact one, in units in its last place.

    Below the smallest normal number the units are those of its neighbours; what is exactly beyond
    the largest number must be infinite.
    """
    exact, largest = CASES[name].exact, float(np.finfo(DTYPES[lane.name]).max)
    found = np.empty(len(values))
    with mp.workprec(140):
        for place, value in enumerate(values.tolist()):
            point = [mpmath.mpf(operand[place].item()) for operand in operands]
            true = exact(*point)
            size = abs(true)
            if size > largest * (1 + mpmath.ldexp(1, -lane.mantissa - 2)):
                found[place] = 0.0 if value == float("inf") * mpmath.sign(true) else np.inf
            elif not np.isfinite(value):
                found[place] = 0.0 if size >= largest else np.inf
            else:
                scale = max(mpmath.frexp(size)[1] - 1, 1 - lane.bias) - lane.mantissa
                found[place] = abs(mpmath.mpf(value) - true) / mpmath.ldexp(1, scale)
    return found


def worst(name: str, lane: Lane, count: int, fused: bool = True) -> tuple[float, str]:
    """The largest error among so many points, and where it is."""
    operands = sampled(name, lane, count)
    (values,) = run(program_of(name, lane, fused), *operands)
    found = errors(name, lane, operands, values)
    place = int(np.argmax(found))
    return float(found[place]), ", ".join(f"{operand[place].item():.9g}" for operand in operands)


def main(count: int) -> None:
    """Print the table."""
    print("| function | float64: worst ULP | where | float32: worst ULP | where |")
    print("|---|---|---|---|---|")
    for name in CASES:
        cells = [
            f"{error:.2f} | {where}"
            for error, where in (worst(name, lane, count) for lane in LANES)
        ]
        print(f"| `{name}` | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else POINTS)
