"""What was done to a formula, step by step: the journal that rewriting keeps and explaining reads.

In: steps, each the name of a rule with the nodes before and after it. Out: a `Journal` that prints
one line a step, indented where a step consists of others. A node may hold the place of a derivative
that is still to be found (`pending`); it is written ∂(…)/∂x until the steps inside have found it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from infinitesimal.core.formula_text import Style, written
from infinitesimal.core.leaf import INPUT, input_node
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.notation import ATOM

__all__ = ["Journal", "Row", "Step"]


@dataclass(frozen=True)
class Step:
    """One rule applied: `before` became `after`.

    Where `wrt` is given, the step says that the derivative of `before` with respect to it is
    `after`, and `parts` are the steps that found the derivatives `after` still asked for; `result`
    is `after` with those put in.
    """

    rule: str
    before: Node
    after: Node
    because: str = ""
    wrt: Node | None = None
    parts: tuple[Step, ...] = ()
    result: Node | None = None

    @property
    def outcome(self) -> Node:
        """What the step came to, its parts included."""
        return self.after if self.result is None else self.result


@dataclass(frozen=True)
class Row:
    """A step as text: how deep it lies, its rule, the formulas before and after, and the reason."""

    depth: int
    rule: str
    before: str
    after: str
    because: str = ""


@dataclass
class Journal:
    """Steps in the order they were taken; `names` are those of the leaves, for printing."""

    names: dict[Node, str] = field(default_factory=dict[Node, str])
    steps: list[Step] = field(default_factory=list[Step])
    pending: dict[Node, tuple[Node, Node]] = field(default_factory=dict[Node, tuple[Node, Node]])

    def add(self, rule: str, before: Node, after: Node, because: str = "") -> None:
        """Note a step, unless it changed nothing."""
        if before is not after:
            self.steps.append(Step(rule, before, after, because))

    def unknown(self, node: Node, wrt: Node) -> Node:
        """A fresh leaf that holds the place of the derivative of `node` with respect to `wrt`."""
        leaf = input_node(node.type)
        self.pending[leaf] = (node, wrt)
        return leaf

    def rows(self, style: Style = "text") -> list[Row]:
        """Every step as text, each before its parts; a step met again is not told again.

        A step that put its parts together ends with a row `together`. One that only grouped a sum
        or product otherwise, which text does not show, has no row.
        """
        rows: list[Row] = []
        told: set[int] = set()
        stack: list[tuple[Step, int, bool]] = [(step, 0, False) for step in reversed(self.steps)]
        while stack:
            step, depth, closing = stack.pop()
            if closing:
                rows.append(self._closing(step, depth, style))
                continue
            if id(step) in told:
                continue
            told.add(id(step))
            row = self._row(step, depth, style)
            if row.before != row.after or step.parts:
                rows.append(row)
            if step.parts and step.result is not None:
                stack.append((step, depth + 1, True))
            stack.extend((part, depth + 1, False) for part in reversed(step.parts))
        return rows

    def _row(self, step: Step, depth: int, style: Style) -> Row:
        before, after = self._left(step, style), self._write(step.after, style)
        return Row(depth, step.rule, before, after, step.because)

    def _closing(self, step: Step, depth: int, style: Style) -> Row:
        return Row(depth, "together", self._left(step, style), self._write(step.outcome, style))

    def _left(self, step: Step, style: Style) -> str:
        if step.wrt is None:
            return self._write(step.before, style)
        return self._derivative(step.before, step.wrt, style)

    def _write(self, node: Node, style: Style) -> str:
        return written(node, self._called(node, style), style)

    def _called(self, node: Node, style: Style) -> Mapping[Node, str]:
        """The names of a formula's leaves, with those of derivatives still to be found."""
        if not self.pending:
            return self.names
        called = dict(self.names)
        for leaf in postorder([node], dict.fromkeys(self.names)):
            if leaf.primitive is INPUT and leaf in self.pending:
                inner, wrt = self.pending[leaf]
                called[leaf] = self._derivative(inner, wrt, style)
        return called

    def _derivative(self, node: Node, wrt: Node, style: Style) -> str:
        """The derivative of a formula, before it is worked out."""
        inner, below = written(node, self.names, style), written(wrt, self.names, style)
        notation = node.primitive.notation
        plain = notation is None or notation.precedence >= ATOM
        if style == "latex":
            inner = inner if plain else rf"\left({inner}\right)"
            return rf"\frac{{\partial}}{{\partial {below}}} {inner}"
        return f"∂{inner}/∂{below}" if plain else f"∂({inner})/∂{below}"

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "\n".join(
            f"{'  ' * row.depth}{row.rule}:  {row.before}  =  {row.after}"
            + (f"    ({row.because})" if row.because else "")
            for row in self.rows()
        )
