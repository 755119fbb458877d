"""How the functions of the calculus are called wrongly, and what they then say.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=1) at HERE
      found:    a call with 1 positional argument
      because:  there is no argument number 1
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def argnums_out_of_range() -> None:
    dx.grad(lambda x: x, argnums=1)(1.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=-2) at HERE
      found:    a call with 1 positional argument
      because:  there is no argument number -2
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def argnums_negative_out_of_range() -> None:
    dx.grad(lambda x: x, argnums=-2)(1.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=True) at HERE
      because:  argnums is an integer or a tuple of integers
    """
)
def argnums_a_truth_value() -> None:
    dx.grad(lambda x: x, argnums=True)(1.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=0.0) at HERE
      because:  argnums is an integer or a tuple of integers
    """
)
def argnums_a_float() -> None:
    dx.grad(lambda x: x, argnums=0.0)(1.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums='x') at HERE
      because:  argnums is an integer or a tuple of integers
    """
)
def argnums_a_name() -> None:
    dx.grad(lambda x: x, argnums="x")(1.0)


@WRONG.says(
    """\
    ArgumentError: jacrev(f, argnums=None) at HERE
      because:  argnums is an integer or a tuple of integers
    """
)
def argnums_nothing() -> None:
    dx.jacrev(lambda x: x, argnums=None)(1.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=(0, -2)) at HERE
      because:  an argument is named twice
    """
)
def argnums_twice() -> None:
    dx.grad(lambda x, y: x, argnums=(0, -2))(1.0, 2.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=0) at HERE
      found:    a call with 0 positional arguments
      because:  there is no argument number 0
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def no_arguments() -> None:
    dx.grad(lambda x: x)()


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=1) at HERE
      found:    a call with 1 positional argument; by name: y
      because:  there is no argument number 1
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def argument_by_keyword() -> None:
    dx.grad(lambda x, y: x * y, argnums=1)(3.0, y=2.0)


@WRONG.says(
    """\
    ArgumentError: grad(f, argnums=0) at HERE
      found:    a call with 0 positional arguments; by name: x, y
      because:  there is no argument number 0
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def all_arguments_by_keyword() -> None:
    dx.grad(lambda x, y: x * y)(x=3.0, y=2.0)


@WRONG.says(
    """\
    ArgumentError: grad at HERE
      found:    str 'x^2'
      because:  grad takes a function
      instead:  infinitesimal.symbolic(text) or infinitesimal.explain(text, at=…), which read
                formulas
    """
)
def gradient_of_a_formula_in_text() -> None:
    dx.grad("x^2")


@WRONG.says(
    """\
    ArgumentError: grad at HERE
      found:    float 3.0
      because:  grad takes a function
      instead:  grad(f)(x), not grad(f(x))
    """
)
def no_function() -> None:
    dx.grad(3.0)


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    float 0.0
      because:  scan takes a function
      instead:  scan(f, init, xs)
    """
)
def a_loop_with_its_state_first() -> None:
    dx.scan(0.0, lambda total, x: (total + x, None), np.ones(3))


@WRONG.says(
    """\
    ShapeError: cond at HERE: f(…)
      found:    if_false: f64[2]
                if_true: f64
      because:  all branches return the same shapes and dtypes
      instead:  np.broadcast_to(y, shape) for the smaller of them
    """
)
def a_branch_of_another_shape() -> None:
    dx.cond(True, np.sum, np.sin, np.ones(2))


@WRONG.says(
    """\
    DtypeError: switch at HERE: the index
      found:    i64[2]
      because:  it is one whole number
      instead:  vmap, where each element has its own
    """
)
def several_choices() -> None:
    dx.switch(np.array([0, 1]), [np.sin, np.cos], 1.0)


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: upper
      found:    i64[2]
      because:  the bounds of a loop are whole numbers
      instead:  vmap, where each element has its own
    """
)
def several_bounds() -> None:
    dx.fori_loop(0, np.array([2, 3]), lambda k, x: 2 * x, 1.0)


@WRONG.says(
    """\
    ArgumentError: grad at HERE
      found:    float64 np.float64(0.9092974268256817)
      because:  grad takes a function
      instead:  grad(f)(x), not grad(f(x))
    """
)
def value_in_place_of_function() -> None:
    dx.grad(np.sin(2.0))


@WRONG.says(
    """\
    ArgumentError: jvp at HERE
      found:    NoneType None
      because:  jvp takes a function
      instead:  jvp(f, (x,), (tangent,))
    """
)
def no_function_for_jvp() -> None:
    dx.jvp(None, (1.0,), (1.0,))


@WRONG.says(
    """\
    ShapeError: grad(f) at HERE
      found:    f returned f64[2]
      because:  a gradient belongs to a function with a single number as its value
      instead:  jacobian(f) for all derivatives, or return a scalar, for instance np.sum(...)
    """
)
def array_valued() -> None:
    dx.grad(lambda x: 2 * x)(np.ones(2))


