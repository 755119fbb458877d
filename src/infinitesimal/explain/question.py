"""What is asked: a formula or a Python function, at a point, with respect to some inputs.

In: what `explain` was given. Out: a `Subject`, whose graph has one output. A function of several
results gets one vector of them.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

import numpy as np

from infinitesimal.core.graph import Graph, close
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import ArgumentError
from infinitesimal.explain.subject import MANY, Subject
from infinitesimal.front.formula import Formula, parse
from infinitesimal.front.origin import place
from infinitesimal.front.trace import trace
from infinitesimal.front.tree import flatten
from infinitesimal.optimise.unroll import Way, unrolled

__all__ = ["subject_of"]

_LONGEST_NAME = 10
_LARGEST = 1_000_000  # nodes: only short loops are written out, whatever is around them
WRITTEN_OUT = 3  # steps of the longest loop that is told like any other function


def subject_of(
    f: Callable[..., Any] | str | Formula,
    at: Any,
    wrt: str | Sequence[str] | None,
    names: Sequence[str] | None,
) -> Subject:
    """The subject of a derivation. Raises `FormulaError` and `ArgumentError`."""
    if isinstance(f, (str, Formula)):
        subject = _of_formula(f, at)
    elif callable(f):
        subject = _of_function(f, at)
    else:
        raise ArgumentError(
            f"explain at {place()}",
            found=f"{type(f).__name__} {f!r:.60}",
            why="explain takes a function, or a formula in text",
            instead='explain(f, at=(2.0, 3.0)) or explain("x*y", at={"x": 2, "y": 3})',
        )
    return _chosen(_renamed(subject, names), wrt)


# ---- formulas


def _of_formula(text: str | Formula, at: Any) -> Subject:
    if isinstance(text, Formula):
        formula = text
    else:
        formula = parse(text, _keys(at))
    if isinstance(at, Mapping):
        given = cast("Mapping[str, Any]", at)
        point: Sequence[Any] = [given.get(name) for name in formula.names]
    else:
        point = _in_order(at, formula.names)
    values = tuple(_number(name, value) for name, value in zip(formula.names, point, strict=True))
    return Subject(
        _free("L", formula.names),
        formula.names,
        values,
        tuple(range(len(values))),
        formula.graph,
        lambda given: formula.graph(*given)[0],
        meant=tuple(value if isinstance(value, Fraction) else None for value in point),
    )


def _keys(at: Any) -> list[str] | None:
    return list(map(str, cast("Mapping[Any, Any]", at))) if isinstance(at, Mapping) else None


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not np.isfinite(number):
        raise ArgumentError(
            f"explain at {place()}",
            found=f"{name} = {value!r}",
            why="a formula is explained at finite numbers",
            instead=f"at={{{name!r}: 2.0}}",
        )
    return number


def _in_order(at: Any, names: Sequence[str]) -> Sequence[Any]:
    given = [] if at is None else [at]
    if isinstance(at, (tuple, list)):
        given = list(cast("Sequence[Any]", at))
    if len(given) != len(names):
        wanted = ", ".join(names)
        point = "{" + ", ".join(f'"{name}": …' for name in names) + "}"
        raise ArgumentError(
            f"explain at {place()}",
            found=f"{len(given)} value{'s' * (len(given) != 1)} for the inputs: {wanted or 'none'}",
            why="the point has one value for each input",
            instead=f"at={point}",
        )
    return given


def _free(wanted: str, taken: Sequence[str]) -> str:
    return next(name for name in (wanted, "L", "F", "J", "Φ", "result") if name not in taken)


# ---- functions


def _of_function(f: Callable[..., Any], at: Any) -> Subject:
    args = _arguments(f, at)
    traced = trace(f, args, {}, range(len(args)), asked="explain")
    values = tuple(
        np.asarray(value, node.type.dtype)[()]
        for value, node in zip(traced.values, traced.variables, strict=True)
    )
    ways: list[Way] = []
    whole = close(traced.variables, traced.outputs, traced.names)
    graph = _taken(whole, values, ways)
    structures = traced.arguments

    def call(given: Sequence[Any]) -> Any:
        leaves, rebuilt = list(given), list[Any]()
        for structure in structures:
            rebuilt.append(structure.unflatten(leaves[: len(structure)]))
            del leaves[: len(structure)]
        with np.errstate(all="ignore"):
            return _joined_values(flatten(f(*rebuilt))[0])

    own = str(getattr(f, "__name__", "L"))
    short = own.isidentifier() and len(own) <= _LONGEST_NAME
    return Subject(
        _free(own if short else "L", traced.names),
        tuple(traced.names),
        values,
        tuple(range(len(values))),
        Graph(graph.inputs, (_joined(graph.outputs),), graph.names),
        call,
        parts=graph.outputs if len(graph.outputs) > 1 else (),
        forks=_forks(f),
        ways=tuple(ways),
        whole=Graph(graph.inputs, (_joined(whole.outputs),), graph.names) if ways else None,
    )


def _taken(graph: Graph, values: Sequence[Any], ways: list[Way]) -> Graph:
    """The graph with the branches that are taken in their place, and short loops written out."""
    bindings = dict(zip(graph.inputs, values, strict=True))
    outputs = unrolled(graph.outputs, bindings, longest=WRITTEN_OUT, largest=_LARGEST, ways=ways)
    return Graph(graph.inputs, tuple(outputs), graph.names)


def _forks(f: Callable[..., Any]) -> bool:
    """Whether a function's own code jumps: a loop, a branch, a choice."""
    code = getattr(inspect.unwrap(f), "__code__", None)
    return code is not None and any("JUMP" in step.opname for step in dis.get_instructions(code))


