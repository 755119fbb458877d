"""What branches refuse.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([1.0, 2.0, 3.0])


@WRONG.says(
    """\
    ArgumentError: cond at HERE
      found:    if_false returned *
                if_true returned (*, *)
      because:  all branches return the same structure
      instead:  the same container from each, with zeros where one has nothing to give
    """
)
def branches_of_different_structure() -> None:
    dx.cond(True, lambda x: (x, x), lambda x: x, 1.0)


@WRONG.says(
    """\
    ArgumentError: cond at HERE
      found:    if_false returned None
                if_true returned *
      because:  all branches return the same structure
      instead:  the same container from each, with zeros where one has nothing to give
    """
)
def a_branch_that_gives_nothing() -> None:
    dx.cond(True, lambda x: x, lambda x: None, 1.0)


@WRONG.says(
    """\
    ShapeError: cond at HERE: f(…)
      found:    if_false: f64
                if_true: f64[3]
      because:  all branches return the same shapes and dtypes
      instead:  np.broadcast_to(y, shape) for the smaller of them
    """
)
def branches_of_different_shapes() -> None:
    dx.cond(True, lambda x: x, lambda x: x[0], X)


@WRONG.says(
    """\
    DtypeError: cond at HERE: f(…)['a']
      found:    if_false: f64[3]
                if_true: bool[3]
      because:  all branches return the same shapes and dtypes
      instead:  convert one of them, for instance with .astype(float)
    """
)
def branches_of_different_dtypes() -> None:
    dx.cond(True, lambda x: {"a": x > 0}, lambda x: {"a": x}, X)


@WRONG.says(
    """\
    DtypeError: switch at HERE: f(…)
      found:    branches[1]: f32
                branches[2]: f64
      because:  all branches return the same shapes and dtypes
      instead:  convert one of them, for instance with .astype(float)
    """
)
def branches_of_different_precision() -> None:
    dx.switch(0, [lambda x: 1, lambda x: x.astype(np.float32), lambda x: x], 1.0)


@WRONG.says(
    """\
    ShapeError: cond at HERE: the condition
      found:    bool[3]
      because:  it is one truth value
      instead:  np.any(…) or np.all(…); np.where to choose element by element, or vmap
    """
)
def a_condition_for_each_element() -> None:
    dx.cond(X > 0, np.sin, np.cos, 1.0)


@WRONG.says(
    """\
    DtypeError: cond at HERE: the condition
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def a_condition_of_text() -> None:
    dx.cond("a", np.sin, np.cos, 1.0)


@WRONG.says(
    """\
    ArgumentError: cond at HERE
      found:    float 1.0
      because:  cond takes a function
      instead:  cond(condition, f, g, x)
    """
)
def a_branch_that_is_a_number() -> None:
    dx.cond(True, np.sin, 1.0, 1.0)  # type: ignore


@WRONG.says(
    """\
    ArgumentError: switch at HERE
      found:    branches is []
      because:  it is a list of functions, one of which is chosen
      instead:  switch(index, [f, g], x)
    """
)
def nothing_to_choose_from() -> None:
    dx.switch(0, [], 1.0)


@WRONG.says(
    """\
    ArgumentError: switch at HERE
      found:    branches is <ufunc 'sin'>
      because:  it is a list of functions, one of which is chosen
      instead:  switch(index, [f, g], x)
    """
)
def one_function_for_many() -> None:
    dx.switch(0, np.sin, 1.0)  # type: ignore


@WRONG.says(
    """\
    DtypeError: switch at HERE: the index
      found:    f64
      because:  it is one whole number
      instead:  int(k), or k.astype(int)
    """
)
def an_index_with_a_point() -> None:
    dx.switch(0.0, [np.sin], 1.0)


@WRONG.says(
    """\
    DtypeError: switch at HERE: the index
      found:    bool
      because:  it is one whole number
      instead:  int(k), or k.astype(int)
    """
)
def an_index_that_is_a_truth() -> None:
    dx.switch(True, [np.sin, np.cos], 1.0)


@WRONG.says(
    """\
    DtypeError: switch at HERE: the index
      found:    i64[2]
      because:  it is one whole number
      instead:  vmap, where each element has its own
    """
)
def many_indices() -> None:
    dx.switch(np.array([0, 1]), [np.sin, np.cos], 1.0)


@WRONG.says(
    """\
    ShapeError: switch at HERE: f(…)
      found:    branches[1]: f64
                branches[2]: f64[3]
      because:  all branches return the same shapes and dtypes
      instead:  np.broadcast_to(y, shape) for the smaller of them
    """
)
def a_third_branch_of_another_shape() -> None:
    dx.switch(0, [np.sin, np.cos, lambda x: x * X], 1.0)


test_each_message = check_all(WRONG)
