"""Against HIPS/autograd: gradients, and Hessian-vector products reverse over reverse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracles.ours import agree, curvature, each_case, gradient
from tests.oracles.table import Case

autograd: Any = pytest.importorskip("autograd", reason="autograd is not installed")
names: Any = pytest.importorskip("autograd.numpy", reason="autograd is not installed")


@each_case("autograd")
def test_autograd_agrees(case: Case, seed: int) -> None:
    arrays, directions = case.arrays(seed), case.directions(seed)
    theirs = autograd.grad(case.scalar(names), argnum=tuple(range(len(arrays))))

    def along(*xs: Any) -> Any:
        return sum(names.sum(part * d) for part, d in zip(theirs(*xs), directions, strict=True))

    agree(gradient(case, seed), theirs(*arrays))
    turned = autograd.grad(along, argnum=tuple(range(len(arrays))))(*arrays)
    agree(curvature(case, seed), turned)
