"""How a node of the graph is written down as mathematics.

In: a node, and what some nodes are called. Out: an `Expression` in which called nodes stand by
their names (or by their numbers, when numbers are put in). Sums, products, quotients and powers are
written as on paper; every other word by the notation in its record.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from infinitesimal.core.body import PICK
from infinitesimal.core.leaf import CONSTANT, VARIABLE
from infinitesimal.core.node import NEVER, Node
from infinitesimal.core.number_text import key, parameter
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loop_words import picked_written
from infinitesimal.explain.numbers import fraction, shown

__all__ = ["spell"]


def spell(node: Node, called: Mapping[Node, Expression], *, inside: bool = False) -> Expression:
    """The node written in terms of what is called.

    `inside=True` writes out the node itself even if it has a name.
    """
    if not inside and node in called:
        return called[node]
    if node.primitive is CONSTANT:
        return _constant(node.params[0].array)
    if node.primitive is VARIABLE:
        return spell(node.inputs[0], called)
    if node.primitive is PICK:
        return picked_written(node, called, spell)
    operands = [spell(operand, called) for operand in node.inputs]
    if node.primitive.name in _KEEPING:  # a negative number put in keeps its brackets
        operands = [
            write.group(told) if _put_in(operand, called) and told.head == "minus" else told
            for operand, told in zip(node.inputs, operands, strict=True)
        ]
    writer = _WRITERS.get(node.primitive.name)
    if writer is not None:
        return writer(*operands, *_exponents(node))
    return write.word(node.primitive.name, *operands, *_parameters(node))


def _put_in(operand: Node, called: Mapping[Node, Expression]) -> bool:
    return operand in called and operand.reach != NEVER


def _constant(value: Any) -> Expression:
    if value.ndim == 0 and float(value) in _FAMOUS:
        return _FAMOUS[float(value)]
    exact = fraction(value)
    return shown(value if exact is None else exact)


def _exponents(node: Node) -> list[Expression]:
    return [shown(n) for n in node.params] if node.primitive.name == "integer_power" else []


def _parameters(node: Node) -> list[str]:
    """Static parameters that matter to a reader: which elements, which axis, which order."""
    told: list[str] = []
    for name, value in zip(node.primitive.parameters, node.params, strict=True):
        if name == "key":
            told.append(f"key={key(value)}")
        elif name in ("n", "m", "order") or (name == "axis" and node.type.shape):
            told.append(f"{name}={parameter(value, 'text')}")
    return told


def _sum(*terms: Expression) -> Expression:
    """A chain of sums is written without brackets where it would be read from left to right."""
    if any(term.head == "add" for term in terms[1:]):
        return write.add(*[write.group(term) if term.head == "add" else term for term in terms])
    flat: list[Expression] = []
    for term in terms:
        flat.extend(term.operands if term.head == "add" else [term])
    return write.add(*flat)


def _difference(left: Expression, right: Expression) -> Expression:
    taken = write.group(right) if right.head in ("add", "minus") else right
    return _sum(left, write.minus(taken))


def _product(*factors: Expression) -> Expression:
    if factors[0].head == "minus" and len(factors) > 1:  # −(ab), not (−a)b
        return write.minus(_product(factors[0].operands[0], *factors[1:]))
    flat: list[Expression] = []
    for factor in factors:
        flat.extend(factor.operands if factor.head == "times" else [factor])
    numbers = [factor for factor in flat if factor.head == "number"]
    others = [factor for factor in flat if factor.head != "number"]
    # one number in front, as one writes 2y for y·2
    return write.times(*numbers, *others) if len(numbers) == 1 and others else write.times(*flat)


def _quotient(top: Expression, bottom: Expression) -> Expression:
    if top.head == "minus":  # −(a/b), not (−a)/b
        return write.minus(_quotient(top.operands[0], bottom))
    return write.over(top, bottom)


def _named(function: str, latex: str = "") -> Callable[..., Expression]:
    def writer(*operands: Expression) -> Expression:
        return write.call(function, *operands, latex=latex or rf"\{function}")

    return writer


def _lowered(x: Expression, y: Expression) -> Expression:
    """y·x^(y − 1)."""
    return _product(y, write.power(x, write.add(y, write.minus(_ONE))))


def _grown(x: Expression, y: Expression) -> Expression:
    """x^y·ln(x)."""
    return _product(write.power(x, y), _named("ln")(x))


def _alone(x: Expression, *_: Expression) -> Expression:
    return x


def _picked(chosen: Expression, operand: Expression, other: Expression) -> Expression:
    """[f = x] − [x = y]/2: one where the operand was chosen, zero elsewhere, a half in a tie."""
    tie = write.over(_condition(operand, other), _TWO)
    return write.add(_condition(chosen, operand), write.minus(tie))


def _condition(left: Expression, right: Expression) -> Expression:
    """[x = y]: one where it holds, zero elsewhere; its sides are written even where alike."""
    return write.array(Expression("equals", (left, right)))


def _element(x: Expression, *places: Expression) -> Expression:
    """x[i, j]."""
    parts: list[Expression | str] = [x, "["]
    for k, place in enumerate(places):
        parts += [", ", place] if k else [place]
    return write.said(*parts, "]")


def _side_by_side(*parts: Expression) -> Expression:
    return write.array(*parts)


def _squared(x: Expression) -> Expression:
    return write.power(x, _TWO)


_ONE, _TWO = write.number("1"), write.number("2")
_PI = write.name("π")
_FAMOUS = {
    math.pi: _PI,
    math.e: write.name("e"),
    math.tau: write.times(_TWO, _PI),
    math.pi / 2: write.over(_PI, _TWO),
}
_KEEPING = ("multiply", "scale", "scale_both", "divide", "quotient", "negative")
_WRITERS: dict[str, Callable[..., Expression]] = {
    "add": _sum,
    "subtract": _difference,
    "multiply": _product,
    "scale": _product,
    "scale_both": _product,
    "divide": _quotient,
    "quotient": _quotient,
    "reciprocal": functools.partial(write.over, _ONE),
    "negative": write.minus,
    "power": write.power,
    "float_power": write.power,
    "integer_power": write.power,
    "square": _squared,
    "power_slope": _lowered,
    "power_growth": _grown,
    "exp": _named("exp"),
    "log": _named("ln"),
    "maximum": _named("max"),
    "minimum": _named("min"),
    "expit": _named("sigmoid", r"\sigma"),
    "picked": _picked,
    "concatenate": _side_by_side,
    "gather": _element,
    "positive": _alone,
    "broadcast": _alone,
    "reshape": _alone,
    "astype": _alone,
}
