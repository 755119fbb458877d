"""The driver of rules: every node becomes what the rules make of it, each step noted.

In: nodes and a tuple of rules. Out: nodes in which no rule applies any more, and a `Journal` of the
steps that led there; it stays empty where nothing changed. One loop over the nodes, operands first;
what a rule returns is visited in its turn. Linear in the number of nodes and steps, of any depth.
"""

from __future__ import annotations

from collections.abc import Sequence

from infinitesimal.core.journal import Journal
from infinitesimal.core.node import Node, make
from infinitesimal.optimise.match import Rule

__all__ = ["Rewriter", "rewrite"]


def rewrite(
    outputs: Sequence[Node], rules: Sequence[Rule], journal: Journal | None = None
) -> list[Node]:
    """The outputs with the rules applied until none applies; the steps are added to the journal."""
    return Rewriter(rules, journal)(outputs)


class Rewriter:
    """Rules with a memory: a node met in an earlier call is not visited again."""

    def __init__(self, rules: Sequence[Rule], journal: Journal | None = None) -> None:
        self.journal = Journal() if journal is None else journal
        self._rules = rules
        self._fitting: dict[tuple[str, ...], tuple[Rule, ...]] = {}
        self._final: dict[Node, Node] = {}

    def __call__(self, outputs: Sequence[Node]) -> list[Node]:
        """What the outputs become."""
        final = self._final
        becomes: dict[Node, Node] = {}
        stack = list(reversed(outputs))
        while stack:
            node = stack[-1]
            if node in final:
                stack.pop()
                continue
            if node in becomes:  # what it becomes has been visited since
                final[node] = final[becomes[node]]
                continue
            # a leaf is what it is: the value under a variable is not part of the formula
            operands = () if node.primitive.kind == "leaf" else node.inputs
            pending = [operand for operand in operands if operand not in final]
            if pending:
                stack.extend(reversed(pending))
                continue
            after = self._after(node, operands)
            circular = after in becomes and after not in final  # two rules undo each other
            if after is node or circular:
                final[node] = node
            else:
                becomes[node] = after
                stack.append(after)
        return [final[node] for node in outputs]

    def _after(self, node: Node, operands: tuple[Node, ...]) -> Node:
        """One step: the operands replaced by their final forms, or else the first rule's answer."""
        inputs = tuple([self._final[operand] for operand in operands])
        if inputs != operands:
            return make(node.primitive, inputs, node.params)
        for rule in self._rules_for(node):
            after = rule(node)
            if after is not None and after is not node:
                self.journal.add(rule.name, node, after)
                return after
        return node

    def _rules_for(self, node: Node) -> tuple[Rule, ...]:
        """The rules that can apply, judged by the words of the node and its operands."""
        heads = (node.primitive.name, *[operand.primitive.name for operand in node.inputs])
        known = self._fitting.get(heads)
        if known is None:
            narrowed = [rule.fitting(heads) for rule in self._rules]
            known = self._fitting[heads] = tuple([rule for rule in narrowed if rule is not None])
        return known
