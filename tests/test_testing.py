"""check_grads finds every kind of wrong derivative, and lets right ones pass."""

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError
from infinitesimal.testing import check_grads


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (np.sin, (1.0,)),
        (lambda x, y: np.sin(x) * y, (1.0, np.array([2.0, 3.0]))),
        (lambda p: {"a": p["w"] @ p["w"], "b": np.exp(p["b"])}, ({"w": np.arange(3.0), "b": 2},)),
        (np.log, (0.01,)),  # the wider steps leave the domain
        (lambda x: np.sum(x**3), (np.array([[1.0, 2.0], [3.0, 4.0]]),)),
        (lambda x: x * 0.0, (5.0,)),
        (lambda x: np.sin(x) * x, (np.array([0.5, 1.5], np.float32),)),
    ],
)
def test_right_derivatives_pass(f, args):
    assert check_grads(f, args, order=2) is None


def test_higher_orders():
    check_grads(lambda x: np.exp(np.sin(x)), (0.5,), order=3)
    check_grads(lambda x, y: x * y**2, (2.0, 3.0), order=4, modes=["fwd"])


def cut(x):
    return x * dx.stop_gradient(x)


@pytest.mark.parametrize(("mode", "name"), [("fwd", "forward mode"), ("rev", "reverse mode")])
def test_a_cut_derivative_is_found(mode, name):
    with pytest.raises(AssertionError) as caught:
        check_grads(cut, (3.0,), modes=[mode])
    first, found, numeric, why, instead = str(caught.value).splitlines()
    assert first.startswith("check_grads(f) at test_testing.py:")
    assert first.endswith(f": {name}, order 1, argument 0")
    ours = float(found.removeprefix("  found:    calculus "))
    theirs, _, error = numeric.removeprefix("            numeric  ").partition(" ± ")
    assert float(theirs) == pytest.approx(2 * ours, rel=1e-12)
    assert float(error) < 1e-12
    assert why.startswith(f"  because:  they differ by {abs(ours):.2g}, which is more than atol")
    assert instead == (
        "  instead:  a rule may be wrong, a derivative cut, or the point be too near a kink"
    )


def test_the_second_order_is_looked_at():
    def f(x):
        # the value of x², the right slope, and a second derivative that is cut
        return dx.stop_gradient(x * x) + 2 * dx.stop_gradient(x) * (x - dx.stop_gradient(x))

    check_grads(f, (3.0,), order=1)
    with pytest.raises(AssertionError, match=r"order 2 \(of forward mode\), argument 0"):
        check_grads(f, (3.0,), order=2, modes=["fwd", "rev"])


def test_the_argument_and_the_element_are_named():
    with pytest.raises(AssertionError, match="argument 1, element 2 of the result"):
        check_grads(lambda x, y: np.stack([x, y, cut(y)]), (1.0, 2.0), modes=["fwd"])


def test_tolerances():
    def nearly(x):
        return x + 1e-4 * dx.stop_gradient(x)

    with pytest.raises(AssertionError):
        check_grads(nearly, (1.0,))
    check_grads(nearly, (1.0,), rtol=1e-3, order=1)
    check_grads(nearly, (1.0,), atol=1e-3, order=1)


def test_the_directions_are_the_same_every_time():
    texts = set()
    for _ in range(2):
        with pytest.raises(AssertionError) as caught:
            check_grads(cut, (3.0,))
        texts.add(str(caught.value))
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"order": 0}, "an order is 1, 2, 3, …"),
        ({"modes": "fwd"}, "modes is a list of modes"),
        ({"modes": ["sideways"]}, "modes is a list of modes"),
        ({"modes": []}, "modes is a list of modes"),
        ({"args": 1.0}, "args is a tuple with one entry for each argument of f"),
    ],
)
def test_wrong_options(options, why):
    with pytest.raises(ArgumentError) as caught:
        check_grads(np.sin, **{"args": (1.0,), **options})
    assert caught.value.why == why
