"""Derivatives without calculus: differences of values, the witness that knows no rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Function = Callable[..., Any]


def moved(operands: Sequence[Any], directions: Sequence[Any], step: Any) -> list[Any]:
    """The operands a step along the directions; those without a direction stay."""
    return [
        operand if direction is None else operand + step * direction
        for operand, direction in zip(operands, directions, strict=True)
    ]


def central(function: Function, operands: Sequence[Any], directions: Sequence[Any]) -> Any:
    """The derivative along the directions by central differences, extrapolated twice.

    Richardson's extrapolation of steps h, h/2, h/4 leaves an error of order h⁶: about 1e-10 of the
    scale of the function, for functions that are smooth within h of the point.
    """

    def quotient(step: float) -> Any:
        ahead = function(*moved(operands, directions, step))
        behind = function(*moved(operands, directions, -step))
        return (np.asarray(ahead) - np.asarray(behind)) / (2 * step)

    first, second, third = quotient(8e-3), quotient(4e-3), quotient(2e-3)
    once, twice = (4 * second - first) / 3, (4 * third - second) / 3
    return (16 * twice - once) / 15


def complex_step(function: Function, operands: Sequence[Any], directions: Sequence[Any]) -> Any:
    """The derivative of an analytic function along the directions, to rounding: Im f(x + ih)/h."""
    step = 1e-30
    return np.imag(function(*moved(operands, directions, 1j * step))) / step


def inner(left: Sequence[Any], right: Sequence[Any]) -> float:
    """The inner product of two lists of arrays; None is zero."""
    return float(
        sum(
            np.sum(np.asarray(a, float) * np.asarray(b, float))
            for a, b in zip(left, right, strict=True)
            if a is not None and b is not None
        )
    )
