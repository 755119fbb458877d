"""Typed mathematics: text becomes a graph, and nothing else happens.

In: text such as `2(x+1)^2 - sin(x y)` and, optionally, the names of its variables. Out: a `Formula`: its graph, its names, and a
function of numbers, arrays and traced arrays. Nothing is ever evaluated as Python: a small grammar names all that can be
said, its actions can only build nodes, and every size has a bound. Text that cannot be read raises `FormulaError` with a
caret under the character.

Multiplication signs may be left out (`2y`, `2(x+1)`, `(x+y)(x+2y)`, `2 pi r`); powers are written `^` or `**` and bind from the
right; a product without sign binds like one with sign, so that `1/2x` is half of x.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph, substitute
from infinitesimal.core.node import Node, constant, input_node
from infinitesimal.core.primitive import BY_NUMPY, REGISTRY
from infinitesimal.core.types import FLOAT64
from infinitesimal.errors import FormulaError
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.numpy_names import WORDS
from infinitesimal.ops.power import raise_to

__all__ = ["CONSTANTS", "FUNCTIONS", "Formula", "parse"]

LONGEST = 500  # characters
MOST_NODES = 400
DEEPEST = 60
MOST_VARIABLES = 12
MOST_DIGITS = 30


_GREEK = "αβγδεζηθκλμνξπρστφχψω"
_SIGNS = str.maketrans("−·×÷\t", "-**/ ")  # the signs our own output prints
_STRANGE = re.compile(rf"[^ A-Za-z0-9_+\-*/^().,{_GREEK}]")

GRAMMAR = rf"""
?start: sum
?sum: term | sum "+" term -> add | sum "-" term -> subtract
?term: signed | term "*" signed -> multiply | term "/" signed -> divide | term beside -> multiply
?signed: power | "-" signed -> negative | "+" signed
?power: atom | atom _POWER exponent -> power
?exponent: power | "-" exponent -> negative | "+" exponent
?atom: NUMBER -> number | operand
?beside: operand | operand _POWER exponent -> power
?operand: NAME -> name | FUNCTION "(" sum ("," sum)* ")" -> call | "(" sum ")"
NAME: /[A-Za-z{_GREEK}][A-Za-z0-9_{_GREEK}]*/
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
_POWER: "^" | "**"
%declare FUNCTION
%ignore " "
"""

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "tau": math.tau}


def _relu(x: Node) -> Node:
    return _word(np.maximum)(x, constant(0.0))


def _sigmoid(x: Node) -> Node:
    return _word("scipy.special.expit")(x)


# What may be called: NumPy's function (or the record of a special one), and how many operands it takes.
FUNCTIONS: dict[str, tuple[Any, int]] = {
    **{name: (getattr(np, name), 1) for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh",
        "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sign", "floor", "ceil",
    )},
    **{short: (getattr(np, full), 1) for short, full in (
        ("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"), ("asinh", "arcsinh"), ("acosh", "arccosh"),
        ("atanh", "arctanh"), ("ln", "log"), ("abs", "absolute"),
    )},
    "min": (np.minimum, 2), "max": (np.maximum, 2), "atan2": (np.arctan2, 2), "arctan2": (np.arctan2, 2),
    "hypot": (np.hypot, 2), "erf": ("scipy.special.erf", 1), "relu": (_relu, 1), "sigmoid": (_sigmoid, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """Typed mathematics, read: its text, the names of its variables in order, and its graph.

    Calling it evaluates the graph: on numbers, on arrays (element by element) and on traced arrays, so that it can be
    differentiated like any function.

    >>> area = parse("2 pi r")
    >>> area.names, round(area(1.0), 4)
    (('r',), 6.2832)
    """

    text: str
    names: tuple[str, ...]
    graph: Graph

    def __call__(self, *values: Any) -> Any:
        """The value of the formula for these values of its variables, in the order of `names`."""
        if len(values) != len(self.names):
            raise FormulaError(
                f"the formula {self.text} called with {len(values)} values", why=f"it has {len(self.names)} variables",
                instead=f"one value for each of {', '.join(self.names)}",
            )  # fmt: skip
        nodes = [
            value.node if isinstance(value, Lazy) else constant(np.asarray(value, np.float64))
            for value in values
        ]
        rebuilt = substitute(self.graph.outputs, dict(zip(self.graph.inputs, nodes, strict=True)))
        if any(isinstance(value, Lazy) for value in values):
            return Lazy(rebuilt[0])
        result = evaluate(rebuilt)[0]
        return result if np.ndim(result) else float(result)

    def __str__(self) -> str:
        return self.text


def parse(text: str, variables: Sequence[str] | None = None) -> Formula:
    """Read typed mathematics; `variables` are its inputs in order (default: its unknown names, as they appear).

    Raises `FormulaError`, with a caret under the character, for whatever cannot be read or is out of bounds.

    >>> parse("(x+y)(x+2y)")(2.0, 3.0)
    40.0
    """
    plain = _bounded(text)
    declared = None if variables is None else _checked(variables)
    tree = _tree(plain, text)
    return _Reader(text, plain, declared).formula(tree)


# ---- refusals


def refuse(text: str, at: int, why: str, instead: str = "") -> NoReturn:
    """Raise the error that points at a character of the text."""
    start = max(0, min(at - 30, len(text) - 60)) if len(text) > 60 else 0
    window = text[start : start + 60]
    shown = "".join(
        letter
        if letter.isprintable() and not unicodedata.combining(letter)
        else "\N{REPLACEMENT CHARACTER}"
        for letter in window
    )
    shown = ("…" if start else "") + shown + ("…" if start + 60 < len(text) else "")
    width = sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in window[: at - start]
    )
    caret = " " * (width + (1 if start else 0)) + "^"
    raise FormulaError(
        f"a formula, at character {at + 1}", found=f"{shown}\n{caret}", why=why, instead=instead
    )


def _bounded(text: str) -> str:
    """The text with one spelling for each sign, if it is short and made of known characters only."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise FormulaError(
            "a formula", found=type(text).__name__, why="a formula is text", instead='"x^2 + y"'
        )
    if len(text) > LONGEST:
        raise FormulaError(
            "a formula", found=f"{len(text):,} characters", why=f"a formula has at most {LONGEST}",
            instead="a Python function, which may be as long as it likes",
        )  # fmt: skip
    plain = text.translate(_SIGNS)
    strange = _STRANGE.search(plain)
    if strange:
        refuse(text, strange.start(), *_about(text[strange.start()]))
    if not plain.strip():
        raise FormulaError(
            "a formula",
            found="nothing but space",
            why="there is nothing to differentiate",
            instead='"x^2"',
        )
    return plain


