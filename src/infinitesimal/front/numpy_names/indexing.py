"""Square brackets: `x[key]` and `x[key] = value` with everything NumPy allows as a key.

In: a node and a key of whole numbers, slices, None, Ellipsis, index arrays and masks, any of them
traced. Out: nodes made of `index` and `gather`, or of `index_set` and `scatter_set`, with the axes
brought where NumPy puts them. A mask is forced: how many elements it picks decides the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import NEVER, Node, make
from infinitesimal.core.span import Span, span
from infinitesimal.front.numpy_names.common import (
    cast,
    force,
    holds_node,
    node_of,
    reshaped,
    stretched,
    word,
)
from infinitesimal.ops.index import (
    gather,
    index,
    index_set,
    indexed_shape,
    places_shape,
    scatter_set,
)
from infinitesimal.ops.select import where
from infinitesimal.ops.shape import transpose

INVALID = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
    "arrays are valid indices"
)


@dataclass
class Plan:
    """A key, read: first `spans` along the axes, then new axes, then arrays on some axes.

    `shape` is that after the new axes; `arrays` maps axes of it to index arrays; `first` is the
    axis before which the axes of the arrays stand in the answer.
    """

    spans: tuple[Any, ...]
    shape: tuple[int, ...]
    arrays: dict[int, Node]
    first: int


_ENDS: frozenset[Any] = frozenset((int, type(None)))


@lru_cache(maxsize=4096)
def _stretch(size: int, start: Any, stop: Any, step: Any) -> tuple[Span, ...]:
    """The key of a plain slice along the first axis."""
    return (span(*slice(start, stop, step).indices(size)),)


@word("getitem")
def getitem(x: Node, key: Any) -> Node:
    """`x[key]`. Raises `IndexError` as NumPy does."""
    shape = x.type.shape
    if type(key) is int and shape and -shape[0] <= key < shape[0]:
        return make(index, (x,), ((key if key >= 0 else key + shape[0],),))
    if type(key) is slice and shape and type(key.start) in _ENDS and type(key.stop) in _ENDS:
        return make(index, (x,), (_stretch(shape[0], key.start, key.stop, key.step),))
    plan = _read(x, key)
    seen = reshaped(_spanned(x, plan.spans), plan.shape)
    if not plan.arrays:
        return seen
    picked = gather(_permuted(seen, _front(plan)), *plan.arrays.values())
    return _permuted(picked, _home(plan))


def _spanned(x: Node, spans: tuple[Any, ...]) -> Node:
    return index(x, key=spans) if spans else x


def _permuted(x: Node, axes: tuple[int, ...]) -> Node:
    return x if axes == tuple(range(len(axes))) else transpose(x, axes=axes)


def _front(plan: Plan) -> tuple[int, ...]:
    """The permutation that brings the axes with arrays to the front."""
    rest = [axis for axis in range(len(plan.shape)) if axis not in plan.arrays]
    return (*plan.arrays, *rest)


def _home(plan: Plan) -> tuple[int, ...]:
    """The permutation that brings the axes of the arrays where NumPy puts them."""
    count = len(_places(plan))
    rest = len(plan.shape) - len(plan.arrays)
    moved = range(count)
    others = range(count, count + rest)
    return (*others[: plan.first], *moved, *others[plan.first :])


def _places(plan: Plan) -> tuple[int, ...]:
    return places_shape(*[entry.type for entry in plan.arrays.values()])


def _back(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argsort(axes))


@word("setitem")
def setitem(x: Node, key: Any, value: Any) -> Node:
    """The array after `x[key] = value`; where several values meet in one place, the last stays.

    Raises `IndexError` and `ValueError` as NumPy does.
    """
    new = cast(node_of(value), x.type.dtype)
    mask = _mask_of(x, key)
    if mask is not None and new.type.size == 1:
        trailing = (1,) * (x.type.ndim - mask.type.ndim)
        choice = reshaped(mask, (*mask.type.shape, *trailing))
        return where(choice, reshaped(new, ()), x)
    plan = _read(x, key)
    if not plan.arrays:
        new = reshaped(_fitted(new, plan.shape), indexed_shape(x.type.shape, plan.spans))
        return index_set(x, new, key=plan.spans)
    seen = _spanned(x, plan.spans)
    front, home = _front(plan), _home(plan)
    rest = [size for axis, size in enumerate(plan.shape) if axis not in plan.arrays]
    gathered = (*_places(plan), *rest)
    new = _permuted(_fitted(new, tuple(gathered[k] for k in home)), _back(home))
    changed = scatter_set(_permuted(reshaped(seen, plan.shape), front), new, *plan.arrays.values())
    changed = reshaped(_permuted(changed, _back(front)), seen.type.shape)
    return index_set(x, changed, key=plan.spans) if plan.spans else changed


def _mask_of(x: Node, key: Any) -> Node | None:
    """The key, where it is one boolean array for the first axes."""
    if isinstance(key, (np.ndarray, list)):
        key = node_of(key)
    if not isinstance(key, Node) or key.type.dtype.kind != "b" or not key.type.ndim:
        return None
    return key if x.type.shape[: key.type.ndim] == key.type.shape else None


def _fitted(value: Node, shape: tuple[int, ...]) -> Node:
    """A value broadcast to its places; leading axes of size one more than them are dropped."""
    given = value.type.shape
    extra = max(0, len(given) - len(shape))
    if all(size == 1 for size in given[:extra]):
        value = reshaped(value, given[extra:])
    try:
        fits = np.broadcast_shapes(value.type.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"could not broadcast input array from shape {_tight(given)} into shape {_tight(shape)}"
        )
    return stretched(value, shape)


def _tight(shape: tuple[int, ...]) -> str:
    return f"({','.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


# ---- reading a key


@dataclass
class Picks:
    """An index array in a key: `masked` is the size a mask had there, `fresh` needs a new axis."""

    places: Node
    masked: int | None = None
    fresh: bool = False


def _read(x: Node, key: Any) -> Plan:
    entries = _expanded(_entries(key), x.type.ndim)
    arrays = any(isinstance(entry, Picks) for entry in entries)
    reading = _Reading(x.type.shape, [], [], {}, [])
    for place, entry in enumerate(entries):
        if entry is None:
            reading.shape.append(1)
        elif isinstance(entry, slice):
            reading.take_slice(entry)
        elif isinstance(entry, Picks):
            reading.take_array(place, entry)
        elif arrays and entry is not Ellipsis:
            reading.take_array(place, Picks(constant(entry)))
        elif entry is not Ellipsis:
            reading.take_whole(entry)
    return reading.plan()


@dataclass
class _Reading:
    """A key read so far."""

    sizes: tuple[int, ...]
    spans: list[Any]
    shape: list[int]
    arrays: dict[int, Node]
    places: list[int]  # where in the key the arrays stand

    def take_slice(self, entry: Any) -> None:
        picked = span(*entry.indices(self.sizes[len(self.spans)]))
        self.spans.append(picked)
        self.shape.append(picked.size)

    def take_whole(self, entry: int) -> None:
        axis = len(self.spans)
        size = self.sizes[axis]
        if not -size <= entry < size:
            raise IndexError(f"index {entry} is out of bounds for axis {axis} with size {size}")
        self.spans.append(entry if entry >= 0 else entry + size)

    def take_array(self, place: int, entry: Picks) -> None:
        self.arrays[len(self.shape)] = entry.places
        self.places.append(place)
        if entry.fresh:
            self.shape.append(1)
            return
        axis = len(self.spans)
        size = self.sizes[axis]
        if entry.masked is not None and entry.masked != size:
            raise IndexError(
                f"boolean index did not match indexed array along axis {axis}; size of axis is "
                f"{size} but size of corresponding boolean axis is {entry.masked}"
            )
        _check_places(entry.places, size, axis)
        self.spans.append(Span(0, size, 1))
        self.shape.append(size)

    def plan(self) -> Plan:
        parted = bool(self.places) and self.places[-1] - self.places[0] >= len(self.places)
        first = min(self.arrays) if self.arrays and not parted else 0
        return Plan(_trimmed(self.spans, self.sizes), tuple(self.shape), self.arrays, first)


def _check_places(places: Node, size: int, axis: int) -> None:
    """Raise now for places that are known and do not exist; others are met when evaluated."""
    if places.reach != NEVER or not places.type.size:
        return
    values = np.ravel(force(places, "an index"))
    wrong = values[(values < -size) | (values >= size)]
    if wrong.size:
        raise IndexError(f"index {wrong[0]} is out of bounds for axis {axis} with size {size}")


def _trimmed(spans: list[Any], sizes: tuple[int, ...]) -> tuple[Any, ...]:
    """A key without the whole axes at its end."""
    count = len(spans)
    while count and spans[count - 1] == Span(0, sizes[count - 1], 1):
        count -= 1
    return tuple(spans[:count])


def _expanded(entries: list[Any], ndim: int) -> list[Any]:
    """The key with slices in place of the ellipsis, which still parts the arrays beside it."""
    count = sum(
        entry is not None
        and entry is not Ellipsis
        and not (isinstance(entry, Picks) and entry.fresh)
        for entry in entries
    )
    if count > ndim:
        raise IndexError(
            f"too many indices for array: array is {ndim}-dimensional, but {count} were indexed"
        )
    at = [place for place, entry in enumerate(entries) if entry is Ellipsis]
    if len(at) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    rest = [slice(None)] * (ndim - count)
    if not at:
        return [*entries, *rest]
    return [*entries[: at[0]], Ellipsis, *rest, *entries[at[0] + 1 :]]


def _entries(key: Any) -> list[Any]:
    """The parts of a key: whole numbers, slices, None, Ellipsis, and `Picks` for index arrays."""
    entries: list[Any] = []
    given: Any = key
    for part in given if isinstance(key, tuple) else (given,):
        if part is None or part is Ellipsis or isinstance(part, slice) or type(part) is int:
            entries.append(part)
        else:
            entries.extend(_array_entries(part))
    return entries


_MASK = "np.where(mask, x, 0.0), which has the same shape whatever the mask is"


def _array_entries(part: Any) -> list[Any]:
    """What an array, a list, a NumPy number or a node says, one entry an axis."""
    if isinstance(part, Node) or holds_node(part):
        node = node_of(part)
        if node.type.dtype.kind in "iu" and node.reach != NEVER:
            return [Picks(node)]
        if node.type.dtype.kind not in "iub":
            raise IndexError(INVALID)
        part = force(node, "a mask as an index", _MASK)
    array = _index_array(part)
    if array.dtype.kind == "b":
        return _mask_entries(array)
    return [Picks(constant(array))] if array.ndim else [int(array)]


def _index_array(part: Any) -> Any:
    array: Any = np.asarray(part)
    if part.__class__ is list and not array.size:
        return array.astype(np.intp)
    if array.dtype.kind not in "iub":
        if hasattr(part, "__index__"):
            return np.asarray(part.__index__())
        raise IndexError(INVALID)
    return array


def _mask_entries(mask: Any) -> list[Any]:
    """A mask as the places where it is true; one without axes picks all or nothing."""
    if mask.ndim == 0:
        return [Picks(constant(np.zeros(int(mask), np.intp)), fresh=True)]
    places = mask.nonzero()
    return [Picks(constant(p), masked=n) for p, n in zip(places, mask.shape, strict=True)]
