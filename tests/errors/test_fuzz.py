"""Generated misuse: whatever is called with whatever, an error is designed or NumPy's own.

No `AttributeError`, `KeyError` or `AssertionError` from inside, no object array, no crash. Where
plain NumPy refuses the same call, a traced array may refuse in NumPy's words.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal.errors import InfinitesimalError
from tests.profiles import programs

FROM_INSIDE = (
    AttributeError, KeyError, AssertionError, NameError, RecursionError, StopIteration, SystemError,
    UnboundLocalError, MemoryError,
)  # fmt: skip


class Silent:
    """An object that is good for nothing."""


WEIRD: list[Any] = [
    None, True, 0, -1, 3, 10**30, 1.5, float("nan"), float("inf"), 1j, "", "abc", b"abc", (), [],
    {},
    set(), (1.0,), [1.0, 2.0], [[1.0], [2.0, 3.0]], {"a": 1.0}, ["a"], [None], Silent(), Silent,
    len,
    np.sin, ..., slice(None), slice(0, 2), slice(None, None, 0), range(3), np.array(1.0),
    np.ones(3), np.ones((2, 3)), np.ones((0, 3)), np.zeros(0), np.array([True, False, True]),
    np.array(["a"]), np.array([None]), np.array([1j]), np.arange(3), np.float32(2), np.int8(3),
    np.longdouble(2), np.datetime64("2020-01-01"), np.ma.masked_array([1.0, 2.0], [0, 1]),
    np.zeros(2, [("a", float)]), np.dtype("f4"), float, fractions.Fraction(1, 2),
    decimal.Decimal("0.5"), datetime.date(2020, 1, 1), NotImplemented,
]  # fmt: skip
weird = st.sampled_from(WEIRD)

BINARY: list[Callable[[Any, Any], Any]] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.matmul, operator.lt, operator.eq, operator.ne, operator.and_,
    operator.getitem, operator.iadd, operator.contains, divmod,
    np.maximum, np.arctan2, np.hypot, np.logaddexp, np.dot, np.outer, np.matmul, np.append,
    lambda x, w: w + x, lambda x, w: w * x, lambda x, w: w - x, lambda x, w: w / x,
    lambda x, w: w**x, lambda x, w: w @ x, lambda x, w: w[x],
    lambda x, w: np.where(w, x, 0.0), lambda x, w: np.where(x > 0, x, w),
    lambda x, w: np.sum(x, axis=w), lambda x, w: np.sum(x, dtype=w), lambda x, w: np.max(x, w),
    lambda x, w: np.sum(x, where=w), lambda x, w: np.mean(x, keepdims=w),
    lambda x, w: np.sort(x, w),
    lambda x, w: np.cumsum(x, w), lambda x, w: np.prod(x, initial=w),
    lambda x, w: np.std(x, ddof=w),
    lambda x, w: np.reshape(x, w), lambda x, w: x.reshape(w), lambda x, w: np.transpose(x, w),
    lambda x, w: np.expand_dims(x, w), lambda x, w: np.squeeze(x, w), lambda x, w: np.roll(x, w),
    lambda x, w: np.tile(x, w), lambda x, w: np.repeat(x, w), lambda x, w: np.flip(x, w),
    lambda x, w: np.concatenate([x, w]), lambda x, w: np.stack([x, w]), lambda x, w: np.stack(w),
    lambda x, w: np.concatenate(w), lambda x, w: np.concatenate([x, x], axis=w),
    lambda x, w: np.broadcast_to(x, w), lambda x, w: np.take(x, w), lambda x, w: np.split(x, w),
    lambda x, w: np.einsum(w, x), lambda x, w: np.einsum("i,i", x, w),
    lambda x, w: np.clip(x, w, 1),
    lambda x, w: np.linalg.norm(x, w), lambda x, w: np.tensordot(x, x, w),
    lambda x, w: np.diff(x, w), lambda x, w: np.round(x, w), lambda x, w: np.convolve(x, w),
    lambda x, w: np.interp(x, [0.0, 1.0], w), lambda x, w: np.full_like(x, w),
    lambda x, w: x.item(w),
    lambda x, w: x.astype(w), lambda x, w: x.sum(w), lambda x, w: x.copy().__setitem__(w, 1.0),
    lambda x, w: x.copy().__setitem__(0, w), lambda x, w: x.copy().__setitem__(slice(None), w),
    lambda x, w: round(x, w), lambda x, w: format(x, w), lambda x, w: getattr(x, w),
    lambda x, w: x(w),  lambda x, w: np.add(x, x, out=w),
     lambda x, w: np.add.reduce(x, w),
    lambda x, w: np.add.at(w, 0, x),
]  # fmt: skip
POINTS = [1.5, np.array([0.5, -1.5, 2.0]), np.arange(6.0).reshape(2, 3), np.float32(2)]
CALCULUS: list[Callable[..., Any]] = [
    lambda f, x: dx.grad(f)(x), lambda f, x: dx.jacfwd(f)(x), lambda f, x: dx.jacrev(f)(x),
    lambda f, x: dx.jvp(f, (x,), (x,)), lambda f, x: dx.vjp(f, x), lambda f, x: dx.linearize(f, x),
    lambda f, x: dx.graph(f)(x),
]  # fmt: skip


def outcome(call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return call(), None
        except Exception as error:
            return None, error


def no_objects(value: Any) -> None:
    if isinstance(value, np.ndarray):
        assert value.dtype != object
    elif isinstance(value, (tuple, list)):
        for item in value:
            no_objects(item)


@settings(max_examples=2 * programs())
@given(st.sampled_from(BINARY), st.sampled_from(POINTS), weird, st.sampled_from(CALCULUS))
def test_anything_done_to_a_traced_array(
    operation: Any, point: Any, operand: Any, calculus: Any
) -> None:
    value, error = outcome(lambda: calculus(lambda x: operation(x, operand), point))
    if isinstance(error, FROM_INSIDE):
        _, theirs = outcome(lambda: operation(np.array(point), operand))
        assert type(theirs) is type(error), error
    if error is None:
        no_objects(value)


@settings(max_examples=2 * programs())
@given(st.sampled_from(BINARY), st.sampled_from(POINTS), weird)
def test_what_is_not_refused_has_the_value_that_numpy_gives(
    operation: Any, point: Any, operand: Any
) -> None:
    plain, theirs = outcome(lambda: operation(np.array(point)[()], operand))
    pair, error = outcome(lambda: dx.jvp(lambda x: operation(x, operand), (point,), (point,)))
    if (
        error is not None
        or theirs is not None
        or (isinstance(operand, np.ndarray) and operand.dtype.kind == "c")
    ):
        return  # refusing more, or understanding more, is no wrong number
    for one, other in zip(dx_leaves(pair[0]), dx_leaves(plain), strict=True):
        np.testing.assert_allclose(
            np.asarray(one, float), np.asarray(other, float), rtol=1e-6, atol=1e-6
        )
        assert np.shape(one) == np.shape(other)


def dx_leaves(value: Any) -> list[Any]:
    """The arrays in a result of NumPy's."""
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in dx_leaves(item)]
    return [] if value is None else [value]


