"""The names of NumPy that `tests.oracles.table` uses, in PyTorch.

PyTorch calls some of them otherwise, and wants tensors where NumPy takes arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

SAME = """
    exp expm1 log log1p sqrt sin cos tan tanh sinh cosh arcsin arccos arctan arcsinh arctanh arccosh
    arctan2 hypot logaddexp abs maximum minimum where sign matmul einsum reshape outer stack
""".split()


class TorchNames:
    """A namespace with NumPy's spelling."""

    def __getattr__(self, name: str) -> Any:
        if name not in SAME:
            raise AttributeError(name)
        function = getattr(torch, name)

        def called(*args: Any, **options: Any) -> Any:
            return function(*[_tensor(arg) for arg in args], **options)

        return called

    @staticmethod
    def sum(x: Any, axis: Any = None) -> Any:
        return torch.sum(x) if axis is None else torch.sum(x, dim=axis)

    @staticmethod
    def mean(x: Any, axis: Any = None) -> Any:
        return torch.mean(x) if axis is None else torch.mean(x, dim=axis)

    @staticmethod
    def prod(x: Any) -> Any:
        return torch.prod(x)

    @staticmethod
    def max(x: Any) -> Any:
        return torch.amax(x)

    @staticmethod
    def min(x: Any, axis: int) -> Any:
        return torch.amin(x, dim=axis)

    @staticmethod
    def cumsum(x: Any, axis: int = 0) -> Any:
        return torch.cumsum(x, dim=axis)

    @staticmethod
    def cumprod(x: Any, axis: int = 0) -> Any:
        return torch.cumprod(x, dim=axis)

    @staticmethod
    def sort(x: Any) -> Any:
        return torch.sort(x).values

    @staticmethod
    def dot(x: Any, y: Any) -> Any:
        return torch.matmul(x, y)

    @staticmethod
    def transpose(x: Any) -> Any:
        return x.T

    @staticmethod
    def concatenate(parts: Any) -> Any:
        return torch.cat(parts)

    @staticmethod
    def array(values: Any) -> Any:
        return torch.tensor(values)

    @staticmethod
    def arange(count: int) -> Any:
        return torch.arange(count)


def _tensor(value: Any) -> Any:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value
