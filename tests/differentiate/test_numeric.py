"""Difference quotients, Richardson's table, the complex step, and counted operations."""

import math
from collections import Counter

import numpy as np
import pytest

from infinitesimal.core.count import operations
from infinitesimal.core.leaf import constant, input_node, variable
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type
from infinitesimal.differentiate.complex_step import STEP, evaluate_complex
from infinitesimal.differentiate.cost import forward_operations, sweep_operations
from infinitesimal.differentiate.numeric import (
    CENTRAL,
    ONE_SIDED,
    differences,
    richardson,
    step_at,
)
from infinitesimal.errors import DomainError, MissingRuleError

FORWARD, BACKWARD = ONE_SIDED["forward-difference"], ONE_SIDED["backward-difference"]


def called_at(difference, x, **options):
    points = []

    def f(x):
        points.append(x)
        return x * x

    found = differences(f, [x], 0, difference, **options)
    return found, points


def test_the_points_and_the_quotient_are_the_written_ones():
    h = 1e-8
    assert called_at(FORWARD, 3.0, step=h) == ([((3.0 + h) ** 2 - 9.0) / h], [3.0 + h, 3.0])
    assert called_at(BACKWARD, 3.0, step=h) == ([(9.0 - (3.0 - h) ** 2) / h], [3.0, 3.0 - h])
    found, points = called_at(CENTRAL, 3.0, step=h)
    assert points == [3.0 + h, 3.0 - h]
    assert found == [((3.0 + h) ** 2 - (3.0 - h) ** 2) / (2 * h)]


def test_a_known_value_is_not_computed_again():
    found, points = called_at(FORWARD, np.array([1.0, 2.0, 3.0]), step=0.5, base=np.zeros(3))
    assert [point.tolist() for point in points] == [[1.5, 2, 3], [1, 2.5, 3], [1, 2, 3.5]]
    assert found[1].tolist() == [2.0, 12.5, 18.0]


def test_the_argument_is_not_touched():
    x = np.array([1.0, -0.0])
    x.flags.writeable = False
    _, points = called_at(CENTRAL, x, step=0.5)
    assert math.copysign(1, points[0][1]) == -1  # what is not moved keeps its bits


@pytest.mark.parametrize("x", [0.0, 0.1, -3.7, 1e10, np.float32(0.1), np.float64(1e-30)])
@pytest.mark.parametrize("power", [1 / 2, 1 / 3])
def test_steps_are_exact(x, power):
    h = step_at(x, power)
    assert type(h) is type(x)
    assert (x + h) - x == h
    scale = max(1.0, abs(x))
    assert h == pytest.approx(float(np.finfo(type(x)).eps) ** power * scale, rel=0.01)


CURVES = [
    (np.exp, 1.0, math.exp(1.0)),
    (np.sin, 1e5, math.cos(1e5)),  # a quarter of |x| is many periods
    (np.log, 1e-3, 1e3),  # does not exist at the wider steps
    (lambda x: x**3, 1e-8, 3e-16),
    (np.tan, 1.5, 1 / math.cos(1.5) ** 2),
    (lambda x: 2 * x, 3.0, 2.0),
    (lambda x: np.exp(np.sin(x)), 1.0, math.cos(1.0) * math.exp(math.sin(1.0))),
]


@pytest.mark.parametrize(("f", "x", "slope"), CURVES)
def test_richardson_knows_how_wrong_it_is(f, x, slope):
    with np.errstate(all="ignore"):
        (found,), (error,) = richardson(f, [x], 0)
    assert abs(found - slope) <= 2 * error
    assert error <= 1e-10 * max(1.0, abs(slope))


def test_richardson_of_arrays_takes_the_best_of_each_element():
    def f(x):
        return np.stack([np.sin(x[0]), x[0] * x[1], np.exp(x[1])])

    columns, errors = richardson(f, [np.array([1.0, 2.0])], 0)
    exact = np.array([[math.cos(1.0), 2.0, 0.0], [0.0, 1.0, math.exp(2.0)]])
    np.testing.assert_allclose(columns, exact, rtol=1e-11, atol=1e-13)
    assert (np.abs(np.array(columns) - exact) <= 2 * np.array(errors)).all()


def test_richardson_says_when_there_is_no_slope():
    with np.errstate(all="ignore"):
        (found,), (error,) = richardson(lambda x: np.sqrt(-1 - x * x), [1.0], 0)
    assert math.isnan(found)
    assert error == math.inf


def test_work_is_counted():
    work = Counter()
    differences(np.sum, [np.ones(3)], 0, FORWARD, base=3.0, work=work)
    assert work == {"shift": 3, "quotient": 3}


