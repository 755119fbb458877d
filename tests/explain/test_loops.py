"""Derivations of functions with loops and branches as values: told folded, with exact figures."""

import math

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.tree import Step
from infinitesimal.explain.write import written
from tests.explain.test_functions import agree, well_told

RATES = np.linspace(0.01, 0.05, 30)


def growth(c):
    return dx.scan(lambda s, r: (s * (1 + r * c), None), 1.0, RATES)[0]


def newton(a):
    return dx.while_loop(lambda x: abs(x * x - a) > 1e-12, lambda x: (x + a / x) / 2, a)


COEFFICIENTS = np.array([1.0, -2.0, 3.0, 0.5])


def horner(x):
    return dx.fori_loop(0, 4, lambda i, s: s * x + dx.numpy.take(COEFFICIENTS, i), 0.0)


def absolute(x):
    return dx.cond(x < 0, lambda y: -y, lambda y: y, x)


WEIGHTS = np.array([[[0.5, -0.3], [0.2, 0.4]], [[0.1, 0.7], [-0.6, 0.3]]])


def layers(x):
    return np.sum(dx.scan(lambda h, w: (np.tanh(w @ h), None), x, WEIGHTS)[0])


def found(told: Derivation, method: str, id: str) -> Step:
    return next(step for step in told.method(method).walk() if step.id == id)


def numbers(step: Step) -> dict[str, float]:
    return {name: number.value for name, number in step.numbers}


def rows(step: Step) -> dict[str, Step]:
    return {row.title: row for row in step.steps}


# ---- every figure, beside the same loop in Python


def test_a_loop_of_thirty_steps_is_folded_in_forward_mode():
    told = dx.explain(growth, at=1.0)
    well_told(told)
    table = found(told, "forward", "forward-1-loop-f")
    assert table.title == "Inside f: repeat 30 times"
    assert list(rows(table)) == [
        "start", "step 1", "step 2", "27 more steps", "step 30",
    ]  # fmt: skip
    s, ds = 1.0, 0.0
    for k, r in enumerate(RATES, start=1):
        s, ds = s * (1 + r), ds * (1 + r) + s * r
        if k in (1, 2, 30):
            row = numbers(rows(table)[f"step {k}"])
            assert row["r"] == r
            assert row["s"] == pytest.approx(s, rel=1e-14)
            assert row["s ε"] == pytest.approx(ds, rel=1e-14)
    assert told.results()["forward"]["c"] == pytest.approx(ds, rel=1e-14)


def test_a_loop_of_thirty_steps_is_folded_in_reverse_mode():
    told = dx.explain(growth, at=1.0, methods="reverse")
    states = [1.0, *np.cumprod(1 + RATES)]
    back, sent = 1.0, {}
    before: dict[int, float] = {}
    for k in range(30, 0, -1):
        sent[k] = back * states[k - 1] * RATES[k - 1]
        back *= 1 + RATES[k - 1]
        before[k] = back
    table = found(told, "reverse", "reverse-back-f")
    shown = rows(table)
    assert list(shown) == [
        "end", "step 30", "step 29", "27 more steps", "step 1", "all 30",
    ]  # fmt: skip
    assert numbers(shown["end"])["∂growth/∂s"] == 1
    for k in (30, 29, 1):
        row = numbers(shown[f"step {k}"])
        assert row["∂growth/∂s"] == pytest.approx(before[k], rel=1e-13)
        assert row["to c"] == pytest.approx(sent[k], rel=1e-13)
    total = sum(sent.values())
    assert numbers(shown["all 30"])["to c"] == pytest.approx(total, rel=1e-13)
    assert told.results()["reverse"]["c"] == pytest.approx(total, rel=1e-13)
    others = sum(sent[k] for k in range(2, 29))
    assert written(shown["27 more steps"].cells[-1]) == f"{others:.6g}"


def test_the_values_of_a_loop_stand_in_the_forward_sweep():
    told = dx.explain(growth, at=1.0, methods="reverse")
    shown = rows(found(told, "reverse", "reverse-loop-f"))
    states = np.cumprod(1 + RATES)
    assert numbers(shown["start"]) == {"s": 1.0}
    for k in (1, 2, 30):
        assert numbers(shown[f"step {k}"])["s"] == pytest.approx(states[k - 1], rel=1e-14)


