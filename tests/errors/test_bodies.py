"""What Python cannot be told about a value in the body of a loop or branch.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

from typing import Any

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()
X = np.array([1.0, 2.0, 3.0])
A = np.ones((3, 2))


# ---- Python, where no value is known


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def an_if() -> None:
    dx.scan(lambda s, x: (s if s > 0 else x, None), 1.0, X)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside while_loop (HERE) it stands for its value at every step
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def an_and() -> None:
    dx.while_loop(lambda s: (s > 0) and (s < 3), lambda s: s + 1, 1.0)


@WRONG.says(
    """\
    UnknownValueError: a condition at HERE
      found:    a traced bool whose value is not known here
      because:  inside cond (HERE) it stands for whatever the branch is applied to
      instead:  np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;
                a & b, a | b, ~a for a condition made with and, or, not
    """
)
def an_if_in_a_branch() -> None:
    dx.cond(True, lambda x: x if x > 0 else -x, lambda x: x, 1.0)


@WRONG.says(
    """\
    UnknownValueError: int() at HERE
      found:    a traced i64 whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  x.astype(int), a traced whole number
    """
)
def int_of_a_counter() -> None:
    dx.fori_loop(0, 3, lambda i, s: s + int(i), 1.0)


@WRONG.says(
    """\
    UnknownValueError: float() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  x itself (a traced number computes like a float); np.sin(x) for math.sin(x);
                infinitesimal.numpy.zeros(n) for an array that x is written into
    """
)
def float_of_the_state() -> None:
    dx.fori_loop(0, 3, lambda i, s: float(s), 1.0)


@WRONG.says(
    """\
    UnknownValueError: conversion to a NumPy array at HERE
      found:    a traced i64 whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  infinitesimal.numpy.take(values, k, axis=0) for values[k]
    """
)
def a_plain_array_by_counter() -> None:
    dx.vmap(lambda w: dx.fori_loop(0, 3, lambda i, s: s * w + X[i], 1.0))(X)


@WRONG.says(
    """\
    UnknownValueError: a whole number at HERE
      found:    a traced i64 whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  infinitesimal.numpy.take(values, k, axis=0) for values[k];
                infinitesimal.fori_loop(0, n, body, x) for range(n); a number that is not traced for
                a size
    """
)
def a_list_by_counter() -> None:
    dx.fori_loop(0, 3, lambda i, s: s + [1.0, 2.0, 3.0][i], 1.0)


@WRONG.says(
    """\
    UnknownValueError: a whole number at HERE
      found:    a traced i64 whose value is not known here
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  infinitesimal.numpy.take(values, k, axis=0) for values[k];
                infinitesimal.fori_loop(0, n, body, x) for range(n); a number that is not traced for
                a size
    """
)
def a_range_of_the_counter() -> None:
    dx.fori_loop(0, 3, lambda i, s: s + sum(range(i)), 1.0)


# ---- in place


@WRONG.says(
    """\
    LostDerivativeError: x[key] = value at HERE
      found:    a traced f64[2]; it is an element of the caller's own array
      because:  NumPy would change the other array too, and a traced array cannot
      instead:  y = x + d in place of x += d, or x = x.copy() first
    """
)
def an_element_changed_in_place() -> None:
    def step(s: Any, x: Any) -> Any:
        x[0] = 0.0
        return s, None

    dx.scan(step, 1.0, A)


@WRONG.says(
    """\
    LostDerivativeError: x += y at HERE
      found:    a traced f64[2]; it is an element of the caller's own array
      because:  NumPy would change the other array too, and a traced array cannot
      instead:  y = x + d in place of x += d, or x = x.copy() first
    """
)
def an_element_added_to_in_place() -> None:
    def step(s: Any, x: Any) -> Any:
        x += 1
        return s + np.sum(x), None

    dx.scan(step, 1.0, A)


@WRONG.says(
    """\
    LostDerivativeError: x[key] = value at HERE
      found:    a traced f64[3]; it is what all branches are applied to
      because:  NumPy would change the other array too, and a traced array cannot
      instead:  y = x + d in place of x += d, or x = x.copy() first
    """
)
def an_operand_of_a_branch_changed_in_place() -> None:
    def branch(x: Any) -> Any:
        x[0] = 1.0
        return x

    dx.cond(True, branch, branch, X)


@WRONG.says(
    """\
    LostDerivativeError: np.add written into an existing array at HERE
      because:  a plain array cannot hold a traced value
      instead:  y = y + x in place of y += x, or begin with infinitesimal.numpy.zeros
    """
)
def a_plain_array_written_to() -> None:
    table = np.zeros(3)

    def step(i: Any, s: Any) -> Any:
        table[:] += s
        return s

    dx.fori_loop(0, 3, step, 1.0)


@WRONG.says(
    """\
    LostDerivativeError: x[key] = value at HERE
      found:    a traced f64[3] made outside the body that changes it
      because:  the body of a loop, a branch or a batch is called once, whatever is run later
      instead:  carry it in the state, or return what is new; x = x.copy() for one's own
    """
)
def an_array_from_outside_written_to() -> None:
    def f(a: Any) -> Any:
        table = dx.numpy.zeros(3)

        def step(i: Any, s: Any) -> Any:
            table[i] = s * a
            return s

        dx.fori_loop(0, 3, step, 1.0)
        return table[0]

    dx.grad(f)(2.0)


# ---- a value that left its body


@WRONG.says(
    """\
    UnknownValueError: float() at HERE
      found:    a traced f64 whose value is not known here
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  let the function return what is used outside it
    """
)
def a_leaked_value_as_a_number() -> None:
    kept: list[Any] = []
    dx.scan(lambda s, x: (kept.append(s * x), (s, None))[1], 1.0, X)
    float(kept[0])


@WRONG.says(
    """\
    UnknownValueError: the value of a traced f64 at HERE
      found:    a value that left the function in which it was made
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  let the function return what is used outside it
    """
)
def a_leaked_value_in_a_gradient() -> None:
    def f(a: Any) -> Any:
        kept: list[Any] = []
        dx.scan(lambda s, x: (kept.append(s * x), (s, None))[1], a, X)
        return kept[0]

    dx.grad(f)(2.0)


@WRONG.says(
    """\
    UnknownValueError: the value of a traced f64 at HERE
      found:    a value that left the function in which it was made
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  let the function return what is used outside it
    """
)
def a_leaked_value_in_a_tangent() -> None:
    def f(a: Any) -> Any:
        kept: list[Any] = []
        dx.scan(lambda s, x: (kept.append(s * x), (s, None))[1], a, X)
        return kept[0]

    dx.jvp(f, (2.0,), (1.0,))


@WRONG.says(
    """\
    UnknownValueError: the value of a traced f64[3] at HERE
      found:    a value that left the function in which it was made
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  let the function return what is used outside it
    """
)
def a_leaked_value_in_a_batch() -> None:
    def f(a: Any) -> Any:
        kept: list[Any] = []
        dx.scan(lambda s, x: (kept.append(s * x), (s, None))[1], a, X)
        return kept[0]

    dx.vmap(f)(X)


LEFT = """\
    UnknownValueError: the value of a traced f64 at HERE
      found:    a value that left the function in which it was made
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  let the function return what is used outside it
    """


def left_behind() -> Any:
    kept: list[Any] = []
    dx.fori_loop(0, 3, lambda i, s: (kept.append(s), s)[1], 1.0)
    return kept[0]


@WRONG.says(LEFT)
def a_leaked_value_evaluated() -> None:
    left_behind().eval()


@WRONG.says(LEFT)
def a_leaked_value_as_a_factor() -> None:
    dx.grad(lambda x, y: x * y)(2.0, left_behind())


@WRONG.says(LEFT)
def a_leaked_value_as_the_point() -> None:
    dx.grad(lambda x: x * x)(left_behind())


@WRONG.says(LEFT)
def a_leaked_value_as_a_state() -> None:
    dx.fori_loop(0, 3, lambda i, s: s + 1, left_behind())


@WRONG.says(
    """\
    GraphError: a graph closed
      found:    an input f64 from outside
      because:  inside the body of scan (HERE) it stands for its value at every step
      instead:  an argument of the function, or its result, for what is used outside
    """
)
def a_leaked_value_in_a_graph() -> None:
    def f(a: Any) -> Any:
        kept: list[Any] = []
        dx.scan(lambda s, x: (kept.append(s * x), (s, None))[1], a, X)
        return kept[0]

    dx.graph(f)(2.0)


@WRONG.says(
    """\
    UnknownValueError: the value of a traced f64 at HERE
      found:    a value that left the function in which it was made
      because:  inside the body of fori_loop (HERE) it stands for its value at every
                step
      instead:  let the function return what is used outside it
    """
)
def a_leaked_value_in_another_body() -> None:
    kept: list[Any] = []

    def step(s: Any, x: Any) -> Any:
        dx.fori_loop(0, 2, lambda i, t: (kept.append(t), t)[1], s)
        return s + kept[0], None

    dx.grad(lambda s: dx.scan(step, s, X)[0])(1.0)


test_each_message = check_all(WRONG)
