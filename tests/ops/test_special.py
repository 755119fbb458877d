"""SciPy's special functions: answered under their own names, and imported only when used."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.special

import infinitesimal as dx
from infinitesimal.core.primitive import BY_NUMPY

EXACT = {
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfinv": mpmath.erfinv,
    "ndtr": mpmath.ncdf,
    "gamma": mpmath.gamma,
    "gammaln": mpmath.loggamma,
    "loggamma": mpmath.loggamma,
    "psi": mpmath.digamma,
    "digamma": mpmath.digamma,
    "expit": lambda x: 1 / (1 + mpmath.exp(-x)),
    "log_expit": lambda x: -mpmath.log(1 + mpmath.exp(-x)),
    "logit": lambda x: mpmath.log(x / (1 - x)),
    "entr": lambda x: -x * mpmath.log(x),
}


@pytest.mark.parametrize("name", EXACT)
def test_three_derivatives(name: str) -> None:
    function = getattr(scipy.special, name)
    onward = function
    for order in (1, 2, 3):
        function = dx.grad(function)
        onward = _forward(onward)
        with mpmath.mp.workdps(60):
            exact = float(mpmath.diff(EXACT[name], mpmath.mpf("0.375"), order))
        assert function(0.375) == pytest.approx(exact, rel=1e-13), order
        assert onward(0.375) == pytest.approx(exact, rel=1e-13), order


def _forward(function):
    return lambda x: dx.jvp(function, (x,), (1.0,))[1]


def test_the_tails_of_the_error_functions() -> None:
    with mpmath.mp.workdps(60):
        exact = [
            float(-2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-(mpmath.mpf(x) ** 2)))
            for x in (5.3, 26.1)
        ]
    slopes = [dx.grad(scipy.special.erfc)(x) for x in (5.3, 26.1)]
    np.testing.assert_allclose(slopes, exact, rtol=5e-16)
    assert dx.grad(scipy.special.erf)(1e200) == 0.0


def test_nothing_times_the_logarithm_of_nothing() -> None:
    assert dx.grad(scipy.special.xlogy, argnums=1)(0.0, 0.0) == 0.0
    assert dx.grad(scipy.special.xlogy, argnums=0)(0.0, 0.0) == -np.inf
    assert dx.grad(scipy.special.xlogy, argnums=(0, 1))(2.0, 4.0) == (np.log(4.0), 0.5)
    assert dx.grad(scipy.special.xlog1py, argnums=1)(0.0, -1.0) == 0.0
    assert dx.grad(dx.grad(scipy.special.xlogy, argnums=1), argnums=1)(0.0, 0.0) == 0.0


def test_the_entropy_of_a_certain_outcome() -> None:
    share = np.array([0.5, 0.0, 1.0])
    np.testing.assert_array_equal(scipy.special.entr(share), [0.5 * np.log(2), 0.0, 0.0])
    slopes = dx.grad(lambda p: np.sum(scipy.special.entr(p)))(share)
    np.testing.assert_array_equal(slopes, [np.log(2) - 1, np.inf, -1.0])


def test_the_logistic_curve_in_both_tails() -> None:
    slope = dx.grad(scipy.special.expit)
    np.testing.assert_allclose([slope(-700.0), slope(700.0)], np.exp(-700.0), rtol=1e-15)
    assert slope(-1000.0) == slope(1000.0) == 0.0


def test_every_name_is_one_of_scipy() -> None:
    names = [key for key in BY_NUMPY if isinstance(key, str)]
    assert names
    for name in names:
        assert hasattr(scipy.special, name.removeprefix("scipy.special."))


def test_scipy_is_imported_when_first_needed() -> None:
    program = (
        "import sys, infinitesimal as dx, numpy as np; dx.grad(np.tanh)(1.0);"
        "assert 'scipy' not in sys.modules;"
        "from infinitesimal.core.primitive import REGISTRY; REGISTRY['erf'].evaluate(1.0);"
        "assert 'scipy.special' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": "src"})
