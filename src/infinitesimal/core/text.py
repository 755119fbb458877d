"""How a graph is written: one typed equation a line.

In: inputs with their names, and outputs. Out: text that `core.parse` reads back to the same graph.

    graph (x: f64[3], w: f64[2,3])
      a: f64[2] = matmul w x
      b: f64[2] = tanh a
      c: f64    = sum b axis=(0,)
    return c

Scalar constants stand where they are used (`2.0`; another dtype follows a colon, `2:i32`); arrays
have an equation of their own, written in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import CONSTANT, Literal, Node, postorder
from infinitesimal.core.types import BOOL, FLOAT64, INT64, Type, dtype_code

__all__ = ["render", "short_names", "write_parameter", "write_scalar"]

_NATURAL = {FLOAT64.dtype: float, INT64.dtype: int, BOOL.dtype: bool}


def render(inputs: Sequence[Node], outputs: Sequence[Node], names: Sequence[str] = ()) -> str:
    """The text of the graph from these inputs to these outputs; `names` are those of the inputs."""
    order = [node for node in postorder(outputs, dict.fromkeys(inputs)) if not _inline(node)]
    called = dict(zip(inputs, names, strict=False))
    fresh = (name for name in short_names() if name not in names)
    for node in (*inputs, *order):
        if node not in called:
            called[node] = next(fresh)
    head = ", ".join(f"{called[node]}: {node.type}" for node in inputs)
    rows = [(f"{called[node]}: {node.type}", _right_side(node, called)) for node in order]
    width = max((len(left) for left, _ in rows), default=0)
    body = [f"  {left:<{width}} = {right}" for left, right in rows]
    tail = ", ".join(_operand(node, called) for node in outputs)
    return "\n".join([f"graph ({head})", *body, f"return {tail}".rstrip()])


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
    ]
    return " ".join(
        [node.primitive.name, *(_operand(operand, called) for operand in node.inputs), *parameters]
    )


def write_scalar(value: Any, type: Type) -> str:
    """A number in its shortest exact form, with its dtype where that is not the natural one."""
    text = repr(value.item())
    natural = _NATURAL.get(type.dtype)
    return text if natural is not None else f"{text}:{dtype_code(type.dtype)}"


def write_parameter(value: Any) -> str:
    """A static parameter in the notation `core.parse` reads: Python's literals, slices, types and arrays."""
    match value:
        case Literal():
            return f"{value.type}{_listing(value.array)}"
        case Type():
            return repr(value)
        case np.dtype():
            return dtype_code(value)
        case tuple():
            inner = ", ".join(write_parameter(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
            return f"({inner},)" if len(value) == 1 else f"({inner})"  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return repr(value)


def _listing(array: Any) -> str:
    return repr(np.asarray(array).tolist()).replace(" ", "")
