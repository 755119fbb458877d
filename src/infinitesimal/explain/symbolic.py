"""The symbolic method, told: read the function, differentiate by rules, or multiply out first; put in the point.

In: a sheet. Out: the `Method` called "symbolic". The rule rows are those of the journal that
symbolic differentiation keeps, so what is told is what was done; each is checked at three random
points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.journal import Journal
from infinitesimal.core.journal import Step as Rule
from infinitesimal.core.node import Node, constant, postorder
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.symbolic import Derivation, symbolic_gradient
from infinitesimal.errors import InfinitesimalError
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.collect import size
from infinitesimal.optimise.rewrite import Rewriter

__all__ = ["SIMPLIFIED", "symbolic"]

TOLD = 40  # steps of the longest function whose rules are told one by one
SIMPLIFIED = 60  # steps of the longest function whose derivatives are simplified
WRITTEN = 60  # parts of the longest formula that is written down
_SURE = ("the variable itself", "held fixed", "constant")


def symbolic(sheet: Sheet, sweep: Sweep, detail: str) -> Method:
    """The derivation by formulas."""
    scalars = all(not node.type.shape for node in (*sheet.subject.graph.inputs, *sheet.steps))
    steps: list[Step] = [_read(sheet)]
    if not sheet.scalar:
        return _of_several(sheet, steps)
    if scalars and len(sheet.steps) <= TOLD:
        paper = _Paper(sheet)
        steps += paper.told()
        formulas = paper.formulas
    else:
        formulas = _formulas(sheet, sweep)
        steps.append(_folded(sheet, formulas))
    results = [
        _result(sheet, name, node, f)
        for (name, node), f in zip(sheet.inputs, formulas, strict=True)
    ]
    steps += [_put_in(sheet, formulas, results), _swell(sheet, formulas)]
    return Method("symbolic", "Symbolic", tuple(steps), tuple(results), "formulas")


def _result(sheet: Sheet, name: str, node: Node, formula: Node) -> Result:
    number = sheet.number(formula)
    if node.type.shape and not number.scalar:
        number = Number(np.broadcast_to(number.value, node.type.shape).copy())
    return Result(name, sheet.derivative(node), number, shown(number, digits=17))


def _formulas(sheet: Sheet, sweep: Sweep) -> list[Node]:
    """The derivatives as formulas: simplified, or as the sweep left them where that is long."""
    inputs = [node for _, node in sheet.inputs]
    if len(sheet.steps) <= SIMPLIFIED:
        return symbolic_gradient([sheet.output], inputs)
    return [sweep.adjoints.get(node, constant(0.0)) for node in inputs]


def _of_several(sheet: Sheet, steps: list[Step]) -> Method:
    """A formula for each result and each input, where the results are formulas of their own."""
    parts = sheet.subject.parts
    inputs = [node for _, node in sheet.inputs]
    if not parts or any(node.type.shape for node in (*parts, *inputs)):
        why = (
            "The results are elements of arrays, which have no formula each; see the other methods."
        )
        return Method(
            "symbolic", "Symbolic", (Step("symbolic-read", "symbolic", "read", "No formulas", why),)
        )
    lines: list[Line] = []
    rows: list[list[Node]] = []
    for k, part in enumerate(parts):
        rows.append(symbolic_gradient([part], inputs))
        of = write.name(f"{sheet.subject.name}[{k}]")
        for node, formula in zip(inputs, rows[-1], strict=True):
            symbol = write.partial(of, sheet.written[node])
            lines.append(
                Line(write.equals(symbol, _spelled(sheet, formula), shown(sheet.number(formula))))
            )
    told = Step(
        "symbolic-rules",
        "symbolic",
        "rules",
        "A formula for each result and each input",
        "",
        tuple(lines),
    )
    results: list[Result] = []
    for column, (name, node) in enumerate(sheet.inputs):
        values = [sheet.number(row[column]).value for row in rows]
        number = Number(np.asarray(values, float))
        results.append(Result(name, sheet.derivative(node), number, shown(number, digits=17)))
    boxes = tuple(Line(write.equals(r.symbol, write.boxed(r.shown))) for r in results)
    collected = Step(
        "symbolic-point", "symbolic", "collect", "The Jacobian", "", boxes, results=tuple(results)
    )
    return Method("symbolic", "Symbolic", (*steps, told, collected), tuple(results), "formulas")


def _short(sheet: Sheet, node: Node) -> bool:
    return size([node]) <= WRITTEN


def _spelled(sheet: Sheet, node: Node) -> Expression:
    """A formula in the inputs, or what it is like where it is too long to be written."""
    if not _short(sheet, node):
        return write.text(f"a formula of {size([node])} parts")
    return spell(node, {x: sheet.written[x] for x in sheet.subject.graph.inputs})


def _read(sheet: Sheet) -> Step:
    body = sheet.written_out()
    last = sheet.output.primitive.name
    reading = {
        "multiply": "a product", "add": "a sum", "subtract": "a difference", "divide": "a quotient", "power": "a power",
        "square": "a square", "integer_power": "a power",
    }.get(last, f"{last} of something" if sheet.steps else "a constant")  # fmt: skip
    lines = () if body is None else (Line(write.equals(write.name(sheet.subject.name), body)),)
    return Step(
        "symbolic-read", "symbolic", "read", "Read the function", f"What is done last tells its kind: {reading}.", lines,
        nodes=(sheet.called.get(sheet.output, ""),), hints=("Which operation would you do last with numbers?",),
    )  # fmt: skip


def _folded(sheet: Sheet, formulas: Sequence[Node]) -> Step:
    lines = tuple(
        Line(write.equals(sheet.derivative(node), _spelled(sheet, formula)))
        for (_, node), formula in zip(sheet.inputs, formulas, strict=True)
    )
    return Step(
        "symbolic-rules", "symbolic", "rules", "The rules, folded",
        "The function is long, or of arrays: the same rules apply step after step, and only what they lead to is written.",
        lines,
    )  # fmt: skip


@dataclass(eq=False)
class _Paper:
    """The derivation as on paper, by two routes."""

    sheet: Sheet
    formulas: list[Node] = field(default_factory=list[Node])
    count: int = 0

    def told(self) -> list[Step]:
        """Route A, and route B where there is something to multiply out."""
        inputs = [node for _, node in self.sheet.inputs]
        self.journal = Journal()
        self.work = Derivation(
            self.sheet.output, list(self.sheet.subject.graph.inputs), self.journal
        )
        self.tidy = Rewriter(FORMULA)
        by_rules = [self.work.by_rules(node) for node in inputs]
        self.formulas = [step.outcome for step in by_rules]
        steps = [
            Step(
                "symbolic-a", "symbolic", "route", "Route A: rules, as it is written", "",
                steps=tuple(self._derivative(step, node) for step, node in zip(by_rules, inputs, strict=True)),
                warning=_checked(self.sheet, by_rules), hints=("Which rule belongs to the operation done last?",),
            )
        ]  # fmt: skip
        route_b = self._expanded(inputs)
        return steps if route_b is None else [*steps, route_b]

    # ---- one derivative, its rules nested

    def _derivative(self, rule: Rule, wrt: Node) -> Step:
        name = self.sheet.called[wrt]
        return Step(
            f"symbolic-a-{name}", "symbolic", "rule", f"with respect to {name}", rule.because,
            steps=tuple(self._rule(rule, wrt, top=True)), nodes=(name,),
        )  # fmt: skip

    def _rule(self, rule: Rule, wrt: Node, top: bool = False) -> list[Step]:
        """A rule with its parts; a rule whose parts are sure is one line."""
        left = (
            self.sheet.derivative(wrt)
            if top
            else write.partial(self._write(rule.before), self.sheet.written[wrt])
        )
        sure = all(part.rule in _SURE for part in rule.parts)
        if sure:
            return [
                self._row(
                    rule,
                    write.equals(
                        left,
                        self._write(rule.after),
                        *self._answered(rule),
                        self._outcome(rule, top),
                    ),
                )
            ]
        parts: list[Step] = []
        for part in rule.parts:
            if part.rule not in _SURE:
                parts += self._rule(part, wrt)
        opened = self._row(rule, write.equals(left, self._write(rule.after)), tuple(parts))
        closing = self._row(
            rule,
            write.equals(left, *self._answered(rule), self._outcome(rule, top)),
            note="together",
        )
        return [opened, closing]

    def _row(
        self, rule: Rule, formula: Expression, parts: tuple[Step, ...] = (), note: str = ""
    ) -> Step:
        self.count += 1
        fixed = [self._plain(part.before) for part in rule.parts if part.rule == "held fixed"]
        held = f", {' and '.join(fixed)} held fixed" if fixed and not note else ""
        return Step(
            f"symbolic-rule-{self.count}", "symbolic", "rule", note or rule.rule, rule.because,
            (Line(formula, (note or rule.rule) + held),), steps=parts,
        )  # fmt: skip

    def _outcome(self, rule: Rule, top: bool) -> Expression:
        return self._write(rule.outcome)

    def _answered(self, rule: Rule) -> list[Expression]:
        """The rule with its parts' answers put in, before and after the tidying that needs no thought."""
        answers: dict[Node, Node] = {}
        for leaf in postorder([rule.after]):
            if leaf in self.journal.pending:
                operand, wrt = self.journal.pending[leaf]
                found = [part for part in rule.parts if part.before is operand and part.wrt is wrt]
                if found:
                    answers[leaf] = found[0].outcome
        if not answers:
            return []
        called = {leaf: self._write(answer) for leaf, answer in answers.items()}
        filled = spell(rule.after, {**self._called(rule.after), **called})
        (neat,) = self.tidy(substitute([rule.after], answers))
        if all(part.rule in _SURE for part in rule.parts):
            return [filled]
        tidied = self._terms(neat)
        return [] if _reordered(tidied, self._write(rule.outcome)) else [tidied]

    def _terms(self, node: Node) -> Expression:
        """A sum with each of its two halves in brackets of its own, as the rule left them."""
        if node.primitive.name != "add" or not _short(self.sheet, node):
            return self._write(node)
        halves = [self._write(operand) for operand in node.inputs]
        return write.add(*[write.group(half) if half.head == "add" else half for half in halves])

    def _called(self, node: Node) -> dict[Node, Expression]:
        called = {x: self.sheet.written[x] for x in self.sheet.subject.graph.inputs}
        for leaf in postorder([node], dict.fromkeys(called)):
            if leaf in self.journal.pending:
                inner, wrt = self.journal.pending[leaf]
                called[leaf] = write.partial(self._write(inner), self.sheet.written[wrt])
        return called

    def _write(self, node: Node) -> Expression:
        if not _short(self.sheet, node):
            return write.text(f"(a formula of {size([node])} parts)")
        return spell(node, self._called(node))

    def _plain(self, node: Node) -> str:
        from infinitesimal.explain.write import written

        return written(self._write(node))

    # ---- the other route

    def _expanded(self, inputs: Sequence[Node]) -> Step | None:
        """Multiply out first; None where there is nothing to multiply out."""
        before = len(self.journal)
        if self.sheet.output.primitive.name not in (
            "multiply",
            "square",
            "integer_power",
            "add",
            "subtract",
        ):
            return None
        short = self.work.expanded()
        if short is None:
            return _step_b(
                (), "There are too many terms to multiply out: the rules above do it instead."
            )
        noted = self.journal.steps[before:]
        stages = [self._write(self.sheet.output), *[self._write(step.after) for step in noted]]
        terms = [len(stage.operands) if stage.head == "add" else 1 for stage in stages]
        if max(terms[1:], default=1) <= terms[0]:
            return None
        rows = [Line(write.equals(write.name(self.sheet.subject.name), *stages))]
        by_term = [self.work.term_by_term(node) for node in inputs]
        if any(step is None for step in by_term):
            return None
        found = [step for step in by_term if step is not None]
        agree = _same(self.sheet, [step.outcome for step in found], self.formulas)
        for step, node in zip(found, inputs, strict=True):
            rows.append(
                Line(
                    write.equals(self.sheet.derivative(node), self._write(step.outcome)),
                    "✓ as by route A" if agree else "",
                )
            )
        said = "Multiply every term by every other, count equal products together, then differentiate term by term."
        return _step_b(tuple(rows), said, "" if agree else "the two routes do not agree")


