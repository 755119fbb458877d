"""Bundle adjustment in NumPy with its Jacobian by hand, all observations at once.

Nothing of the library and nothing of the workload is used here. `errors` also takes complex
numbers, so that `complex_step` differentiates it without a formula; `jacobian` is the derivation
on paper, a product of the small Jacobians of the rotation, the projection and the distortion.
"""

from __future__ import annotations

import numpy as np


def axis_and_angle(r):
    """The squared angle, the angle and the axis, harmless numbers where there is no rotation."""
    square = np.sum(r * r, axis=-1)
    angle = np.sqrt(np.where(square == 0, 1, square))
    return square, angle, r / angle[..., None]


def rotate(r, x):
    square, angle, v = axis_and_angle(r)
    c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
    along = v * np.sum(v * x, axis=-1, keepdims=True)
    turned = x * c + np.cross(v, x) * s + along * (1 - c)
    return np.where(square[..., None] == 0, x + np.cross(r, x), turned)


def errors(cameras, points, weights, features):
    """The errors of the observations, (p, 2), and of the weights, (p,)."""
    index = np.arange(len(weights))
    camera, point = cameras[index % len(cameras)], points[index % len(points)]
    seen = rotate(camera[:, 0:3], point - camera[:, 3:6])
    e = seen[:, 0:2] / seen[:, 2:3]
    s = np.sum(e * e, axis=1, keepdims=True)
    lens = 1 + camera[:, 9:10] * s + camera[:, 10:11] * s**2
    place = camera[:, 6:7] * e * lens + camera[:, 7:9]
    return weights[:, None] * (place - features), 1 - weights**2


def rotation_jacobians(r, x):
    """∂P/∂r and ∂P/∂x of P = `rotate(r, x)`, each (p, 3, 3)."""
    square, angle, v = axis_and_angle(r)
    one = np.eye(3)
    c, s = (part[:, None, None] for part in (np.cos(angle), np.sin(angle)))
    vx = np.sum(v * x, axis=1)[:, None, None]
    outer = v[:, :, None] * v[:, None, :]
    cross_v = np.cross(v[:, None, :], one).transpose(0, 2, 1)  # columns v × unit vector
    by_x = c * one + s * cross_v + (1 - c) * outer
    # row j of `turns` is ∂v/∂r_j; along the angle, the rotation turns on at unit speed
    turns = (one - outer) / angle[:, None, None]
    speed = -x * s[:, 0] + np.cross(v, x) * c[:, 0] + v * vx[:, 0] * s[:, 0]
    swing = np.cross(turns, x[:, None, :]) * s + turns * vx * (1 - c)
    swing += v[:, None, :] * np.sum(turns * x[:, None, :], axis=2, keepdims=True) * (1 - c)
    by_r = (v[:, :, None] * speed[:, None, :] + swing).transpose(0, 2, 1)
    none = (square == 0)[:, None, None]
    still = np.cross(one, x[:, None, :]).transpose(0, 2, 1)  # columns unit vector × x
    return np.where(none, still, by_r), np.where(none, one, by_x)


def blocks(cameras, points, weights, features):
    """The Jacobian of each observation, (p, 2, 15): camera, point, weight."""
    index = np.arange(len(weights))
    camera, point = cameras[index % len(cameras)], points[index % len(points)]
    r, focal, k = camera[:, 0:3], camera[:, 6, None, None], camera[:, 9:11]
    x = point - camera[:, 3:6]
    by_r, by_x = rotation_jacobians(r, x)
    seen, w = rotate(r, x), weights[:, None, None]
    e = seen[:, 0:2] / seen[:, 2:3]
    flatten = np.concatenate([np.broadcast_to(np.eye(2), (len(e), 2, 2)), -e[:, :, None]], axis=2)
    flatten = flatten / seen[:, 2, None, None]
    s = np.sum(e * e, axis=1)
    lens = (1 + k[:, 0] * s + k[:, 1] * s**2)[:, None, None]
    growth = (k[:, 0] + 2 * k[:, 1] * s)[:, None, None]
    bend = lens * np.eye(2) + 2 * growth * e[:, :, None] * e[:, None, :]
    by_seen = focal * bend @ flatten
    bent = e[:, :, None] * lens
    powers = np.stack([s, s**2], axis=1)[:, None, :]
    found = np.empty((len(weights), 2, 15))
    found[:, :, 0:3] = w * (by_seen @ by_r)
    found[:, :, 11:14] = w * (by_seen @ by_x)
    found[:, :, 3:6] = -found[:, :, 11:14]
    found[:, :, 6:7] = w * bent
    found[:, :, 7:9] = w * np.eye(2)
    found[:, :, 9:11] = w * focal * e[:, :, None] * powers
    found[:, :, 14] = (focal * bent)[:, :, 0] + camera[:, 7:9] - features
    return found


def values(cameras, points, weights, features):
    """The entries of the whole matrix, row after row."""
    return np.concatenate([blocks(cameras, points, weights, features).ravel(), -2 * weights])


def jacobian(cameras, points, weights, features):
    """Row starts, columns and values of the whole matrix; the columns entry by entry, in loops."""
    n, m, p = len(cameras), len(points), len(weights)
    columns, starts = [], [0]
    for i in range(p):
        row = [11 * (i % n) + j for j in range(11)]
        row += [11 * n + 3 * (i % m) + j for j in range(3)] + [11 * n + 3 * m + i]
        for _ in range(2):
            columns += row
            starts.append(len(columns))
    for i in range(p):
        columns.append(11 * n + 3 * m + i)
        starts.append(len(columns))
    return np.array(starts), np.array(columns), values(cameras, points, weights, features)


def complex_step(cameras, points, weights, features):
    """The same matrix, dense, by an imaginary step for each of its columns."""
    parts = (cameras, points, weights)
    sizes = [part.size for part in parts]
    flat = np.concatenate([part.ravel() for part in parts]).astype(complex)
    columns = []
    for j in range(len(flat)):
        moved = flat.copy()
        moved[j] += 1e-30j
        split = np.split(moved, np.cumsum(sizes)[:-1])
        shaped = [new.reshape(part.shape) for new, part in zip(split, parts, strict=True)]
        found = errors(*shaped, features)
        columns.append(np.concatenate([part.ravel().imag / 1e-30 for part in found]))
    return np.stack(columns, axis=1)
