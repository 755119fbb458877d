"""Methods by name, typed formulas, dual numbers, explanations, checks: used wrongly.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import math

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    ArgumentError: derivative(…, method='revers') at HERE
      because:  there is no method of this name
      instead:  'reverse'? One of forward-difference, backward-difference, central-difference,
                richardson, complex-step, dual, reverse, symbolic
    """
)
def name_of_a_method_misspelt() -> None:
    dx.derivative(lambda x: x * x, 2.0, method="revers")


@WRONG.says(
    """\
    ArgumentError: derivative(…, method=3) at HERE
      because:  there is no method of this name
      instead:  One of forward-difference, backward-difference, central-difference, richardson,
                complex-step, dual, reverse, symbolic
    """
)
def name_of_a_method_that_is_a_number() -> None:
    dx.derivative(lambda x: x * x, 2.0, method=3)


@WRONG.says(
    """\
    ArgumentError: derivative(…, method='numerical') at HERE
      because:  there is no method of this name
      instead:  the numerical methods are 'forward-difference', 'backward-difference',
                'central-difference', 'richardson' and 'complex-step'
    """
)
def name_of_a_family_of_methods() -> None:
    dx.derivative(lambda x: x * x, 2.0, method="numerical")


@WRONG.says(
    """\
    ArgumentError: derivative(…, method='forward-mode') at HERE
      because:  there is no method of this name
      instead:  forward mode is 'dual'; the numerical methods are 'forward-difference',
                'backward-difference', 'central-difference', 'richardson' and 'complex-step'
    """
)
def name_of_forward_mode() -> None:
    dx.derivative(lambda x: x * x, 2.0, method="forward-mode")


@WRONG.says(
    """\
    ArgumentError: methods='Reverse mode' at HERE
      because:  there is no method of this name
      instead:  reverse mode is 'reverse'; the numerical methods are 'forward-difference',
                'backward-difference', 'central-difference', 'richardson' and 'complex-step'
    """
)
def name_of_reverse_mode() -> None:
    dx.compare(lambda x: x * x, 2.0, methods="Reverse mode")


@WRONG.says(
    """\
    ArgumentError: methods=3 at HERE
      because:  there is no method of this name
      instead:  One of forward-difference, backward-difference, central-difference, richardson,
                complex-step, dual, reverse, symbolic
    """
)
def methods_that_are_a_number() -> None:
    dx.compare(lambda x: x * x, 2.0, methods=3)


@WRONG.says(
    """\
    ArgumentError: growth(f, sizes=0) at HERE
      because:  sizes are numbers of inputs: integers from 1 upward
      instead:  growth(f, (2, 10, 100))
    """
)
def sizes_that_are_one_number() -> None:
    dx.growth(np.sum, 0)


@WRONG.says(
    """\
    ArgumentError: growth(f, sizes=(0, 2)) at HERE
      because:  sizes are numbers of inputs: integers from 1 upward
      instead:  growth(f, (2, 10, 100))
    """
)
def sizes_of_nothing() -> None:
    dx.growth(np.sum, (0, 2))


@WRONG.says(
    """\
    ArgumentError: growth(f, sizes='abc') at HERE
      because:  sizes are numbers of inputs: integers from 1 upward
      instead:  growth(f, (2, 10, 100))
    """
)
def sizes_that_are_text() -> None:
    dx.growth(np.sum, "abc")


@WRONG.says(
    """\
    ArgumentError: growth(f, budget='long') at HERE
      because:  budget is a number of seconds
    """
)
def budget_in_words() -> None:
    dx.growth(np.sum, (2, 3), budget="long")


@WRONG.says(
    """\
    ArgumentError: growth(f, point=…) at HERE
      found:    float 1.0
      because:  growth(f, point=…) takes a function
      instead:  point=lambda n: np.ones(n)
    """
)
def point_that_is_no_function() -> None:
    dx.growth(np.sum, (2, 3), point=1.0)


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args, modes=3) at HERE
      because:  modes is a list of modes
      instead:  modes=["fwd", "rev"], or one of them
    """
)
def modes_that_are_a_number() -> None:
    dx.check_grads(np.sin, (1.0,), modes=3)


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args, rtol='a') at HERE
      because:  rtol is a number, 0 or more
    """
)
def bound_that_is_text() -> None:
    dx.check_grads(np.sin, (1.0,), rtol="a")


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args, seed=-1) at HERE
      because:  a seed is an integer, 0 or more
    """
)
def seed_below_zero() -> None:
    dx.check_grads(np.sin, (1.0,), seed=-1)


@WRONG.says(
    """\
    ArgumentError: derivative at HERE
      found:    float 3.0
      because:  derivative takes a function
      instead:  derivative(f, x)
    """
)
def derivative_of_no_function() -> None:
    dx.derivative(3.0, 2.0)


@WRONG.says(
    """\
    DtypeError: derivative at HERE: x
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def derivative_at_text() -> None:
    dx.derivative(lambda x: x * x, "a")


@WRONG.says(
    """\
    ArgumentError: derivative(f, argnums=0) at HERE
      found:    a call with 0 positional arguments
      because:  there is no argument number 0
      instead:  give the differentiated arguments by position, counted from 0
    """
)
def derivative_without_point() -> None:
    dx.derivative(lambda x: x * x)


@WRONG.says(
    """\
    FormulaError: a formula, at character 4
      found:    x**
                   ^
      because:  it ends where a number, a name or a bracket should follow
    """
)
def formula_that_ends_early() -> None:
    dx.symbolic("x**")


