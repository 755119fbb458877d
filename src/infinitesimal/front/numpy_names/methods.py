"""The methods of an ndarray, by name, and which functions answer with a view of their argument.

A method that changes its array in place stands in `IN_PLACE`: the word says what the array becomes,
and `front.lazy` moves the handle on to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.errors import LostDerivativeError
from infinitesimal.front.numpy_names import picking
from infinitesimal.front.numpy_names.common import (
    IN_PLACE,
    METHODS,
    VIEWS,
    cast,
    node_of,
    reshaped,
    stretched,
    word,
)
from infinitesimal.front.numpy_names.indexing import setitem

# Methods whose arguments are those of the function of the same name, after the array itself.
SAME = """
all any argmax argmin argpartition argsort choose clip conj conjugate cumprod cumsum diagonal dot
max mean min nonzero prod ravel repeat round searchsorted squeeze std sum swapaxes take trace var
"""
METHODS.update({name: getattr(np, name) for name in SAME.split()})
METHODS.update(
    {name: f"method {name}" for name in ("astype", "compress", "reshape", "transpose", "view")}
)
METHODS.update(
    {name: f"method {name}" for name in ("tobytes", "dump", "dumps", "tofile", "to_device")}
)
IN_PLACE.update({name: f"method {name}" for name in ("fill", "partition", "put", "sort")})

VIEWS.update(
    {
        "method reshape",
        "method transpose",
        np.reshape,
        np.ravel,
        np.transpose,
        np.permute_dims,
        np.swapaxes,
        np.matrix_transpose,
        np.linalg.matrix_transpose,
        np.moveaxis,
        np.rollaxis,
        np.expand_dims,
        np.squeeze,
        np.broadcast_to,
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
        np.diagonal,
        np.linalg.diagonal,
        np.diag,
        np.flip,
        np.fliplr,
        np.flipud,
        np.rot90,
        np.real,
        np.split,
        np.array_split,
        np.hsplit,
        np.vsplit,
        np.dsplit,
        np.unstack,
        np.broadcast_arrays,
    }
)


@word(np.argpartition)
def argpartition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Node:
    """Sorted places are partitioned too."""
    return picking.argsort(a, axis, order=order)


@word("method compress")
def compress(a: Node, condition: Any, axis: Any = None, out: Any = None) -> Node:
    """`x.compress(condition)`: the function takes the condition first."""
    return picking.compress(condition, a, axis, out)


@word("method view")
def view(a: Node, dtype: Any = None, type: Any = None) -> Node:
    """The array itself; other bits cannot be seen behind a traced value."""
    if type is not None or (dtype is not None and np.dtype(dtype) != a.type.dtype):
        raise LostDerivativeError(
            f"x.view({dtype!r}) of a traced {a.type}",
            why="a traced array remembers numbers, not bits",
            instead="x.astype(dtype)",
        )
    return a


def _bits(name: str) -> None:
    @word(f"method {name}")
    def bits(a: Node, *args: Any, **options: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        raise LostDerivativeError(
            f"x.{name}() of a traced {a.type}",
            why="bytes have no past, so the derivative would be silently lost",
            instead="the array that the traced function returns",
        )


for _name in ("tobytes", "dump", "dumps", "tofile", "to_device"):
    _bits(_name)


# ---- in place


@word("method sort")
def sort(
    a: Node, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Node:
    return picking.sort(a, axis, kind, order)


@word("method partition")
def partition(
    a: Node, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Node:
    return picking.sort(a, axis, kind, order)


@word("method fill")
def fill(a: Node, value: Any) -> Node:
    return stretched(cast(node_of(value), a.type.dtype), a.type.shape)


@word("method put")
def put(a: Node, indices: Any, values: Any, mode: Any = "raise") -> Node:
    """Values at places of the flat array, repeated where they are fewer than the places."""
    places = picking.within(node_of(indices), a.type.size, mode)
    count = places.type.size
    new = node_of(values)
    supply = picking.take(new, np.arange(count) % max(new.type.size, 1))
    flat = setitem(reshaped(a, (a.type.size,)), reshaped(places, (count,)), supply)
    return reshaped(flat, a.type.shape)
