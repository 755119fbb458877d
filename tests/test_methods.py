"""One call for every method, and all methods side by side."""

import math

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal import comparison
from infinitesimal.errors import (
    ArgumentError,
    DomainError,
    DtypeError,
    LostDerivativeError,
    UnsupportedError,
)
from infinitesimal.methods import METHODS

EXACT = ["complex-step", "dual", "reverse", "symbolic"]
DIGITS = {
    "forward-difference": 1e-7,
    "backward-difference": 1e-7,
    "central-difference": 1e-9,
    "richardson": 1e-12,
    **dict.fromkeys(EXACT, 4e-16),
}
each_method = pytest.mark.parametrize("method", METHODS)


def distance(x, y):
    return np.sqrt(x * x + y * y)


def mixed(x):
    return np.stack([np.sin(x[0]) * x[1], x[0] ** 2, np.exp(x[1])])


MIXED = np.array([[math.cos(1.0) * 2, math.sin(1.0)], [2.0, 0.0], [0.0, math.exp(2.0)]])


def test_every_method_has_its_precision():
    assert set(METHODS) == set(DIGITS)


@each_method
def test_scalars(method):
    found = dx.derivative(distance, 3.0, 4.0, method=method)
    assert isinstance(found, float)
    assert found == pytest.approx(0.6, rel=DIGITS[method])
    both = dx.derivative(distance, 3, 4, method=method, argnum=(0, 1))
    assert both == pytest.approx((0.6, 0.8), rel=DIGITS[method])
    assert dx.derivative(distance, 3.0, 4.0, method=method, argnum=-1) == both[1]


@each_method
def test_jacobians(method):
    x = np.array([1.0, 2.0])
    found = dx.derivative(mixed, x, method=method)
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found, MIXED, rtol=DIGITS[method] * 4, atol=DIGITS[method] * 4)
    assert x.tolist() == [1.0, 2.0]
    gradient = dx.derivative(lambda x: np.sum(x**2), x, method=method)
    np.testing.assert_allclose(gradient, [2, 4], rtol=DIGITS[method] * 4)
    column = dx.derivative(lambda t: np.stack([t, t * t]), 3.0, method=method)
    np.testing.assert_allclose(column, [1, 6], rtol=DIGITS[method] * 4)


@each_method
def test_shapes_at_the_edges(method):
    assert dx.derivative(lambda x: 3, 2.0, method=method) == 0.0
    assert dx.derivative(lambda x: x * 0 + 1, np.ones((2, 1)), method=method).shape == (2, 1, 2, 1)
    assert dx.derivative(np.sum, np.zeros(0), method=method).shape == (0,)
    single = dx.derivative(lambda x: x * x, np.float32(3), method=method)
    assert np.asarray(single).dtype == np.float32
    assert single == pytest.approx(6, rel=1e-2)
    assert dx.derivative(lambda x: x * x, 3, method=method) == pytest.approx(6, rel=1e-7)


def test_forward_mode_has_two_words_everywhere():
    def f(x, y):
        return x * np.sin(y)

    assert dx.derivative(f, 2.0, 3.0, method="forward") == dx.derivative(f, 2.0, 3.0, method="dual")
    assert dx.derivative(f, 2.0, 3.0, method="forward") == pytest.approx(np.sin(3.0))
    both = [str(dx.compare(f, 2.0, 3.0, methods=[word])) for word in ("forward", "dual")]
    told = [dx.explain(f, (2.0, 3.0), methods=word).results() for word in ("forward", "dual")]
    assert all("dual" in text for text in both)
    assert told[0] == told[1]
    assert told[0] == dx.explain(f, (2.0, 3.0), method="dual").results()
    assert list(told[0]) == ["forward"]


def test_the_step_is_used_as_it_is_given():
    def along(x):
        return distance(x, 4.0)

    found = dx.derivative(along, 3.0, method="forward-difference", step=1e-8)
    assert found == 0.5999999608263806
    assert found == (along(3.0 + 1e-8) - along(3.0)) / 1e-8
    back = dx.derivative(along, 3.0, method="backward-difference", step=1e-4)
    assert back == (along(3.0) - along(3.0 - 1e-4)) / 1e-4
    central = dx.derivative(along, 3.0, method="central-difference", step=0.1)
    assert central == (along(3.1) - along(2.9)) / (2 * 0.1)
    step = dx.derivative(along, 3.0, method="complex-step", step=1e-20)
    assert step == pytest.approx(0.6, rel=1e-15)


