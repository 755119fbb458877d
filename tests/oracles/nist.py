"""NIST's certified nonlinear regression problems (Statistical Reference Datasets, StRD).

Each data file states a model, observations, two starting points and parameters certified to
eleven digits. `problems()` reads them and gives each its model in NumPy. The files are NIST's, from
https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml, and are looked for in the folder that
the variable NIST_STRD names, else in `../shared/data/nist_strd` beside the repository.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("NIST_STRD", REPOSITORY.parent / "shared" / "data" / "nist_strd"))

Model = Callable[[Any, Any], Any]


@dataclass(frozen=True, eq=False)
class Problem:
    """One data file: the model, where to start, what to find."""

    name: str
    difficulty: str
    model: Model
    starts: tuple[np.ndarray, np.ndarray]
    certified: np.ndarray
    residual_sum_of_squares: float
    x: np.ndarray
    y: np.ndarray

    def residual(self, b):
        return self.model(b, self.x) - self.y


def saturating_exponential(b, x):
    return b[0] * (1 - np.exp(-b[1] * x))


def damped_rational(b, x):
    b1, b2, b3 = b
    return np.exp(-b1 * x) / (b2 + b3 * x)


def two_gaussians(b, x):
    baseline = b[0] * np.exp(-b[1] * x)
    first = b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
    second = b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    return baseline + first + second


def cubic_over_cubic(b, x):
    b1, b2, b3, b4, b5, b6, b7 = b
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1 + b5 * x + b6 * x**2 + b7 * x**3)


def kowalik_osborne(b, x):
    return b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3])


def ratkowsky_sigmoid(b, x):
    b1, b2, b3, b4 = b
    return b1 / (1 + np.exp(b2 - b3 * x)) ** (1 / b4)


MODELS: dict[str, Model] = {
    "Misra1a": saturating_exponential,
    "Chwirut2": damped_rational,
    "Gauss1": two_gaussians,
    "Hahn1": cubic_over_cubic,
    "BoxBOD": saturating_exponential,
    "MGH09": kowalik_osborne,
    "Rat43": ratkowsky_sigmoid,
    "Thurber": cubic_over_cubic,
}


# Reading ---------------------------------------------------------------------------------------

NUMBER = r"\s+([-+.\dEe]+)"
PARAMETER = re.compile(r"^\s*b\d+\s*=" + 4 * NUMBER, re.MULTILINE)
RESIDUAL = re.compile(r"^Residual Sum of Squares:" + NUMBER, re.MULTILINE)
DIFFICULTY = re.compile(r"(Lower|Average|Higher) Level of Difficulty")
OBSERVATIONS = re.compile(r"^Number of Observations:\s+(\d+)", re.MULTILINE)
LAST_HEADING = re.compile(r"^Data:\s+y\s+x\s*$", re.MULTILINE)


def _only(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.search(text)
    if found is None:
        raise ValueError(f"not a StRD file: nothing in it matches {pattern.pattern!r}")
    return found


def parse(name: str, text: str) -> Problem:
    """A problem from the text of its .dat file.

    A parameter's line reads `b1 = start 1, start 2, certified value, standard deviation`; the
    observations, y before x, follow the last heading.
    """
    stated = int(_only(OBSERVATIONS, text)[1])
    rows = np.array(PARAMETER.findall(text), dtype=float)
    table = text[_only(LAST_HEADING, text).end() :]
    y, x = np.array([line.split() for line in table.split("\n") if line.strip()], dtype=float).T
    if len(y) != stated:
        raise ValueError(f"{name} states {stated} observations, and {len(y)} were read")
    return Problem(
        name=name,
        difficulty=_only(DIFFICULTY, text)[1].lower(),
        model=MODELS[name],
        starts=(rows[:, 0], rows[:, 1]),
        certified=rows[:, 2],
        residual_sum_of_squares=float(_only(RESIDUAL, text)[1]),
        x=x,
        y=y,
    )


def problems() -> tuple[Problem, ...]:
    """The problems whose data files are here, from easy to hard; none without the folder."""
    files = [(name, FOLDER / f"{name}.dat") for name in MODELS]
    return tuple(parse(name, file.read_text()) for name, file in files if file.exists())
