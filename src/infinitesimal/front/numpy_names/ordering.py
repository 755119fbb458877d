"""NumPy's names about the order of elements: running sums, sorting, quantiles, differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal import ops
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
