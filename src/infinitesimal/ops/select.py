"""Choosing between values: the one word behind every branch that is decided element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import Notation
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.declare import linear, unbroadcast


def _where_type(condition: Type, x: Type, y: Type) -> Type:
    try:
        shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    except ValueError:
        raise ShapeError(
            "where of a condition and two values",
            found=f"{condition}, {x}, {y}",
            why="their shapes do not broadcast: aligned from the right, sizes must be equal or 1",
            instead="reshape one of them, for instance x[:, None]",
        ) from None
    return array_type(np.result_type(x.dtype, y.dtype), tuple(shape))


def _taken(cotangent: Node, node: Node, position: int) -> Node:
    """The transpose: the cotangent where this operand was taken, and zero elsewhere."""
    condition = node.inputs[0]
    nothing = zeros(array_type(cotangent.type.dtype))
    branches = (cotangent, nothing) if position == 1 else (nothing, cotangent)
    return unbroadcast(where(condition, *branches), node.inputs[position].type)


_numpy_where: Any = np.where


def _where(condition: Any, x: Any, y: Any) -> Any:
    return _numpy_where(condition, x, y)[()]


where = linear(
    "where", _where, _where_type, _taken,
    operands=lambda _: range(1, 3), masks=True,
    batch=batching.aligned, because="the branch that was taken counts, the other does not",
    notation=Notation(
        "where({0}, {1}, {2})",
        r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
        "np.where({0}, {1}, {2})",
        100,
        (0, 0, 0),
    ),
)  # fmt: skip
