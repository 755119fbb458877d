"""How the text of a graph is read back: the inverse of `core.text`.

In: text as `render` writes it. Out: the `Graph` that prints that text, with the same bits in every
constant (but for the sign and payload of a NaN). Whatever is wrong with the text is a `GraphError`
that shows the line and points at the place. Each character is read once, and nothing is evaluated.

    graph (x: f64[3])
      a: f64[3] = multiply x 2.0
      b: f64    = sum a axis=(0,)
    return b
"""

from __future__ import annotations

import re
from typing import Any

from infinitesimal.core.check import operand_count
from infinitesimal.core.graph import Graph
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE, Literal, constant, input_node
from infinitesimal.core.node import Node, make
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.reader import MAXIMUM_RANK, Reader
from infinitesimal.errors import GraphError

__all__ = ["parse"]

_HIGHEST_ORDER = 1000  # of a derivative of an elementwise word, such as polygamma
_NAME_OF_WORD = re.compile(r"[^\W\d][\w.]*")


def parse(text: str) -> Graph:
    r"""The graph that this text describes; `str` of it is the same text again.

    The type on the left of each equation is compared with the one that follows from its right side.
    Raises `GraphError`, with the line and a mark under the place, for anything that is not a graph.

    >>> print(parse("graph (x: f64)\n  a: f64 = multiply x 2.0\nreturn a"))
    graph (x: f64)
      a: f64 = multiply x 2.0
    return a
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise GraphError(f"the text of a graph that is a {type(text).__name__}")
    rows = [(k, row) for k, row in enumerate(text.split("\n"), 1) if row.strip()]
    if len(rows) < 2:
        raise GraphError(
            "the text of a graph",
            found=f"{len(rows)} line{'s' if len(rows) != 1 else ''}",
            why="it has at least two lines: `graph (…)` and `return …`",
        )
    named: dict[str, Node] = {}
    inputs, names = _head(Reader(*rows[0]), named)
    for number, row in rows[1:-1]:
        _equation(Reader(number, row), named)
    outputs = _tail(Reader(*rows[-1]), named)
    return Graph(tuple(inputs), tuple(outputs), tuple(names))


def _head(reader: Reader, named: dict[str, Node]) -> tuple[list[Node], list[str]]:
    """`graph (x: f64[3], y: f64)`: the inputs and their names."""
    reader.expect("graph")
    reader.skip()
    reader.expect("(")
    inputs: list[Node] = []
    names: list[str] = []
    while not reader.take(")"):
        if inputs:
            reader.expect(",")
        name = _new_name(reader, named)
        names.append(name)
        inputs.append(input_node(reader.type()))
        named[name] = inputs[-1]
        reader.skip()
    reader.end()
    return inputs, names


def _new_name(reader: Reader, named: dict[str, Node]) -> str:
    """A name that is not taken yet, and the colon behind it."""
    reader.skip()
    start = reader.place
    name = reader.name()
    if name in named:
        raise reader.fault(f"the name {name} is given twice", at=start)
    reader.skip()
    reader.expect(":")
    reader.skip()
    return name


def _equation(reader: Reader, named: dict[str, Node]) -> None:
    """`a: f64[2] = matmul w x`: one more named node."""
    name = _new_name(reader, named)
    start = reader.place
    declared = reader.type()
    reader.skip()
    reader.expect("=")
    reader.skip()
    node = _right_side(reader, named)
    if node.type is not declared:
        raise reader.fault(f"the right side is of type {node.type}, not {declared}", at=start)
    named[name] = node


def _right_side(reader: Reader, named: dict[str, Node]) -> Node:
    start = reader.place
    primitive = _word(reader)
    operands: list[Node] = []
    values: list[Any] = []
    parameters = iter(primitive.parameters)
    while reader.skip():
        name = reader.parameter()
        if name is None:
            if values:
                raise reader.fault("an operand stands before the parameters")
            operands.append(_operand(reader, named))
        else:
            wanted = next(parameters, None)
            if name != wanted:
                raise reader.fault(f"the next parameter of {primitive.name} is {wanted}", at=start)
            values.append(reader.value())
    missing = next(parameters, None)
    if missing is not None:
        raise reader.fault(f"{primitive.name} needs its parameter {missing}")
    return _applied(reader, start, primitive, tuple(operands), tuple(values))


def _word(reader: Reader) -> Primitive:
    start = reader.place
    match = reader.match(_NAME_OF_WORD)
    primitive = None if match is None else REGISTRY.get(match[0])
    if primitive is None or primitive in (INPUT, VARIABLE):
        raise reader.fault("there is no word of this name", at=start)
    return primitive


def _applied(
    reader: Reader,
    start: int,
    primitive: Primitive,
    operands: tuple[Node, ...],
    params: tuple[Any, ...],
) -> Node:
    """The node of a word, these operands and parameters, which its type rule must accept."""
    if primitive is CONSTANT:
        if operands or not isinstance(params[0], Literal):
            raise reader.fault("a constant is a type and its elements", at=start)
        return constant(params[0].array)
    arity = operand_count(primitive)
    if arity is not None and len(operands) != arity:
        plural = "" if arity == 1 else "s"
        raise reader.fault(f"{primitive.name} takes {arity} operand{plural}", at=start)
    if primitive.kind == "elementwise" and primitive.name != "integer_power":
        # its type rule tries it on one element, and that takes as long as its order is high
        if any(type(value) is int and abs(value) > _HIGHEST_ORDER for value in params):
            raise reader.fault(f"an order above {_HIGHEST_ORDER}", at=start)
    try:
        if params:  # asked anew: among the types already known, 2.0 would pass for 2
            primitive.infer(*[operand.type for operand in operands], *params)
        node = make(primitive, operands, params)
    except Exception as error:  # a type rule trusts its parameters; this text need not be right
        reason = error.asked if isinstance(error, GraphError) else str(error).partition("\n")[0]
        raise reader.fault(
            f"{primitive.name} does not take these operands and parameters: {reason}", at=start
        ) from None
    shape = node.type.shape
    if len(shape) > MAXIMUM_RANK or not all(type(size) is int and size >= 0 for size in shape):
        raise reader.fault(f"no array has the shape {shape}", at=start)
    return node


def _operand(reader: Reader, named: dict[str, Node]) -> Node:
    """A number, or the name of an input or of an earlier line."""
    number = reader.scalar()
    if number is not None:
        return constant(*number)
    start = reader.place
    name = reader.name()
    if name not in named:
        raise reader.fault(f"nothing above is called {name}", at=start)
    return named[name]


def _tail(reader: Reader, named: dict[str, Node]) -> list[Node]:
    """`return a, b`: the outputs."""
    reader.expect("return")
    outputs: list[Node] = []
    while reader.skip():
        if outputs:
            reader.expect(",")
            reader.skip()
        outputs.append(_operand(reader, named))
    return outputs
