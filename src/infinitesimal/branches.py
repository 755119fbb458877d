"""Branches as values: one of several functions, chosen by a value that need not be known yet.

In: a condition or a number, functions, and what they are applied to. Out: what the chosen one
returns. All are called once, to become programs in the graph; when the graph runs, only the chosen
one does. Derivatives are those of the chosen one. Under `vmap` each element has its own choice, and
what another branch would have made of it, an infinity or an error, does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import closed
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import constant, next_serial
from infinitesimal.core.node import NEVER, Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import BOOL, INT64, Type
from infinitesimal.errors import (
    ArgumentError,
    DtypeError,
    InfinitesimalError,
    ShapeError,
    UnknownValueError,
)
from infinitesimal.front.arguments import fitting
from infinitesimal.front.bodies import Traced, leaves_of, marked, trace_body
from infinitesimal.front.dual_trees import has_duals, raising
from infinitesimal.front.origin import place
from infinitesimal.front.trace import finish, leaf_node
from infinitesimal.front.walked import walkable
from infinitesimal.ops.control.branch import built

__all__ = ["cond", "switch"]


def cond(
    condition: Any, if_true: Callable[..., Any], if_false: Callable[..., Any], *operands: Any
) -> Any:
    """`if_true(*operands)` where the condition holds, else `if_false(*operands)`.

    `condition` is one number or truth value, traced or not. Operands and results are numbers,
    arrays or containers of them; both functions return the same structure, shapes and dtypes (an
    integer of Python counts as a float where the other returns one). They may use traced values
    from outside. Raises `ArgumentError`, `ShapeError` and `DtypeError` where that is not so.

    >>> cond(True, np.sin, np.cos, 0.0)
    0.0
    >>> dx.vmap(dx.grad(lambda x: cond(x > 0, np.sqrt, np.abs, x)))(np.array([4.0, -1.0]))
    array([ 0.25, -1.  ])
    """
    if_true, if_false = (
        fitting(each, "cond", "*operands", _PARAMETERS) for each in (if_true, if_false)
    )
    since = next_serial()
    node = leaf_node(condition, "cond", "the condition")
    if node.type.shape:
        raise ShapeError(
            f"cond at {place()}: the condition",
            found=str(node.type),
            why="it is one truth value",
            instead="np.any(…) or np.all(…); np.where to choose element by element, or vmap",
        )
    truth = node if node.type is BOOL else REGISTRY["not_equal"](node, 0)
    which = REGISTRY["astype"](truth, dtype=INT64.dtype)
    return _chosen("cond", which, (if_false, if_true), ("if_false", "if_true"), operands, since)


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`; an index out of range means the nearest. See `cond`.

    >>> [switch(k, [np.sin, np.cos, np.exp], 0.0) for k in (0, 1, 2, 7)]
    [0.0, 1.0, 1.0, 1.0]
    """
    if not isinstance(branches, (tuple, list)) or not branches:
        raise ArgumentError(
            f"switch at {place()}",
            found=f"branches is {branches!r:.60}",
            why="it is a list of functions, one of which is chosen",
            instead="switch(index, [f, g], x)",
        )
    branches = [fitting(each, "switch", "*operands", _PARAMETERS) for each in branches]
    since = next_serial()
    node = leaf_node(index, "switch", "the index")
    if node.type.shape or node.type.dtype.kind not in "iu":
        raise DtypeError(
            f"switch at {place()}: the index",
            found=str(node.type),
            why="it is one whole number",
            instead="vmap, where each element has its own"
            if node.type.shape
            else "int(k), or k.astype(int)",
        )
    names = [f"branches[{k}]" for k in range(len(branches))]
    which = node if node.type is INT64 else REGISTRY["astype"](node, dtype=INT64.dtype)
    return _chosen("switch", which, branches, names, operands, since)


def _chosen(
    asked: str,
    which: Node,
    functions: Sequence[Callable[..., Any]],
    names: Sequence[str],
    operands: Sequence[Any],
    since: int,
) -> Any:
    """What the chosen function returns.

    Where the choice is known, it is no harm that another function fails, with an error that is not
    this library's, on numbers that are not traced; nor that the chosen one must see the numbers.
    """
    if which.reach != NEVER:
        return _as_branch(asked, which, functions, names, operands, since)
    known = min(max(int(evaluate([which])[0]), 0), len(functions) - 1)
    tried = [f if k == known else _excused(f) for k, f in enumerate(functions)]
    try:
        with np.errstate(all="ignore"):
            return _as_branch(asked, which, tried, names, operands, since)
    except _Elsewhere:
        only = functions[known]
        return _chosen(asked, constant(0), (only,), (names[known],), operands, since)
    except UnknownValueError as error:
        if not walkable(error, []):
            raise
    nodes, structure, _ = leaves_of(functions[known](*operands), asked, "f(…)")
    return structure.unflatten(finish(nodes, since))


