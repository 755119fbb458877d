"""Certified digits on NIST's regression problems: exact Jacobians beside difference quotients.

Run as `python -m benchmarks.nist`. Every problem is solved from both of NIST's starting points
with every method of `scipy.optimize.least_squares`, under the same tolerances, once with the
exact Jacobian and once with each of SciPy's difference schemes. The table is printed and written
to `benchmarks/nist.md`. It holds no times: the same machine writes the same file.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy

import infinitesimal as dx
from tests.oracles import nist
from tests.oracles.fitting import METHODS, TOLERANCE, Fit, fit

REPORT = Path(__file__).with_suffix(".md")
ENOUGH_DIGITS = 6

# SciPy's default steps are relative to max(1, |b|). These are relative to |b| itself, as someone
# who knows that a parameter is small would ask.
RELATIVE_2_POINT = 1.5e-8
RELATIVE_3_POINT = 6e-6


@dataclass(frozen=True)
class Scheme:
    """One way to a Jacobian: exact, or a difference scheme of SciPy's with a step."""

    label: str
    differences: str | None = None
    step: float | None = None

    def solve(self, problem: nist.Problem, start: int, method: str) -> Fit:
        jacobian = self.differences or dx.jacobian(problem.residual)
        return fit(problem, start, method, jacobian, self.step)


SCHEMES = (
    Scheme("exact"),
    Scheme("2-point", "2-point"),
    Scheme("3-point", "3-point"),
    Scheme("2-point, relative", "2-point", RELATIVE_2_POINT),
    Scheme("3-point, relative", "3-point", RELATIVE_3_POINT),
)

Case = tuple[nist.Problem, int, str]
Results = dict[Case, tuple[Fit, ...]]


def cases(problems: tuple[nist.Problem, ...]) -> Iterator[Case]:
    for problem in problems:
        for start in (1, 2):
            for method in METHODS:
                yield problem, start, method


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def heading(first: tuple[str, ...], numbers: tuple[str, ...]) -> list[str]:
    return [row(*first, *numbers), "|" + "---|" * len(first) + "---:|" * len(numbers)]


def mark(digits: float) -> str:
    return f"{digits:.1f}" if digits >= ENOUGH_DIGITS else f"**{digits:.1f}**"


def summary(results: Results) -> list[str]:
    """One row per scheme: how often enough digits were reached, and at what cost."""
    pairs = {(problem, start) for problem, start, _ in results}
    numbers = ("fits", "starts", "median digits", "residuals", "Jacobians")
    lines = heading(("Jacobian",), numbers)
    for which, scheme in enumerate(SCHEMES):
        fits = {case: found[which] for case, found in results.items()}
        good = [case for case, one in fits.items() if one.digits >= ENOUGH_DIGITS]
        lines.append(
            row(
                scheme.label,
                f"{len(good)} of {len(fits)}",
                f"{len({(problem, start) for problem, start, _ in good})} of {len(pairs)}",
                f"{np.median([one.digits for one in fits.values()]):.1f}",
                # A fit that wanders off costs what it likes: count where every scheme arrived.
                sum(fits[case].functions for case in arrived_by_all(results)),
                sum(fits[case].jacobians for case in arrived_by_all(results)),
            )
        )
    return lines


def arrived_by_all(results: Results) -> list[Case]:
    return [
        case for case, fits in results.items() if all(one.digits >= ENOUGH_DIGITS for one in fits)
    ]


def table(results: Results) -> list[str]:
    """One row per problem, start and method: digits and calls with each scheme."""
    numbers = tuple(scheme.label for scheme in SCHEMES)
    lines = heading(("problem", "level", "start", "method"), numbers)
    for (problem, start, method), fits in results.items():
        exact, *others = fits
        cells = [f"{mark(exact.digits)} ({exact.functions} + {exact.jacobians})"]
        cells += [f"{mark(one.digits)} ({one.functions})" for one in others]
        lines.append(row(problem.name, problem.difficulty, start, method, *cells))
    return lines


def missed_by_all(results: Results) -> str:
    missed = [
        f"  - {problem.name} from start {start} with {method}"
        for (problem, start, method), fits in results.items()
        if all(one.digits < ENOUGH_DIGITS for one in fits)
    ]
    return "\n".join(missed) or "  - nowhere"


REPORT_TEXT = """\
# Certified digits: NIST's nonlinear regression problems

Written by `python -m benchmarks.nist` with NumPy {numpy} and SciPy {scipy}; it holds no times,
and the same machine writes the same file. Another machine's exponential may differ in its last
bit, which moves the digits past the seventh.

`scipy.optimize.least_squares` solves each of {problems} problems from NIST's two starting points
with its three methods; `x_scale="jac"`, ftol = xtol = gtol = {tolerance:g}, at most 2,000
iterations. Only the Jacobian differs: **exact** is `dx.jacobian(residual)`; *2-point* and
*3-point* are SciPy's difference schemes with its own steps, which are relative to max(1, |b|);
*relative* asks for steps relative to |b| itself (`diff_step` = {two:g} and {three:g}).

Digits are the log relative error −log₁₀(|b − c| / |c|) of the worst parameter against the
certified one, at most the eleven that are certified, 0 for a wrong answer.

## In sum

*fits*: problem, start and method with at least {enough} digits. *starts*: problem and start where
at least one method has them. *residuals* and *Jacobians*: calls, difference quotients included,
summed over the {common} fits where every scheme has {enough} digits.

{summary}

What to read from it:

- SciPy's default step is far too long for a parameter of 1e-7 (Hahn1 has one): the quotients are
  wrong and so is the answer. A step relative to the parameter repairs this. The exact Jacobian has
  no step to choose.
- Where quotients succeed, their last digits are a little worse with 2-point steps and as good with
  3-point steps of the right length.
- Calls are not time. An exact Jacobian is one call where quotients need as many as there are
  parameters, or twice as many; but it traces the function afresh, and for models that NumPy
  evaluates in ten microseconds that takes longer than the quotients. Here it buys digits, and
  freedom from the step.
- Where every scheme fails it is the method that fails:
{missed}
- About seven to eleven digits is what float64 allows. The cost is flat at its minimum, so that a
  step which no longer lowers its last bit is refused; which of lm, trf and dogbox stops nearer the
  minimum is then chance.

## Every fit

Digits (calls of the residual + calls of the Jacobian); fewer than {enough} digits in bold.

{table}
"""


def report(results: Results) -> str:
    return REPORT_TEXT.format(
        numpy=np.__version__,
        scipy=scipy.__version__,
        problems=len({problem.name for problem, _, _ in results}),
        tolerance=TOLERANCE,
        two=RELATIVE_2_POINT,
        three=RELATIVE_3_POINT,
        enough=ENOUGH_DIGITS,
        common=len(arrived_by_all(results)),
        summary="\n".join(summary(results)),
        missed=missed_by_all(results),
        table="\n".join(table(results)),
    )


def main() -> int:
    problems = nist.problems()
    if not problems:
        print(f"NIST's data files are not in {nist.FOLDER}: set NIST_STRD to their folder")
        return 1
    results = {case: tuple(scheme.solve(*case) for scheme in SCHEMES) for case in cases(problems)}
    text = report(results)
    print(text)
    REPORT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
