"""Reverse mode, told: break up, sweep forward and remember, sweep backward edge by edge, collect.

In: a sheet and its sweep. Out: the `Method` called "reverse". The names, the order of the sweep and
the sentences are the sheet's and the records'; nothing is differentiated here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infinitesimal.core.node import Node, postorder
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Arrow, Sweep, kept_values
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.names import is_looped
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.repeat import value_steps
from infinitesimal.explain.repeat_back import back_steps, stored_in_loops
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step

__all__ = ["reverse"]

_FEW = 3  # elements of an array that is written out in the table of edges
_DIGITS = 5  # in the table of edges, which is wide


def reverse(sheet: Sheet, swept: Sequence[Sweep], detail: str) -> Method:
    """The derivation by reverse mode; of several results, the first is told and all are given."""
    results = _results(sheet, swept)
    sweep = swept[0]
    worked = (_break_up, _forward_sweep) if sheet.steps else (_bare,)
    steps = [
        *[tell(sheet) for tell in worked],
        *value_steps(sheet, "reverse"),
        *([_local_derivatives(sheet, sweep)] if sweep.arrows else []),
        _backward_sweep(sheet, sweep),
        *back_steps(sheet, sweep),
        _collect(sheet, sweep, results if sheet.scalar else ()),
    ]
    if not sheet.scalar:
        steps.append(_rows(sheet, results))
    if detail == "full":
        steps += [*_why_add(sheet, sweep), _stored(sheet, sweep)]
    cost = f"one sweep forward, {'one' if len(swept) == 1 else len(swept)} backward"
    return Method("reverse", "Reverse mode", tuple(steps), results, cost)


def _results(sheet: Sheet, swept: Sequence[Sweep]) -> tuple[Result, ...]:
    numbers = {
        node: swept[0].adjoint(node) if sheet.scalar else _stacked(sheet, node, swept)
        for _, node in sheet.inputs
    }
    return tuple(
        Result(name, sheet.derivative(node), numbers[node], shown(numbers[node], digits=17))
        for name, node in sheet.inputs
    )


def _stacked(sheet: Sheet, node: Node, sweeps: Sequence[Sweep]) -> Number:
    rows = np.stack([np.asarray(sweep.adjoint(node).value) for sweep in sweeps])
    return Number(rows.reshape(*sheet.output.type.shape, *node.type.shape))


# ---- the sweep forward


def _onward(sheet: Sheet) -> list[Node]:
    return sheet.steps[::-1]


def _break_up(sheet: Sheet) -> Step:
    lines = [
        Line(write.equals(_signature(sheet, node), sheet.definition(node)))
        for node in _onward(sheet)
    ]
    return Step(
        "reverse-break",
        "reverse",
        "break",
        "Break up",
        "Give a name to every intermediate result; each depends on its operands alone.",
        tuple(lines),
        nodes=tuple(sheet.called[node] for node in _onward(sheet)),
        hints=("Which operation is done last? That is f.", "Name from the outside in."),
    )


def _bare(sheet: Sheet) -> Step:
    reason = f"There is nothing to break up: {sheet.subject.name} is {sheet.bare}."
    return Step("reverse-break", "reverse", "break", "Break up", reason)


def _signature(sheet: Sheet, node: Node) -> Expression:
    operands = [sheet.written[operand] for operand in sheet.operands(node)]
    letters, subscript = sheet.written[node].words
    name = letters if not subscript else f"{letters}{subscript.translate(_SUBSCRIPTS)}"
    return write.call(name, *operands)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _forward_sweep(sheet: Sheet) -> Step:
    lines: list[Line] = []
    for node in _onward(sheet):
        chain = [sheet.written[node]]
        if not is_looped(node):
            chain.append(sheet.definition(node))
        if sheet.all_scalar(node):
            numbers = {x: shown(sheet.number(x)) for x in sheet.operands(node)}
            chain.append(sheet.with_numbers(node, numbers))
        note = sheet.repeated(node)
        lines.append(Line(write.equals(*chain, shown(sheet.number(node))), note))
    return Step(
        "reverse-forward",
        "reverse",
        "values",
        "Forward sweep: compute, and remember",
        "From the inputs to the result, each value once.",
        tuple(lines),
        tuple((sheet.called[node], sheet.number(node)) for node in _onward(sheet)),
        tuple(sheet.called[node] for node in _onward(sheet)),
        hints=("Begin with the step that needs only inputs.",),
    )


def _local_derivatives(sheet: Sheet, sweep: Sweep) -> Step:
    lines: list[Line] = []
    for arrow in sweep.arrows:
        of = write.partial(sheet.written[arrow.user], sheet.written[arrow.operand])
        of = sweep.local_written(arrow) if is_looped(arrow.user) else of
        number = [] if arrow.local is None else [shown(sheet.number(arrow.local))]
        name = sheet.called[arrow.operand]
        note = f"by {name} as what the loop begins with" if arrow.start else ""
        lines.append(Line(write.equals(of, sweep.local_written(arrow), *number), note))
    rules = dict.fromkeys(arrow.because for arrow in sweep.arrows)
    sentences = [f"{rule[0].upper()}{rule[1:]}." for rule in rules if rule]
    return Step(
        "reverse-local",
        "reverse",
        "local",
        "Local derivatives, written on the edges",
        " ".join(sentences),
        tuple(lines),
        hints=("Differentiate one step with respect to one operand, the other held fixed.",),
    )


# ---- the sweep backward


def _use_symbol(sweep: Sweep, arrow: Arrow) -> Expression:
    """∂L/∂x_g: the derivative with respect to one use of a node."""
    return write.partial(sweep.of, write.name(sweep.sheet.called[arrow.operand], arrow.use))


def _backward_sweep(sheet: Sheet, sweep: Sweep) -> Step:
    output = sheet.output
    one = sheet.number(sweep.adjoints[output])
    seed = write.equals(sweep.derivative(output), shown(one))
    first = Step(
        "reverse-0",
        "reverse",
        "seed",
        "seed",
        "The result changes with itself one for one.",
        (Line(seed),),
        (("contribution", one),),
        (sheet.called.get(output, sheet.subject.name),),
        cells=(write.text("seed"), write.text(""), shown(one), seed),
    )
    rows = [_edge(sheet, sweep, k, arrow) for k, arrow in enumerate(sweep.arrows, start=1)]
    which = "" if sheet.scalar else " Told for the first result; the others go the same way."
    return Step(
        "reverse-sweep",
        "reverse",
        "sweep",
        "Backward sweep, one row per edge",
        f"Incoming adjoint × local derivative = contribution.{which}",
        columns=("edge", "incoming × local", "contribution", "so far"),
        steps=(first, *rows),
    )


def _edge(sheet: Sheet, sweep: Sweep, k: int, arrow: Arrow) -> Step:
    incoming, local, contribution = sweep.number(arrow)
    start, end = sheet.called[arrow.user], sheet.called[arrow.operand]
    product = _product(sweep, arrow, incoming, local)
    alone = len(sweep.received[arrow.operand]) == 1
    whole = sweep.derivative(arrow.operand)
    part = whole if alone else _use_symbol(sweep, arrow)
    amount = shown(contribution, _DIGITS)
    so_far = [shown(number, _DIGITS) for number in sweep.collected(arrow, 6)]
    if arrow.place >= len(so_far):
        so_far.insert(0, write.name("…"))
    named = {"incoming": incoming, "local": local, "contribution": contribution}
    return Step(
        f"reverse-{k}",
        "reverse",
        "edge",
        f"{start} → {end}",
        arrow.because,
        (Line(write.equals(part, *product, amount)),),
        tuple((name, number) for name, number in named.items() if number is not None),
        (start, end),
        hints=(
            f"What is the adjoint of {start}? It was found in an earlier row.",
            f"Multiply it by the local derivative of {start} with respect to {end}.",
        ),
        cells=(
            write.arrow(sheet.written[arrow.user], sheet.written[arrow.operand]),
            write.equals(*product),
            amount if alone else write.equals(part, amount),
            write.equals(whole, write.add(*so_far)),
        ),
    )


def _product(
    sweep: Sweep, arrow: Arrow, incoming: Number, local: Number | None
) -> list[Expression]:
    """The rule of an edge, and the same with numbers."""
    came = shown(incoming, _DIGITS)
    if not incoming.scalar and arrow.incoming.type.size > _FEW:
        came, local = sweep.derivative(arrow.user), None  # its numbers stand in an earlier row
    products = [write.cross(came, sweep.local_written(arrow))]
    if local is not None:
        products.append(write.cross(came, shown(local, _DIGITS)))
    return (
        [write.call("sum", product, latex=r"\textstyle\sum") for product in products]
        if arrow.gathered
        else products
    )


def _collect(sheet: Sheet, sweep: Sweep, results: Sequence[Result]) -> Step:
    lines: list[Line] = []
    boxes = {result.name: write.boxed(result.shown) for result in results}
    for name, node in sheet.inputs:
        arrows = sweep.received.get(node, [])
        parts: list[Expression] = []
        if 1 < len(arrows) <= 12:
            parts.append(write.add(*[_use_symbol(sweep, arrow) for arrow in arrows]))
            parts.append(write.add(*[shown(sheet.number(a.contribution)) for a in arrows]))
        total = sweep.adjoint(node)
        note = sheet.note(total) if arrows else _unreached(sheet, node)
        box = boxes.get(name, shown(total))
        lines.append(Line(write.equals(sweep.derivative(node), *parts, box), note))
    return Step(
        "reverse-collect",
        "reverse",
        "collect",
        "Collect what arrives at each input",
        "An input that is used more than once collects the sum of the contributions of its uses.",
        tuple(lines),
        tuple((result.name, result.number) for result in results),
        tuple(name for name, _ in sheet.inputs),
        tuple(results),
        ("Look at every edge that ends in this input.", "Contributions are added."),
    )


def _unreached(sheet: Sheet, node: Node) -> str:
    """Why no edge of the sweep ends in an input."""
    if node is sheet.output:
        return "the result is this input itself"
    if node in postorder([sheet.output]):
        return "the result does not depend on it differentiably"
    return "the result does not depend on it"


def _rows(sheet: Sheet, results: Sequence[Result]) -> Step:
    """The Jacobian of a function of several results, one sweep for each."""
    lines = tuple(Line(write.equals(r.symbol, write.boxed(r.shown))) for r in results)
    return Step(
        "reverse-rows",
        "reverse",
        "collect",
        "The Jacobian, row by row",
        f"{sheet.subject.name} has {sheet.output.type.size} results: the sweep is done once for "
        "each, with the seed 1 at that result and 0 at the others. Each sweep is one row.",
        lines,
        results=tuple(results),
    )


def _why_add(sheet: Sheet, sweep: Sweep) -> list[Step]:
    often_used = [x for x, arrows in sweep.received.items() if len(arrows) > 1]
    inputs = [x for _, x in sheet.inputs if x in often_used]
    if not often_used:
        return []
    node = (inputs or often_used)[0]
    arrows, x = sweep.received[node], sheet.called[node]
    uses = " and ".join(f"{x}_{arrow.use}" for arrow in arrows[:2])
    often = f"{len(arrows)} times" if len(arrows) > 2 else "twice"
    more = ", …" if len(arrows) > 2 else ""
    parts = [_use_symbol(sweep, arrow) for arrow in arrows[:3]]
    total = write.add(*parts, *([write.name("…")] if len(arrows) > 3 else []))
    return [
        Step(
            "reverse-why",
            "reverse",
            "why",
            "Why add?",
            f"{x} is used {often}. Rename the uses {uses}{more}: then {sheet.subject.name} is a "
            "function of separate variables, and its total change is the sum of the partial "
            f"changes. All of them move as {x} moves, each one for one: the adjoint of {x} is the "
            "sum of what its uses send back.",
            (Line(write.equals(sweep.derivative(node), total)),),
            nodes=(x,),
        )
    ]


def _stored(sheet: Sheet, sweep: Sweep) -> Step:
    kept = kept_values(sheet, sweep)
    named = [sheet.called[node] for node in _onward(sheet) if node in kept]
    freed = [sheet.called[node] for node in _onward(sheet) if node not in kept]
    said = "The sweep backwards reads no value of the forward sweep: nothing has to be kept."
    if named:
        them = "them" if len(named) > 1 else "it"
        said = f"Kept from the forward sweep, since the way back reads {them}: {_few(named)}."
        said += f" The others ({_few(freed)}) may be freed." if freed else ""
    said = " ".join([said, *stored_in_loops(sheet, sweep)]) if named else said
    if not named:
        said = " ".join(stored_in_loops(sheet, sweep)) or said
    return Step("reverse-stored", "reverse", "stored", "What is stored", said, nodes=tuple(named))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
