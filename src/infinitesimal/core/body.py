"""A program inside a word: the body of a loop, the branches of a choice.

In: the nodes that a traced body reads and gives. Out: a `Body`, closed: it begins with places,
which are leaves without identity, and what it used from outside has become an operand. Places
are canonical, so two bodies made alike are made of the same nodes: comparing them costs nothing.

A word with several results is one node whose type is a `Bundle`; the word `pick` takes one of them.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE, constant
from infinitesimal.core.node import Node, enter, make, postorder
from infinitesimal.core.primitive import Primitive, register
from infinitesimal.core.program import Program, program
from infinitesimal.core.text import render
from infinitesimal.core.types import Bundle, Type
from infinitesimal.errors import GraphError

__all__ = ["PICK", "Body", "closed", "number_of", "pick", "picks", "place", "renumbered"]


@dataclass(frozen=True)
class Body:
    """A function from the values of its places to those of `outputs`; prints like a graph."""

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]

    @cached_property
    def program(self) -> Program:
        """The body laid out for running, once for all steps."""
        return program(self.outputs, self.inputs)

    def __str__(self) -> str:
        return render(self.inputs, self.outputs)

    def __repr__(self) -> str:
        return str(self)


_FIRST = -2  # Python gives -1 and -2 the same hash
# Held for good, unlike other nodes: two threads must never have two places of one number.
_places: dict[tuple[Type, int], Node] = {}


def place(type: Type, number: int) -> Node:
    """The leaf of this type and number: the same one each time it is asked for."""
    leaf = _places.get((type, number))
    if leaf is None:
        # older than any leaf of a trace, so that nothing takes it for its own
        serial = _FIRST - number
        made = enter(hash((INPUT, type, serial)), INPUT, (), (type, serial), type, serial)
        leaf = _places.setdefault((type, number), made)
    return leaf


def number_of(leaf: Node) -> int:
    """The number of a place."""
    return _FIRST - int(leaf.params[1])


def closed(
    inputs: Sequence[Node], outputs: Sequence[Node], inside: Container[Node]
) -> tuple[Body, list[Node]]:
    """The body from these leaves to these outputs, and the nodes from outside that it reads.

    `inside` are the nodes that belong to it; any other is captured, and so is every array: it
    becomes an input of the body, before the others.
    """
    captured: dict[Node, None] = {}
    seen = set(inputs)
    stack = list(reversed(outputs))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        scalar = node.primitive is CONSTANT and not node.type.ndim
        if not scalar and (node not in inside or node.primitive in (CONSTANT, INPUT)):
            captured[node] = None
        else:
            stack.extend(reversed(node.inputs))
    leaves = [*captured, *inputs]
    places = [place(node.type, number) for number, node in enumerate(leaves)]
    # an argument is a constant apart from all others; inside, a number is a number
    plain = {
        node: constant(node.params[0].array)
        for node in seen
        if node.primitive is CONSTANT and node not in captured
    }
    replaced = {**plain, **dict(zip(leaves, places, strict=True))}
    built = substitute(outputs, replaced, keep_variables=False)
    return Body(tuple(places), tuple(built)), list(captured)


def renumbered(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, of words whose programs number their places 0, 1, …, as a text would.

    Two programs that print alike are one then. No variable is left.
    """
    new: dict[Node, Node] = {}
    for node in postorder(outputs):
        inputs = tuple([new[operand] for operand in node.inputs])
        if node.primitive is VARIABLE:
            new[node] = inputs[0]
            continue
        params = tuple(
            [
                _numbered(value) if name in node.primitive.bodies else value
                for name, value in zip(node.primitive.parameters, node.params, strict=True)
            ]
        )
        changed = inputs != node.inputs or params != node.params
        new[node] = made = make(node.primitive, inputs, params) if changed else node
        made.origin = node.origin or made.origin
    return [new[node] for node in outputs]


def _numbered(program: Any) -> Any:
    if isinstance(program, tuple):
        return tuple(map(_numbered, program))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    places = [place(leaf.type, number) for number, leaf in enumerate(program.inputs)]
    inside = substitute(renumbered(program.outputs), dict(zip(program.inputs, places, strict=True)))
    return Body(tuple(places), tuple(inside))


# ---- one of several results


def _pick_type(bundle: Type, place: int) -> Type:
    if not isinstance(bundle, Bundle) or not 0 <= place < len(bundle.parts):
        raise GraphError(f"result {place} picked of {bundle}", why="there is no such result")
    return bundle.parts[place]


def _picked(values: Any, place: int) -> Any:
    return values[place]


def _picked_tangent(node: Node, tangents: Sequence[Any], *_: Any) -> Node | None:
    """A word with several results has a tangent for each, or None where all are zero."""
    (parts,) = tangents
    return None if parts is None else parts[node.params[0]]


def pick(bundle: Node, place: int) -> Node:
    """One result of a word with several."""
    return make(PICK, (bundle,), (place,))


PICK: Primitive = register(
    Primitive(
        "pick",
        "control",
        _pick_type,
        _picked,
        parameters=("place",),
        jvp=_picked_tangent,
        analytic=_picked,
        cost=0,
        because="one of several results has its own derivative",
        build=pick,
    )
)


def picks(bundle: Node) -> list[Node]:
    """All results of a word with several."""
    assert isinstance(bundle.type, Bundle)
    return [pick(bundle, k) for k in range(len(bundle.type.parts))]
