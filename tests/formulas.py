"""Random elementary expressions as nodes, for the tests of what rewrites or writes them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import FLOAT64
from infinitesimal.ops.power import raise_to

X, Y = input_node(FLOAT64), input_node(FLOAT64)
NAMES = {X: "x", Y: "y"}

NUMBERS = [0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 0.1, 1 / 3, 10.0]

UNARY: list[Callable[[Node], Node]] = [
    lambda a: -a,
    lambda a: REGISTRY["sin"](a),
    lambda a: REGISTRY["cos"](a),
    lambda a: REGISTRY["tanh"](a),
    lambda a: REGISTRY["exp"](REGISTRY["sin"](a)),
    lambda a: REGISTRY["log"](raise_to(a, 2) + 1),
    lambda a: REGISTRY["sqrt"](raise_to(a, 2) + 2),
    lambda a: raise_to(a, 2),
    lambda a: raise_to(a, 3),
    lambda a: raise_to(a * a + 1, -1),
    lambda a: raise_to(REGISTRY["exp"](a / (a * a + 1)), 1.5),
]
BINARY: list[Callable[[Node, Node], Node]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a * b + a,
    lambda a, b: REGISTRY["where"](a < b, a, b * a),
]


def expressions(most: int = 12) -> st.SearchStrategy[Node]:
    """Formulas in x and y whose values and derivatives are finite everywhere."""
    leaves = st.sampled_from([X, Y, X, Y]) | st.sampled_from(NUMBERS).map(constant)
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(lambda f, a: f(a), st.sampled_from(UNARY), inner)
            | st.builds(lambda f, a, b: f(a, b), st.sampled_from(BINARY), inner, inner)
        ),
        max_leaves=most,
    )


points = st.tuples(*[st.floats(-2, 2).map(lambda value: round(value, 3))] * 2)


def value(node: Node, point: tuple[float, float]) -> Any:
    """The value of a formula at (x, y)."""
    return evaluate([node], bound(point))[0]


def bound(point: tuple[float, float]) -> dict[Node, Any]:
    return {X: np.float64(point[0]), Y: np.float64(point[1])}


def magnitude(nodes: list[Node], point: tuple[float, float]) -> float:
    """The largest number met on the way: what rounding errors are measured by."""
    values = evaluate(postorder(nodes), bound(point))
    sizes = [abs(float(value)) for value in values]
    return max([1.0, *(size for size in sizes if np.isfinite(size))])


def close(left: Any, right: Any, scale: float) -> bool:
    return bool(np.abs(left - right) <= 1e-10 * scale) or bool(left == right)
