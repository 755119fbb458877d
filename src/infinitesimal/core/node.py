"""The node: one word applied to earlier nodes, immutable and shared.

In: a primitive, its input nodes and static parameters. Out: *the* `Node` of that combination:
asking twice gives the same object (hash-consing), so common work is shared by construction and
equality is identity.

Two numbers ride on each node. `reach` is the serial of the oldest leaf it depends on, `active` that
of the oldest leaf it depends on *differentiably*; NEVER where there is none. They answer in
constant time whether a result belongs to a calculus call that has ended, and whether turning it
into a plain number would cut a derivative.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any

from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.types import Type

__all__ = [
    "NEVER",
    "Node",
    "body_here",
    "depending",
    "enter",
    "forget",
    "known",
    "line_of",
    "make",
    "noticing",
    "postorder",
]

NEVER = sys.maxsize


class Node:
    """A word applied to inputs. Made by `make`, never directly; compare with `is`."""

    __slots__ = (
        "__weakref__",
        "active",
        "inputs",
        "origin",
        "params",
        "primitive",
        "reach",
        "type",
        "value",
    )

    primitive: Primitive
    inputs: tuple[Node, ...]
    params: tuple[Any, ...]
    type: Type
    reach: int
    active: int
    origin: tuple[Any, int] | None  # code object and line of the user's call
    value: Any  # what the node is known to evaluate to, once somebody asked

    __array_ufunc__ = None  # NumPy must not take a node for an object

    def __repr__(self) -> str:
        return f"<{self.primitive.name}: {self.type}>"

    # Infix, so that a formula reads like algebra. Looked up by name: this floor does not know the
    # words.
    def __add__(self, other: Any) -> Node:
        return REGISTRY["add"].build(self, other)

    def __radd__(self, other: Any) -> Node:
        return REGISTRY["add"].build(other, self)

    def __sub__(self, other: Any) -> Node:
        return REGISTRY["subtract"].build(self, other)

    def __rsub__(self, other: Any) -> Node:
        return REGISTRY["subtract"].build(other, self)

    def __mul__(self, other: Any) -> Node:
        return REGISTRY["multiply"].build(self, other)

    def __rmul__(self, other: Any) -> Node:
        return REGISTRY["multiply"].build(other, self)

    def __truediv__(self, other: Any) -> Node:
        return REGISTRY["divide"].build(self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return REGISTRY["divide"].build(other, self)

    def __neg__(self) -> Node:
        return REGISTRY["negative"].build(self)

    def __lt__(self, other: Any) -> Node:
        return REGISTRY["less"].build(self, other)

    def __le__(self, other: Any) -> Node:
        return REGISTRY["less_equal"].build(self, other)

    def __gt__(self, other: Any) -> Node:
        return REGISTRY["greater"].build(self, other)

    def __ge__(self, other: Any) -> Node:
        return REGISTRY["greater_equal"].build(self, other)


# Nodes by the hash of what they are made of, held weakly. A key that held the inputs would be one
# more object for every node, and a callback at a node's death one more call; so dead entries stay
# until the table has doubled. Two living nodes with one hash are next to impossible, and cost
# sharing, not truth; so does losing a race with another thread.
_table: dict[int, weakref.ref[Node]] = {}
_LEAST = 10_000
_sweep_at = _LEAST


def _sweep() -> None:
    """Forget the dead; the next sweep comes when the table has doubled."""
    global _sweep_at
    for key, entry in _table.copy().items():  # other threads go on entering nodes
        if entry() is None and _table.get(key) is entry:
            _table.pop(key, None)
    _sweep_at = max(_LEAST, 2 * len(_table))


# The nodes made while the body of a loop or branch is traced: what is inside it.
_noticed: ContextVar[set[Node] | None] = ContextVar("infinitesimal nodes made", default=None)

body_here = _noticed.get  # what stands for the body being traced here and now; None for none


def noticing(call: Callable[[], Any]) -> tuple[Any, set[Node]]:
    """What `call()` returns, and the nodes that this thread makes meanwhile.

    They belong to a call around this one as well: whoever asks for one of them again out there
    finds the living node, and makes none.
    """
    made: set[Node] = set()
    around = _noticed.get()
    try:
        _noticed.set(made)
        return call(), made
    finally:
        _noticed.set(around)  # one call of C, which no interrupt divides
        if around is not None:
            around |= made


def known(
    key: int, primitive: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...]
) -> Node | None:
    """The living node made of these, if there is one; `key` is their hash."""
    entry = _table.get(key)
    node = entry() if entry is not None else None
    if (
        node is not None
        and node.primitive is primitive
        and node.inputs == inputs
        and node.params == params
    ):
        return node
    return None


def forget(key: int, node: Node) -> None:
    """From now on a node that would equal this one is another."""
    entry = _table.get(key)
    if entry is not None and entry() is node:
        _table.pop(key, None)


def make(primitive: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...] = ()) -> Node:
    """The node of this word, these inputs and these static parameters (in the record's order).

    Raises what `primitive.infer` raises: `ShapeError`, `DtypeError`.
    """
    key = hash((primitive, inputs, params))
    if key in _table:
        node = known(key, primitive, inputs, params)
        if node is not None:
            return node
    signature = (*[operand.type for operand in inputs], *params)
    type = primitive.types.get(signature)
    if type is None:
        type = primitive.infer(*signature)
        # bounds: programs whose shapes never repeat, words of thousands of operands; and a program
        # inside a word would be held for good
        if len(primitive.types) < 10_000 and len(signature) < 100 and not primitive.bodies:
            primitive.types[signature] = type
    return enter(key, primitive, inputs, params, type)


def enter(
    key: int,
    primitive: Primitive,
    inputs: tuple[Node, ...],
    params: tuple[Any, ...],
    type: Type,
    leaf: int = NEVER,
) -> Node:
    """A new node, entered under the hash of what it is made of; `leaf` is a leaf's serial."""
    node = Node.__new__(Node)
    node.primitive, node.inputs, node.params, node.type = primitive, inputs, params, type
    node.origin = node.value = None
    reach = active = leaf
    for operand in inputs:
        if operand.reach < reach:
            reach = operand.reach
        if operand.active < active:
            active = operand.active
    node.reach = reach
    node.active = active if primitive.jvp is not None and type.inexact else NEVER
    _table[key] = weakref.ref(node)
    made = _noticed.get()
    if made is not None:
        made.add(node)
    if len(_table) > _sweep_at:
        _sweep()
    return node


def line_of(origin: tuple[Any, int]) -> str:
    """The origin of a node as a person writes it: `file:line`."""
    code, line = origin
    return f"{os.path.basename(code.co_filename)}:{line}"


def postorder(
    outputs: Iterable[Node], stop: MutableMapping[Node, Any] | None = None, *, known: bool = False
) -> list[Node]:
    """All nodes the outputs depend on, each after its inputs.

    Nodes in `stop` are neither entered nor listed. With `known`, nodes that carry a value end the
    walk too, and their values are entered into `stop`: a condition forced late in a long trace
    must not walk the whole past again. Iterative and linear: a chain of a million nodes is as good
    as any other graph.
    """
    stop = {} if stop is None else stop
    done = set(stop)
    order: list[Node] = []
    stack = list(outputs)
    stack.reverse()
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif known and node.value is not None:
            stop[node] = node.value
            done.add(node)
        else:
            depth = len(stack)
            for operand in node.inputs[::-1]:
                if operand not in done:
                    stack.append(operand)
            if len(stack) == depth:
                stack.pop()
                done.add(node)
                order.append(node)
    return order


def depending(outputs: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """The nodes below the outputs that are computed from one of the sources; those too."""
    found = set(sources)
    for node in postorder(outputs, dict.fromkeys(found)):
        if not found.isdisjoint(node.inputs):
            found.add(node)
    return found
