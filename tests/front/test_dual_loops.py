"""Dual numbers and open variables through loops, branches and batches."""

import math

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal import Dual
from infinitesimal.core.formula_text import written
from infinitesimal.errors import ArgumentError

XS = np.array([1.0, 2.0, 3.0])


def parts(dual):
    return dual.real, dual.dual


# ---- dual numbers; each oracle is the same loop in Python on dual numbers


def test_as_the_first_state():
    state, rows = dx.scan(lambda s, x: (s * x, s), Dual(2, 1), XS)
    assert parts(state) == (12.0, 6.0)
    np.testing.assert_array_equal(rows.real, [2, 2, 4])
    np.testing.assert_array_equal(rows.dual, [1, 1, 2])
    assert parts(dx.fori_loop(0, 3, lambda i, s: s * s, Dual(2, 1))) == (256.0, 8 * 2.0**7)
    assert parts(dx.while_loop(lambda s: s < 100, lambda s: s * s, Dual(2, 1))) == (256.0, 1024.0)


def test_as_elements():
    state, rows = dx.scan(lambda s, x: (s * x, s), 1.0, Dual(XS, [1, 0, 0]))
    assert parts(state) == (6.0, 6.0)
    np.testing.assert_array_equal(rows.dual, [0, 1, 2])


@pytest.mark.parametrize("start", [1, 1.0, Dual(1, 0)])
def test_in_a_closure(start):
    a = Dual(2.0, 1.0)
    value = start
    for x in XS:
        value = value * a + x
    found = dx.scan(lambda s, x: (s * a + x, None), start, XS)[0]
    assert parts(found) == parts(value)


def test_one_part_of_the_state_becomes_dual_after_another():
    a = Dual(3.0, 1.0)

    def step(i, state):
        return {"x": state["y"], "y": state["z"] + state["x"], "z": state["z"] * a, "n": i}

    first = {"x": 1.0, "y": 2.0, "z": 0.5, "n": 0}
    state = first
    for i in range(4):
        state = step(i, state)
    found = dx.fori_loop(0, 4, step, first)
    assert found["n"] == 3
    for name in "xyz":
        assert parts(found[name]) == parts(state[name])


def test_a_condition_on_a_dual_number():
    a = Dual(2.0, 1.0)
    found = dx.while_loop(lambda s: s < 100 * a, lambda s: s * 2, 1.0)
    assert found == 256.0
    assert not isinstance(found, Dual)


@pytest.mark.parametrize(("a", "expected"), [(2.0, (4.0, 4.0)), (-2.0, (2.0, -1.0))])
def test_branches(a, expected):
    x = Dual(a, 1.0)
    assert parts(dx.cond(x > 0, lambda y: y * y, lambda y: -y, x)) == expected
    assert parts(dx.cond(x > 0, lambda: x * x, lambda: -x)) == expected
    assert parts(dx.switch(int(a > 0), [lambda y: -y, lambda y: y * y], x)) == expected


def test_a_branch_that_is_not_dual_beside_one_that_is():
    x = Dual(2.0, 1.0)
    assert parts(dx.cond(x > 0, lambda: (x * x, 1.0)[1], lambda: x)) == (1.0, 0.0)
    first, second = dx.cond(x > 0, lambda: (x, 1.0), lambda: (1.0, x))
    assert (parts(first), parts(second)) == ((2.0, 1.0), (1.0, 0.0))


def test_an_element_by_a_traced_number():
    a = Dual(XS, [1.0, 0.0, 2.0])
    found = dx.fori_loop(0, 3, lambda i, s: s * dx.numpy.take(a, i), 1.0)
    assert parts(found) == (6.0, 1 * 6.0 + 2 * 2.0)
    pair = dx.numpy.stack([Dual(1.0, 2.0), 3.0])
    np.testing.assert_array_equal(pair.dual, [2.0, 0.0])
    np.testing.assert_array_equal(dx.numpy.array([Dual(1.0, 2.0), 3.0]).dual, [2.0, 0.0])


def test_setting_an_element_says_what_to_do():
    def step(i, x):
        x[i] = 0.0
        return x

    with pytest.raises(ArgumentError, match="immutable"):
        dx.fori_loop(0, 2, step, Dual(XS, 1.0))
    lifted = dx.lift(lambda x: dx.fori_loop(0, 2, step, x * 1))(Dual(XS, 1.0))
    np.testing.assert_array_equal(lifted.dual, [0, 0, 1])


