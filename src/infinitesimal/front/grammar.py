"""The grammar of typed mathematics: from characters to a syntax tree, or to a refusal with a caret.

In: text, the names that may be called, and those of the variables where they are declared. Out: a
tree of lark, whose rules are the words `add`, `multiply`, `power`, `call`, … Everything has a
bound, checked before the work it bounds.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from infinitesimal.errors import FormulaError

__all__ = ["GREEK", "LONGEST", "NAME", "refuse", "syntax"]

LONGEST = 500  # characters
GREEK = "αβγδεζηθκλμνξπρστφχψω"
NAME = rf"[A-Za-z{GREEK}][A-Za-z0-9_{GREEK}]*"
_WINDOW = 60
_SIGNS = str.maketrans("−·×÷\t", "-**/ ")  # the signs our own output prints
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_STRANGE = re.compile(rf"[^ A-Za-z0-9_+\-*/^().,|{_RAISED}⁻{GREEK}]")

# after these, something has been said that a bar may close
_ENDS = ("NAME", "NUMBER", "RAISED", "RPAR", "_CLOSE")
_GRAMMAR = rf"""
?start: sum
?sum: term | sum "+" term -> add | sum "-" term -> subtract
?term: signed | term "*" signed -> multiply | term "/" signed -> divide | term beside -> multiply
?signed: power | "-" signed -> negative | "+" signed
?power: atom | atom _POWER exponent -> power | atom raised -> power
?exponent: power | "-" exponent -> negative | "+" exponent
?atom: NUMBER -> number | operand
?beside: operand | operand _POWER exponent -> power | operand raised -> power
raised: RAISED
?operand: NAME -> name | FUNCTION "(" sum ("," sum)* ")" -> call | "(" sum ")"
    | _BAR sum _CLOSE -> absolute
NAME: /{NAME}/
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
_POWER: "^" | "**"
RAISED: /⁻?[{_RAISED}]+/
_BAR: "|"
%declare FUNCTION _CLOSE
%ignore " "
"""


def syntax(text: str, functions: Collection[str], letters: Collection[str]) -> Any:
    """The syntax tree of a formula; a word made of nothing but `letters` is a product of them.

    Raises `FormulaError`.
    """
    plain = _bounded(text)
    lark, parser = _parser()
    reading = parser.parse_interactive()
    token = None
    try:
        for token in _tokens(parser, plain, functions, letters):
            reading.feed_token(token)
        return reading.feed_eof(token)
    except lark.UnexpectedCharacters as error:
        refuse(text, error.pos_in_stream, *_misplaced(plain, error.pos_in_stream, "", functions))
    except lark.UnexpectedToken as error:
        found = error.token
        if found.type == "$END":
            refuse(text, len(text.rstrip()), *_ended(plain, functions))
        refuse(text, found.start_pos, *_misplaced(plain, found.start_pos, found.type, functions))


@functools.cache
def _parser() -> tuple[Any, Any]:
    """The library lark and the parser; built once, at the first formula."""
    try:
        import lark  # optional: only those who type formulas need it
    except ModuleNotFoundError:
        raise FormulaError(
            "a formula in text",
            found="the library lark is not installed",
            why="it reads the grammar of formulas",
            instead='pip install "infinitesimal[explain]", or give a Python function',
        ) from None
    parser = lark.Lark(_GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True)
    return lark, parser


def _tokens(
    parser: Any, plain: str, functions: Collection[str], letters: Collection[str]
) -> Iterator[Any]:
    """The words and signs; functions are told from names, and xy from x y."""
    opened: list[str] = []  # brackets and bars
    before = ""
    for token in parser.lex(plain):
        kind, before = before, token.type
        if token.type == "_BAR":
            # a bar closes what a bar has opened where something to be closed stands before it
            closes = opened[-1:] == ["|"] and kind in _ENDS
            before = "_CLOSE" if closes else "_BAR"
            opened[len(opened) - closes :] = [] if closes else ["|"]
            yield _retyped(token, before, token, 0)
        elif token in ("(", ")"):
            matched = token == ")" and opened[-1:] == ["("]
            opened[len(opened) - matched :] = ["("] if token == "(" else []
            yield token
        elif token.type != "NAME" or token in letters:
            yield token
        elif token in functions:
            yield _retyped(token, "FUNCTION", token, 0)
        elif all(letter in letters for letter in token):
            yield from (_retyped(token, "NAME", letter, k) for k, letter in enumerate(token))
        else:
            yield token


def _retyped(token: Any, kind: str, word: str, offset: int) -> Any:
    start = token.start_pos + offset
    return type(token)(kind, str(word), start_pos=start, end_pos=start + len(word))


# ---- refusals


def refuse(text: str, at: int, why: str, instead: str = "") -> NoReturn:
    """Raise the error that points at a character of the text."""
    start = max(0, min(at - _WINDOW // 2, len(text) - _WINDOW))
    window = text[start : start + _WINDOW]
    shown = "".join(letter if _prints(letter) else "\N{REPLACEMENT CHARACTER}" for letter in window)
    before, after = "…" if start else "", "…" if start + _WINDOW < len(text) else ""
    caret = " " * (len(before) + sum(map(_columns, window[: at - start]))) + "^"
    raise FormulaError(
        f"a formula, at character {at + 1}",
        found=f"{before}{shown}{after}\n{caret}",
        why=why,
        instead=instead,
    )


def _prints(letter: str) -> bool:
    return letter.isprintable() and not unicodedata.combining(letter)


def _columns(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _bounded(text: str) -> str:
    """The text with one spelling for each sign, if it is short and of known characters."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise FormulaError(
            "a formula", found=type(text).__name__, why="a formula is text", instead='"x^2 + y"'
        )
    if len(text) > LONGEST:
        refuse(
            text,
            LONGEST,
            f"a formula has at most {LONGEST} characters, this text has {len(text):,}",
            "a Python function, which may be as long as it likes",
        )
    plain = text.translate(_SIGNS)
    strange = _STRANGE.search(plain)
    if strange:
        refuse(text, strange.start(), *_about(text[strange.start()]))
    if not plain.strip():
        raise FormulaError(
            "a formula", found="nothing", why="there is nothing to read", instead='"x^2 + y"'
        )
    return plain


