"""Words that pick elements and put them back, each filed beside its transpose.

Two ways to say which elements: a static key (whole numbers and `Span`s, one entry per leading axis)
or index arrays among the operands, for the leading axes together, as in `x[i, j]`.

| picks             | puts into zeros (its transpose) | replaces                    |
|-------------------|---------------------------------|-----------------------------|
| `index`, by a key | `scatter`, values by keys       | `index_set`                 |
| `gather`, arrays  | `scatter_add`, values by arrays | `scatter_set`, the last wins |

The two that put into zeros take any number of values at once: thousands of elements picked one by
one from an array send back one cotangent, in time proportional to what was picked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.notation import ATOM
from infinitesimal.core.primitive import REGISTRY, Notation
from infinitesimal.core.span import Span, slices
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.declare import like, linear

# ---- by a static key


def indexed_shape(shape: tuple[int, ...], key: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of what a static key picks. Raises `IndexError` for places that do not exist."""
    if len(key) > len(shape):
        raise IndexError(
            f"too many indices for array: array is {len(shape)}-dimensional, "
            f"but {len(key)} were indexed"
        )
    kept: list[int] = []
    for axis, (size, entry) in enumerate(zip(shape, key, strict=False)):
        if type(entry) is Span:
            kept.append(entry.size)
            places = (entry.start, entry.last) if entry.size else ()
        else:
            places = (entry,)
        for place in places:
            if not 0 <= place < size:
                raise IndexError(f"index {place} is out of bounds for axis {axis} with size {size}")
    return (*kept, *shape[len(key) :])


def _index_type(x: Type, key: tuple[Any, ...]) -> Type:
    return array_type(x.dtype, indexed_shape(x.shape, key))


def _unpicked(cotangent: Node, node: Node, _: int) -> Node:
    return scatter(cotangent, keys=node.params, shape=node.inputs[0].type.shape)


index = linear(
    "index", lambda x, key: x[slices(key)], _index_type, _unpicked,
    parameters=("key",), masks=True,
    batch=batching.index, because="what is picked keeps its derivative, the rest has none",
    notation=Notation("{0}[{key}]", "{0}_{{{key}}}", "{0}[{key}]", ATOM, (ATOM,)),
)  # fmt: skip


def _scatter(*arguments: Any) -> Any:
    *values, keys, shape = arguments
    total = np.zeros(shape, _holding(values[0].dtype, values))
    for value, key in zip(values, keys, strict=True):
        total[slices(key)] += value
    return total


def _scatter_type(*signature: Any) -> Type:
    *types, keys, shape = signature
    for type, key in zip(types, keys, strict=True):
        _fits("scatter", type, indexed_shape(shape, key))
    return array_type(types[0].dtype, shape)


def _holding(dtype: np.dtype[Any], values: Sequence[Any]) -> np.dtype[Any]:
    """The dtype, or the complex one of its precision where a value to be written is complex.

    Only the complex step writes complex values among real ones; its steps must not be lost.
    """
    steps = dtype.kind != "c" and any(value.dtype.kind == "c" for value in values)
    return np.result_type(dtype, np.complex64) if steps else dtype


def _fits(word: str, value: Type, shape: tuple[int, ...]) -> None:
    if value.shape != shape:
        raise ShapeError(
            word, found=f"{value} for places of shape {shape}", why="each place takes one value"
        )


scatter = linear(
    "scatter", _scatter, _scatter_type,
    lambda cotangent, node, position: index(cotangent, key=node.params[0][position]),
    parameters=("keys", "shape"), operands=None, cost=1,
    batch=batching.scatter, because="each value goes to its places, where several meet they add",
    notation=Notation(
        "[{elements}]", r"\left[{elements}\right]", "np.array([{elements}])", ATOM, ()
    ),
)  # fmt: skip


def _index_set(x: Any, value: Any, key: tuple[Any, ...]) -> Any:
    changed = np.array(x, _holding(np.asarray(x).dtype, [value]))
    changed[slices(key)] = value
    return changed


def _index_set_type(x: Type, value: Type, key: tuple[Any, ...]) -> Type:
    _fits("index_set", value, indexed_shape(x.shape, key))
    return x


def _unset(cotangent: Node, node: Node, position: int) -> Node:
    """What was overwritten has no influence; what was written has that of its places."""
    (key,) = node.params
    value = node.inputs[1].type
    if position == 1:
        return like(index(cotangent, key=key), value)
    nothing = zeros(array_type(cotangent.type.dtype, value.shape))
    return index_set(cotangent, nothing, key=key)


index_set = linear(
    "index_set", _index_set, _index_set_type, _unset,
    parameters=("key",), operands=2, masks=True,
    batch=batching.index, because="the new values bring their derivative, the old ones lose theirs",
)  # fmt: skip


# ---- by index arrays


def _gathered_shape(shape: tuple[int, ...], *indices: Type) -> tuple[int, ...]:
    if len(indices) > len(shape):
        raise IndexError(
            f"too many indices for array: array is {len(shape)}-dimensional, "
            f"but {len(indices)} were indexed"
        )
    return (*places_shape(*indices), *shape[len(indices) :])


def places_shape(*indices: Type) -> tuple[int, ...]:
    """The shape of index arrays together. Raises `IndexError` where they do not broadcast."""
    shapes = [type.shape for type in indices]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " ".join(str(shape).replace(" ", "") for shape in shapes)
        raise IndexError(
            f"shape mismatch: indexing arrays could not be broadcast together with shapes {listed} "
        ) from None


