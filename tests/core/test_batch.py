"""Batching a graph: what is shared stays, and what a record does not say is told."""

import numpy as np
import pytest

from infinitesimal.core.batch import batch
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import constant, input_node, variable
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.types import FLOAT64, array_type
from infinitesimal.errors import MissingRuleError

VECTOR = array_type(np.float64, (3,))


def test_what_depends_on_no_replaced_node_is_the_same_node() -> None:
    x, y, point = input_node(VECTOR), input_node(VECTOR), variable(constant(2.0))
    shared = REGISTRY["exp"](y) * point
    result = REGISTRY["sin"](x) + shared
    ((made, batched), (same, no)) = batch([result, shared], {x: constant(np.zeros((2, 3)))}, 2)
    assert (batched, no) == (True, False)
    assert same is shared
    assert shared in postorder([made])
    assert x not in postorder([made])


def test_a_variable_above_a_replaced_node_becomes_what_it_stands_for() -> None:
    x = input_node(FLOAT64)
    point = variable(x)
    elements = constant(np.arange(4.0))
    ((made, _),) = batch([point], {x: elements}, 4)
    assert made is elements


def test_an_output_may_be_replaced_or_be_no_batch() -> None:
    x, y = input_node(FLOAT64), input_node(FLOAT64)
    elements = constant(np.arange(4.0))
    assert batch([x, y], {x: elements}, 4) == [(elements, True), (y, False)]


def test_a_long_chain_needs_no_deep_stack() -> None:
    node = x = input_node(FLOAT64)
    for _ in range(20_000):
        node = node + 1.0
    ((made, _),) = batch([node], {x: constant(np.array([0.0, 0.5]))}, 2)
    np.testing.assert_array_equal(evaluate([made])[0], [20_000.0, 20_000.5])


def test_nodes_keep_the_line_they_come_from() -> None:
    x = input_node(FLOAT64)
    node = REGISTRY["sinh"](x * 1.25)
    node.origin = (test_nodes_keep_the_line_they_come_from.__code__, 7)
    ((made, _),) = batch([node], {x: constant(np.ones(2))}, 2)
    assert made.origin == node.origin


def test_a_word_without_a_rule_is_named() -> None:
    word = Primitive("unruly", "custom", lambda x: x, lambda x: x)
    x = input_node(FLOAT64)
    from_word = Node.__new__(Node)
    from_word.primitive, from_word.inputs, from_word.params = word, (x,), ()
    from_word.type, from_word.origin, from_word.value = FLOAT64, None, None
    with pytest.raises(MissingRuleError) as caught:
        batch([from_word], {x: constant(np.ones(2))}, 2)
    assert str(caught.value) == (
        "a batch through 'unruly'\n"
        "  found:    its record has no field 'batch'\n"
        "  instead:  fill in 'batch' where 'unruly' is declared"
    )
