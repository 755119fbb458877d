"""Sums, products, quotients and comparisons, element by element.

Also `scale`, the product that reverse and forward mode use where a factor may be a structural zero (a branch not
taken, an element not picked): there zero times anything, even infinity or NaN, is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.notation import COMPARISON, PRODUCT, SIGN, SUM, infix, prefix
from infinitesimal.core.primitive import Domain, Notation
from infinitesimal.core.types import Type, array_type
from infinitesimal.ops.declare import elementwise, multilinear, unbroadcast

WIDE = Domain(((-5.0, 5.0), (-5.0, 5.0)))
APART = Domain(((-5.0, 5.0), (-5.0, 5.0)), avoid="ties")
# the sign of a product is written before it: -x*y
MINUS = Notation("-{0}", "-{0}", "-{0}", SIGN, (PRODUCT,))

add = elementwise(
    "add", np.add, 1, 1,
    because="the derivative of a sum is the sum of the derivatives",
    notation=infix("+", SUM, right=0), domain=WIDE, analytic=np.add,
)  # fmt: skip
subtract = elementwise(
    "subtract", np.subtract, 1, -1,
    because="the derivative of a difference is the difference of the derivatives",
    notation=infix("-", SUM), domain=WIDE, analytic=np.subtract,
)  # fmt: skip
multiply = elementwise(
    "multiply", np.multiply, lambda x, y, _: y, lambda x, y, _: x,
    because="each factor's change is weighed by the other factor",
    notation=infix("*", PRODUCT, latex=" ", right=0), domain=WIDE, analytic=np.multiply,
)  # fmt: skip
divide = elementwise(
    "divide", np.divide, lambda x, y, _: 1 / y, lambda x, y, answer: -(answer / y),
    because="a quotient changes by the numerator's change over the denominator, less its own share of the denominator's",
    notation=Notation("{0}/{1}", r"\frac{{{0}}}{{{1}}}", "{0} / {1}", PRODUCT, (PRODUCT, PRODUCT + 1)),
    domain=Domain(((-5.0, 5.0), (0.5, 5.0))), analytic=np.divide,
)  # fmt: skip
negative = elementwise(
    "negative", np.negative, -1,
    because="the sign goes along", notation=MINUS, domain=WIDE, analytic=np.negative,
)  # fmt: skip
positive = elementwise(
    "positive", np.positive, 1,
    because="nothing changes", notation=prefix("+", SIGN), domain=WIDE, analytic=np.positive,
)  # fmt: skip


def _scale(zero: Any, value: Any) -> Any:
    product = np.multiply(zero, value)
    if np.isfinite(product).all():
        return product
    return np.where(np.equal(zero, 0), np.zeros((), product.dtype), product)[()]


def _scale_type(zero: Type, value: Type) -> Type:
    return array_type(np.result_type(zero.dtype, value.dtype), np.broadcast_shapes(zero.shape, value.shape))


def _scale_transpose(cotangent: Node, node: Node, position: int) -> Node:
    zero, value = node.inputs
    part = scale(cotangent, value) if position == 0 else scale(zero, cotangent)
    return unbroadcast(part, node.inputs[position].type)


scale = multilinear(
    "scale", _scale, _scale_type, _scale_transpose,
    because="what was not taken contributes nothing, whatever the slope there",
    notation=infix("*", PRODUCT, latex=" ", right=0),
)  # fmt: skip


def _comparison(name: str, function: Any, symbol: str, latex: str) -> Any:
    return elementwise(
        name, function, arity=2,
        because="a comparison is constant wherever it does not jump",
        notation=infix(symbol, COMPARISON, latex=latex), domain=APART,
        analytic=lambda x, y: function(np.real(x), np.real(y)),
    )  # fmt: skip


less = _comparison("less", np.less, "<", "<")
less_equal = _comparison("less_equal", np.less_equal, "<=", r"\le")
greater = _comparison("greater", np.greater, ">", ">")
greater_equal = _comparison("greater_equal", np.greater_equal, ">=", r"\ge")
equal = _comparison("equal", np.equal, "==", "=")
not_equal = _comparison("not_equal", np.not_equal, "!=", r"\ne")