def test_the_derivative_of_a_loop_is_told_as_a_loop():
    told = dx.explain(newton, at=2.0, methods="symbolic")
    step = found(told, "symbolic", "symbolic-loop-f")
    lines = [written(line.formula) for line in step.lines]
    assert lines[0] == "s ← (s + a/s)/2"
    assert lines[1].endswith("from ∂s/∂a = 1")
    assert "here 5 times" in step.reason


def test_newtons_square_root():
    told = dx.explain(newton, at=2.0)
    well_told(told)
    agree(told, "a", 0.5 / math.sqrt(2.0))
    shown = rows(found(told, "reverse", "reverse-loop-f"))
    assert numbers(shown["step 1"])["s"] == 1.5
    assert numbers(shown["step 2"])["s"] == pytest.approx(17 / 12, rel=1e-15)
    assert numbers(shown["step 5"])["s"] == pytest.approx(math.sqrt(2.0), rel=1e-15)
    assert "repeat(while |s·s − a| > " in " ".join(str(told).split())
    # where it starts does not matter in the end: the way back says so
    first = [x for x in told.method("reverse").walk() if x.kind == "edge"][1]
    assert abs(numbers(first)["contribution"]) < 1e-15


def test_horners_rule():
    told = dx.explain(horner, at=2.0)
    well_told(told)
    agree(told, "x", 3 * 4 - 4 * 2 + 3)
    assert told.value.value == 6.5
    forward = rows(found(told, "forward", "forward-1-loop-f"))
    assert [written(forward[name].cells[-1]) for name in ("start", "step 1", "step 2")] == [
        "0 + 0ε", "1 + 0ε", "0 + ε",
    ]  # fmt: skip
    assert written(forward["step 4"].cells[-1]) == "6.5 + 7ε"
    back = rows(found(told, "reverse", "reverse-back-f"))
    # x is multiplied with the state before each step: 0, 1, 0, 3, times 8, 4, 2, 1
    sent = [numbers(back[f"step {k}"])["to x"] for k in (4, 3, 1)]
    assert sent == [3.0, 0.0, 0.0]
    assert written(back["1 more steps"].cells[-1]) == "4"


def test_short_loops_are_written_out():
    told = dx.explain(layers, at=np.array([0.3, -0.8]))
    well_told(told)
    agree(told, "x", dx.grad(layers)(np.array([0.3, -0.8])))
    assert not any(step.kind == "loop" for step in told.walk())
    assert "repeat" not in str(told)


# ---- branches


@pytest.mark.parametrize(
    ("x", "slope", "said"),
    [
        (-1.5, -1.0, "takes its first function, since x < 0 holds"),
        (1.5, 1.0, "takes its second function, since x < 0 does not hold"),
        (0.0, 1.0, "takes its second function, since x < 0 does not hold"),
    ],
)
def test_the_branch_that_was_taken_is_named(x, slope, said):
    told = dx.explain(absolute, at=x)
    well_told(told)
    for method in told.methods:
        assert method.steps[0].title == "Which way the program goes here"
        assert said in method.steps[0].reason
        assert "another point" in method.steps[0].reason
    assert told.results()["reverse"] == {"x": slope}
    assert told.results()["forward"] == {"x": slope}


def test_a_choice_by_number_is_named():
    def power(k, x):
        functions = [lambda y: y, lambda y: y * y, lambda y: y**3]
        return dx.switch(np.floor(k).astype(int), functions, x)

    told = dx.explain(power, at=(2.0, 1.5), wrt="x")
    well_told(told)
    agree(told, "x", 3 * 1.5**2)
    assert "function number 2 of 0, …, 2" in told.method("reverse").steps[0].reason


def test_branches_inside_a_loop_are_counted():
    def collatz(x):
        def step(i, s):
            return dx.cond(s > 10, lambda t: t / 2, lambda t: 3 * t + 1, s)

        return dx.fori_loop(0, 7, step, x)

    state, halved = 7.0, 0
    slope = 1.0
    for _ in range(7):
        halved += state > 10
        state, slope = (state / 2, slope / 2) if state > 10 else (3 * state + 1, 3 * slope)
    told = dx.explain(collatz, at=7.0)
    well_told(told)
    agree(told, "x", slope)
    reason = found(told, "reverse", "reverse-loop-f").reason
    assert f"its first function ({halved} times), its second" in reason


# ---- several states, nested loops, arrays


