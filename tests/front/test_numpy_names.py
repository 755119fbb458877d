"""Each of NumPy's names means what NumPy means, and its derivative is what the numbers say."""

import warnings

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.front.tree import flatten
from tests.front.numpy_samples import SMOOTH, STEPS

RANDOM = np.random.default_rng(7)


def plain(sample, arrays):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return flatten(sample.function(*arrays))[0]


@pytest.mark.parametrize("sample", [*SMOOTH, *STEPS], ids=repr)
def test_value_shape_and_dtype_are_numpys(sample):
    wanted = plain(sample, sample.arrays)
    graph = dx.graph(sample.function)(*sample.arrays)
    found = graph(*sample.arrays)
    assert len(found) == len(wanted)
    for ours, theirs, node in zip(found, wanted, graph.outputs, strict=True):
        theirs = np.asarray(theirs)
        assert np.shape(ours) == theirs.shape == node.type.shape
        assert np.asarray(ours).dtype == theirs.dtype == node.type.dtype
        close = 1e-5 if theirs.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(ours, theirs, rtol=close, atol=close * 1e-2)


def compared(sample, arrays, close):
    """A sample's values, shapes and dtypes beside NumPy's, at other arrays."""
    try:
        wanted = plain(sample, arrays)
    except (TypeError, ValueError):  # NumPy has no such function for these
        with pytest.raises((TypeError, ValueError)):
            dx.graph(sample.function)(*arrays)(*arrays)
        return
    graph = dx.graph(sample.function)(*arrays)
    found = graph(*arrays)
    for ours, theirs, node in zip(found, wanted, graph.outputs, strict=True):
        theirs = np.asarray(theirs)
        assert np.asarray(ours).dtype == theirs.dtype == node.type.dtype
        assert np.shape(ours) == theirs.shape
        digits = 2e-3 if theirs.dtype == np.float16 else close
        np.testing.assert_allclose(ours, theirs, rtol=digits, atol=digits)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("sample", SMOOTH, ids=repr)
def test_single_precision_stays_what_numpy_makes_of_it(sample):
    arrays = tuple(np.asarray(array).astype(np.float32)[()] for array in sample.arrays)
    compared(sample, arrays, 2e-4)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", [np.int64, np.int8, bool])
@pytest.mark.parametrize("sample", SMOOTH, ids=repr)
def test_whole_numbers_stay_what_numpy_makes_of_them(sample, kind):
    arrays = tuple(np.nan_to_num(np.asarray(a) * 2).astype(kind)[()] for a in sample.arrays)
    compared(sample, arrays, 1e-12)


def projected(sample):
    """The sample as a function with one number for its value, by fixed weights."""
    weights = [RANDOM.standard_normal(np.shape(part)) for part in plain(sample, sample.arrays)]

    def scalar(*arrays):
        parts = flatten(sample.function(*arrays))[0]
        total = 0.0
        for part, weight in zip(parts, weights, strict=True):
            total = total + np.sum(part * weight)
        return total

    return scalar


def wide(arrays):
    return tuple(np.asarray(array, np.float64) for array in arrays)


def slope(function, arrays, direction, step):
    """The derivative along a direction by central differences, extrapolated once."""

    def difference(h):
        ahead = function(*[x + h * t for x, t in zip(arrays, direction, strict=True)])
        behind = function(*[x - h * t for x, t in zip(arrays, direction, strict=True)])
        return (ahead - behind) / (2 * h)

    return (4 * difference(step / 2) - difference(step)) / 3


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("sample", SMOOTH, ids=repr)
def test_gradient_is_what_the_numbers_say(sample):
    arrays = wide(sample.arrays)
    scalar = projected(sample)
    everything = tuple(range(len(arrays)))
    direction = tuple(RANDOM.standard_normal(array.shape) for array in arrays)
    measured = slope(scalar, arrays, direction, 1e-3)
    gradient = dx.grad(scalar, argnums=everything)(*arrays)
    backward = sum(np.sum(part * t) for part, t in zip(gradient, direction, strict=True))
    _, forward = dx.jvp(scalar, arrays, direction)
    np.testing.assert_allclose(backward, measured, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(forward, backward, rtol=1e-11, atol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("sample", SMOOTH, ids=repr)
def test_second_derivative_is_what_the_numbers_say(sample):
    arrays = wide(sample.arrays)
    scalar = projected(sample)
    everything = tuple(range(len(arrays)))
    direction = tuple(RANDOM.standard_normal(array.shape) for array in arrays)

    def bent(*values):
        return np.exp(0.1 * scalar(*values))

    def along(*values):
        gradient = dx.grad(bent, argnums=everything)(*values)
        return sum(np.sum(part * t) for part, t in zip(gradient, direction, strict=True))

    measured = slope(along, arrays, direction, 1e-3)
    product = dx.hvp(bent, arrays, direction)
    parts = product if len(arrays) > 1 else (product,)
    second = sum(np.sum(part * t) for part, t in zip(parts, direction, strict=True))
    np.testing.assert_allclose(second, measured, rtol=1e-6, atol=1e-7)
    _, again = dx.jvp(lambda *v: dx.jvp(bent, v, direction)[1], arrays, direction)
    np.testing.assert_allclose(again, second, rtol=1e-9, atol=1e-10)


def outcome(call):
    """What a call gives, or None where it raises what a wrong call raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return call()
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
            return None


@pytest.mark.parametrize("shrink", [lambda x: x[..., :0], lambda x: x[:0], lambda x: x.sum()])
@pytest.mark.parametrize("sample", SMOOTH, ids=repr)
def test_nothing_and_scalars_are_what_numpy_makes_of_them(sample, shrink):
    """Where NumPy answers, the same answer; where it refuses, no answer."""
    arrays = tuple(shrink(np.atleast_1d(array)) for array in sample.arrays)
    if sample.name in ("copyto", "putmask", "dot-method") and not np.ndim(arrays[0]):
        pytest.skip("NumPy's scalars lack what a traced array without axes has")
    if sample.name in ("einsum-diagonal", "einsum-cube") and np.size(arrays[0]) == 0:
        pytest.skip("NumPy 2.4 reads beyond the end of an array of shape (0, 3) here")
    wanted = outcome(lambda: plain(sample, arrays))
    found = outcome(lambda: dx.graph(sample.function)(*arrays)(*arrays))
    assert (found is None) == (wanted is None), (found, wanted)
    for ours, theirs in zip(found or (), wanted or (), strict=True):
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype
        assert np.shape(ours) == np.shape(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_power_of_two_beyond_the_range_need_not_carry_the_product_there():
    value = dx.value_and_grad(lambda x: np.ldexp(x, 1100))(1e-200)[0]
    assert value == np.ldexp(1e-200, 1100)
