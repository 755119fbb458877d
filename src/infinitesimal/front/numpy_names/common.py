"""What every file of this room uses: the table of words, and how their arguments are read.

In: arguments as a user writes them, with nodes where he had traced arrays. Out: nodes, whole
numbers, canonical axes; or the error for an option that cannot be honoured.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import as_nodes, constant
from infinitesimal.core.node import Node
from infinitesimal.core.types import Type
from infinitesimal.errors import (
    LostDerivativeError,
    ShapeError,
    UnknownValueError,
    UnsupportedError,
)
from infinitesimal.front.unknown import unknown
from infinitesimal.ops.shape import astype, broadcast, concatenate, reshape

WORDS: dict[Any, Callable[..., Any]] = {}
METHODS: dict[str, Any] = {}
IN_PLACE: dict[Any, Any] = {}
VIEWS: set[Any] = set()

Word = TypeVar("Word", bound=Callable[..., Any])


def word(*functions: Any) -> Callable[[Word], Word]:
    """Enter a function on nodes as the meaning of these NumPy functions."""

    def enter(meaning: Word) -> Word:
        for function in functions:
            WORDS[function] = meaning
        return meaning

    return enter


# ---- operands


def node_of(value: Any) -> Node:
    """The node of an array-like: a node, a number, an array, or nested lists of them.

    Raises `ShapeError` for rows of different lengths, and `DtypeError` for what is no number.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, (list, tuple)) and holds_node(value):  # pyright: ignore[reportUnknownArgumentType]
        return _stacked([node_of(item) for item in value])  # pyright: ignore[reportUnknownVariableType]
    return constant(value)


def holds_node(value: Any) -> bool:
    """Whether a value is a node, or nested lists and tuples with one somewhere inside."""
    if isinstance(value, (list, tuple)):
        return any(holds_node(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
    return isinstance(value, Node)


def _stacked(parts: Sequence[Node]) -> Node:
    shape = parts[0].type.shape
    for part in parts:
        if part.type.shape != shape:
            raise ShapeError(
                "an array made of a list",
                found=f"{parts[0].type}\n{part.type}",
                why="all elements of a list must have the same shape",
            )
    return concatenate(*[reshape(part, shape=(1, *shape)) for part in parts], axis=0)


def operands(*values: Any) -> tuple[Node, ...]:
    """The nodes of a function's operands; Python numbers take the dtype of the others."""
    plain = (bool, int, float, complex)
    return as_nodes([value if type(value) in plain else node_of(value) for value in values])


def cast(x: Node, dtype: Any) -> Node:
    """The node as this dtype; the same node where it is already, or where no dtype is given."""
    if dtype is None:
        return x
    wanted = np.dtype(dtype)
    return x if x.type.dtype == wanted else astype(x, dtype=wanted)


def stretched(x: Node, shape: tuple[int, ...]) -> Node:
    """The node broadcast to a shape."""
    return x if x.type.shape == shape else broadcast(x, shape=shape)


def reshaped(x: Node, shape: tuple[int, ...]) -> Node:
    """The node in another shape of the same size."""
    return x if x.type.shape == shape else reshape(x, shape=shape)


def inexact(x: Node) -> Node:
    """The node as floating-point numbers, as NumPy's means and norms take integers."""
    return x if x.type.inexact else astype(x, dtype=np.dtype(np.float64))


# ---- static arguments


def force(value: Any, asked: str, instead: str = "") -> Any:
    """The value of a node, evaluated now; anything else as it is.

    Raises `UnknownValueError` where it is not known while tracing.
    """
    if not isinstance(value, Node):
        return value
    if value.value is not None:
        return value.value
    try:
        return evaluate([value], keep=True)[0]
    except UnknownValueError:
        raise unknown(asked, value, instead) from None


def known_value(node: Node) -> Any:
    """The value of a node where it is known while tracing, and None where it is not."""
    try:
        return force(node, "")
    except UnknownValueError:
        return None


def whole(value: Any, asked: str = "an integer argument") -> int:
    """A whole number, forced where it is traced. Raises `TypeError` as NumPy does."""
    return operator.index(force(value, asked))


def wholes(value: Any, asked: str = "a shape") -> tuple[int, ...]:
    """One whole number, or several, as a tuple."""
    value = force(value, asked)
    if isinstance(value, (list, tuple, range)):
        return tuple(whole(item, asked) for item in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, np.ndarray) and value.ndim:  # pyright: ignore[reportUnknownMemberType]
        return tuple(whole(item, asked) for item in value)
    return (whole(value, asked),)


def axis_of(axis: Any, ndim: int, name: str | None = None) -> int:
    """One axis counted from the front. Raises NumPy's `AxisError`, which may give it a name."""
    return int(np.lib.array_utils.normalize_axis_index(whole(axis, "an axis"), ndim, name))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes in ascending order; all of them for None. Raises NumPy's `AxisError`."""
    if axis is None:
        return tuple(range(ndim))
    wanted = wholes(axis, "an axis")
    return tuple(sorted(int(k) for k in np.lib.array_utils.normalize_axis_tuple(wanted, ndim)))


def shape_like(type: Type, shape: Any) -> tuple[int, ...]:
    """A shape argument, or the shape of a type where it is None."""
    return type.shape if shape is None else wholes(shape)


# ---- options


def given(option: Any) -> bool:
    """Whether an option is given, by NumPy's own mark for not given."""
    return option is not None and option is not np._NoValue  # pyright: ignore


def refuse(function: str, **options: Any) -> None:
    """Raise for options that cannot be honoured, unless they are left at NumPy's default."""
    for name, value in options.items():
        if value is None or value is np._NoValue:  # pyright: ignore
            continue
        if name == "out":
            raise LostDerivativeError(
                f"np.{function}(…, out=…)",
                why="a plain array cannot hold a traced value",
                instead=f"y = np.{function}(…), and use y",
            )
        raise UnsupportedError(
            f"np.{function}(…, {name}={_brief(value)})",
            why=f"this option of np.{function} has no counterpart for traced arrays",
            instead=f"np.{function} without {name}",
        )


def refuse_layout(function: str, order: Any) -> None:
    """Raise for a memory layout other than the one results have."""
    refuse(function, order=None if order in ("C", "K", "A") else order)


def _brief(value: Any) -> str:
    if isinstance(value, Node):
        return "…"
    text = repr(value)
    return text if len(text) <= 40 else "…"
