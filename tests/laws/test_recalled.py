"""A derivative recalled is the derivative derived: the same bits, whatever was asked before.

The constants are those that derivation itself brings in (0, 1, 2, ½, −1), so that a number of the
function is easily taken for a number of its derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal.front import recall
from tests.profiles import programs

CONSTANTS: list[Any] = [
    0.0, -0.0, 1.0, 2.0, 0.5, -1.0, 3.0, 1, 2, 0, -1, True, np.float32(2), np.float64(1),
    np.array(2.0), np.inf, np.nan,
]  # fmt: skip
PLACES = [np.array([0, 1]), np.array([1, 1]), np.array([2, 0])]
POINTS = [np.array([0.7, -1.3, 2.1]), np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])]


def _written(x: Any, c: Any, d: Any, i: Any) -> Any:
    y = x.copy()
    y[i] = y[i] * c
    y[0] = d
    return y * x


FUNCTIONS: list[Callable[..., Any]] = [
    lambda x, c, d, i: x * c + d,
    lambda x, c, d, i: (x + c) * (x + d),
    lambda x, c, d, i: x**c,
    lambda x, c, d, i: (x * x) ** c + d * x,
    lambda x, c, d, i: np.power(c, x) * d,
    lambda x, c, d, i: np.maximum(x, c) * d,
    lambda x, c, d, i: np.where(x > c, x * d, x * x),
    lambda x, c, d, i: x / (d + 3.0) + c * x,
    lambda x, c, d, i: np.clip(x, c, 5.0) * d,
    lambda x, c, d, i: np.sum(np.take(x, i) * x[i]) * d + c * x,
    lambda x, c, d, i: np.hypot(x, c) * d,
    lambda x, c, d, i: np.logaddexp(x, c) + np.arctan2(x, d),
    _written,
    lambda x, c, d, i: np.prod(x * c) + x * d,
    lambda x, c, d, i: np.linalg.norm(x * c) * x,
    lambda x, c, d, i: np.dot(x, np.array([c, d, 1.0], float)) * x,
    lambda x, c, d, i: np.sort(x * c) * d,
    lambda x, c, d, i: np.cumprod(x + c) * d,
    lambda x, c, d, i: np.interp(x, [0.0, 1.0, 2.0], np.array([c, d, 1.0], float)),
    lambda x, c, d, i: 2.0 * x * c + 2.0 * d * x - np.square(x) * 0.5,
    lambda x, c, d, i: np.tanh(x) * c - 1.0 * d * np.sqrt(x * x + 1.0),
]
WAYS: list[Callable[[Any], Any]] = [
    lambda f: dx.value_and_grad(lambda x: np.sum(f(x))),
    dx.jacrev,
    dx.jacfwd,
    lambda f: dx.hessian(lambda x: np.sum(f(x))),
    lambda f: dx.grad(lambda x: np.sum(dx.grad(lambda y: np.sum(f(y)))(x) * POINTS[0])),
]


def outcome(call: Callable[[], Any]) -> list[Any]:
    """The results as plain arrays, or the class of the error."""
    try:
        with np.errstate(all="ignore"):
            found = call()
    except (TypeError, ValueError) as error:
        return [type(error)]
    return [np.asarray(part) for part in (found if isinstance(found, tuple) else (found,))]


@settings(max_examples=3 * programs())
@given(
    st.sampled_from(FUNCTIONS), st.sampled_from(WAYS), st.sampled_from(POINTS),
    st.sampled_from(CONSTANTS), st.sampled_from(CONSTANTS), st.sampled_from(PLACES),
)  # fmt: skip
def test_recalled_is_derived(f: Any, way: Any, x: Any, c: Any, d: Any, i: Any) -> None:
    differentiated = way(lambda x: f(x, c, d, i) * np.ones(3))
    recalled = outcome(lambda: differentiated(x))
    kept = dict(recall._programs)
    recall._programs.clear()
    derived = outcome(lambda: differentiated(x))
    recall._programs.update(kept)
    for one, other in zip(recalled, derived, strict=True):
        if isinstance(one, type):
            assert one is other
        else:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