def test_two_states_are_told_side_by_side():
    def oscillator(x, y):
        s, t = dx.fori_loop(0, 5, lambda i, st: (st[0] * x + st[1], st[1] * y), (1.0, x))
        return np.sin(s) * t

    told = dx.explain(oscillator, at=(0.5, 0.8))
    well_told(told)
    for name, truth in zip("xy", dx.grad(oscillator, argnums=(0, 1))(0.5, 0.8), strict=True):
        agree(told, name, truth)
    table = found(told, "forward", "forward-1-loop-k-h")
    assert table.columns == ("step", "s", "t")
    lines = found(told, "symbolic", "symbolic-rules").lines
    assert written(lines[0].formula) == "∂oscillator/∂x = k·cos(h)·∂h/∂x + sin(h)·∂k/∂x"


def test_nested_loops_are_folded_too():
    def nested(x):
        def outer(i, s):
            return dx.fori_loop(0, 4, lambda j, t: t * x + 1.0, s)

        return dx.fori_loop(0, 5, outer, 1.0)

    told = dx.explain(nested, at=0.5)
    well_told(told)
    value, slope = 1.0, 0.0
    for _ in range(20):
        value, slope = value * 0.5 + 1, slope * 0.5 + value
    agree(told, "x", slope)
    assert told.value.value == pytest.approx(value, rel=1e-15)
    kinds = [step.kind for step in told.method("reverse").steps]
    assert (kinds.count("loop"), kinds.count("way-back")) == (1, 1)


def test_what_a_loop_writes_and_what_it_reads_of_an_input():
    def running(x):
        total, rows = dx.scan(lambda s, e: (s + e * e, np.sin(s) * e), 0.0, x, reverse=True)
        return total + np.sum(rows)

    x = np.linspace(0.1, 1.0, 6)
    told = dx.explain(running, at=x)
    well_told(told)
    agree(told, "x", dx.grad(running)(x))
    back = found(told, "reverse", "reverse-back-k-g")
    shown = rows(back)
    gradient = dx.grad(running)(x)
    # from its end: the first element is read at the last step
    assert numbers(shown["step 6"])["to r"] == pytest.approx(gradient[0], rel=1e-13)
    assert numbers(shown["step 1"])["to r"] == pytest.approx(gradient[5], rel=1e-13)


def test_several_results_of_a_function_with_a_loop():
    def powers(x):
        return dx.scan(lambda s, _: (s * x, s), 1.0, length=5)[1]

    told = dx.explain(powers, at=2.0)
    well_told(told)
    for method in ("forward", "reverse"):
        np.testing.assert_allclose(told.results()[method]["x"], [0, 1, 4, 12, 32])


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_loops_of_few_steps(steps):
    def few(x):
        return x * dx.while_loop(lambda s: s < 2.0**steps - 0.5, lambda s: 2 * s, 1.0 + 0 * x)

    told = dx.explain(few, at=3.0)
    well_told(told)
    agree(told, "x", 2.0**steps)


def test_a_loop_of_very_many_steps_is_told_as_shortly():
    def sums(x):
        return dx.fori_loop(0, 5_000, lambda i, s: s + x * i, 0.0)

    told = dx.explain(sums, at=2.0, methods=["forward", "reverse"])
    well_told(told)
    agree(told, "x", 4_999 * 5_000 / 2)
    assert len(str(told)) < 12_000


def test_operations_are_those_of_the_rolled_program():
    told = dx.explain(growth, at=1.0)
    costs = next(step for step in told.comparison if step.kind == "cost")
    counts = {row.id: numbers(row)["operations"] for row in costs.steps}
    assert counts["comparison-cost-evaluation"] == 30 * 3
    assert counts["comparison-cost-numerical"] == 2 * 90 + 2
    told = dx.explain(absolute, at=-1.0)
    costs = next(step for step in told.comparison if step.kind == "cost")
    assert numbers(costs.steps[0])["operations"] == 2  # the comparison and the sign


def test_many_loops_are_not_all_told():
    def chain(x):
        for _ in range(9):
            x = dx.fori_loop(0, 4, lambda i, s: np.sin(s) + i, x)
        return x

    told = dx.explain(chain, at=0.5)
    well_told(told)
    agree(told, "x", dx.grad(chain)(0.5))
    for method, id in (("forward", "forward-1-loop-others"), ("reverse", "reverse-back-others")):
        assert found(told, method, id).title == "3 more loops"
    kinds = [step.kind for step in told.method("reverse").steps]
    assert (kinds.count("loop"), kinds.count("way-back")) == (8, 6)  # with "3 more loops" twice


