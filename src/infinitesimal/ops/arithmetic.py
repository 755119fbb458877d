"""Sums, products and quotients, element by element.

Also `scale`, the product that reverse and forward mode use where a factor may be a structural zero
(a branch not taken, an element not picked): there zero times anything, even infinity or NaN, is
zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.node import Node, make
from infinitesimal.core.notation import PRODUCT, SIGN, SUM, infix, prefix
from infinitesimal.core.primitive import Domain, Notation
from infinitesimal.core.types import Type, array_type
from infinitesimal.ops import batching, continuation
from infinitesimal.ops.declare import elementwise, multilinear, unbroadcast
from infinitesimal.ops.rounding import rint

WIDE = Domain(((-5.0, 5.0), (-5.0, 5.0)))
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
    because="a quotient changes by the numerator's change over the denominator, "
    "less its own share of the denominator's",
    notation=Notation(
        "{0}/{1}", r"\frac{{{0}}}{{{1}}}", "{0} / {1}", PRODUCT, (PRODUCT, PRODUCT + 1)
    ),
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

_STEPS = Domain(((-5.0, 5.0), (1.7, 1.9)), avoid="ties")
_REMAINDER = "the dividend changes as it is, the divisor as often as it was taken off"

floor_divide = elementwise(
    "floor_divide", np.floor_divide, arity=2,
    because="a step is level between its jumps", domain=_STEPS,
    analytic=continuation.step(np.floor_divide),
    notation=Notation(
        "{0}//{1}", r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor", "{0} // {1}", PRODUCT - 1,
        (PRODUCT, PRODUCT + 1),
    ),
)  # fmt: skip
remainder = elementwise(
    "remainder", np.remainder, 1, lambda x, y, _: -floor_divide(x, y),
    because=_REMAINDER, domain=_STEPS, analytic=continuation.remainder(np.floor_divide),
    notation=Notation(
        "{0} mod {1}", r"{0} \bmod {1}", "{0} % {1}", PRODUCT - 1, (PRODUCT, PRODUCT + 1)
    ),
)  # fmt: skip


def _times_taken_off(x: Any, y: Any) -> Any:
    return np.rint((x - np.fmod(x, y)) / y)


fmod = elementwise(
    "fmod", np.fmod, 1, lambda x, y, answer: -rint((x - answer) / y),
    because=_REMAINDER, domain=_STEPS,
    analytic=continuation.remainder(_times_taken_off),
)  # fmt: skip


def _quotient(x: Any, y: Any) -> Any:
    ratio = np.divide(x, y)
    return np.where(np.equal(x, 0) & ~np.isnan(y), np.zeros((), ratio.dtype), ratio)[()]


# The slope of functions such as x·log(y) and of lengths, where nothing over nothing is nothing.
quotient = elementwise(
    "quotient", _quotient, lambda x, y, _: 1 / y, lambda x, y, answer: -quotient(answer, y),
    because="a quotient changes by the numerator's change over the denominator, "
    "less its own share of the denominator's",
    notation=divide.notation, domain=divide.domain, analytic=np.divide, answers=False,
)  # fmt: skip


def _all_finite(product: Any) -> bool:
    """Whether all elements are; False also where only their sum is not, which costs time alone."""
    total = np.add.reduce(product, axis=None) if product.ndim else product
    return bool(total - total == 0)


def _scale(zero: Any, value: Any) -> Any:
    product = np.multiply(zero, value)
    if _all_finite(product):
        return product
    return np.where(np.equal(zero, 0), np.zeros((), product.dtype), product)[()]


def _scale_type(zero: Type, value: Type) -> Type:
    return array_type(
        np.result_type(zero.dtype, value.dtype), np.broadcast_shapes(zero.shape, value.shape)
    )


def _scale_transpose(cotangent: Node, node: Node, position: int) -> Node:
    zero, value = node.inputs
    # a slope's cotangent is a product of two that may hold structural zeros
    part = scale(cotangent, value) if position == 0 else scale_both(zero, cotangent)
    return unbroadcast(part, node.inputs[position].type)


scale = multilinear(
    "scale", _scale, _scale_type, _scale_transpose,
    masks=True, batch=batching.aligned,
    because="what was not taken contributes nothing, whatever the slope there",
    notation=Notation(
        "{0}*{1}", "{0} {1}", "np.where({0} == 0, 0.0, {0} * {1})", PRODUCT, (PRODUCT, PRODUCT + 1)
    ),
)  # fmt: skip


def _scale_both(x: Any, y: Any) -> Any:
    product = np.multiply(x, y)
    if _all_finite(product):
        return product
    either = np.equal(x, 0) | np.equal(y, 0)
    return np.where(either, np.zeros((), product.dtype), product)[()]


def _scale_both_transpose(cotangent: Node, node: Node, position: int) -> Node:
    other, own = node.inputs[1 - position], node.inputs[position]
    return unbroadcast(scale_both(cotangent, other), own.type)


scale_both = multilinear(
    "scale_both", _scale_both, _scale_type, _scale_both_transpose,
    masks=True, batch=batching.aligned,
    because="what was not taken contributes nothing, in either factor",
    notation=scale.notation,
)  # fmt: skip


def times(seed: Node, weight: Any) -> Node:
    """The product of a tangent or cotangent with a partial."""
    return make(multiply, (seed, weight)) if weight.__class__ is Node else multiply(seed, weight)


def times_behind_mask(seed: Node, weight: Any) -> Node:
    """The same where the tangent or cotangent may be a structural zero."""
    return make(scale, (seed, weight)) if weight.__class__ is Node else scale(seed, weight)
