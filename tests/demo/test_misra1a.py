import numpy as np
import pytest

from infinitesimal.demo import misra1a
from tests.oracles import nist


def test_the_residual_sum_of_squares_is_the_certified_one():
    remaining = misra1a.residual(misra1a.CERTIFIED)
    assert np.isclose(remaining @ remaining, 1.2455138894e-01, rtol=1e-9, atol=0)


def test_the_numbers_are_those_of_nists_file():
    file = {problem.name: problem for problem in nist.problems()}.get("Misra1a")
    if file is None:
        pytest.skip(f"NIST's data files are not in {nist.FOLDER}")
    np.testing.assert_array_equal(misra1a.PRESSURE, file.x)
    np.testing.assert_array_equal(misra1a.VOLUME, file.y)
    np.testing.assert_array_equal(misra1a.STARTS, file.starts)
    np.testing.assert_array_equal(misra1a.CERTIFIED, file.certified)
