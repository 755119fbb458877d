"""Laws of arrays: copies that broadcasting makes by itself, and moves that undo one another.

`SHAPES` hold exactly. They are rules by function, because a formula over placeholders knows no
shapes; each says in its name what it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT, constant
from infinitesimal.core.node import Node, make
from infinitesimal.ops.declare import like
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import broadcast, reshape, transpose
from infinitesimal.optimise.match import Rule, rule

__all__ = ["SHAPES"]


def _bare(node: Node) -> Node:
    """What an array is a copy of: a scalar where all elements are one, else its operand."""
    while True:
        if node.primitive is broadcast or (node.primitive is reshape and node.type.size == 1):
            operand = node.inputs[0]
            trailing = node.type.shape[node.type.ndim - operand.type.ndim :]
            if node.primitive is reshape and operand.type.ndim and operand.type.shape != trailing:
                return node
            node = operand
        elif node.primitive is CONSTANT and node.type.ndim and node.type.size:
            array: Any = node.params[0].array
            first = array.flat[0]
            # compared as bits: a zero has a sign, and NaN equals nothing
            same = array.tobytes() == np.full(array.shape, first, array.dtype).tobytes()
            return constant(first) if same else node
        else:
            return node


def _uncopied(node: Node) -> Node | None:
    """An elementwise word on copies, without those that NumPy's broadcasting makes by itself."""
    if node.primitive.kind != "elementwise" and node.primitive.name not in ("where", "scale"):
        return None
    inputs = list(node.inputs)
    for k, operand in enumerate(inputs):
        bare = _bare(operand)
        if bare is not operand:
            shapes = [x.type.shape for x in (*inputs[:k], bare, *inputs[k + 1 :])]
            if np.broadcast_shapes(*shapes) == node.type.shape:
                inputs[k] = bare
    return make(node.primitive, tuple(inputs), node.params)


def _unmoved(node: Node) -> Node | None:
    """A reshape, copy or transposition that changes nothing."""
    operand = node.inputs[0]
    if node.primitive is transpose:
        return operand if node.params[0] == tuple(range(operand.type.ndim)) else None
    return operand if operand.type is node.type else None


def _moved_once(node: Node) -> Node | None:
    """Two reshapes are one, and so are two transpositions and two copies."""
    operand = node.inputs[0]
    if operand.primitive is not node.primitive:
        return None
    params = node.params
    if node.primitive is transpose:
        (outer,), (inner,) = node.params, operand.params
        params = (tuple(inner[k] for k in outer),)
    return make(node.primitive, operand.inputs, params)


def _known_choice(node: Node) -> Node | None:
    """A choice whose condition is one known truth."""
    condition, taken, other = node.inputs
    bare = _bare(condition)
    if bare.primitive is not CONSTANT or bare.type.ndim or bare.type.dtype != bool:
        return None
    return like(taken if bare.params[0].array else other, node.type)


def _only_element(node: Node) -> Node | None:
    """One element put into the only place there is."""
    (keys, shape) = node.params
    alone = shape == (1,) and keys == ((0,),) and node.inputs[0].type.ndim == 0
    return reshape(node.inputs[0], shape=shape) if alone else None


def _of_nothing(node: Node) -> Node | None:
    """A sum over no axis."""
    return node.inputs[0] if node.params[0] == () and node.type is node.inputs[0].type else None


def _one_of_copies(node: Node) -> Node | None:
    """What is picked of copies of a number, or of a constant array; the only number there is."""
    (operand,) = node.inputs
    bare = _bare(operand)
    if not bare.type.ndim:
        return like(bare, node.type) if node.primitive is index or not node.type.ndim else None
    if node.primitive is index and operand.primitive is CONSTANT:
        return constant(node.primitive.evaluate(operand.params[0].array, *node.params))
    return None


SHAPES: tuple[Rule, ...] = (
    rule("copies are made by broadcasting", (), _uncopied),
    rule("a move to the same place", ["reshape", "broadcast", "transpose", "astype"], _unmoved),
    rule("two moves are one", ["reshape", "broadcast", "transpose"], _moved_once),
    rule("a condition that is known", ["where"], _known_choice),
    rule("the only element", ["scatter"], _only_element),
    rule("a sum of one", ["sum"], _of_nothing),
    rule("one of many copies", ["index", "reshape"], _one_of_copies),
)
