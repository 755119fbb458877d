"""What loops refuse.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([1.0, 2.0, 3.0])


# ---- what is carried stays what it is


@WRONG.says(
    """\
    DtypeError: scan at HERE: init['b']
      found:    before: f32
                after:  f64
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with a np.float64, or return it .astype(np.float32)
    """
)
def a_dtype_that_changes() -> None:
    dx.scan(lambda s, x: ({"a": s["a"], "b": s["b"] + x}, None), {"a": 1.0, "b": np.float32(0)}, X)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: init[0]
      found:    before: i64[3]
                after:  f64[3]
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with an array of np.float64, or return it .astype(np.int64)
    """
)
def an_array_of_whole_numbers_that_becomes_one_of_floats() -> None:
    dx.fori_loop(0, 3, lambda i, s: [s[0] + X], [np.zeros(3, int)])


@WRONG.says(
    """\
    DtypeError: scan at HERE: init
      found:    before: bool
                after:  f64
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with a np.float64, or return it .astype(np.bool)
    """
)
def a_truth_that_becomes_a_number() -> None:
    dx.scan(lambda s, x: (s + x, None), False, X)


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: init
      found:    before: f64
                after:  bool
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with a np.bool, or return it .astype(np.float64)
    """
)
def a_number_that_becomes_a_truth() -> None:
    dx.while_loop(lambda s: s < 3, lambda s: s > 2, 1.0)


@WRONG.says(
    """\
    ShapeError: while_loop at HERE: init
      found:    before: f64
                after:  f64[3]
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with an array of shape (3,), or return a number
    """
)
def a_number_that_becomes_an_array() -> None:
    dx.while_loop(lambda s: np.sum(s) < 3, lambda s: s + X, 0.0)


@WRONG.says(
    """\
    ShapeError: fori_loop at HERE: init[1]
      found:    before: f64[3]
                after:  f64[2]
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with an array of shape (2,), or return an array of shape (3,)
    """
)
def an_array_that_shrinks() -> None:
    dx.fori_loop(0, 3, lambda i, s: (s[0], s[1][:2]), (0.0, X))


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    before: (*, *)
                after:  [*, *]
      because:  the state has the same structure at every step
      instead:  return a container like the one that was given
    """
)
def another_container() -> None:
    dx.scan(lambda s, x: ([s[0], s[1]], None), (0.0, 1.0), X)


@WRONG.says(
    """\
    ArgumentError: fori_loop at HERE
      found:    before: {'a': *, 'b': *}
                after:  *
      because:  the state has the same structure at every step; * is one number or array
      instead:  return a container like the one that was given
    """
)
def a_part_of_the_state() -> None:
    dx.fori_loop(0, 3, lambda i, s: s["a"], {"a": 0.0, "b": 1.0})


@WRONG.says(
    """\
    ArgumentError: fori_loop at HERE
      found:    before: *
                after:  None
      because:  the state has the same structure at every step; * is one number or array
      instead:  return a container like the one that was given
    """
)
def nothing_returned() -> None:
    dx.fori_loop(0, 3, lambda i, s: None, 1.0)


# ---- what a step returns


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    f returned *
      because:  each step returns a pair: the next state, and what it writes down
      instead:  return state, y; or return state, None
    """
)
def no_pair() -> None:
    dx.scan(lambda s, x: s + x, 0.0, X)


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    f returned [*, *]
      because:  each step returns a pair: the next state, and what it writes down
      instead:  return state, y; or return state, None
    """
)
def a_list_for_a_pair() -> None:
    dx.scan(lambda s, x: [s, x], 0.0, X)


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    f returned (*, *, *)
      because:  each step returns a pair: the next state, and what it writes down
      instead:  return state, y; or return state, None
    """
)
def three_for_a_pair() -> None:
    dx.scan(lambda s, x: (s, x, x), 0.0, X)


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    f returned None
      because:  each step returns a pair: the next state, and what it writes down
      instead:  return state, y; or return state, None
    """
)
def no_result() -> None:
    dx.scan(lambda s, x: None, 0.0, X)


@WRONG.says(
    """\
    DtypeError: scan at HERE: f(…)[1]['t']
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_written_down() -> None:
    dx.scan(lambda s, x: (s, {"t": "a"}), 0.0, X)


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: the condition
      found:    f64
      because:  it is one truth value
      instead:  a comparison, such as x > 0; np.any(…) or np.all(…) of an array
    """
)
def a_condition_that_is_a_number() -> None:
    dx.while_loop(lambda s: s - 1, lambda s: s + 1, 0.0)


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: the condition
      found:    bool[3]
      because:  it is one truth value
      instead:  a comparison, such as x > 0; np.any(…) or np.all(…) of an array
    """
)
def a_condition_of_many() -> None:
    dx.while_loop(lambda s: s < 1, lambda s: s + 1, X)


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: the condition
      found:    (*, *)
      because:  it is one truth value
      instead:  a comparison, such as x > 0; np.any(…) or np.all(…) of an array
    """
)
def two_conditions() -> None:
    dx.while_loop(lambda s: (s < 1, s < 2), lambda s: s + 1, 1.0)


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: the condition
      found:    None
      because:  it is one truth value
      instead:  a comparison, such as x > 0; np.any(…) or np.all(…) of an array
    """
)
def no_condition() -> None:
    dx.while_loop(lambda s: None, lambda s: s + 1, 1.0)


# ---- how long


@WRONG.says(
    """\
    ShapeError: scan at HERE
      found:    xs[0]: 3
                xs[1]['y']: 4
      because:  all arrays of xs are walked along together, and `length` is how long they are
    """
)
def elements_of_different_number() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, (X, {"y": np.zeros(4)}))


@WRONG.says(
    """\
    ShapeError: scan at HERE
      found:    xs: 3
                length: 4
      because:  all arrays of xs are walked along together, and `length` is how long they are
    """
)
def a_length_that_is_another() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, X, length=4)


@WRONG.says(
    """\
    ShapeError: scan at HERE: xs[1]
      found:    f64
      because:  a number has no elements to walk along
      instead:  np.asarray(xs) of a list of numbers; or the number itself, in the body
    """
)
def elements_of_a_number() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, (X, 3.0))


@WRONG.says(
    """\
    ShapeError: scan at HERE: xs[0]
      found:    f64
      because:  a number has no elements to walk along
      instead:  np.asarray(xs) of a list of numbers; or the number itself, in the body
    """
)
def a_list_of_numbers() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, [1.0, 2.0])


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    neither xs nor length
      because:  nothing tells how many steps there are
      instead:  scan(f, init, xs) or scan(f, init, length=n)
    """
)
def no_length() -> None:
    dx.scan(lambda s, x: (s, None), 0.0)


