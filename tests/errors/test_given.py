"""What loops, batches and `explain` are given that is almost right, and what to write for it.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import DtypeError
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([1.0, 2.0, 3.0])


# ---- what a loop or a batch is given


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    before: *
                after:  [*, *]
      because:  the state has the same structure at every step; * is one number or array
      instead:  one number or array; np.stack([…]) of numbers, where the state is an array
    """
)
def a_list_for_an_array() -> None:
    dx.scan(lambda s, _: ([s[0] + s[1], s[1]], None), np.ones(2), length=3)


@WRONG.says(
    """\
    ShapeError: scan at HERE: xs
      found:    i64
      because:  a number has no elements to walk along
      instead:  length=500;
                np.asarray(xs) of a list of numbers; or the number itself, in the body
    """
)
def the_length_in_the_place_of_xs() -> None:
    dx.scan(lambda s, _: (s, None), 1.0, 500)


@pytest.mark.parametrize(
    ("xs", "instead"),
    [
        (range(5), "np.arange(0, 5)"),
        (range(9, 1, -2), "np.arange(9, 1, -2)"),
        (zip(X, X, strict=True), "the tuple (a, b) for zip(a, b)"),
        (enumerate(X), "the tuple (np.arange(len(a)), a) for enumerate(a)"),
    ],
    ids=["range", "steps", "zip", "enumerate"],
)
def test_what_python_walks_along(xs: Any, instead: str) -> None:
    with pytest.raises(DtypeError) as caught:
        dx.scan(lambda s, _: (s, None), 1.0, xs)
    assert caught.value.instead == instead


@WRONG.says(
    """\
    ArgumentError: vmap at HERE: x[0], mapped over axis 0
      found:    f64, which has 0 axes
      because:  there is no such axis to take the elements from
      instead:  np.array([...]) of a list of numbers; None in in_axes, where it is the same for
                every element
    """
)
def a_list_of_numbers() -> None:
    dx.vmap(lambda x: 2 * x)([1.0, 2.0])


@WRONG.says(
    """\
    DtypeError: fori_loop at HERE: init
      found:    before: f64
                after:  i64
      because:  what is carried keeps its shape and dtype from step to step
      instead:  begin with a np.int64, or return it .astype(np.float64);
                f(i, state), where they were exchanged: the counter comes first
    """
)
def the_state_before_the_counter() -> None:
    dx.fori_loop(0, 3, lambda x, i: x + 1, 1.0)


class Ball:
    def __init__(self) -> None:
        self.height = 1.0

    def __repr__(self) -> str:
        return "Ball()"


@WRONG.says(
    """\
    DtypeError: while_loop at HERE: init
      found:    Ball Ball()
      because:  only numbers and arrays of numbers have derivatives
      instead:  a tuple, a dict or a dataclass of numbers and arrays
    """
)
def a_class_of_his_own() -> None:
    dx.while_loop(lambda ball: ball.height < 5, lambda ball: ball, Ball())


# ---- functions that take something else


TWO = """\
    ArgumentError: while_loop at HERE
      found:    <lambda>(a, b)
      because:  it is called as f(state)
      instead:  lambda state: …, and a, b = state inside: the state is one argument
    """


@WRONG.says(TWO)
def a_condition_of_two() -> None:
    dx.while_loop(lambda a, b: a < 5, lambda s: (s[0] + 1, s[1]), (1.0, 2.0))


@WRONG.says(TWO)
def a_body_of_two() -> None:
    dx.while_loop(lambda s: s[0] < 5, lambda a, b: (a + 1, b), (1.0, 2.0))


@WRONG.says(
    """\
    ArgumentError: scan at HERE
      found:    <lambda>(s)
      because:  it is called as f(state, x)
      instead:  lambda state, x: …
    """
)
def a_step_of_one() -> None:
    dx.scan(lambda s: (s, None), 1.0, X)


@WRONG.says(
    """\
    ArgumentError: fori_loop at HERE
      found:    <lambda>(s)
      because:  it is called as f(i, state)
      instead:  lambda i, state: …
    """
)
def a_step_without_counter() -> None:
    dx.fori_loop(0, 3, lambda s: s, 1.0)


@WRONG.says(
    """\
    ArgumentError: cond at HERE
      found:    <lambda>()
      because:  it is called as f(*operands)
      instead:  as many parameters as there are operands; what is outside can be used as it is
    """
)
def a_branch_of_none() -> None:
    dx.cond(True, lambda: 1.0, lambda: 2.0, 3.0)


def test_an_error_of_the_function_itself_comes_through() -> None:
    def fails(s: Any) -> Any:
        return len(s, s)  # type: ignore[call-arg]

    with pytest.raises(TypeError, match="exactly one argument"):
        dx.while_loop(lambda s: s < 3, fails, 1.0)
    with pytest.raises(TypeError, match="exactly one argument"):
        dx.while_loop(lambda s: s < 3, lambda s: fails(s), 1.0)


# ---- the point of `explain`


@WRONG.says(
    """\
    ArgumentError: explain(f, 2.0, 3.0) at HERE
      found:    a method 3.0
      because:  the point is one argument of explain, and methods have names
      instead:  at=(2.0, 3.0)
    """
)
def a_point_in_two_arguments() -> None:
    dx.explain(lambda x, y: x * y, 2.0, 3.0)


@WRONG.says(
    """\
    ArgumentError: explain(f, 2.0, array([3., 4.])) at HERE
      found:    a method array([3., 4.])
      because:  the point is one argument of explain, and methods have names
      instead:  at=(2.0, array([3., 4.]))
    """
)
def a_point_with_an_array() -> None:
    dx.explain(lambda x, y: x * y, 2.0, np.array([3.0, 4.0]))


test_each_message = check_all(WRONG)