def _reordered(left: Expression, right: Expression) -> bool:
    """Whether two products differ in nothing but the order of their factors."""
    both = left.head == right.head == "times"
    return both and sorted(map(repr, left.parts)) == sorted(map(repr, right.parts))


def _step_b(lines: tuple[Line, ...], reason: str, warning: str = "") -> Step:
    return Step(
        "symbolic-b",
        "symbolic",
        "route",
        "Route B: multiply out first",
        reason,
        lines,
        warning=warning,
    )


def _put_in(sheet: Sheet, formulas: Sequence[Node], results: Sequence[Result]) -> Step:
    numbers = {x: shown(sheet.number(x)) for x in sheet.subject.graph.inputs}
    lines: list[Line] = []
    for (_, node), formula, result in zip(sheet.inputs, formulas, results, strict=True):
        plain = _short(sheet, formula) and not any(x.type.shape for x in postorder([formula]))
        middle = [_spelled(sheet, formula), spell(formula, numbers)] if plain else []
        lines.append(
            Line(
                write.equals(sheet.derivative(node), *middle, write.boxed(result.shown)),
                sheet.note(result.number),
            )
        )
    return Step(
        "symbolic-point", "symbolic", "collect", "Put in the point", "", tuple(lines),
        tuple((r.name, r.number) for r in results), results=tuple(results),
        hints=("Put the numbers in place of the letters.",),
    )  # fmt: skip


