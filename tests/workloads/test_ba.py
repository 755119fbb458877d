"""The workload ba: errors and sparse Jacobian beside a derivation by hand, JAX, and a dense one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import infinitesimal as dx
from benchmarks.workloads import ba
from tests.workloads import ba_by_hand, ba_in_jax

SIZES = [(1, 1, 1), (2, 3, 7), (3, 2, 4), (5, 40, 63)]
each_size = pytest.mark.parametrize(("cameras", "points", "observations"), SIZES)


def sizes(inputs):
    return len(inputs.cameras), len(inputs.points), len(inputs.weights)


def dense(found, n, m, p):
    return csr_matrix(
        (found.values, found.columns, found.starts), shape=(3 * p, 11 * n + 3 * m + p)
    ).toarray()


def still(inputs, which=0):
    """The same with one camera that is not turned at all."""
    cameras = inputs.cameras.copy()
    cameras[which, :3] = 0
    return inputs._replace(cameras=cameras)


def test_inputs_are_copies_unless_asked_otherwise():
    ours = ba.inputs(3, 4, 5)
    assert [part.shape for part in ours] == [(3, 11), (4, 3), (5,), (5, 2)]
    for part in ours:
        assert (part == part[0]).all()
    for part in ba.inputs(3, 4, 5, copies=False):
        assert len(np.unique(part)) == part.size
    again, other = ba.inputs(3, 4, 5), ba.inputs(3, 4, 5, seed=1)
    assert np.array_equal(ours.cameras, again.cameras)
    assert not np.array_equal(ours.cameras, other.cameras)


@each_size
def test_the_derivation_by_hand_is_that_of_the_complex_step(cameras, points, observations):
    inputs = still(ba.inputs(cameras, points, observations, copies=False))
    by_hand = dense(ba.Sparse(*ba_by_hand.jacobian(*inputs)), *sizes(inputs))
    np.testing.assert_allclose(by_hand, ba_by_hand.complex_step(*inputs), rtol=1e-10, atol=1e-13)


@each_size
@pytest.mark.parametrize("copies", [True, False])
def test_the_errors_are_those_of_both_references(cameras, points, observations, copies):
    inputs = ba.inputs(cameras, points, observations, seed=2, copies=copies)
    found = ba.objective(*inputs)
    assert [part.shape for part in found] == [(observations, 2), (observations,)]
    for reference in (ba_by_hand.errors, ba_in_jax.errors):
        for ours, theirs in zip(found, reference(*inputs), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@each_size
@pytest.mark.parametrize("copies", [True, False])
def test_the_jacobian_is_that_of_both_references(cameras, points, observations, copies):
    inputs = ba.inputs(cameras, points, observations, seed=3, copies=copies)
    found = ba.jacobian(*inputs)
    starts, columns, values = ba_by_hand.jacobian(*inputs)
    np.testing.assert_array_equal(found.starts, starts)
    np.testing.assert_array_equal(found.columns, columns)
    np.testing.assert_allclose(found.values, values, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.values, ba_in_jax.values(*inputs), rtol=1e-10, atol=1e-12)


def test_the_jacobian_is_compressed_by_rows():
    n, m, p = 3, 2, 4
    found = ba.jacobian(*ba.inputs(n, m, p))
    assert found.starts.dtype == found.columns.dtype == np.int32
    assert found.values.dtype == np.float64
    assert len(found.starts) == 3 * p + 1
    assert found.starts[-1] == len(found.columns) == len(found.values) == 31 * p
    first = [*range(11), 33, 34, 35, 39]
    fourth = [*range(11), 36, 37, 38, 42]  # observation 3: camera 0, point 1
    assert found.columns[:30].tolist() == 2 * first
    assert found.columns[90:120].tolist() == 2 * fourth
    assert found.columns[120:].tolist() == [39, 40, 41, 42]


@each_size
def test_the_sparse_jacobian_is_the_dense_one_of_the_whole_objective(cameras, points, observations):
    inputs = still(ba.inputs(cameras, points, observations, seed=4, copies=False))
    n, m, p = sizes(inputs)
    sparse = dense(ba.jacobian(*inputs), n, m, p)
    for way in (dx.jacobian, dx.jacfwd, dx.jacrev):
        blocks = way(ba.objective, argnums=(0, 1, 2))(*inputs)
        rows = [
            np.concatenate([block.reshape(count, -1) for block in row], axis=1)
            for row, count in zip(blocks, (2 * p, p), strict=True)
        ]
        np.testing.assert_allclose(np.concatenate(rows), sparse, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("way", [dx.jacobian, dx.jacfwd, dx.jacrev])
@pytest.mark.parametrize("batched", [True, False])
def test_a_camera_that_is_not_turned(way, batched):
    inputs = still(ba.inputs(1, 6, 6, seed=5, copies=False))
    derivative = way(ba.reprojection_error, argnums=(0, 1, 2))
    expected = ba_by_hand.blocks(*inputs)
    for i, row in enumerate(expected):
        arguments = inputs.cameras[0], inputs.points[i], inputs.weights[i], inputs.features[i]
        if batched:
            shared = dx.vmap(derivative, in_axes=(None, 0, 0, 0))
            parts = [part[i] for part in shared(arguments[0], *inputs[1:])]
        else:
            parts = derivative(*arguments)
        found = np.concatenate([part.reshape(2, -1) for part in parts], axis=1)
        np.testing.assert_allclose(found, row, rtol=1e-11, atol=1e-13)


def test_the_rotation_turns_smoothly_through_none():
    # The two branches are one smooth function: close to no rotation, its Jacobian is that at none.
    x = np.array([0.3, -1.2, 0.7])
    at_none = dx.jacobian(ba.rotated)(np.zeros(3), x)
    np.testing.assert_array_equal(at_none, np.cross(np.eye(3), x).T)
    for size in (1e-4, 1e-6):
        close = dx.jacobian(ba.rotated)(np.array([size, -size, 2 * size]), x)
        np.testing.assert_allclose(close, at_none, atol=10 * size)


def test_turned_and_still_cameras_in_one_batch():
    inputs = still(still(ba.inputs(4, 3, 24, seed=6, copies=False), which=1), which=3)
    np.testing.assert_allclose(
        ba.jacobian(*inputs).values, ba_by_hand.jacobian(*inputs)[2], rtol=1e-10, atol=1e-12
    )
    gradient = dx.grad(lambda *all: np.sum(ba.objective(*all)[0] ** 2), argnums=(0, 1, 2))(*inputs)
    errors = np.concatenate([part.ravel() for part in ba_by_hand.errors(*inputs)])
    errors[2 * 24 :] = 0
    expected = 2 * errors @ dense(ba.Sparse(*ba_by_hand.jacobian(*inputs)), 4, 3, 24)
    found = np.concatenate([part.ravel() for part in gradient])
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * abs(expected).max())


def test_forward_mode_is_the_jacobian_along_a_direction():
    inputs = still(ba.inputs(3, 5, 20, seed=7, copies=False))
    random = np.random.default_rng(8)
    directions = [random.standard_normal(part.shape) for part in inputs[:3]]
    _, found = dx.jvp(lambda *free: ba.objective(*free, inputs.features), inputs[:3], directions)
    along = np.concatenate([part.ravel() for part in directions])
    expected = dense(ba.jacobian(*inputs), 3, 5, 20) @ along
    found = np.concatenate([part.ravel() for part in found])
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def test_no_observations_are_a_matrix_without_rows():
    inputs = ba.inputs(2, 3, 0)
    found = ba.jacobian(*inputs)
    assert found.starts.tolist() == [0]
    assert found.columns.shape == found.values.shape == (0,)
