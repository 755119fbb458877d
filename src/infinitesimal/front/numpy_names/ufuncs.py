"""NumPy's universal functions: called with options, their methods, and those that are two words.

A ufunc with a record goes to it directly (`front.lazy`); here is what that short way leaves over:
options (`dtype=`, `where=`, …), `reduce`, `accumulate` and `outer`, and powers, which choose their
word by the exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant, zeros
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import BY_NUMPY, REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.front.numpy_names import ordering, reducing
from infinitesimal.front.numpy_names.common import (
    WORDS,
    axis_of,
    cast,
    given,
    inexact,
    node_of,
    operands,
    refuse,
    refuse_layout,
    reshaped,
    whole,
    word,
)
from infinitesimal.front.numpy_names.indexing import getitem
from infinitesimal.ops.power import raise_to
from infinitesimal.ops.select import where as choose

Meaning = Callable[..., Any]


def _with_options(function: Any, meaning: Meaning) -> Meaning:
    """A universal function with NumPy's options: `dtype` honoured, others refused."""

    def called(
        *values: Any,
        out: Any = None,
        where: Any = True,
        dtype: Any = None,
        casting: Any = "same_kind",
        order: Any = "K",
        subok: Any = True,
    ) -> Any:
        name = str(function.__name__)
        refuse(name, out=out, where=None if where is True else where)
        refuse(name, casting=None if casting == "same_kind" else casting)
        refuse_layout(name, order)
        # a Python number takes the dtype of the others; an exponent of two stays a whole number
        nodes = map(node_of, values) if function is np.ldexp else operands(*values)
        return meaning(*[cast(node, dtype) for node in nodes])

    called.__name__ = str(function.__name__)
    return called


def _itself(x: Node) -> Node:
    return x


def _modf(x: Node) -> tuple[Node, Node]:
    """The fraction and the whole part; an infinity has the fraction zero."""
    x = cast(x, np.modf(np.ones(1, x.type.dtype))[0].dtype)
    whole_part = REGISTRY["trunc"](x)
    nought = zeros(array_type(x.type.dtype))
    return choose(REGISTRY["isinf"](x), nought, x - whole_part), whole_part


def _ldexp(x: Node, exponent: Node) -> Node:
    dtype = np.ldexp(np.ones(1, x.type.dtype), np.ones(1, exponent.type.dtype)).dtype
    half = REGISTRY["floor_divide"](exponent, 2)  # where 2ⁿ leaves the range, x·2ⁿ need not
    powers = [REGISTRY["exp2"](cast(part, dtype)) for part in (half, exponent - half)]
    return cast(x, dtype) * powers[0] * powers[1]


def _divmod(x: Node, y: Node) -> tuple[Node, Node]:
    return REGISTRY["floor_divide"](x, y), REGISTRY["remainder"](x, y)


for _function, _primitive in list(BY_NUMPY.items()):
    if isinstance(_function, np.ufunc):
        WORDS.setdefault(_function, _with_options(_function, _primitive))
    elif callable(_function):
        WORDS.setdefault(_function, _primitive)
WORDS[np.power] = _with_options(np.power, raise_to)
WORDS[np.pow] = WORDS[np.power]
WORDS[np.divmod] = _with_options(np.divmod, _divmod)
WORDS[np.modf] = _with_options(np.modf, _modf)
WORDS[np.ldexp] = _with_options(np.ldexp, _ldexp)
WORDS[np.conjugate] = _with_options(np.conjugate, _itself)


# ---- reduce, accumulate, outer


def _reduce(meaning: Meaning, name: str) -> Meaning:
    """`ufunc.reduce`, whose default axis is the first."""

    def reduce(
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = None,
        where: Any = True,
    ) -> Node:
        refuse(f"{name}.reduce", out=out)
        options = {"initial": initial} if given(initial) else {}
        x = cast(node_of(array), dtype)
        return meaning(x, axis=axis, keepdims=keepdims, where=where, **options)

    return reduce


def _logaddexp(
    x: Node, axis: Any = None, keepdims: Any = False, where: Any = True, initial: Any = None
) -> Node:
    some = np.ones(1, x.type.dtype)
    terms = reducing.masked(cast(x, np.logaddexp(some, some).dtype), where, -np.inf)
    total = reducing.reduced(REGISTRY["logsumexp"], terms, axis, keepdims)
    return REGISTRY["logaddexp"](total, initial) if initial is not None else total


