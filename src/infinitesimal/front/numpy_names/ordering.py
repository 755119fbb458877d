"""NumPy's names about the order of elements: running sums, sorting, quantiles, differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.front.numpy_names.common import (
    axis_of,
    cast,
    node_of,
    refuse,
    reshaped,
    word,
)


def _flat(x: Node, axis: Any) -> tuple[Node, int]:
    """The array and an axis; for None, its elements in one axis."""
    if axis is None:
        return reshaped(x, (x.type.size,)), 0
    x = x if x.type.ndim else reshaped(x, (1,))
    return x, axis_of(axis, x.type.ndim)


@word(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Node:
    refuse("cumsum", out=out)
    x, along = _flat(cast(node_of(a), dtype), axis)
    return ops.order.cumsum(x, axis=along)


@word(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Node:
    refuse("cumprod", out=out)
    x, along = _flat(cast(node_of(a), dtype), axis)
    return ops.order.cumprod(x, axis=along)


def _cumulative(name: str, meaning: Any, first: int) -> Any:
    def cumulative(
        x: Any,
        /,
        *,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        include_initial: bool = False,
    ) -> Node:
        refuse(name, out=out)
        node = node_of(x)
        node = node if node.type.ndim else reshaped(node, (1,))
        if axis is None and node.type.ndim != 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        along = axis_of(0 if axis is None else axis, node.type.ndim)
        answer = meaning(node, along, dtype)
        if not include_initial:
            return answer
        shape = (*answer.type.shape[:along], 1, *answer.type.shape[along + 1 :])
        front = constant(np.full(shape, first, answer.type.dtype))
        return ops.shape.concatenate(front, answer, axis=along)

    return cumulative


for _name, _meaning, _first in (("cumulative_sum", cumsum, 0), ("cumulative_prod", cumprod, 1)):
    if hasattr(np, _name):  # NumPy 2.1
        word(getattr(np, _name))(_cumulative(_name, _meaning, _first))
