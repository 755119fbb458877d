"""Forward mode, told with dual numbers: the rules of the game, a pass for each input, all inputs at once.

In: a sheet. Out: the `Method` called "forward". The tangents are those of the library's forward mode; the term in ε² that a
product brings is shown struck through, not silently dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, constant
from infinitesimal.differentiate.forward import forward as tangents_of
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import local_partials
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step

__all__ = ["Pass", "dual", "forward"]

_EPSILON = write.unit()
_SQUARED = write.power(_EPSILON, write.number("2"))
_A, _B, _C, _D = map(write.name, "abcd")
_AC, _AD, _BC, _BD = map(write.name, ("ac", "ad", "bc", "bd"))
_ZERO, _ONE = Number(0.0), Number(1.0)


@dataclass(frozen=True, eq=False)
class Pass:
    """One pass forward: the seeds of the inputs, and the tangent of every step."""

    seeds: Mapping[Node, Any]
    tangents: Mapping[Node, Number]


def run_pass(sheet: Sheet, seeds: Mapping[Node, Any]) -> Pass:
    """The tangent of every step when these inputs move as the seeds say."""
    nodes = {node: constant(np.asarray(seed, node.type.dtype)) for node, seed in seeds.items()}
    order = sheet.steps[::-1]
    found = tangents_of([*order, *sheet.subject.graph.outputs], nodes)
    kept = {
        node: tangent
        for node, tangent in zip([*order, *sheet.subject.graph.outputs], found, strict=True)
    }
    kept |= nodes
    sheet.numbers([tangent for tangent in kept.values() if tangent is not None])
    return Pass(
        seeds,
        {node: sheet.number(tangent) for node, tangent in kept.items() if tangent is not None},
    )


def forward(sheet: Sheet) -> Method:
    """The derivation by forward mode."""
    steps: list[Step] = [_rules()]
    results: list[Result] = []
    passes: list[Pass] = []
    for k, (name, node) in enumerate(sheet.inputs, start=1):
        done = run_pass(sheet, {node: np.ones(node.type.shape)})
        passes.append(done)
        number = done.tangents.get(sheet.output, Number(0.0, None))
        of = write.partial(write.name(sheet.subject.name), sheet.written[node])
        results.append(Result(name, of, number, shown(number, digits=17)))
        steps.append(_pass_step(sheet, done, k, name, results[-1]))
    if len(sheet.inputs) > 1:
        steps.append(_together(sheet, passes))
    steps.append(_cost(sheet))
    count = len(sheet.inputs)
    return Method(
        "forward",
        "Forward mode, dual numbers",
        tuple(steps),
        tuple(results),
        f"{count} pass{'es' * (count > 1)} forward",
    )


def dual(value: Number, tangent: Number | None, subscript: str = "") -> Expression:
    """`40 + 13ε`: a value and how fast it moves."""
    return write.add(shown(value), infinitesimal_part(tangent or _ZERO, write.unit(subscript)))


def infinitesimal_part(tangent: Number, unit: Expression) -> Expression:
    """`13ε`, `ε`, `−2ε`, `0ε`."""
    digits = shown(tangent)
    if digits.head == "minus":
        return write.minus(_multiple(digits.operands[0], unit))
    return _multiple(digits, unit)


def _multiple(digits: Expression, unit: Expression) -> Expression:
    return unit if digits == write.number("1") else write.times(digits, unit)


def _rules() -> Step:
    product = write.times(
        write.add(_A, write.times(_B, _EPSILON)), write.add(_C, write.times(_D, _EPSILON))
    )
    cross = write.group(write.add(_AD, _BC))
    return Step(
        "forward-rules", "forward", "rules", "Rules of the game",
        "ε is a number so small that its square is zero. Multiply out, and strike ε² through; what stands before ε is the "
        "derivative.",
        (
            Line(write.equals(_SQUARED, write.number("0"))),
            Line(write.equals(
                product,
                write.add(_AC, write.times(cross, _EPSILON), write.struck(write.times(_BD, _SQUARED))),
                write.add(_AC, write.times(cross, _EPSILON)),
            )),
        ),
        hints=("Treat ε as a letter, multiply the brackets out, then put ε² = 0.",),
    )  # fmt: skip


def _pass_step(sheet: Sheet, done: Pass, k: int, moved: str, result: Result) -> Step:
    lines = [
        Line(
            write.becomes(
                sheet.written[node],
                dual(sheet.number(node), done.tangents[node])
                if node in done.seeds
                else shown(sheet.number(node)),
            )
        )
        for node in sheet.subject.graph.inputs
    ]
    for node in sheet.steps[::-1]:
        lines.append(Line(_working(sheet, done, node)))
    lines.append(
        Line(write.equals(result.symbol, write.boxed(result.shown)), "the number before ε")
    )
    numbers = tuple(
        (sheet.called[node], done.tangents.get(node, _ZERO)) for node in sheet.steps[::-1]
    )
    return Step(
        f"forward-{k}", "forward", "pass", f"Pass {k}: only {moved} moves",
        f"Let {moved} stand at its value plus ε, everything else still.", tuple(lines), numbers,
        (moved, *[sheet.called[node] for node in sheet.steps[::-1]]), (result,),
        hints=(f"Put the dual number in place of {moved} and compute as usual.", "Only products bring ε²; it is zero."),
    )  # fmt: skip


def _working(sheet: Sheet, done: Pass, node: Node) -> Expression:
    """One step worked out in dual numbers."""
    duals: dict[Node, Expression] = {}
    for operand in node.inputs:
        if operand in sheet.called:
            tangent = done.tangents.get(operand)
            duals[operand] = (
                write.group(dual(sheet.number(operand), tangent))
                if tangent is not None and not _still(tangent)
                else shown(sheet.number(operand))
            )
    tangent = done.tangents.get(node)
    answer = dual(sheet.number(node), tangent)
    if any(x.type.shape for x in (node, *node.inputs)):
        return write.equals(sheet.written[node], sheet.definition(node), answer)
    put_in = sheet.with_numbers(node, duals)
    return write.equals(sheet.written[node], put_in, *_expanded(sheet, done, node), answer)


def _still(tangent: Number) -> bool:
    return bool(np.all(np.asarray(tangent.value) == 0))


def _expanded(sheet: Sheet, done: Pass, node: Node) -> list[Expression]:
    """How the dual answer comes about: the terms in ε, and the one in ε² that a product brings."""
    moving = [
        k for k, x in enumerate(node.inputs) if x in done.tangents and not _still(done.tangents[x])
    ]
    name = node.primitive.name
    if not moving or name in ("add", "subtract", "negative"):
        return []
    locals_ = local_partials(node, [k in moving for k in range(len(node.inputs))])
    weights = [
        (done.tangents[node.inputs[k]], sheet.number(local))
        for k in moving
        if (local := locals_[k]) is not None
    ]
    if name == "multiply" and len(moving) == 2:
        return [_product(sheet, done, node)]
    if name == "multiply" or not weights:
        return []
    terms = [write.times(shown(weight), shown(tangent)) for tangent, weight in weights]
    total = write.group(write.add(*terms)) if len(terms) > 1 else terms[0]
    return [
        write.add(
            shown(sheet.number(node)),
            write.times(*(total.operands if total.head == "times" else [total]), _EPSILON),
        )
    ]


def _product(sheet: Sheet, done: Pass, node: Node) -> Expression:
    first, second = node.inputs
    a, c = sheet.number(first), sheet.number(second)
    b, d = done.tangents[first], done.tangents[second]
    cross = write.group(write.add(write.times(shown(a), shown(d)), write.times(shown(b), shown(c))))
    exact = b.exact * d.exact if b.exact is not None and d.exact is not None else None
    square = Number(b.value * d.value, exact)
    return write.add(
        shown(sheet.number(node)),
        write.times(cross, _EPSILON),
        write.struck(infinitesimal_part(square, _SQUARED)),
    )


def _together(sheet: Sheet, passes: Sequence[Pass]) -> Step:
    value = sheet.number(sheet.output)
    both = run_pass(sheet, {node: np.ones(node.type.shape) for _, node in sheet.inputs})
    along = both.tangents.get(sheet.output, _ZERO)
    names = [name for name, _ in sheet.inputs]
    call = write.call(
        sheet.subject.name,
        *[write.add(shown(sheet.number(node)), _EPSILON) for _, node in sheet.inputs],
    )
    subscripts = [str(k) for k in range(1, len(passes) + 1)]
    apart = write.call(
        sheet.subject.name,
        *[
            write.add(shown(sheet.number(node)), write.unit(k))
            for (_, node), k in zip(sheet.inputs, subscripts, strict=True)
        ],
    )
    parts = [
        infinitesimal_part(p.tangents.get(sheet.output, _ZERO), write.unit(k))
        for p, k in zip(passes, subscripts, strict=True)
    ]
    direction = ", ".join("1" for _ in names)
    return Step(
        "forward-together", "forward", "together", "All inputs at once",
        f"With one ε for all, one pass gives the derivative along ({direction}): the sum, not the gradient. With an ε for "
        "each input (and every product of two of them zero), one wider pass gives the whole gradient.",
        (
            Line(write.equals(call, dual(value, along)), f"along ({direction})"),
            Line(write.equals(apart, write.add(shown(value), *parts)), "the gradient"),
        ),
        numbers=(("along", along), *[(f"ε{k}", p.tangents.get(sheet.output, _ZERO)) for p, k in zip(passes, subscripts, strict=True)]),
    )  # fmt: skip


def _cost(sheet: Sheet) -> Step:
    count = len(sheet.inputs)
    return Step(
        "forward-cost", "forward", "cost", "Cost",
        f"{count} pass{'es' if count > 1 else ''} for {count} input{'s' if count > 1 else ''} (or ⌈{count}/k⌉ with k parts "
        "carried at once); nothing of the past has to be remembered.",
    )  # fmt: skip
