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
from collections.abc import Callable, Container, Sequence
from typing import Any

from infinitesimal.core.body import PICK, Body, picks, place
from infinitesimal.core.check import operand_count
from infinitesimal.core.graph import Graph
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE, Literal, constant, input_node
from infinitesimal.core.node import Node, make
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.reader import MAXIMUM_RANK, Reader
from infinitesimal.core.text import BARE_NAME
from infinitesimal.core.types import Bundle, Type
from infinitesimal.errors import GraphError

__all__ = ["parse"]

_HIGHEST_ORDER = 1000  # of a derivative of an elementwise word, such as polygamma
NOBODY = "_"  # the name of a result that nobody reads
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
    lines = _Lines(rows)
    inputs, outputs, names = _block(lines, "graph", _named)
    if lines.left:
        raise lines.next().fault("nothing stands behind what a graph returns")
    return Graph(tuple(inputs), tuple(outputs), tuple(names))


class _Lines:
    """The lines of a text and how many have been read."""

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        self._rows = rows
        self._read = 0
        self.depth = 0

    @property
    def left(self) -> int:
        return len(self._rows) - self._read

    def next(self) -> Reader:
        """The next line; of a text that has ended, the last, read to its end."""
        reader = Reader(*self._rows[min(self._read, len(self._rows) - 1)])
        if not self.left:
            reader.place = len(reader.line)
            raise reader.fault("the text ends here, where a `return` is still to come")
        self._read += 1
        return reader

    def starts(self, word: str) -> bool:
        """Whether the next line starts with this word."""
        if not self.left:
            return False
        line = self._rows[self._read][1].lstrip()
        return line.startswith(word) and not BARE_NAME.match(line[len(word) :])


def _block(
    lines: _Lines, word: str, leaf: Callable[[int, Type], Node]
) -> tuple[list[Node], list[Node], list[str]]:
    """`graph (…)` or the head of an inner program, its equations, and what it returns."""
    named: dict[str, Node] = {}
    inputs, names = _head(lines.next(), word, named, leaf)
    while lines.left > 1 and not lines.starts("return"):
        _equation(lines, lines.next(), named)
    return inputs, _tail(lines.next(), named), names


def _named(_: int, type: Type) -> Node:
    return input_node(type)


def _head(
    reader: Reader, word: str, named: dict[str, Node], leaf: Callable[[int, Type], Node]
) -> tuple[list[Node], list[str]]:
    """`graph (x: f64[3], y: f64)`: the inputs and their names."""
    reader.expect(word)
    reader.skip()
    reader.expect("(")
    inputs: list[Node] = []
    names: list[str] = []
    while not reader.take(")"):
        if inputs:
            reader.expect(",")
        name = _new_name(reader, named)
        names.append(name)
        inputs.append(leaf(len(inputs), reader.type()))
        named[name] = inputs[-1]
        reader.skip()
    reader.end()
    return inputs, names


def _new_name(reader: Reader, named: Container[str], beside: Sequence[str] = ()) -> str:
    """A name that is not taken yet, above or on this line, and the colon behind it."""
    reader.skip()
    start = reader.place
    name = reader.name()
    if (name in named or name in beside) and name != NOBODY:
        raise reader.fault(f"the name {name} is given twice", at=start)
    reader.skip()
    reader.expect(":")
    reader.skip()
    return name


def _equation(lines: _Lines, reader: Reader, named: dict[str, Node]) -> None:
    """`a: f64[2] = matmul w x`: one more named node, or several, as in `a: f64, _: f64[3] = …`."""
    declared: list[tuple[str, Type, int]] = []
    while not declared or reader.take(","):
        name = _new_name(reader, named, [name for name, *_ in declared])
        declared.append((name, reader.type(), reader.place))
        reader.skip()
    reader.expect("=")
    reader.skip()
    node = _right_side(lines, reader, named)
    results = picks(node) if isinstance(node.type, Bundle) else [node]
    if len(results) != len(declared):
        found = f"the right side has {len(results)} results, not {len(declared)}"
        raise reader.fault(found, at=declared[-1][2])
    for (name, type, end), result in zip(declared, results, strict=True):
        if result.type is not type:
            at = end - len(str(type))
            raise reader.fault(f"the right side is of type {result.type}, not {type}", at=at)
        if name != NOBODY or name not in named:
            named[name] = result


def _right_side(lines: _Lines, reader: Reader, named: dict[str, Node]) -> Node:
    start = reader.place
    primitive = _word(reader)
    operands: list[Node] = []
    values: dict[str, Any] = {}
    written = iter([name for name in primitive.parameters if name not in primitive.bodies])
    while reader.skip():
        name = reader.parameter()
        if name is None:
            if values:
                raise reader.fault("an operand stands before the parameters")
            operands.append(_operand(reader, named))
        else:
            wanted = next(written, None)
            while wanted is not None and name != wanted and wanted in primitive.optional:
                values[wanted] = primitive.optional[wanted]
                wanted = next(written, None)
            if name != wanted:
                raise reader.fault(f"the next parameter of {primitive.name} is {wanted}", at=start)
            values[name] = reader.value()
    for name in written:
        if name not in primitive.optional:
            raise reader.fault(f"{primitive.name} needs its parameter {name}")
        values[name] = primitive.optional[name]
    for name, kind in primitive.bodies.items():
        values[name] = _programs(lines, reader, name, several=kind is tuple)
    params = tuple([values[name] for name in primitive.parameters])
    return _applied(reader, start, primitive, tuple(operands), params)


def _programs(lines: _Lines, reader: Reader, name: str, *, several: bool) -> Any:
    """The inner programs of a word, from the lines below it."""
    found: list[Body] = []
    lines.depth += 1
    if lines.depth > MAXIMUM_RANK:
        raise reader.fault("programs within too many programs")
    while lines.starts(name) and (several or not found):
        inputs, outputs, _ = _block(lines, name, _place)
        found.append(Body(tuple(inputs), tuple(outputs)))
    lines.depth -= 1
    if not found:
        raise reader.fault(f"a line `{name} (…)` should follow this one")
    return tuple(found) if several else found[0]


def _place(number: int, type: Type) -> Node:
    return place(type, number)


def _word(reader: Reader) -> Primitive:
    start = reader.place
    match = reader.match(_NAME_OF_WORD)
    primitive = None if match is None else REGISTRY.get(match[0])
    if primitive is None or primitive in (INPUT, VARIABLE, PICK):
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
        known = isinstance(error, GraphError)
        reason = (error.why or error.asked) if known else str(error).partition("\n")[0]
        raise reader.fault(
            f"{primitive.name} does not take these operands and parameters: {reason}", at=start
        ) from None
    for found in node.type.parts:
        sizes = found.shape[1:] if found.tape else found.shape
        if len(sizes) > MAXIMUM_RANK or not all(type(size) is int and size >= 0 for size in sizes):
            raise reader.fault(f"no array has the shape {found.shape}", at=start)
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
