"""The sweep backwards, edge by edge: what each step passes to each of its operands.

In: a sheet. Out: a `Sweep`: for every edge the incoming adjoint, the local derivative, the
contribution and what has been collected so far, as nodes of a graph and as numbers. The rules are
those of the records, pulled by reverse mode itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.differentiate.reverse import pull, reverse
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import is_looped, operands_of
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.ops.control.loop import loop_of

__all__ = ["Arrow", "Sweep", "kept_values", "local_partials", "sweeps"]


@dataclass(frozen=True, eq=False)
class Arrow:
    """One edge, from a step to one of its operands.

    `local` is the partial as a node, where there is one; `place` counts the contributions that the
    operand has received before; `use` tells its uses apart: in ∂L/∂x_g it is g.
    """

    user: Node
    operand: Node
    local: Node | None
    incoming: Node
    contribution: Node
    place: int
    use: str
    start: bool = False  # whether it is what a loop begins with

    @property
    def because(self) -> str:
        """The sentence that says how a step passes a change on."""
        word = self.user.inputs[0] if is_looped(self.user) else self.user
        return word.primitive.because

    @property
    def gathered(self) -> bool:
        """Whether the contribution is a sum over copies that broadcasting had made."""
        return self.local is not None and self.contribution.type.size < self.incoming.type.size


@dataclass(eq=False)
class Sweep:
    """All edges of the sweep in order, and the adjoint of every node it reached."""

    sheet: Sheet
    seed: Node | None = None
    row: tuple[int, ...] | None = None  # which result, where there are several
    arrows: list[Arrow] = field(default_factory=list[Arrow])
    adjoints: dict[Node, Node] = field(default_factory=dict[Node, Node])
    received: dict[Node, list[Arrow]] = field(default_factory=dict[Node, list[Arrow]])

    def __post_init__(self) -> None:
        output = self.sheet.output
        ones = constant(np.ones(output.type.shape, output.type.dtype))
        self.adjoints[output] = ones if self.seed is None else self.seed
        active = _active(self.sheet)
        masked: set[Node] = {output} if self.seed is not None else set()
        for node in self.sheet.steps:
            if node in self.adjoints and node in active:
                self._pass_back(node, [operand in active for operand in operands_of(node)], masked)
        named = [(a.incoming, a.contribution, a.local) for a in self.arrows]
        everything = [*self.adjoints.values(), *[node for row in named for node in row]]
        self.sheet.numbers([node for node in everything if node is not None])

    def _pass_back(self, node: Node, wanted: list[bool], masked: set[Node]) -> None:
        behind = node in masked
        incoming = self.adjoints[node]
        partials = local_partials(node, wanted)
        passed = passed_back(node, incoming, wanted, behind)
        starts = loop_starts(node)
        for k, (operand, part, local) in enumerate(
            zip(operands_of(node), passed, partials, strict=True)
        ):
            if part is None:
                continue
            received = self.received.setdefault(operand, [])
            total = self.adjoints.get(operand)
            self.adjoints[operand] = part if total is None else total + part
            again = "′" * sum(arrow.user is node for arrow in received)
            use = self.sheet.called[node] + again
            at = len(received)
            received.append(Arrow(node, operand, local, incoming, part, at, use, k in starts))
            self.arrows.append(received[-1])
            if behind or node.primitive.masks or is_looped(node):
                masked.add(operand)

    @property
    def of(self) -> Expression:
        """What is differentiated: the function, or one of its results."""
        name = self.sheet.subject.name
        return write.name(name if self.row is None else f"{name}{list(self.row)}")

    def derivative(self, node: Node) -> Expression:
        """∂L/∂x, for the node called x."""
        return write.partial(self.of, self.sheet.written[node])

    def local_written(self, arrow: Arrow) -> Expression:
        """The local derivative of an edge as mathematics, or the name of the transposed word."""
        if is_looped(arrow.user):
            by = self.sheet.written[arrow.operand]
            first = write.name(by.words[0], "first") if by.head == "name" else by
            return write.partial(self.sheet.written[arrow.user], first if arrow.start else by)
        if arrow.local is None:
            return write.text(f"{arrow.user.primitive.name}ᵀ")
        return spell(arrow.local, self.sheet.written)

    def number(self, arrow: Arrow) -> tuple[Number, Number | None, Number]:
        """The incoming adjoint, the local derivative and the contribution of an edge."""
        local = None if arrow.local is None else self.sheet.number(arrow.local)
        return self.sheet.number(arrow.incoming), local, self.sheet.number(arrow.contribution)

    def collected(self, arrow: Arrow, most: int) -> list[Number]:
        """The last contributions that the operand has received, up to that of this edge."""
        first = max(arrow.place + 1 - most, 0)
        so_far = self.received[arrow.operand][first : arrow.place + 1]
        return [self.sheet.number(each.contribution) for each in so_far]

    def adjoint(self, node: Node) -> Number:
        """The adjoint of a node; zero where the sweep did not come."""
        found = self.adjoints.get(node)
        if found is not None:
            return self.sheet.number(found)
        if node.type.shape:
            return Number(np.zeros(np.shape(self.sheet.number(node).value)))
        return Number(0.0, Fraction(0))


def sweeps(sheet: Sheet) -> list[Sweep]:
    """The sweep of a function with one result; of several, a sweep for each, with its own seed."""
    if sheet.scalar:
        return [Sweep(sheet)]
    shape, size = sheet.output.type.shape, sheet.output.type.size
    seeds = np.eye(size, dtype=sheet.output.type.dtype).reshape(size, *shape)
    return [
        Sweep(sheet, constant(seed), row)
        for seed, row in zip(seeds, np.ndindex(shape), strict=True)
    ]


def _active(sheet: Sheet) -> set[Node]:
    """The nodes through which a derivative flows to one of the inputs asked for."""
    active = {node for _, node in sheet.inputs if node.type.inexact}
    for node in reversed(sheet.steps):
        if node.active != NEVER and not active.isdisjoint(operands_of(node)):
            active.add(node)
    return active


def loop_starts(node: Node) -> range:
    """Of a result of a loop, which of the operands the loop begins with."""
    if not is_looped(node):
        return range(0)
    loop = loop_of(node.inputs[0])
    first = (loop.count is not None) + len(loop.captured)
    return range(first, first + len(loop.carried))


def passed_back(
    node: Node, incoming: Node, wanted: list[bool], masked: bool
) -> Sequence[Node | None]:
    """What a step passes to each operand; a result of a loop, to each that the loop reads."""
    if not is_looped(node):
        return pull(node, incoming, wanted, masked)
    bundle = node.inputs[0]
    cotangents: list[Node | None] = [None] * len(bundle.type.parts)
    cotangents[node.params[0]] = incoming
    assert bundle.primitive.vjp is not None
    nothing = dict[Node, Node]().get
    return bundle.primitive.vjp(bundle, cotangents, wanted, masked, reverse, nothing)


def local_partials(node: Node, wanted: Sequence[bool]) -> list[Node | None]:
    """The derivative of a step by each operand, as a node, where it is a number an element."""
    partials = node.primitive.partials
    if partials:
        found: list[Any] = [p(*node.inputs, node) if callable(p) else p for p in partials]
        return [
            None if partial is None or not want else _as_node(partial)
            for partial, want in zip(found, wanted, strict=True)
        ]
    if node.primitive.jvp is None or node.type.shape:
        return [None] * len(operands_of(node))
    scalar = [not operand.type.shape for operand in operands_of(node)]
    if not (all(scalar) or is_looped(node)):
        return [None] * len(scalar)
    one = constant(np.ones((), node.type.dtype))
    asked = [want and flag for want, flag in zip(wanted, scalar, strict=True)]
    return list(passed_back(node, one, asked, False))


def _as_node(value: Node | float) -> Node:
    return value if isinstance(value, Node) else constant(float(value))


def kept_values(sheet: Sheet, sweep: Sweep) -> set[Node]:
    """The steps whose values the sweep backwards reads: reverse mode must keep them.

    They are those at which the graph of the contributions ends: of a word that is linear, none.
    """
    passed = [arrow.contribution for arrow in sweep.arrows]
    inner = postorder(passed, dict.fromkeys(sheet.steps))
    read = {*passed, *(operand for node in inner for operand in node.inputs)}
    return read.intersection(sheet.steps)
