"""The workload lstm: its loss and gradient beside a derivation by hand and JAX."""

from __future__ import annotations

import numpy as np
import pytest

import infinitesimal as dx
from benchmarks.workloads import lstm
from tests.workloads import lstm_by_hand, lstm_in_jax

SIZES = [(1, 2), (1, 3), (2, 17), (3, 40), (6, 9)]
each_size = pytest.mark.parametrize(("layers", "characters"), SIZES)


@pytest.mark.parametrize("text", ["a", "Aé", "the\n"])
def test_bits_are_written_with_the_highest_first(text):
    bits = lstm.encoded(text)
    assert bits.shape == (len(text), 14)
    assert [int("".join(str(int(bit)) for bit in row), 2) for row in bits] == list(map(ord, text))


def test_inputs_are_as_large_as_asked_and_the_same_for_one_seed():
    ours, again, other = lstm.inputs(2, 30), lstm.inputs(2, 30), lstm.inputs(2, 30, seed=1)
    assert [part.shape for part in ours] == [(4, 56), (3, 14), (4, 14), (30, 14)]
    assert all(np.array_equal(one, two) for one, two in zip(ours, again, strict=True))
    assert not np.array_equal(ours.main_params, other.main_params)
    assert set(np.unique(ours.sequence)) == {0.0, 1.0}
    for part in ours[:3]:
        assert 0 <= part.min() < 0.2 and 0.8 < part.max() < 1


def test_the_derivation_by_hand_is_that_of_the_complex_step():
    inputs = lstm.inputs(2, 6)
    flat = np.concatenate([inputs.main_params.ravel(), inputs.extra_params.ravel()])
    split = inputs.main_params.size

    def loss(flat):
        main, extra = flat[:split].reshape(4, 56), flat[split:].reshape(3, 14)
        state = inputs.state.astype(complex)
        return lstm_by_hand.objective(main, extra, state, inputs.sequence)

    steps = [loss(flat + 1e-30j * (np.arange(len(flat)) == j)) for j in range(len(flat))]
    slopes = np.array([step.imag / 1e-30 for step in steps])
    np.testing.assert_allclose(lstm_by_hand.jacobian(*inputs), slopes, rtol=1e-12, atol=1e-18)


@each_size
def test_the_loss_is_that_of_both_references(layers, characters):
    inputs = lstm.inputs(layers, characters)
    loss = lstm.objective(*inputs)
    assert loss == pytest.approx(lstm_by_hand.objective(*inputs), rel=1e-13)
    assert loss == pytest.approx(float(lstm_in_jax.objective(*inputs)), rel=1e-13)


@each_size
def test_the_gradient_is_that_of_both_references(layers, characters):
    inputs = lstm.inputs(layers, characters, seed=layers)
    found = lstm.jacobian(*inputs)
    assert found.shape == (8 * layers * 14 + 3 * 14,)
    assert found.dtype == np.float64
    by_hand = lstm_by_hand.jacobian(*inputs)
    np.testing.assert_allclose(found, by_hand, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found, lstm_in_jax.jacobian(*inputs), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("checkpoint", [True, 1, 4, 100])
def test_checkpoints_do_not_change_a_bit(checkpoint):
    inputs = lstm.inputs(2, 30)
    plain = lstm.jacobian(*inputs)
    np.testing.assert_array_equal(lstm.jacobian(*inputs, checkpoint=checkpoint), plain)
    assert lstm.objective(*inputs, checkpoint=checkpoint) == lstm.objective(*inputs)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_forward_mode_is_reverse_mode_along_a_direction(checkpoint):
    inputs = lstm.inputs(2, 25)
    random = np.random.default_rng(5)
    directions = [random.standard_normal(part.shape) for part in inputs[:2]]

    def loss(main, extra):
        return lstm.objective(main, extra, *inputs[2:], checkpoint=checkpoint)

    value, slope = dx.jvp(loss, inputs[:2], directions)
    assert value == lstm.objective(*inputs)
    along = np.concatenate([part.ravel() for part in directions])
    assert slope == pytest.approx(lstm.jacobian(*inputs) @ along, rel=1e-12)


def test_the_gradient_by_the_state_and_the_text():
    inputs = lstm.inputs(1, 5)
    gradient = dx.grad(lstm.objective, argnums=(2, 3))(*inputs)
    for argument, found in zip((2, 3), gradient, strict=True):
        at = inputs[argument]
        for place in np.ndindex(at.shape):
            moved = at.astype(complex)
            moved[place] += 1e-30j
            step = [*inputs[:argument], moved, *inputs[argument + 1 :]]
            step[2] = step[2].astype(complex)
            slope = lstm_by_hand.objective(*step).imag / 1e-30
            assert found[place] == pytest.approx(slope, rel=1e-11, abs=1e-16)


def test_second_derivatives_along_a_direction():
    inputs = lstm.inputs(1, 6)
    direction = np.random.default_rng(7).standard_normal(inputs.main_params.shape)

    def loss(main):
        return lstm.objective(main, *inputs[1:])

    found = dx.hvp(loss, (inputs.main_params,), (direction,))
    count, step = direction.size, 1e-4
    ahead, behind = (
        lstm_by_hand.jacobian(inputs.main_params + way * step * direction, *inputs[1:])[:count]
        for way in (1, -1)
    )
    quotient = ((ahead - behind) / (2 * step)).reshape(direction.shape)
    np.testing.assert_allclose(found, quotient, rtol=1e-5, atol=1e-7)
    other = dx.grad(lambda main: dx.jvp(loss, (main,), (direction,))[1])(inputs.main_params)
    np.testing.assert_allclose(other, found, rtol=1e-11, atol=1e-14)


def test_state_that_is_saturated_has_a_finite_gradient():
    inputs = lstm.inputs(2, 8)
    far = inputs._replace(state=1e4 * inputs.state, main_params=200 * inputs.main_params)
    found = lstm.jacobian(*far)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, lstm_by_hand.jacobian(*far), rtol=1e-12, atol=1e-30)


@pytest.mark.parametrize("which", [0, 1, 2, 3])
def test_arguments_are_not_written_to(which):
    inputs = lstm.inputs(2, 6)
    before = [part.copy() for part in inputs]
    for part in inputs:
        part.flags.writeable = False
    lstm.jacobian(*inputs)
    np.testing.assert_array_equal(inputs[which], before[which])


def test_single_precision_stays_single():
    inputs = lstm.Inputs(*(part.astype(np.float32) for part in lstm.inputs(2, 12)))
    loss, (by_main, by_extra) = dx.value_and_grad(single_loss, argnums=(0, 1))(*inputs)
    assert loss.dtype == by_main.dtype == by_extra.dtype == np.float32
    exact = lstm_by_hand.jacobian(*(part.astype(float) for part in inputs))
    found = np.concatenate([by_main.ravel(), by_extra.ravel()])
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-6)


def single_loss(main, extra, state, sequence):
    """The loss again with a total that is single from the start, as NumPy's own sum would be."""

    def step(state, characters):
        y, state = lstm.predict(main, extra, state, characters[0])
        return state, np.sum(characters[1] * (y - np.log(2 + np.sum(np.exp(y)))))

    _, gains = dx.scan(step, state, (sequence[:-1], sequence[1:]))
    return -np.sum(gains) / sequence[1:].size