def test_a_derivative_of_a_loop_is_explained_like_any_function():
    slope = dx.grad(newton)
    told = dx.explain(lambda a: slope(a), at=2.0)
    well_told(told)
    agree(told, "a", -0.25 * 2.0**-1.5)


def test_what_a_checkpointed_loop_saves_has_its_share():
    def f(a):
        return dx.scan(lambda s, _: (np.sin(s) * a, None), a, length=12, checkpoint=3)[0]

    told = dx.explain(lambda a: dx.grad(f)(a), at=2.0, methods=["forward", "reverse"])
    agree(told, "a", dx.grad(dx.grad(f))(2.0))

    def g(a):
        return dx.while_loop(lambda s: s < 40.0, lambda s: s * a, a, checkpoint=3)

    told = dx.explain(lambda a: dx.grad(g)(a), at=2.0, methods=["forward", "reverse"])
    agree(told, "a", 6 * 5 * 2.0**4)


def test_an_array_that_a_loop_reads_by_number():
    def f(w):
        return dx.fori_loop(0, 6, lambda i, s: s * dx.numpy.take(w, i) + w[0], 1.0)

    w = np.arange(1.0, 7.0)
    told = dx.explain(f, at=w)
    well_told(told)
    agree(told, "w", dx.grad(f)(w))
    step = found(told, "symbolic", "symbolic-loop-g")
    assert written(step.lines[0].formula) == "s ← s·w[i] + w[0]"


def test_of_a_checkpointed_loop_is_told_what_it_keeps():
    def kept(checkpoint):
        grown = lambda c: dx.fori_loop(0, 30, lambda i, s: s + c * s * s, 0.1, checkpoint)  # noqa: E731
        text = " ".join(str(dx.explain(grown, 0.3, methods="reverse")).split())
        return text[text.index("What is stored ") :].split(" ── ")[0]

    assert "s before each of 30 steps is kept." in kept(False)
    assert "s before each of 30 steps is kept." in kept(1)
    assert "s before every 5 steps is kept; on the way back they are walked again" in kept(5)
    assert "each of 30" not in kept(5)
    assert "s before every 6 steps is kept" in kept(True)


def test_what_a_loop_writes_down_is_told_with_its_derivative():
    grid = np.linspace(0.0, 1.0, 40)

    def f(x):
        return np.sum(dx.scan(lambda s, r: (s * 0.5, s * x * r), x, grid)[1])

    told = dx.explain(f, at=0.7)
    well_told(told)
    agree(told, "x", dx.grad(f)(0.7))
    lines = [written(x.formula) for x in found(told, "symbolic", "symbolic-loop-h").lines]
    assert lines[0] == "s ← 0.5s"
    assert lines[1] == "h = every s·x·r"
    assert lines[3] == "∂h/∂x = every r·(∂s/∂x·x + s)"
    back = found(told, "reverse", "reverse-back-h")
    assert "What arrives at its number of h joins there." in back.reason
    local = [written(x.formula) for x in back.lines]
    assert local == ["∂s_next/∂s = 0.5", "∂h/∂s = x·r", "∂h/∂x = s·r"]
    # what stands there is what arrives: by hand, of the last step, and the one before
    arrived = 0.0
    for k in (39, 38):
        arrived = 0.5 * arrived + 0.7 * grid[k]
        assert math.isclose(numbers(rows(back)[f"step {k + 1}"])["∂f/∂s"], arrived, rel_tol=1e-12)


def test_a_loop_that_repeats_otherwise_at_the_moved_point():
    def count(x):
        return dx.while_loop(lambda s: s < 100.0, lambda s: s * x, 1.0 + 0 * x)

    # 3.155⁴ and 3.156⁴ are less than 100, 3.255⁴ is more: there the loop ends a step earlier
    told = dx.explain(count, at=3.155, methods="numerical", h=(0.001, 0.1))
    small, large = (step for step in told.method("numerical").steps if step.kind == "quotient")
    assert small.warning == ""
    assert "f repeats 4 times, not 5 times" in large.warning


def test_a_branch_before_a_long_program():
    def f(x):
        y = dx.cond(x > 0, lambda t: t, lambda t: -t, x)
        for _ in range(11_000):
            y = y + 1.0
        return y

    told = dx.explain(f, at=-1.5, methods="reverse")
    assert told.results() == {"reverse": {"x": -1.0}}
