"""Forward mode, told with dual numbers: the rules, a pass for each input, all inputs at once.

In: a sheet. Out: the `Method` called "forward". The tangents are those of the library's forward
mode; the term in ε² that a product brings is shown struck through, not silently dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import local_partials
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.passes import Pass, dual, infinitesimal, multiple, run_pass
from infinitesimal.explain.repeat import dual_steps
from infinitesimal.explain.subject import Move, Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step

__all__ = ["forward"]

_MOST_TERMS = 9  # of a product multiplied out by hand
TOLD = 4  # passes that are all told; of more, the first two
_EPSILON = write.unit()
_SQUARED = write.power(_EPSILON, write.number("2"))


def forward(sheet: Sheet, detail: str) -> Method:
    """The derivation by forward mode."""
    passes = {move: run_pass(sheet, {move.node: move.unit()}) for move in sheet.moves}
    told = sheet.moves if len(sheet.moves) <= TOLD else sheet.moves[:2]
    steps = [_rules()] if detail == "full" else []
    for k, move in enumerate(told, start=1):
        steps += [_pass_step(sheet, passes[move], k, move), *dual_steps(sheet, passes[move], k)]
    results = _results(sheet, passes)
    if len(sheet.moves) > len(told) or any(node.type.shape for _, node in sheet.inputs):
        steps += _the_rest(sheet, passes, len(told), results)
    if not sheet.moves:
        steps.append(_along(sheet))
    elif 1 < len(sheet.moves) <= TOLD and sheet.scalar:
        steps.append(_together(sheet, passes))
    count = sum(node.type.size for _, node in sheet.inputs)
    steps += [_cost(count)] if detail == "full" else []
    title = "Forward mode, dual numbers"
    return Method("forward", title, tuple(steps), results, f"{count} pass{'es' * (count != 1)}")


def _results(sheet: Sheet, passes: Mapping[Move, Pass]) -> tuple[Result, ...]:
    if not passes:
        return ()
    found = {move: done.of(sheet.output) for move, done in passes.items()}
    numbers = [(name, node, sheet.assembled(node, found)) for name, node in sheet.inputs]
    return tuple(
        Result(name, sheet.derivative(node), number, shown(number, digits=17))
        for name, node, number in numbers
    )


def _rules() -> Step:
    a, b, c, d = map(write.name, "abcd")
    ac, ad, bc = write.times(a, c), write.times(a, d), write.times(b, c)
    product = write.times(
        write.add(a, write.times(b, _EPSILON)), write.add(c, write.times(d, _EPSILON))
    )
    cross = write.times(write.group(write.add(ad, bc)), _EPSILON)
    expanded = write.add(ac, cross, write.struck(write.times(b, d, _SQUARED)))
    return Step(
        "forward-rules",
        "forward",
        "rules",
        "Rules of the game",
        "ε is a number so small that its square is zero. Multiply out, and strike ε² through; what "
        "stands before ε is the derivative.",
        (
            Line(write.equals(_SQUARED, write.number("0"))),
            Line(write.equals(product, expanded, write.add(ac, cross))),
        ),
        hints=("Treat ε as a letter, multiply the brackets out, then put ε² = 0.",),
    )


def _pass_step(sheet: Sheet, done: Pass, k: int, move: Move) -> Step:
    steps = sheet.steps[::-1]
    lines = [Line(write.becomes(sheet.written[x], _start(sheet, done, x))) for x in _leaves(sheet)]
    lines += [Line(_working(sheet, done, node), sheet.repeated(node)) for node in steps]
    number = done.of(sheet.output)
    result = Result(move.name, sheet.slope(move), number, shown(number, digits=17))
    note = sheet.note(number) or "the number before ε"
    lines.append(Line(write.equals(result.symbol, write.boxed(result.shown)), note))
    return Step(
        f"forward-{k}",
        "forward",
        "pass",
        f"Pass {k}: only {move.name} moves",
        f"Let {move.name} stand at its value plus ε, everything else still.",
        tuple(lines),
        tuple((sheet.called[node], done.of(node)) for node in steps),
        (sheet.called[move.node], *[sheet.called[node] for node in steps]),
        (result,),
        (
            f"Put the dual number in place of {move.name} and compute as usual.",
            "Only products bring ε²; it is zero.",
        ),
        steps=tuple(_by_hand(sheet, done, k)),
    )


def _by_hand(sheet: Sheet, done: Pass, k: int) -> list[Step]:
    """A product of two sums, multiplied out term by term in dual numbers."""
    if sheet.output.primitive.name != "multiply" or not sheet.all_scalar(sheet.output):
        return []
    left, right = (_terms(sheet, operand) for operand in sheet.output.inputs)
    if not 4 <= len(left) * len(right) <= _MOST_TERMS:
        return []
    whole: list[Expression] = []
    first: list[Expression] = []
    second: list[Expression] = []
    for a in left:
        for b in right:
            whole.append(shown(_product_of(sheet.number(a), sheet.number(b))))
            if done.moves(b):
                first.append(shown(_product_of(sheet.number(a), done.of(b))))
            if done.moves(a):
                first.append(shown(_product_of(done.of(a), sheet.number(b))))
            if done.moves(a) and done.moves(b):
                second.append(shown(_product_of(done.of(a), done.of(b))))
    told = write.group(write.add(*whole))
    if first:
        told = write.add(told, write.times(write.group(write.add(*first)), _EPSILON))
    if second:
        coefficient = write.group(write.add(*second)) if len(second) > 1 else second[0]
        told = write.add(*told.operands, write.struck(multiple(coefficient, _SQUARED)))
    answer = dual(sheet.number(sheet.output), done.of(sheet.output))
    line = Line(write.equals(sheet.written[sheet.output], told, answer), "multiplied out by hand")
    title = "Multiplied out by hand"
    reason = "Every term times every other; a term in ε for each factor that moves."
    return [Step(f"forward-{k}-by-hand", "forward", "by-hand", title, reason, (line,))]


def _terms(sheet: Sheet, node: Node) -> list[Node]:
    """The terms of a sum of sums; a node that is no sum is its own."""
    if node.primitive.name != "add":
        return [node]
    return [term for operand in node.inputs for term in _terms(sheet, operand)]


def _product_of(a: Number, b: Number) -> Number:
    exact = a.exact * b.exact if a.exact is not None and b.exact is not None else None
    return Number(a.value * b.value, exact)


def _leaves(sheet: Sheet) -> Sequence[Node]:
    return sheet.subject.graph.inputs


def _start(sheet: Sheet, done: Pass, node: Node) -> Expression:
    value = sheet.number(node)
    return dual(value, done.of(node)) if node in done.seeds else shown(value)


def _working(sheet: Sheet, done: Pass, node: Node) -> Expression:
    """One step worked out in dual numbers."""
    answer = dual(sheet.number(node), done.of(node))
    if is_looped(node):
        return write.equals(sheet.written[node], answer)
    if not sheet.all_scalar(node):
        return write.equals(sheet.written[node], sheet.definition(node), answer)
    put_in: dict[Node, Expression] = {}
    for operand in sheet.operands(node):
        value = sheet.number(operand)
        moving = done.moves(operand)
        put_in[operand] = write.group(dual(value, done.of(operand))) if moving else shown(value)
    filled = sheet.with_numbers(node, put_in)
    return write.equals(sheet.written[node], filled, *_expanded(sheet, done, node), answer)


def _expanded(sheet: Sheet, done: Pass, node: Node) -> list[Expression]:
    """How the dual answer comes about: the terms in ε, and the one in ε² of a product."""
    moving = [done.moves(operand) for operand in node.inputs]
    name = node.primitive.name
    if not any(moving) or name in ("add", "subtract", "negative"):
        return []
    if name == "multiply":
        return [_product(sheet, done, node)] if all(moving) else []
    terms = [
        write.times(shown(sheet.number(local)), shown(done.of(operand)))
        for operand, local in zip(node.inputs, local_partials(node, moving), strict=True)
        if local is not None
    ]
    if not terms:
        return []
    part = write.times(write.group(write.add(*terms)), _EPSILON)
    return [write.add(shown(sheet.number(node)), part)]


def _product(sheet: Sheet, done: Pass, node: Node) -> Expression:
    first, second = node.inputs
    a, c = shown(sheet.number(first)), shown(sheet.number(second))
    b, d = done.of(first), done.of(second)
    cross = write.group(write.add(write.times(a, shown(d)), write.times(shown(b), c)))
    squared = infinitesimal(_product_of(b, d), _SQUARED)
    whole = shown(sheet.number(node))
    return write.add(whole, write.times(cross, _EPSILON), write.struck(squared))


def _the_rest(
    sheet: Sheet, passes: Mapping[Move, Pass], told: int, results: Sequence[Result]
) -> list[Step]:
    """The passes that are not told step by step, and what all of them together say."""
    rows = [
        Step(
            f"forward-{k}",
            "forward",
            "row",
            f"Pass {k}",
            numbers=((move.name, done.of(sheet.output)),),
            cells=(move.written, dual(sheet.number(sheet.output), done.of(sheet.output))),
        )
        for k, (move, done) in enumerate(passes.items(), start=1)
    ]
    steps: list[Step] = []
    if len(rows) > told:
        steps.append(
            Step(
                "forward-rest",
                "forward",
                "passes",
                "The other passes, in the same way",
                columns=("what moves", sheet.subject.name),
                steps=tuple(rows[told:]),
            )
        )
    if results:
        lines = tuple(Line(write.equals(r.symbol, write.boxed(r.shown))) for r in results)
        together = "The parts before ε, put together, pass by pass."
        steps.append(
            Step(
                "forward-collect",
                "forward",
                "collect",
                "Collect",
                together,
                lines,
                results=tuple(results),
            )
        )
    return steps


def _along(sheet: Sheet) -> Step:
    """One pass with everything moving alike, where a pass for each input would be too many."""
    done = run_pass(sheet, {node: np.ones(node.type.shape) for _, node in sheet.inputs})
    count = sum(node.type.size for _, node in sheet.inputs)
    along = done.of(sheet.output)
    line = write.equals(write.text("along (1, 1, …, 1)"), dual(sheet.number(sheet.output), along))
    return Step(
        "forward-along",
        "forward",
        "together",
        "One pass, all inputs moving alike",
        f"A gradient would take {count:,} passes. One pass gives the derivative along one "
        "direction, which is the sum of all partial derivatives.",
        (Line(line),),
        (("along", along),),
    )


def _together(sheet: Sheet, passes: Mapping[Move, Pass]) -> Step:
    value = sheet.number(sheet.output)
    both = run_pass(sheet, {node: np.ones(node.type.shape) for _, node in sheet.inputs})
    along = both.of(sheet.output)
    slopes = [done.of(sheet.output) for done in passes.values()]
    units = [write.unit(str(k)) for k in range(1, len(slopes) + 1)]
    parts = [infinitesimal(slope, unit) for slope, unit in zip(slopes, units, strict=True)]
    direction = ", ".join("1" for _ in slopes)
    lines = [
        Line(dual(value, along), f"along ({direction})"),
        Line(write.add(shown(value), *parts), "the gradient"),
    ]
    if not any(node.type.shape for _, node in sheet.inputs):
        heads = [_moved(sheet, [_EPSILON] * len(units)), _moved(sheet, units)]
        lines = [
            Line(write.equals(head, line.formula), line.note)
            for head, line in zip(heads, lines, strict=True)
        ]
    return Step(
        "forward-together",
        "forward",
        "together",
        "All inputs at once",
        f"With one ε for all, one pass gives the derivative along ({direction}): the sum, not the "
        "gradient. With an ε for each input (and every product of two of them zero), one wider "
        "pass gives the whole gradient.",
        tuple(lines),
        (("along", along), *[(f"ε{k}", slope) for k, slope in enumerate(slopes, start=1)]),
    )


def _moved(sheet: Sheet, units: Sequence[Expression]) -> Expression:
    """`L(2 + ε₁, 3 + ε₂)`."""
    varied = dict(zip([node for _, node in sheet.inputs], units, strict=True))
    places: list[Expression] = []
    for node in _leaves(sheet):
        value = shown(sheet.number(node))
        places.append(write.add(value, varied[node]) if node in varied else value)
    return write.call(sheet.subject.name, *places)


def _cost(count: int) -> Step:
    inputs = f"{count:,} input{'s' * (count != 1)}"
    return Step(
        "forward-cost",
        "forward",
        "cost",
        "Cost",
        f"{count:,} pass{'es' * (count != 1)} for {inputs} (or ⌈{count}/k⌉ with k parts carried at "
        "once); nothing of the past has to be remembered.",
    )
