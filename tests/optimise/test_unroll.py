"""Loops and branches written out: the same values and derivatives, to the last bit."""

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.graph import Graph, substitute
from infinitesimal.errors import UnknownValueError, UnsupportedError
from infinitesimal.front.lazy import Lazy
from infinitesimal.optimise.unroll import Way, unrolled


def written_out(f, x, **options):
    graph = dx.graph(f)(x)
    (leaf,) = graph.inputs
    made = unrolled(graph.outputs, {leaf: np.asarray(x, float)[()]}, **options)
    return graph, Graph(graph.inputs, tuple(made), graph.names)


def words(graph: Graph) -> list[str]:
    return [node.primitive.name for node in graph.nodes]


def scanned(x):
    state, rows = dx.scan(lambda s, r: (s * (1 + r * x), s + r), 1.0, np.linspace(0, 1, 7))
    return state + np.sum(rows * rows)


def from_the_end(x):
    rows = dx.scan(lambda s, r: (s * r + x, s), x, np.arange(1.0, 5.0), reverse=True)[1]
    return np.sum(rows * np.arange(4.0))


def checkpointed(x):
    return dx.scan(lambda s, _: (np.sin(s) * x, None), x, length=7, checkpoint=3)[0]


def newton(x):
    return dx.while_loop(lambda s: abs(s * s - x) > 1e-12, lambda s: (s + x / s) / 2, x)


def bounded(x):
    return dx.while_loop(lambda s: s < 1e9, lambda s: s * x, x, max_steps=4)


def counted(x):
    return dx.fori_loop(0, np.floor(x).astype(int), lambda i, s: s * x + i, 1.0)


def chosen(x):
    return dx.cond(x > 1, lambda y: y * y, lambda y: np.sqrt(-y), x)


def nested(x):
    def outer(i, s):
        inner = dx.while_loop(lambda t: t < 3.0, lambda t: t * x + i, s)
        return dx.cond(inner > 5, lambda u: u / 4, lambda u: u - 1, inner)

    return dx.fori_loop(0, 4, outer, x)


def empty(x):
    rows = dx.scan(lambda s, r: (s, r * x), 0.0, np.zeros((0, 2)))[1]
    return x + np.sum(rows)


ALL = [
    scanned, from_the_end, checkpointed, newton, bounded, counted, chosen, nested, empty,
]  # fmt: skip


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "derived",
    [lambda f: f, dx.grad, lambda f: dx.grad(dx.grad(f)), lambda f: dx.jacfwd(dx.grad(f))],
    ids=["value", "first", "second", "forward over reverse"],
)
def test_what_is_written_out_is_the_same_to_the_last_bit(f, derived):
    rolled, flat = written_out(derived(f), 2.3)
    assert not {"scan", "while", "branch", "pick"} & set(words(flat))
    assert np.array_equal(rolled(2.3)[0], flat(2.3)[0])


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_its_derivative_is_that_of_the_loop(f):
    _, flat = written_out(f, 2.3)
    assert dx.grad(lambda x: flat_value(flat, x))(2.3) == pytest.approx(dx.grad(f)(2.3), rel=1e-14)


def flat_value(flat: Graph, x):
    """The graph on a traced value."""
    return Lazy(substitute(flat.outputs, {flat.inputs[0]: x.node})[0])


def test_a_polynomial_is_what_horners_rule_writes_out():
    a = np.array([1.0, -2.0, 3.0])
    _, flat = written_out(
        lambda x: dx.fori_loop(0, 3, lambda i, s: s * x + dx.numpy.take(a, i), 0.0), 2.0
    )
    assert sorted(set(words(flat))) == ["add", "constant", "input", "multiply"]
    assert str(dx.symbolic(lambda x: flat_value(flat, x))(2.0).derivatives["x"]) == "2*x - 2"


