"""From a question to a derivation: which function, at which point, by which methods.

In: what `explain` was given. Out: the `Derivation`. This is where a formula or a Python function becomes a `Subject`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.graph import close
from infinitesimal.errors import ArgumentError
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.comparison import comparison
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.forward import forward
from infinitesimal.explain.numerical import numerical
from infinitesimal.explain.numbers import shown
from infinitesimal.explain.reverse import kept_values, reverse
from infinitesimal.explain.subject import Sheet, Subject, symbol
from infinitesimal.explain.symbolic import symbolic
from infinitesimal.explain.tree import Edge, Input, Method, Vertex
from infinitesimal.front.formula import parse
from infinitesimal.front.origin import place
from infinitesimal.front.trace import trace
from infinitesimal.front.tree import flatten

__all__ = ["METHODS", "build"]

METHODS = ("symbolic", "numerical", "forward", "reverse")


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
    asked = _methods(methods)
    subject = _of_formula(f, at) if isinstance(f, str) else _of_function(f, at)
    subject = _restricted(subject, wrt, names)
    sheet = Sheet(subject)
    sweep = Sweep(sheet)
    tellers: dict[str, Callable[[], Method]] = {
        "symbolic": lambda: symbolic(sheet),
        "numerical": lambda: numerical(sheet, sweep, h),
        "forward": lambda: forward(sheet),
        "reverse": lambda: reverse(sheet, sweep),
    }
    told = tuple(tellers[method]() for method in asked if method in tellers)
    return Derivation(
        subject.name, _function(sheet), _inputs(sheet), sheet.number(sheet.output), told,
        comparison(sheet, told, detail) if len(told) > 1 else (), subject.warnings, _vertices(sheet, sweep), _edges(sheet, sweep), detail,
    )  # fmt: skip


def _methods(methods: str | Sequence[str]) -> list[str]:
    asked = (
        list(METHODS)
        if methods == "all"
        else [methods]
        if isinstance(methods, str)
        else list(methods)
    )
    for method in asked:
        if method not in METHODS:
            raise ArgumentError(
                f"explain(f, methods={methods!r})", found=f"a method called {method!r}",
                why="there is none of that name", instead='"all", or some of ' + ", ".join(f'"{m}"' for m in METHODS),
            )  # fmt: skip
    return [method for method in METHODS if method in asked]


def _of_formula(text: str, at: Any) -> Subject:
    point = dict(at) if isinstance(at, Mapping) else None
    formula = parse(text, None if point is None else list(point))
    if point is None:
        point = dict(
            zip(formula.names, _values_in_order(at, len(formula.names), formula.names), strict=True)
        )
    values = tuple(_scalar(name, point[name]) for name in formula.names)
    return Subject(
        _free_name("L", formula.names), formula.names, values, tuple(range(len(values))), formula.graph,
        lambda given: formula.graph(*given)[0],
    )  # fmt: skip


def _scalar(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"explain(…, at={{{name!r}: {value!r}}})", why="a formula is explained at numbers"
        ) from None


def _values_in_order(at: Any, count: int, names: Sequence[str]) -> tuple[Any, ...]:
    given = () if at is None else tuple(at) if isinstance(at, (tuple, list)) else (at,)
    if len(given) != count:
        raise ArgumentError(
            f"explain at {place()}", found=f"{len(given)} value(s) for {', '.join(names) or 'no inputs'}",
            why="the point has one value for each input", instead="at={" + ", ".join(f'"{name}": …' for name in names) + "}",
        )  # fmt: skip
    return given


def _free_name(wanted: str, taken: Sequence[str]) -> str:
    return next(name for name in (wanted, "F", "Φ", "J", "result") if name not in taken)


def _of_function(f: Callable[..., Any], at: Any) -> Subject:
    if not callable(f):
        raise ArgumentError(
            f"explain at {place()}", found=f"{type(f).__name__} {f!r:.60}", why="explain takes a function, or text",
            instead='explain(f, at=(2.0, 3.0)) or explain("x*y", at={"x": 2, "y": 3})',
        )  # fmt: skip
    args = _arguments(f, at)
    traced = trace(f, args, {}, range(len(args)), asked="explain")
    graph = close(traced.variables, traced.outputs, traced.names)
    structures, values = (
        traced.arguments,
        tuple(
            np.asarray(x, np.float64)[()] if np.asarray(x).dtype.kind != "f" else x
            for x in traced.values
        ),
    )

    def call(given: Sequence[Any]) -> Any:
        leaves, rebuilt = list(given), []
        for structure in structures:
            rebuilt.append(structure.unflatten(leaves[: len(structure)]))
            leaves = leaves[len(structure) :]
        result, _ = flatten(f(*rebuilt))
        return result[0]

    own = getattr(f, "__name__", "L")
    name = own if own.isidentifier() and len(own) <= 12 and own not in traced.names else "L"
    return Subject(
        _free_name(name, traced.names),
        tuple(traced.names),
        values,
        tuple(range(len(values))),
        graph,
        call,
    )


def _arguments(f: Callable[..., Any], at: Any) -> tuple[Any, ...]:
    if isinstance(at, Mapping):
        code = getattr(f, "__code__", None)
        order = code.co_varnames[: code.co_argcount] if code is not None else ()
        if set(order) >= set(at) and len(at):
            return tuple(at[name] for name in order if name in at)
        raise ArgumentError(
            f"explain at {place()}", found=f"at has {', '.join(map(str, at))}; the function takes {', '.join(order)}",
            why="each name must be that of an argument", instead="at=(value, value, …) in the order of the arguments",
        )  # fmt: skip
    if at is None:
        raise ArgumentError(
            f"explain at {place()}",
            why="a derivation needs a point",
            instead="explain(f, at=(2.0, 3.0))",
        )
    return tuple(at) if isinstance(at, tuple) else (at,)


def _restricted(
    subject: Subject, wrt: str | Sequence[str] | None, names: Sequence[str] | None
) -> Subject:
    return subject


def _function(sheet: Sheet) -> write.Expression:
    head = write.call(
        sheet.subject.name, *[sheet.written[node] for node in sheet.subject.graph.inputs]
    )
    body = sheet.written_out()
    return head if body is None else write.equals(head, body)


def _inputs(sheet: Sheet) -> tuple[Input, ...]:
    subject = sheet.subject
    return tuple(
        Input(
            name,
            sheet.number(node),
            write.equals(symbol(name), shown(sheet.number(node))),
            k in subject.wrt,
        )
        for k, (name, node) in enumerate(zip(subject.names, subject.graph.inputs, strict=True))
    )


def _vertices(sheet: Sheet, sweep: Sweep) -> tuple[Vertex, ...]:
    kept = kept_values(sheet, sweep)
    inputs = list(sheet.subject.graph.inputs)
    return tuple(
        Vertex(
            sheet.called[node], symbol(sheet.called[node]) if node in inputs else sheet.definition(node), sheet.number(node),
            sweep.adjoint(node) if node in sweep.adjoints else None, node in kept,
        )
        for node in (*inputs, *sheet.steps[::-1])
    )  # fmt: skip


def _edges(sheet: Sheet, sweep: Sweep) -> tuple[Edge, ...]:
    return tuple(
        Edge(
            sheet.called[arrow.operand], sheet.called[arrow.user], arrow.local_written,
            None if arrow.local is None else sheet.number(arrow.local), sheet.number(arrow.contribution),
        )
        for arrow in sweep.arrows
    )  # fmt: skip
