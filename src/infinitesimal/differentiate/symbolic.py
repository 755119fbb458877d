"""Symbolic differentiation: derivatives as formulas to be read, and the rules that led to them.

In: nodes. Out: nodes again, simplified. `symbolic_gradient` is reverse mode followed by algebra.
`Derivation` works as on paper: the sum rule, the product rule, the chain rule, one step a node,
each noted in a journal; the rules themselves are the forward rules of the records. Its second route
multiplies the function out first and differentiates term by term.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.core.graph import substitute
from infinitesimal.core.journal import Journal, Step
from infinitesimal.core.leaf import CONSTANT, constant
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import Type
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.arrays import SHAPES
from infinitesimal.optimise.expand import combine, expand
from infinitesimal.optimise.rewrite import Rewriter
from infinitesimal.optimise.simplify import Simplifier, simplify

__all__ = ["Derivation", "symbolic_gradient", "unsimplified_gradient"]

_NAMES = {
    "add": "sum rule",
    "subtract": "difference rule",
    "multiply": "product rule",
    "divide": "quotient rule",
    "quotient": "quotient rule",
    "square": "power rule",
    "integer_power": "power rule",
    "power": "power rule",
    "reciprocal": "power rule",
    "negative": "sign rule",
}


# what a record says of its word in general, said of the special case
_BECAUSE = {"constant factor rule": "a factor that stays is kept"}


def symbolic_gradient(
    outputs: Sequence[Node],
    variables: Sequence[Node],
    cotangents: Sequence[Node] | None = None,
    journal: Journal | None = None,
) -> list[Node]:
    """The derivative of the outputs' sum with respect to each variable, as a simplified formula.

    `cotangents` weigh the outputs (default: one each). Points where the formula divides zero by
    zero are not looked after: simplification is that of formulas.
    """
    nodes = unsimplified_gradient(outputs, variables, cotangents)
    return simplify(nodes, variables, journal, outputs)


def unsimplified_gradient(
    outputs: Sequence[Node],
    variables: Sequence[Node],
    cotangents: Sequence[Node] | None = None,
) -> list[Node]:
    """The same derivative as the rules of the records give it, before any algebra."""
    seeds = [_ones(node.type) for node in outputs] if cotangents is None else list(cotangents)
    masked = cotangents is not None and any(node.type.size > 1 for node in outputs)
    found = reverse(outputs, seeds, variables, masked=masked)
    return [
        _number(0.0, variable.type) if node is None else node
        for node, variable in zip(found, variables, strict=True)
    ]


def _ones(type: Type) -> Node:
    return constant(np.ones(type.shape, type.dtype))


def _number(value: float, type: Type) -> Node:
    return constant(np.full(type.shape, value, type.dtype))


class Derivation:
    """Derivatives of one scalar formula worked out as on paper.

    `variables` are the leaves it is a function of. Each method returns a `Step` whose `outcome` is
    the derivative, and notes it in the journal.
    """

    def __init__(self, output: Node, variables: Sequence[Node], journal: Journal) -> None:
        self.output = output
        self.variables = list(variables)
        self.journal = journal
        self._tidy = Simplifier(variables, given=[output])
        self._rules = Rewriter((*SHAPES, *FORMULA))

    def by_rules(self, wrt: Node) -> Step:
        """The function as it is written, taken apart by the rules."""
        step = self._derive(self.output, wrt)
        self.journal.steps.append(step)
        return step

    def expanded(self) -> Node | None:
        """The function multiplied out with like terms collected, each half noted as a step.

        None where there would be too many terms to be worth writing.
        """
        long = expand(self.output, self.variables)
        short = None if long is None else combine(self.output, self.variables)
        if long is None or short is None:
            return None
        self.journal.add("multiply out", self.output, long, "every term times every other")
        self.journal.add("collect like terms", long, short, "equal products are counted together")
        return short

    def term_by_term(self, wrt: Node) -> Step | None:
        """The function multiplied out first, then each term; None where that has too many terms."""
        short = expand(self.output, self.variables) and combine(self.output, self.variables)
        if short is None:
            return None
        step = self._derive(short, wrt)
        self.journal.steps.append(step)
        return step

    def _derive(self, output: Node, wrt: Node) -> Step:
        """One step a node, operands first, so depth has no limit."""
        steps: dict[Node, Step] = {}
        moving = {wrt}
        for node in postorder([output], dict.fromkeys(self.variables)):
            if node.active != NEVER and any(operand in moving for operand in node.inputs):
                moving.add(node)
                steps[node] = self._step(node, wrt, moving, steps)
        return steps[output] if output in steps else self._leaf(output, wrt)

    def _leaf(self, node: Node, wrt: Node) -> Step:
        if node is wrt:
            return Step("the variable itself", node, _number(1.0, node.type), "", wrt)
        nothing = _number(0.0, node.type)
        if node.primitive is CONSTANT:
            return Step("constant", node, nothing, "a number does not change", wrt)
        reason = "it stays while the other variable moves"
        return Step("held fixed", node, nothing, reason, wrt)

    def _step(self, node: Node, wrt: Node, moving: set[Node], steps: dict[Node, Step]) -> Step:
        """The rule of this word, with what it asks for left open; then the answers put in."""
        is_sum = node.primitive.name in ("add", "subtract")
        told: dict[Node, Step] = {}
        tangents: list[Node | None] = []
        leaves: dict[Node, Node] = {}
        for operand in node.inputs:
            if operand not in moving and not is_sum:
                tangents.append(None)
            elif operand is wrt and not is_sum:
                tangents.append(_number(1.0, wrt.type))
            else:
                part = steps.get(operand) or self._leaf(operand, wrt)
                told[operand] = part
                leaf = self._open(operand, wrt, leaves)
                tangents.append(leaf)
        after = self._applied(node, tangents)
        answers = {leaf: told[operand].outcome for operand, leaf in leaves.items()}
        (result,) = self._tidy(substitute([after], answers)) if answers else self._tidy([after])
        name = self._name(node, wrt, moving)
        parts = tuple(told.values())
        because = _BECAUSE.get(name, node.primitive.because)
        return Step(name, node, after, because, wrt, parts, result)

    def _open(self, operand: Node, wrt: Node, leaves: dict[Node, Node]) -> Node:
        known = leaves.get(operand)
        if known is None:
            known = leaves[operand] = self.journal.unknown(operand, wrt)
        return known

    def _applied(self, node: Node, tangents: list[Node | None]) -> Node:
        """The record's forward rule, in which the partial is written before what it multiplies."""

        def times(tangent: Node, partial: Any) -> Node:
            return REGISTRY["multiply"](partial, tangent)

        jvp = node.primitive.jvp
        tangent = None if jvp is None else jvp(node, tangents, times)
        if tangent is None:
            return _number(0.0, node.type)
        return self._rules([tangent])[0]

    def _name(self, node: Node, wrt: Node, moving: set[Node]) -> str:
        name = node.primitive.name
        moved = [operand for operand in node.inputs if operand in moving]
        if name in ("multiply", "divide") and moved == [node.inputs[0]]:
            return "constant factor rule"
        if name == "multiply" and moved == [node.inputs[1]]:
            return "constant factor rule"
        known = _NAMES.get(name)
        if known is None:
            known = f"derivative of {name}"
            return known if moved == [wrt] else f"chain rule, {known}"
        inner = len(node.inputs) == 1 or name == "power"
        return f"chain rule, {known}" if inner and moved != [wrt] and name != "negative" else known
