"""Every function of the vector mathematics by the name of its word, and its program.

In: a name, a lane, and whether the processor multiplies and adds with one rounding. Out: the
`Program`, written once and kept.

    >>> from infinitesimal.lower.vectormath.numpy_machine import run
    >>> from infinitesimal.lower.vectormath.program import F64
    >>> import numpy as np
    >>> print(*run(program_of("exp", F64), np.array([0.0, 1.0, -np.inf])))
    [1.         2.71828183 0.        ]
"""

from __future__ import annotations

from functools import cache
from inspect import signature

from infinitesimal.lower.vectormath import circular as circle
from infinitesimal.lower.vectormath import error_function as error
from infinitesimal.lower.vectormath import exponential as power_of_e
from infinitesimal.lower.vectormath import hyperbolic as hyperbola
from infinitesimal.lower.vectormath import inverse_circular as angle
from infinitesimal.lower.vectormath import logarithm, power
from infinitesimal.lower.vectormath.program import Lane, Program

__all__ = ["FUNCTIONS", "program_of"]

FUNCTIONS = {
    function.__name__: function
    for function in (
        power_of_e.exp,
        power_of_e.exp2,
        power_of_e.expm1,
        power_of_e.expit,
        logarithm.log,
        logarithm.log2,
        logarithm.log10,
        logarithm.log1p,
        circle.sin,
        circle.cos,
        circle.tan,
        angle.arcsin,
        angle.arccos,
        angle.arctan,
        angle.arctan2,
        hyperbola.sinh,
        hyperbola.cosh,
        hyperbola.tanh,
        hyperbola.arcsinh,
        hyperbola.arccosh,
        hyperbola.arctanh,
        power.power,
        power.cbrt,
        power.hypot,
        error.erf,
        error.erfc,
    )
}


@cache
def program_of(name: str, lane: Lane, fused: bool = True) -> Program:
    """The program of one function."""
    function = FUNCTIONS[name]
    program = Program(fused=fused, name=name)
    program.returns(function(*(program.input(lane) for _ in signature(function).parameters)))
    return program
