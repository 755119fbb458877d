"""What every graph must be: its invariants, proved of one graph in linear time.

In: a `Graph`. Out: nothing, or the `GraphError` that names the first node that breaks one. A graph
made by `core.node.make` and closed by `core.graph.close` keeps them by construction; this is the
proof that a pass, a parser or a new word has not gone round those doors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from infinitesimal.core.body import Body
from infinitesimal.core.graph import Graph
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE, Literal
from infinitesimal.core.node import NEVER, Node, make
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.span import Span
from infinitesimal.core.types import Type, type_of
from infinitesimal.errors import GraphError, InfinitesimalError

__all__ = ["check", "operand_count"]

_PARAMETERS = (bool, int, float, complex, str, type(None), type(...), np.dtype, Type, Literal)


def check(graph: Graph) -> None:
    """Prove that a graph keeps every invariant of its kind.

    - its inputs are input leaves, each once, with names that differ; nothing else is an input;
    - every node stands after the nodes it reads, and no variable is left;
    - every word is the registered one, with as many operands and parameters as it declares;
    - every parameter is a plain immutable value that the text of a graph can say;
    - the same holds of every program inside a word;
    - every type is the one its word infers, and asking for a node again gives the same node.

    Raises `GraphError` for the first that is broken.
    """
    _check_inputs(graph)
    inputs = set(graph.inputs)
    for node in _in_order(graph):
        if node.primitive is INPUT:
            if node not in inputs:
                raise _broken(node, "it is an input that is not among those of the graph")
            continue
        _check_word(node)
        for name, value in zip(node.primitive.parameters, node.params, strict=True):
            if name not in node.primitive.bodies:
                _check_parameter(node, value)
        for _, body in node.primitive.programs(node.params):
            _check_program(node, body)
        _check_type(node)
        _check_leaves(node)


def operand_count(primitive: Primitive) -> int | None:
    """How many operands an elementwise word takes; None where its type rule decides."""
    if primitive.kind != "elementwise" or primitive.notation is None:
        return None
    return len(primitive.notation.operands)


def _broken(node: Node, why: str) -> GraphError:
    inputs = ", ".join(str(operand.type) for operand in node.inputs)
    return GraphError(
        "a graph checked", found=f"{node.primitive.name}({inputs}): {node.type}", why=why
    )


def _check_inputs(graph: Graph) -> None:
    for node in graph.inputs:
        if node.primitive is not INPUT:
            raise _broken(node, "it is listed among the inputs and is none")
    for what, given in (("an input", graph.inputs), ("a name", graph.names)):
        if len(set(given)) != len(given):
            raise GraphError("a graph checked", why=f"{what} is listed twice")
    if len(graph.names) > len(graph.inputs):
        raise GraphError("a graph checked", why="it has more names than inputs")


def _in_order(graph: Graph) -> Iterator[Node]:
    """Every node once, each after those it reads; a node that reads itself is an error."""
    open_nodes: set[Node] = set()
    done: set[Node] = set()
    stack = list(reversed(graph.outputs))
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif node in open_nodes:
            stack.pop()
            open_nodes.discard(node)
            done.add(node)
            yield node
        else:
            open_nodes.add(node)
            for operand in reversed(node.inputs):
                if operand in open_nodes:
                    raise _broken(operand, "it reads a node that reads it")
                if operand not in done:
                    stack.append(operand)


def _check_word(node: Node) -> None:
    primitive = node.primitive
    if REGISTRY.get(primitive.name) is not primitive:
        raise _broken(node, f"its word is not the registered {primitive.name!r}")
    if primitive is VARIABLE:
        raise _broken(node, "a point of differentiation is left in it")
    if len(node.params) != len(primitive.parameters):
        raise _broken(
            node, f"it has {len(node.params)} parameters and declares {len(primitive.parameters)}"
        )
    count = operand_count(primitive)
    if count is not None and len(node.inputs) != count:
        raise _broken(node, f"it reads {len(node.inputs)} operands and takes {count}")


def _check_parameter(node: Node, value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) in (tuple, Span):
            pending.extend(item)  # pyright: ignore[reportUnknownArgumentType]
        elif type(item) not in _PARAMETERS and not isinstance(item, np.dtype):
            raise _broken(node, f"a parameter of class {type(item).__name__} cannot be written")


def _check_program(node: Node, body: Any) -> None:
    """A program inside a word is a graph too, and has no inputs but its own."""
    if not isinstance(body, Body):
        raise _broken(node, f"a program of class {type(body).__name__}")
    check(Graph(body.inputs, body.outputs))


def _check_type(node: Node) -> None:
    if node.primitive is CONSTANT:
        literal = node.params[0]
        if type_of(literal.array) is not node.type:
            raise _broken(node, f"its value is of type {type_of(literal.array)}")
    try:
        inferred = node.primitive.infer(*[operand.type for operand in node.inputs], *node.params)
        again = make(node.primitive, node.inputs, node.params)
    except (InfinitesimalError, TypeError, ValueError) as error:
        raise _broken(node, f"its word refuses these operands and parameters: {error}") from None
    if inferred is not node.type:
        raise _broken(node, f"its word infers {inferred}")
    if again is not node:
        raise _broken(node, "the same word on the same operands is another node")


def _check_leaves(node: Node) -> None:
    """The two numbers about leaves: `reach` and `active` follow from those of the operands."""
    reach = min((operand.reach for operand in node.inputs), default=NEVER)
    flows = node.primitive.jvp is not None and node.type.inexact
    active = min((operand.active for operand in node.inputs), default=NEVER) if flows else NEVER
    if (node.reach, node.active) != (reach, active):
        raise _broken(node, "what it says of its leaves does not follow from its operands")
