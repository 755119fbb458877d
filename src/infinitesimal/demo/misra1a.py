"""One of NIST's certified regression problems, whole: data, starts, certified values, model.

In: nothing. Out: `PRESSURE`, `VOLUME`, `STARTS`, `CERTIFIED` and the `model` that joins them, as a
scientist would type them in. NIST solved the problem in extended precision; the parameters are
certified to eleven digits.

    Misra1a, Statistical Reference Datasets, National Institute of Standards and Technology,
    https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml. The observations are D. Misra's:
    Dental Research Monomolecular Adsorption Study, NIST, 1978.
"""

from typing import Any

import numpy as np

__all__ = ["CERTIFIED", "PRESSURE", "STARTS", "VOLUME", "model", "residual"]

_OBSERVATIONS = np.array(
    [
        # volume, pressure
        (10.07, 77.6),
        (14.73, 114.9),
        (17.94, 141.1),
        (23.93, 190.8),
        (29.61, 239.9),
        (35.18, 289.0),
        (40.02, 332.8),
        (44.82, 378.4),
        (50.76, 434.8),
        (55.05, 477.3),
        (61.01, 536.8),
        (66.40, 593.1),
        (75.47, 689.1),
        (81.78, 760.0),
    ]
)
VOLUME, PRESSURE = _OBSERVATIONS.T

STARTS = (np.array([500.0, 0.0001]), np.array([250.0, 0.0005]))
CERTIFIED = np.array([2.3894212918e02, 5.5015643181e-04])


def model(b: Any, x: Any) -> Any:
    """The volume adsorbed at pressure x: it saturates at b₁, at the rate b₂."""
    return b[0] * (1 - np.exp(-b[1] * x))


def residual(b: Any) -> Any:
    """What the model leaves unexplained; the fit makes its sum of squares least."""
    return model(b, PRESSURE) - VOLUME