def _about(letter: str) -> tuple[str, str]:
    """Why a character is not read, and what may have been meant."""
    known = unicodedata.name(letter, "a control character").lower()
    why = f"U+{ord(letter):04X}, {known}, is no part of a formula"
    if letter in "[]{}":
        return why, "round brackets"
    if letter == "=":
        return why, "the right-hand side alone"
    alike = unicodedata.normalize("NFKC", letter)
    plain = alike != letter and len(alike) == 1 and not _STRANGE.match(alike)
    return why, f"the plain {alike}" if plain else ""


def _ended(plain: str, functions: Collection[str]) -> tuple[str, str]:
    """Why a formula cannot end where it ends."""
    unclosed = plain.count("(") - plain.count(")")
    if unclosed > 0:
        told = f"{unclosed} bracket{'s are' if unclosed > 1 else ' is'} not closed"
        return told, ")" * unclosed
    if plain.count("|") % 2:
        return "a bar is not closed", "|"
    word = re.search(rf"{NAME}$", plain.rstrip())
    if word and word[0] in functions:
        return f"{word[0]} is a function and needs something to work on", f"{word[0]}(x)"
    return "it ends where a number, a name or a bracket should follow", ""


def _misplaced(plain: str, at: int, kind: str, functions: Collection[str]) -> tuple[str, str]:
    """Why a character cannot stand where it stands."""
    before = plain[:at].rstrip()
    word = re.search(rf"{NAME}$", before)
    if word and word[0] in functions and plain[at] != "(":
        return f"{word[0]} is a function: its operand stands in brackets", f"{word[0]}(x)"
    if kind == "NUMBER" and before[-1:] and (before[-1].isalnum() or before[-1] in ")."):
        return "a number stands directly behind another factor", "a sign between them: * or +"
    if plain[at] == ")":
        closes = plain[:at].count("(") > plain[:at].count(")")
        return "something is missing before this bracket" if closes else "it closes nothing", ""
    if plain[at] == ".":
        return "a point belongs inside a number", ""
    if plain[at] == ",":
        return "a comma separates the operands of a function", "a decimal point, if one is meant"
    return "a number, a name or a bracket should stand here", ""
