"""Like terms collected, and products multiplied out where that makes a formula shorter.

In: nodes. Out: nodes of the same values (up to rounding) whose sums of products are in the shorter
of two normal forms: with sums kept together as factors, or multiplied out. A formula whose
expansion would exceed a number of terms is left in factors, and a large graph is left alone:
expansion can grow without bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from infinitesimal.core.journal import Journal
from infinitesimal.core.leaf import CONSTANT
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.core.types import Type
from infinitesimal.optimise.polynomial import (
    FRACTIONS,
    ONE,
    Atoms,
    Monomial,
    Polynomial,
    denominator,
    number,
    product,
    raised,
    total,
    written_back,
)

__all__ = ["ARITHMETIC", "MOST_TERMS", "Collector", "divided", "negated", "parameters_of", "size"]

MOST_TERMS = 60
MOST_NODES = 2000
_ENORMOUS = 10**12


def size(nodes: Sequence[Node], known: dict[Node, int] | None = None) -> int:
    """How many leaves and words the formulas have when written out in full, nothing shared.

    A number that is written as a fraction counts as one, so that 0.5 is no shorter than 1/2.
    """
    known = {} if known is None else known
    for node in postorder(nodes, known):
        if node.primitive.kind == "leaf":
            value = number(node)
            known[node] = 3 if value is not None and value.denominator in FRACTIONS else 1
        else:
            known[node] = min(1 + sum(known[operand] for operand in node.inputs), _ENORMOUS)
    return sum(known[node] for node in nodes)


class Collector:
    """Collects like terms; what it has met in an earlier call it remembers.

    `first` are the nodes that come first in the order of terms and factors; then come the parts of
    the formulas `given`, which keep the form they have unless there is a shorter one.
    """

    def __init__(
        self,
        first: Sequence[Node] = (),
        journal: Journal | None = None,
        given: Sequence[Node] = (),
    ) -> None:
        self.journal = Journal() if journal is None else journal
        self._given = postorder(given, dict.fromkeys(first))
        self.atoms = Atoms([*first, *(node for node in self._given if _is_atom(node))])
        self._kept = set(self._given)
        self._best: dict[Node, Node] = {}
        self._size: dict[Node, int] = {}
        self._factored: dict[Node, Polynomial] = {}
        self._expanded: dict[Node, Polynomial] = {}
        self._sums: dict[Node, Polynomial] = {}  # what the sums among the best forms come to
        for node in first:
            self._best[node] = node
            self._alone(node, node)

    def __call__(self, outputs: Sequence[Node]) -> list[Node]:
        """What the outputs become; they themselves when the graph is too large."""
        leaves = dict.fromkeys(self._best)
        order = postorder(outputs, leaves)
        if len(order) > MOST_NODES:
            return list(outputs)
        for node in order:
            self._visit(node)
        found = [self._best[node] for node in outputs]
        for before, after in zip(outputs, found, strict=True):
            self.journal.add("like terms collected", before, after)
        return found

    def multiplied_out(self, node: Node) -> Node | None:
        """The node as a sum of products with like terms collected; None for too many terms."""
        self([node])
        polynomial = self._expanded.get(node)
        if polynomial is None or any(
            self._is_product(atom) for term in polynomial for atom, _ in term
        ):
            return None
        return written_back(polynomial, self.atoms, node.type)

    def _is_product(self, atom: int) -> bool:
        return self.atoms.nodes[atom].primitive.name in {
            *SUMS,
            "multiply",
            "square",
            "integer_power",
        }

    def _visit(self, node: Node) -> None:
        if node.primitive.kind == "leaf":
            self._best[node] = node
            self._alone(node, node)
            return
        inputs = tuple([self._best[operand] for operand in node.inputs])
        rebuilt = make(node.primitive, inputs, node.params)
        factored = self._of(node, self._factored, keep_sums=True)
        if factored is None:
            self._best[node] = rebuilt
            self._alone(node, rebuilt)
            return
        expanded = self._of(node, self._expanded, keep_sums=False)
        self._best[node] = self._shortest(node, rebuilt, factored, expanded)
        if expanded is not None and self._best[node].primitive.name in SUMS:
            self._sums[self._best[node]] = expanded
        self._factored[node] = factored
        self._expanded[node] = self.atoms.alone(self._best[node]) if expanded is None else expanded

    def _alone(self, node: Node, atom: Node) -> None:
        value = number(atom)
        polynomial: Polynomial
        if value is None or atom.type.dtype.kind != "f":
            polynomial = self.atoms.alone(atom)
        else:
            polynomial = {ONE: value} if value else {}
        self._factored[node] = self._expanded[node] = polynomial

    def _of(
        self, node: Node, known: dict[Node, Polynomial], *, keep_sums: bool
    ) -> Polynomial | None:
        """The polynomial of a node from those of its operands; None where it is an atom."""
        word = ARITHMETIC.get(node.primitive.name)
        same = all(operand.type.dtype == node.type.dtype for operand in node.inputs)
        if word is None or not same or node.type.dtype.kind != "f":
            return None
        if keep_sums and node.primitive.name in ("divide", "reciprocal"):
            found = self._over_a_whole(node)
            if found is not None:
                return found
        operands = [known[operand] for operand in node.inputs]
        if keep_sums and node.primitive.name not in SUMS:
            operands = [
                polynomial if len(polynomial) <= 1 else self.atoms.alone(self._best[operand])
                for operand, polynomial in zip(node.inputs, operands, strict=True)
            ]
        found = word(*operands, *parameters_of(node))
        return None if found is None or len(found) > MOST_TERMS else found

    def _over_a_whole(self, node: Node) -> Polynomial | None:
        """a/(b/c + d) as a·c/(b + c·d); None where nothing is divided below."""
        operand = node.inputs[-1]
        is_sum = self._best[operand].primitive.name in SUMS
        below = (self._expanded if is_sum else self._factored)[operand]
        factor = denominator(below)
        if len(below) < 2 or not factor:
            return None
        cleared = {factor: Fraction(1)}
        whole = written_back(product(below, cleared), self.atoms, operand.type)
        above: Polynomial = {ONE: Fraction(1)}
        for numerator in node.inputs[:-1]:
            above = self._factored[numerator]
            if len(above) > 1:
                above = self.atoms.alone(self._best[numerator])
        return divided(product(above, cleared), self.atoms.alone(whole))

    def _over_one_denominator(self, terms: Polynomial, type: Type) -> Node | None:
        """Terms with denominators as one quotient, its numerator multiplied out.

        None where there is no denominator, or where that would be long.
        """
        factor = denominator(terms)
        if not factor:
            return None
        above: Polynomial = {}
        for monomial, coefficient in product(terms, {factor: Fraction(1)}).items():
            term: Polynomial | None = {ONE: coefficient}
            for atom, exponent in monomial:
                sum = self._sums.get(self.atoms.nodes[atom])
                base = {((atom, Fraction(1)),): Fraction(1)} if sum is None else sum
                part = _powered(base, {ONE: exponent})
                term = None if term is None or part is None else _multiplied(term, part)
            if term is None or len(above) + len(term) > MOST_TERMS:
                return None
            above = total(above, term)
        below = {factor: Fraction(1)}
        found = divided(above, below) if len(above) == 1 else None
        try:
            if found is not None or not above:
                return written_back(found or {}, self.atoms, type)
            whole = written_back(above, self.atoms, type)
            return whole / written_back(below, self.atoms, type)
        except OverflowError:
            return None

    def _shortest(
        self, node: Node, rebuilt: Node, factored: Polynomial, expanded: Polynomial | None
    ) -> Node:
        """The form with the fewest leaves and words.

        Where two are equal, the one in factors; but what was given stays as it is.
        """
        forms = [rebuilt]
        for polynomial in (expanded, factored):
            if polynomial is not None:
                try:
                    forms.append(written_back(polynomial, self.atoms, node.type))
                except (OverflowError, ZeroDivisionError):
                    continue
        common = self._over_one_denominator(factored, node.type) if len(factored) > 1 else None
        if common is not None:
            forms.insert(0, common)  # only where it is shorter than all others
        if node not in self._kept:
            forms.reverse()
        return min(forms, key=lambda form: size([form], self._size))


def _is_atom(node: Node) -> bool:
    return node.primitive.name not in ARITHMETIC and node.primitive is not CONSTANT


def divided(left: Polynomial, right: Polynomial) -> Polynomial | None:
    """left/right where the right one is a single term; None otherwise."""
    below = raised(right, Fraction(-1))
    return None if below is None else product(left, below)


def _multiplied(left: Polynomial, right: Polynomial) -> Polynomial | None:
    return product(left, right) if len(left) * len(right) <= MOST_TERMS else None


def _powered(base: Polynomial, exponent: Polynomial) -> Polynomial | None:
    if set(exponent) - {ONE}:
        return None
    power = exponent.get(ONE, Fraction(0))
    if len(base) == 1 or power.denominator != 1 or not 0 <= power <= 8:
        return raised(base, power)
    found: Polynomial | None = {ONE: Fraction(1)}
    for _ in range(int(power)):
        found = None if found is None else _multiplied(found, base)
    return found


def _squared(base: Polynomial) -> Polynomial | None:
    return _powered(base, {ONE: Fraction(2)})


def _inverse(base: Polynomial) -> Polynomial | None:
    return divided({ONE: Fraction(1)}, base)


def _less(left: Polynomial, right: Polynomial) -> Polynomial:
    return total(left, right, -1)


def negated(polynomial: Polynomial) -> Polynomial:
    """The polynomial with every sign turned."""
    return total({}, polynomial, -1)


def parameters_of(node: Node) -> list[Polynomial]:
    """The static parameters of a word of arithmetic: the exponent of a whole power."""
    return [{ONE: Fraction(value)} for value in node.params]


SUMS = {"add", "subtract", "negative", "positive"}
ARITHMETIC: dict[str, Callable[..., Polynomial | None]] = {
    "add": total,
    "subtract": _less,
    "negative": negated,
    "positive": dict[Monomial, Fraction],
    "multiply": _multiplied,
    "divide": divided,
    "power": _powered,
    "integer_power": _powered,
    "square": _squared,
    "reciprocal": _inverse,
}
