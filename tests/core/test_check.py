"""The check accepts what the library makes, and names each way of breaking a graph."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.core.check import check
from infinitesimal.core.graph import Graph, close
from infinitesimal.core.leaf import constant, input_node, variable
from infinitesimal.core.node import NEVER, Node, make
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.types import array_type
from infinitesimal.errors import GraphError

SCALAR = array_type("float64")
VECTOR = array_type("float64", (3,))


def forged(primitive: Primitive, inputs: tuple[Node, ...], params: Any, node_type: Any) -> Node:
    """A node that did not come through the one door for nodes."""
    node = Node.__new__(Node)
    node.primitive, node.inputs, node.params, node.type = primitive, inputs, params, node_type
    node.reach = min((operand.reach for operand in inputs), default=NEVER)
    flows = primitive.jvp is not None and node_type.inexact
    node.active = min((operand.active for operand in inputs), default=NEVER) if flows else NEVER
    node.origin = node.value = None
    return node


def test_traced_graphs_and_their_derivatives_keep_the_invariants() -> None:
    def f(x: Any, w: Any) -> Any:
        return np.sum(np.sin(x) * w) / x[0] + 2.0

    point = (np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 2.0]))
    for function in (f, dx.grad(f), dx.hessian(f, 1)):
        check(dx.graph(function)(*point))


def test_an_empty_graph_and_one_that_returns_its_input_are_graphs() -> None:
    x = input_node(SCALAR)
    check(Graph((), ()))
    check(Graph((x,), (x, x), ("x",)))


def _own_type() -> Graph:
    x = input_node(VECTOR)
    return Graph((x,), (forged(REGISTRY["sin"], (x,), (), SCALAR),), ("x",))


def _other_word() -> Graph:
    x = input_node(SCALAR)
    impostor = Primitive("sin", "elementwise", lambda t: t, np.cos)
    return Graph((x,), (forged(impostor, (x,), (), SCALAR),), ("x",))


def _parameters() -> Graph:
    x = input_node(VECTOR)
    return Graph((x,), (forged(REGISTRY["sum"], (x,), (), SCALAR),), ("x",))


def _operands() -> Graph:
    x = input_node(SCALAR)
    return Graph((x,), (forged(REGISTRY["sin"], (x, x), (), SCALAR),), ("x",))


def _unwritable() -> Graph:
    x = input_node(VECTOR)
    return Graph((x,), (make(REGISTRY["sum"], (x,), ((np.int64(0),),)),), ("x",))


def _twin() -> Graph:
    x = input_node(SCALAR)
    kept = REGISTRY["sin"](x)
    return Graph((x,), (kept, forged(REGISTRY["sin"], (x,), (), SCALAR)), ("x",))


def _free_input() -> Graph:
    x, y = input_node(SCALAR), input_node(SCALAR)
    return Graph((x,), (x + y,), ("x",))


def _left_over_variable() -> Graph:
    return Graph((), (variable(constant(1.0)) * 2.0,))


def _no_input() -> Graph:
    x = input_node(SCALAR)
    return Graph((x * 2.0,), (x * 2.0,), ("x",))


def _input_twice() -> Graph:
    x = input_node(SCALAR)
    return Graph((x, x), (x,))


def _name_twice() -> Graph:
    x, y = input_node(SCALAR), input_node(SCALAR)
    return Graph((x, y), (x + y,), ("x", "x"))


def _too_many_names() -> Graph:
    x = input_node(SCALAR)
    return Graph((x,), (x,), ("x", "y"))


def _circle() -> Graph:
    x = input_node(SCALAR)
    first = forged(REGISTRY["sin"], (x,), (), SCALAR)
    second = forged(REGISTRY["cos"], (first,), (), SCALAR)
    first.inputs = (second,)
    return Graph((x,), (second,), ("x",))


def _wrong_leaves() -> Graph:
    x = input_node(SCALAR)
    node = make(REGISTRY["sin"], (x * 17.25,), ())
    node.active = NEVER
    return Graph((x,), (node,), ("x",))


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (_own_type, "its word infers f64[3]"),
        (_other_word, "its word is not the registered 'sin'"),
        (_parameters, "it has 0 parameters and declares 1"),
        (_operands, "it reads 2 operands and takes 1"),
        (_unwritable, "a parameter of class int64 cannot be written"),
        (_twin, "the same word on the same operands is another node"),
        (_free_input, "it is an input that is not among those of the graph"),
        (_left_over_variable, "a point of differentiation is left in it"),
        (_no_input, "it is listed among the inputs and is none"),
        (_input_twice, "an input is listed twice"),
        (_name_twice, "a name is listed twice"),
        (_too_many_names, "it has more names than inputs"),
        (_circle, "it reads a node that reads it"),
        (_wrong_leaves, "what it says of its leaves does not follow from its operands"),
    ],
)
def test_each_broken_invariant_is_named(broken: Callable[[], Graph], why: str) -> None:
    graph = broken()
    with pytest.raises(GraphError) as caught:
        check(graph)
    assert caught.value.why == why


def test_closing_a_graph_leaves_nothing_to_complain_of() -> None:
    x = variable(constant(np.ones(3)))
    check(close([x], [REGISTRY["sin"](x) * x], ["x"]))


def test_the_check_is_linear() -> None:
    def seconds(count: int) -> float:
        x = node = input_node(SCALAR)
        for _ in range(count):
            node = node * 0.5
        graph = Graph((x,), (node,), ("x",))
        start = time.perf_counter()
        check(graph)
        return time.perf_counter() - start

    small = min(seconds(2_000) for _ in range(3))
    assert seconds(40_000) < 20 * small * 4
