"""Dual numbers in loops, branches and batches: a dual number is a container of its parts there.

In: what a body was given and what it returned. Out: the same, where a number that stands beside a
dual one is dual too, without ε. So a state becomes dual when a step makes it so, and both branches
of a choice give the same kind of number. What a body does to a dual number is done to its parts,
which are traced arrays inside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infinitesimal.front.dual import Dual
from infinitesimal.front.tree import LEAF, Structure, children

__all__ = ["has_duals", "raised", "raising"]


def has_duals(structure: Structure) -> bool:
    """Whether a dual number is in a container."""
    return structure.container is Dual or any(map(has_duals, structure.children))


def raised(tree: Any, like: Structure) -> Any:
    """The container, with a dual number in place of a number where `like` has one."""
    if not has_duals(like):
        return tree
    found = children(tree)
    if like.container is Dual:
        return Dual(tree, *[0.0] * (len(like) - 1)) if _is_number(tree) else tree
    if found is None or tree.__class__ is not like.container or found[0] != like.keys:
        return tree  # of another structure, which is refused elsewhere
    parts = [raised(*pair) for pair in zip(found[1], like.children, strict=True)]
    return Structure(like.container, like.keys, (LEAF,) * len(parts)).unflatten(parts)


def _is_number(tree: Any) -> bool:
    return children(tree) is None and not isinstance(tree, Dual) and hasattr(tree, "__mul__")


def raising(function: Callable[..., Any], like: Structure) -> Callable[..., Any]:
    """The function, its result raised."""
    if not has_duals(like):
        return function
    return lambda *args: raised(function(*args), like)