def _about(letter: str) -> tuple[str, str]:
    """Why a character is not read, and what may have been meant."""
    known = unicodedata.name(letter, "a control character")
    alike = unicodedata.normalize("NFKC", letter)
    meant = (
        f"the plain {alike}"
        if alike != letter and len(alike) == 1 and not _STRANGE.match(alike)
        else ""
    )
    if letter in "[]{}":
        meant = "round brackets"
    elif letter == "=":
        meant = "the right-hand side alone"
    return f"U+{ord(letter):04X}, {known.lower()}, is no part of a formula", meant


def _checked(variables: Sequence[str]) -> tuple[str, ...]:
    for name in variables:
        if (
            not re.fullmatch(rf"[A-Za-z{_GREEK}][A-Za-z0-9_{_GREEK}]*", str(name))
            or name in FUNCTIONS
        ):
            raise FormulaError(
                f"a variable called {name!r}",
                why="it is the name of a function" if name in FUNCTIONS else "a name is a letter, then letters, digits or _",
                instead="another name",
            )  # fmt: skip
    if len(variables) > MOST_VARIABLES:
        raise FormulaError(
            "a formula", found=f"{len(variables)} variables", why=f"a formula has at most {MOST_VARIABLES}",
            instead="a Python function of an array",
        )  # fmt: skip
    return tuple(variables)


# ---- reading


@functools.cache
def _parser() -> Any:
    try:
        import lark  # optional: only those who type formulas need it
    except ModuleNotFoundError:
        raise FormulaError(
            "a formula in text", found="the library lark is not installed", why="it reads the grammar of formulas",
            instead='pip install "infinitesimal[explain]", or give a Python function',
        ) from None  # fmt: skip

    def sort(token: Any) -> Any:
        return lark.Token.new_borrow_pos("FUNCTION", token, token) if token in FUNCTIONS else token

    return lark.Lark(
        GRAMMAR,
        parser="lalr",
        lexer="basic",
        lexer_callbacks={"NAME": sort},
        propagate_positions=True,
    )


def _tree(plain: str, text: str) -> Any:
    parser = _parser()
    import lark

    try:
        return parser.parse(plain)
    except lark.UnexpectedInput as error:
        at = error.pos_in_stream
        token = getattr(error, "token", None)
        if at is None or at < 0 or (token is not None and token.type == "$END"):
            refuse(text, len(text.rstrip()), *_ended(plain))
        refuse(text, at, *_misplaced(plain, at, token))


def _ended(plain: str) -> tuple[str, str]:
    open_brackets = plain.count("(") - plain.count(")")
    if open_brackets > 0:
        return (
            f"{open_brackets} bracket{'s are' if open_brackets > 1 else ' is'} not closed",
            ")" * open_brackets,
        )
    word = re.search(r"[A-Za-z0-9]+$", plain.rstrip())
    if word and word[0] in FUNCTIONS:
        return f"{word[0]} is a function and needs something to work on", f"{word[0]}(x)"
    return "it ends where a number, a name or a bracket should follow", ""


def _misplaced(plain: str, at: int, token: Any) -> tuple[str, str]:
    """Why a character cannot stand where it stands."""
    before = plain[:at].rstrip()
    word = re.search(r"[A-Za-z0-9]+$", before)
    if word and word[0] in FUNCTIONS and plain[at] != "(":
        return f"{word[0]} is a function: its operand stands in brackets", f"{word[0]}(x)"
    kind = getattr(token, "type", "")
    if kind == "NUMBER" and before and (before[-1].isalnum() or before[-1] in ")."):
        return "a number stands directly behind another factor", "a sign between them: * or +"
    if plain[at] == ")":
        return "this bracket closes nothing" if plain[:at].count("(") <= plain[:at].count(
            ")"
        ) else "something is missing before this bracket", ""
    if plain[at] == ".":
        return "a point belongs inside a number", ""
    if plain[at] == ",":
        return (
            "a comma only separates the operands of a function",
            "a decimal point, if a number is meant",
        )
    return "a number, a name or a bracket should stand here", ""


