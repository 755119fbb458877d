"""What `vmap` cannot do, and what Python cannot be told about an element of a batch.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

from typing import Any

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 4.0]])
Y = np.array([1.0, -1.0])
COUNTS = np.array([2, 3])


# ---- the call itself


@WRONG.says(
    """\
    ArgumentError: vmap at HERE
      found:    float 1.0
      because:  vmap takes a function
      instead:  vmap(f)(x), not vmap(f(x))
    """
)
def no_function() -> None:
    dx.vmap(1.0)  # type: ignore


@WRONG.says(
    """\
    ArgumentError: vmap(f, in_axes='0') at HERE
      found:    str '0'
      because:  an axis is an int, or None
    """
)
def an_axis_that_is_text() -> None:
    dx.vmap(np.sin, in_axes="0")


@WRONG.says(
    """\
    ArgumentError: vmap(f, out_axes=(0, True)) at HERE
      found:    bool True
      because:  an axis is an int, or None
    """
)
def an_axis_that_is_a_truth() -> None:
    dx.vmap(np.sin, out_axes=(0, True))


@WRONG.says(
    """\
    ShapeError: vmap at HERE
      found:    x       2 along axis 0
                y['a']  3 along axis 1
      because:  every mapped argument has the same number of elements
      instead:  None in in_axes for an argument that is the same for every element
    """
)
def batches_of_different_sizes() -> None:
    dx.vmap(lambda x, y: x, in_axes=(0, {"a": 1}))(X, {"a": X})


@WRONG.says(
    """\
    ArgumentError: vmap at HERE
      found:    no argument that is mapped over an axis
      because:  the size of the batch is that of an argument's axis
      instead:  in_axes=0, or an axis for one of the arguments
    """
)
def nothing_mapped() -> None:
    dx.vmap(lambda x: x, in_axes=None)(X)


@WRONG.says(
    """\
    ArgumentError: vmap at HERE: x, mapped over axis 2
      found:    f64[2,3], which has 2 axes
      because:  there is no such axis to take the elements from
      instead:  None in in_axes, where it is the same for every element
    """
)
def an_axis_too_far() -> None:
    dx.vmap(lambda x: x, in_axes=2)(X)


@WRONG.says(
    """\
    ArgumentError: vmap at HERE: x, mapped over axis -2
      found:    f64[2], which has 1 axis
      because:  there is no such axis to take the elements from
      instead:  None in in_axes, where it is the same for every element
    """
)
def an_axis_too_far_from_the_end() -> None:
    dx.vmap(lambda x: x, in_axes=-2)(Y)


@WRONG.says(
    """\
    ArgumentError: vmap at HERE: rate, mapped over axis 0
      found:    f64, which has 0 axes
      because:  arguments given by name are mapped over axis 0
      instead:  functools.partial(f, rate=…), where it is the same for every element
    """
)
def a_number_by_name() -> None:
    dx.vmap(lambda x, rate: x * rate)(X, rate=2.0)


@WRONG.says(
    """\
    DtypeError: vmap at HERE: kind
      found:    str 'fast'
      because:  a batch is an array of real numbers
      instead:  functools.partial(f, kind=…), where it is the same for every element
    """
)
def text_by_name() -> None:
    dx.vmap(lambda x, kind: x)(X, kind="fast")


@WRONG.says(
    """\
    DtypeError: vmap at HERE: x
      found:    an array of dtype complex128
      because:  a batch is an array of real numbers
      instead:  None in in_axes, where it is the same for every element
    """
)
def complex_numbers() -> None:
    dx.vmap(lambda x: x)(X + 1j)


@WRONG.says(
    """\
    ArgumentError: vmap(f, in_axes=(0, None)) at HERE
      found:    entries in in_axes:   2
                positional arguments: 1
      because:  each argument by position has its entry; those by name have axis 0
      instead:  None for an argument that is the same for every element
    """
)
def an_entry_too_many() -> None:
    dx.vmap(lambda x: x, in_axes=(0, None))(X)


@WRONG.says(
    """\
    ArgumentError: vmap at HERE
      found:    in_axes: {'w': 0}
                the argument p: {'w': *, 'b': *}
      because:  in_axes has the parts of what it speaks of, as deep as it goes
      instead:  one int or None for the whole container
    """
)
def a_part_without_an_axis() -> None:
    dx.vmap(lambda p: p["w"], in_axes=({"w": 0},))({"w": X, "b": X})


@WRONG.says(
    """\
    ArgumentError: vmap at HERE
      found:    out_axes: (0, 1)
                the result: *
      because:  out_axes has the parts of what it speaks of, as deep as it goes
      instead:  one int or None for the whole container
    """
)
def an_axis_for_a_result_that_is_not_there() -> None:
    dx.vmap(lambda x: x, out_axes=(0, 1))(X)


@WRONG.says(
    """\
    ArgumentError: vmap(f, out_axes=None) at HERE: f(…)[1]
      found:    a result that differs from element to element
      because:  out_axes is None for results that are the same for every element
      instead:  out_axes=0
    """
)
def a_result_that_differs() -> None:
    dx.vmap(lambda x: (1.0, x), out_axes=None)(X)


@WRONG.says(
    """\
    ArgumentError: vmap(f, out_axes=2) at HERE: f(…)
      found:    a batch of type f64[2,3]
      because:  it has no axis 2
    """
)
def a_place_that_the_result_does_not_have() -> None:
    dx.vmap(lambda x: x, out_axes=2)(X)


@WRONG.says(
    """\
    DtypeError: vmap at HERE: f(…)
      found:    str 'text'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def a_result_that_is_text() -> None:
    dx.vmap(lambda x: "text")(X)