class _Elsewhere(Exception):
    """A function that is not chosen has failed."""


def _excused(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose failure says nothing of the one that is chosen."""

    def tried(*operands: Any) -> Any:
        try:
            return function(*operands)
        except InfinitesimalError:
            raise
        except Exception as error:
            raise _Elsewhere from error

    return tried


def _as_branch(
    asked: str,
    which: Node,
    functions: Sequence[Callable[..., Any]],
    names: Sequence[str],
    operands: Sequence[Any],
    since: int,
    _raised: bool = False,
) -> Any:
    """The same by a word of the graph; `_raised` once all return dual numbers where one does."""
    reads, structure, _ = leaves_of(tuple(operands), asked, "operands")
    inside = f"inside {asked} ({place()}) it stands for whatever the branch is applied to"
    shared = [_OPERAND if node.type.shape else "" for node in reads]
    types = [node.type for node in reads]
    traced: list[Traced] = []
    for function in functions:
        leaves = traced[0].inputs if traced else ()
        traced.append(
            trace_body(function, structure.children, types, asked, inside, shared, leaves)
        )
    traced = [one.in_order(traced[0].result) for one in traced]
    dual = [one.result for one in traced if has_duals(one.result)]
    if len({str(one.result) for one in traced}) > 1 and dual and not _raised:
        for like in dual:
            functions = [raising(function, like) for function in functions]
        return _as_branch(asked, which, functions, names, operands, since, _raised=True)
    _check_alike(asked, traced, names)
    results = _alike([one.outputs for one in traced])
    made = {node for one in traced for node in one.made}
    flat = [node for outputs in results for node in outputs]
    made.update(set(flat) - {node for one in traced for node in one.outputs})  # converted just now
    body, captured = closed(traced[0].inputs, flat, made)
    filled = dict(zip(body.inputs, [*captured, *reads], strict=True))
    count = len(results[0])
    programs = [body.outputs[k : k + count] for k in range(0, len(flat), count)] if count else []
    nodes = marked(built(which, filled, programs)) if count else []
    return traced[0].result.unflatten(finish(nodes, since))


_PARAMETERS = "as many parameters as there are operands; what is outside can be used as it is"
_OPERAND = "it is what all branches are applied to"


def _check_alike(asked: str, traced: Sequence[Traced], names: Sequence[str]) -> None:
    first = traced[0]
    known = [(names[0], node.type) for node in first.outputs]
    for name, one in zip(names, traced, strict=True):
        if str(one.result) != str(first.result):
            raise ArgumentError(
                f"{asked} at {place()}",
                found=f"{names[0]} returned {first.result}\n{name} returned {one.result}",
                why="all branches return the same structure",
                instead="the same container from each, with zeros where one has nothing to give",
            )
        paths = one.result.paths("f(…)")
        for k, (path, node) in enumerate(zip(paths, one.outputs, strict=True)):
            other, type = known[k]
            if node.type is not type and not _weak(type, node.type):
                alike = node.type.shape == type.shape
                raise (DtypeError if alike else ShapeError)(
                    f"{asked} at {place()}: {path}",
                    found=f"{other}: {type}\n{name}: {node.type}",
                    why="all branches return the same shapes and dtypes",
                    instead="convert one of them, for instance with .astype(float)"
                    if alike
                    else "np.broadcast_to(y, shape) for the smaller of them",
                )
            if node.type.inexact:  # a count beside it becomes one of its kind
                known[k] = name, node.type


def _weak(one: Type, other: Type) -> bool:
    """Whether one is a count and the other a float of the same shape."""
    kinds = {one.dtype.kind, other.dtype.kind}
    return one.shape == other.shape == () and kinds == {"i", "f"}


def _alike(results: Sequence[Sequence[Node]]) -> list[list[Node]]:
    """The same results, where a count beside a float becomes one."""
    columns = list(zip(*results, strict=True))
    floats = [
        next((node.type.dtype for node in column if node.type.inexact), None) for column in columns
    ]
    return [
        [
            REGISTRY["astype"](node, dtype=dtype)
            if dtype is not None and not node.type.inexact
            else node
            for node, dtype in zip(outputs, floats, strict=True)
        ]
        for outputs in results
    ]
