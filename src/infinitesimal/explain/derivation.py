"""The answer of `explain`: the tree of a derivation, with a way to each of its written forms.

In: the tree's fields. Out: text by `str`, a page in the terminal by `show`, LaTeX, Markdown and
JSON. The renderers are imported when one is asked for, so that importing the library stays light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infinitesimal.explain.tree import Tree

__all__ = ["Derivation"]


_SHORT = 60  # characters of the function and the point that `repr` shows


@dataclass(frozen=True)
class Derivation(Tree):
    """A derivative worked out step by step by several methods.

    `print` gives it as text, `show` in colour in a terminal; a prompt shows what it is of.

    >>> import infinitesimal as dx
    >>> derivation = dx.explain("x^2", at={"x": 3}, methods="reverse")
    >>> derivation.results()
    {'reverse': {'x': 6.0}}
    >>> derivation
    <derivation of L(x) = x² at x = 3; reverse; print(…) tells it>
    """

    def __repr__(self) -> str:
        from infinitesimal.explain.write import written

        point = ", ".join(written(given.shown) for given in self.inputs)
        methods = ", ".join(method.name for method in self.methods)
        told = f"{written(self.function)} at {point}"
        told = told if len(told) <= _SHORT else told[: _SHORT - 1] + "…"
        return f"<derivation of {told}; {methods}; print(…) tells it>"

    def __str__(self) -> str:
        from infinitesimal.explain.text import render

        return render(self)

    def show(self, *, step: bool = False, file: Any = None) -> None:
        """Print the derivation, in colour where the terminal has it.

        `step=True` waits for Enter after each step; q quits, ? gives a hint.
        """
        from infinitesimal.explain.terminal import show

        show(self, step=step, file=file)

    def _repr_markdown_(self) -> str:
        """What a notebook shows."""
        return self.to_markdown()

    def to_text(self, width: int = 80, *, ascii: bool = False) -> str:
        """The derivation as plain text of at most this width; `ascii=True` for plain ASCII."""
        from infinitesimal.explain.text import render

        return render(self, width, ascii=ascii)

    def to_latex(self) -> str:
        """The derivation as LaTeX, for a document that loads amsmath."""
        from infinitesimal.explain.latex import render

        return render(self)

    def to_markdown(self, title: str = "A derivative, worked out") -> str:
        """The derivation as Markdown with mathematics in dollar signs, under a title."""
        from infinitesimal.explain.markdown import render

        return render(self, title)

    def to_json(self, *, indent: int | None = 1) -> str:
        """The whole tree as JSON; its keys are listed in `infinitesimal.explain.json`."""
        from infinitesimal.explain.json import render

        return render(self, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Derivation:
        """The derivation that was written as this text; raises `ArgumentError` for any other."""
        from infinitesimal.explain.json import read

        return read(text, cls)