# ---- Python's questions to an element


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def a_condition() -> None:
    def f(y: Any) -> Any:
        if y > 0:
            return y
        return -y

    dx.vmap(f)(Y)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def a_condition_inside_a_gradient() -> None:
    def f(y: Any) -> Any:
        while y < 10.0:
            y = 2 * y
        return y

    dx.vmap(dx.grad(f))(Y)


@WRONG.says(
    """\
    UnknownValueError: float() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  x itself (a traced number computes like a float); np.sin(x) for math.sin(x);
                infinitesimal.numpy.zeros(n) for an array that x is written into
    """
)
def a_float() -> None:
    dx.vmap(lambda y: float(y))(Y)


@WRONG.says(
    """\
    UnknownValueError: int() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  x.astype(int), a traced whole number
    """
)
def an_int() -> None:
    dx.vmap(lambda y: int(y))(Y)


@WRONG.says(
    """\
    UnknownValueError: a whole number at HERE
      found:    a traced i64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  infinitesimal.numpy.take(values, k, axis=0) for values[k];
                infinitesimal.fori_loop(0, n, body, x) for range(n); a number that is not traced for
                a size
    """
)
def a_range() -> None:
    dx.vmap(lambda n: sum(range(n)))(COUNTS)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced i64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  infinitesimal.numpy.take(values, k, axis=0) for values[k]
    """
)
def an_element_of_a_plain_array() -> None:
    dx.vmap(lambda n: np.arange(5.0)[n])(COUNTS)


@WRONG.says(
    """\
    UnknownValueError: a mask as an index at HERE
      found:    a traced bool[3] whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.where(mask, x, 0.0), which has the same shape whatever the mask is
    """
)
def a_mask() -> None:
    dx.vmap(lambda x: x[x > 0])(X)


@WRONG.says(
    """\
    UnknownValueError: np.nonzero at HERE
      found:    a traced f64[3] whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def places() -> None:
    dx.vmap(lambda x: np.nonzero(x))(X)


@WRONG.says(
    """\
    ArgumentError: scan(length=Lazy(i64)) at HERE
      because:  it is a whole number, 0 or more, that is known when the loop is traced
      instead:  fori_loop, whose bounds may be traced
    """
)
def a_length() -> None:
    dx.vmap(lambda n: dx.scan(lambda x, _: (2 * x, None), 1.0, length=n))(COUNTS)


@WRONG.says(
    """\
    UnknownValueError: format at HERE
      found:    a traced f64 whose value is not known here
      because:  inside vmap (HERE) it stands for every element of the batch at once
      instead:  f'{x}', which shows its type; return the value, and print it afterwards
    """
)
def a_format() -> None:
    dx.vmap(lambda y: f"{y:.3f}")(Y)


# ---- blocks of a Jacobian


@WRONG.says(
    """\
    ArgumentError: jacobian(f, chunk=0) at HERE
      because:  chunk says how many rows or columns are worked out at a time
      instead:  a positive int, or None for as many as fit into memory
    """
)
def blocks_of_nothing() -> None:
    dx.jacobian(np.sin, chunk=0)


@WRONG.says(
    """\
    ArgumentError: hessian(f, chunk=2.0) at HERE
      because:  chunk says how many rows or columns are worked out at a time
      instead:  a positive int, or None for as many as fit into memory
    """
)
def blocks_of_a_float() -> None:
    dx.hessian(np.sum, chunk=2.0)  # type: ignore


test_each_message = check_all(WRONG)
