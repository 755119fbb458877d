"""Words about the order of elements: running sums and products, and places in a sorted order.

A running sum is undone by the running sum from the other end. Sorting itself is picking
(`ops.index`) by `argsort`, which like every place is a whole number without derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.notation import call
from infinitesimal.core.span import Span, span
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.declare import custom, like, linear
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import concatenate


def _along(shape: tuple[int, ...], axis: int, entry: Span) -> tuple[Any, ...]:
    return (*[Span(0, size, 1) for size in shape[:axis]], entry)


def flip(x: Node, axis: int) -> Node:
    """The array with one axis reversed."""
    shape = x.type.shape
    return index(x, key=_along(shape, axis, span(shape[axis] - 1, -1, -1)))


def _running_type(function: Callable[..., Any]) -> Callable[[Type, int], Type]:
    return lambda x, axis: array_type(function(np.ones(1, x.dtype)).dtype, x.shape)


def _cumsum_transpose(cotangent: Node, node: Node, _: int) -> Node:
    (axis,) = node.params
    return like(flip(cumsum(flip(cotangent, axis), axis=axis), axis), node.inputs[0].type)


cumsum = linear(
    "cumsum", lambda x, axis: np.cumsum(x, axis=axis), _running_type(np.cumsum), _cumsum_transpose,
    parameters=("axis",), cost=1, batch=batching.along_axis,
    because="each element counts in all the sums from its place on",
    notation=call("np.cumsum({0}, {axis})"),
)  # fmt: skip


_cumprod: Any = np.cumprod


def _cumprod_jvp(
    node: Node, tangents: Sequence[Node | None], times: Callable[..., Node]
) -> Node | None:
    """The product rule for products of 1, 2, 4, … factors: no division, so zeros are right."""
    (x,), (axis,) = node.inputs, node.params
    change = tangents[0]
    if change is None or x.type.size == 0:
        return None
    shape = x.type.shape
    size = shape[int(axis)]
    step = 1
    product = x
    while step < size:
        head, tail = span(0, step, 1), span(step, size, 1)
        earlier = span(0, size - step, 1)

        def part(x: Node, entry: Span) -> Node:
            return index(x, key=_along(shape, axis, entry))

        moved = times(part(change, tail), part(product, earlier))
        moved = moved + times(part(change, earlier), part(product, tail))
        change = concatenate(part(change, head), moved, axis=axis)
        grown = part(product, tail) * part(product, earlier)
        product = concatenate(part(product, head), grown, axis=axis)
        step *= 2
    return change


cumprod = custom(
    "cumprod", _cumprod, _running_type(np.cumprod), _cumprod_jvp,
    parameters=("axis",), analytic=_cumprod,
    batch=batching.along_axis,
    because="each factor's change is weighed by all the other factors so far",
    notation=call("np.cumprod({0}, {axis})"),
)  # fmt: skip

PLACE = "a place is a whole number: it jumps where it changes at all"
argsort = custom(
    "argsort", lambda x, axis: np.argsort(x, axis=axis, kind="stable"),
    lambda x, axis: array_type(np.intp, x.shape), None,
    parameters=("axis",), batch=batching.along_axis,
    because=PLACE, notation=call('np.argsort({0}, {axis}, kind="stable")'),
)  # fmt: skip

_search: Any = np.searchsorted


def _searchsorted(x: Any, values: Any, side: Any) -> Any:
    """NumPy's search; of several sorted arrays, each takes its own part of the values."""
    lead = np.shape(x)[:-1]
    if not lead:
        return _search(x, values, side)
    found = np.empty(np.shape(values), np.intp)
    for place in np.ndindex(lead):
        found[place] = _search(x[place], values[place], side)
    return found


def _searchsorted_type(x: Type, values: Type, side: str) -> Type:
    if not x.ndim or values.shape[: x.ndim - 1] != x.shape[:-1]:
        raise ShapeError(
            "searchsorted", found=f"{x}\n{values}", why="each sorted array has its own values"
        )
    return array_type(np.intp, values.shape)


searchsorted = custom(
    "searchsorted", _searchsorted, _searchsorted_type, None,
    parameters=("side",), batch=batching.searchsorted,
    because=PLACE, notation=call("np.searchsorted({0}, {1}, {side})", 2),
)  # fmt: skip
