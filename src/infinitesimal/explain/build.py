"""From a question to a derivation: which function, at which point, by which methods.

In: what `explain` was given. Out: the `Derivation`. A formula or a Python function becomes a
`Subject`, the methods tell it, long lists are folded, and the picture is put beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from infinitesimal.errors import ArgumentError
from infinitesimal.explain import expression as write
from infinitesimal.explain.awkward import no_value, warnings
from infinitesimal.explain.backward import Sweep, kept_values, sweeps
from infinitesimal.explain.comparison import comparison
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.fold import NODES, few, where
from infinitesimal.explain.forward import forward
from infinitesimal.explain.numbers import shown
from infinitesimal.explain.numerical import numerical, sizes_of
from infinitesimal.explain.question import subject_of
from infinitesimal.explain.reverse import reverse
from infinitesimal.explain.subject import Sheet, symbol
from infinitesimal.explain.symbolic import symbolic
from infinitesimal.explain.tree import Edge, Input, Method, Vertex
from infinitesimal.explain.ways import way_steps
from infinitesimal.front.origin import place

__all__ = ["METHODS", "build"]

METHODS = ("symbolic", "numerical", "forward", "reverse")
_ALSO = {"dual": "forward"}  # what `derivative` calls it


def build(
    f: Callable[..., Any] | str,
    at: Any,
    methods: str | Sequence[str],
    wrt: str | Sequence[str] | None,
    h: Sequence[float],
    detail: str,
    names: Sequence[str] | None,
) -> Derivation:
    """The derivation; see `explain`."""
    asked = _methods(at, methods)
    sizes = _sizes(h)
    if detail not in ("brief", "full"):
        raise ArgumentError(
            f"explain(f, detail={detail!r})",
            why="there is no such detail",
            instead='"brief" or "full"',
        )
    sheet = Sheet(subject_of(f, at, wrt, names))
    swept = sweeps(sheet)
    sweep = swept[0]
    tellers: Mapping[str, Callable[[], Method]] = {
        "symbolic": lambda: symbolic(sheet, sweep, detail),
        "numerical": lambda: numerical(sheet, sweep, sizes, detail),
        "forward": lambda: forward(sheet, detail),
        "reverse": lambda: reverse(sheet, swept, detail),
    }
    told = [tellers[method]() for method in asked]
    told = [_warned(sheet, method) for method in told]
    told = [replace(m, steps=(*way_steps(sheet, m.name), *m.steps)) for m in told]
    short = tuple(replace(method, steps=few(method.steps)) for method in told)
    vertices = _vertices(sheet, sweep)
    return Derivation(
        sheet.subject.name,
        _function(sheet),
        _inputs(sheet),
        sheet.number(sheet.output),
        short,
        (*where(sheet), *(comparison(sheet, told, detail) if len(told) > 1 else ())),
        (*sheet.subject.warnings, *warnings(sheet, sweep)),
        vertices,
        _edges(sheet, sweep, {vertex.name for vertex in vertices}),
        detail,
    )


def _warned(sheet: Sheet, method: Method) -> Method:
    """The method, with a warning beside its results where the function has no value."""
    last = max((k for k, step in enumerate(method.steps) if step.results), default=None)
    said = no_value(sheet, method.results)
    if last is None or not said:
        return method
    warned = replace(method.steps[last], warning=said)
    return replace(method, steps=(*method.steps[:last], warned, *method.steps[last + 1 :]))


def _methods(at: Any, methods: Any) -> list[str]:
    given: list[Any] = [methods]
    if isinstance(methods, (tuple, list, set, frozenset)):
        given = list(cast("Iterable[Any]", methods))
    numbers = [each for each in given if not isinstance(each, str)]
    if numbers:
        raise ArgumentError(
            f"explain(f, {at!r:.40}, {methods!r:.40}) at {place()}",
            found=f"a method {numbers[0]!r:.60}",
            why="the point is one argument of explain, and methods have names",
            instead=f"at=({at!r:.40}, {methods!r:.40})",
        )
    given = [_ALSO.get(each, each) for each in given]
    asked = list(METHODS) if methods == "all" else given
    unknown = [method for method in asked if method not in METHODS]
    if unknown or not asked:
        raise ArgumentError(
            f"explain(f, methods={methods!r})",
            found=f"a method called {unknown[0]!r}" if unknown else "no method",
            why="there is none of that name" if unknown else "there is nothing to tell",
            instead='"all", or some of ' + ", ".join(f'"{method}"' for method in METHODS),
        )
    return [method for method in METHODS if method in asked]


def _sizes(h: Sequence[float]) -> list[Any]:
    try:
        steps = [float(step) for step in h]
    except TypeError:
        steps = [0.0]
    if not steps or not all(0 < step < float("inf") for step in steps):
        raise ArgumentError(
            f"explain(f, h={h!r})", why="the steps are positive numbers", instead="h=(0.1, 0.001)"
        )
    return sizes_of(steps)


def _function(sheet: Sheet) -> Expression:
    inputs = [sheet.written[node] for node in sheet.subject.graph.inputs]
    head = write.call(sheet.subject.name, *inputs)
    body = sheet.written_out()
    return head if body is None else write.equals(head, body)


def _inputs(sheet: Sheet) -> tuple[Input, ...]:
    subject = sheet.subject
    numbers = sheet.numbers(subject.graph.inputs)
    return tuple(
        Input(name, number, write.equals(symbol(name), shown(number)), k in subject.wrt)
        for k, (name, number) in enumerate(zip(subject.names, numbers, strict=True))
    )


# ---- the picture


def _vertices(sheet: Sheet, sweep: Sweep) -> tuple[Vertex, ...]:
    """The inputs and the steps nearest to the result, at most so many."""
    kept = kept_values(sheet, sweep)
    inputs = list(sheet.subject.graph.inputs)
    room = max(NODES - len(inputs), NODES // 2)
    steps = sheet.steps[:room][::-1]
    return tuple(
        Vertex(
            sheet.called[node],
            sheet.written[node],
            sheet.definition(node) if node in sheet.steps else sheet.written[node],
            sheet.number(node),
            sweep.adjoint(node) if node in sweep.adjoints else None,
            node in kept,
        )
        for node in (*inputs[: NODES - len(steps)], *steps)
    )


def _edges(sheet: Sheet, sweep: Sweep, visible: set[str]) -> tuple[Edge, ...]:
    edges: list[Edge] = []
    for arrow in sweep.arrows:
        source, target = sheet.called[arrow.operand], sheet.called[arrow.user]
        if source in visible and target in visible:
            _, local, contribution = sweep.number(arrow)
            edges.append(Edge(source, target, sweep.local_written(arrow), local, contribution))
    return tuple(edges[: 2 * NODES])