@dataclass(frozen=True)
class _Piece:
    node: Node
    depth: int


class _Reader:
    """One reading: the syntax tree from the bottom up, each piece a node."""

    def __init__(self, text: str, plain: str, declared: tuple[str, ...] | None) -> None:
        self.text, self.plain, self.declared = text, plain, declared
        self.inputs: dict[str, Node] = {name: input_node(FLOAT64) for name in declared or ()}
        self.first: dict[str, int] = {}  # where each variable stands first
        self.size = 0

    def formula(self, tree: Any) -> Formula:
        pieces: dict[int, _Piece] = {}
        for part in tree.iter_subtrees():
            operands = [pieces[id(child)] for child in part.children if hasattr(child, "children")]
            self.size += 1
            deeper = [
                piece.depth + (k > 0 or len(operands) == 1 or part.data == "call")
                for k, piece in enumerate(operands)
            ]
            depth = max(deeper, default=0)
            at = part.meta.start_pos
            if self.size > MOST_NODES:
                refuse(
                    self.text, at, f"a formula has at most {MOST_NODES} parts", "a Python function"
                )
            if depth > DEEPEST:
                refuse(
                    self.text,
                    at,
                    f"a formula is nested at most {DEEPEST} deep",
                    "a Python function",
                )
            pieces[id(part)] = _Piece(self.node(part, [piece.node for piece in operands]), depth)
        names = (
            tuple(self.inputs)
            if self.declared is not None
            else tuple(sorted(self.inputs, key=self.first.__getitem__))
        )
        graph = Graph(tuple(self.inputs[name] for name in names), (pieces[id(tree)].node,), names)
        return Formula(self.text, names, graph)

    def node(self, part: Any, operands: list[Node]) -> Node:
        match str(part.data):
            case "number":
                return self.number(part.children[0])
            case "name":
                return self.name(part.children[0])
            case "call":
                return self.call(part.children[0], operands)
            case "power":
                return _power(*operands)
            case sign:
                return REGISTRY[sign](*operands)

    def number(self, token: Any) -> Node:
        digits = re.sub(r"[eE].*", "", token).replace(".", "")
        if len(digits) > MOST_DIGITS:
            refuse(self.text, token.start_pos, f"a number has at most {MOST_DIGITS} digits")
        value = float(token)
        if not math.isfinite(value):
            refuse(
                self.text, token.start_pos, "the number is larger than any float64 (about 1.8e308)"
            )
        return constant(value)

    def name(self, token: Any) -> Node:
        word = str(token)
        self.first[word] = min(token.start_pos, self.first.get(word, token.start_pos))
        if word in self.inputs:
            return self.inputs[word]
        if word in CONSTANTS:
            return constant(CONSTANTS[word])
        if self.declared is not None:
            if all(letter in self.inputs for letter in word):
                return functools.reduce(
                    lambda x, y: x * y, (self.inputs[letter] for letter in word)
                )
            known = ", ".join(self.inputs) or "none"
            refuse(
                self.text,
                token.start_pos,
                f"{word} is not known; the variables are: {known}",
                self.meant(token, word),
            )
        if len(word) > 1 and self.plain[token.end_pos :].lstrip().startswith("("):
            refuse(
                self.text,
                token.start_pos,
                f"there is no function called {word}",
                "one of " + ", ".join(sorted(FUNCTIONS)),
            )
        if len(self.inputs) == MOST_VARIABLES:
            refuse(self.text, token.start_pos, f"a formula has at most {MOST_VARIABLES} variables")
        return self.inputs.setdefault(word, input_node(FLOAT64))

    def meant(self, token: Any, word: str) -> str:
        if self.plain[token.end_pos :].lstrip().startswith("("):
            return "a function: one of " + ", ".join(sorted(FUNCTIONS))
        return f"give it a value: {word}=…"

    def call(self, token: Any, operands: list[Node]) -> Node:
        function, count = FUNCTIONS[str(token)]
        if len(operands) != count:
            refuse(
                self.text, token.start_pos, f"{token} takes {count} operand{'s' * (count > 1)}, here it has {len(operands)}",
                f"{token}({', '.join('xy'[:count])})",
            )  # fmt: skip
        return function(*operands) if function in (_relu, _sigmoid) else _word(function)(*operands)


def _power(base: Node, exponent: Node) -> Node:
    return _word(np.exp)(exponent) if base is constant(math.e) else raise_to(base, exponent)


def _word(function: Any) -> Callable[..., Node]:
    primitive = BY_NUMPY.get(function)
    return (
        primitive.build
        if primitive is not None and primitive.build is not None
        else WORDS[function]
    )
