"""The laws of algebra, as rules, in sets with a reason in their name.

`IDENTITIES`, `SIGNS` and `CONSTANTS` hold for every floating-point number, up to the sign of a zero
(constants may round otherwise when they are gathered). `CANCELLATION` holds for formulas: 0·x is
0 there even where the value of x would be infinite or not a number, and x/x is 1 at 0 too; so it
is used to write derivatives, never to compute. `POWERS` and `QUOTIENTS` round otherwise than what
they x
"""

from __future__ import annotations

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node, make
from infinitesimal.ops.arithmetic import positive, quotient, scale
from infinitesimal.ops.exponential import sqrt
from infinitesimal.ops.power import integer_power, power, raise_to, reciprocal, square
from infinitesimal.ops.select import where
from infinitesimal.optimise.match import number_of, placeholders, rule

__all__ = [
    "CANCELLATION",
    "CONSTANTS",
    "FORMULA",
    "IDENTITIES",
    "MASKS",
    "POWERS",
    "QUOTIENTS",
    "SIGNS",
    "SPELLING",
]

POSITIVE = (0.2, 3.0)
# constants have the letters k and m, as in a textbook
a, b, c, x, y, k, m = placeholders(7)


IDENTITIES = (
    rule("x + 0 → x", x + 0, x),
    rule("x − 0 → x", x - 0, x),
    rule("0 − x → −x", 0 - x, -x),
    rule("x·1 → x", x * 1, x),
    rule("x·(−1) → −x", x * -1, -x),
    rule("x/1 → x", x / 1, x),
    rule("x/(−1) → −x", x / -1, -x),
    rule("x¹ → x", power(x, 1), x),
    rule("x⁰ → 1", power(x, 0), constant(1.0)),
    rule("+x → x", positive(x), x),
)


def _below_zero(k: float) -> bool:
    return k < 0


SIGNS = (
    rule("−(−x) → x", -(-x), x),  # noqa: B002 (two minus signs, no decrement)
    rule("a + (−b) → a − b", a + (-b), a - b),
    rule("a − (−b) → a + b", a - (-b), a + b),
    rule("−(a − b) → b − a", -(a - b), b - a),
    rule("(−a)·b → −(a·b)", (-a) * b, -(a * b)),
    rule("(−a)/b → −(a/b)", (-a) / b, -(a / b)),
    rule("a/(−b) → −(a/b)", a / (-b), -(a / b)),
    rule("−(k·x) → (−k)·x", -(k * x), (-k) * x, constants=[k]),
    rule("a + k → a − (−k)", a + k, a - (-k), constants=[k], when=_below_zero),
    rule("a − k → a + (−k)", a - k, a + (-k), constants=[k], when=_below_zero),
    rule("a + k·b → a − (−k)·b", a + k * b, a - (-k) * b, constants=[k], when=_below_zero),
    rule("a − k·b → a + (−k)·b", a - k * b, a + (-k) * b, constants=[k], when=_below_zero),
)

CANCELLATION = (
    rule("x·0 → 0", x * 0, constant(0.0)),
    rule("0/x → 0", 0 / x, constant(0.0)),
    rule("x − x → 0", x - x, constant(0.0)),
    rule("x/x → 1", x / x, constant(1.0)),
    rule("(x·y)/y → x", (x * y) / y, x),
    rule("x·(y/x) → y", x * (y / x), y),
)


_ARITHMETIC = frozenset(
    "add subtract multiply scale divide negative positive square integer_power reciprocal".split()
)


def _fold(node: Node) -> Node | None:
    """A word whose operands are all numbers, worked out; but sin(1) stays what it is."""
    if node.primitive.kind in ("leaf", "control") or node.type.ndim or not node.inputs:
        return None
    if any(number_of(operand) is None for operand in node.inputs):
        return None
    values = [operand.params[0].array for operand in node.inputs]
    with np.errstate(all="ignore"):
        value = node.primitive.evaluate(*values, *node.params)
    is_exact = node.primitive.name in _ARITHMETIC or float(value).is_integer()
    return constant(value, node.type.dtype) if is_exact else None


def _number_first(node: Node) -> Node | None:
    """x·k → k·x: the number is written before what it multiplies."""
    left, right = node.inputs
    if number_of(right) is None or number_of(left) is not None:
        return None
    return make(node.primitive, (right, left))


CONSTANTS = (
    rule("numbers worked out", (), _fold),
    rule("x·k → k·x", ["multiply"], _number_first),
    rule("k·(m·x) → (k·m)·x", k * (m * x), (k * m) * x, constants=[k, m]),
    rule("x·(k·y) → k·(x·y)", x * (k * y), k * (x * y), constants=[k], ordered=True),
    rule("(k·x)·y → k·(x·y)", (k * x) * y, k * (x * y), constants=[k], ordered=True),
    rule("(x + k) + m → x + (k + m)", (x + k) + m, x + (k + m), constants=[k, m]),
    rule("(x − k) + m → x + (m − k)", (x - k) + m, x + (m - k), constants=[k, m]),
    rule("(x + k) − m → x + (k − m)", (x + k) - m, x + (k - m), constants=[k, m]),
    rule("(x − k) − m → x − (k + m)", (x - k) - m, x - (k + m), constants=[k, m]),
    rule("k·x + m·x → (k + m)·x", k * x + m * x, (k + m) * x, constants=[k, m]),
    rule("k·x − m·x → (k − m)·x", k * x - m * x, (k - m) * x, constants=[k, m]),
    rule("k·x + x → (k + 1)·x", k * x + x, (k + 1) * x, constants=[k]),
    rule("k·x − x → (k − 1)·x", k * x - x, (k - 1) * x, constants=[k]),
    rule("x + x → 2·x", x + x, 2 * x),
)


