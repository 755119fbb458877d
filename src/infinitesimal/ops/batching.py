"""How a word is applied to a whole batch at once: the rules that fill a record's field `batch`.

In: a node, and its operands for many calls together: those flagged in `batched` have one more axis
of length `size`, the first, and the others are the same for every call. Out: the node for all
calls, its first axis that of the batch. A rule says nothing of values: it places the new axis where
the word leaves it alone.

| rule         | for words that                                                               |
|--------------|------------------------------------------------------------------------------|
| `aligned`    | broadcast: element by element, or matrices and vectors on the last axes      |
| `along_axis` | have a static parameter `axis`, counted from the front                       |
| `one_by_one` | are not known better: applied to each call's operands in turn                |

The words that move, pick and put have rules of their own at the end.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import Body, picks, place
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, make
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import span
from infinitesimal.errors import ShapeError

__all__ = ["Rule", "aligned", "along_axis", "copied", "moved_axis", "one_by_one"]

Rule = Callable[[Node, Sequence[Node], Sequence[bool], int], Node]
Operands = Sequence[Node]
Flags = Sequence[bool]


def copied(node: Node, size: int) -> Node:
    """The same value for each of `size` calls, along a new first axis."""
    return REGISTRY["broadcast"](node, shape=(size, *node.type.shape))


def moved_axis(node: Node, start: int, end: int) -> Node:
    """The array with one axis moved, the others in their order."""
    if start == end:
        return node
    order = list(range(node.type.ndim))
    order.insert(end, order.pop(start))
    return REGISTRY["transpose"](node, axes=tuple(order))


def _all_batched(operands: Operands, batched: Flags, size: int) -> list[Node]:
    """Every operand with the axis of the batch."""
    return [
        operand if flag else copied(operand, size)
        for operand, flag in zip(operands, batched, strict=True)
    ]


def _reshaped(node: Node, shape: tuple[int, ...]) -> Node:
    return node if node.type.shape == shape else REGISTRY["reshape"](node, shape=shape)


def _with_rank(node: Node, rank: int) -> Node:
    """A batched operand with axes of size one after the first, until it has `rank` and that."""
    size, *shape = node.type.shape
    return _reshaped(node, (size, *(1,) * (rank - len(shape)), *shape))


# ---- by the kind of word


def aligned(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """For words that broadcast: element by element, or matrices and vectors on the last axes.

    Both align axes from the right, so an operand with fewer than the others gets the missing ones
    between the axis of the batch and its own.

    >>> REGISTRY["exp"].batch is REGISTRY["solve"].batch is aligned
    True
    """
    return make(node.primitive, tuple(_level(node, operands, batched)), node.params)


def _level(node: Node, operands: Operands, batched: Flags) -> list[Node]:
    """The operands, so that what were the same axes counted from the right are so still."""
    rank = max([operand.type.ndim for operand in node.inputs])
    return [
        _with_rank(operand, rank) if flag else operand
        for operand, flag in zip(operands, batched, strict=True)
    ]


def along_axis(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """For words with a parameter `axis`, one or several: each stands one further back.

    >>> REGISTRY["cumsum"].batch is along_axis
    True
    """
    place = node.primitive.parameters.index("axis")
    axis: int | tuple[int, ...] = node.params[place]
    later = tuple([k + 1 for k in axis]) if isinstance(axis, tuple) else axis + 1
    params = (*node.params[:place], later, *node.params[place + 1 :])
    return make(node.primitive, tuple(_all_batched(operands, batched, size)), params)


def one_by_one(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """For words of which nothing is known: a loop over the calls, the word alone in its body."""
    places = [place(operand.type, k) for k, operand in enumerate(node.inputs)]
    order = sorted(range(len(places)), key=lambda k: batched[k])  # captured before elements
    body = Body(
        tuple([places[k] for k in order]), (make(node.primitive, tuple(places), node.params),)
    )
    loop = REGISTRY["scan"](
        *[operands[k] for k in order],
        captured=batched.count(False), carried=0, length=size, body=body,
    )  # fmt: skip
    return picks(loop)[0]


# ---- shapes


def reshape(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """For a parameter that is the shape of the answer, of as many elements."""
    return make(node.primitive, tuple(operands), ((size, *node.params[0]),))


def broadcast(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """The copies are of each call's own elements."""
    level = _with_rank(operands[0], node.type.ndim)
    return make(node.primitive, (level,), ((size, *node.params[0]),))