def _joined(outputs: Sequence[Node]) -> Node:
    """The one output: the only one as it is, several as one vector of all their elements."""
    size = sum(node.type.size for node in outputs)
    if not 1 <= size <= MANY:
        raise ArgumentError(
            f"explain at {place()}",
            found=f"a function of {size:,} results",
            why=f"a derivation is told for one to {MANY} results",
            instead="one of them, lambda x: f(x)[0], or their sum",
        )
    if len(outputs) == 1:
        (output,) = outputs
        return REGISTRY["reshape"](output, shape=()) if size == 1 and output.type.shape else output
    parts = [REGISTRY["reshape"](node, shape=(node.type.size,)) for node in outputs]
    return REGISTRY["concatenate"](*parts, axis=0)


def _joined_values(leaves: Sequence[Any]) -> Any:
    arrays = [np.asarray(leaf, float) for leaf in leaves]
    if len(arrays) == 1:
        return arrays[0].reshape(()) if arrays[0].size == 1 else arrays[0]
    return np.concatenate([array.ravel() for array in arrays])


def _arguments(f: Callable[..., Any], at: Any) -> tuple[Any, ...]:
    if at is None:
        raise ArgumentError(
            f"explain at {place()}",
            why="a derivation needs a point",
            instead="explain(f, at=(2.0, 3.0))",
        )
    if not isinstance(at, Mapping):
        return cast("tuple[Any, ...]", at) if isinstance(at, tuple) else (at,)
    try:
        bound = inspect.signature(f).bind(**at)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"explain at {place()}",
            found=f"a point with values for {', '.join(_keys(at) or ['nothing'])}",
            why=str(error),
            instead="a value for each argument of the function, or a tuple in their order",
        ) from None
    return (*bound.args, *bound.kwargs.values())


# ---- which inputs, and what they are called


def _renamed(subject: Subject, names: Sequence[str] | None) -> Subject:
    if names is None:
        return subject
    given = [names] if isinstance(names, str) else [str(name) for name in names]
    if len(given) != len(subject.names) or len(set(given)) != len(given):
        raise ArgumentError(
            f"explain(f, names={names!r})",
            found=f"inputs: {', '.join(subject.names)}",
            why="there is one name for each input, and no two are alike",
        )
    return replace(subject, names=tuple(given), name=_free(subject.name, given))


def _chosen(subject: Subject, wrt: str | Sequence[str] | None) -> Subject:
    wanted = list(subject.names) if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
    unknown = [name for name in wanted if name not in subject.names]
    if unknown or not wanted:
        raise ArgumentError(
            f"explain(f, wrt={wrt!r})" if wrt is not None else "explain(f)",
            found=f"inputs: {', '.join(subject.names) or 'none'}",
            why=f"there is no input called {unknown[0]}" if unknown else "nothing can vary",
            instead="some of " + ", ".join(subject.names) if subject.names else "a function of x",
        )
    chosen = tuple(k for k, name in enumerate(subject.names) if name in wanted)
    return replace(subject, wrt=chosen)
