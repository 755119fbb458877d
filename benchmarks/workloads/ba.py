"""Bundle adjustment: how far seen points lie from where cameras should see them, and the Jacobian.

A camera is 11 numbers: the axis of its rotation, as long as the angle (3), its place (3), its focal
length, its centre (2) and two numbers of radial distortion. Observation i is that of point i mod m
by camera i mod n. In: cameras, points, weights and features, as arrays. Out: the errors, and their
Jacobian as a sparse matrix: an observation depends on one camera, one point and its own weight.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import infinitesimal as dx

CAMERA, POINT = 11, 3


class Inputs(NamedTuple):
    """What the errors are a function of, and what was seen."""

    cameras: Any  # (n, 11)
    points: Any  # (m, 3)
    weights: Any  # (p,)
    features: Any  # (p, 2): where the point was seen


class Sparse(NamedTuple):
    """A matrix by compressed rows: row i holds `values[starts[i]:starts[i + 1]]`."""

    starts: Any
    columns: Any
    values: Any


def inputs(cameras: int, points: int, observations: int, seed: int = 0, copies=True) -> Inputs:
    """Normal random numbers; with `copies`, one camera, point, weight and feature for all."""
    random = np.random.default_rng(seed)
    shapes = ((cameras, CAMERA), (points, POINT), (observations,), (observations, 2))
    return Inputs(
        *(
            np.repeat(random.standard_normal((1, *shape[1:])), shape[0], axis=0)
            if copies
            else random.standard_normal(shape)
            for shape in shapes
        )
    )


def rotated(rotation, x):
    """The vector x turned about the axis `rotation` by its length: the formula of Rodrigues."""

    def turned(rotation, x):
        angle = np.sqrt(np.dot(rotation, rotation))
        axis = rotation / angle
        along = axis * np.dot(axis, x) * (1 - np.cos(angle))
        return x * np.cos(angle) + np.cross(axis, x) * np.sin(angle) + along

    def hardly_turned(rotation, x):
        return x + np.cross(rotation, x)

    return dx.cond(np.dot(rotation, rotation) != 0, turned, hardly_turned, rotation, x)


def project(camera, point):
    """Where on its picture the camera sees the point."""
    rotation, place, focal, centre, distortion = np.split(camera, [3, 6, 7, 9])
    seen = rotated(rotation, point - place)
    flat = seen[:2] / seen[2]
    square = np.dot(flat, flat)
    return focal * flat * (1 + distortion[0] * square + distortion[1] * square**2) + centre


def reprojection_error(camera, point, weight, feature):
    """How far from the feature the point is projected, weighted: two numbers."""
    return weight * (project(camera, point) - feature)


def weight_error(weight):
    """How far a weight is from ±1."""
    return 1 - weight**2


def seen_by(cameras, points, observations):
    """The index of the camera and of the point of each observation."""
    index = np.arange(observations)
    return index % len(cameras), index % len(points)


def objective(cameras, points, weights, features):
    """The errors of all observations, (p, 2), and of all weights, (p,)."""
    camera, point = seen_by(cameras, points, len(weights))
    errors = dx.vmap(reprojection_error)(cameras[camera], points[point], weights, features)
    return errors, weight_error(weights)


def jacobian(cameras, points, weights, features) -> Sparse:
    """The Jacobian of the errors, 3p x (11n + 3m + p): two rows of 15 for each observation, in the
    columns of its camera, its point and its weight; then a row of 1 for each weight.
    """
    blocks = dx.vmap(dx.jacrev(reprojection_error, argnums=(0, 1, 2)))
    camera, point = seen_by(cameras, points, len(weights))
    by_camera, by_point, by_weight = blocks(cameras[camera], points[point], weights, features)
    rows = np.concatenate([by_camera, by_point, by_weight[:, :, None]], axis=2)
    last = dx.vmap(dx.grad(weight_error))(weights)
    starts, columns = pattern(len(cameras), len(points), len(weights))
    return Sparse(starts, columns, np.concatenate([rows.ravel(), last]))


def pattern(cameras: int, points: int, observations: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the rows of the Jacobian start, and the columns of their entries."""
    index = np.arange(observations, dtype=np.int32)
    own = CAMERA * cameras + POINT * points + index[:, None]
    of_camera = CAMERA * (index % cameras)[:, None] + np.arange(CAMERA, dtype=np.int32)
    of_point = POINT * (index % points)[:, None] + np.arange(POINT, dtype=np.int32)
    row = np.concatenate([of_camera, CAMERA * cameras + of_point, own], axis=1)
    long = np.repeat(row, 2, axis=0)
    lengths = np.repeat([row.shape[1], 1], [len(long), observations])
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return starts, np.concatenate([long.ravel(), own.ravel()])
