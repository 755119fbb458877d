"""A product multiplied out by hand, term by term, before and after like terms are collected.

In: a node. Out: the same function as a sum of products. Its derivative can then be taken term by
term, which is how it is often done on paper; `explain` shows it beside the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from infinitesimal.core.node import Node, postorder
from infinitesimal.optimise.collect import (
    ARITHMETIC,
    MOST_TERMS,
    Collector,
    divided,
    negated,
    parameters_of,
)
from infinitesimal.optimise.polynomial import (
    ONE,
    Atoms,
    Polynomial,
    number,
    product,
    raised,
    written_back,
)

__all__ = ["combine", "expand"]


def expand(node: Node, first: Sequence[Node] = ()) -> Node | None:
    """The node as a sum of products in the order in which they arise, nothing collected yet.

    (x + y)·(x + 2·y) becomes x² + 2·x·y + x·y + 2·y². None where there would be too many terms.
    """
    atoms = Atoms(first)
    terms: dict[Node, list[Polynomial] | None] = {}
    for step in postorder([node]):
        terms[step] = _terms_of(step, terms, atoms)
    found = terms[node]
    if found is None:
        return None
    sum: Node | None = None
    for term in found:
        (coefficient,) = term.values()
        plus = sum is None or coefficient > 0
        written = written_back(term if plus else negated(term), atoms, node.type)
        sum = written if sum is None else (sum + written if plus else sum - written)
    return sum


def _terms_of(
    node: Node, known: dict[Node, list[Polynomial] | None], atoms: Atoms
) -> list[Polynomial] | None:
    """The terms of a node multiplied out, each a polynomial of one term."""
    value = number(node)
    if value is not None:
        return [{ONE: value}] if value else []
    operands = [] if node.primitive.kind == "leaf" else [known[x] for x in node.inputs]
    if node.primitive.name not in ARITHMETIC or not operands:
        return [atoms.alone(node)]
    if any(terms is None for terms in operands):
        return None
    factors = [terms for terms in operands if terms is not None]
    terms = _hand(node, [*factors, *([exponent] for exponent in parameters_of(node))])
    if terms is None:
        return [atoms.alone(node)]
    return terms if len(terms) <= MOST_TERMS else None


def _hand(node: Node, operands: list[list[Polynomial]]) -> list[Polynomial] | None:
    match node.primitive.name:
        case "add" | "subtract":
            left, right = operands
            negate = node.primitive.name == "subtract"
            return [*left, *([negated(term) for term in right] if negate else right)]
        case "negative":
            return [negated(term) for term in operands[0]]
        case "positive":
            return operands[0]
        case "multiply":
            left, right = operands
            return [product(one, other) for one in left for other in right]
        case "reciprocal":
            found = divided({ONE: Fraction(1)}, operands[0][0]) if len(operands[0]) == 1 else None
            return None if found is None else [found]
        case "divide":
            left, right = operands
            if len(right) != 1:
                return None
            return [found for one in left if (found := divided(one, right[0])) is not None]
        case _:
            return _power_by_hand(operands)


def _power_by_hand(operands: list[list[Polynomial]]) -> list[Polynomial] | None:
    base, exponent = operands if len(operands) == 2 else (operands[0], [{ONE: Fraction(2)}])
    if len(exponent) != 1 or set(exponent[0]) != {ONE}:
        return None
    power = exponent[0][ONE]
    if len(base) == 1:
        found = raised(base[0], power)
        return None if found is None else [found]
    if power.denominator != 1 or not 1 <= power <= 8:
        return None
    terms: list[Polynomial] = [{ONE: Fraction(1)}]
    for _ in range(int(power)):
        terms = [product(one, other) for one in terms for other in base]
        if len(terms) > MOST_TERMS:
            return None
    return terms


def combine(node: Node, first: Sequence[Node] = ()) -> Node | None:
    """The node multiplied out with like terms collected: x² + 3·x·y + 2·y².

    None where there would be too many terms.
    """
    return Collector(first).multiplied_out(node)
