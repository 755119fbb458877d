"""Jacobians: the block of each output and each variable, by whichever mode is cheaper.

In: outputs and the variables to differentiate with respect to. Out: `blocks[output][variable]`,
nodes whose shape is that of the output followed by that of the variable. A row is one sweep of
reverse mode, a column one pass of forward mode; partials are shared between them because equal
nodes are one node.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import Type, array_type
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse

__all__ = ["Blocks", "cheaper", "columns", "filled", "rows"]

Blocks = list[list[Node]]


def filled(found: Sequence[Node | None], like: Sequence[Node]) -> list[Node]:
    """Zeros in place of None, of the type of each node; a count or a truth has slope 0.0."""
    return [
        zeros(_slope_type(node.type)) if part is None else part
        for part, node in zip(found, like, strict=True)
    ]


def _slope_type(type: Type) -> Type:
    return type if type.inexact else array_type(np.float64, type.shape)


def cheaper(outputs: Sequence[Node], variables: Sequence[Node]) -> Blocks:
    """By forward or reverse mode, whichever needs fewer passes."""
    width = sum(node.type.size for node in variables)
    height = sum(node.type.size for node in outputs)
    way = columns if width <= height else rows
    return way(outputs, variables)


def rows(outputs: Sequence[Node], variables: Sequence[Node]) -> Blocks:
    """The block of each output and each variable, by reverse mode, a row at a time."""
    blocks: list[list[Node]] = []
    for output in outputs:
        sweeps = [
            filled(reverse([output], [unit], variables, masked=output.type.size > 1), variables)
            for unit in _units(output)
        ]
        blocks.append(
            [
                _stacked([sweep[k] for sweep in sweeps], output.type.shape, variable, axis=0)
                for k, variable in enumerate(variables)
            ]
        )
    return blocks


def columns(outputs: Sequence[Node], variables: Sequence[Node]) -> Blocks:
    """The block of each output and each variable, by forward mode, a column at a time."""
    by_variable: list[list[Node]] = []
    for variable in variables:
        passes = [
            filled(forward(outputs, {variable: unit}, masked=variable.type.size > 1), outputs)
            for unit in _units(variable)
        ]
        by_variable.append(
            [
                _stacked([column[k] for column in passes], variable.type.shape, output, axis=-1)
                for k, output in enumerate(outputs)
            ]
        )
    return [[blocks[k] for blocks in by_variable] for k in range(len(outputs))]


def _units(node: Node) -> list[Node]:
    """The unit vectors of the space of a node's values."""
    size, shape, dtype = node.type.size, node.type.shape, node.type.dtype
    if not node.type.inexact:
        return [zeros(node.type)] * size
    unit = np.zeros(size, dtype)
    units: list[Node] = []
    for k in range(size):
        unit[k] = 1
        units.append(constant(unit.reshape(shape)))
        unit[k] = 0
    return units


def _stacked(parts: list[Node], outer: tuple[int, ...], like: Node, axis: int) -> Node:
    """Parts of the type of `like`, stacked along a new axis (0 or -1) unfolded to `outer`."""
    shape = (*outer, *like.type.shape) if axis == 0 else (*like.type.shape, *outer)
    if not parts:
        return constant(np.zeros(shape, _slope_type(like.type).dtype))
    if outer == ():
        return parts[0]
    place = 0 if axis == 0 else like.type.ndim
    width = (*like.type.shape[:place], 1, *like.type.shape[place:])
    joined = REGISTRY["concatenate"](
        *[REGISTRY["reshape"](part, shape=width) for part in parts], axis=place
    )
    return REGISTRY["reshape"](joined, shape=shape)
