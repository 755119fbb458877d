"""A loop outside of any derivative, walked step by step with plain numbers.

In: a loop whose body asks for what a traced step cannot give: it indexes a plain array by the
counter, or hands the state to a function that wants an array. Out: what the loop comes to, by
Python's own steps, each checked like a traced one. Inside a derivative or a batch the same body
meets traced arrays, and is refused where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infinitesimal.core.node import NEVER, Node
from infinitesimal.errors import UnknownValueError
from infinitesimal.front.bodies import check_kept, check_structure, leaves_of
from infinitesimal.front.dual_trees import has_duals
from infinitesimal.front.forced import AS_ARRAY
from infinitesimal.front.trace import fresh
from infinitesimal.front.tracing import is_tracing
from infinitesimal.front.tree import Structure

__all__ = ["Walk", "plain", "walkable"]


def walkable(error: UnknownValueError, given: Sequence[tuple[Sequence[Node], Structure]]) -> bool:
    """Whether what met this error can be done with plain numbers: nothing around it is traced."""
    if is_tracing() or not error.asked.startswith(AS_ARRAY):
        return False
    return all(
        not has_duals(structure) and all(node.reach == NEVER for node in nodes)
        for nodes, structure in given
    )


def plain(nodes: Sequence[Node], structure: Structure) -> Any:
    """A container of the values of nodes that are constants; its arrays may be changed in place."""
    return structure.unflatten([node.value.copy() for node in nodes])


@dataclass
class Walk:
    """A loop on its way: the state it has come to, and what its steps wrote down.

    `settled` says what the leaves of the first state become where the first step makes of a whole
    number one of another kind; `kept` why they then stay as they are.
    """

    asked: str
    kept: str
    state: Structure
    paths: list[str]
    nodes: list[Node]
    settled: Callable[[list[Node]], list[Node]]
    rows: list[list[Any]] = field(default_factory=list[list[Any]])
    written: Structure | None = None

    def through(self, rounds: Iterable[Any], step: Callable[[Any, Any], tuple[Any, Any]]) -> None:
        """`state, y = step(state, x)` for each entry of `rounds`."""
        with np.errstate(all="ignore"):
            for entry in rounds:
                after, output = step(plain(self.nodes, self.state), entry)
                made, structure, _ = leaves_of(after, self.asked, "f(…)")
                check_structure(self.asked, "the state", self.state, structure)
                if not self.rows:
                    self.nodes = self.settled(made)
                types = [node.type for node in self.nodes]
                check_kept(self.asked, self.kept, self.paths, types, [x.type for x in made])
                leaves, self.written, _ = leaves_of(output, self.asked, "f(…)")
                self.nodes = made
                self.rows.append([leaf.value for leaf in leaves])

    def end(self) -> Any:
        """The last state."""
        return self.state.unflatten(fresh([node.value for node in self.nodes]))

    def stacked(self, order: int) -> Any:
        """What the steps wrote down, stacked; backward where `order` is -1."""
        assert self.written is not None
        columns = zip(*self.rows[::order], strict=True)
        return self.written.unflatten([np.stack(column) for column in columns])