def test_numerical_methods_call_the_function_with_plain_numbers():
    seen = []

    def f(x):
        seen.append(type(x))
        return math.sin(x)  # which refuses a traced number

    assert dx.derivative(f, 1, method="richardson") == pytest.approx(math.cos(1), rel=1e-12)
    assert set(seen) == {float}


def test_an_estimate_of_the_error():
    value, error = dx.derivative(np.exp, 1.0, method="richardson", error=True)
    assert abs(value - math.e) <= error < 1e-12
    values, errors = dx.derivative(mixed, np.array([1.0, 2.0]), method="richardson", error=True)
    assert (np.abs(values - MIXED) <= errors).all()


def test_duals_in_blocks():
    x = np.linspace(0.5, 1.5, 10)
    wide = dx.derivative(lambda x: np.prod(x) * x[:2], x, method="dual", block=4)
    narrow = dx.derivative(lambda x: np.prod(x) * x[:2], x, method="dual")
    np.testing.assert_array_equal(wide, narrow)


def test_derivatives_nest():
    for inner in ("dual", "reverse", "symbolic"):
        second = dx.grad(lambda x, inner=inner: dx.derivative(lambda y: y**3, x, method=inner))
        assert second(2.0) == pytest.approx(12.0, rel=1e-15)
    with pytest.raises(LostDerivativeError, match="central-difference"):
        dx.grad(lambda x: dx.derivative(lambda y: y**3, x, method="central-difference"))(2.0)
    with pytest.raises(LostDerivativeError, match="complex-step"):
        dx.grad(lambda x: dx.derivative(lambda y: y * x, 1.0, method="complex-step"))(2.0)
    # differences of a function of something traced are traced
    mixed = dx.grad(lambda x: dx.derivative(lambda y: y * x, 1.0, method="central-difference"))
    assert mixed(2.0) == pytest.approx(1.0)


def test_an_unknown_method():
    with pytest.raises(ArgumentError) as caught:
        dx.derivative(distance, 3.0, 4.0, method="forward-diff")
    assert caught.value.instead == (
        "'forward-difference'? One of forward-difference, backward-difference, "
        "central-difference, richardson, complex-step, dual, reverse, symbolic"
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"step": 0.1}, "this method takes no step"),
        ({"method": "central-difference", "step": -1}, "a step is a positive number"),
        ({"method": "central-difference", "step": math.nan}, "a step is a positive number"),
        ({"method": "dual", "error": True}, "this method gives no estimate of its error"),
        ({"block": 2}, "block is how many ε the method 'dual' carries at once"),
        ({"argnum": 2}, "there is no argument number 2"),
    ],
)
def test_wrong_options(options, why):
    with pytest.raises(ArgumentError) as caught:
        dx.derivative(distance, 3.0, 4.0, **options)
    assert caught.value.why == why