# ---- the complex step


def beside(x):
    return np.asarray(x) + 1j * STEP


def slope(word, x):
    node = variable(constant(x))
    (value,) = evaluate_complex([REGISTRY[word](node)], {node: beside(x)})
    return np.imag(value) / STEP


@pytest.mark.parametrize(
    ("word", "x", "exact"),
    [
        ("exp", 1.0, math.exp(1.0)),
        ("tanh", 19.0, 1 / math.cosh(19.0) ** 2),
        ("log1p", 1e-12, 1 / (1 + 1e-12)),
        ("sqrt", 1e-30, 0.5e15),
        ("arctan", 1e8, 1 / (1 + 1e16)),
        ("absolute", -3.0, -1.0),
    ],
)
def test_the_complex_step_is_exact(word, x, exact):
    assert slope(word, x) == pytest.approx(exact, rel=4e-16)


@pytest.mark.parametrize("x", [-1.0, 0.0])
def test_leaving_the_real_line_is_refused(x):
    with pytest.raises(DomainError, match="the complex step through 'sqrt'"):
        slope("sqrt", x)


def test_a_word_without_continuation_is_refused():
    word = next(
        word
        for word in REGISTRY.values()
        if word.kind == "elementwise"
        and word.differentiable
        and word.analytic is None
        and not word.parameters
        and len(word.partials) == 1
    )
    with pytest.raises(MissingRuleError) as caught:
        slope(word.name, 0.5)
    assert str(caught.value).splitlines() == [
        f"the complex step through {word.name!r}",
        "  found:    its record has no field 'analytic'",
        "  because:  nothing says what the function is at complex arguments",
        f"  instead:  another method, or fill in 'analytic' where {word.name!r} is declared",
    ]


def test_what_is_constant_stays_real():
    x = variable(constant(2.5))
    outputs = [REGISTRY["floor"](x), x * REGISTRY["floor"](x), REGISTRY["less"](x, 3.0)]
    floor, product, less = evaluate_complex(outputs, {x: beside(2.5)})
    assert (np.imag(floor), np.imag(product) / STEP, bool(less)) == (0.0, 2.0, True)


# ---- operations


FLOAT = array_type(np.float64)


def test_the_counts_of_the_worked_example():
    x, y = input_node(FLOAT), input_node(FLOAT)
    outputs = [(x + y) * (x + 2 * y)]
    assert operations(outputs) == 4
    assert 2 * forward_operations(outputs, [x, y]) == 20
    assert 2 * forward_operations(outputs, [x, y], lifted_constants=True) == 24
    assert sweep_operations(outputs, [x, y]) == 9


def test_operations_count_elements():
    x, m = input_node(array_type(np.float64, (3,))), input_node(array_type(np.float64, (2, 3)))
    assert operations([x * x]) == 3
    assert operations([REGISTRY["sum"](m, axis=(0,))]) == 3
    assert operations([REGISTRY["sum"](m, axis=(0, 1))]) == 5
    assert operations([REGISTRY["cumsum"](m, axis=1)]) == 4
    assert operations([REGISTRY["matmul"](m, REGISTRY["transpose"](m, axes=(1, 0)))]) == 20
    assert operations([REGISTRY["reshape"](m, shape=(6,))]) == 0
    assert operations([REGISTRY["einsum"](m, x, subscripts="ij,j->i")]) == 10
    assert operations([x * x + x], [x * x]) == 3


def test_a_sweep_counts_local_derivatives_once():
    x = input_node(FLOAT)
    # sin′ = cos is one operation, its product with the cotangent another
    assert sweep_operations([REGISTRY["sin"](x)], [x]) == 2
    # the exponential is its own derivative: nothing but the product
    assert sweep_operations([REGISTRY["exp"](x)], [x]) == 1
    # two edges to the same operand: two products and one addition
    assert sweep_operations([x * x], [x]) == 3


def test_wide_steps_that_agree_by_accident_are_found_out():
    """A quarter of 10⁸ is a wide step for a sine: the table began there and believed itself."""
    (found,), (error,) = richardson(np.sin, [1e8], 0)
    assert abs(found - np.cos(1e8)) <= 1e-8
    assert abs(found - np.cos(1e8)) <= 2 * error


def test_a_function_that_ends_nearby_is_met_with_smaller_steps():
    with np.errstate(all="ignore"):
        (found,), (error,) = richardson(np.log, [1e-12], 0)
    assert abs(found - 1e12) <= 2 * error
    assert error <= 1e-6 * 1e12