def _swell(sheet: Sheet, formulas: Sequence[Node]) -> Step:
    before, after = size([sheet.output]), size(list(formulas))
    growth = "Formulas of derivatives tend to grow with every product: expression swell."
    return Step(
        "symbolic-swell", "symbolic", "cost", "How large it became",
        f"The function has {before} parts when written out, its derivative{'s' * (len(formulas) > 1)} {after}. {growth}",
        numbers=(("before", Number(float(before))), ("after", Number(float(after)))),
    )  # fmt: skip


# ---- every line, checked


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


def _checked(sheet: Sheet, rules: Sequence[Rule]) -> str:
    """Empty when every rule's outcome is the derivative it claims, at three random points."""
    waiting, claims = list(rules), list[tuple[Node, Node]]()
    while waiting:
        rule = waiting.pop()
        waiting.extend(rule.parts)
        if rule.wrt is not None:
            seed = constant(np.ones((), rule.wrt.type.dtype))
            try:
                (truth,) = forward([rule.before], {rule.wrt: seed})
            except InfinitesimalError:
                continue
            claims.append((rule.outcome, constant(0.0) if truth is None else truth))
    wrong = not _same(sheet, [claim for claim, _ in claims], [truth for _, truth in claims])
    return "a line above did not pass its numerical check" if wrong else ""


def _same(sheet: Sheet, left: Sequence[Node], right: Sequence[Node]) -> bool:
    """Whether formulas agree at three random points, where both have a value."""
    for point in _points(sheet):
        values = np.asarray(evaluate([*left, *right], point), float)
        ours, theirs = values[: len(left)], values[len(left) :]
        both = np.isfinite(ours) & np.isfinite(theirs)
        if not np.allclose(ours[both], theirs[both], rtol=1e-6, atol=1e-9):
            return False
    return True