@WRONG.says(
    """\
    ShapeError: grad(f) at HERE
      found:    f returned f64[1]
      because:  a gradient belongs to a function with a single number as its value
      instead:  jacobian(f) for all derivatives, or return a scalar, for instance np.sum(...)
    """
)
def vector_of_one() -> None:
    dx.grad(lambda x: 2 * x)(np.ones(1))


@WRONG.says(
    """\
    ShapeError: grad(f) at HERE
      found:    f returned (*, *)
      because:  a gradient belongs to a function with a single number as its value
      instead:  jacobian(f) for all derivatives, or return a scalar, for instance np.sum(...)
    """
)
def tuple_valued() -> None:
    dx.grad(lambda x: (x, x))(1.0)


@WRONG.says(
    """\
    ShapeError: grad(f) at HERE
      found:    f returned None
      because:  a gradient belongs to a function with a single number as its value
      instead:  jacobian(f) for all derivatives, or return a scalar, for instance np.sum(...)
    """
)
def nothing_returned() -> None:
    dx.grad(lambda x: None)(1.0)


@WRONG.says(
    """\
    DtypeError: grad at HERE: f(…)
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_returned() -> None:
    dx.grad(lambda x: "a")(1.0)


@WRONG.says(
    """\
    DtypeError: jacobian at HERE: f(…)['name']
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_among_results() -> None:
    dx.jacobian(lambda x: {"y": x, "name": "a"})(1.0)


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_as_argument() -> None:
    dx.grad(lambda x: x)("a")


@WRONG.says(
    """\
    DtypeError: grad at HERE: p['b']
      found:    str 'x'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_in_a_container() -> None:
    dx.grad(lambda p: p["a"])({"a": 1.0, "b": "x"})


@WRONG.says(
    """\
    DtypeError: grad at HERE: f
      found:    builtin_function_or_method <built-in function len>
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def function_as_argument() -> None:
    dx.grad(lambda f, x: f(x))(len, 1.0)


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype object
      because:  only numbers and arrays of numbers have derivatives
      instead:  np.asarray(x, dtype=float), and rows of equal length
    """
)
def object_array() -> None:
    dx.grad(lambda x: x[0])(np.array([None, 1.0]))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype <U1
      because:  only numbers and arrays of numbers have derivatives
      instead:  np.asarray(x, dtype=float), and rows of equal length
    """
)
def text_array() -> None:
    dx.grad(lambda x: x[0])(np.array(["a"]))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype datetime64[D]
      because:  only numbers and arrays of numbers have derivatives
      instead:  np.asarray(x, dtype=float), and rows of equal length
    """
)
def dates() -> None:
    dx.grad(lambda x: x[0])(np.array(["2020-01-01"], "datetime64[D]"))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype [('a', '<f8')]
      because:  only numbers and arrays of numbers have derivatives
      instead:  np.asarray(x, dtype=float), and rows of equal length
    """
)
def fields() -> None:
    dx.grad(lambda x: x)(np.zeros(2, [("a", float)]))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    a value of dtype float128
      because:  only booleans, integers, real and complex floating-point numbers can be traced
      instead:  convert it first, for instance with np.asarray(value, dtype=float)
    """
)
def extended_precision() -> None:
    dx.grad(lambda x: x)(np.longdouble(1))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype complex128
      because:  complex arguments are not differentiated yet
      instead:  its real and imaginary parts as two arguments
    """
)
def complex_argument() -> None:
    dx.grad(lambda x: x)(1j)


@WRONG.says(
    """\
    DtypeError: grad at HERE: a
      found:    a MaskedArray
      because:  its arithmetic is not that of an ordinary array
      instead:  np.asarray(x), and a mask in np.where
    """
)
def masked_array() -> None:
    dx.grad(np.sum)(np.ma.masked_array([1.0, 2.0], [0, 1]))


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    set {1.0}
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def set_as_argument() -> None:
    dx.grad(lambda x: 1.0)({1.0})


@WRONG.says(
    """\
    DtypeError: grad at HERE: x
      found:    an array of dtype object
      because:  only numbers and arrays of numbers have derivatives
      instead:  np.asarray(x, dtype=float), and rows of equal length
    """
)
def huge_integer() -> None:
    dx.grad(lambda x: x * x)(10**30)


@WRONG.says(
    """\
    ArgumentError: grad with has_aux=True at HERE
      found:    the function returned a traced f64
      because:  with has_aux=True the function returns a pair (value, auxiliary)
      instead:  return value, auxiliary
    """
)
def no_pair_with_has_aux() -> None:
    dx.grad(lambda x: x, has_aux=True)(1.0)


@WRONG.says(
    """\
    ArgumentError: value_and_grad with has_aux=True at HERE
      found:    the function returned tuple (1.0, 2, 3)
      because:  with has_aux=True the function returns a pair (value, auxiliary)
      instead:  return value, auxiliary
    """
)
def triple_with_has_aux() -> None:
    dx.value_and_grad(lambda x: (1.0, 2, 3), has_aux=True)(1.0)


test_each_message = check_all(WRONG)
