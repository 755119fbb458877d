"""Shapes that do not fit together inside a traced function.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    ShapeError: add of 2 arrays at HERE
      found:    f64[3], f64[4]
      because:  aligned from the right, their sizes must be equal or 1
      instead:  reshape one of them, for instance x[:, None]
    """
)
def shapes_that_do_not_broadcast() -> None:
    dx.grad(lambda x: np.sum(x + np.ones(4)))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: where of a condition and two values at HERE
      found:    bool[3], f64[3], f64[2]
      because:  their shapes do not broadcast: aligned from the right, sizes must be equal or 1
      instead:  reshape one of them, for instance x[:, None]
    """
)
def branches_that_do_not_broadcast() -> None:
    dx.grad(lambda x: np.sum(np.where(x > 0, x, np.ones(2))))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: np.matmul at HERE
      found:    f64[2,3]
                f64[4,2]
      because:  the sizes 3 and 4, summed over, differ
    """
)
def matrices_that_do_not_meet() -> None:
    dx.grad(lambda x: np.sum(x @ np.ones((4, 2))))(np.ones((2, 3)))


@WRONG.says(
    """\
    ShapeError: np.matmul at HERE
      found:    f64
                f64[4,2]
      because:  a scalar is no matrix
      instead:  x * y
    """
)
def matrix_times_a_number() -> None:
    dx.grad(lambda x: np.sum(x @ np.ones((4, 2))))(1.0)


@WRONG.says(
    """\
    ShapeError: np.matmul at HERE
      found:    f64[3]
                f64[4]
      because:  the sizes 3 and 4, summed over, differ
    """
)
def vectors_of_different_length() -> None:
    dx.grad(lambda x: np.dot(x, np.ones(4)))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: np.concatenate at HERE
      found:    f64[3]
                f64[2,2]
      because:  all arrays must have the same number of axes
    """
)
def pieces_of_different_rank() -> None:
    dx.grad(lambda x: np.sum(np.concatenate([x, np.ones((2, 2))])))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: concatenate along axis 0 at HERE
      found:    f64[2,3]
                f64[2,2]
      because:  all sizes but those along the axis must agree
    """
)
def pieces_of_different_width() -> None:
    dx.grad(lambda x: np.sum(np.concatenate([x, np.ones((2, 2))])))(np.ones((2, 3)))


@WRONG.says(
    """\
    ShapeError: np.stack at HERE
      found:    f64[3]
                f64[2]
      because:  all input arrays must have the same shape
    """
)
def rows_of_different_length() -> None:
    dx.grad(lambda x: np.sum(np.stack([x, np.ones(2)])))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: cannot reshape array of size 3 into shape (2, 2) at HERE
      because:  the number of elements would change
    """
)
def places_that_are_not_filled() -> None:
    dx.grad(lambda x: np.sum(x.reshape(2, 2)))(np.ones(3))


@WRONG.says(
    """\
    ShapeError: the truth value of an array at HERE
      found:    bool[2]
      because:  an array of several elements is neither true nor false
      instead:  x.any() or x.all()
    """
)
def truth_of_an_array() -> None:
    dx.grad(lambda x: x[0] if x > 0 else x[1])(np.ones(2))


test_each_message = check_all(WRONG)
