"""What a person reads when something cannot be done: one tree of errors, drawn here.

    InfinitesimalError
    ├── ArgumentError         (TypeError)            a call of the calculus itself is wrong:
    argnums, a missing function, text ├── ShapeError            (ValueError)           shapes that
    do not fit together ├── DtypeError            (TypeError)            values without a derivative
    or meaning: strings, objects, ragged lists ├── LostDerivativeError   (TypeError)            a
    way out of the traced world that would cut a derivative ├── UnknownValueError     (TypeError)
    Python asks for a number that is not known while tracing ├── UnsupportedError
    (NotImplementedError)  a NumPy function, or an option of it, that has no record ├──
    MissingRuleError      (NotImplementedError)  a record without the field that a transformation
    needs ├── DomainError           (ValueError)           a method that cannot answer at this point
    ├── GraphError            (ValueError)           a graph, or the text of one, that is malformed
    └── FormulaError          (ValueError) typed mathematics that cannot be read

Each message has up to four parts, in this order: what was asked (with the user's own file and
line), what was found, why it cannot be, and what to write instead. The parts stay readable as
attributes of the error.
"""

import textwrap

__all__ = [
    "ArgumentError",
    "DomainError",
    "DtypeError",
    "FormulaError",
    "GraphError",
    "InfinitesimalError",
    "LostDerivativeError",
    "MissingRuleError",
    "ShapeError",
    "UnknownValueError",
    "UnsupportedError",
]


class InfinitesimalError(Exception):
    """The root of every error the library raises by design.

    >>> try:
    ...     raise ShapeError("f(x)", found="x: f64[3]", why="it must be one number", instead="sum")
    ... except InfinitesimalError as error:
    ...     print(error)
    f(x)
      found:    x: f64[3]
      because:  it must be one number
      instead:  sum
    """

    def __init__(self, asked: str, *, found: str = "", why: str = "", instead: str = "") -> None:
        self.asked = asked
        self.found = found
        self.why = why
        self.instead = instead
        super().__init__(self._page())

    def _page(self) -> str:
        parts = [self.asked]
        for label, lines in (
            ("found", self.found.splitlines()),  # may point at a column: as it is
            ("because", _wrapped(self.why)),
            ("instead", _wrapped(self.instead)),
        ):
            if lines:
                parts.append(f"  {label + ':':<9} {lines[0]}")
                parts.extend(f"{'':12}{line}" for line in lines[1:])
        return "\n".join(parts)


def _wrapped(text: str) -> list[str]:
    """The lines of a text, none wider than a page."""
    lines: list[str] = []
    for line in text.splitlines():
        lines.extend(
            textwrap.wrap(line, 84, break_long_words=False, break_on_hyphens=False) or [line]
            if len(line) > 84
            else [line]
        )
    return lines


class ArgumentError(InfinitesimalError, TypeError):
    """A call of the calculus itself is wrong."""


class ShapeError(InfinitesimalError, ValueError):
    """Shapes that do not fit together."""


class DtypeError(InfinitesimalError, TypeError):
    """Values that have no derivative, or no meaning as numbers."""


class LostDerivativeError(InfinitesimalError, TypeError):
    """A way out of the traced world that would silently cut a derivative."""


class UnknownValueError(InfinitesimalError, TypeError):
    """Python asks for a number that is not known while tracing."""


class UnsupportedError(InfinitesimalError, NotImplementedError):
    """A NumPy function, or an option of one, that has no record."""


class MissingRuleError(InfinitesimalError, NotImplementedError):
    """A record without the field that a transformation needs."""


class DomainError(InfinitesimalError, ValueError):
    """A method that cannot answer at this point."""


class GraphError(InfinitesimalError, ValueError):
    """A graph, or the text of one, that is malformed."""


class FormulaError(InfinitesimalError, ValueError):
    """Typed mathematics that cannot be read."""