@WRONG.says(
    """\
    FormulaError: a formula, at character 1
      found:    foo(x)
                ^
      because:  there is no function called foo
      instead:  one of abs, acos, acosh, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh,
                asin, asinh, atan, atan2, atanh, cbrt, ceil, cos, cosh, erf, exp, expm1, floor,
                hypot, ln, log, log10, log1p, log2, max, min, relu, sigmoid, sign, sin, sinh, sqrt,
                tan, tanh
    """
)
def formula_with_an_unknown_function() -> None:
    dx.symbolic("foo(x)")


@WRONG.says(
    """\
    FormulaError: a formula
      found:    nothing
      because:  there is nothing to read
      instead:  "x^2 + y"
    """
)
def formula_of_nothing() -> None:
    dx.symbolic("")


@WRONG.says(
    """\
    FormulaError: a formula, at character 12
      found:    __import__('os')
                           ^
      because:  U+0027, apostrophe, is no part of a formula
    """
)
def formula_that_is_code() -> None:
    dx.symbolic("__import__('os')")


@WRONG.says(
    """\
    ArgumentError: compare at HERE
      found:    NoneType None
      because:  compare takes a function
      instead:  compare(f, x)
    """
)
def nothing_to_compare() -> None:
    dx.compare(None, 2.0)


@WRONG.says(
    """\
    ArgumentError: explain at HERE
      found:    NoneType None
      because:  explain takes a function, or a formula in text
      instead:  explain(f, at=(2.0, 3.0)) or explain("x*y", at={"x": 2, "y": 3})
    """
)
def nothing_to_explain() -> None:
    dx.explain(None, 2.0)


@WRONG.says(
    """\
    ArgumentError: explain at HERE
      because:  a derivation needs a point
      instead:  explain(f, at=(2.0, 3.0))
    """
)
def explanation_without_a_point() -> None:
    dx.explain(lambda x: x * x)


@WRONG.says(
    """\
    FormulaError: a formula, at character 6
      found:    x^2 +
                     ^
      because:  it ends where a number, a name or a bracket should follow
    """
)
def explanation_of_half_a_formula() -> None:
    dx.explain("x^2 +", at=2.0)


@WRONG.says(
    """\
    DtypeError: a dual number at HERE
      found:    the real part is str 'a'
      because:  the parts of a dual number are real numbers, or arrays of them
    """
)
def variable_text() -> None:
    dx.variable("a")


@WRONG.says(
    """\
    DtypeError: constant at HERE: value
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def constant_text() -> None:
    dx.constant("a")


@WRONG.says(
    """\
    DtypeError: a dual number at HERE
      found:    the real part is str 'a'
      because:  the parts of a dual number are real numbers, or arrays of them
    """
)
def dual_text() -> None:
    dx.Dual("a", 1.0)


@WRONG.says(
    """\
    ShapeError: a dual number at HERE
      found:    real part: (2,)
                ε part:    (3,)
      because:  an ε part has the shape of the real part: one rate of change for each number
    """
)
def dual_shape() -> None:
    dx.Dual(np.ones(2), np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: float() of 1 + 1ε at HERE
      because:  a plain number has no ε part, so the derivative would be silently lost
      instead:  np.sin(x) for math.sin(x); x.real, if ε is to end
    """
)
def dual_float() -> None:
    float(dx.Dual(1.0, 1.0))


@WRONG.says(
    """\
    LostDerivativeError: float() of 1 + 1ε at HERE
      because:  a plain number has no ε part, so the derivative would be silently lost
      instead:  np.sin(x) for math.sin(x); x.real, if ε is to end
    """
)
def dual_math() -> None:
    math.sin(dx.Dual(1.0, 1.0))


@WRONG.says(
    """\
    UnsupportedError: np.nextafter of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def dual_unknown() -> None:
    np.nextafter(dx.Dual(1.0, 1.0), 2.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of 1 + 1ε at HERE
      because:  a plain number has no ε part, so the derivative would be silently lost
      instead:  np.stack([x, y]); x.real, if ε is to end
    """
)
def dual_array() -> None:
    np.array([dx.Dual(1.0, 1.0)])


@WRONG.says(
    """\
    DtypeError: grad at HERE: f(…)
      found:    Dual Dual(Lazy(4.), Lazy(2.))
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def dual_in_grad() -> None:
    dx.grad(lambda x: dx.Dual(x, 1.0) * x)(2.0)


@WRONG.says(
    """\
    ArgumentError: lift at HERE
      found:    str 'a'
      because:  lift takes a function, and functions for its derivatives
      instead:  lift(f)(x), lift(f, derivative)(x)
    """
)
def lift_text() -> None:
    dx.lift("a")


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args) at HERE
      found:    args is a float
      because:  args is a tuple with one entry for each argument of f
      instead:  check_grads(f, (x,))
    """
)
def check_grads_noargs() -> None:
    dx.check_grads(lambda x: x, 2.0)


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args, order=-1) at HERE
      because:  an order is 1, 2, 3, …
    """
)
def check_grads_order() -> None:
    dx.check_grads(lambda x: x, (2.0,), order=-1)


@WRONG.says(
    """\
    ArgumentError: check_grads(f, args, modes=['foo']) at HERE
      because:  modes is a list of modes
      instead:  modes=["fwd", "rev"], or one of them
    """
)
def check_grads_modes() -> None:
    dx.check_grads(lambda x: x, (2.0,), modes=["foo"])


@WRONG.says(
    """\
    ArgumentError: written at HERE
      found:    str 'a'
      because:  only a traced array remembers how it is computed
      instead:  a = infinitesimal.variable(5.0); written(a * a)
    """
)
def written_text() -> None:
    dx.written("a")


test_each_message = check_all(WRONG)
