"""One call of a user's function with lazy arrays: where Python becomes a graph.

In: the function, its arguments and which of them to differentiate. Out: a `Trace`: a variable node
for each leaf of those arguments, and a node for each leaf of the result. Nothing is kept between
calls and nothing is global: a trace may run inside another, or in many threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import (
    INPUT,
    OTHER_ARITHMETIC,
    argument,
    constant,
    next_serial,
    variable,
    why_unknown,
)
from infinitesimal.core.node import Node, postorder
from infinitesimal.errors import ArgumentError, DtypeError, UnknownValueError
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.tracing import call_traced, is_tracing
from infinitesimal.front.tree import Structure, flatten
from infinitesimal.front.unknown import leaked
from infinitesimal.ops.control.joined import joined

__all__ = ["Trace", "finish", "finished", "fresh", "leaf_node", "parameter_name", "trace"]


@dataclass(frozen=True)
class Trace:
    """What one call of a function came to.

    `variables` and `values` belong to the leaves of the differentiated arguments, `arguments` to
    each of those arguments; `outputs` to the leaves of the result, `result` is its structure.
    `auxiliary` is what `has_aux` set aside; `since` is the serial before the first variable: a node
    that reaches no older leaf belongs to this trace alone.
    """

    asked: str
    variables: list[Node]
    values: list[Any]
    arguments: list[Structure]
    names: list[str]
    outputs: list[Node]
    result: Structure
    auxiliary: Any
    since: int


def trace(
    function: Callable[..., Any],
    args: Sequence[Any],
    options: dict[str, Any],
    argnums: Sequence[int],
    *,
    asked: str,
    has_aux: bool = False,
    promote: bool = True,
) -> Trace:
    """Call `function(*args, **options)` with the arguments at `argnums` traced.

    `asked` names the caller in errors. Raises `ArgumentError`, `DtypeError`, and whatever the
    function raises.
    """
    since = next_serial()
    full = list(args)
    variables: list[Node] = []
    values: list[Any] = []
    arguments: list[Structure] = []
    names: list[str] = []
    for number in argnums:
        leaves, structure = flatten(args[number])
        name = parameter_name(function, number)
        paths = structure.paths(name or f"argument {number}")
        lazies: list[Lazy] = []
        for leaf, path in zip(leaves, paths, strict=True):
            node = variable(argument(leaf_node(leaf, asked, path, promote=promote)))
            variables.append(node)
            lazies.append(Lazy(node, "it is the caller's own array" if node.type.ndim else ""))
        arguments.append(structure)
        names.extend(paths if name else structure.paths(f"x{number}"))
        values.extend(leaves)
        full[number] = structure.unflatten(lazies)
    result = call_traced(function, full, options)
    auxiliary = None
    if has_aux:
        if not isinstance(result, tuple) or len(result) != 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ArgumentError(
                f"{asked} with has_aux=True at {place()}",
                found=f"the function returned {_kind(result)}",
                why="with has_aux=True the function returns a pair (value, auxiliary)",
                instead="return value, auxiliary",
            )
        result, auxiliary = result  # pyright: ignore[reportUnknownVariableType]
    leaves, structure = flatten(result)
    paths = structure.paths("f(…)")
    outputs = [leaf_node(leaf, asked, path) for leaf, path in zip(leaves, paths, strict=True)]
    return Trace(asked, variables, values, arguments, names, outputs, structure, auxiliary, since)


def leaf_node(leaf: Any, asked: str, path: str, *, promote: bool = False) -> Node:
    """The node of a leaf: lazy arrays keep theirs, numbers and arrays become constants (copied).

    With `promote`, integers and booleans become float64. Raises `DtypeError` for what is no number.
    """
    if isinstance(leaf, Lazy):
        node = leaf.node
        if promote and not node.type.inexact:
            raise DtypeError(
                f"{asked} at {place()}: {path}",
                found=f"a traced {node.type}",
                why="a derivative with respect to a traced integer does not exist",
                instead="x.astype(float)",
            )
        return node
    if not isinstance(leaf, (bool, int, float, complex, np.ndarray, np.generic)):
        raise DtypeError(
            f"{asked} at {place()}: {path}",
            found=_kind(leaf),
            why="only numbers and arrays of numbers have derivatives",
            instead=_in_place_of(leaf),
        )
    kind: str = type(leaf).__name__  # pyright: ignore[reportUnknownArgumentType]
    if kind in OTHER_ARITHMETIC:
        raise DtypeError(
            f"{asked} at {place()}: {path}",
            found=f"a {kind}",
            why="its arithmetic is not that of an ordinary array",
            instead="np.asarray(x), and a mask in np.where",
        )
    array = np.asarray(leaf)
    if array.dtype.kind not in "biuf":
        raise DtypeError(
            f"{asked} at {place()}: {path}",
            found=f"an array of dtype {array.dtype}",
            why="complex arguments are not differentiated yet"
            if array.dtype.kind == "c"
            else "only numbers and arrays of numbers have derivatives",
            instead="its real and imaginary parts as two arguments"
            if array.dtype.kind == "c"
            else "np.asarray(x, dtype=float), and rows of equal length",
        )
    if promote and array.dtype.kind != "f":
        array = array.astype(np.float64)
    try:
        return constant(array)
    except DtypeError as error:
        raise DtypeError(
            f"{asked} at {place()}: {path}", found=error.asked, why=error.why, instead=error.instead
        ) from None


def finish(nodes: Sequence[Node], since: int) -> list[Any]:
    """Numbers and arrays for nodes that depend on no leaf older than `since`, else lazy arrays.

    Every array is fresh: nothing else holds it. Raises `UnknownValueError` for what depends on an
    input of a function that has ended.
    """
    own = [node for node in nodes if node.reach >= since]
    other = next((node for node in nodes if node.reach < since and _has_left(node)), None)
    if other is not None:
        raise leaked(other)
    try:
        values = iter(fresh(evaluate(joined(own)) if own else []))
    except UnknownValueError:
        raise leaked(next(filter(why_unknown, own), own[0])) from None
    return [next(values) if node.reach >= since else Lazy(node) for node in nodes]


def _has_left(node: Node) -> bool:
    """Whether a value is that of a function which is not running any more."""
    return not is_tracing() and any(leaf.primitive is INPUT for leaf in postorder([node]))


def fresh(values: Sequence[Any]) -> list[Any]:
    """Values as a user expects them, each array held by nobody else."""
    given: set[int] = set()
    finished: list[Any] = []
    for value in map(presented, values):
        if value.__class__ is np.ndarray and id(value) in given:
            value = value.copy()
        given.add(id(value))
        finished.append(value)
    return finished


def finished(tree: Any, since: int) -> Any:
    """A container whose lazy arrays have become numbers where `finish` makes them so."""
    leaves, structure = flatten(tree)
    places = [k for k, leaf in enumerate(leaves) if isinstance(leaf, Lazy)]
    values = finish([leaves[k].node for k in places], since)
    for k, value in zip(places, values, strict=True):
        leaves[k] = value
    return structure.unflatten(leaves)


def presented(value: Any) -> Any:
    """A value as a user expects it: floats for float64 scalars, arrays that own their memory."""
    array = np.asarray(value)
    if array.ndim:
        return array if array.base is None and array.flags.writeable else array.copy()
    scalar: Any = array[()]
    return scalar.item() if scalar.dtype.char in "dl?" else scalar


def parameter_name(function: Any, number: int) -> str:
    """The name the user gave an argument; empty where he gave none, as for NumPy's functions."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    place = number + hasattr(function, "__self__")  # a bound method counts from after `self`
    return str(code.co_varnames[place]) if code is not None and place < code.co_argcount else ""


def _in_place_of(leaf: Any) -> str:
    """What to write for a value that is no number."""
    if isinstance(leaf, (list, tuple)):
        return "infinitesimal.numpy.array([...])"
    if isinstance(leaf, range):
        return f"np.arange{str(leaf)[5:]}"
    if isinstance(leaf, zip):
        return "the tuple (a, b) for zip(a, b)"
    if isinstance(leaf, enumerate):
        return "the tuple (np.arange(len(a)), a) for enumerate(a)"
    if hasattr(leaf, "__dict__") and not callable(leaf):
        return "a tuple, a dict or a dataclass of numbers and arrays"
    return "a float or a NumPy array"


def _kind(value: Any) -> str:
    if isinstance(value, Lazy):
        return f"a traced {value.node.type}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
