"""Differentiation as on paper, told rule by rule from the journal that it keeps.

In: a sheet of a function of numbers. Out: the steps of route A (the rules, as the function is
written) and of route B (multiplied out first), and the formulas found. What is told is what was
done; each line is checked at three random points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.journal import Journal
from infinitesimal.core.journal import Step as Rule
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, postorder
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.symbolic import Derivation
from infinitesimal.errors import InfinitesimalError
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Step
from infinitesimal.explain.write import written
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.collect import size
from infinitesimal.optimise.rewrite import Rewriter

__all__ = ["WRITTEN", "Paper"]

WRITTEN = 60  # parts of the longest formula that is written down
_SURE = ("the variable itself", "held fixed", "constant")
_EXPANDABLE = ("multiply", "square", "integer_power", "add", "subtract")


class Paper:
    """Two routes to the derivatives of one function."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.inputs = [node for _, node in sheet.inputs]
        self.journal = Journal()
        self.work = Derivation(sheet.output, list(sheet.subject.graph.inputs), self.journal)
        self.tidy = Rewriter(FORMULA)
        self.rows = 0
        self.rules = [self.work.by_rules(node) for node in self.inputs]
        self.formulas = [rule.outcome for rule in self.rules]

    def told(self) -> list[Step]:
        """Route A, and route B where there is something to multiply out."""
        pairs = zip(self.rules, self.inputs, strict=True)
        by_rules = Step(
            "symbolic-a",
            "symbolic",
            "route",
            "Route A: rules, as it is written",
            hints=("Which rule belongs to the operation done last?",),
            warning=_checked(self.sheet, self.rules),
            steps=tuple(self._derivative(rule, node) for rule, node in pairs),
        )
        multiplied = self._multiplied_out()
        return [by_rules] if multiplied is None else [by_rules, multiplied]

    # ---- one derivative, its rules nested

    def _derivative(self, rule: Rule, wrt: Node) -> Step:
        name = self.sheet.called[wrt]
        return Step(
            f"symbolic-a-{name}",
            "symbolic",
            "rule",
            f"with respect to {name}",
            rule.because,
            nodes=(name,),
            steps=tuple(self._told(rule, self.sheet.derivative(wrt))),
        )

    def _told(self, rule: Rule, left: Expression) -> list[Step]:
        """A rule with its parts; a rule whose parts need no rule themselves is one line."""
        outcome = self._write(rule.outcome)
        answered = self._answered(rule)
        if all(part.rule in _SURE for part in rule.parts):
            chain = write.equals(left, self._write(rule.after), *answered, outcome)
            return [self._row(rule, chain)]
        parts: list[Step] = []
        for part in rule.parts:
            if part.rule not in _SURE and part.wrt is not None:
                of = write.partial(self._write(part.before), self.sheet.written[part.wrt])
                parts += self._told(part, of)
        opened = self._row(rule, write.equals(left, self._write(rule.after)), tuple(parts))
        return [opened, self._row(rule, write.equals(left, *answered, outcome), note="together")]

    def _row(
        self, rule: Rule, formula: Expression, parts: tuple[Step, ...] = (), note: str = ""
    ) -> Step:
        self.rows += 1
        still = [part.before for part in rule.parts if part.rule == "held fixed"]
        fixed = " and ".join(written(self._write(node)) for node in still)
        held = f", {fixed} held fixed" if fixed and not note else ""
        return Step(
            f"symbolic-rule-{self.rows}",
            "symbolic",
            "rule",
            note or rule.rule,
            rule.because,
            (Line(formula, (note or rule.rule) + held),),
            steps=parts,
        )

    def _answered(self, rule: Rule) -> list[Expression]:
        """The rule with its parts' answers put in; tidied, where there was something to find."""
        answers: dict[Node, Node] = {}
        for leaf in postorder([rule.after]):
            if leaf in self.journal.pending:
                asked = self.journal.pending[leaf]
                found = [part for part in rule.parts if (part.before, part.wrt) == asked]
                if found:
                    answers[leaf] = found[0].outcome
        if not answers:
            return []
        if all(part.rule in _SURE for part in rule.parts):
            put_in = {leaf: self._write(answer) for leaf, answer in answers.items()}
            return [spell(rule.after, {**self._called(rule.after), **put_in})]
        (neat,) = self.tidy(substitute([rule.after], answers))
        tidied = self._terms(neat)
        return [] if _reordered(tidied, self._write(rule.outcome)) else [tidied]

    # ---- writing

    def _terms(self, node: Node) -> Expression:
        """A sum with each of its two halves in brackets of its own, as the rule left them."""
        if node.primitive.name != "add" or size([node]) > WRITTEN:
            return self._write(node)
        halves = [self._write(operand) for operand in node.inputs]
        return write.add(*[write.group(half) if half.head == "add" else half for half in halves])

    def _write(self, node: Node) -> Expression:
        if size([node]) > WRITTEN:
            return write.text(f"(a formula of {size([node])} parts)")
        return spell(node, self._called(node))

    def _called(self, node: Node) -> dict[Node, Expression]:
        """The names of the inputs, and ∂(…)/∂x for derivatives that are still to be found."""
        called = {x: self.sheet.written[x] for x in self.sheet.subject.graph.inputs}
        for leaf in postorder([node], dict.fromkeys(called)):
            if leaf in self.journal.pending:
                inner, wrt = self.journal.pending[leaf]
                called[leaf] = write.partial(self._write(inner), self.sheet.written[wrt])
        return called

    # ---- the other route

    def _multiplied_out(self) -> Step | None:
        """Multiply out first; None where there is nothing to multiply out."""
        if self.sheet.output.primitive.name not in _EXPANDABLE:
            return None
        before = len(self.journal)
        short = self.work.expanded()
        if short is None:
            return _route_b((), "There are too many terms to multiply out: the rules did it above.")
        stages = [self.sheet.output, *[step.after for step in self.journal.steps[before:]]]
        forms = [self._write(stage) for stage in stages]
        terms = [len(form.operands) if form.head == "add" else 1 for form in forms]
        if max(terms) <= terms[0]:
            return None
        found = [self.work.term_by_term(node) for node in self.inputs]
        outcomes = [rule.outcome for rule in found if rule is not None]
        agree = len(outcomes) == len(found) and _same(self.sheet, outcomes, self.formulas)
        note = "✓ as by route A" if agree else ""
        lines = [Line(write.equals(write.name(self.sheet.subject.name), *forms))]
        for node, outcome in zip(self.inputs, outcomes, strict=False):
            lines.append(
                Line(write.equals(self.sheet.derivative(node), self._write(outcome)), note)
            )
        reason = (
            "Multiply every term by every other, count equal products together, then "
            "differentiate term by term."
        )
        return _route_b(tuple(lines), reason, "" if agree else "the two routes do not agree")


