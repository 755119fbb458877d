"""Corners and steps: one convention for the slopes where there is no derivative."""

import numpy as np
import pytest

import infinitesimal as dx

FLAT = [np.floor, np.ceil, np.rint, np.trunc, np.sign]


@pytest.mark.parametrize("function", FLAT)
@pytest.mark.parametrize("x", [-1.5, -1.0, 0.0, 0.3, 2.0])
def test_steps_are_level_everywhere(function: np.ufunc, x: float) -> None:
    assert dx.grad(lambda x: function(x) + 3 * x)(x) == 3.0
    assert dx.value_and_grad(lambda x: 1.0 * function(x))(x) == (function(x), 0.0)


@pytest.mark.parametrize("function", [np.absolute, np.fabs])
def test_the_absolute_value_has_slope_zero_at_zero(function: np.ufunc) -> None:
    assert [dx.grad(function)(x) for x in (-2.0, 0.0, 2.0)] == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize("function", [np.maximum, np.minimum, np.fmax, np.fmin])
@pytest.mark.parametrize("tie", [0.0, 1.5, np.inf, -np.inf])
def test_a_tie_is_shared_equally(function: np.ufunc, tie: float) -> None:
    assert dx.grad(function, argnums=(0, 1))(tie, tie) == (0.5, 0.5)


def test_the_larger_counts_alone() -> None:
    assert dx.grad(np.maximum, argnums=(0, 1))(2.0, 1.0) == (1.0, 0.0)
    assert dx.grad(np.minimum, argnums=(0, 1))(2.0, 1.0) == (0.0, 1.0)


def test_fmax_leaves_what_is_not_a_number() -> None:
    assert dx.grad(np.fmax, argnums=(0, 1))(1.0, np.nan) == (1.0, 0.0)
    assert dx.grad(np.fmin, argnums=(0, 1))(np.nan, 1.0) == (0.0, 1.0)


def test_an_operand_not_picked_does_not_poison() -> None:
    assert dx.grad(lambda x: np.maximum(x, np.sqrt(x - 4)))(4.0) == 1.0
    assert dx.grad(lambda x: np.minimum(np.sqrt(x), 1 + x))(4.0) == 0.25


def test_copysign_and_heaviside() -> None:
    assert dx.grad(np.copysign, argnums=(0, 1))(-3.0, 2.0) == (-1.0, 0.0)
    assert dx.grad(np.copysign, argnums=(0, 1))(3.0, -0.0) == (-1.0, 0.0)
    assert dx.grad(np.copysign, argnums=(0, 1))(0.0, 2.0) == (0.0, 0.0)
    assert dx.grad(np.heaviside, argnums=(0, 1))(0.0, 0.5) == (0.0, 1.0)
    assert dx.grad(np.heaviside, argnums=(0, 1))(1.0, 0.5) == (0.0, 0.0)