def _as_power(node: Node) -> tuple[Node, float]:
    """The base and exponent of a power; of any other node, itself and one."""
    if node.primitive is square:
        return node.inputs[0], 2
    if node.primitive is reciprocal:
        return node.inputs[0], -1
    if node.primitive is integer_power:
        return node.inputs[0], node.params[0]
    if node.primitive is power:
        exponent = number_of(node.inputs[1])
        if exponent is not None:
            return node.inputs[0], exponent
    return node, 1


def _powers_multiplied(node: Node) -> Node | None:
    (left, m), (right, n) = map(_as_power, node.inputs)
    return raise_to(left, m + n) if left is right else None


def _powers_divided(node: Node) -> Node | None:
    (left, m), (right, n) = map(_as_power, node.inputs)
    return raise_to(left, m - n) if left is right and (m, n) != (1, 1) else None


def _power_of_power(node: Node) -> Node | None:
    """Whole exponents multiply; (x²)^½ is |x|, not x, and stays."""
    inner, n = _as_power(node)
    base, m = _as_power(inner)
    whole = float(m).is_integer() and float(n).is_integer()
    return raise_to(base, m * n) if whole and m != 1 != n else None


_WORDS = ("square", "reciprocal", "integer_power", "power")


def _spelled(node: Node) -> Node | None:
    exponent = number_of(node.inputs[1])
    return None if exponent is None else raise_to(node.inputs[0], exponent)


def _compared(node: Node) -> Node | None:
    return _fold(node) if node.type.dtype == bool else None


SPELLING = (
    rule("a whole exponent", ["power"], _spelled),
    rule("numbers compared", (), _compared),
)

POWERS = (
    *SPELLING,
    rule("1/x", reciprocal(x), 1 / x),
    rule("(√x)² → x", square(sqrt(x)), x, between=POSITIVE),
    rule("(−x)² → x²", square(-x), square(x)),
    rule("xᵐ·xⁿ → xᵐ⁺ⁿ", ["multiply"], _powers_multiplied),
    rule("xᵐ/xⁿ → xᵐ⁻ⁿ", ["divide"], _powers_divided),
    rule("(xᵐ)ⁿ → xᵐⁿ", _WORDS, _power_of_power),
)

QUOTIENTS = (
    rule("x·(1/y) → x/y", x * (1 / y), x / y),
    rule("a·(b/c) → (a·b)/c", a * (b / c), (a * b) / c),
    rule("a/(b/c) → (a·c)/b", a / (b / c), (a * c) / b),
    rule("(a/b)/c → a/(b·c)", (a / b) / c, a / (b * c)),
)

zero = constant(0.0)

_BOUNDED = frozenset("sin cos tanh sech arctan expit sign bell".split())


def _bounded(node: Node, depth: int = 4) -> bool:
    """Whether a slope is surely finite, so that a zero times it is zero in any case."""
    value = number_of(node)
    if value is not None:
        return bool(np.isfinite(value))
    if node.primitive.name in _BOUNDED:
        return True
    combined = node.primitive.name in ("add", "subtract", "multiply", "negative", "square")
    return combined and depth > 0 and all(_bounded(x, depth - 1) for x in node.inputs)


def _surely_finite(node: Node) -> Node | None:
    taken, slope = node.inputs
    return slope * taken if _bounded(slope) else None


MASKS = (
    rule("0 where nothing was taken", scale(zero, x), zero),
    rule("0 of a level slope", scale(x, zero), zero),
    rule("k where all was taken", scale(k, x), k * x, constants=[k], when=bool),
    rule("a bounded slope", ["scale"], _surely_finite),
    rule("the slope of the branch taken", scale(where(c, a, zero), x), where(c, scale(a, x), zero)),
    rule("the slope of the other branch", scale(where(c, zero, a), x), where(c, zero, scale(a, x))),
    rule("both branches", where(c, a, zero) + where(c, zero, b), where(c, a, b)),
    rule("one and the same branch", where(c, a, zero) + where(c, b, zero), where(c, a + b, zero)),
    rule("a choice of equals", where(c, x, x), x),
    rule("−(if)", -where(c, a, zero), where(c, -a, zero)),
    rule("0 over anything", quotient(zero, x), zero),
)

FORMULA = (*IDENTITIES, *CONSTANTS, *CANCELLATION, *SIGNS, *POWERS, *QUOTIENTS, *MASKS)
