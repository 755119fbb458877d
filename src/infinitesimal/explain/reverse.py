"""Reverse mode, told: break up, sweep forward and remember, sweep backward edge by edge, collect.

In: a sheet. Out: the `Method` called "reverse". The names, the order of the sweep and the sentences are the sheet's and the
records'; nothing is differentiated here.
"""

from __future__ import annotations

from infinitesimal.core.node import Node
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Arrow, Sweep
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Line, Method, Result, Step

__all__ = ["forward_sweep", "result", "reverse"]


def reverse(sheet: Sheet, sweep: Sweep) -> Method:
    """The derivation by reverse mode."""
    results = tuple(result(sheet, name, sweep.adjoint(node)) for name, node in sheet.inputs)
    steps = [
        _break_up(sheet),
        forward_sweep(sheet, "reverse"),
        _local_derivatives(sheet, sweep),
        _backward_sweep(sheet, sweep),
        _collect(sheet, sweep, results),
        *_why_add(sheet, sweep),
        _stored(sheet, sweep),
    ]
    return Method(
        "reverse", "Reverse mode", tuple(steps), results, "one sweep forward, one backward"
    )


def result(sheet: Sheet, name: str, number: Number) -> Result:
    """The derivative with respect to an input, as an answer."""
    of = write.partial(write.name(sheet.subject.name), sheet.written[dict(sheet.inputs)[name]])
    return Result(name, of, number, shown(number, digits=17))


def _forward(sheet: Sheet) -> list[Node]:
    return sheet.steps[::-1]


def _break_up(sheet: Sheet) -> Step:
    lines = [
        Line(
            write.equals(
                write.call(sheet.called[node], *[sheet.written[x] for x in sheet.operands(node)]),
                sheet.definition(node),
            )
        )
        for node in _forward(sheet)
    ]
    return Step(
        "reverse-break", "reverse", "break", "Break up",
        "Give a name to every intermediate result; each depends on its operands alone.",
        tuple(lines), nodes=tuple(sheet.called[node] for node in _forward(sheet)),
        hints=("Which operation is done last? That is f.", "Name from the outside in: f, then its operands."),
    )  # fmt: skip


def forward_sweep(sheet: Sheet, method: str) -> Step:
    """The values of all steps, from the inputs to the result."""
    lines = []
    for node in _forward(sheet):
        numbers = {
            operand: shown(sheet.number(operand))
            for operand in node.inputs
            if operand in sheet.called
        }
        put_in = (
            sheet.with_numbers(node, numbers)
            if all(x.type.shape == () for x in node.inputs)
            else sheet.definition(node)
        )
        lines.append(
            Line(
                write.equals(
                    sheet.written[node], sheet.definition(node), put_in, shown(sheet.number(node))
                )
            )
        )
    return Step(
        f"{method}-forward", method, "values", "Forward sweep: compute, and remember",
        "From the inputs to the result, each value once.", tuple(lines),
        numbers=tuple((sheet.called[node], sheet.number(node)) for node in _forward(sheet)),
        nodes=tuple(sheet.called[node] for node in _forward(sheet)),
        hints=("Begin with the step that needs only inputs.",),
    )  # fmt: skip


def _local_derivatives(sheet: Sheet, sweep: Sweep) -> Step:
    lines: list[Line] = []
    rules: dict[str, None] = {}
    for arrow in sweep.arrows:
        of = write.partial(sheet.written[arrow.user], sheet.written[arrow.operand])
        number = [] if arrow.local is None else [shown(sheet.number(arrow.local))]
        lines.append(
            Line(write.equals(of, arrow.local_written, *number), arrow.user.primitive.because)
        )
        rules[arrow.user.primitive.because] = None
    return Step(
        "reverse-local", "reverse", "local", "Local derivatives, written on the edges",
        "; ".join(rule for rule in rules if rule) + ".", tuple(Line(line.formula) for line in lines),
        hints=("Differentiate one step with respect to one operand, the other held fixed.",),
    )  # fmt: skip


def _adjoint_symbol(sheet: Sheet, node: Node) -> Expression:
    return write.partial(write.name(sheet.subject.name), sheet.written[node])


def _use_symbol(sheet: Sheet, arrow: Arrow) -> Expression:
    """∂L/∂x_g: the derivative with respect to one use of a node."""
    return write.partial(write.name(sheet.subject.name), _use(sheet, arrow))


def _use(sheet: Sheet, arrow: Arrow) -> Expression:
    return write.name(sheet.called[arrow.operand], arrow.mark)


def _backward_sweep(sheet: Sheet, sweep: Sweep) -> Step:
    output = sheet.output
    one = shown(sheet.number(sweep.adjoints[output]))
    seed = write.equals(_adjoint_symbol(sheet, output), one)
    rows = [
        Step(
            "reverse-0", "reverse", "seed", "seed", "The result changes with itself one for one.",
            (Line(seed),), (("contribution", sheet.number(sweep.adjoints[output])),), (sheet.called[output],),
            cells=(write.text("seed"), write.text(""), one, seed),
        )
    ]  # fmt: skip
    rows += [_row(sheet, sweep, k, arrow) for k, arrow in enumerate(sweep.arrows, start=1)]
    return Step(
        "reverse-sweep", "reverse", "sweep", "Backward sweep, one row per edge",
        "Incoming adjoint × local derivative = contribution.",
        columns=("edge", "incoming × local", "contribution", "so far"), steps=tuple(rows),
    )  # fmt: skip


