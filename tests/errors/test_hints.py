"""What to write where a value is not known: inside `vmap` and in the body of a loop.

Each hint is what the line needs that the user wrote; HERE stands for the file and line of the call.
"""

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import infinitesimal as dx
import infinitesimal.numpy as dnp
from infinitesimal.errors import UnknownValueError
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([1.0, 2.0, 3.0])
A = np.stack([np.eye(2), 2 * np.eye(2)])
RNG = np.random.default_rng(0)


def looped(f: Any, init: Any = 1.0) -> Any:
    """A loop inside a derivative, where no step can be taken with plain numbers."""
    return dx.grad(lambda a: np.sum(dx.fori_loop(0, 3, f, a * init)))(1.0)


# ---- functions of NumPy and SciPy that know no traced arrays


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64[2] whose value is not known here, inside scipy.special.logsumexp
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  infinitesimal.scipy.special.logsumexp, the same function for traced arrays too
    """
)
def logsumexp_in_a_batch() -> None:
    dx.vmap(scipy.special.logsumexp)(np.ones((3, 2)))


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64[3] whose value is not known here, inside scipy.special.softmax
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  infinitesimal.scipy.special.softmax, the same function for traced arrays too
    """
)
def softmax_in_a_loop() -> None:
    looped(lambda i, s: scipy.special.softmax(s), X)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64[2,2] whose value is not known here, inside scipy.linalg.inv
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.linalg.inv
    """
)
def an_inverse_of_scipy() -> None:
    dx.vmap(lambda a: scipy.linalg.inv(a))(A)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64[2,2] whose value is not known here, inside scipy.linalg.cholesky
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.linalg.cholesky
    """
)
def a_factor_of_scipy() -> None:
    dx.vmap(lambda a: scipy.linalg.cholesky(a))(A)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64[2] whose value is not known here, inside numpy.vectorize
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  f(x) itself, which works element by element; or np.stack([f(v) for v in x])
    """
)
def a_vectorized_function() -> None:
    dx.vmap(np.vectorize(lambda t: t * t))(np.ones((3, 2)))


@WRONG.says(
    """\
    UnknownValueError: np.allclose at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.all(np.isclose(x, y)), a traced truth value
    """
)
def close() -> None:
    dx.vmap(lambda x: np.where(np.allclose(x, 0), 1.0, x))(X)


@WRONG.says(
    """\
    UnknownValueError: np.array_equal at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.all(x == y), a traced truth value
    """
)
def equal() -> None:
    dx.vmap(lambda x: np.where(np.array_equal(x, 0), 1.0, x))(X)


# ---- parts of arrays


@pytest.mark.parametrize("f", [
    lambda i, s: s + np.sum(s[i : i + 2]),
    lambda i, s: s + np.sum(s[:i]),
    lambda i, s: s + np.sum(X[i:]),
])  # fmt: skip
def test_a_slice_with_a_traced_bound(f: Any) -> None:
    with pytest.raises(UnknownValueError) as caught:
        looped(f, X)
    assert caught.value.instead == (
        "x[i + np.arange(3)] for a window of fixed size;\n"
        "infinitesimal.numpy.take(x, i + np.arange(3), axis=0) where x is not traced;\n"
        "np.where(np.arange(n) < i, x, 0) for a part that grows"
    )


def test_what_is_said_in_place_of_a_slice_is_right() -> None:
    x = np.arange(6.0)

    def window(i: Any, s: Any) -> Any:
        return s + (i + 1) * np.sum((s[0] * x)[i + np.arange(3)])

    def given(i: Any, s: Any) -> Any:
        return s + (i + 1) * s[0] * np.sum(dnp.take(x, i + np.arange(3), axis=0))

    def growing(i: Any, s: Any) -> Any:
        return s + s[0] * np.sum(np.where(np.arange(6) < i, x, 0))

    def plainly(f: Any) -> Any:
        s = np.ones(1)
        for i in range(3):
            s = f(i, s)
        return s

    parts = {
        window: lambda i, s: s + (i + 1) * np.sum(s[0] * x[i : i + 3]),
        given: lambda i, s: s + (i + 1) * s[0] * np.sum(x[i : i + 3]),
        growing: lambda i, s: s + s[0] * np.sum(x[:i]),
    }
    for f, slices in parts.items():
        # each step is linear in the state, so the slope is what the plain loop comes to
        assert looped(f, np.ones(1)) == plainly(slices)[0]


STORED = """\
    UnknownValueError: {asked} at HERE
      found:    a traced {type} whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  infinitesimal.numpy.zeros(n), made inside the body, for an array of one step;
                carry it in the state of a loop, or return the value: what scan and vmap return is
                stacked
    """


@WRONG.says(STORED.format(asked="conversion to a NumPy array", type="i64"))
def an_entry_of_a_plain_array() -> None:
    out = np.zeros(5)

    def step(i: Any, s: Any) -> Any:
        out[i] = s
        return s

    looped(step)


@WRONG.says(STORED.format(asked="float()", type="f64"))
def an_array_from_outside() -> None:
    z = dnp.zeros(3)

    def step(i: Any, s: Any) -> Any:
        z[0] = s
        return s

    looped(step)


# ---- arrays that are made


@WRONG.says(
    """\
    UnknownValueError: the shape of an array at HERE
      found:    a traced whole number whose value is not known here
      because:  every array in a traced function has a shape of its own, whatever the values
      instead:  a fixed size n and a mask: np.where(np.arange(n) < i, x, 0)
    """
)
def zeros_of_a_traced_size() -> None:
    looped(lambda i, s: s + np.sum(np.zeros(i)))


@pytest.mark.parametrize("f", [
    lambda i, s: s + np.sum(np.arange(i)),
    lambda i, s: s + np.sum(np.ones((i, 2))),
    lambda i, s: s + np.sum(np.eye(i)),
])  # fmt: skip
def test_an_array_of_traced_size(f: Any) -> None:
    with pytest.raises(UnknownValueError) as caught:
        looped(f)
    assert caught.value.instead == "a fixed size n and a mask: np.where(np.arange(n) < i, x, 0)"


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  infinitesimal.numpy.full(n, x)
    """
)
def an_array_full_of_it() -> None:
    dx.vmap(lambda x: np.sum(np.full(2, x)))(X)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  draw before, and scale inside: x + sigma * noise, where noise = rng.normal(size=n)
    """
)
def a_draw_in_a_batch() -> None:
    dx.vmap(lambda x: RNG.normal(x))(X)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64 at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  draw before, and scale inside: x + sigma * noise, where noise = rng.normal(size=n);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def a_draw_in_a_derivative() -> None:
    dx.grad(lambda x: RNG.normal(x))(1.0)


# ---- numbers and conditions


@WRONG.says(
    """\
    UnknownValueError: round() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.round(x)
    """
)
def rounded() -> None:
    dx.vmap(lambda x: round(x))(X)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.maximum(x, 0) for max(x, 0); np.max(x) for the largest element of an array
    """
)
def the_larger_one() -> None:
    dx.vmap(lambda x: max(x, 0))(X)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.minimum(x, 0) for min(x, 0); np.min(x) for the smallest element of an array
    """
)
def the_smaller_one() -> None:
    dx.vmap(lambda x: 2 * min(1 + abs(x), x))(X)


CHAINED = """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  (0 < x) & (x < 5): a chained comparison is an `and`;
                np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions
    """


@WRONG.says(CHAINED)
def a_chained_comparison() -> None:
    dx.vmap(lambda x: np.where(0 < x < 5, x, 0))(X)


@WRONG.says(CHAINED)
def a_chained_condition() -> None:
    dx.vmap(lambda x: x if 0 < x < 5 else -x)(X)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def two_comparisons() -> None:
    dx.vmap(lambda x: x if x > 0 and x < 5 else -x)(X)


@WRONG.says(
    """\
    UnknownValueError: float() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  return the value, and print it afterwards
    """
)
def printed_in_a_batch() -> None:
    dx.vmap(lambda x: "%.3f" % x)(X)  # noqa: UP031 (what old code has)


test_each_message = check_all(WRONG)
