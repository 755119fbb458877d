"""The derivative of a loop as a formula: a loop again, in which the derivative is carried along.

In: a sheet of a function with loops. Out: what the symbolic method tells of it: a step of each loop
differentiated, and how what comes after the loops depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, constant, input_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.symbolic import symbolic_gradient
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.loop_words import Wording, how_often, short, step_written, update_written
from infinitesimal.explain.loops import Walk
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.repeat import (
    LOOPS,
    called_in,
    is_formula,
    names_of,
    others,
    times,
    titled,
    written_rows,
)
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Step
from infinitesimal.explain.write import written
from infinitesimal.optimise.collect import size
from infinitesimal.optimise.simplify import simplify

__all__ = ["has_loops", "recurrence_steps"]


def recurrence_steps(sheet: Sheet) -> list[Step]:
    """How the function depends on its loops, and the derivative of every loop, as a loop."""
    told = [_recurrence(sheet, walk) for walk in sheet.walks[:LOOPS]]
    return [_chained(sheet), *told, *others(sheet, "symbolic-loop")]


def _chained(sheet: Sheet) -> Step:
    """∂L/∂x = cos(f)·∂f/∂x: what comes after the loops, differentiated as a formula."""
    last = _outermost(sheet.output)
    leaves = {node: input_node(node.type) for node in last}
    inputs = [node for _, node in sheet.inputs]
    (after,) = substitute([sheet.output], leaves)
    found = symbolic_gradient([after], [*leaves.values(), *inputs])
    called = {x: sheet.written[x] for x in (*sheet.subject.graph.inputs, *last)}
    called |= {leaf: sheet.written[node] for node, leaf in leaves.items()}
    lines: list[Line] = []
    for direct, node in zip(found[len(last) :], inputs, strict=True):
        terms = [] if _is_zero(direct) else [_formula(direct, called)]
        for loop, slope in zip(last, found[: len(last)], strict=True):
            if _depends(loop, node):
                part = write.partial(sheet.written[loop], sheet.written[node])
                terms.append(_product(slope, part, called))
        whole = write.add(*terms) if terms else write.number("0")
        lines.append(Line(write.equals(sheet.derivative(node), whole)))
    return Step(
        "symbolic-rules",
        "symbolic",
        "rules",
        "What comes after the loops",
        "A loop stands for its result, like any function: the chain rule passes through it.",
        tuple(lines),
    )


def _outermost(output: Node) -> list[Node]:
    """The results of loops that the output is a formula of."""
    found: dict[Node, None] = {}
    waiting, seen = [output], {output}
    while waiting:
        node = waiting.pop()
        if is_looped(node):
            found[node] = None
            continue
        waiting += [x for x in reversed(node.inputs) if x not in seen]
        seen.update(node.inputs)
    return list(found)


def _is_zero(node: Node) -> bool:
    return node.primitive is CONSTANT and not np.any(node.params[0].array)


def _formula(node: Node, called: Mapping[Node, Expression]) -> Expression:
    if not short(node, dict.fromkeys(called)):
        return write.text(f"(a formula of {size([node])} parts)")
    return spell(node, called)


def _product(slope: Node, part: Expression, called: Mapping[Node, Expression]) -> Expression:
    """The share of a loop: of one with an array as its result, the sum over its elements."""
    ones = slope.reach == NEVER and bool(np.all(evaluate([slope])[0] == 1))
    if not ones:
        told = _formula(slope, called)
        part = write.times(write.group(told) if told.head == "add" else told, part)
    return write.call("sum", part, latex=r"\textstyle\sum") if slope.type.shape else part


def _recurrence(sheet: Sheet, walk: Walk) -> Step:
    names, name = names_of(sheet, walk), called_in(sheet, walk)
    lines = [Line(update_written(names, spell))] if names.states else []
    for result, number in written_rows(sheet, walk):
        told = write.said("every ", step_written(number, names, spell))
        lines.append(Line(write.equals(sheet.written[result], told)))
    reason = "Differentiate one step; the derivative of the state is carried along with it."
    if not is_formula(names):
        reason = "Its step is differentiated like any function, and the derivative carried along."
    else:
        for _, wrt in sheet.inputs[:3]:
            lines += _differentiated(sheet, walk, names, wrt)
    how = written(write.said(*how_often(names, sheet.written, spell)))
    if walk.loop.length is None:
        how += f", here {times(walk)}"
    return Step(
        f"symbolic-loop-{name.replace(' and ', '-')}",
        "symbolic",
        "loop",
        f"The loop {titled(name)}: its derivative is a loop",
        f"{reason} Repeated {how}.",
        tuple(lines),
        nodes=tuple(name.split(" and ")),
    )


def _differentiated(sheet: Sheet, walk: Walk, names: Wording, wrt: Node) -> list[Line]:
    """∂s/∂c ← (1 + rc)·∂s/∂c + sr, from ∂s/∂c = 0."""
    loop, by = walk.loop, sheet.written[wrt]
    called = dict(names.called)
    seeds: dict[Node, Node] = {}
    for part in (*loop.captured, *loop.elements):
        if part.operand is wrt and not wrt.type.shape:
            seeds[part.place] = constant(np.ones((), wrt.type.dtype))
        elif _depends(part.operand, wrt) and part.place.type.inexact:
            seeds[part.place] = leaf = input_node(part.place.type)
            called[leaf] = write.partial(names.called[part.place], by)
    states = [part for part in names.states if part.place.type.inexact]
    for part in states:
        seeds[part.place] = leaf = input_node(part.place.type)
        called[leaf] = write.partial(names.called[part.place], by)
    rows = written_rows(sheet, walk)
    found = forward([*(part.after for part in states), *(number for _, number in rows)], seeds)
    lines: list[Line] = []
    first = [*seeds.values(), *loop.places]
    for part, tangent in zip(states, found, strict=False):
        symbol = write.partial(names.called[part.place], by)
        after = constant(0.0) if tangent is None else simplify([tangent], first)[0]
        if not short(after, called):
            continue
        update = write.becomes(symbol, spell(after, called))
        lines.append(
            Line(write.said(update, ", from ", write.equals(symbol, _begin(sheet, part, wrt))))
        )
    for (result, _), tangent in zip(rows, found[len(states) :], strict=True):
        number = constant(0.0) if tangent is None else simplify([tangent], first)[0]
        if short(number, called):
            every = write.said("every ", spell(number, called))
            lines.append(Line(write.equals(write.partial(sheet.written[result], by), every)))
    return lines


def _begin(sheet: Sheet, part: Any, wrt: Node) -> Expression:
    if part.start is wrt:
        return write.number("1")
    if not _depends(part.start, wrt):
        return write.number("0")
    return write.partial(spell(part.start, sheet.written), sheet.written[wrt])


def _depends(node: Node, wrt: Node) -> bool:
    return node.active != NEVER and (node is wrt or wrt in postorder([node]))


def has_loops(nodes: Sequence[Node]) -> bool:
    """Whether a loop is below some node."""
    return any(is_looped(node) for node in postorder(nodes))
