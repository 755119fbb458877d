"""The gradient and the Hessian-vector product of a case, as this library finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from tests.oracles.table import CASES, Case

SEEDS = (1, 2)


def each_case(peer: str) -> Any:
    """Parametrise over the cases that a peer can be asked about, at several points."""
    cases = [case for case in CASES if peer not in case.without]
    return pytest.mark.parametrize(
        ("case", "seed"),
        [(case, seed) for case in cases for seed in SEEDS],
        ids=lambda value: str(value),
    )


def gradient(case: Case, seed: int) -> tuple[Any, ...]:
    arrays = case.arrays(seed)
    return dx.grad(case.scalar(np), argnums=tuple(range(len(arrays))))(*arrays)


def curvature(case: Case, seed: int) -> tuple[Any, ...]:
    """The Hessian times a direction."""
    answer = dx.hvp(case.scalar(np), tuple(case.arrays(seed)), tuple(case.directions(seed)))
    return answer if isinstance(answer, tuple) else (answer,)


def agree(found: tuple[Any, ...], wanted: Any, tolerance: float = 1e-10) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        other = np.asarray(other, np.float64)
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)
