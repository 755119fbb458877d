"""What a call of the calculus is given, and the form in which results go back.

In: the user's functions, argument numbers, tangents and cotangents. Out: the same as nodes of the
right types, or a designed error; and results in the containers and dtypes of the arguments they
belong to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import Trace, leaf_node
from infinitesimal.front.tree import Structure, flatten

__all__ = [
    "Argnums",
    "argument_numbers",
    "as_given",
    "by_argument",
    "check_callable",
    "check_chunk",
    "check_pair",
    "fitting",
    "matching",
    "scalar_output",
    "seeds_like",
    "split",
    "stacked_seeds",
    "unknown_method",
]

Argnums = int | Sequence[int]


# How the functions are called that take their point together with the function.
_CALLS = {
    "jvp": "jvp(f, (x,), (tangent,))",
    "vjp": "vjp(f, x)",
    "linearize": "linearize(f, x)",
    "hvp": "hvp(f, (x,), (tangent,))",
    "derivative": "derivative(f, x)",
    "compare": "compare(f, x)",
    "growth": "growth(f, (2, 10, 100))",
    "growth(f, point=…)": "point=lambda n: np.ones(n)",
    "check_grads": "check_grads(f, (x,))",
    "scan": "scan(f, init, xs)",
    "fori_loop": "fori_loop(lower, upper, f, init)",
    "while_loop": "while_loop(condition, f, init)",
    "cond": "cond(condition, f, g, x)",
    "switch": "switch(index, [f, g], x)",
}


def check_callable(f: Any, asked: str) -> None:
    """Refuse what is no function."""
    if not callable(f):
        called = _CALLS.get(asked, f"{asked}(f)(x), not {asked}(f(x))")
        raise ArgumentError(
            f"{asked} at {place()}",
            found=f"{type(f).__name__} {f!r:.60}",
            why=f"{asked} takes a function",
            instead=_TEXT if isinstance(f, str) else called,
        )


def fitting(f: Any, asked: str, given: str, instead: str = "") -> Callable[..., Any]:
    """The function `f`, called as `f(given)`; refused where it takes other arguments."""
    check_callable(f, asked)

    def called(*args: Any) -> Any:
        try:
            return f(*args)
        except TypeError as error:
            began = error.__traceback__ is None or error.__traceback__.tb_next is not None
            taken = "" if began else _misfit(f, len(args))
            if not taken:
                raise
        raise ArgumentError(
            f"{asked} at {place()}",
            found=f"{getattr(f, '__name__', 'f')}{taken}",
            why=f"it is called as f({given})",
            instead=instead or f"lambda {given}: …",
        )

    return called


def _misfit(f: Any, count: int) -> str:
    """The parameters of a function that does not take so many arguments; empty if it does."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # a function of C that does not tell
        return ""
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return str(signature)
    return ""


_TEXT = "infinitesimal.symbolic(text) or infinitesimal.explain(text, at=…), which read formulas"

_NUMERICAL = (
    "the numerical methods are 'forward-difference', 'backward-difference', "
    "'central-difference', 'richardson' and 'complex-step'"
)
# What methods are called elsewhere, and what that is here.
_ELSEWHERE = {
    **dict.fromkeys(
        ("numerical", "numeric", "difference", "differences", "finite-difference",
         "finite-differences"),
        _NUMERICAL,
    ),
    **dict.fromkeys(
        ("forward-mode", "fwd", "jvp"), f"forward mode is 'dual'; {_NUMERICAL}"
    ),
    **dict.fromkeys(
        ("backward", "reverse-mode", "rev", "vjp", "backpropagation"),
        f"reverse mode is 'reverse'; {_NUMERICAL}",
    ),
}  # fmt: skip


def unknown_method(asked: str, name: Any, known: Iterable[str]) -> ArgumentError:
    """The error for a method of no known name, with the one that is meant if that is clear."""
    listed = list(known)
    import difflib  # only when there is a mistake to tell; the import of the library stays light

    close = difflib.get_close_matches(str(name), listed, n=1, cutoff=0.4)
    return ArgumentError(
        f"{asked} at {place()}",
        why="there is no method of this name",
        instead=_ELSEWHERE.get(str(name).lower().replace("_", "-").replace(" ", "-"))
        or (f"{close[0]!r}? " if close else "") + "One of " + ", ".join(listed),
    )


def argument_numbers(
    asked: str, argnums: Argnums, args: Sequence[Any], named: Iterable[str] = ()
) -> list[int]:
    """The argument numbers asked for, counted from the front; each must exist.

    `named` are the arguments given by name, which have no number.
    """
    wanted = list(argnums) if isinstance(argnums, (tuple, list)) else [argnums]
    found: list[int] = []
    for number in wanted:
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ArgumentError(
                f"{asked}(f, argnums={argnums!r}) at {place()}",
                why="argnums is an integer or a tuple of integers",
            )
        if not -len(args) <= number < len(args):
            plural = "" if len(args) == 1 else "s"
            by_name = f"; by name: {', '.join(named)}" if named else ""
            raise ArgumentError(
                f"{asked}(f, argnums={argnums!r}) at {place()}",
                found=f"a call with {len(args)} positional argument{plural}{by_name}",
                why=f"there is no argument number {number}",
                instead="give the differentiated arguments by position, counted from 0",
            )
        found.append(int(number) % len(args))
    if len(set(found)) != len(found):
        raise ArgumentError(
            f"{asked}(f, argnums={argnums!r}) at {place()}", why="an argument is named twice"
        )
    return found


