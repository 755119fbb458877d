"""The answer of `explain`: the tree of a derivation, with a way to each of its written forms.

In: the tree's fields. Out: text by `str`, a page in the terminal by `show`, LaTeX, Markdown and JSON. The renderers are imported
when one is asked for, so that importing the library stays light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infinitesimal.explain.tree import Tree

__all__ = ["Derivation"]


@dataclass(frozen=True)
class Derivation(Tree):
    """A derivative worked out step by step by several methods.

    `print` gives it as text, `show` in colour in a terminal.

    >>> import infinitesimal as dx
    >>> derivation = dx.explain("x^2", at={"x": 3}, methods="reverse")
    >>> derivation.results()
    {'reverse': {'x': 6.0}}
    """

    def __str__(self) -> str:
        from infinitesimal.explain.text import render

        return render(self)

    def show(self, *, step: bool = False, file: Any = None) -> None:
        """Print the derivation, in colour where the terminal has it.

        `step=True` waits for Enter after each step; q quits, ? gives a hint.
        """
        from infinitesimal.explain.terminal import show

        show(self, step=step, file=file)