def test_longer_loops_stay_and_shorter_ones_do_not():
    def f(x):
        short = dx.fori_loop(0, 3, lambda i, s: s * x, 1.0)
        return short + dx.fori_loop(0, 4, lambda i, s: s * x, 1.0) + newton(x)

    _, made = written_out(f, 2.0, longest=3)
    assert (words(made).count("scan"), words(made).count("while")) == (1, 1)
    assert made(2.0)[0] == f(2.0)


def test_the_ways_that_were_taken():
    def f(x):
        y = dx.cond(x > 1, lambda y: y * y, lambda y: -y, x)
        return dx.while_loop(lambda s: s < 20.0, lambda s: s * 2, y) + scanned(x)

    ways: list[Way] = []
    written_out(f, 2.0, ways=ways)
    # a branch: program 1, for true; a while: 4, 8, 16, 32; a scan has only one way
    assert [(way.node.primitive.name, way.taken) for way in ways] == [("branch", 1), ("while", 3)]


def test_a_loop_that_is_too_long_says_what_to_do():
    def endless(x):
        return dx.while_loop(lambda s: s > 0, lambda s: s + x, x)

    graph = dx.graph(endless)(1.0)
    with pytest.raises(UnsupportedError, match="fewer steps") as error:
        unrolled(graph.outputs, {graph.inputs[0]: np.float64(1.0)})
    assert "10,000 operations" in str(error.value)
    with pytest.raises(UnsupportedError, match="keeps loops as they are"):
        dx.symbolic(lambda x: dx.fori_loop(0, 10_000, lambda i, s: s * x, 1.0))(1.0)


def test_a_way_that_is_not_known():
    graph = dx.graph(chosen)(2.0)
    with pytest.raises(UnknownValueError):
        unrolled(graph.outputs)


# ---- formulas


def test_formulas_of_loops_and_branches():
    found = dx.symbolic(lambda x: dx.fori_loop(0, 3, lambda i, s: s * x, 1.0))(2.0)
    assert str(found.derivatives["x"]) == "3*x**2"
    assert found.derivatives["x"].latex() == "3 x^{2}"
    found = dx.symbolic(lambda x: dx.cond(x > 0, lambda y: y**3, lambda y: -y, x))
    assert str(found(2.0)) == "f(x) = x**3\n∂f/∂x = 3*x**2"
    assert str(found(-2.0).derivatives["x"]) == "-1"


def test_the_source_of_a_formula_with_a_loop_runs():
    found = dx.symbolic(newton)(2.0)
    scope: dict[str, object] = {}
    exec(found.source(), scope)
    value, (slope,) = scope["value_and_gradient"](2.0)  # type: ignore[operator]
    assert value == pytest.approx(np.sqrt(2.0), rel=1e-14)
    assert slope == pytest.approx(0.5 / np.sqrt(2.0), rel=1e-12)
    assert found.journal.steps


def test_elements_that_are_read_by_number_and_rows_that_are_read_again():
    found = dx.symbolic(lambda x: dx.fori_loop(0, 3, lambda i, s: s * dx.numpy.take(x, i), 1.0))
    assert str(found(np.ones(3)).value) == "x[0]*x[1]*x[2]"
    found = dx.symbolic(lambda x: dx.scan(lambda s, _: (s * x, s), x, length=4)[1][2])
    assert str(found(2.0).derivatives["x"]) == "3*x**2"
    found = dx.symbolic(lambda x: np.sum(dx.scan(lambda s, _: (s * x, s), 1.0, length=4)[1]))
    assert str(found(2.0).derivatives["x"]) == "3*x**2 + 2*x + 1"


def test_two_arguments_through_two_states():
    def f(x, y):
        s, t = dx.fori_loop(0, 2, lambda i, st: (st[0] * x, st[1] + y * st[0]), (1.0, 0.0))
        return s * t

    found = dx.symbolic(f)(2.0, 3.0)
    # s = x², t = y + xy, so x²y(1 + x)
    assert found.evaluate(2.0, 3.0) == (36.0, (2 * 2 * 3 + 3 * 4 * 3, 4 * 3))
