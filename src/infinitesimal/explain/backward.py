"""The sweep backwards, edge by edge: what each step passes to each of its operands.

In: a sheet. Out: a `Sweep`: for every edge the incoming adjoint, the local derivative, the contribution, and what has been
collected so far, as nodes of a graph and as numbers. The rules are those of the records, pulled by reverse mode itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from infinitesimal.core.node import NEVER, Node, constant
from infinitesimal.differentiate.reverse import pull
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet

__all__ = ["Arrow", "Sweep", "local_partials"]


@dataclass(frozen=True, eq=False)
class Arrow:
    """One edge: from a step to one of its operands. `local` is the partial as a node, where there is one."""

    user: Node
    operand: Node
    position: int
    local: Node | None
    local_written: Expression
    incoming: Node
    contribution: Node
    so_far: tuple[Node, ...]
    mark: str


@dataclass(eq=False)
class Sweep:
    """All edges of the sweep in order, and the adjoint of every node it reached."""

    sheet: Sheet
    seed: Node | None = None
    output: Node | None = None
    arrows: list[Arrow] = field(init=False)
    adjoints: dict[Node, Node] = field(init=False)
    received: dict[Node, list[Arrow]] = field(init=False)

    def __post_init__(self) -> None:
        sheet = self.sheet
        output = self.output if self.output is not None else sheet.output
        seed = (
            self.seed
            if self.seed is not None
            else constant(np.ones(output.type.shape, output.type.dtype))
        )
        self.arrows, self.received, self.adjoints = [], {}, {output: seed}
        active = _active(sheet)
        masked: set[Node] = set()
        for node in sheet.steps:
            if node in self.adjoints and node in active:
                self._pass_back(node, [operand in active for operand in node.inputs], masked)
        everything = [*self.adjoints.values()]
        for arrow in self.arrows:
            everything += [
                arrow.incoming,
                arrow.contribution,
                *([arrow.local] if arrow.local is not None else []),
            ]
        sheet.numbers(everything)

    def _pass_back(self, node: Node, wanted: list[bool], masked: set[Node]) -> None:
        behind = node in masked
        incoming = self.adjoints[node]
        locals_ = local_partials(node, wanted)
        for position, part in enumerate(pull(node, incoming, wanted, behind)):
            if part is None:
                continue
            operand = node.inputs[position]
            received = self.received.setdefault(operand, [])
            total = self.adjoints.get(operand)
            self.adjoints[operand] = part if total is None else total + part
            again = sum(arrow.user is node for arrow in received)
            received.append(
                Arrow(
                    node, operand, position, locals_[position], self._local_written(node, locals_[position]),
                    incoming, part, (*[arrow.contribution for arrow in received], part),
                    self.sheet.called[node] + "′" * again,
                )
            )  # fmt: skip
            self.arrows.append(received[-1])
            if behind or node.primitive.masks:
                masked.add(operand)

    def _local_written(self, node: Node, local: Node | None) -> Expression:
        if local is None:
            return write.text(f"{node.primitive.name}ᵀ")
        return spell(local, self.sheet.written)

    def number(self, arrow: Arrow) -> tuple[Number, Number | None, Number]:
        """The incoming adjoint, the local derivative and the contribution of an edge."""
        local = None if arrow.local is None else self.sheet.number(arrow.local)
        return self.sheet.number(arrow.incoming), local, self.sheet.number(arrow.contribution)

    def adjoint(self, node: Node) -> Number:
        """The adjoint of a node; zero where the sweep did not come."""
        found = self.adjoints.get(node)
        if found is None:
            return Number(
                np.zeros(node.type.shape)[()] if node.type.shape else 0.0,
                None if node.type.shape else Fraction(0),
            )
        return self.sheet.number(found)


def _active(sheet: Sheet) -> set[Node]:
    """The nodes through which a derivative flows to one of the inputs asked for."""
    active = {node for _, node in sheet.inputs if node.type.inexact}
    for node in reversed(sheet.steps):
        if node.active != NEVER and not active.isdisjoint(node.inputs):
            active.add(node)
    return active


def local_partials(node: Node, wanted: Sequence[bool]) -> list[Node | None]:
    """The derivative of a step with respect to each operand, as a node, where it is one number an element."""
    partials = node.primitive.partials
    if partials:
        return [
            None
            if partial is None or not want
            else _as_node(partial(*node.inputs, node) if callable(partial) else partial)
            for partial, want in zip(partials, wanted, strict=True)
        ]
    if node.type.shape or any(operand.type.shape for operand in node.inputs):
        return [None] * len(node.inputs)
    return list(pull(node, constant(np.ones((), node.type.dtype)), list(wanted), False))


def _as_node(value: Node | float) -> Node:
    return value if isinstance(value, Node) else constant(float(value))
