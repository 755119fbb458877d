"""The loss of a diagonal LSTM over a text, and its gradient: a long recurrence of short vectors.

Every character is a row of bits, every weight acts on one element. A character passes through the
layers, each of which keeps a hidden vector and a cell; what leaves the last layer predicts the bits
of the next character. In: parameters, state and text, as arrays. Out: the loss, and its gradient
with respect to all parameters as one flat vector.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import infinitesimal as dx

BITS = 14
LETTERS = np.array(list("eeeettaaooiinnsshhrrddlluucm wfgypbvkjxqz  ,.;'\n"))


class Inputs(NamedTuple):
    """What the loss is a function of; `layers` and `characters` are read from the shapes."""

    main_params: Any  # (2 layers, 4 bits): weights and biases of the gates, layer by layer
    extra_params: Any  # (3, bits): weight in, weight out, bias out
    state: Any  # (2 layers, bits): hidden and cell, layer by layer
    sequence: Any  # (characters, bits), of 0 and 1


def encoded(text: str, bits: int = BITS) -> np.ndarray:
    """Each character as a row of bits, the highest first."""
    codes = np.array([ord(character) for character in text])
    return (codes[:, None] >> np.arange(bits)[::-1] & 1).astype(float)


def inputs(layers: int, characters: int, seed: int = 0) -> Inputs:
    """Parameters and state uniform in (0, 1), and a text of letters as frequent as in English."""
    random = np.random.default_rng(seed)
    return Inputs(
        random.random((2 * layers, 4 * BITS)),
        random.random((3, BITS)),
        random.random((2 * layers, BITS)),
        encoded("".join(random.choice(LETTERS, characters))),
    )


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def layer_step(weights, biases, x, hidden, cell):
    """What a layer makes of one character: its hidden vector and its cell after it."""
    forget_weight, in_weight, out_weight, change_weight = weights.reshape(4, -1)
    forget_bias, in_bias, out_bias, change_bias = biases.reshape(4, -1)
    forget = sigmoid(x * forget_weight + forget_bias)
    ingate = sigmoid(hidden * in_weight + in_bias)
    outgate = sigmoid(x * out_weight + out_bias)
    change = np.tanh(hidden * change_weight + change_bias)
    cell = cell * forget + ingate * change
    return outgate * np.tanh(cell), cell


def predict(main_params, extra_params, state, character):
    """The unnormalised prediction of the character after this one, and the state after it."""
    in_weight, out_weight, out_bias = extra_params
    x = character * in_weight
    after = []
    for layer in range(0, len(state), 2):
        x, cell = layer_step(*main_params[layer : layer + 2], x, *state[layer : layer + 2])
        after += [x, cell]
    return x * out_weight + out_bias, np.stack(after)


def objective(main_params, extra_params, state, sequence, checkpoint=False):
    """The mean over bits of how badly each character foretells the next one."""

    def step(carry, characters):
        state, total = carry
        this, following = characters
        y, state = predict(main_params, extra_params, state, this)
        total = total + np.sum(following * (y - np.log(2 + np.sum(np.exp(y)))))
        return (state, total), None

    pairs = (sequence[:-1], sequence[1:])
    (_, total), _ = dx.scan(step, (state, 0.0), pairs, checkpoint=checkpoint)
    return -total / sequence[1:].size


def jacobian(main_params, extra_params, state, sequence, checkpoint=False):
    """The gradient by the main and then the extra parameters, 8 layers bits + 3 bits numbers."""
    gradient = dx.grad(objective, argnums=(0, 1))
    parts = gradient(main_params, extra_params, state, sequence, checkpoint=checkpoint)
    return np.concatenate([np.ravel(part) for part in parts])
