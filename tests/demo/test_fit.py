import numpy as np
import pytest

from infinitesimal.demo import fit
from infinitesimal.demo.misra1a import STARTS


@pytest.mark.parametrize("start", STARTS, ids=["start 1", "start 2"])
def test_the_exact_jacobian_gains_digits_for_fewer_calls(start):
    exact = fit.fit(start, exact=True)
    quotients = fit.fit(start, exact=False)
    assert exact.digits >= 9
    assert 6 <= quotients.digits < exact.digits
    assert exact.functions + exact.jacobians < quotients.functions
    assert quotients.jacobians == 0


def test_digits_are_those_of_the_worst_parameter():
    certified = np.array([2.0, 3e-7])
    assert fit.digits(certified, certified) == 11
    assert np.isclose(fit.digits(certified * [1, 1 + 1e-4], certified), 4)
    assert fit.digits(certified * [1, -5], certified) == 0


def test_the_page_fits_a_terminal_and_names_both_jacobians():
    page = fit.page()
    assert max(map(len, page.splitlines())) <= 80
    rows = [line.split()[0] for line in page.splitlines() if line.strip()]
    assert rows.count("exact") == rows.count("2-point") == len(STARTS)
