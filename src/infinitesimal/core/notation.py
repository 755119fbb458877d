"""How strongly things bind when mathematics is written: the precedences that notations refer to.

From loosest to tightest. `core.primitive.Notation` holds templates; whoever writes a formula puts
brackets around an operand whose precedence is below the one its place demands.
"""

from infinitesimal.core.primitive import Notation

__all__ = [
    "ATOM",
    "COMPARISON",
    "POWER",
    "PRODUCT",
    "SIGN",
    "SUM",
    "call",
    "function",
    "infix",
    "prefix",
]

COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = 10, 20, 30, 40, 50, 100

# Functions that LaTeX has a command for, and those that mathematics writes in a form of its own.
_COMMANDS = {
    **{name: rf"\{name}" for name in "sin cos tan sinh cosh tanh exp max min".split()},
    **{f"arc{name}": rf"\arc{name}" for name in ("sin", "cos", "tan")},
    **{f"arc{name}h": rf"\operatorname{{{{ar{name}h}}}}" for name in ("sin", "cos", "tan")},
    "log": r"\ln",
    "log2": r"\log_{{2}}",
    "log10": r"\log_{{10}}",
    "maximum": r"\max",
    "minimum": r"\min",
    "gamma": r"\Gamma",
}
_FORMS = {
    "sqrt": r"\sqrt{{{0}}}",
    "cbrt": r"\sqrt[3]{{{0}}}",
    "absolute": r"\left|{0}\right|",
    "floor": r"\left\lfloor {0} \right\rfloor",
    "ceil": r"\left\lceil {0} \right\rceil",
}


# what a person types for a function that NumPy calls otherwise
_SHORT = {"absolute": "abs", "maximum": "max", "minimum": "min"}


def function(name: str, operands: int) -> Notation:
    """An ordinary function of so many operands: `name(x, y)`."""
    inner = ", ".join(f"{{{k}}}" for k in range(operands))
    escaped = name.replace("_", r"\_")
    command = _COMMANDS.get(name) or rf"\operatorname{{{{{escaped}}}}}"
    latex = _FORMS.get(name) or rf"{command}\left({inner}\right)"
    return Notation(
        f"{_SHORT.get(name, name)}({inner})", latex, f"np.{name}({inner})", ATOM, (0,) * operands
    )


def call(source: str, operands: int = 1) -> Notation:
    """A word that mathematics writes as a function, and Python as `source` says.

    The template may name static parameters, `{axis}`, and all operands at once, `{operands}`,
    or what stands in each place of a vector they are put into, `{elements}`.
    """
    return Notation("", "", source, ATOM, (0,) * operands)


def infix(
    symbol: str, precedence: int, *, latex: str = "", right: int = 1, source: str = ""
) -> Notation:
    """Two operands around a symbol; `right` is added to the precedence the right one must have.

    >>> infix("-", SUM).text
    '{0} - {1}'
    """
    return Notation(
        f"{{0}} {symbol} {{1}}" if precedence < PRODUCT else f"{{0}}{symbol}{{1}}",
        " ".join(["{0}", *(latex or symbol).split(), "{1}"]),
        f"{{0}} {source or symbol} {{1}}",
        precedence,
        # a < b < c would be read as two conditions
        (precedence + (precedence == COMPARISON), precedence + right),
    )


def prefix(symbol: str, precedence: int) -> Notation:
    """A symbol before one operand.

    >>> prefix("-", SIGN).text
    '-{0}'
    """
    return Notation(f"{symbol}{{0}}", f"{symbol}{{0}}", f"{symbol}{{0}}", precedence, (precedence,))
