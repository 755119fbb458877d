"""Every method on functions with loops, branches and batches: right, and its work told truly."""

import math

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.count import operations
from infinitesimal.core.leaf import input_node
from infinitesimal.core.types import FLOAT64
from infinitesimal.differentiate.cost import forward_operations, sweep_operations
from infinitesimal.methods import METHODS

RATES = np.linspace(0.01, 0.05, 30)


def growth(c):
    return dx.scan(lambda s, r: (s * (1 + r * c), None), 1.0, RATES)[0]


def power(x):
    return dx.fori_loop(0, 5, lambda i, s: s * x, 1.0)


def newton(a):
    return dx.while_loop(lambda x: abs(x * x - a) > 1e-12, lambda x: (x + a / x) / 2, a)


def chosen(x):
    return dx.cond(x > 0, lambda y: y**3, lambda y: -y, x)


def switched(x):
    return dx.switch((x > 1).astype(int), [np.sin, lambda y: y * y], x)


def batched(x):
    return dx.vmap(lambda y: dx.fori_loop(0, 3, lambda i, s: s * y, 1.0))(x) @ np.array([1.0, 2.0])


SLOPE = float(np.prod(1 + RATES) * np.sum(RATES / (1 + RATES)))
CASES = [
    (growth, 1.0, SLOPE),
    (power, 2.0, 80.0),
    (newton, 2.0, 0.5 / math.sqrt(2.0)),
    (chosen, 2.0, 12.0),
    (chosen, -2.0, -1.0),
    (switched, 0.5, math.cos(0.5)),
    (switched, 1.5, 3.0),
    (batched, np.array([1.5, 0.5]), [3 * 1.5**2, 2 * 3 * 0.5**2]),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f", "x", "slope"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_every_method_differentiates_through(f, x, slope, method):
    exact = method in ("complex-step", "dual", "reverse", "symbolic")
    tolerance = {"richardson": 1e-9, "central-difference": 1e-7}.get(method, 1e-5)
    found = dx.derivative(f, x, method=method)
    np.testing.assert_allclose(found, slope, rtol=1e-13 if exact else tolerance)


@pytest.mark.parametrize(("f", "x", "slope"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_all_methods_stand_side_by_side(f, x, slope):
    table = dx.compare(f, x)
    assert not [row.note for row in table if row.note]
    assert all(row.digits > 5 for row in table)
    assert all(row.operations > 0 for row in table)
    assert max(map(len, str(table).splitlines())) <= 80


# ---- what is counted


def graph_operations(f, *x):
    graph = dx.graph(f)(*x)
    bindings = dict(zip(graph.inputs, map(np.float64, x), strict=True))
    return operations(graph.outputs, graph.inputs, bindings)


def test_a_scan_costs_its_body_as_often_as_it_runs():
    assert graph_operations(growth, 1.0) == 30 * 3
    assert dx.compare(growth, 1.0, methods=["forward-difference"])["forward-difference"].operations
    # a counter that nobody reads is not kept
    assert graph_operations(power, 2.0) == 5 * 1


def test_a_while_costs_as_many_steps_as_it_ran():
    # 2 → 3/2 → 17/12 → … in five steps of 3 operations; the condition (4) is asked six times
    assert graph_operations(newton, 2.0) == 5 * 3 + 6 * 4
    # the root of 1 is found before the first step
    assert graph_operations(newton, 1.0) == 4


def test_a_branch_costs_the_program_that_was_taken():
    def f(x):
        return dx.cond(x > 0, lambda y: y * y * y * y, lambda y: -y, x)

    assert graph_operations(f, 2.0) == 1 + 3
    assert graph_operations(f, -2.0) == 1 + 1


def test_loops_in_loops_and_branches_in_loops():
    def f(x):
        def outer(s, _):
            s = dx.while_loop(lambda t: t < 4 * x, lambda t: t * x, s)
            return dx.cond(s > 10, lambda u: u / 2, lambda u: u + x * x, s), None

        return dx.scan(outer, x, length=4)[0]

    count, s, x = 0, 3.0, 3.0
    for _ in range(4):
        while s < 4 * x:
            s, count = s * x, count + 2 + 1
        count += 2  # the condition once more
        larger = s > 10
        s = s / 2 if larger else s + x * x
        count += 1 + (1 if larger else 2)  # the comparison, and the branch
    assert graph_operations(f, 3.0) == count


def test_the_way_back_is_counted_beyond_the_loop():
    def f(x):
        return dx.fori_loop(0, 6, lambda i, s: s * x, x)

    # each step back: two products, and the sum of what x receives; at the end x as the first state
    row = dx.compare(f, 2.0, methods=["reverse"])["reverse"]
    assert row.operations == 6 + 6 * 3 + 1
    row = dx.compare(f, 2.0, methods=["dual"])["dual"]
    assert row.operations == 6 + 6 * 3  # s·dx + ds·x, and the value once


def test_a_loop_with_its_own_length_is_counted_on_the_way_back():
    a, b = input_node(FLOAT64), input_node(FLOAT64)
    graph = dx.graph(newton)(2.0)
    point = {graph.inputs[0]: np.float64(2.0)}
    once = operations(graph.outputs, graph.inputs, point)
    back = sweep_operations(graph.outputs, graph.inputs, point)
    along = forward_operations(graph.outputs, graph.inputs, point)
    assert 0 < back < 4 * once
    assert once < along < 4 * once
    assert sweep_operations([a * b], [a, b]) == 2


def test_growth_with_loops():
    def f(x):
        return dx.scan(lambda s, e: (s + e * e, None), 0.0, x)[0]

    table = dx.growth(f, (2, 10), methods=["reverse", "dual"])
    counts = {(row.method, row.inputs): row.operations for row in table}
    assert counts["reverse", 10] < 5 * 2 * 10
    assert counts["reverse", 10] / counts["reverse", 2] == pytest.approx(5.0, rel=0.1)
    assert counts["dual", 10] / counts["dual", 2] == pytest.approx(25.0, rel=0.1)


# ---- inside another derivative


@pytest.mark.parametrize("method", ["reverse", "dual", "symbolic"])
def test_a_derivative_by_a_method_can_be_differentiated_again(method):
    outer = dx.grad(lambda x: dx.derivative(power, x, method=method))
    assert outer(2.0) == pytest.approx(20 * 2.0**3, rel=1e-14)


@pytest.mark.parametrize("method", ["reverse", "dual", "symbolic"])
def test_a_derivative_by_a_method_inside_a_loop(method):
    def newton_step(i, x):
        f = lambda y: dx.fori_loop(0, 3, lambda j, s: s * y, 1.0) - 2.0  # noqa: E731
        return x - f(x) / dx.derivative(f, x, method=method)

    root = dx.fori_loop(0, 30, newton_step, 1.0)
    assert root == pytest.approx(2.0 ** (1 / 3), rel=1e-14)
