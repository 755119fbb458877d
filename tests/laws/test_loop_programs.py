"""Laws of loops and branches, tried on random programs of them.

The witnesses know nothing of loops as values: the same program with the loops of Python on plain
arrays, on complex ones for the complex step, and on traced ones, whose graph holds every step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings

import infinitesimal as dx
from infinitesimal.core.check import check
from infinitesimal.core.parse import parse
from tests.laws.numeric import complex_step, inner
from tests.loop_programs import KINDS, WITH_DERIVATIVES, LoopProgram, loop_programs
from tests.profiles import programs

ALL = (0, 1, 2)


def agree(one: Any, other: Any, scale: float, tolerance: float = 1e-9) -> None:
    """Equal up to rounding, measured against the size of what was added up."""
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * (1 + scale))


def size(arrays: Any) -> float:
    return float(max(np.max(np.abs(array), initial=0.0) for array in arrays))


def test_the_programs_have_loops_and_branches_of_all_kinds_in_one_another() -> None:
    found: Counter[tuple[str, str]] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(loop_programs())
    def grow(program: LoopProgram) -> None:
        assert program.nestings
        found.update(program.nestings)

    grow()
    for kind in KINDS:
        assert sum(found[kind, inner] for inner in KINDS) >= 15, f"hardly anything in a {kind}"
        assert sum(found[outer, kind] for outer in KINDS) >= 15, f"hardly a {kind} in anything"
    assert len(found) >= len(KINDS) ** 2 - 2


@settings(max_examples=programs())
@given(loop_programs())
def test_value_and_both_modes_agree_with_the_complex_step(program: LoopProgram) -> None:
    value, gradient = dx.value_and_grad(program, ALL)(*program.inputs)
    scale = size(gradient)
    directions = program.directions(0)
    along = inner(gradient, directions)
    pushed_value, pushed = dx.jvp(program, program.inputs, directions)
    assert pushed_value == value
    agree(pushed, along, scale)
    with np.errstate(all="ignore"):
        agree(value, program.unrolled(*program.inputs), scale, 1e-12)
        agree(along, complex_step(program.continued, program.inputs, directions), scale)


@settings(max_examples=programs() // 20)
@given(loop_programs())
def test_derivatives_are_those_of_the_unrolled_program(program: LoopProgram) -> None:
    expected = dx.grad(program.unrolled, ALL)(*program.inputs)
    found = dx.grad(program, ALL)(*program.inputs)
    for one, other in zip(found, expected, strict=True):
        agree(one, other, size(expected), 1e-11)
    first = program.directions(0)
    turned = dx.hvp(program, program.inputs, first)
    scale = size(turned)
    for one, other in zip(turned, dx.hvp(program.unrolled, program.inputs, first), strict=True):
        agree(one, other, scale)

    def along(*xs: Any) -> Any:
        return inner_of(dx.grad(program, ALL)(*xs), first)

    for one, other in zip(dx.grad(along, ALL)(*program.inputs), turned, strict=True):
        agree(one, other, scale)


def inner_of(gradient: Any, directions: Any) -> Any:
    return sum(np.sum(part * d) for part, d in zip(gradient, directions, strict=True))


@settings(max_examples=programs() // 5)
@given(loop_programs())
def test_second_derivatives_are_symmetric(program: LoopProgram) -> None:
    first, second = program.directions(0), program.directions(1)
    turned = dx.hvp(program, program.inputs, first)
    back = dx.hvp(program, program.inputs, second)
    scale = max(size(turned), size(back))
    agree(inner(turned, second), inner(back, first), scale)

    def pushed(*xs: Any) -> Any:
        return dx.jvp(program, xs, first)[1]

    agree(dx.jvp(pushed, program.inputs, second)[1], inner(turned, second), scale)


@settings(max_examples=programs() // 20)
@given(loop_programs())
def test_a_batch_is_its_elements(program: LoopProgram) -> None:
    shifts = np.array([0.0, 0.03, -0.4])
    for mapped in ((0, 1, 2), (0,), (1,), (2,)):
        axes = tuple(0 if k in mapped else None for k in ALL)
        given = [
            np.stack([x + shift for shift in shifts]) if k in mapped else x
            for k, x in enumerate(program.inputs)
        ]

        def element(k: int, axes: Any = axes, given: Any = given) -> list[Any]:
            return [x if axis is None else x[k] for x, axis in zip(given, axes, strict=True)]

        each = [dx.value_and_grad(program, ALL)(*element(k)) for k in range(len(shifts))]
        derived = dx.value_and_grad(program, ALL)
        values, gradients = dx.vmap(derived, in_axes=axes)(*given)
        scale = max(size(gradient) for _, gradient in each)
        agree(values, [value for value, _ in each], scale, 1e-11)
        for k, parts in enumerate(gradients):
            agree(parts, np.stack([gradient[k] for _, gradient in each]), scale)
        weights = np.array([1.0, 2.0, -0.5])

        def total(*xs: Any, axes: Any = axes, weights: Any = weights) -> Any:
            return np.sum(dx.vmap(program, in_axes=axes)(*xs) * weights)

        for k, parts in enumerate(dx.grad(total, ALL)(*given)):
            expected = [gradient[k] * w for (_, gradient), w in zip(each, weights, strict=True)]
            summed = np.stack(expected) if k in mapped else np.sum(expected, axis=0)
            agree(parts, summed, scale)


@settings(max_examples=programs() // 20)
@given(loop_programs())
def test_text_is_read_back(program: LoopProgram) -> None:
    first = program.directions(0)

    def turned(*xs: Any) -> Any:
        return dx.hvp(program, xs, first)

    for function in (program, dx.grad(program, ALL), turned):
        graph = dx.graph(function)(*program.inputs)
        check(graph)
        text = str(graph)
        read = parse(text)
        check(read)
        assert str(read) == text
        for one, other in zip(read(*program.inputs), graph(*program.inputs), strict=True):
            np.testing.assert_array_equal(one, other)


@settings(max_examples=programs() // 10)
@given(loop_programs())
def test_checkpoints_change_no_bit(program: LoopProgram) -> None:
    expected = dx.grad(replace(program, checkpoint=False), ALL)(*program.inputs)
    for checkpoint in (None, True, 1, 2, 3):
        found = dx.grad(replace(program, checkpoint=checkpoint), ALL)(*program.inputs)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)


@settings(max_examples=programs() // 20)
@given(loop_programs(kinds=WITH_DERIVATIVES))
def test_loops_in_derivatives_in_batches_in_loops(program: LoopProgram) -> None:
    first = program.directions(0)
    with np.errstate(all="ignore"):
        agree(program(*program.inputs), program.unrolled(*program.inputs), 1.0, 1e-11)
    gradient = dx.grad(program, ALL)(*program.inputs)
    expected = dx.grad(program.unrolled, ALL)(*program.inputs)
    scale = size(expected)
    for one, other in zip(gradient, expected, strict=True):
        agree(one, other, scale)
    agree(dx.jvp(program, program.inputs, first)[1], inner(gradient, first), scale)
    turned = dx.hvp(program, program.inputs, first)
    other_turned = dx.hvp(program.unrolled, program.inputs, first)
    for one, other in zip(turned, other_turned, strict=True):
        agree(one, other, size(other_turned), 1e-8)
    shifts = np.array([0.0, 0.03, -0.4])
    x, *rest = program.inputs
    each = dx.vmap(dx.grad(program, ALL), in_axes=(0, None, None))(x + shifts[:, None], *rest)
    for k, shift in enumerate(shifts):
        alone = dx.grad(program, ALL)(x + shift, *rest)
        for parts, one in zip(each, alone, strict=True):
            agree(parts[k], one, size(alone), 1e-8)
    graph = dx.graph(dx.grad(program, ALL))(*program.inputs)
    check(graph)
    assert str(parse(str(graph))) == str(graph)
