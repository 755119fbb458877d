"""How a graph is written: one typed equation a line.

In: inputs with their names, and outputs. Out: text that `core.parse` reads back to the same graph.

    graph (x: f64[3], w: f64[2,3])
      a: f64[2] = matmul w x
      b: f64[2] = tanh a
      c: f64    = sum b axis=(0,)
    return c

Scalar constants stand where they are used (`2.0`; another dtype follows a colon, `2:i32`); arrays
have an equation of their own, written in full. A word with several results has them all on its left
(`_` for those nobody reads), and the programs inside a word stand indented below it:

      a: f64, b: f64[10] = scan x xs carried=1 length=10
        body (c: f64, d: f64)
          e: f64 = add c d
        return e, e
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT, Literal
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import Primitive
from infinitesimal.core.span import Span
from infinitesimal.core.types import BOOL, FLOAT64, INT64, Bundle, Type, dtype_code

__all__ = ["BARE_NAME", "RESERVED", "render", "short_names", "write_parameter", "write_scalar"]

# A name, or the path of a leaf in a container, that can stand in a graph without quotes.
BARE_NAME = re.compile(r"([^\W\d]\w*)(?:\.[^\W\d]\w*|\[-?[0-9]+\]|\['[^'\\\n]*'\])*")
RESERVED = frozenset(
    ("graph", "return", "True", "False", "None", "Ellipsis", "inf", "nan", "infj", "nanj")
)
_NATURAL = {FLOAT64.dtype: float, INT64.dtype: int, BOOL.dtype: bool}


def render(inputs: Sequence[Node], outputs: Sequence[Node], names: Sequence[str] = ()) -> str:
    """The text of the graph from these inputs to these outputs; `names` are those of the inputs."""
    taken: set[str] = set()
    called: dict[Node, str] = {}
    for node, name in zip(inputs, names, strict=False):
        written = _written(name)
        if written not in taken:
            taken.add(written)
            called[node] = written
    fresh = (name for name in short_names() if name not in taken and name not in RESERVED)
    return "\n".join(_block("graph", inputs, outputs, called, fresh))


def _block(
    word: str,
    inputs: Sequence[Node],
    outputs: Sequence[Node],
    called: dict[Node, str],
    fresh: Iterator[str],
) -> list[str]:
    """The lines of a graph or of a program inside one; what has no name yet gets the next."""
    order = [node for node in postorder(outputs, dict.fromkeys(inputs)) if not _inline(node)]
    rows = [node for node in order if not _picks(node)]
    results = _results(order)
    for node in inputs:
        if node not in called:
            called[node] = next(fresh)
    lefts: list[str] = []
    below: list[list[str]] = []
    for node in rows:
        for result in results[node]:
            if result is not None and result not in called:
                called[result] = next(fresh)
        pairs = zip(results[node], node.type.parts, strict=True)
        lefts.append(", ".join(f"{'_' if x is None else called[x]}: {type}" for x, type in pairs))
        programs = node.primitive.programs(node.params)
        below.append(
            [
                f"    {line}"
                for name, body in programs
                for line in _block(name, body.inputs, body.outputs, {}, fresh)
            ]
        )
    head = ", ".join(f"{called[node]}: {node.type}" for node in inputs)
    tail = ", ".join(_operand(node, called) for node in outputs)
    plain = [left for left, node in zip(lefts, rows, strict=True) if node in called]
    width = max(map(len, plain), default=0)
    lines = [f"{word} ({head})"]
    for node, left, inner in zip(rows, lefts, below, strict=True):
        lines += [f"  {left:<{width}} = {_right_side(node, called)}", *inner]
    return [*lines, f"return {tail}".rstrip()]


def _results(order: Sequence[Node]) -> dict[Node, list[Node | None]]:
    """What stands on the left of each word: itself, or those of its results that are read."""
    results: dict[Node, list[Node | None]] = {}
    for node in order:
        if _picks(node):
            results[node.inputs[0]][node.params[0]] = node
        else:
            several = node.type.__class__ is Bundle
            results[node] = [None] * len(node.type.parts) if several else [node]
    return results


def _picks(node: Node) -> bool:
    return bool(node.inputs) and node.inputs[0].type.__class__ is Bundle


def _written(name: str) -> str:
    bare = BARE_NAME.fullmatch(name)
    return name if bare is not None and bare[1] not in RESERVED else repr(name)


def short_names() -> Iterator[str]:
    """The names a, b, …, z, aa, ab, …, without end."""
    length = 1
    while True:
        for number in range(26**length):
            letters: list[str] = []
            for _ in range(length):
                number, letter = divmod(number, 26)
                letters.append(chr(ord("a") + letter))
            yield "".join(reversed(letters))
        length += 1


def _inline(node: Node) -> bool:
    return node.primitive is CONSTANT and node.type.ndim == 0


def _operand(node: Node, called: dict[Node, str]) -> str:
    if node in called:
        return called[node]
    literal: Literal = node.params[0]
    return write_scalar(literal.array, node.type)


def _right_side(node: Node, called: dict[Node, str]) -> str:
    parameters = [
        f"{name}={write_parameter(value)}"
        for name, value in zip(node.primitive.parameters, node.params, strict=True)
        if not _left_out(node.primitive, name, value)
    ]
    return " ".join(
        [node.primitive.name, *(_operand(operand, called) for operand in node.inputs), *parameters]
    )


def _left_out(primitive: Primitive, name: str, value: Any) -> bool:
    if name in primitive.bodies:
        return True
    return name in primitive.optional and primitive.optional[name] == value


def write_scalar(value: Any, type: Type) -> str:
    """A number in its shortest exact form, with its dtype where that is not the natural one."""
    text = repr(value.item())
    natural = _NATURAL.get(type.dtype)
    return text if natural is not None else f"{text}:{dtype_code(type.dtype)}"


def write_parameter(value: Any) -> str:
    """A static parameter in the notation `core.parse` reads.

    Python's literals, slices (`0:4:2`), dtypes (`f64`), types, which always have brackets (`f64[]`
    is that of a scalar), and arrays: a type with the elements behind it.
    """
    match value:
        case Literal():
            return f"{_bracketed(value.type)}{_listing(value.array)}"
        case Type():
            return _bracketed(value)
        case np.dtype():
            return dtype_code(value)  # pyright: ignore[reportUnknownArgumentType]
        case Span():
            return repr(value)
        case tuple():
            inner = ", ".join(write_parameter(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
            return f"({inner},)" if len(value) == 1 else f"({inner})"  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return repr(value)


def _bracketed(type: Type) -> str:
    return f"{dtype_code(type.dtype)}[{type.sizes}]"


def _listing(array: Any) -> str:
    return repr(np.asarray(array).tolist()).replace(" ", "")
