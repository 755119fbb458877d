"""Mathematics as it is written on a line: the small tree that every renderer formats.

In: the constructors below. Out: an `Expression`, a head and its parts, frozen and equal by content.
It says what stands on the paper, not what it computes: a product of two brackets, a term struck
through, a chain of equalities. `write` turns it into text or LaTeX, `json` into lists.

>>> equals(partial("L", "x"), add(number("8"), number("5")), boxed(number("13"))).head
'equals'
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "HEADS",
    "Expression",
    "Part",
    "add",
    "approximately",
    "array",
    "arrow",
    "becomes",
    "boxed",
    "call",
    "cross",
    "equals",
    "group",
    "minus",
    "name",
    "number",
    "over",
    "partial",
    "power",
    "rounded",
    "second",
    "struck",
    "text",
    "times",
    "unit",
    "word",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A head, one of `HEADS`, and its parts: expressions, or strings where the head says so."""

    head: str
    parts: tuple[Expression | str, ...]

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The parts that are expressions."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def words(self) -> tuple[str, ...]:
        """The parts that are strings."""
        return tuple(part for part in self.parts if isinstance(part, str))


HEADS = {
    "number": "a number in full: its digits",
    "rounded": "a number of which only the first digits are shown",
    "name": "a variable: its name, and a subscript or an empty string",
    "text": "words between the formulas",
    "said": "words and formulas, one after the other",
    "add": "a sum of the parts",
    "times": "a product of the parts",
    "over": "a quotient of two parts",
    "power": "a base and an exponent",
    "minus": "the negative of a part",
    "call": "a function: its name in text, its name in LaTeX, then the operands",
    "word": "a word of the graph: its name, its operands, and parameters such as `axis=0`",
    "partial": "a derivative: what of, with respect to what",
    "equals": "a chain of equalities",
    "becomes": "what is put in place of what",
    "approximately": "two sides that nearly agree",
    "second": "a second derivative: what of, twice with respect to what",
    "arrow": "an edge of the graph: from, to",
    "cross": "a product with its sign written: 8 × 1",
    "group": "a part in brackets",
    "struck": "a part struck through",
    "boxed": "a result",
    "unit": "the infinitesimal ε: a subscript or an empty string",
    "array": "rows or elements",
}

Part = Expression | str


def _given(part: Part) -> Expression:
    return part if isinstance(part, Expression) else name(part)


def number(digits: str) -> Expression:
    """A number written in full; a leading minus sign becomes a minus."""
    return minus(number(digits[1:])) if digits.startswith("-") else Expression("number", (digits,))


def rounded(digits: str) -> Expression:
    """A number of which only the first digits are shown."""
    return (
        minus(rounded(digits[1:])) if digits.startswith("-") else Expression("rounded", (digits,))
    )


def name(letters: str, subscript: str = "") -> Expression:
    """A variable."""
    return Expression("name", (letters, subscript))


def text(words: str) -> Expression:
    """Words between formulas."""
    return Expression("text", (words,))


def said(*parts: Part) -> Expression:
    """Words and formulas in one line; strings are words, with the spaces around them."""
    return Expression(
        "said", tuple(text(part) if isinstance(part, str) else part for part in parts)
    )


def add(*terms: Part) -> Expression:
    """A sum; a single term is itself."""
    return _given(terms[0]) if len(terms) == 1 else Expression("add", tuple(map(_given, terms)))


def times(*factors: Part) -> Expression:
    """A product; a single factor is itself."""
    return (
        _given(factors[0])
        if len(factors) == 1
        else Expression("times", tuple(map(_given, factors)))
    )


def over(top: Part, bottom: Part) -> Expression:
    """A quotient."""
    return Expression("over", (_given(top), _given(bottom)))


def power(base: Part, exponent: Part) -> Expression:
    """A power."""
    return Expression("power", (_given(base), _given(exponent)))


def minus(part: Part) -> Expression:
    """A negative."""
    return Expression("minus", (_given(part),))


def call(function: str, *operands: Part, latex: str = "") -> Expression:
    """A function applied to operands."""
    return Expression("call", (function, latex or function, *map(_given, operands)))


def word(primitive: str, *parts: Part) -> Expression:
    """A word of the graph applied to operands; strings are its static parameters, `axis=0`."""
    return Expression("word", (primitive, *parts))


def partial(of: Part, by: Part) -> Expression:
    """The derivative of one thing with respect to another."""
    return Expression("partial", (_given(of), _given(by)))


def equals(*parts: Part) -> Expression:
    """A chain of equalities; equal neighbours are written once."""
    chain: list[Expression] = []
    for part in map(_given, parts):
        if not chain or _bare(chain[-1]) != _bare(part):
            chain.append(part)
        elif part.head == "boxed":
            chain[-1] = part
    return chain[0] if len(chain) == 1 else Expression("equals", tuple(chain))


def becomes(what: Part, value: Part) -> Expression:
    """A value put in place of something: `x ← 2 + ε`."""
    return Expression("becomes", (_given(what), _given(value)))


def approximately(left: Part, right: Part) -> Expression:
    """Two sides that nearly agree."""
    return Expression("approximately", (_given(left), _given(right)))


def second(of: Part, by: Part) -> Expression:
    """A second derivative."""
    return Expression("second", (_given(of), _given(by)))


def arrow(start: Part, end: Part) -> Expression:
    """An edge of the graph: `f → g`."""
    return Expression("arrow", (_given(start), _given(end)))


def cross(left: Part, right: Part) -> Expression:
    """A product with its sign written: `8 × 1`."""
    return Expression("cross", (_given(left), _given(right)))


def _bare(part: Expression) -> Expression:
    return part.operands[0] if part.head == "boxed" else part


def group(part: Part) -> Expression:
    """A part in brackets, whether they are needed or not."""
    return Expression("group", (_given(part),))


def struck(part: Part) -> Expression:
    """A part struck through: it stands there and counts for nothing."""
    return Expression("struck", (_given(part),))


def boxed(part: Part) -> Expression:
    """A result."""
    return Expression("boxed", (_given(part),))


def unit(subscript: str = "") -> Expression:
    """The infinitesimal ε."""
    return Expression("unit", (subscript,))


def array(*elements: Expression) -> Expression:
    """Elements in a row, or rows in a matrix."""
    return Expression("array", elements)
