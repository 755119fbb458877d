"""Laws that hold for every program, tried on random ones.

Each law runs on the number of programs of the profile in force: 200, 2,000 in continuous
integration, 100,000 by `make laws-full`, whose seed Hypothesis prints and takes back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given, settings

import infinitesimal as dx
from infinitesimal.core.check import check
from infinitesimal.front.tree import flatten
from tests.laws.numeric import complex_step, inner
from tests.profiles import programs
from tests.strategies import Program, random_programs

ALL = (0, 1, 2)


def agree(one: Any, other: Any, scale: float, tolerance: float = 1e-9) -> None:
    """Equal up to rounding, measured against the size of what was added up."""
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * (1 + scale))


def size(*arrays: Any) -> float:
    return float(max(np.max(np.abs(array), initial=0.0) for array in arrays))


@settings(max_examples=programs())
@given(random_programs())
def test_value_reverse_forward_and_complex_step_agree(program: Program) -> None:
    value, gradient = dx.value_and_grad(program, ALL)(*program.inputs)
    with np.errstate(all="ignore"):
        agree(value, program(*program.inputs), size(value), 1e-13)
    directions = program.directions(0)
    along = inner(gradient, directions)
    pushed_value, pushed = dx.jvp(program, program.inputs, directions)
    assert pushed_value == value
    agree(pushed, along, size(*gradient))
    with np.errstate(all="ignore"):
        stepped = complex_step(program.continued, program.inputs, directions)
    agree(along, stepped, size(*gradient))


@settings(max_examples=programs())
@given(random_programs())
def test_second_derivatives_agree_in_both_orders_of_modes(program: Program) -> None:
    first, second = program.directions(0), program.directions(1)
    turned = dx.hvp(program, program.inputs, first)
    scale = size(*turned)

    def along(*xs: Any) -> Any:
        parts = dx.grad(program, ALL)(*xs)
        return sum(np.sum(part * d) for part, d in zip(parts, first, strict=True))

    for one, other in zip(turned, dx.grad(along, ALL)(*program.inputs), strict=True):
        agree(one, other, scale)

    def pushed(*xs: Any) -> Any:
        return dx.jvp(program, xs, first)[1]

    agree(dx.jvp(pushed, program.inputs, second)[1], inner(turned, second), scale)
    back = dx.hvp(program, program.inputs, second)
    agree(inner(turned, second), inner(back, first), max(scale, size(*back)))


@settings(max_examples=programs())
@given(random_programs())
def test_text_reads_back_and_means_the_same(program: Program) -> None:
    graph = dx.graph(dx.value_and_grad(program, ALL))(*program.inputs)
    check(graph)
    again = dx.parse(str(graph))
    check(again)
    assert str(again) == str(graph)
    for one, other in zip(graph(*program.inputs), again(*program.inputs), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


@settings(max_examples=programs())
@given(random_programs())
def test_pullback_linear_map_and_jacobians_agree(program: Program) -> None:
    gradient = dx.grad(program, ALL)(*program.inputs)
    directions = program.directions(2)
    value, pullback = dx.vjp(program, *program.inputs)
    for part, other in zip(gradient, pullback(2.0), strict=True):
        agree(2.0 * np.asarray(part), other, size(*gradient))
    same, linear = dx.linearize(program, *program.inputs)
    assert same == value
    agree(linear(*directions), inner(gradient, directions), size(*gradient))
    for jacobian in (dx.jacfwd, dx.jacrev):
        for part, other in zip(gradient, jacobian(program, ALL)(*program.inputs), strict=True):
            agree(part, other, size(*gradient))


@settings(max_examples=programs())
@given(random_programs())
def test_single_precision_stays_single(program: Program) -> None:
    inputs = tuple(np.asarray(x, np.float32)[()] for x in program.inputs)
    with np.errstate(all="ignore"):
        plain = program(*inputs)
    value, gradient = dx.value_and_grad(program, ALL)(*inputs)
    _, pushed = dx.jvp(program, inputs, tuple(np.ones_like(x) for x in inputs))
    turned = dx.hvp(program, inputs, tuple(np.ones_like(x) for x in inputs))
    for part in (value, *gradient, pushed, *turned):
        assert np.asarray(part).dtype == np.asarray(plain).dtype == np.float32


@settings(max_examples=programs())
@given(random_programs())
def test_a_batch_of_points_is_a_loop_over_them(program: Program) -> None:
    """Value and gradient, and a second derivative, with one input the same for every element."""
    assume(all(step.word.name != "branched" for step in program.steps))  # Python's own `if`
    size_of_batch = 3
    # nearer to the point than any kink or edge of a domain
    moves = [
        [direction * (1e-4 * k) for k in range(size_of_batch)]
        for direction in program.directions(0)
    ]
    batches = [
        np.stack([x + move for move in own]) for x, own in zip(program.inputs, moves, strict=True)
    ]
    shared = program.seed % 3
    batches[shared] = np.asarray(program.inputs[shared])
    in_axes = tuple(None if k == shared else 0 for k in ALL)
    directions = program.directions(1)

    def derived(*xs: Any) -> Any:
        value, gradient = dx.value_and_grad(program, ALL)(*xs)
        return value, gradient, dx.hvp(program, xs, directions)

    found = flatten(dx.vmap(derived, in_axes)(*batches))[0]
    points = [
        [batch if k == shared else batch[place] for k, batch in enumerate(batches)]
        for place in range(size_of_batch)
    ]
    wanted = zip(*[flatten(derived(*point))[0] for point in points], strict=True)
    for ours, each in zip(found, wanted, strict=True):
        agree(ours, np.stack(each), size(ours))
