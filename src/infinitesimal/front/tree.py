"""Nested containers: how tuples, lists, dicts, … of numbers become flat lists of leaves.

In: any nesting of tuple, list, dict, namedtuple, dataclass instance and None. Out: its leaves in
order and a `Structure` that rebuilds it, names the path of each leaf, and prints like the container
with `*` for leaves. Some leaves have parts of their own (a dual number): they are `OPENED` where a
caller asks for that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "LEAF",
    "OPENED",
    "Structure",
    "children",
    "flatten",
    "in_order",
    "map_leaves",
    "prefixed",
]

# Of a class whose instances are leaves unless they are opened: how one is taken apart into parts
# with names, and how it is put together from them.
OPENED: dict[Any, tuple[Callable[[Any], dict[str, Any]], Callable[[list[Any]], Any]]] = {}


@dataclass(frozen=True)
class Structure:
    """The shape of a container: its class, its keys, their structures; no class for a leaf."""

    container: Any  # a class, or None
    keys: tuple[Any, ...] = ()
    children: tuple[Structure, ...] = ()

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """The container of this structure around these leaves."""
        supply = iter(leaves)
        built = self._build(supply)
        return built

    def _build(self, supply: Iterator[Any]) -> Any:
        container = self.container
        if container is None:
            return next(supply)
        if container is type(None):
            return None
        parts = [child._build(supply) for child in self.children]
        if container in OPENED:
            return OPENED[container][1](parts)
        if _is_dict(container):
            return _rebuilt_dict(container, dict(zip(self.keys, parts, strict=True)))
        if dataclasses.is_dataclass(container):
            return _rebuilt_dataclass(container, dict(zip(self.keys, parts, strict=True)))
        if hasattr(container, "_fields"):
            return container(*parts)
        return container(parts)

    def paths(self, root: str = "") -> list[str]:
        """The path of each leaf, written as Python would reach it: `x[0]['w']`."""
        if self.container is None:
            return [root]
        found: list[str] = []
        kind = self.container
        attribute = dataclasses.is_dataclass(kind) or hasattr(kind, "_fields") or kind in OPENED
        for key, child in zip(self.keys, self.children, strict=True):
            found.extend(child.paths(f"{root}.{key}" if attribute else f"{root}[{key!r}]"))
        return found

    def __len__(self) -> int:
        return 1 if self.container is None else sum(map(len, self.children))

    def __str__(self) -> str:
        container = self.container
        if container is None:
            return "*"
        if container is type(None):
            return "None"
        inner = [str(child) for child in self.children]
        if container is tuple:
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        if container is list:
            return f"[{', '.join(inner)}]"
        if container is dict:
            return (
                "{"
                + ", ".join(f"{key!r}: {part}" for key, part in zip(self.keys, inner, strict=True))
                + "}"
            )
        parts = (f"{key}={part}" for key, part in zip(self.keys, inner, strict=True))
        return f"{container.__name__}({', '.join(parts)})"


LEAF = Structure(None)


def _rebuilt_dict(container: Any, items: dict[Any, Any]) -> Any:
    if container is dict:
        return items
    instance: Any = container.__new__(container)  # a class may want another first argument
    for key, value in items.items():
        instance[key] = value
    return instance


def _rebuilt_dataclass(container: Any, values: dict[str, Any]) -> Any:
    # Without __init__: a class that validates or converts its numbers must not see the library's
    # leaves.
    instance: Any = object.__new__(container)
    for name, value in values.items():
        object.__setattr__(instance, name, value)
    return instance


_LEAVES: frozenset[Any] = frozenset((float, int, np.ndarray, np.float64))  # known at a glance
_SEQUENCES: frozenset[Any] = frozenset((tuple, list))


def _is_dict(container: Any) -> bool:
    return issubclass(container, dict)


def children(tree: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """The keys and children of a container; None for a leaf."""
    if tree is None:
        return (), []
    kind = tree.__class__
    fields = getattr(kind, "_fields", None)
    if fields is not None:
        return tuple(fields), list(tree)
    if kind in _SEQUENCES:
        return tuple(range(len(tree))), list(tree)
    if _is_dict(kind):
        return tuple(tree), list(tree.values())
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
        return names, [getattr(tree, name) for name in names]
    return None


def flatten(tree: Any, *, opened: bool = False) -> tuple[list[Any], Structure]:
    """The leaves of a container, and its structure; `opened`, with the parts of those that have.

    >>> leaves, structure = flatten({"w": (1.0, 2.0), "b": None})
    >>> leaves, str(structure), structure.paths("p")
    ([1.0, 2.0], "{'w': (*, *), 'b': None}", ["p['w'][0]", "p['w'][1]"])
    """
    leaves: list[Any] = []
    return leaves, _flatten(tree, leaves, opened)


def _flatten(tree: Any, leaves: list[Any], opened: bool) -> Structure:
    if tree.__class__ in _LEAVES:
        leaves.append(tree)
        return LEAF
    if opened and tree.__class__ in OPENED:
        named = OPENED[tree.__class__][0](tree)
        leaves += named.values()
        return Structure(tree.__class__, tuple(named), (LEAF,) * len(named))
    found = children(tree)
    if found is None:
        leaves.append(tree)
        return LEAF
    keys, inner = found
    parts = tuple([_flatten(child, leaves, opened) for child in inner])
    return Structure(tree.__class__, keys, parts)


def in_order(
    leaves: Sequence[Any], found: Structure, like: Structure
) -> tuple[list[Any], Structure]:
    """The leaves and structure of a container, its dicts in the order of those of `like`.

    >>> found = flatten({"b": 1.0, "a": 2.0})
    >>> in_order(*found, flatten({"a": 0.0, "b": 0.0})[1])[0]
    [2.0, 1.0]
    """
    if found.container is not like.container or set(found.keys) != set(like.keys):
        return list(leaves), found
    supply = iter(leaves)
    parts = {
        key: ([next(supply) for _ in range(len(child))], child)
        for key, child in zip(found.keys, found.children, strict=True)
    }
    ordered = [
        in_order(*parts[key], child) for key, child in zip(like.keys, like.children, strict=True)
    ]
    structure = Structure(like.container, like.keys, tuple([part for _, part in ordered]))
    return [leaf for inner, _ in ordered for leaf in inner] or list(leaves), structure


def prefixed(prefix: Any, structure: Structure) -> list[Any]:
    """The leaves of a prefix of a container, each as often as the container has leaves below it.

    A leaf is an int or None. Raises `ValueError` where a prefix has other parts than the container.

    >>> prefixed((0, None), flatten((1.0, {"a": 2.0, "b": 3.0}))[1])
    [0, None, None]
    """
    if prefix is None or prefix.__class__ is int:
        return [prefix] * len(structure)
    found = children(prefix)
    keys, parts = found if found is not None else ((), [])
    same = (
        prefix.__class__ is structure.container
        or {
            prefix.__class__,
            structure.container,
        }
        <= _SEQUENCES
    )
    if found is None or not same or set(keys) != set(structure.keys):
        raise ValueError(f"{structure} is no container that begins like this")
    by_key = dict(zip(keys, parts, strict=True))
    return [
        leaf
        for key, child in zip(structure.keys, structure.children, strict=True)
        for leaf in prefixed(by_key[key], child)
    ]


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same container with the function applied to each leaf."""
    leaves, structure = flatten(tree)
    return structure.unflatten([function(leaf) for leaf in leaves])