@each_method
def test_wrong_values(method):
    with pytest.raises(DtypeError):
        dx.derivative(np.sin, "a", method=method)
    with pytest.raises(DtypeError):
        dx.derivative(np.sin, [1.0, 2.0], method=method)
    with pytest.raises((DtypeError, UnsupportedError)):
        dx.derivative(lambda x: (x, x), 1.0, method=method)
    with pytest.raises(ZeroDivisionError):
        dx.derivative(lambda x: x + 1 // 0, 1.0, method=method)


def test_no_complex_continuation():
    with pytest.raises(DomainError):
        dx.derivative(np.sqrt, 0.0, method="complex-step")
    assert dx.derivative(np.sqrt, 0.0, method="reverse") == math.inf


# ---- side by side


class Counted:
    """A function that counts its calls."""

    def __init__(self, f):
        self.f = f
        self.calls = 0

    def __call__(self, *x):
        self.calls += 1
        return self.f(*x)


def worked_example(x, y):
    return (x + y) * (x + 2 * y)


def chain(x):
    return np.sum(x[1:] * x[:-1])


def test_the_worked_example_side_by_side():
    table = dx.compare(worked_example, 2.0, 3.0)
    assert [row.method for row in table] == list(METHODS)
    counts = {
        row.method: (row.evaluations, row.passes, row.sweeps, row.operations) for row in table
    }
    assert counts["forward-difference"] == (3, 0, 0, 18)  # 3 × 4, and for each input +, −, /
    assert counts["central-difference"] == (4, 0, 0, 26)  # 4 × 4, and for each input + − − × /
    assert counts["dual"] == (2, 2, 0, 20)
    assert counts["reverse"] == (1, 0, 1, 13)
    for method in EXACT:
        assert table[method].value == (13.0, 18.0)
        assert table[method].digits == math.inf
    assert 7 < table["forward-difference"].digits < 9
    assert all(row.seconds > 0 for row in table)


def test_the_text_of_a_table(monkeypatch):
    monkeypatch.setattr(comparison, "_duration", lambda seconds: "1 µs")
    table = dx.compare(
        worked_example, 2.0, 3.0, methods=["forward-difference", "dual", "reverse"], step=0.5
    )
    assert str(table).splitlines() == [
        "Derivatives of worked_example: 2 inputs, 1 output",
        "method             value      digits evals    passes operations time",
        "forward-difference (13.5, 19)    1.3     3                   18 1 µs",
        "dual               (13, 18)      all     2 2 forward         20 1 µs",
        "reverse            (13, 18)      all     1    1 back         13 1 µs",
    ]
    assert repr(table) == str(table)


def test_a_hundred_inputs():
    x = np.linspace(0.5, 1.5, 100)
    table = dx.compare(chain, x)
    work = {row.method: (row.evaluations, row.passes, row.sweeps) for row in table}
    assert work["forward-difference"] == (101, 0, 0)
    assert work["central-difference"] == (200, 0, 0)
    assert work["complex-step"] == (100, 0, 0)
    assert work["dual"] == (100, 100, 0)
    assert work["reverse"] == (1, 0, 1)
    assert table["reverse"].operations < 1000 < table["dual"].operations
    assert dx.compare(chain, x, methods=["dual"], block=16)["dual"].passes == 7
    assert max(map(len, str(table).splitlines())) <= 80


@pytest.mark.parametrize(("method", "calls"), [("forward-difference", 101), ("reverse", 1)])
def test_evaluations_are_calls(method, calls):
    f = Counted(chain)
    dx.derivative(f, np.ones(100), method=method)
    assert f.calls == calls


def test_the_mirrored_case():
    rates = np.arange(1.0, 101.0)
    table = dx.compare(lambda x: np.sin(rates * x), 1.0)
    assert (table["dual"].passes, table["reverse"].sweeps) == (1, 100)
    assert table["dual"].operations < table["reverse"].operations / 10
    assert str(table).splitlines()[0] == "Derivatives of f: 1 input, 100 outputs"


def test_a_method_without_an_answer_says_so():
    table = dx.compare(np.sqrt, 0.0, methods=["complex-step", "reverse"])
    assert table["complex-step"].note.startswith("the complex step through 'sqrt'")
    lines = str(table).splitlines()
    assert lines[2].split() == ["complex-step", "no", "answer"]
    assert lines[-1].startswith("complex-step: the complex step through 'sqrt'")
    assert len(lines[-1]) <= 80
    assert table["reverse"].value == (math.inf,)
    with pytest.raises(KeyError):
        table["dual"]


def test_what_the_function_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        dx.compare(lambda x: x / (1 // 0), 1.0)
    with pytest.raises(DtypeError):
        dx.compare(lambda x: "text", 1.0)


@pytest.mark.parametrize(
    ("x", "options", "why"),
    [
        ((1.0,), {"methods": ["sideways"]}, "there is no method of this name"),
        ((1.0,), {"step": 0}, "a step is a positive number"),
        ((1.0,), {"block": 0}, "block is how many ε the method 'dual' carries at once"),
        ((), {}, "there is no point to differentiate at"),
    ],
)
def test_wrong_comparisons(x, options, why):
    with pytest.raises(ArgumentError) as caught:
        dx.compare(np.sin, *x, **options)
    assert caught.value.why == why


def test_growth_is_counted_then_extrapolated():
    table = dx.growth(chain, (2, 10, 20, 100_000), budget=0.2, methods=["dual", "reverse"])
    rows = {(row.inputs, row.method): row for row in table}
    assert [rows[n, "dual"].passes for n in (2, 10, 20, 100_000)] == [2, 10, 20, 100_000]
    assert [rows[n, "reverse"].sweeps for n in (2, 10, 20, 100_000)] == [1, 1, 1, 1]
    far = rows[100_000, "dual"]
    assert far.extrapolated and far.seconds > 0.2
    assert not rows[20, "dual"].extrapolated
    assert not rows[100_000, "reverse"].extrapolated
    line = next(line for line in str(table).splitlines() if line.startswith("100,000 dual"))
    assert "~100,000 forward" in line
    assert max(map(len, str(table).splitlines())) <= 80
