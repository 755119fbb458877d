"""Words whose answer only jumps: comparisons, logic, bits, and questions about a number.

None has a derivative; they stand in graphs as conditions and masks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.notation import COMPARISON, infix
from infinitesimal.core.primitive import Domain, Notation, Primitive
from infinitesimal.ops.continuation import step
from infinitesimal.ops.declare import elementwise

_PAIR = Domain(((-5.0, 5.0), (-5.0, 5.0)), avoid="ties")
_SINGLE = Domain(((-5.0, 5.0),))
_JUMPS = "a comparison is constant wherever it does not jump"
_LOGIC = "the truth of a statement is constant wherever it does not jump"


def _comparison(name: str, function: Any, symbol: str, latex: str) -> Primitive:
    return elementwise(
        name, function, arity=2, because=_JUMPS, domain=_PAIR, analytic=step(function),
        notation=infix(symbol, COMPARISON, latex=latex),
    )  # fmt: skip


def _logical(name: str, function: Any, symbol: str, latex: str, arity: int = 2) -> Primitive:
    if arity == 1:
        text, formula, precedences = f"{symbol}{{0}}", f"{latex} {{0}}", (COMPARISON + 1,)
    else:
        text, formula = f"{{0}} {symbol} {{1}}", f"{{0}} {latex} {{1}}"
        precedences = (COMPARISON, COMPARISON)
    inner = ", ".join(f"{{{k}}}" for k in range(arity))
    notation = Notation(text, formula, f"np.{name}({inner})", COMPARISON - 1, precedences)
    return elementwise(
        name, function, arity=arity, because=_LOGIC, domain=_PAIR if arity == 2 else _SINGLE,
        notation=notation, analytic=step(function),
    )  # fmt: skip


def _bitwise(name: str, function: Any, arity: int = 2) -> Primitive:
    # Whole numbers have no neighbours to differ from, so there is nothing to continue.
    return elementwise(name, function, arity=arity, because="whole numbers have no slope")


def _question(name: str, function: Any) -> Primitive:
    return elementwise(
        name, function, arity=1, because=_LOGIC, domain=_SINGLE, analytic=step(function)
    )


less = _comparison("less", np.less, "<", "<")
less_equal = _comparison("less_equal", np.less_equal, "<=", r"\le")
greater = _comparison("greater", np.greater, ">", ">")
greater_equal = _comparison("greater_equal", np.greater_equal, ">=", r"\ge")
equal = _comparison("equal", np.equal, "==", "=")
not_equal = _comparison("not_equal", np.not_equal, "!=", r"\ne")

logical_and = _logical("logical_and", np.logical_and, "and", r"\land")
logical_or = _logical("logical_or", np.logical_or, "or", r"\lor")
logical_xor = _logical("logical_xor", np.logical_xor, "xor", r"\oplus")
logical_not = _logical("logical_not", np.logical_not, "not ", r"\lnot", arity=1)

bitwise_and = _bitwise("bitwise_and", np.bitwise_and)
bitwise_or = _bitwise("bitwise_or", np.bitwise_or)
bitwise_xor = _bitwise("bitwise_xor", np.bitwise_xor)
invert = _bitwise("invert", np.invert, arity=1)
left_shift = _bitwise("left_shift", np.left_shift)
right_shift = _bitwise("right_shift", np.right_shift)

isnan = _question("isnan", np.isnan)
isinf = _question("isinf", np.isinf)
isfinite = _question("isfinite", np.isfinite)
signbit = _question("signbit", np.signbit)
