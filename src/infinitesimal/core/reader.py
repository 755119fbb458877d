"""One line of the text of a graph, read from left to right.

In: a line and its number. Out: its pieces, asked for one by one (a name, a type, a number, a static
parameter), or the `GraphError` that shows the line with a mark under the place where it fails. The
grammar of whole graphs is in `core.parse`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from infinitesimal.core.leaf import Literal
from infinitesimal.core.span import Span
from infinitesimal.core.text import BARE_NAME, RESERVED
from infinitesimal.core.types import ANY, BOOL, FLOAT64, INT64, Type, array_type, dtype_named
from infinitesimal.errors import GraphError

__all__ = ["MAXIMUM_RANK", "Reader"]

MAXIMUM_RANK = 64  # NumPy's own; also how deep tuples and lists may be nested
_WINDOW = 72  # columns of a long line that an error shows

_REAL = r"(?:[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|inf|nan)"
_NUMBER = re.compile(
    rf"(?P<complex>\([-+]?{_REAL}[-+]{_REAL}j\)|[-+]?{_REAL}j(?!\w))"
    rf"|(?P<real>[-+]?{_REAL}(?!\w))|(?P<bool>(?:True|False)(?!\w))"
)
_DTYPE = re.compile(r"[a-z]+[0-9]*(?!\w)")
_SIZES = re.compile(r"\[((?:\?(?=[,\]]))?[0-9,]*)\]")
_PARAMETER = re.compile(r"([^\W\d]\w*)=")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4})|(.))")
_SPACES = re.compile(r"[ \t\r]*")
_SPAN = re.compile(r"([0-9]{1,18}):([0-9]{0,18})(?::(-?[0-9]{1,18}))?(?!\w)")
_CONSTANTS = re.compile(r"(?:None|Ellipsis)(?!\w)")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_OBJECTS = {"None": None, "Ellipsis": ...}
_CLOSING = {"(": ")", "[": "]"}


class Reader:
    """A line and how far it has been read."""

    def __init__(self, number: int, line: str) -> None:
        self.number = number
        self.line = line
        self.place = 0
        self.skip()

    def fault(self, why: str, *, at: int | None = None, instead: str = "") -> GraphError:
        """The error for this line, with a mark under `at` (or under the next character)."""
        place = self.place if at is None else at
        first = max(0, place - _WINDOW // 2)
        shown = self.line[first : first + _WINDOW]
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
        return GraphError(
            f"line {self.number}, column {place + 1} of the text of a graph",
            found=f"{shown}\n{' ' * (place - first)}^",
            why=why,
            instead=instead,
        )

    # ---- single characters and words

    def skip(self) -> bool:
        """Go on to the next character that is no space; whether there is one."""
        match = _SPACES.match(self.line, self.place)
        self.place = match.end() if match is not None else self.place
        return self.place < len(self.line)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what matches the pattern here."""
        found = pattern.match(self.line, self.place)
        if found is not None:
            self.place = found.end()
        return found

    def take(self, symbol: str) -> bool:
        """Read the symbol if it stands here."""
        here = self.line.startswith(symbol, self.place)
        self.place += len(symbol) if here else 0
        return here

    def expect(self, symbol: str) -> None:
        """Read the symbol, which must stand here."""
        if not self.take(symbol):
            raise self.fault(f"{symbol!r} is expected here")

    def end(self) -> None:
        """The line must end here."""
        if self.skip():
            raise self.fault("the line should end here")

    # ---- names, types and numbers

    def name(self) -> str:
        """A name: bare, or quoted as Python quotes a string."""
        if self.line[self.place : self.place + 1] in ("'", '"'):
            return self._quoted()
        start = self.place
        bare = self.match(BARE_NAME)
        if bare is None or bare[1] in RESERVED:
            raise self.fault("a name is expected here", at=start)
        return bare[0]

    def parameter(self) -> str | None:
        """The name of a parameter and its equals sign, if they stand here."""
        found = self.match(_PARAMETER)
        return None if found is None else found[1]

    def type(self) -> Type:
        """A type such as `f64` or `f64[2,3]`."""
        dtype = self._dtype()
        return array_type(dtype, self._sizes() or ())

    def _dtype(self) -> np.dtype[Any]:
        start = self.place
        code = self.match(_DTYPE)
        try:
            return dtype_named("" if code is None else code[0])
        except GraphError as error:
            why = "a dtype is expected here"
            raise self.fault(why, at=start, instead=error.instead) from None

    def _sizes(self) -> tuple[int, ...] | None:
        """`[2,3]` as a tuple; None where there are no brackets."""
        start = self.place
        found = self.match(_SIZES)
        if found is None:
            return None
        sizes = found[1].split(",") if found[1] else []
        if len(sizes) > MAXIMUM_RANK or not all(0 < len(size) < 19 for size in sizes):
            raise self.fault("the sizes of an array are a few whole numbers", at=start)
        return tuple([ANY if size == "?" else int(size) for size in sizes])

    def scalar(self) -> tuple[Any, np.dtype[Any]] | None:
        """A number and its dtype, if one stands here: `2.0`, `True`, `2:i32`."""
        start = self.place
        number = self._number()
        if number is None:
            return None
        if self.take(":"):
            dtype = self._dtype()
        elif isinstance(number, complex):
            raise self.fault("a complex number names its dtype: `(1+2j):c128`")
        else:
            dtype = {bool: BOOL, int: INT64, float: FLOAT64}[type(number)].dtype
        return self._elements([number], dtype, start)[0], dtype

    def _number(self) -> Any:
        """A Python number, or None where there is none."""
        start = self.place
        found = self.match(_NUMBER)
        if found is None:
            return None
        try:
            if found["complex"]:
                return complex(found[0])
            if found["bool"]:
                return found[0] == "True"
            return int(found[0]) if found[0].lstrip("+-").isdigit() else float(found[0])
        except ValueError:
            raise self.fault("a number with too many digits", at=start) from None

    def _elements(self, numbers: list[Any], dtype: np.dtype[Any], start: int) -> Any:
        """Numbers as an array of this dtype, each of a kind that it holds exactly."""
        kinds = {"b": (bool,), "i": (int,), "u": (int,), "f": (int, float), "c": (complex,)}
        allowed = kinds[dtype.kind]
        if not all(type(number) in allowed for number in numbers):
            raise self.fault(f"an element that is not {dtype.name}", at=start)
        try:
            with np.errstate(all="ignore"):
                return np.array(numbers, dtype)
        except OverflowError:
            raise self.fault(f"a number too large for {dtype.name}", at=start) from None

    def _quoted(self) -> str:
        """A string as Python's `repr` writes it."""
        start = self.place
        found = self.match(_QUOTED)
        if found is None:
            raise self.fault("a string that does not end", at=start)

        def letter(escape: re.Match[str]) -> str:
            digits = escape[1] or escape[2] or escape[3]
            if digits is None and escape[4] not in _LETTERS:
                raise self.fault(f"an unknown escape {escape[0]}", at=start)
            return chr(int(digits, 16)) if digits is not None else _LETTERS[escape[4]]

        return _ESCAPE.sub(letter, found[1] if found[1] is not None else found[2])

    # ---- static parameters

    def value(self) -> Any:
        """A static parameter: a number, string, None, Ellipsis, dtype, type, array, or a tuple."""
        return self._nested("(", self._atom)

    def _atom(self) -> Any:
        start = self.place
        span = self.match(_SPAN)
        if span is not None:
            return Span(int(span[1]), int(span[2]) if span[2] else None, int(span[3] or 1))
        number = self._number()
        if number is not None:
            return number
        if self.line[self.place : self.place + 1] in ("'", '"'):
            return self._quoted()
        word = self.match(_CONSTANTS)
        if word is not None:
            return _OBJECTS[word[0]]
        dtype = self._dtype()
        sizes = self._sizes()
        if sizes is None:
            return dtype
        type = array_type(dtype, sizes)
        if self.line[self.place : self.place + 1] in ("", " ", ",", ")"):
            return type
        return Literal(self._array(type, start))

    def _array(self, type: Type, start: int) -> Any:
        """The elements of a constant: nested lists that fill its shape."""
        elements: list[Any] = [self._nested("[", self._element)]
        for size in type.shape:
            if not all(isinstance(row, list) and len(row) == size for row in elements):  # pyright: ignore[reportUnknownArgumentType]
                raise self.fault(f"the elements do not fill {type}", at=start)
            elements = [element for row in elements for element in row]
        return self._elements(elements, type.dtype, start).reshape(type.shape)

    def _element(self) -> Any:
        start = self.place
        number = self._number()
        if number is None:
            raise self.fault("a number is expected here", at=start)
        return number

    def _nested(self, opening: str, atom: Callable[[], Any]) -> Any:
        """An atom, or atoms in tuples (or lists) within one another: a loop with its own stack."""
        stack: list[list[Any]] = []
        while True:
            if self._opens(opening):
                stack.append([])
                if len(stack) > MAXIMUM_RANK:
                    raise self.fault("brackets within too many brackets")
                if not self._closes(opening):
                    continue
                item = _built(opening, stack.pop())
            else:
                item = atom()
            # The item is whole: it goes into the container around it, which may end behind it.
            while stack:
                stack[-1].append(item)
                comma = self.skip() and self.take(",")
                if self._closes(opening):
                    if opening == "(" and not comma and len(stack[-1]) == 1:
                        raise self.fault("a tuple of one element ends with a comma: `(0,)`")
                    item = _built(opening, stack.pop())
                elif comma:
                    break
                else:
                    raise self.fault(f"',' or {_CLOSING[opening]!r} is expected here")
            else:
                return item

    def _opens(self, opening: str) -> bool:
        self.skip()
        complex_number = opening == "(" and _NUMBER.match(self.line, self.place)
        return not complex_number and self.take(opening)

    def _closes(self, opening: str) -> bool:
        self.skip()
        return self.take(_CLOSING[opening])


def _built(opening: str, items: list[Any]) -> Any:
    return tuple(items) if opening == "(" else items
