"""Against PyTorch, where it happens to be installed: gradients, and Hessian-vector products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.oracles.ours import agree, curvature, each_case, gradient
from tests.oracles.table import Case, weights

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


@each_case("torch")
def test_torch_agrees(case: Case, seed: int) -> None:
    from tests.oracles.torch_names import TorchNames

    names = TorchNames()
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in case.arrays(seed)]
    directions = [torch.tensor(d, dtype=torch.float64) for d in case.directions(seed)]
    answer = case.function(names, *xs)
    if answer.ndim:
        answer = torch.sum(answer * torch.from_numpy(weights(tuple(answer.shape))))
    parts = torch.autograd.grad(answer, xs, create_graph=True)
    agree(gradient(case, seed), [part.detach().numpy() for part in parts])
    along = sum(torch.sum(part * d) for part, d in zip(parts, directions, strict=True))
    turned = torch.autograd.grad(along, xs, allow_unused=True)
    agree(
        curvature(case, seed),
        [
            np.zeros(x.shape) if part is None else part.numpy()
            for x, part in zip(xs, turned, strict=True)
        ],
    )