def _accumulate(meaning: Meaning, name: str) -> Meaning:
    def accumulate(array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Node:
        x = node_of(array)
        if not x.type.ndim:
            raise TypeError("cannot accumulate on a scalar")
        return meaning(x, axis, dtype, out)

    return accumulate


def _outer(primitive: Meaning) -> Meaning:
    def outer(a: Any, b: Any, /, **options: Any) -> Any:
        x, y = operands(a, b)
        return primitive(reshaped(x, x.type.shape + (1,) * y.type.ndim), y, **options)

    return outer


for _ufunc, _meaning in (
    (np.add, reducing.sum),
    (np.multiply, reducing.prod),
    (np.maximum, reducing.max),
    (np.minimum, reducing.min),
    (np.logical_and, reducing.all),
    (np.logical_or, reducing.any),
    (np.logaddexp, _logaddexp),
):
    WORDS[_ufunc, "reduce"] = _reduce(_meaning, _ufunc.__name__)
for _ufunc, _meaning in ((np.add, ordering.cumsum), (np.multiply, ordering.cumprod)):
    WORDS[_ufunc, "accumulate"] = _accumulate(_meaning, _ufunc.__name__)
for _function in list(WORDS):
    if isinstance(_function, np.ufunc) and _function.nin == 2 and not _function.signature:
        WORDS[_function, "outer"] = _outer(WORDS[_function])


# ---- rounding, and what is simple for real numbers


@word(np.round, np.around)
def round(a: Any, decimals: Any = 0, out: Any = None) -> Node:
    refuse("round", out=out)
    x = node_of(a)
    places = whole(decimals)
    if x.type.dtype.kind in "biu" and places >= 0:
        return x
    rint = REGISTRY["rint"]
    scale = constant(10.0 ** abs(places), x.type.dtype)
    if places == 0:
        return rint(x)
    return cast(rint(x * scale) / scale if places > 0 else rint(x / scale) * scale, x.type.dtype)


@word(np.fix)
def fix(x: Any, out: Any = None) -> Node:
    refuse("fix", out=out)
    return REGISTRY["trunc"](node_of(x))


@word(np.real)
def real(val: Any) -> Node:
    return node_of(val)


@word(np.imag)
def imag(val: Any) -> Node:
    x = node_of(val)
    return constant(np.zeros(x.type.shape, x.type.dtype))


@word(np.isposinf)
def isposinf(x: Any, out: Any = None) -> Node:
    refuse("isposinf", out=out)
    return REGISTRY["equal"](*operands(x, np.inf))


@word(np.isneginf)
def isneginf(x: Any, out: Any = None) -> Node:
    refuse("isneginf", out=out)
    return REGISTRY["equal"](*operands(x, -np.inf))


@word(np.angle)
def angle(z: Any, deg: bool = False) -> Node:
    """The argument of real numbers: zero or π."""
    x = inexact(node_of(z))
    half_turn = constant(180.0 if deg else np.pi, x.type.dtype)
    return choose(x < 0, half_turn, zeros(array_type(x.type.dtype)))


@word(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    return node_of(x).type.dtype.kind == "c"


@word(np.isrealobj)
def isrealobj(x: Any) -> bool:
    return not iscomplexobj(x)


@word(np.real_if_close)
def real_if_close(a: Any, tol: Any = 100) -> Node:
    return node_of(a)


@word(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * np.pi) -> Node:
    """Jumps of more than half a period taken out: whole periods, constant wherever they are."""
    x = inexact(node_of(p))
    along = axis_of(axis, x.type.ndim)
    before = [slice(None)] * along
    steps = getitem(x, (*before, slice(1, None))) - getitem(x, (*before, slice(None, -1)))
    half = period / 2
    folded = REGISTRY["remainder"](steps + half, period) - half
    edge = REGISTRY["logical_and"](REGISTRY["equal"](folded, -half), steps > 0)
    folded = choose(edge, cast(node_of(half), x.type.dtype), folded)
    small = REGISTRY["absolute"](steps) < (half if discont is None else max(discont, half))
    turns = choose(small, zeros(array_type(x.type.dtype)), folded - steps)
    first = getitem(x, (*before, slice(None, 1)))
    rest = getitem(x, (*before, slice(1, None))) + REGISTRY["cumsum"](turns, axis=along)
    return REGISTRY["concatenate"](first, rest, axis=along)
