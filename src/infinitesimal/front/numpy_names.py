"""NumPy's names: for each function of NumPy, how it is said in words of the graph.

(temporary single file; becomes a folder)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, as_nodes
from infinitesimal.core.primitive import REGISTRY

WORDS: dict[Any, Callable[..., Any]] = {}
METHODS: dict[str, Any] = {"sum": np.sum}
VIEWS: set[Any] = set()


def _np_sum(x: Any, axis: Any = None) -> Node:
    (node,) = as_nodes([x])
    axes = tuple(range(node.type.ndim)) if axis is None else (axis,)
    return REGISTRY["sum"](node, axis=axes)


WORDS[np.sum] = _np_sum
