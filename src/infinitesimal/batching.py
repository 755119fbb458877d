"""A function of one element, applied to a whole batch at once.

In: a Python function of numbers, arrays and containers of them, and which axes of its arguments
hold the batch. Out: the function of batches. It calls the function once, with one element that has
no value yet, and batches the graph (`core.batch`), so the work of many calls is done by few calls
of NumPy. Within another trace the results are lazy arrays of that one, so it composes with every
derivative in either order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from infinitesimal.core.batch import batch
from infinitesimal.core.leaf import input_node, next_serial
from infinitesimal.core.node import Node, noticing
from infinitesimal.core.types import array_type
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError
from infinitesimal.front.arguments import check_callable
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import finish, leaf_node, parameter_name
from infinitesimal.front.tracing import call_traced
from infinitesimal.front.tree import Structure, flatten, prefixed
from infinitesimal.ops.batching import copied, moved_axis

__all__ = ["vmap"]

Axes = Any  # an int, None, or a container of them: a prefix of the container it speaks of


def vmap(f: Callable[..., Any], in_axes: Axes = 0, out_axes: Axes = 0) -> Callable[..., Any]:
    """The function that applies `f` to every element of a batch, in one go.

    `in_axes` says along which axis of each positional argument its elements lie: one number for
    all, or a tuple with an entry for each argument; None for an argument that is the same for every
    element, and passed as it is. An entry for a container is a number, None, or a container of
    them. Arguments given by name are mapped over their axis 0. `out_axes` says likewise along which
    axis of each result the elements shall lie; a result that is the same for every element is
    copied, or, where `out_axes` is None, returned once.

    Dtypes are those of `f`. Python cannot branch on an element: `if`, `while`, `int(x)` raise
    `UnknownValueError`; write `np.where`, or `cond`. Raises `ArgumentError` for axes that do not
    fit the arguments or results, `ShapeError` for batches of different sizes, `DtypeError` for
    arguments that are no arrays of real numbers.

    >>> vmap(np.dot)(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [0.0, 1.0]]))
    array([3., 4.])
    >>> vmap(dx.grad(lambda w, x: np.tanh(w * x)), in_axes=(None, 0))(0.0, np.array([1.0, 2.0]))
    array([1., 2.])
    """
    check_callable(f, "vmap")
    for name, axes in (("in_axes", in_axes), ("out_axes", out_axes)):
        _check_axes(name, axes)
    inside = f"inside vmap ({place()}) it stands for every element of the batch at once"

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Any:
        since = next_serial()
        arguments = _arguments(f, in_axes, args, options)
        size = _size(arguments)
        replaced: dict[Node, Node] = {}
        for argument in arguments:
            if argument.node is not None:
                leaf = input_node(argument.element, inside)
                replaced[leaf] = argument.batch
                argument.given = Lazy(leaf, _SHARED if leaf.type.ndim else "")
        values = [argument.given for argument in arguments]
        full, named = flatten((args, options), opened=True)[1].unflatten(values)
        # noticed: what is made outside may not be changed in here, where all elements are one
        (leaves, result), _ = noticing(lambda: flatten(call_traced(f, full, named), opened=True))
        paths = result.paths("f(…)")
        nodes = [leaf_node(leaf, "vmap", path) for leaf, path in zip(leaves, paths, strict=True)]
        placed = _placed(batch(nodes, replaced, size), size, out_axes, result)
        return result.unflatten(finish(placed, since))

    return wrapped


_SHARED = "it is the caller's own array"


@dataclass
class Argument:
    """A leaf of the arguments: its path, its value, and, where it is mapped, its node and axis."""

    path: str
    given: Any
    node: Node | None = None
    axis: int = 0

    @property
    def size(self) -> int:
        """How many elements it holds."""
        assert self.node is not None
        return self.node.type.shape[self.axis]

    @property
    def batch(self) -> Node:
        """The elements along the first axis."""
        assert self.node is not None
        return moved_axis(self.node, self.axis, 0)

    @property
    def element(self) -> Any:
        """The type of one element."""
        type = self.batch.type
        return array_type(type.dtype, type.shape[1:])


def _arguments(
    f: Callable[..., Any], in_axes: Axes, args: Sequence[Any], options: dict[str, Any]
) -> list[Argument]:
    """Every leaf of the arguments, those by position before those by name."""
    entries: list[Any] = [in_axes] * len(args)
    if isinstance(in_axes, (tuple, list)):
        entries = list(in_axes)  # pyright: ignore[reportUnknownArgumentType]
    if len(entries) != len(args):
        raise ArgumentError(
            f"vmap(f, in_axes={in_axes!r}) at {place()}",
            found=f"entries in in_axes:   {len(entries)}\npositional arguments: {len(args)}",
            why="each argument by position has its entry; those by name have axis 0",
            instead="None for an argument that is the same for every element",
        )
    found: list[Argument] = []
    for number, (argument, axes) in enumerate(zip(args, entries, strict=True)):
        name = parameter_name(f, number) or f"argument {number}"
        found += _leaves(name, argument, axes)
    for name, argument in options.items():
        found += _leaves(name, argument, 0, by_name=True)
    return found


def _leaves(name: str, argument: Any, axes: Axes, by_name: bool = False) -> list[Argument]:
    leaves, structure = flatten(argument, opened=True)
    spread = _spread("in_axes", axes, structure, f"the argument {name}")
    return [
        Argument(path, leaf) if axis is None else _mapped(path, leaf, axis, by_name)
        for path, leaf, axis in zip(structure.paths(name), leaves, spread, strict=True)
    ]


def _mapped(path: str, leaf: Any, axis: int, by_name: bool) -> Argument:
    name = path.split("[")[0].split(".")[0]
    instead = f"functools.partial(f, {name}=…)" if by_name else "None in in_axes"
    instead += ", where it is the same for every element"
    try:
        node = leaf_node(leaf, "vmap", path)
    except DtypeError as error:
        why = "a batch is an array of real numbers"
        raise DtypeError(error.asked, found=error.found, why=why, instead=instead) from None
    ndim = node.type.ndim
    if not -ndim <= axis < ndim:
        listed = "" if ndim or path == name else "np.array([...]) of a list of numbers; "
        raise ArgumentError(
            f"vmap at {place()}: {path}, mapped over axis {axis}",
            found=f"{node.type}, which has {ndim} {'axis' if ndim == 1 else 'axes'}",
            why="arguments given by name are mapped over axis 0"
            if by_name
            else "there is no such axis to take the elements from",
            instead=listed + instead,
        )
    return Argument(path, leaf, node, axis % ndim)


def _size(arguments: Sequence[Argument]) -> int:
    """The one size of the batch."""
    mapped = [argument for argument in arguments if argument.node is not None]
    if not mapped:
        raise ArgumentError(
            f"vmap at {place()}",
            found="no argument that is mapped over an axis",
            why="the size of the batch is that of an argument's axis",
            instead="in_axes=0, or an axis for one of the arguments",
        )
    if len({argument.size for argument in mapped}) > 1:
        width = max(len(argument.path) for argument in mapped)
        raise ShapeError(
            f"vmap at {place()}",
            found="\n".join(
                f"{argument.path:<{width}}  {argument.size} along axis {argument.axis}"
                for argument in mapped
            ),
            why="every mapped argument has the same number of elements",
            instead="None in in_axes for an argument that is the same for every element",
        )
    return mapped[0].size


def _placed(
    results: Sequence[tuple[Node, bool]], size: int, out_axes: Axes, structure: Structure
) -> list[Node]:
    """The results with the axis of the batch where it was asked for."""
    spread = _spread("out_axes", out_axes, structure, "the result")
    paths = structure.paths("f(…)")
    placed: list[Node] = []
    for (node, batched), axis, path in zip(results, spread, paths, strict=True):
        if axis is None:
            if batched:
                raise ArgumentError(
                    f"vmap(f, out_axes={out_axes!r}) at {place()}: {path}",
                    found="a result that differs from element to element",
                    why="out_axes is None for results that are the same for every element",
                    instead="out_axes=0",
                )
            placed.append(node)
            continue
        whole = node if batched else copied(node, size)
        ndim = whole.type.ndim
        if not -ndim <= axis < ndim:
            raise ArgumentError(
                f"vmap(f, out_axes={out_axes!r}) at {place()}: {path}",
                found=f"a batch of type {whole.type}",
                why=f"it has no axis {axis}",
            )
        placed.append(moved_axis(whole, 0, axis % ndim))
    return placed


def _check_axes(name: str, axes: Axes) -> None:
    for axis in flatten(axes)[0]:
        if axis.__class__ is not int:
            raise ArgumentError(
                f"vmap(f, {name}={axes!r}) at {place()}",
                found=f"{type(axis).__name__} {axis!r}",
                why="an axis is an int, or None",
            )


def _spread(name: str, axes: Axes, structure: Structure, whose: str) -> list[Any]:
    """An axis, or None, for each leaf."""
    try:
        return prefixed(axes, structure)
    except ValueError:
        raise ArgumentError(
            f"vmap at {place()}",
            found=f"{name}: {axes!r}\n{whose}: {structure}",
            why=f"{name} has the parts of what it speaks of, as deep as it goes",
            instead="one int or None for the whole container",
        ) from None
