"""What is no number that could have a derivative.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

from fractions import Fraction

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    DtypeError: NoneType None in arithmetic at HERE
      because:  only numbers and arrays of numbers can be traced
      instead:  a float, or np.asarray(value, dtype=float)
    """
)
def nothing_in_arithmetic() -> None:
    dx.grad(lambda x: x + None)(3.0)


@WRONG.says(
    """\
    DtypeError: str 'a' in arithmetic at HERE
      because:  only numbers and arrays of numbers can be traced
      instead:  a float, or np.asarray(value, dtype=float)
    """
)
def text_in_arithmetic() -> None:
    dx.grad(lambda x: x + "a")(3.0)


@WRONG.says(
    """\
    DtypeError: dict {} in arithmetic at HERE
      because:  only numbers and arrays of numbers can be traced
      instead:  a float, or np.asarray(value, dtype=float)
    """
)
def dict_in_arithmetic() -> None:
    dx.grad(lambda x: x * {})(3.0)


@WRONG.says(
    """\
    DtypeError: Fraction Fraction(1, 2) in arithmetic at HERE
      because:  only numbers and arrays of numbers can be traced
      instead:  a float, or np.asarray(value, dtype=float)
    """
)
def fraction_in_arithmetic() -> None:
    dx.grad(lambda x: x * Fraction(1, 2))(3.0)


@WRONG.says(
    """\
    DtypeError: list [[1.0], [2.0, 3.0]] in arithmetic at HERE
      because:  it is no array: its rows are not of equal length
      instead:  rows of equal length
    """
)
def ragged_list_in_arithmetic() -> None:
    dx.grad(lambda x: x * [[1.0], [2.0, 3.0]])(3.0)


@WRONG.says(
    """\
    DtypeError: a MaskedArray in arithmetic at HERE
      because:  its arithmetic is not that of an ordinary array
      instead:  np.asarray(x), and a mask in np.where
    """
)
def masked_array_in_arithmetic() -> None:
    dx.grad(lambda x: np.sum(x * np.ma.masked_array([1.0, 2.0], [0, 1])))(3.0)


@WRONG.says(
    """\
    DtypeError: multiply at HERE
      found:    a traced c128
      because:  complex values are not differentiated yet
      instead:  the same with real and imaginary parts as two real arrays
    """
)
def complex_constant() -> None:
    dx.grad(lambda x: x * 1j)(1.0)


@WRONG.says(
    """\
    DtypeError: bitwise_and of f64, f64 at HERE
      because:  NumPy has no such function for these dtypes
      instead:  convert an operand, for instance x.astype(float)
    """
)
def bits_of_a_float() -> None:
    dx.grad(lambda x: x & 1)(3.0)


@WRONG.says(
    """\
    DtypeError: grad at HERE: n
      found:    a traced bool
      because:  a derivative with respect to a traced integer does not exist
      instead:  x.astype(float)
    """
)
def derivative_by_an_integer() -> None:
    dx.grad(lambda x: dx.grad(lambda n: 1.0 * n)(x > 2))(3.0)


test_each_message = check_all(WRONG)
