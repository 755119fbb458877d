"""NumPy's functions that change their first argument: what a traced one becomes.

In: the array and the changes. Out: the node of the changed array; `front.lazy` moves the handle on
to it, and refuses where the array to be changed is a plain one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.front.numpy_names import picking
from infinitesimal.front.numpy_names.common import (
    IN_PLACE,
    axis_of,
    cast,
    force,
    node_of,
    reshaped,
    stretched,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem, setitem
from infinitesimal.front.numpy_names.methods import put
from infinitesimal.ops.index import scatter_add
from infinitesimal.ops.select import where as choose


@word("change put")
def change_put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> Node:
    return put(node_of(a), ind, v, mode)


@word("change fill_diagonal")
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> Node:
    """Values along the main diagonal, repeated where they are fewer than its places."""
    x = node_of(a)
    if x.type.ndim < 2:
        raise ValueError("array must be at least 2-d")
    marks = np.zeros(x.type.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    return put(x, np.flatnonzero(marks), val)


@word("change copyto")
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> Node:
    x, new = node_of(dst), node_of(src)
    if not np.can_cast(new.type.dtype, x.type.dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {new.type.dtype!r} to {x.type.dtype!r} "
            f"according to the rule '{casting}'"
        )
    new = stretched(cast(new, x.type.dtype), x.type.shape)
    return new if where is True else choose(cast(node_of(where), bool), new, x)


@word("change putmask")
def putmask(a: Any, mask: Any, values: Any) -> Node:
    """Where the mask is true, the value of the same place in `values`, repeated to the size."""
    x, supply = node_of(a), node_of(values)
    places = np.arange(x.type.size) % max(supply.type.size, 1)
    new = reshaped(picking.take(supply, places), x.type.shape)
    return choose(cast(node_of(mask), bool), cast(new, x.type.dtype), x)


@word("change place")
def place(arr: Any, mask: Any, vals: Any) -> Node:
    """The first values, one after the other, where the mask is true."""
    chosen = np.ravel(force(node_of(mask), "the mask of np.place"))
    return put(node_of(arr), np.flatnonzero(chosen), vals)


@word("change put_along_axis")
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> Node:
    x, places = node_of(arr), node_of(indices)
    if axis is None:
        flat = setitem(reshaped(x, (x.type.size,)), places, values)
        return reshaped(flat, x.type.shape)
    along = axis_of(axis, x.type.ndim)
    return setitem(x, picking.along_axis(places, x.type.shape, along), values)


def _at(ufunc: Any, weigh: Any) -> None:
    """`np.add.at(x, key, values)`: where a place is met more than once, every value counts."""

    @word(("change", ufunc, "at"))
    def at(a: Any, indices: Any, b: Any) -> Node:  # pyright: ignore[reportUnusedFunction]
        x = node_of(a)
        numbers = constant(np.arange(x.type.size).reshape(x.type.shape))
        places = getitem(numbers, indices)
        new = stretched(cast(node_of(b), x.type.dtype), places.type.shape)
        count = (places.type.size,)
        total = scatter_add(
            reshaped(new, count), reshaped(places, count), counts=(1,), shape=(x.type.size,)
        )
        return weigh(x, reshaped(total, x.type.shape))

    IN_PLACE[ufunc, "at"] = ("change", ufunc, "at")


_at(np.add, REGISTRY["add"])
_at(np.subtract, REGISTRY["subtract"])

IN_PLACE.update(
    {
        getattr(np, name): f"change {name}"
        for name in ("copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask")
    }
)
