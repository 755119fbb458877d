"""What every view of a derivation must show: its results, each in the view's own box."""

from collections.abc import Callable, Iterator

from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.expression import Expression, boxed
from infinitesimal.explain.latex import latex
from infinitesimal.explain.write import ASCII, PLAIN, written


def boxes(derivation: Derivation) -> Iterator[Expression]:
    """Every boxed expression of the tree."""
    for step in derivation.walk():
        waiting = [*[line.formula for line in step.lines], *step.cells]
        while waiting:
            expression = waiting.pop()
            waiting.extend(expression.operands)
            if expression.head == "boxed":
                yield expression


def views(derivation: Derivation) -> dict[str, tuple[str, Callable[[Expression], str]]]:
    """Each view, and how it writes a box."""
    return {
        "text": (_unbroken(str(derivation)), lambda box: written(box, PLAIN)),
        "ascii": (_unbroken(derivation.to_text(ascii=True)), lambda box: written(box, ASCII)),
        "narrow": (_unbroken(derivation.to_text(40)), lambda box: written(box, PLAIN)),
        "latex": (derivation.to_latex(), latex),
        "markdown": (derivation.to_markdown(), latex),
    }


def _unbroken(text: str) -> str:
    return " ".join(text.split())


def missing_boxes(derivation: Derivation) -> list[tuple[str, str]]:
    """The results that some view does not show in a box."""
    found = [*boxes(derivation), *[boxed(r.shown) for m in derivation.methods for r in m.results]]
    return [
        (view, write(box))
        for view, (page, write) in views(derivation).items()
        for box in found
        if _unbroken(write(box)) not in page
    ]
