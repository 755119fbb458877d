"""Sums of monomials: the normal form in which like terms meet, with exact rational coefficients.

In: nodes made of sums, products, quotients and powers; whatever is none of these is an *atom*. Out:
a `Polynomial`, which can be added, multiplied and raised to powers, and written back as a node. An
exponent may be negative or a fraction (x/y is x·y⁻¹), so these are polynomials in a wide sense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.leaf import CONSTANT, constant
from infinitesimal.core.node import Node
from infinitesimal.core.types import Type
from infinitesimal.ops.declare import like
from infinitesimal.ops.power import raise_to
from infinitesimal.optimise.match import number_of

__all__ = [
    "FRACTIONS",
    "Atoms",
    "Monomial",
    "Polynomial",
    "denominator",
    "exact",
    "product",
    "total",
    "written_back",
]

Monomial = tuple[tuple[int, Fraction], ...]  # atoms by number, in order, each with its exponent
Polynomial = Mapping[Monomial, Fraction]

ONE: Monomial = ()
_SMALL = 1000  # the largest denominator for which a float is taken for the fraction it stands for
FRACTIONS = {2, 3, 4, 6, 7, 8, 9, 11, 12}  # denominators written as a division: x/3, but 0.3·x


class Atoms:
    """The numbering of the nodes that are variables of polynomials: `first` ones first."""

    def __init__(self, first: Sequence[Node] = ()) -> None:
        self.nodes: list[Node] = []
        self._number: dict[Node, int] = {}
        for node in first:
            self.number(node)

    def number(self, node: Node) -> int:
        """The number of this node, a new one where it has none."""
        known = self._number.get(node)
        if known is None:
            known = self._number[node] = len(self.nodes)
            self.nodes.append(node)
        return known

    def alone(self, node: Node) -> Polynomial:
        """The polynomial that is this node and nothing else."""
        return {((self.number(node), Fraction(1)),): Fraction(1)}


def exact(value: float) -> Fraction | None:
    """The number a float stands for; None for infinities and NaN.

    A small fraction where it is the nearest float to one, otherwise the decimal it prints as.

    >>> exact(0.1), exact(1 / 3), exact(float("inf"))
    (Fraction(1, 10), Fraction(1, 3), None)
    """
    if not np.isfinite(value):
        return None
    small = Fraction(value).limit_denominator(_SMALL)
    return small if float(small) == value else Fraction(repr(value))


def total(left: Polynomial, right: Polynomial, sign: int = 1) -> Polynomial:
    """Left + sign·right."""
    terms = dict(left)
    for monomial, coefficient in right.items():
        found = terms.get(monomial, Fraction(0)) + sign * coefficient
        if found:
            terms[monomial] = found
        else:
            del terms[monomial]
    return terms


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    """left·right, multiplied out."""
    terms: dict[Monomial, Fraction] = {}
    for one, weight in left.items():
        for other, factor in right.items():
            monomial = times(one, other)
            found = terms.get(monomial, Fraction(0)) + weight * factor
            if found:
                terms[monomial] = found
            else:
                del terms[monomial]
    return terms


def times(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials: exponents add."""
    exponents = dict(left)
    for atom, exponent in right:
        found = exponents.get(atom, Fraction(0)) + exponent
        if found:
            exponents[atom] = found
        else:
            del exponents[atom]
    return tuple(sorted(exponents.items()))


def raised(polynomial: Polynomial, exponent: Fraction) -> Polynomial | None:
    """A single term raised to a power; None where that is no single term again.

    A fractional power is taken of an atom alone: (x²)^½ is |x|, not x.
    """
    if len(polynomial) != 1:
        return None
    ((monomial, coefficient),) = polynomial.items()
    whole = exponent.denominator == 1
    alone = len(monomial) == 1 and monomial[0][1] == 1 and coefficient == 1
    if not (whole or alone) or abs(exponent) > _SMALL:
        return None
    scaled = tuple((atom, power * exponent) for atom, power in monomial if power * exponent)
    return {scaled: coefficient ** int(exponent) if whole else coefficient}


def denominator(polynomial: Polynomial) -> Monomial:
    """The monomial that makes every exponent positive when it is multiplied by."""
    below: dict[int, Fraction] = {}
    for monomial in polynomial:
        for atom, exponent in monomial:
            if exponent < 0:
                below[atom] = max(below.get(atom, Fraction(0)), -exponent)
    return tuple(sorted(below.items()))


# ---- back to nodes


def written_back(polynomial: Polynomial, atoms: Atoms, type: Type) -> Node:
    """The polynomial as a sum of products, highest degree first, a positive term in front.

    Raises `OverflowError` when a coefficient is too large for a float.
    """
    terms = sorted(polynomial.items(), key=_rank)
    front = next((k for k, (_, coefficient) in enumerate(terms) if coefficient > 0), 0)
    terms.insert(0, terms.pop(front)) if terms else None
    sum: Any = None
    for monomial, coefficient in terms:
        negative = coefficient < 0 and sum is not None
        term = _term(monomial, -coefficient if negative else coefficient, atoms, type)
        if sum is None:
            sum = term
        else:
            sum = sum - term if negative else sum + term
    return like(constant(0.0, type.dtype) if sum is None else sum, type)


def _rank(term: tuple[Monomial, Fraction]) -> tuple[Any, ...]:
    """Higher degrees first, then the powers of earlier atoms."""
    monomial, _ = term
    degree = sum((exponent for _, exponent in monomial), Fraction(0))
    return -degree, [(atom, -exponent) for atom, exponent in monomial]


def _term(monomial: Monomial, coefficient: Fraction, atoms: Atoms, type: Type) -> Node:
    """A coefficient times powers of atoms; negative powers and a small denominator stand below."""
    above = [_power(atoms.nodes[atom], power) for atom, power in monomial if power > 0]
    below = [_power(atoms.nodes[atom], -power) for atom, power in monomial if power < 0]
    if monomial and coefficient.denominator in FRACTIONS:
        numerator, denominator = Fraction(coefficient.numerator), coefficient.denominator
        below.insert(0, constant(float(denominator), type.dtype))
    else:
        numerator = coefficient
    if abs(numerator) != 1 or not above:
        above.insert(0, constant(float(numerator), type.dtype))
    elif numerator == -1:
        above[0] = -above[0]
    node = _chained(above)
    return node / _chained(below) if below else node


def _power(atom: Node, exponent: Fraction) -> Node:
    return raise_to(atom, float(exponent))


def _chained(factors: list[Node]) -> Node:
    chain, *others = factors
    for factor in others:
        chain = chain * factor
    return chain


# ---- from nodes


def number(node: Node) -> Fraction | None:
    """The exact number of a scalar constant; None for any other node."""
    if node.primitive is not CONSTANT or node.type.dtype.kind != "f":
        return None
    value = number_of(node)
    return None if value is None else exact(value)
