"""How a node of the graph is written down as mathematics.

In: a node, and what some nodes are called. Out: an `Expression` in which called nodes stand by their names (or by their
numbers, when numbers are put in). Sums, products, quotients and powers are written as on paper; every other word by
the notation in its record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infinitesimal.core.node import CONSTANT, VARIABLE, Node
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import fraction, shown

__all__ = ["spell"]


def spell(node: Node, called: Mapping[Node, Expression], *, inside: bool = False) -> Expression:
    """The node written in terms of what is called; `inside=True` writes out the node itself even if it has a name."""
    if not inside and node in called:
        return called[node]
    if node.primitive is CONSTANT:
        value = node.params[0].array
        exact = fraction(value)
        return shown(value if exact is None else exact)
    if node.primitive is VARIABLE:
        return spell(node.inputs[0], called)
    operands = [spell(operand, called) for operand in node.inputs]
    writer = _WRITERS.get(node.primitive.name)
    if writer is not None:
        return writer(*operands)
    return write.word(node.primitive.name, *operands, *_parameters(node))


def _parameters(node: Node) -> list[Expression]:
    """Static parameters that matter to a reader, after the operands."""
    pairs = zip(node.primitive.parameters, node.params, strict=True)
    return [
        write.text(f"{name}={value}")
        for name, value in pairs
        if isinstance(value, (int, tuple)) and value != ()
    ]


def _sum(*terms: Expression) -> Expression:
    flat: list[Expression] = []
    for term in terms:
        flat.extend(term.operands if term.head == "add" else [term])
    return write.add(*flat)


def _product(*factors: Expression) -> Expression:
    flat: list[Expression] = []
    for factor in factors:
        flat.extend(factor.operands if factor.head == "times" else [factor])
    numbers = [factor for factor in flat if factor.head == "number"]
    others = [factor for factor in flat if factor.head != "number"]
    # one number in front, as one writes 2y for y·2
    return write.times(*numbers, *others) if len(numbers) == 1 and others else write.times(*flat)


_TWO = write.number("2")
_WRITERS: dict[str, Callable[..., Any]] = {
    "add": _sum,
    "subtract": lambda x, y: _sum(x, write.minus(write.group(y) if y.head == "add" else y)),
    "multiply": _product,
    "scale": _product,
    "divide": write.over,
    "negative": write.minus,
    "positive": lambda x: x,
    "power": write.power,
    "square": lambda x: write.power(x, _TWO),
    "exp": lambda x: write.call("exp", x, latex=r"\exp"),
    "broadcast": lambda x: x,
    "astype": lambda x: x,
}
