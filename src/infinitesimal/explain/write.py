"""Expressions as text: one line of mathematics in Unicode, or in plain ASCII.

In: an `Expression`. Out: a string, with brackets where precedence asks for them and nowhere else.
`Style` says how a box, a struck term and a muted remark look; the terminal gives another one than
plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from string import Formatter

from infinitesimal.core.notation import ATOM, POWER, PRODUCT, SIGN, SUM
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.explain.expression import Expression

__all__ = [
    "ASCII",
    "PLAIN",
    "Style",
    "brackets_needed",
    "fits",
    "plain_ascii",
    "precedence",
    "repeated",
    "ungrouped",
    "written",
]

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_IN_ASCII = {
    **dict(zip("∂ε·×−≈′─═│├└▪▐▌⚠–Δ\u2009", "de*x-~'-=||`#[]!-D ", strict=True)),
    "→": "->", "←": "<-", "…": "...", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt",
    "✓": "ok", "∇": "grad", "Σ": "sum", "⌈": "ceil(", "⌉": ")", "⌊": "floor(", "⌋": ")",
    "ᵀ": "^T", "²": "^2", "³": "^3", "⁻": "^-",
    **{digit: f"_{k}" for k, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{digit: f"^{k}" for k, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **dict(zip(
        "αβγδζηθκλμνξπρστφχψω",
        "alpha beta gamma delta zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi "
        "omega".split(),
        strict=True,
    )),
}  # fmt: skip


def plain_ascii(text: str) -> str:
    """The text in ASCII; what has no counterpart becomes a question mark."""
    plain = "".join(_IN_ASCII.get(letter, letter) for letter in text)
    return plain.encode("ascii", "replace").decode()


@dataclass(frozen=True)
class Style:
    """How the marks look that are not mathematics: a result in its box, a term struck through."""

    boxed: Callable[[str], str] = lambda inner: inner if inner[:1] == "[" else f"[{inner}]"
    struck: Callable[[str], str] = lambda inner: f"~~{inner}~~"
    ascii: bool = False


PLAIN = Style(struck=lambda inner: "".join(letter + "\u0336" for letter in inner))
ASCII = Style(ascii=True)


def written(expression: Expression, style: Style = PLAIN) -> str:
    """The expression on one line."""
    text = _WRITERS[expression.head](expression, style)
    return plain_ascii(text) if style.ascii else text


def _inner(expression: Expression, style: Style) -> str:
    return _WRITERS[expression.head](expression, style)


def precedence(expression: Expression) -> int:
    """How strongly the outermost sign of an expression binds."""
    match expression.head:
        case "add":
            return SUM
        case "equals" | "approximately" | "becomes" | "arrow":
            return 0
        case "times" | "over" | "cross":
            return PRODUCT
        case "minus":
            return SUM + 1  # a leading minus sign needs brackets inside a product
        case "power":
            return POWER
        case "word":
            notation = REGISTRY[expression.words[0]].notation
            return ATOM if notation is None else notation.precedence
        case _:
            return ATOM


def brackets_needed(expression: Expression, least: int) -> bool:
    """Whether an operand needs brackets in a place that asks for at least this precedence."""
    return precedence(expression) < least


def _at_least(expression: Expression, least: int, style: Style) -> str:
    inner = _inner(expression, style)
    return f"({inner})" if brackets_needed(expression, least) else inner


def _name(expression: Expression, style: Style) -> str:
    letters, subscript = expression.words
    if not subscript:
        return letters
    return (
        letters + subscript.translate(_SUBSCRIPTS)
        if subscript.isdigit()
        else f"{letters}_{subscript}"
    )


def _sum(expression: Expression, style: Style) -> str:
    text = ""
    for term in expression.operands:
        if term.head == "minus":
            body = _at_least(term.operands[0], SUM + 1, style)
            text += f" − {body}" if text else f"−{body}"
        elif term.head == "times":
            text += (" + " if text else "") + _product(term, style, tight=True)
        else:
            text += (" + " if text else "") + _inner(term, style)
    return text


def _product(expression: Expression, style: Style, tight: bool = False) -> str:
    """Factors side by side; with `tight`, or behind a number, letters too: 2xy, but g·h."""
    text, before = "", None
    heads = {factor.head for factor in expression.operands}
    tight = tight or expression.operands[0].head == "number" or bool(heads & {"unit", "power"})
    for factor in expression.operands:
        inner = _at_least(factor, PRODUCT + (1 if factor.head == "over" else 0), style)
        close = before is not None and (
            beside(before, factor, text, inner) or (tight and _letters(before, factor))
        )
        close = close and not (before is not None and repeated(before, factor))
        text += ("" if before is None or close else "·") + inner
        before = factor
    return text


def _base(factor: Expression) -> Expression:
    return factor.operands[0] if factor.head == "power" else factor


def _letters(*factors: Expression) -> bool:
    """Whether these are single letters, or powers of them."""
    bases = map(_base, factors)
    return all(base.head == "name" and len("".join(base.words)) == 1 for base in bases)


def repeated(left: Expression, right: Expression) -> bool:
    """Whether two factors are powers of the same thing: x·x², since xx² would be read as one."""
    return _base(left).head == "name" and _base(left) == _base(right)


def beside(left: Expression, right: Expression, left_text: str, right_text: str) -> bool:
    """Whether two factors stand side by side without a sign between: 2y, (x + y)(x + 2y), 13ε."""
    if right_text[:1].isdigit() or right_text.startswith("repeat("):
        return False
    if right.head in ("group", "minus") and ungrouped(right).head == "minus":
        return left_text.endswith(")")  # 2·(−3)
    if right_text.startswith("("):
        return left_text.endswith(")") or left.head in ("number", "rounded")
    if left.head in ("number", "rounded"):
        return (
            right.head in ("name", "unit", "power", "call", "word") and right_text[:1] not in "+-−"
        )
    return right.head == "unit" or (right.head == "power" and right.operands[0].head == "unit")


def _power(expression: Expression, style: Style) -> str:
    base, exponent = expression.operands
    digits = _inner(exponent, style).replace("−", "-")
    below = _at_least(base, POWER + 1, style)
    if digits.removeprefix("-").isdigit() and not style.ascii:
        return below + digits.translate(_SUPERSCRIPTS)
    return f"{below}^{_at_least(exponent, POWER, style)}"


def _call(expression: Expression, style: Style) -> str:
    return f"{expression.words[0]}({_listed(expression.operands, style)})"


def _listed(operands: Sequence[Expression], style: Style) -> str:
    return ", ".join(_inner(ungrouped(part), style) for part in operands)


def ungrouped(part: Expression) -> Expression:
    """The part without the brackets it does not need between commas."""
    return part.operands[0] if part.head == "group" else part


def _word(expression: Expression, style: Style) -> str:
    primitive, *parameters = expression.words
    notation = REGISTRY[primitive].notation
    operands = expression.operands
    named = dict(each.split("=", 1) for each in parameters)
    template = _FORMS.get(primitive) or ("" if notation is None else notation.text)
    if notation is None or not fits(template, len(operands), named):
        return f"{primitive}({', '.join([_listed(operands, style), *parameters])})"
    if notation.precedence == ATOM:
        operands = tuple(map(ungrouped, operands))
    least = notation.operands
    filled = [_at_least(part, least[k], style) for k, part in enumerate(operands)]
    return template.format(*filled, **named)


_FORMS = {"absolute": "|{0}|", "floor": "⌊{0}⌋", "ceil": "⌈{0}⌉"}


def fits(template: str, operands: int, named: Collection[str]) -> bool:
    """Whether a template has a place for each operand and asks for known parameters only."""
    fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    places = {field for field in fields if field.isdigit()}
    return bool(template) and len(places) == operands and fields - places <= set(named)


def _partial(expression: Expression, style: Style) -> str:
    of, by = (_at_least(part, ATOM, style) for part in expression.operands)
    return f"∂{of}/∂{by}"


def _chain(expression: Expression, style: Style) -> str:
    text = ""
    for part in expression.operands:
        inner = _inner(part, style)
        text += f"{' ≈ ' if is_rounded(part) else ' = '}{inner}" if text else inner
    return text


def is_rounded(part: Expression) -> bool:
    """Whether a part of a chain is a number of which only the first digits are shown."""
    while part.head in ("boxed", "minus"):
        part = part.operands[0]
    return part.head == "rounded"


def _array(expression: Expression, style: Style) -> str:
    return f"[{', '.join(_inner(part, style) for part in expression.operands)}]"


_WRITERS: dict[str, Callable[[Expression, Style], str]] = {
    "number": lambda e, _: e.words[0],
    "rounded": lambda e, _: e.words[0],
    "text": lambda e, _: e.words[0],
    "said": lambda e, s: "".join(_inner(part, s) for part in e.operands),
    "name": _name,
    "add": _sum,
    "times": _product,
    "over": lambda e, s: (
        f"{_at_least(e.operands[0], PRODUCT, s)}/{_at_least(e.operands[1], SIGN, s)}"
    ),
    "power": _power,
    "minus": lambda e, s: f"−{_at_least(e.operands[0], PRODUCT, s)}",
    "call": _call,
    "word": _word,
    "partial": _partial,
    "second": lambda e, s: f"∂²{_inner(e.operands[0], s)}/∂{_inner(e.operands[1], s)}²",
    "equals": _chain,
    "approximately": lambda e, s: f"{_inner(e.operands[0], s)} ≈ {_inner(e.operands[1], s)}",
    "becomes": lambda e, s: f"{_inner(e.operands[0], s)} ← {_inner(e.operands[1], s)}",
    "arrow": lambda e, s: f"{_inner(e.operands[0], s)} → {_inner(e.operands[1], s)}",
    "cross": lambda e, s: (
        f"{_at_least(e.operands[0], PRODUCT, s)} × {_at_least(e.operands[1], PRODUCT, s)}"
    ),
    "group": lambda e, s: f"({_inner(e.operands[0], s)})",
    "struck": lambda e, s: s.struck(_inner(e.operands[0], s)),
    "boxed": lambda e, s: s.boxed(_inner(e.operands[0], s)),
    "unit": lambda e, _: "ε" + e.words[0].translate(_SUBSCRIPTS),
    "array": _array,
}
