"""How strongly things bind when mathematics is written: the precedences that notations refer to.

From loosest to tightest. `core.primitive.Notation` holds templates; whoever writes a formula puts
brackets around an operand whose precedence is below the one its place demands.
"""

__all__ = ["ATOM", "COMPARISON", "POWER", "PRODUCT", "SIGN", "SUM", "infix", "prefix"]

from infinitesimal.core.primitive import Notation

COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = 10, 20, 30, 40, 50, 100


def infix(
    symbol: str, precedence: int, *, latex: str = "", right: int = 1, source: str = ""
) -> Notation:
    """Two operands around a symbol; `right` is added to the precedence the right one must have."""
    return Notation(
        f"{{0}} {symbol} {{1}}" if precedence < PRODUCT else f"{{0}}{symbol}{{1}}",
        f"{{0}} {latex or symbol} {{1}}",
        f"{{0}} {source or symbol} {{1}}",
        precedence,
        (precedence, precedence + right),
    )


def prefix(symbol: str, precedence: int) -> Notation:
    """A symbol before one operand."""
    return Notation(f"{symbol}{{0}}", f"{symbol}{{0}}", f"{symbol}{{0}}", precedence, (precedence,))
