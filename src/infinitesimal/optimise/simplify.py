"""A formula made short: first the laws of algebra, then like terms.

In: nodes. Out: nodes that say the same in less, as a person would write it; and a journal of what
was done. It is for formulas that are read: 0·x is 0 and x/x is 1 here, whatever x may be.
"""

from __future__ import annotations

from collections.abc import Sequence

from infinitesimal.core.journal import Journal
from infinitesimal.core.node import Node
from infinitesimal.optimise.algebra import FORMULA
from infinitesimal.optimise.arrays import SHAPES
from infinitesimal.optimise.collect import Collector
from infinitesimal.optimise.rewrite import Rewriter

__all__ = ["Simplifier", "simplify"]


_ROUNDS = 6


def simplify(
    outputs: Sequence[Node],
    first: Sequence[Node] = (),
    journal: Journal | None = None,
    given: Sequence[Node] = (),
) -> list[Node]:
    """The outputs in their shortest form known; the steps are added to the journal.

    `first` are the nodes that come first in the order of terms and factors, such as x and y;
    `given` are formulas known to the reader, whose parts keep the form they have.
    """
    return Simplifier(first, journal, given)(outputs)


class Simplifier:
    """Simplification with a memory: a node met in an earlier call is not worked on again."""

    def __init__(
        self,
        first: Sequence[Node] = (),
        journal: Journal | None = None,
        given: Sequence[Node] = (),
    ) -> None:
        self.journal = Journal() if journal is None else journal
        self.by_rules = Rewriter((*SHAPES, *FORMULA), self.journal)
        self.collected = Collector(first, self.journal, Rewriter((*SHAPES, *FORMULA))(given))

    def __call__(self, outputs: Sequence[Node]) -> list[Node]:
        """What the outputs become."""
        found = list(outputs)
        for _ in range(_ROUNDS):  # what one has made shorter, the other may go on with
            before, found = found, self.collected(self.by_rules(found))
            if found == before:
                break
        return found