FUNCTIONS: list[Any] = [
    *WEIRD, np.sum, abs, lambda x: x, lambda x: None, lambda x: (x, "a"), lambda x: [x, {"b": x}],
    lambda *xs: xs, lambda x, y: np.sum(x * y), lambda: 1.0, repr,
]  # fmt: skip
CALLS: list[Callable[..., Any]] = [
    lambda f, v, w: dx.grad(f, v)(w), lambda f, v, w: dx.grad(f)(v, w),
    lambda f, v, w: dx.grad(f)(w),
    lambda f, v, w: dx.value_and_grad(f, has_aux=True)(w), lambda f, v, w: dx.jacobian(f, v)(w, w),
    lambda f, v, w: dx.jvp(f, v, w), lambda f, v, w: dx.jvp(f, (v,), (w,)),
    lambda f, v, w: dx.vjp(f, v)[1](w), lambda f, v, w: dx.linearize(f, v)[1](w),
    lambda f, v, w: dx.hessian(f, v)(w), lambda f, v, w: dx.hvp(f, (v,), (w,)),
    lambda f, v, w: dx.graph(f)(v)(w),
    lambda f, v, w: dx.parse(v),
    lambda f, v, w: dx.jacfwd(f, (v, w))(1.0, 2.0), lambda f, v, w: dx.hvp(f, v, w),
    lambda f, v, w: dx.vmap(f, v)(w), lambda f, v, w: dx.vmap(f, out_axes=v)(w),
    lambda f, v, w: dx.vmap(f)(v, w), lambda f, v, w: dx.vmap(f, (0, None))(v, y=w),
    lambda f, v, w: dx.jacobian(f, chunk=v)(w),
]  # fmt: skip


@settings(max_examples=2 * programs())
@given(st.sampled_from(CALLS), st.sampled_from(FUNCTIONS), weird, weird)
def test_anything_given_to_the_calculus(call: Any, function: Any, first: Any, second: Any) -> None:
    value, error = outcome(lambda: call(function, first, second))
    if isinstance(error, FROM_INSIDE):
        raise error
    if error is None:
        no_objects(value)
    assert error is None or isinstance(
        error, (InfinitesimalError, TypeError, ValueError, IndexError)
    )
