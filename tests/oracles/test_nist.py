"""Exact Jacobians on NIST's certified regression problems, from easy to hard.

The data files state what the answers are, to eleven digits: nothing here is compared with our
own arithmetic except where a test says so.
"""

import numpy as np
import pytest

import infinitesimal as dx
from tests.oracles import nist
from tests.oracles.fitting import METHODS, digits, fit

PROBLEMS = nist.problems()
REQUIRED_DIGITS = 6
ABSENT = f"NIST's data files are not in {nist.FOLDER}: set NIST_STRD to the folder that holds them"

each_problem = pytest.mark.parametrize(
    "problem",
    [pytest.param(problem, id=problem.name) for problem in PROBLEMS]
    or [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))],
)
each_start = pytest.mark.parametrize("start", [1, 2])


def complex_step(problem, b):
    """The Jacobian by an imaginary step too small to be seen: exact to rounding, no rule used."""
    columns = []
    for k in range(len(b)):
        moved = b.astype(complex)
        size = 1e-30 * abs(b[k])
        moved[k] += 1j * size
        columns.append(problem.model(moved, problem.x).imag / size)
    return np.stack(columns, axis=1)


@each_problem
def test_the_files_are_read_and_modelled_as_nist_did(problem):
    residual = problem.residual(problem.certified)
    assert np.isclose(residual @ residual, problem.residual_sum_of_squares, rtol=1e-9, atol=0)


@each_problem
@pytest.mark.parametrize("where", ["start 1", "start 2", "certified"])
def test_the_jacobian_is_exact(problem, where):
    b = dict(zip(["start 1", "start 2"], problem.starts, strict=True)).get(where, problem.certified)
    exact = dx.jacobian(problem.residual)(b)
    expected = complex_step(problem, b)
    assert exact.shape == (len(problem.y), len(b))
    scale = np.abs(expected).max(axis=0)
    np.testing.assert_allclose(exact / scale, expected / scale, rtol=1e-11, atol=1e-14)


@each_problem
@each_start
def test_certified_digits_are_reached(problem, start):
    jacobian = dx.jacobian(problem.residual)
    reached = {method: fit(problem, start, method, jacobian).digits for method in METHODS}
    assert max(reached.values()) >= REQUIRED_DIGITS, reached


def test_digits_count_agreement_of_the_worst_parameter():
    certified = np.array([2.0, 3e-7])
    assert digits(certified, certified) == 11
    assert np.isclose(digits(certified * [1, 1 + 1e-4], certified), 4)
    assert digits(certified * [1, -5], certified) == 0
    assert digits(np.array([2.0, np.nan]), certified) == 0


def test_a_file_that_is_not_one_is_refused():
    with pytest.raises(ValueError, match="not a StRD file"):
        nist.parse("Misra1a", "Data:   y   x\n")