def transpose(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """The axis of the batch stays in front."""
    return make(node.primitive, tuple(operands), ((0, *[k + 1 for k in node.params[0]]),))


# ---- picking and putting


def _whole(size: int, key: tuple[Any, ...]) -> tuple[Any, ...]:
    return (span(0, size, 1), *key)


def index(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """For one static key: `index` and `index_set`."""
    every = _all_batched(operands, batched, size)
    return make(node.primitive, tuple(every), (_whole(size, node.params[0]),))


def scatter(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """Each value goes to the same places of its own call's zeros."""
    keys, shape = node.params
    every = _all_batched(operands, batched, size)
    later = tuple([_whole(size, key) for key in keys])
    return make(node.primitive, tuple(every), (later, (size, *shape)))


def _level_indices(
    plain: Sequence[Node], indices: Operands, batched: Flags, size: int, *, counted: bool
) -> list[Node]:
    """Index arrays of a batch that broadcast with one another as those of one call do.

    With `counted`, the number of the call stands before them.
    """
    rank = max([entry.type.ndim for entry in plain], default=0)
    level = [
        _with_rank(entry, rank) if flag else entry
        for entry, flag in zip(indices, batched, strict=True)
    ]
    if not counted:
        return level
    return [constant(np.arange(size).reshape(size, *(1,) * rank)), *level]


def gather(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """Each call picks from its own array, or all from one."""
    indices = _level_indices(node.inputs[1:], operands[1:], batched[1:], size, counted=batched[0])
    return make(node.primitive, (operands[0], *indices))


def scatter_add(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """Each call's values go to places in its own zeros."""
    counts, shape = node.params
    values = _all_batched(operands[: len(counts)], batched[: len(counts)], size)
    indices: list[Node] = []
    start = len(counts)
    for count in counts:
        part = slice(start, start + count)
        indices += _level_indices(
            node.inputs[part], operands[part], batched[part], size, counted=True
        )
        start += count
    params = (tuple([count + 1 for count in counts]), (size, *shape))
    return make(node.primitive, (*values, *indices), params)


def scatter_set(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """Each call writes into its own array."""
    every = _all_batched(operands[:2], batched[:2], size)
    indices = _level_indices(node.inputs[2:], operands[2:], batched[2:], size, counted=True)
    return make(node.primitive, (*every, *indices))


def searchsorted(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """Values of many calls in one sorted array; where each has its own, the axes are in front."""
    if batched[0] or node.inputs[0].type.ndim > 1:
        operands = _all_batched(operands, batched, size)
    return make(node.primitive, tuple(operands), node.params)


# ---- products


def matrix_product(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """One large product where only one factor differs: the calls are further rows of it.

    A column times a row, as in the gradient of each example, is a product of elements.
    """
    x, y = operands
    if node.inputs[0].type.shape[-1] == 1:
        x, y = _level(node, operands, batched)
        return REGISTRY[_PRODUCTS[node.params]](*([y, x] if node.params == ((1,),) else [x, y]))
    if node.type.ndim > 2 or all(batched):
        return aligned(node, operands, batched, size)
    rows, columns = node.type.shape
    if batched[0]:
        flat = _reshaped(x, (size * rows, x.type.shape[-1]))
        return _reshaped(make(node.primitive, (flat, y), node.params), (size, rows, columns))
    # the product transposed, so that the calls are rows here too
    flat = _reshaped(_flipped(y), (size * columns, y.type.shape[-2]))
    twin = tuple([tuple([1 - k for k in zeros]) for zeros in node.params])
    answer = make(node.primitive, (flat, _flipped(x)), twin)
    return _flipped(_reshaped(answer, (size, columns, rows)))


# by the positions of factors in which structural zeros annihilate, where there are any
_PRODUCTS = {
    (): "multiply",
    ((),): "multiply",
    ((0,),): "scale",
    ((1,),): "scale",
    ((0, 1),): "scale_both",
}


def _flipped(x: Node) -> Node:
    """The last two axes exchanged; of a vector written as a matrix, only the shape is."""
    *lead, rows, columns = x.type.shape
    if rows == 1 or columns == 1:
        return _reshaped(x, (*lead, columns, rows))
    order = tuple(range(len(lead)))
    return REGISTRY["transpose"](x, axes=(*order, len(lead) + 1, len(lead)))


def einsum(node: Node, operands: Operands, batched: Flags, size: int) -> Node:
    """One letter more, in the answer and in the factors that differ."""
    subscripts, *rest = node.params
    free = [letter for letter in string.ascii_letters if letter not in subscripts]
    if not free:
        raise ShapeError(
            f"einsum {subscripts!r} of a batch", why="there are 52 letters, and it uses all"
        )
    inputs, output = subscripts.split("->")
    letters = [
        free[0] + own if flag else own for own, flag in zip(inputs.split(","), batched, strict=True)
    ]
    params = (f"{','.join(letters)}->{free[0]}{output}", *rest)
    return make(node.primitive, tuple(operands), params)
