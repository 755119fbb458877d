"""One call of a function that becomes the body of a loop or a branch.

In: the function, and the types of the values it will be given at each step. Out: a `Traced`: leaves
that stand for those values, a node for each leaf of the result, and the set of nodes that were made
meanwhile: those are inside the body, any other that it reads is from outside (`core.body.closed`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import Node, noticing
from infinitesimal.core.types import INT64, Type
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place, user_line
from infinitesimal.front.trace import leaf_node
from infinitesimal.front.tracing import call_traced
from infinitesimal.front.tree import Structure, flatten, in_order

__all__ = ["Traced", "check_kept", "check_structure", "leaves_of", "marked", "trace_body"]


@dataclass(frozen=True)
class Traced:
    """What one call of a body came to; `made` are the nodes that belong to it."""

    inputs: list[Node]
    outputs: list[Node]
    result: Structure
    made: set[Node]

    def in_order(self, like: Structure) -> Traced:
        """The same, the dicts of its result in the order of those of `like`."""
        outputs, result = in_order(self.outputs, self.result, like)
        return replace(self, outputs=outputs, result=result)


def trace_body(
    function: Callable[..., Any],
    arguments: Sequence[Structure],
    types: Sequence[Type],
    asked: str,
    inside: str,
    shared: Sequence[str] = (),
    leaves: Sequence[Node] = (),
) -> Traced:
    """Call `function` with arguments of these structures, whose leaves are of these types.

    `inside` says, in errors, what a leaf stands for; `shared` why each may not be changed in place.
    `leaves` are those of another body, to be read by this one too.
    """
    leaves = list(leaves) or [input_node(type, inside) for type in types]
    reasons = [*shared, *[""] * (len(leaves) - len(shared))]

    def called() -> tuple[list[Node], Structure]:
        lazies = iter([Lazy(leaf, why) for leaf, why in zip(leaves, reasons, strict=True)])
        given = [
            structure.unflatten([next(lazies) for _ in range(len(structure))])
            for structure in arguments
        ]
        outputs, result, _ = leaves_of(call_traced(function, given, {}), asked, "f(…)")
        return outputs, result

    (outputs, result), made = noticing(called)
    return Traced(leaves, outputs, result, made)


def leaves_of(tree: Any, asked: str, root: str) -> tuple[list[Node], Structure, list[str]]:
    """The nodes of the leaves of a container, its structure, and the path of each leaf."""
    leaves, structure = flatten(tree, opened=True)
    paths = structure.paths(root)
    nodes = [leaf_node(leaf, asked, path) for leaf, path in zip(leaves, paths, strict=True)]
    return nodes, structure, paths


def marked(results: Sequence[Node]) -> list[Node]:
    """The results of a loop or a branch, which is marked with the user's line."""
    for node in results:
        for word in node.inputs[:1]:
            word.origin = word.origin or user_line()
    return list(results)


def check_structure(asked: str, what: str, before: Structure, after: Structure) -> None:
    """Refuse a result that is another kind of container."""
    if str(before) != str(after):
        single = "" if before.container and after.container else "; * is one number or array"
        listed = before.container is None and after.container in (tuple, list)
        raise ArgumentError(
            f"{asked} at {place()}",
            found=f"before: {before}\nafter:  {after}",
            why=f"{what} has the same structure at every step{single}",
            instead="one number or array; np.stack([…]) of numbers, where the state is an array"
            if listed
            else "return a container like the one that was given",
        )


def check_kept(
    asked: str, why: str, paths: Sequence[str], before: Sequence[Type], after: Sequence[Type]
) -> None:
    """Refuse a result whose leaves are of other types, naming the first leaf that is."""
    for path, old, new in zip(paths, before, after, strict=True):
        if old.shape != new.shape:
            raise ShapeError(
                f"{asked} at {place()}: {path}",
                found=f"before: {old}\nafter:  {new}",
                why=why,
                instead=f"begin with {_shaped(new)}, or return {_shaped(old)}",
            )
        if old.dtype != new.dtype:
            raise DtypeError(
                f"{asked} at {place()}: {path}",
                found=f"before: {old}\nafter:  {new}",
                why=why,
                instead=f"begin with {_as_written(new)}, or return it .astype(np.{old.dtype.name})"
                + (_COUNTER if asked == "fori_loop" and new is INT64 else ""),
            )


_COUNTER = ";\nf(i, state), where they were exchanged: the counter comes first"


def _shaped(type: Type) -> str:
    return f"an array of shape {type.shape}" if type.shape else "a number"


def _as_written(type: Type) -> str:
    return f"an array of np.{type.dtype.name}" if type.shape else f"a np.{type.dtype.name}"
