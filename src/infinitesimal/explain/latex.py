r"""A derivation as LaTeX, to be put into a document that loads amsmath.

In: the tree, or one expression. Out: LaTeX: a `\section*` for each method, aligned formulas,
tables, `\boxed` results, and `\cancel` (with a definition for documents that do not load it) for
what is struck through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from infinitesimal.core.notation import ATOM, POWER, PRODUCT, SIGN, SUM
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.text import numeric_columns
from infinitesimal.explain.tree import Line, Step, Tree
from infinitesimal.explain.write import brackets_needed, fits, is_rounded, repeated, ungrouped

__all__ = ["escaped", "latex", "render"]

_GREEK = dict(
    zip(
        "αβγδεζηθκλμνξπρστφχψωΦ",
        "alpha beta gamma delta varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau "
        "varphi chi psi omega Phi".split(),
        strict=True,
    )
)
_IN_MATH = {
    "→": r"\to", "←": r"\leftarrow", "×": r"\times", "∂": r"\partial", "ε": r"\varepsilon",
    "²": "^2", "′": "'", "≈": r"\approx", "·": r"\cdot", "⌈": r"\lceil", "⌉": r"\rceil",
    "ᵀ": r"^{\mathsf T}", "−": "-", "√": r"\surd", "✓": r"\checkmark", "Σ": r"\Sigma",
    "∞": r"\infty", "≤": r"\le", "≥": r"\ge",
    **{digit: f"_{k}" for k, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{letter: "\\" + name for letter, name in _GREEK.items()},
}  # fmt: skip
_IN_TEXT = {
    "\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "…": r"\dots{}", "\u2009": r"\,",
    **{letter: "\\" + letter for letter in "{}_&%#$"},
    **{letter: f"${math}$" for letter, math in _IN_MATH.items()},
}  # fmt: skip


def latex(expression: Expression) -> str:
    """One expression, for math mode."""
    return _WRITERS[expression.head](expression)


def escaped(text: str) -> str:
    """Words, for text mode."""
    return "".join(_IN_TEXT.get(letter, letter) for letter in text)


def render(derivation: Tree) -> str:
    """The whole derivation."""
    point = r",\; ".join(latex(given.shown) for given in derivation.inputs)
    out = [
        r"% needs \usepackage{amsmath}",
        r"\providecommand{\cancel}[1]{\not{#1}}",
        rf"\[ {latex(derivation.function)} \qquad\text{{at }} {point} \]",
    ]
    out += [rf"\paragraph{{Warning.}} {escaped(warning)}" for warning in derivation.warnings]
    for method in derivation.methods:
        out += ["", rf"\section*{{{escaped(method.title)}}}", *_steps(method.steps)]
    if derivation.comparison:
        out += ["", r"\section*{Side by side}", *_steps(derivation.comparison)]
    return "\n".join(out) + "\n"


def _steps(steps: Sequence[Step]) -> list[str]:
    out: list[str] = []
    for number, step in enumerate(steps, start=1):
        out += [
            "",
            rf"\paragraph{{{number}. {escaped(step.title)}}} {escaped(step.reason)}".rstrip(),
        ]
        out += _body(step)
    return out


def _body(step: Step) -> list[str]:
    out = _lines(step.lines)
    if step.columns:
        out += _table(step)
    else:
        out += _nested(step.steps)
    if step.warning:
        out.append(rf"\textbf{{{escaped(step.warning)}}}")
    return out


def _nested(steps: Sequence[Step]) -> list[str]:
    """Steps inside another: a heading where one groups further steps, else its lines alone."""
    out: list[str] = []
    for step in steps:
        if step.lines or not step.steps:
            out += _body(step)
            continue
        lines = [line for inner in step.steps for each in inner.walk() for line in each.lines]
        out += [rf"\emph{{{escaped(step.title)}}}", *_lines(lines)]
    return out


def _lines(lines: Sequence[Line]) -> list[str]:
    if not lines:
        return []
    rows: list[str] = []
    for line in lines:
        note = rf" &&\text{{{escaped(line.note)}}}" if line.note else ""
        rows.append(_aligned(line.formula) + note)
    return [r"\begin{align*}", " \\\\\n".join(f"  {row}" for row in rows), r"\end{align*}"]


def _aligned(formula: Expression) -> str:
    """A chain with its first relation at the point of alignment."""
    if formula.head == "equals":
        first, *others = formula.operands
        return f"{latex(first)} &{_relations(others).lstrip()}"
    if formula.head in ("approximately", "becomes"):
        left, right = formula.operands
        sign = r"\approx" if formula.head == "approximately" else r"\leftarrow"
        return rf"{latex(left)} &{sign} {latex(right)}"
    return f"& {latex(formula)}"


def _relations(parts: Sequence[Expression]) -> str:
    return " ".join(rf"{_relation(part)} {latex(part)}" for part in parts)


def _relation(part: Expression) -> str:
    return r"\approx" if is_rounded(part) else "="


def _table(step: Step) -> list[str]:
    columns = "".join("r" if right else "l" for right in numeric_columns(step))
    head = " & ".join(rf"\text{{{escaped(title)}}}" for title in step.columns)
    rows = [" & ".join(latex(cell) for cell in row.cells) for row in step.steps]
    body = " \\\\\n".join(f"  {row}" for row in rows)
    return [rf"\[ \begin{{array}}{{{columns}}}", rf"  {head} \\ \hline", body, r"\end{array} \]"]


# ---- expressions


def _at_least(expression: Expression, least: int) -> str:
    inner = latex(expression)
    return rf"\left({inner}\right)" if brackets_needed(expression, least) else inner


def _letters(name: str) -> str:
    if name in _GREEK:
        return "\\" + _GREEK[name]
    plain = name.replace("_", r"\_")
    return plain if len(name) == 1 else rf"\mathit{{{plain}}}"


def _name(expression: Expression) -> str:
    letters, subscript = expression.words
    return _letters(letters) + (f"_{{{_subscript(subscript)}}}" if subscript else "")


def _subscript(subscript: str) -> str:
    if len(subscript) > 1 and subscript.isalpha() and subscript.isascii():
        return rf"\mathrm{{{subscript}}}"
    return re.sub(r"′", "'", subscript).replace("_", r"\_")


def _sum(expression: Expression) -> str:
    text = ""
    for term in expression.operands:
        if term.head == "minus":
            text += f" - {_at_least(term.operands[0], SUM + 1)}" if text else latex(term)
        else:
            text += (" + " if text else "") + latex(term)
    return text


def _product(expression: Expression) -> str:
    text, before = "", ""
    operands = expression.operands
    for k, factor in enumerate(operands):
        inner = _at_least(factor, PRODUCT)
        again = k > 0 and repeated(operands[k - 1], factor)
        between = r" \cdot " if again else _sign_between(before, inner)
        text += between + inner if text else inner
        before = inner
    return text


def _sign_between(left: str, right: str) -> str:
    """How two factors are told apart: a dot before a number, space between words."""
    if right[:1].isdigit() or (left[-1:].isdigit() and right.startswith(r"\frac")):
        return r" \cdot "
    words = left[-1:] in ")}" and right.startswith((r"\operatorname", r"\mathit"))
    return r" \, " if words else " "


def _word(expression: Expression) -> str:
    primitive, *parameters = expression.words
    notation = REGISTRY[primitive].notation
    operands = expression.operands
    named = dict(each.split("=", 1) for each in parameters)
    if notation is None or not fits(notation.latex, len(operands), named):
        listed = [*map(latex, operands), *[rf"\text{{{escaped(each)}}}" for each in parameters]]
        return rf"\operatorname{{{escaped(primitive)}}}\left({', '.join(listed)}\right)"
    plain = [ungrouped(part) if notation.precedence == ATOM else part for part in operands]
    filled = [_at_least(part, notation.operands[k]) for k, part in enumerate(plain)]
    return notation.latex.format(*filled, **named)


def _partial(expression: Expression) -> str:
    of, by = (_at_least(part, ATOM) for part in expression.operands)
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _second(expression: Expression) -> str:
    of, by = map(latex, expression.operands)
    return rf"\frac{{\partial^2 {of}}}{{\partial {by}^2}}"


def _call(expression: Expression) -> str:
    name = expression.words[1]
    head = name if name.startswith("\\") else _letters(name)
    return (
        rf"{head}\left({', '.join(latex(ungrouped(part)) for part in expression.operands)}\right)"
    )


def _array(expression: Expression) -> str:
    rows = [part.operands if part.head == "array" else (part,) for part in expression.operands]
    if all(part.head != "array" for part in expression.operands):
        return rf"\left[{', '.join(map(latex, expression.operands))}\right]"
    body = r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def _power(expression: Expression) -> str:
    base, exponent = expression.operands
    return f"{_at_least(base, POWER + 1)}^{{{latex(exponent)}}}"


def _number(expression: Expression) -> str:
    digits = expression.words[0]
    mantissa, sign, exponent = digits.partition("e")
    if sign:
        return rf"{mantissa} \times 10^{{{int(exponent)}}}"
    digits = digits.replace("\u2009", r"\,")
    return {"inf": r"\infty", "nan": r"\mathrm{nan}"}.get(digits, digits)


_WRITERS: dict[str, Callable[[Expression], str]] = {
    "number": _number,
    "rounded": _number,
    "text": lambda e: rf"\text{{{escaped(e.words[0])}}}" if e.words[0] else "",
    "said": lambda e: "".join(map(latex, e.operands)),
    "name": _name,
    "add": _sum,
    "times": _product,
    "over": lambda e: rf"\frac{{{latex(e.operands[0])}}}{{{latex(e.operands[1])}}}",
    "power": _power,
    "minus": lambda e: f"-{_at_least(e.operands[0], PRODUCT)}",
    "call": _call,
    "word": _word,
    "partial": _partial,
    "second": _second,
    "equals": lambda e: f"{latex(e.operands[0])} {_relations(e.operands[1:])}",
    "approximately": lambda e: rf"{latex(e.operands[0])} \approx {latex(e.operands[1])}",
    "becomes": lambda e: rf"{latex(e.operands[0])} \leftarrow {latex(e.operands[1])}",
    "arrow": lambda e: rf"{latex(e.operands[0])} \to {latex(e.operands[1])}",
    "cross": lambda e: (
        rf"{_at_least(e.operands[0], PRODUCT)} \times {_at_least(e.operands[1], SIGN)}"
    ),
    "group": lambda e: rf"\left({latex(e.operands[0])}\right)",
    "struck": lambda e: rf"\cancel{{{latex(e.operands[0])}}}",
    "boxed": lambda e: rf"\boxed{{{latex(e.operands[0])}}}",
    "unit": lambda e: r"\varepsilon" + (f"_{{{e.words[0]}}}" if e.words[0] else ""),
    "array": _array,
}