def _row(sheet: Sheet, sweep: Sweep, k: int, arrow: Arrow) -> Step:
    incoming, local, contribution = sweep.number(arrow)
    edge = f"{sheet.called[arrow.user]} → {sheet.called[arrow.operand]}"
    rule = write.cross(shown(incoming), arrow.local_written)
    product = (
        rule if local is None else write.equals(rule, write.cross(shown(incoming), shown(local)))
    )
    alone = len(sweep.received[arrow.operand]) == 1
    amount = shown(contribution)
    so_far = [shown(sheet.number(part)) for part in arrow.so_far]
    total = write.equals(_adjoint_symbol(sheet, arrow.operand), write.add(*so_far))
    told = amount if alone else write.equals(_use_symbol(sheet, arrow), amount)
    numbers = [("incoming", incoming), ("contribution", contribution)]
    if local is not None:
        numbers.insert(1, ("local", local))
    return Step(
        f"reverse-{k}", "reverse", "edge", edge, arrow.user.primitive.because,
        (Line(write.equals(_use_symbol(sheet, arrow) if not alone else _adjoint_symbol(sheet, arrow.operand), *_links(product), amount)),),
        tuple(numbers), (sheet.called[arrow.user], sheet.called[arrow.operand]),
        hints=(
            f"What is the adjoint of {sheet.called[arrow.user]}? It was found in an earlier row.",
            f"Multiply it by the local derivative of {sheet.called[arrow.user]} with respect to {sheet.called[arrow.operand]}.",
        ),
        cells=(write.arrow(sheet.written[arrow.user], sheet.written[arrow.operand]), product, told, total),
    )  # fmt: skip


def _links(chain: Expression) -> tuple[Expression, ...]:
    return chain.operands if chain.head == "equals" else (chain,)


def _collect(sheet: Sheet, sweep: Sweep, results: tuple[Result, ...]) -> Step:
    lines: list[Line] = []
    for found, (_, node) in zip(results, sheet.inputs, strict=True):
        arrows = sweep.received.get(node, [])
        parts: list[Expression] = []
        if len(arrows) > 1:
            parts.append(write.add(*[_use_symbol(sheet, arrow) for arrow in arrows]))
            parts.append(write.add(*[shown(sheet.number(arrow.contribution)) for arrow in arrows]))
        note = "" if arrows else "the result does not depend on it differentiably"
        lines.append(
            Line(
                write.equals(found.symbol, *parts, write.boxed(found.shown)),
                note or _float_note(found.number),
            )
        )
    return Step(
        "reverse-collect", "reverse", "collect", "Collect what arrives at each input",
        "An input that is used more than once collects the sum of the contributions of its uses.",
        tuple(lines), tuple((r.name, r.number) for r in results), tuple(r.name for r in results), results,
        hints=("Look at every edge that ends in this input.", "Contributions are added."),
    )  # fmt: skip


def _float_note(number: Number) -> str:
    return f"float64: {float(number.value)!r}" if number.differs else ""


def _why_add(sheet: Sheet, sweep: Sweep) -> list[Step]:
    for node, arrows in sweep.received.items():
        if len(arrows) < 2:
            continue
        x = sheet.called[node]
        uses = " and ".join(f"{x}_{arrow.mark}" for arrow in arrows[:2])
        of = write.partial(write.name(sheet.subject.name), sheet.written[node])
        line = write.equals(of, write.add(*[_use_symbol(sheet, arrow) for arrow in arrows]))
        more = f"{len(arrows)} times" if len(arrows) > 2 else "twice"
        return [
            Step(
                "reverse-why", "reverse", "why", "Why add?",
                f"{x} is used {more}. Rename the uses {uses}{', …' if len(arrows) > 2 else ''}: then {sheet.subject.name} is a "
                "function of separate variables, and its total change is the sum of the partial changes. All of them move "
                f"as {x} moves, each one for one. In the picture {x} feeds a small copy dot; its adjoint is the sum of "
                "those on its outgoing edges.",
                (Line(line),), nodes=(x,),
            )
        ]  # fmt: skip
    return []


def _stored(sheet: Sheet, sweep: Sweep) -> Step:
    kept = kept_values(sheet, sweep)
    named = [sheet.called[node] for node in _forward(sheet) if node in kept]
    freed = [sheet.called[node] for node in _forward(sheet) if node not in kept]
    said = (
        f"Kept from the forward sweep, since a local derivative reads them: {', '.join(named)}."
        if named
        else ("No local derivative reads a value of the forward sweep: nothing has to be kept.")
    )
    more = f" The others ({', '.join(freed)}) may be freed." if freed and named else ""
    return Step(
        "reverse-stored", "reverse", "stored", "What is stored", said + more, nodes=tuple(named)
    )


def kept_values(sheet: Sheet, sweep: Sweep) -> set[Node]:
    """The steps whose values a local derivative reads."""
    from infinitesimal.core.node import postorder

    kept: set[Node] = set()
    steps = set(sheet.steps)
    for arrow in sweep.arrows:
        if arrow.local is None:
            kept.update(operand for operand in arrow.user.inputs if operand in steps)
            continue
        stop: dict[Node, object] = dict.fromkeys(steps)
        stop.pop(arrow.local, None) if arrow.local not in steps else kept.add(arrow.local)
        for node in postorder([arrow.local], stop):
            kept.update(operand for operand in node.inputs if operand in steps)
    return kept
