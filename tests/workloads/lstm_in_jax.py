"""The loss of the LSTM in JAX, by `jax.lax.scan`, and its gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def objective(main, extra, state, sequence):
    blocks = main.reshape(len(main) // 2, 2, 4, -1)

    def step(carry, characters):
        hidden, cell = carry
        x = characters[0] * extra[0]
        hiddens, cells = [], []
        for i, (w, b) in enumerate(blocks):
            f, o = jax.nn.sigmoid(x * w[0] + b[0]), jax.nn.sigmoid(x * w[2] + b[2])
            g, a = jax.nn.sigmoid(hidden[i] * w[1] + b[1]), jnp.tanh(hidden[i] * w[3] + b[3])
            cells.append(cell[i] * f + g * a)
            x = o * jnp.tanh(cells[-1])
            hiddens.append(x)
        y = x * extra[1] + extra[2]
        gain = jnp.sum(characters[1] * (y - jnp.log(2 + jnp.sum(jnp.exp(y)))))
        return (jnp.stack(hiddens), jnp.stack(cells)), gain

    start = (state[0::2], state[1::2])
    _, gains = jax.lax.scan(step, start, (sequence[:-1], sequence[1:]))
    return -jnp.sum(gains) / sequence[1:].size


@jax.jit
def jacobian(main, extra, state, sequence):
    parts = jax.grad(objective, argnums=(0, 1))(main, extra, state, sequence)
    return jnp.concatenate([part.ravel() for part in parts])