@WRONG.says(
    """\
    ArgumentError: scan(length=-1) at HERE
      because:  it is a whole number, 0 or more, that is known when the loop is traced
    """
)
def a_negative_length() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, length=-1)


@WRONG.says(
    """\
    ArgumentError: scan(length=2.0) at HERE
      because:  it is a whole number, 0 or more, that is known when the loop is traced
    """
)
def a_length_with_a_point() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, length=2.0)


@WRONG.says(
    """\
    ArgumentError: scan(length=Lazy(3.)) at HERE
      because:  it is a whole number, 0 or more, that is known when the loop is traced
      instead:  fori_loop, whose bounds may be traced
    """
)
def a_traced_length() -> None:
    dx.grad(lambda n: dx.scan(lambda s, x: (s, None), n, length=n)[0])(3.0)


@WRONG.says(
    """\
    ArgumentError: scan(checkpoint=0) at HERE
      because:  it is a whole number, 1 or more, that is known when the loop is traced
      instead:  True for √n steps, where there are n; False for none
    """
)
def checkpoint_none_at_all() -> None:
    dx.scan(lambda s, x: (s, None), 0.0, X, checkpoint=0)


@WRONG.says(
    """\
    ArgumentError: fori_loop(checkpoint=2.5) at HERE
      because:  it is a whole number, 1 or more, that is known when the loop is traced
      instead:  True for √n steps, where there are n; False for none
    """
)
def half_a_checkpoint() -> None:
    dx.fori_loop(0, 3, lambda i, s: s, 0.0, checkpoint=2.5)


@WRONG.says(
    """\
    ArgumentError: while_loop(checkpoint='yes') at HERE
      because:  it is a whole number, 1 or more, that is known when the loop is traced
      instead:  True for √n steps, where there are n; False for none
    """
)
def a_checkpoint_in_words() -> None:
    dx.while_loop(lambda s: s < 1, lambda s: s + 1, 0.0, checkpoint="yes")


@WRONG.says(
    """\
    ArgumentError: while_loop(max_steps=-1) at HERE
      because:  it is a whole number, 0 or more, that is known when the loop is traced
    """
)
def a_negative_bound() -> None:
    dx.while_loop(lambda s: s < 1, lambda s: s + 1, 0.0, max_steps=-1)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: upper
      found:    f64
      because:  the bounds of a loop are whole numbers
      instead:  int(n), or n.astype(int)
    """
)
def a_bound_with_a_point() -> None:
    dx.fori_loop(0, 3.0, lambda i, s: s, 0.0)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: upper
      found:    f64
      because:  the bounds of a loop are whole numbers
      instead:  int(n), or n.astype(int)
    """
)
def a_traced_bound_with_a_point() -> None:
    dx.grad(lambda x: dx.fori_loop(0, x, lambda i, s: s, x))(3.0)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: lower
      found:    bool
      because:  the bounds of a loop are whole numbers
      instead:  int(n), or n.astype(int)
    """
)
def a_bound_that_is_a_truth() -> None:
    dx.fori_loop(False, 3, lambda i, s: s, 0.0)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: upper
      found:    i64[2]
      because:  the bounds of a loop are whole numbers
      instead:  vmap, where each element has its own
    """
)
def many_bounds() -> None:
    dx.fori_loop(0, np.array([3, 4]), lambda i, s: s, 0.0)


# ---- what is no function, no number


@WRONG.says(
    """\
    ArgumentError: fori_loop at HERE
      found:    float 1.0
      because:  fori_loop takes a function
      instead:  fori_loop(lower, upper, f, init)
    """
)
def arguments_in_another_order() -> None:
    dx.fori_loop(0, 3, 1.0, lambda i, s: s)  # type: ignore


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    float 0.0
      because:  scan takes a function
      instead:  scan(f, init, xs)
    """
)
def a_state_for_a_function() -> None:
    dx.scan(0.0, lambda s, x: (s, None), X)  # type: ignore


@WRONG.says(
    """\
    ArgumentError: while_loop at HERE
      found:    bool True
      because:  while_loop takes a function
      instead:  while_loop(condition, f, init)
    """
)
def a_truth_for_a_condition() -> None:
    dx.while_loop(True, lambda s: s + 1, 1.0)  # type: ignore


@WRONG.says(
    """\
    DtypeError: scan at HERE: init['a']
      found:    str 'b'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def a_state_of_text() -> None:
    dx.scan(lambda s, x: (s, None), {"a": "b"}, X)


@WRONG.says(
    """\
    DtypeError: scan at HERE: init
      found:    an array of dtype complex128
      because:  complex arguments are not differentiated yet
      instead:  its real and imaginary parts as two arguments
    """
)
def a_complex_state() -> None:
    dx.scan(lambda s, x: (s, None), 1j, X)


test_each_message = check_all(WRONG)
