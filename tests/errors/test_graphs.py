"""Graphs called wrongly, and texts that are no graphs.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    ShapeError: a graph called
      found:    expected: f64[2]
                given:    f64[3]
      because:  a graph holds for the shapes it was traced with
      instead:  trace the function again
    """
)
def graph_of_another_shape() -> None:
    dx.graph(lambda x: 2 * x)(np.ones(2))(np.ones(3))


@WRONG.says(
    """\
    GraphError: a graph called
      found:    inputs: 1
                values: 0
    """
)
def graph_of_more_inputs() -> None:
    dx.graph(lambda x: 2 * x)(np.ones(2))()


@WRONG.says(
    """\
    DtypeError: a graph called
      found:    expected: f64
                given:    str 'a'
      because:  the cast would lose more than digits
      instead:  a value of the dtype it was traced with, or trace the function again
    """
)
def graph_of_text() -> None:
    dx.graph(lambda x: 2 * x)(1.0)("a")


@WRONG.says(
    """\
    DtypeError: a graph called
      found:    expected: f64
                given:    complex 1j
      because:  the cast would lose more than digits
      instead:  a value of the dtype it was traced with, or trace the function again
    """
)
def graph_of_complex_numbers() -> None:
    dx.graph(lambda x: 2 * x)(1.0)(1j)


@WRONG.says(
    """\
    DtypeError: a graph called
      found:    expected: i64
                given:    float 1.5
      because:  the cast would lose more than digits
      instead:  a value of the dtype it was traced with, or trace the function again
    """
)
def graph_of_integers_called_with_a_float() -> None:
    dx.graph(lambda x: 2 * x)(1)(1.5)


@WRONG.says(
    """\
    GraphError: the text of a graph
      found:    0 lines
      because:  it has at least two lines: `graph (…)` and `return …`
    """
)
def text_of_no_graph() -> None:
    dx.parse("")


@WRONG.says(
    """\
    GraphError: the text of a graph that is a NoneType
    """
)
def text_that_is_none() -> None:
    dx.parse(None)


@WRONG.says(
    """\
    GraphError: line 1, column 1 of the text of a graph
      found:    grap (x: f64)
                ^
      because:  'graph' is expected here
    """
)
def text_without_a_head() -> None:
    dx.parse("grap (x: f64)\nreturn x")


@WRONG.says(
    """\
    GraphError: line 2, column 12 of the text of a graph
      found:      a: f64 = sinn x
                           ^
      because:  there is no word of this name
    """
)
def text_with_an_unknown_word() -> None:
    dx.parse("graph (x: f64)\n  a: f64 = sinn x\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 16 of the text of a graph
      found:      a: f64 = sin y
                               ^
      because:  nothing above is called y
    """
)
def text_with_an_unknown_name() -> None:
    dx.parse("graph (x: f64)\n  a: f64 = sin y\nreturn a")


@WRONG.says(
    """\
    GraphError: line 1, column 11 of the text of a graph
      found:    graph (x: f65)
                          ^
      because:  a dtype is expected here
      instead:  one of bool, i8, i16, i32, i64, u8, u16, u32, u64, f16, f32, f64, c64, c128
    """
)
def text_with_an_unknown_dtype() -> None:
    dx.parse("graph (x: f65)\nreturn x")


@WRONG.says(
    """\
    GraphError: line 2, column 6 of the text of a graph
      found:      a: f64 = sin x
                     ^
      because:  the right side is of type f64[3], not f64
    """
)
def text_with_another_type() -> None:
    dx.parse("graph (x: f64[3])\n  a: f64 = sin x\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 3 of the text of a graph
      found:      x: f64 = sin x
                  ^
      because:  the name x is given twice
    """
)
def text_with_a_name_twice() -> None:
    dx.parse("graph (x: f64)\n  x: f64 = sin x\nreturn x")


@WRONG.says(
    """\
    GraphError: line 2, column 12 of the text of a graph
      found:      a: f64 = sin x x
                           ^
      because:  sin takes 1 operand
    """
)
def text_with_too_many_operands() -> None:
    dx.parse("graph (x: f64)\n  a: f64 = sin x x\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 17 of the text of a graph
      found:      a: f64 = sum x
                                ^
      because:  sum needs its parameter axis
    """
)
def text_without_a_parameter() -> None:
    dx.parse("graph (x: f64[3])\n  a: f64 = sum x\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 12 of the text of a graph
      found:      a: f64 = sum x axes=(0,)
                           ^
      because:  the next parameter of sum is axis
    """
)
def text_with_another_parameter() -> None:
    dx.parse("graph (x: f64[3])\n  a: f64 = sum x axes=(0,)\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 15 of the text of a graph
      found:      a: f64[3] = add x y
                              ^
      because:  add does not take these operands and parameters: add of 2 arrays
    """
)
def text_with_shapes_that_differ() -> None:
    dx.parse("graph (x: f64[3], y: f64[2])\n  a: f64[3] = add x y\nreturn a")


@WRONG.says(
    """\
    GraphError: line 2, column 30 of the text of a graph
      found:      a: f64[3] = constant value=f64[3][1.0,2.0]
                                             ^
      because:  the elements do not fill f64[3]
    """
)
def text_with_missing_elements() -> None:
    dx.parse("graph ()\n  a: f64[3] = constant value=f64[3][1.0,2.0]\nreturn a")


@WRONG.says(
    """\
    GraphError: line 1, column 8 of the text of a graph
      found:    graph ('x: f64)
                       ^
      because:  a string that does not end
    """
)
def text_with_an_open_string() -> None:
    dx.parse("graph ('x: f64)\nreturn x")


@WRONG.says(
    """\
    GraphError: line 1, column 16 of the text of a graph
      found:    graph (x: f64) y
                               ^
      because:  the line should end here
    """
)
def text_that_goes_on() -> None:
    dx.parse("graph (x: f64) y\nreturn x")


test_each_message = check_all(WRONG)
