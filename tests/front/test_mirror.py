"""`infinitesimal.numpy` and `infinitesimal.scipy`: the originals for plain values, traced else."""

import numpy as np
import pytest
import scipy.special

import infinitesimal as dx
import infinitesimal.numpy as dnp
from infinitesimal.errors import InfinitesimalError
from infinitesimal.front.lazy import Lazy
from infinitesimal.scipy import special


def test_every_name_is_numpys_or_leads_to_it():
    for name in dnp.__all__:
        assert hasattr(np, name)
    for name in dnp.linalg.__all__:
        assert hasattr(np.linalg, name)
    for name in special.__all__:
        assert hasattr(scipy.special, name)


@pytest.mark.parametrize(
    "make",
    [
        lambda np: np.zeros((2, 3)),
        lambda np: np.ones(3, dtype=np.float32),
        lambda np: np.arange(4),
        lambda np: np.linspace(0.0, 1.0, 5),
        lambda np: np.array([[1.0, 2.0], [3.0, 4.0]]),
        lambda np: np.eye(3, k=1),
        lambda np: np.full((2,), 7),
        lambda np: np.sin([0.5, 1.0]),
        lambda np: np.add.reduce([1, 2, 3]),
        lambda np: np.multiply.outer([1, 2], [3, 4]),
        lambda np: np.linalg.norm([3.0, 4.0]),
        lambda np: np.where([True, False], 1.0, 2.0),
        lambda np: np.float32(2) * np.pi,
    ],
)
def test_plain_arguments_give_what_numpy_gives(make):
    found, wanted = make(dnp), make(np)
    assert type(found) is type(wanted)
    np.testing.assert_array_equal(found, wanted)
    assert np.asarray(found).dtype == np.asarray(wanted).dtype


@pytest.mark.parametrize(
    ("function", "value", "slope"),
    [
        (lambda x: dnp.sum(dnp.array([[x, 2.0], [x * x, 1]])), 15.0, 7.0),
        (lambda x: dnp.sum(dnp.full((2, 3), x)), 18.0, 6.0),
        (lambda x: dnp.mean([x, x * x, 3]), 5.0, 7 / 3),
        (lambda x: dnp.add([x, 1.0], [2.0, x])[0], 5.0, 1.0),
        (lambda x: dnp.asarray([x, x])[1], 3.0, 1.0),
        (lambda x: dnp.array(x, ndmin=2)[0, 0], 3.0, 1.0),
        (lambda x: dnp.linalg.norm([x, 4.0]), 5.0, 0.6),
        (lambda x: dnp.concatenate([[x], dnp.zeros(2)])[0], 3.0, 1.0),
        (lambda x: dnp.dot([x, 1.0], np.array([2.0, 1.0])), 7.0, 2.0),
        (lambda x: dnp.add.reduce([x, x]), 6.0, 2.0),
        (lambda x: dnp.linspace(0.0, x, 4)[1], 1.0, 1 / 3),
        (lambda x: dnp.where([True, False], [x, 1.0], 0.0)[0], 3.0, 1.0),
        (lambda x: special.xlogy(x, 1.0) + special.gammaln(x), np.log(2.0), 0.9227843350984671),
    ],
)
def test_traced_values_in_lists_keep_their_derivative(function, value, slope):
    found = dx.value_and_grad(function)(3.0)
    np.testing.assert_allclose(found, (value, slope), rtol=1e-14)


def test_arrays_are_traced_only_while_tracing():
    seen = []

    def function(x):
        seen.append(dnp.zeros(2))
        seen.append(dnp.arange(2))
        return x

    dx.grad(function)(1.0)
    assert isinstance(seen[0], Lazy) and isinstance(seen[1], np.ndarray)
    assert isinstance(dnp.zeros(2), np.ndarray)
    with pytest.raises(ZeroDivisionError):
        dx.grad(lambda x: 1 / 0)(1.0)
    assert isinstance(dnp.zeros(2), np.ndarray)


def test_the_same_array_comes_back_from_asarray():
    plain = np.zeros(3)

    def function(x):
        assert dnp.asarray(plain) is plain
        return x

    dx.grad(function)(1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: dnp.array([[x, 1.0], [2.0]]),
        lambda x: dnp.array([x, "text"]),
        lambda x: dnp.array([x, None]),
        lambda x: dnp.array([x], dtype=object),
        lambda x: dnp.array([x], order="F"),
        lambda x: dnp.sum([x, 1.0], out=np.zeros(())),
        lambda x: np.array([x, x]),
        lambda x: np.add(x, 1.0, where=False),
        lambda x: np.add.at(np.zeros(2), 0, x),
        lambda x: np.histogram(x),
        lambda x: np.sin(x, out=np.zeros(())),
    ],
)
def test_what_has_no_meaning_is_refused_with_a_reason(call):
    with pytest.raises(InfinitesimalError) as caught:
        dx.grad(call)(1.0)
    assert caught.value.why
