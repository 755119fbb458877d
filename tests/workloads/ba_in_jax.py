"""Bundle adjustment in JAX: one observation, differentiated by `jacrev` and batched by `vmap`."""

from __future__ import annotations

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def rotate(r, x):
    square = r @ r
    angle = jnp.sqrt(jnp.where(square == 0, 1.0, square))
    v = r / angle
    turned = x * jnp.cos(angle) + jnp.cross(v, x) * jnp.sin(angle)
    turned = turned + v * (v @ x) * (1 - jnp.cos(angle))
    return jnp.where(square == 0, x + jnp.cross(r, x), turned)


def error(camera, point, weight, feature):
    seen = rotate(camera[0:3], point - camera[3:6])
    e = seen[0:2] / seen[2]
    s = e @ e
    e = e * (1 + camera[9] * s + camera[10] * s**2)
    return weight * (camera[6] * e + camera[7:9] - feature)


def gathered(cameras, points, weights, features):
    index = jnp.arange(len(weights))
    return cameras[index % len(cameras)], points[index % len(points)], weights, features


@jax.jit
def errors(cameras, points, weights, features):
    return jax.vmap(error)(*gathered(cameras, points, weights, features)), 1 - weights**2


@jax.jit
def values(cameras, points, weights, features):
    """The entries of the Jacobian, row after row."""
    blocks = jax.vmap(jax.jacrev(error, argnums=(0, 1, 2)))
    by_camera, by_point, by_weight = blocks(*gathered(cameras, points, weights, features))
    rows = jnp.concatenate([by_camera, by_point, by_weight[:, :, None]], axis=2)
    return jnp.concatenate([rows.ravel(), -2 * weights])
