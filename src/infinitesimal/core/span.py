"""A slice as a static parameter: hashable, normalised for one axis, written as Python writes it.

In: the start, stop and step that `slice.indices` gives. Out: a `Span`, printed `1:5:2` by
`core.text`; `slices` turns a key of whole numbers and spans back into one that NumPy takes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["Span", "slices", "span"]


class Span(NamedTuple):
    """Every `step`-th place from `start` up to, not including, `stop`.

    `stop` is None where a backward span runs over the first place, as in `4::-1`.
    """

    start: int
    stop: int | None
    step: int

    @property
    def size(self) -> int:
        """How many places there are.

        >>> Span(1, 6, 2).size
        3
        """
        return len(range(self.start, -1 if self.stop is None else self.stop, self.step))

    @property
    def last(self) -> int:
        """The last place; meaningless where there is none."""
        return self.start + (self.size - 1) * self.step

    def __repr__(self) -> str:
        ends = f"{self.start}:{'' if self.stop is None else self.stop}"
        return ends if self.step == 1 else f"{ends}:{self.step}"


def span(start: int, stop: int, step: int) -> Span:
    """The one span for what `slice.indices` gives; all empty ones are `0:0`.

    >>> span(*slice(None, None, -2).indices(5)), span(*slice(1, -1).indices(5))
    (4::-2, 1:4)
    """
    places = range(start, stop, step)
    if not places:
        return Span(0, 0, 1)
    if len(places) == 1:
        return Span(start, start + 1, 1)
    end = places[-1] + (1 if step > 0 else -1)
    return Span(start, None if end < 0 else end, step)


@lru_cache(maxsize=4096)
def slices(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A key for NumPy from one made of whole numbers and spans.

    >>> slices((2, Span(0, 3, 1)))
    (2, slice(0, 3, 1))
    """
    return tuple([slice(*entry) if type(entry) is Span else entry for entry in key])