def _route_b(lines: tuple[Line, ...], reason: str, warning: str = "") -> Step:
    title = "Route B: multiply out first"
    return Step("symbolic-b", "symbolic", "route", title, reason, lines, warning=warning)


def _reordered(left: Expression, right: Expression) -> bool:
    """Whether two products differ in nothing but the order of their factors."""
    both = left.head == right.head == "times"
    return both and sorted(map(repr, left.parts)) == sorted(map(repr, right.parts))


# ---- every line, checked


def _checked(sheet: Sheet, rules: Sequence[Rule]) -> str:
    """Empty when every rule's outcome is the derivative it claims, at three random points."""
    waiting = list(rules)
    claims: list[Node] = []
    truths: list[Node] = []
    while waiting:
        rule = waiting.pop()
        waiting.extend(rule.parts)
        truth = _truth(rule)
        if truth is not None:
            claims.append(rule.outcome)
            truths.append(truth)
    right = _same(sheet, claims, truths)
    return "" if right else "a line above did not pass its numerical check"


def _truth(rule: Rule) -> Node | None:
    """The derivative that a rule claims to have found, by forward mode."""
    if rule.wrt is None:
        return None
    try:
        seeds = {rule.wrt: constant(np.ones((), rule.wrt.type.dtype))}
        (tangent,) = forward([rule.before], seeds)
    except InfinitesimalError:
        return None
    return constant(0.0) if tangent is None else tangent


def _same(sheet: Sheet, left: Sequence[Node], right: Sequence[Node]) -> bool:
    """Whether formulas agree at three random points, where both have a value."""
    for point in _points(sheet):
        values = np.asarray(evaluate([*left, *right], point), float)
        ours, theirs = values[: len(left)], values[len(left) :]
        both = np.isfinite(ours) & np.isfinite(theirs)
        if not np.allclose(ours[both], theirs[both], rtol=1e-6, atol=1e-9):
            return False
    return True


def _points(sheet: Sheet) -> list[Mapping[Node, np.ndarray]]:
    """Three points near the one asked about, the same every time."""
    random = np.random.default_rng(3)
    return [
        {
            node: value * (1 + 0.1 * random.uniform(-1, 1)) + 0.01 * random.uniform(-1, 1)
            for node, value in sheet.bindings.items()
        }
        for _ in range(3)
    ]
