"""Jacobians: the block of each output and each variable, by whichever mode is cheaper.

In: outputs and the variables to differentiate with respect to. Out: `blocks[output][variable]`,
nodes whose shape is that of the output followed by that of the variable. Rows are one sweep of
reverse mode from a seed that is not known, columns one pass of forward mode; the sweep is then
batched over the unit vectors (`core.batch`), so a Jacobian is as few words as a gradient. Where
that would need too much memory, it is done for a block of unit vectors at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from infinitesimal.core.batch import batch
from infinitesimal.core.body import closed, picks
from infinitesimal.core.leaf import constant, input_node, zeros
from infinitesimal.core.node import Node, depending
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import Span
from infinitesimal.core.types import Type, array_type
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.ops.batching import copied, moved_axis

__all__ = ["Blocks", "cheaper", "columns", "filled", "in_blocks", "rows", "slope_type"]

Blocks = list[list[Node]]
_AT_ONCE = 2**23  # elements of the largest array of a batched sweep: 64 MB of float64


def filled(found: Sequence[Node | None], like: Sequence[Node]) -> list[Node]:
    """Zeros in place of None, of the type of each node; a count or a truth has slope 0.0."""
    return [
        zeros(slope_type(node.type)) if part is None else part
        for part, node in zip(found, like, strict=True)
    ]


def slope_type(type: Type) -> Type:
    """The type of a tangent or cotangent of a value of this type."""
    return type if type.inexact else array_type(np.float64, type.shape)


def cheaper(outputs: Sequence[Node], variables: Sequence[Node], chunk: int | None = None) -> Blocks:
    """By forward or reverse mode, whichever needs fewer passes."""
    width = sum(node.type.size for node in variables)
    height = sum(node.type.size for node in outputs)
    way = columns if width <= height else rows
    return way(outputs, variables, chunk)


def rows(outputs: Sequence[Node], variables: Sequence[Node], chunk: int | None = None) -> Blocks:
    """The block of each output and each variable, by reverse mode, `chunk` rows at a time."""
    blocks: Blocks = []
    for output in outputs:

        def sweep(seed: Node, masked: bool, output: Node = output) -> list[Node]:
            return filled(reverse([output], [seed], variables, masked=masked), variables)

        stacks = _for_units(output, sweep, chunk)
        blocks.append(
            [
                _reshaped(stack, (*output.type.shape, *variable.type.shape))
                for stack, variable in zip(stacks, variables, strict=True)
            ]
        )
    return blocks


def columns(outputs: Sequence[Node], variables: Sequence[Node], chunk: int | None = None) -> Blocks:
    """The block of each output and each variable, by forward mode, `chunk` columns at a time."""
    by_variable: list[list[Node]] = []
    for variable in variables:

        def move(seed: Node, masked: bool, variable: Node = variable) -> list[Node]:
            return filled(forward(outputs, {variable: seed}, masked=masked), outputs)

        stacks = _for_units(variable, move, chunk)
        by_variable.append(
            [
                _reshaped(
                    moved_axis(stack, 0, output.type.ndim),
                    (*output.type.shape, *variable.type.shape),
                )
                for stack, output in zip(stacks, outputs, strict=True)
            ]
        )
    return [[blocks[k] for blocks in by_variable] for k in range(len(outputs))]


def _for_units(
    node: Node, derive: Callable[[Node, bool], list[Node]], chunk: int | None
) -> list[Node]:
    """What is derived from each unit vector of the space of a node, along a new first axis."""
    size, shape = node.type.size, node.type.shape
    type = slope_type(node.type)
    if size == 1:  # one sweep; a batch of one would be the same with longer shapes
        found = derive(constant(np.ones(shape, type.dtype)), False)
        return [_reshaped(part, (1, *part.type.shape)) for part in found]
    seed = input_node(type)
    return in_blocks(derive(seed, True), {seed: lambda own: _units(type, own)}, size, chunk)


def in_blocks(
    found: Sequence[Node],
    seeds: Mapping[Node, Callable[[Node], Node]],
    size: int,
    chunk: int | None,
) -> list[Node]:
    """What is derived from each of `size` seeds, along a new first axis, `chunk` at a time.

    `found` are nodes over leaves that stand for one seed; `seeds` gives for each leaf the function
    from the numbers of some seeds to those seeds. Several blocks are a loop, of which the last is
    cut; what depends on no seed is worked out once, outside.
    """
    count = max(1, math.ceil(size / (chunk or _fitting(found, seeds))))
    step = math.ceil(size / count)
    if count == 1:
        return _batched(found, seeds, constant(np.arange(size)))
    own = input_node(array_type(np.int64, (step,)))
    parts = _batched(found, seeds, own)
    body, captured = closed([own], parts, depending(parts, [own]))
    numbers = constant(np.arange(count * step).reshape(count, step))
    loop = REGISTRY["scan"](
        *captured, numbers, captured=len(captured), carried=0, length=count, body=body
    )
    whole = [
        _reshaped(blocks, (count * step, *part.type.shape[1:]))
        for blocks, part in zip(picks(loop), parts, strict=True)
    ]
    if count * step == size:
        return whole
    return [REGISTRY["index"](stack, key=(Span(0, size, 1),)) for stack in whole]


def _batched(
    found: Sequence[Node], seeds: Mapping[Node, Callable[[Node], Node]], own: Node
) -> list[Node]:
    size = own.type.size
    stacks = {leaf: seed(own) for leaf, seed in seeds.items()}
    return [part if batched else copied(part, size) for part, batched in batch(found, stacks, size)]


def _fitting(found: Sequence[Node], seeds: Iterable[Node]) -> int:
    """How many seeds at once keep the arrays that depend on them within bounds."""
    largest = max(node.type.size for node in depending(found, seeds))
    return max(1, _AT_ONCE // max(largest, 1))


def _units(type: Type, own: Node) -> Node:
    """The unit vectors of these numbers, made when they are needed and not before."""
    places, count = constant(np.arange(type.size)), own.type.size
    units = REGISTRY["equal"](_reshaped(own, (count, 1)), places)
    return _reshaped(REGISTRY["astype"](units, dtype=type.dtype), (count, *type.shape))


def _reshaped(node: Node, shape: tuple[int, ...]) -> Node:
    return node if node.type.shape == shape else REGISTRY["reshape"](node, shape=shape)
