"""Tangents and cotangents that do not belong to their values.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    ArgumentError: jvp at HERE
      found:    tangent: ((*,),)
                needed:  (*,)
      because:  a tangent has the structure of the value it belongs to
    """
)
def tangent_of_another_structure() -> None:
    dx.jvp(lambda x: x, (1.0,), ((1.0,),))


@WRONG.says(
    """\
    ArgumentError: jvp(f, primals, tangents) at HERE
      found:    primals:  1
                tangents: 2
      because:  each primal needs its tangent
    """
)
def tangents_too_many() -> None:
    dx.jvp(lambda x: x, (1.0,), (1.0, 2.0))


@WRONG.says(
    """\
    ArgumentError: jvp(f, primals, tangents) at HERE
      found:    primals is a float
      because:  both are tuples with one entry per argument of f
      instead:  jvp(f, (x,), (tangent,))
    """
)
def primals_not_a_tuple() -> None:
    dx.jvp(lambda x: x, 1.0, 1.0)


@WRONG.says(
    """\
    ShapeError: jvp at HERE: tangent[0]
      found:    tangent: f64[3]
                value:   f64[2]
      because:  a tangent has the shape of the value it belongs to
    """
)
def tangent_of_another_shape() -> None:
    dx.jvp(lambda x: x, (np.ones(2),), (np.ones(3),))


@WRONG.says(
    """\
    DtypeError: jvp at HERE: tangent[0]
      found:    tangent: f64[2]
                value:   f32[2]
      because:  the cast would lose digits
      instead:  tangent.astype(np.float32)
    """
)
def tangent_of_more_digits() -> None:
    dx.jvp(lambda x: x, (np.ones(2, np.float32),), (np.ones(2),))


@WRONG.says(
    """\
    DtypeError: jvp at HERE: tangent[0]
      found:    an array of dtype complex128
      because:  complex arguments are not differentiated yet
      instead:  its real and imaginary parts as two arguments
    """
)
def complex_tangent() -> None:
    dx.jvp(lambda x: x, (1.0,), (1j,))


@WRONG.says(
    """\
    DtypeError: jvp at HERE: tangent[0]
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_as_tangent() -> None:
    dx.jvp(lambda x: x, (1.0,), ("a",))


@WRONG.says(
    """\
    ArgumentError: jvp at HERE
      found:    tangent: (None,)
                needed:  (*,)
      because:  a tangent has the structure of the value it belongs to
    """
)
def no_tangent() -> None:
    dx.jvp(lambda x: x, (1.0,), (None,))


@WRONG.says(
    """\
    ShapeError: the pullback of vjp at HERE: cotangent
      found:    cotangent: f64[3]
                value:   f64[2]
      because:  a cotangent has the shape of the value it belongs to
    """
)
def cotangent_of_another_shape() -> None:
    dx.vjp(lambda x: x, np.ones(2))[1](np.ones(3))


@WRONG.says(
    """\
    ArgumentError: the pullback of vjp at HERE
      found:    cotangent: *
                needed:  (*, *)
      because:  a cotangent has the structure of the value it belongs to
    """
)
def cotangent_of_another_structure() -> None:
    dx.vjp(lambda x: (x, x), np.ones(2))[1](np.ones(2))


@WRONG.says(
    """\
    DtypeError: the pullback of vjp at HERE: cotangent
      found:    str 'a'
      because:  only numbers and arrays of numbers have derivatives
      instead:  a float or a NumPy array
    """
)
def text_as_cotangent() -> None:
    dx.vjp(lambda x: x, 1.0)[1]("a")


@WRONG.says(
    """\
    ArgumentError: the linear function of linearize at HERE
      found:    tangent: (*, *)
                needed:  (*,)
      because:  a tangent has the structure of the value it belongs to
    """
)
def linear_map_of_two_tangents() -> None:
    dx.linearize(lambda x: x, np.ones(2))[1](np.ones(2), np.ones(2))


@WRONG.says(
    """\
    ShapeError: the linear function of linearize at HERE: tangent[0]
      found:    tangent: f64[3]
                value:   f64[2]
      because:  a tangent has the shape of the value it belongs to
    """
)
def linear_map_of_another_shape() -> None:
    dx.linearize(lambda x: x, np.ones(2))[1](np.ones(3))


@WRONG.says(
    """\
    ShapeError: hvp at HERE: tangent[0]
      found:    tangent: f64[3]
                value:   f64[2]
      because:  a tangent has the shape of the value it belongs to
    """
)
def direction_of_another_shape() -> None:
    dx.hvp(lambda x: np.sum(x * x), (np.ones(2),), (np.ones(3),))


@WRONG.says(
    """\
    ArgumentError: hvp(f, primals, tangents) at HERE
      found:    primals is a ndarray
      because:  both are tuples with one entry per argument of f
      instead:  hvp(f, (x,), (tangent,))
    """
)
def directions_not_a_tuple() -> None:
    dx.hvp(lambda x: np.sum(x * x), np.ones(2), np.ones(2))


test_each_message = check_all(WRONG)