def check_chunk(asked: str, chunk: Any) -> None:
    """Refuse a number of rows or columns at a time that is none."""
    if chunk is not None and (chunk.__class__ is not int or chunk < 1):
        raise ArgumentError(
            f"{asked}(f, chunk={chunk!r}) at {place()}",
            why="chunk says how many rows or columns are worked out at a time",
            instead="a positive int, or None for as many as fit into memory",
        )


def check_pair(asked: str, primals: Any, tangents: Any) -> None:
    """Refuse primals and tangents that are not tuples of one length."""
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"{asked}(f, primals, tangents) at {place()}",
                found=f"{name} is a {type(given).__name__}",
                why="both are tuples with one entry per argument of f",
                instead=f"{asked}(f, (x,), (tangent,))",
            )
    if len(primals) != len(tangents):
        raise ArgumentError(
            f"{asked}(f, primals, tangents) at {place()}",
            found=f"primals:  {len(primals)}\ntangents: {len(tangents)}",
            why="each primal needs its tangent",
        )


def scalar_output(asked: str, traced: Trace) -> Node:
    """The node of the one number a function returned."""
    if traced.result.container is not None or traced.outputs[0].type.shape:
        found = (
            str(traced.result)
            if traced.result.container is not None
            else str(traced.outputs[0].type)
        )
        raise ShapeError(
            f"{asked}(f) at {place()}",
            found=f"f returned {found}",
            why="a gradient belongs to a function with a single number as its value",
            instead="jacobian(f) for all derivatives, or return a scalar, for instance np.sum(...)",
        )
    output = traced.outputs[0]
    return output if output.type.inexact else REGISTRY["astype"](output, dtype=np.dtype(np.float64))


def stacked_seeds(primals: Any, tangents: Any) -> int | None:
    """How many tangents lie along a first axis that the primals do not have, if they do."""
    leaves, structure = flatten(tuple(primals))
    seeds, other = flatten(tuple(tangents))
    if str(structure) != str(other) or not seeds:
        return None
    shapes = [tuple(np.shape(seed)) for seed in seeds]
    counts = {shape[:1] for shape in shapes}
    further = [shape[1:] == np.shape(leaf) for shape, leaf in zip(shapes, leaves, strict=True)]
    return shapes[0][0] if all(further) and len(counts) == 1 and shapes[0] else None


def seeds_like(
    asked: str,
    word: str,
    given: Any,
    structure: Structure,
    like: Sequence[Node],
    count: int | None = None,
) -> list[Node]:
    """Nodes for tangents or cotangents given by the user, each of the type of its primal.

    With `count`, each holds so many, along a first axis.
    """
    stack = () if count is None else (count,)
    leaves, found = flatten(given)
    if str(found) != str(structure):
        raise ArgumentError(
            f"{asked} at {place()}",
            found=f"{word}: {found}\nneeded:  {structure}",
            why=f"a {word} has the structure of the value it belongs to",
        )
    seeds: list[Node] = []
    for leaf, node, path in zip(leaves, like, structure.paths(word), strict=True):
        seed = leaf_node(leaf, asked, path)
        if seed.type.shape != (*stack, *node.type.shape):
            raise ShapeError(
                f"{asked} at {place()}: {path}",
                found=f"{word}: {seed.type}\nvalue:   {node.type}",
                why=f"a {word} has the shape of the value it belongs to",
            )
        wanted = node.type.dtype if node.type.inexact else np.dtype(np.float64)
        if seed.type.dtype != wanted:
            if (
                seed.type.dtype.kind == "f"
                and np.dtype(wanted).itemsize < seed.type.dtype.itemsize
                and isinstance(leaf, np.ndarray)
            ):
                raise DtypeError(
                    f"{asked} at {place()}: {path}",
                    found=f"{word}: {seed.type}\nvalue:   {node.type}",
                    why="the cast would lose digits",
                    instead=f"{word}.astype(np.{wanted.name})",
                )
            seed = REGISTRY["astype"](seed, dtype=wanted)
        seeds.append(seed)
    return seeds


def matching(
    asked: str, word: str, given: Any, traced: Trace, count: int | None = None
) -> list[Node]:
    """Nodes for the tangents of the traced arguments, or for stacks of `count` of them."""
    structure = Structure(tuple, tuple(range(len(traced.arguments))), tuple(traced.arguments))
    return seeds_like(asked, word, tuple(given), structure, traced.variables, count)


def as_given(gradients: list[Any], values: list[Any]) -> list[Any]:
    """Gradients in the form of their arguments: an array where an array was given, 0-d ones too."""
    return [
        np.asarray(gradient)
        if isinstance(value, np.ndarray) and not isinstance(gradient, Lazy)
        else gradient
        for gradient, value in zip(gradients, values, strict=True)
    ]


def split(leaves: list[Any], structures: Sequence[Structure]) -> list[Any]:
    """Leaves in one flat list, as one container an argument."""
    parts: list[Any] = []
    start = 0
    for structure in structures:
        parts.append(structure.unflatten(leaves[start : start + len(structure)]))
        start += len(structure)
    return parts


def by_argument(leaves: list[Any], traced: Trace, argnums: Argnums) -> Any:
    """The containers of the arguments asked for: one alone where argnums was one number."""
    parts = split(leaves, traced.arguments)
    return tuple(parts) if isinstance(argnums, (tuple, list)) else parts[0]