def test_several_infinitesimals():
    x, y = Dual(2.0, 1.0, 0.0), Dual(3.0, 0.0, 1.0)
    found = dx.fori_loop(0, 2, lambda i, s: s * x + y, y)
    # y·x² + y·x + y
    assert found.real == 3 * 4 + 3 * 2 + 3
    assert found.parts == (3 * 2 * 2 + 3, 4 + 2 + 1)
    with pytest.raises(ArgumentError, match="more ε than another"):
        dx.fori_loop(0, 2, lambda i, s: s * x, Dual(1.0, 1.0))


def test_batches():
    found = dx.vmap(lambda y: np.sin(y))(Dual(XS, np.ones(3)))
    np.testing.assert_allclose(found.dual, np.cos(XS), rtol=1e-15)
    a = Dual(2.0, 1.0)
    found = dx.vmap(lambda y: dx.fori_loop(0, 3, lambda i, s: s * a, y))(XS)
    np.testing.assert_allclose(found.real, 8 * XS)
    np.testing.assert_allclose(found.dual, 12 * XS)


def test_inside_another_derivative():
    def f(x):
        return dx.fori_loop(0, 3, lambda i, s: s * Dual(x, 1.0), 1.0).dual  # 3x²

    assert dx.grad(f)(2.0) == 12.0


def test_a_state_of_another_structure_is_still_refused():
    a = Dual(2.0, 1.0)
    with pytest.raises(ArgumentError, match="same structure"):
        dx.fori_loop(0, 3, lambda i, s: (s[0] * a,), [1.0, 2.0])


# ---- open variables


def test_a_loop_of_open_variables_is_evaluated_again_and_again():
    a = dx.variable(2.0)
    cube = dx.fori_loop(0, 3, lambda i, s: s * a, 1.0)
    assert str(cube.eval()) == "8 + 12ε"
    assert str(cube.eval((a, 3.0))) == "27 + 27ε"
    doubled = dx.while_loop(lambda s: s < 100, lambda s: s * a, a)
    assert str(doubled.eval()) == f"128 + {7 * 2**6}ε"
    assert str(doubled.eval((a, 3.0))) == f"243 + {5 * 3**4}ε"
    chosen = dx.cond(a > 1, lambda y: y * y, lambda y: -y, a)
    assert (str(chosen.eval()), str(chosen.eval((a, -3.0)))) == ("4 + 4ε", "3 - 1ε")


def test_the_text_of_a_loop_is_short():
    a = dx.variable(2.0)
    cube = dx.fori_loop(0, 3, lambda i, s: s * a, 1.0)
    assert str(cube.trace()) == "scan(2 + 1ε, 0, 1 + 0ε, steps=3)[1]"
    state, rows = dx.scan(lambda s, x: (s * x, s), a, XS, reverse=True)
    assert str(state.trace()) == "scan(2 + 1ε, [1 2 3] + [0 0 0]ε, steps=3, backward=True)[0]"
    assert str(np.sin(rows).trace()).startswith("sin(scan(2 + 1ε, ")
    grown = dx.while_loop(lambda s: s < 100, lambda s: s * a, a, max_steps=9)
    assert str((grown + 1).trace()) == "(while(2 + 1ε, 2 + 1ε, most=9) + 1 + 0ε)"
    chosen = dx.cond(a > 1, lambda y: y * y, lambda y: -y, a)
    assert "\n" not in str(chosen.trace())
    assert len(str(chosen.trace())) < 80


def test_text_inside_a_body_and_of_many_loops():
    a = dx.variable(2.0)
    seen = []

    def step(i, s):
        inner = dx.fori_loop(0, 2, lambda j, t: t * s, 1.0)
        seen.extend([str(s * 2), str((s * a).trace()), str(inner.trace())])
        return s * a

    result = dx.fori_loop(0, 3, step, 1.0)
    assert seen[1:] == ["(f64 * 2 + 1ε)", "scan(f64, 0, 1 + 0ε, steps=2)[1]"]
    total = result
    for _ in range(40):
        total = np.sin(total) * result + dx.fori_loop(0, 3, lambda i, s: s * np.cos(total), 1.0)  # noqa: B023
    text = str(total.trace())
    assert len(text) < 2_000
    assert "more operations" in text
    assert math.isfinite(total.eval().real)


def test_formulas_with_rolled_loops_print_shortly():
    graph = dx.graph(dx.grad(lambda x: dx.fori_loop(0, 50, lambda i, s: s * x, 1.0)))(1.0)
    names = dict(zip(graph.inputs, graph.names, strict=True))
    for style in ("text", "latex"):
        text = written(graph.outputs[0], names, style)
        assert "\n" not in text
        assert len(text) < 300