def _gather(x: Any, *indices: Any) -> Any:
    return x[indices]


def _gather_type(x: Type, *indices: Type) -> Type:
    return array_type(x.dtype, _gathered_shape(x.shape, *indices))


def _ungathered(cotangent: Node, node: Node, _: int) -> Node:
    x, *indices = node.inputs
    return scatter_add(cotangent, *indices, counts=(len(indices),), shape=x.type.shape)


gather = linear(
    "gather", _gather, _gather_type, _ungathered,
    masks=True, batch=batching.gather,
    because="what is picked keeps its derivative, as often as it is picked",
)  # fmt: skip


def _groups(operands: Sequence[Any], counts: tuple[int, ...]) -> list[tuple[Any, Sequence[Any]]]:
    """The values of `scatter_add`, each with its index arrays."""
    groups: list[tuple[Any, Sequence[Any]]] = []
    start = len(counts)
    for value, count in zip(operands, counts, strict=False):
        groups.append((value, operands[start : start + count]))
        start += count
    return groups


def _scatter_add(*arguments: Any) -> Any:
    *operands, counts, shape = arguments
    total = np.zeros(shape, _holding(operands[0].dtype, operands))
    for value, indices in _groups(operands, counts):
        if all(np.ndim(entry) == 0 for entry in indices):
            total[tuple(indices)] += value
        else:
            np.add.at(total, indices[0] if len(indices) == 1 else tuple(indices), value)
    return total


def _scatter_add_type(*signature: Any) -> Type:
    *types, counts, shape = signature
    for value, indices in _groups(types, counts):
        _fits("scatter_add", value, _gathered_shape(shape, *indices))
    return array_type(types[0].dtype, shape)


def _gathered(cotangent: Node, node: Node, position: int) -> Node:
    counts = node.params[0]
    start = len(counts) + sum(counts[:position])
    return gather(cotangent, *node.inputs[start : start + counts[position]])


scatter_add = linear(
    "scatter_add", _scatter_add, _scatter_add_type, _gathered,
    parameters=("counts", "shape"), operands=lambda node: range(len(node.params[0])), cost=1,
    batch=batching.scatter_add,
    because="each value goes to its places, where several meet they add",
)  # fmt: skip


def _scatter_set(x: Any, value: Any, *indices: Any) -> Any:
    changed = np.array(x, _holding(np.asarray(x).dtype, [value]))
    changed[indices] = value
    return changed


def _scatter_set_type(x: Type, value: Type, *indices: Type) -> Type:
    _fits("scatter_set", value, _gathered_shape(x.shape, *indices))
    return x


def _unscattered(cotangent: Node, node: Node, position: int) -> Node:
    x, value, *indices = node.inputs
    nothing = zeros(array_type(cotangent.type.dtype, value.type.shape))
    if position == 0:
        return scatter_set(cotangent, nothing, *indices)
    last = last_writers(x.type.shape[: len(indices)], indices)
    trailing = (1,) * (value.type.ndim - last.type.ndim)
    last = REGISTRY["reshape"](last, shape=(*last.type.shape, *trailing))
    return like(REGISTRY["where"](last, gather(cotangent, *indices), nothing), value.type)


def last_writers(shape: tuple[int, ...], indices: Sequence[Node]) -> Node:
    """Which of the writes through these index arrays are not overwritten by a later one."""
    places = places_shape(*[entry.type for entry in indices])
    order = constant(np.arange(math.prod(places)).reshape(places))
    written = scatter_set(zeros(array_type(np.int64, shape)), order, *indices)
    return REGISTRY["equal"](gather(written, *indices), order)


scatter_set = linear(
    "scatter_set", _scatter_set, _scatter_set_type, _unscattered,
    operands=2, masks=True,
    batch=batching.scatter_set,
    because="the new values bring their derivative, the old ones lose theirs",
)  # fmt: skip


# ---- sums of what was put into zeros


def merged(summands: Sequence[Node]) -> list[Node]:
    """Fewer nodes of the same sum: all that put values into zeros of one type become one.

    Ten thousand elements picked one by one send back ten thousand scatters, each as long as the
    array; as one scatter of ten thousand values they cost what ten thousand elements cost.
    """
    others: list[Node] = []
    groups: dict[Any, list[Node]] = {}
    for summand in summands:
        if summand.primitive in (scatter, scatter_add):
            groups.setdefault((summand.primitive, summand.type), []).append(summand)
        else:
            others.append(summand)
    return [*others, *[_merge(word, group) for (word, _), group in groups.items()]]


def _merge(word: Any, group: list[Node]) -> Node:
    if len(group) == 1:
        return group[0]
    firsts = tuple(entry for node in group for entry in node.params[0])
    if word is scatter:
        values = [value for node in group for value in node.inputs]
        return scatter(*values, keys=firsts, shape=group[0].type.shape)
    counts = [len(node.params[0]) for node in group]
    values = [x for node, n in zip(group, counts, strict=True) for x in node.inputs[:n]]
    indices = [x for node, n in zip(group, counts, strict=True) for x in node.inputs[n:]]
    return scatter_add(*values, *indices, counts=firsts, shape=group[0].type.shape)
