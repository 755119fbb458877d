"""Against JAX in float64: gradients, and Hessian-vector products forward over reverse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracles.ours import agree, curvature, each_case, gradient
from tests.oracles.table import Case

jax: Any = pytest.importorskip("jax", reason="JAX is not installed")


@each_case("jax")
def test_jax_agrees(case: Case, seed: int) -> None:
    assert jax.config.jax_enable_x64
    arrays = tuple(case.arrays(seed))
    theirs = jax.grad(case.scalar(jax.numpy), argnums=tuple(range(len(arrays))))
    with jax.disable_jit():
        value, turned = jax.jvp(theirs, arrays, tuple(case.directions(seed)))
    agree(gradient(case, seed), value)
    agree(curvature(case, seed), turned)
