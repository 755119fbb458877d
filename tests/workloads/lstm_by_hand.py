"""The loss of the LSTM in NumPy with its derivative by hand: backpropagation through time.

Nothing of the library and nothing of the workload is used here. The forward pass keeps what the
gates were at every step; the backward pass walks the steps and the layers in reverse. Tested
against the complex step in `test_lstm.py`, then itself the reference.
"""

from __future__ import annotations

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(main, extra, state, sequence):
    """The loss, and for each step and layer all that the way back reads."""
    blocks = main.reshape(len(main) // 2, 2, 4, -1)
    hidden, cell = list(state[0::2]), list(state[1::2])
    total, tape = 0.0, []
    for t in range(len(sequence) - 1):
        x = sequence[t] * extra[0]
        kept = []
        for i, ((wf, wi, wo, wc), (bf, bi, bo, bc)) in enumerate(blocks):
            f, g = sigmoid(x * wf + bf), sigmoid(hidden[i] * wi + bi)
            o, a = sigmoid(x * wo + bo), np.tanh(hidden[i] * wc + bc)
            new = cell[i] * f + g * a
            squashed = np.tanh(new)
            kept.append((x, hidden[i], cell[i], f, g, o, a, squashed))
            cell[i] = new
            x = hidden[i] = o * squashed
        y = x * extra[1] + extra[2]
        total = total + np.sum(sequence[t + 1] * (y - np.log(2 + np.sum(np.exp(y)))))
        tape.append((kept, x, y))
    return -total / sequence[1:].size, tape


def objective(main, extra, state, sequence):
    return forward(main, extra, state, sequence)[0]


def jacobian(main, extra, state, sequence):
    """The derivative by the main and then by the extra parameters, flat."""
    _, tape = forward(main, extra, state, sequence)
    blocks = main.reshape(len(main) // 2, 2, 4, -1)
    by_blocks, by_extra = np.zeros_like(blocks), np.zeros_like(extra)
    by_hidden, by_cell = np.zeros_like(state[0::2]), np.zeros_like(state[0::2])
    for t in reversed(range(len(tape))):
        kept, x, y = tape[t]
        powers, target = np.exp(y), sequence[t + 1]
        by_y = (np.sum(target) * powers / (2 + np.sum(powers)) - target) / sequence[1:].size
        by_extra[1] += by_y * x
        by_extra[2] += by_y
        by_x = by_y * extra[1]
        for i in reversed(range(len(blocks))):
            x, h, s, f, g, o, a, squashed = kept[i]
            wf, wi, wo, wc = blocks[i, 0]
            by_out = by_x + by_hidden[i]
            by_new = by_cell[i] + by_out * o * (1 - squashed**2)
            gates = np.stack(
                [
                    by_new * s * f * (1 - f),
                    by_new * a * g * (1 - g),
                    by_out * squashed * o * (1 - o),
                    by_new * g * (1 - a**2),
                ]
            )
            by_blocks[i, 0] += gates * np.stack([x, h, x, h])
            by_blocks[i, 1] += gates
            by_x = gates[0] * wf + gates[2] * wo
            by_hidden[i] = gates[1] * wi + gates[3] * wc
            by_cell[i] = by_new * f
        by_extra[0] += by_x * sequence[t]
    return np.concatenate([by_blocks.ravel(), by_extra.ravel()])
