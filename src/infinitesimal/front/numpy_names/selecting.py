"""NumPy's names for choosing between values, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.front.numpy_names.common import (
    cast,
    force,
    inexact,
    node_of,
    operands,
    refuse,
    word,
)
from infinitesimal.ops.select import where as choose


@word(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """A choice by a condition; with the condition alone, the places where it holds (forced)."""
    if (x is None) != (y is None):
        raise ValueError("either both or neither of x and y should be given")
    if x is None:
        return nonzero(condition)
    return choose(cast(node_of(condition), bool), *operands(x, y))


@word(np.nonzero)
def nonzero(a: Any) -> tuple[Node, ...]:
    """The places of the elements that are not zero: how many there are must be known."""
    return tuple(constant(places) for places in np.nonzero(force(node_of(a), "np.nonzero")))


@word(np.flatnonzero)
def flatnonzero(a: Any) -> Node:
    return constant(np.flatnonzero(force(node_of(a), "np.flatnonzero")))


@word(np.argwhere)
def argwhere(a: Any) -> Node:
    return constant(np.argwhere(force(node_of(a), "np.argwhere")))


@word(np.clip)
def clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: Any = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Node:
    """Between two bounds; at a bound, the derivative is shared with it as in any tie."""
    refuse("clip", out=out)
    x = node_of(a)
    low, high = a_min if a_min is not None else min, a_max if a_max is not None else max
    if low is not None:
        x = REGISTRY["maximum"](*operands(x, low))
    return x if high is None else REGISTRY["minimum"](*operands(x, high))


@word(np.nan_to_num)
def nan_to_num(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Node:
    node = node_of(x)
    refuse("nan_to_num", copy=None if copy else copy)
    if not node.type.inexact:
        return node
    limits = np.finfo(node.type.dtype)
    for value, instead in (
        (np.inf, limits.max if posinf is None else posinf),
        (-np.inf, limits.min if neginf is None else neginf),
    ):
        found = REGISTRY["equal"](node, constant(value, node.type.dtype))
        node = choose(found, cast(node_of(instead), node.type.dtype), node)
    unknown = REGISTRY["not_equal"](node, node)
    return choose(unknown, cast(node_of(nan), node.type.dtype), node)


@word(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Node:
    """The first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    *choices, answer = operands(*choicelist, default)
    dtype = np.result_type(*{choice.type.dtype for choice in (*choices, answer)})
    answer = cast(answer, dtype)
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        answer = choose(cast(node_of(condition), bool), cast(choice, dtype), answer)
    return answer


@word(np.isclose)
def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Node:
    x, y = operands(a, b)
    y, (absolute, isnan) = inexact(y), (REGISTRY["absolute"], REGISTRY["isnan"])
    near = absolute(x - y) <= atol + rtol * absolute(y)
    near = REGISTRY["logical_and"](near, REGISTRY["isfinite"](y))
    close = REGISTRY["logical_or"](near, REGISTRY["equal"](x, y))
    both = REGISTRY["logical_and"](isnan(x), isnan(y))
    return REGISTRY["logical_or"](close, both) if equal_nan else close


@word(np.allclose)
def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> bool:
    asked, instead = "np.allclose", "np.all(np.isclose(x, y)), a traced truth value"
    first, second = (force(node_of(x), asked, instead) for x in (a, b))
    return bool(np.allclose(first, second, rtol, atol, equal_nan))


@word(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    asked, instead = "np.array_equal", "np.all(x == y), a traced truth value"
    first, second = (force(node_of(x), asked, instead) for x in (a1, a2))
    return bool(np.array_equal(first, second, equal_nan))


@word(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> bool:
    first, second = force(node_of(a1), "np.array_equiv"), force(node_of(a2), "np.array_equiv")
    return bool(np.array_equiv(first, second))
