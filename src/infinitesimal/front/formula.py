"""Typed mathematics: text becomes a graph, and nothing else happens.

In: text such as `2(x+1)^2 - sin(x y)` and, optionally, the names of its variables. Out: a
`Formula`: its names, its graph, and a function of numbers, arrays and traced arrays. Nothing is
ever evaluated as Python: a small grammar names all that can be said, and what is said can only
build nodes.

Multiplication signs may be left out (`2y`, `2(x+1)`, `(x+y)(x+2y)`, `2 pi r`); powers are written
`^` or `**` and bind from the right, or raised (`x²`); `|x|` is `abs(x)`; a product without a sign
binds like one with a sign, so that `1/2x` is half of x.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph, substitute
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import BY_NUMPY, REGISTRY
from infinitesimal.core.types import FLOAT64
from infinitesimal.errors import FormulaError
from infinitesimal.front.grammar import NAME, refuse, syntax
from infinitesimal.front.lazy import Lazy
from infinitesimal.ops.power import raise_to

__all__ = ["CONSTANTS", "FUNCTIONS", "Formula", "parse"]

MOST_NODES = 400
DEEPEST = 60
MOST_VARIABLES = 12
MOST_DIGITS = 30

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "tau": math.tau}


def _record(function: Any) -> Callable[..., Node]:
    return lambda *operands: BY_NUMPY[function](*operands)


def _relu(x: Node) -> Node:
    return REGISTRY["where"](x > 0.0, x, 0.0)  # not max(x, 0): the slope at zero is zero


# What may be called: what it makes of nodes, and how many it takes.
FUNCTIONS: dict[str, tuple[Callable[..., Node], int]] = {
    **{name: (_record(getattr(np, name)), 1) for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh",
        "arccosh", "arctanh", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt",
        "sign", "floor", "ceil",
    )},
    **{short: (_record(getattr(np, full)), 1) for short, full in (
        ("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"), ("asinh", "arcsinh"),
        ("acosh", "arccosh"), ("atanh", "arctanh"), ("ln", "log"), ("abs", "absolute"),
    )},
    **{name: (_record(getattr(np, full)), 2) for name, full in (
        ("min", "minimum"), ("max", "maximum"), ("atan2", "arctan2"), ("arctan2", "arctan2"),
        ("hypot", "hypot"),
    )},
    "erf": (_record("scipy.special.erf"), 1),
    "sigmoid": (_record("scipy.special.expit"), 1),
    "relu": (_relu, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """Typed mathematics, read: its text, the names of its variables in order, and its graph.

    Calling it evaluates the graph: on numbers, on arrays (element by element) and on traced arrays,
    so that it can be differentiated like any function.

    >>> area = parse("2 pi r")
    >>> area.names, round(area(1.0), 4)
    (('r',), 6.2832)
    """

    text: str
    names: tuple[str, ...]
    graph: Graph

    def __call__(self, *values: Any) -> Any:
        """The value for these values of the variables, in the order of `names`."""
        if len(values) != len(self.names):
            raise FormulaError(
                f"the formula {self.text} called with {len(values)} values",
                why=f"it has {len(self.names)} variables",
                instead=f"one value for each of {', '.join(self.names)}",
            )
        nodes = [
            value.node if isinstance(value, Lazy) else constant(np.asarray(value, np.float64))
            for value in values
        ]
        rebuilt = substitute(self.graph.outputs, dict(zip(self.graph.inputs, nodes, strict=True)))
        if any(isinstance(value, Lazy) for value in values):
            return Lazy(rebuilt[0])
        result = evaluate(rebuilt)[0]
        return result if np.ndim(result) else float(result)

    def __str__(self) -> str:
        return self.text


def parse(text: str, variables: Sequence[str] | None = None) -> Formula:
    """Read typed mathematics.

    `variables` are its inputs in order (default: its unknown names, as they appear); once they are
    declared, xy is the product of x and y. Raises `FormulaError`, with a caret under the character,
    for whatever cannot be read or is out of bounds.

    >>> parse("(x+y)(x+2y)")(2.0, 3.0)
    40.0
    """
    declared = None if variables is None else _checked(variables)
    letters = () if declared is None else (*declared, "π")
    return _Reader(text, declared).formula(syntax(text, FUNCTIONS, letters))


def _checked(variables: Sequence[str]) -> tuple[str, ...]:
    for name in variables:
        if name in FUNCTIONS or not re.fullmatch(NAME, str(name)):
            function = "it is the name of a function"
            raise FormulaError(
                f"a variable called {name!r}",
                why=function if name in FUNCTIONS else "a name is a letter, then letters or digits",
                instead="another name",
            )
    if len(variables) > MOST_VARIABLES:
        raise FormulaError(
            "a formula",
            found=f"{len(variables)} variables",
            why=f"a formula has at most {MOST_VARIABLES} variables",
            instead="a Python function of an array",
        )
    return tuple(variables)


class _Reader:
    """One reading: the syntax tree from the bottom up, each part a node."""

    def __init__(self, text: str, declared: tuple[str, ...] | None) -> None:
        self.text, self.declared = text, declared
        self.inputs: dict[str, Node] = {name: input_node(FLOAT64) for name in declared or ()}
        self.first: dict[str, int] = {}  # where each variable stands first

    def formula(self, tree: Any) -> Formula:
        nodes: dict[int, Node] = {}
        depths: dict[int, int] = {}
        for part in tree.iter_subtrees():
            inner = [child for child in part.children if hasattr(child, "children")]
            depths[id(part)] = self.depth(part, [depths[id(child)] for child in inner])
            if len(nodes) == MOST_NODES:
                self.refuse(part.meta, f"a formula has at most {MOST_NODES} parts", _LONGER)
            nodes[id(part)] = self.node(part, [nodes[id(child)] for child in inner])
        names = tuple(self.inputs)
        if self.declared is None:
            names = tuple(sorted(names, key=self.first.__getitem__))
        graph = Graph(tuple(self.inputs[name] for name in names), (nodes[id(tree)],), names)
        return Formula(self.text, names, graph)

    def depth(self, part: Any, inner: list[int]) -> int:
        """How deep a part is nested; a flat chain of sums or products is one level."""
        flat = part.data in ("add", "subtract", "multiply", "divide")
        deeper = [depth + (not flat or k > 0) for k, depth in enumerate(inner)]
        depth = max(deeper, default=0)
        if depth > DEEPEST:
            self.refuse(part.meta, f"a formula is nested at most {DEEPEST} deep", _LONGER)
        return depth

    def refuse(self, token: Any, why: str, instead: str = "") -> None:
        refuse(self.text, token.start_pos, why, instead)

    def node(self, part: Any, operands: list[Node]) -> Node:
        match str(part.data):
            case "number":
                return self.number(part.children[0])
            case "name":
                return self.name(part.children[0])
            case "raised":
                return self.raised(part.children[0])
            case "call":
                return self.call(part.children[0], operands)
            case "power":
                base, exponent = operands
                e = constant(math.e)
                return REGISTRY["exp"](exponent) if base is e else raise_to(base, exponent)
            case sign:
                return REGISTRY[sign](*operands)

    def number(self, token: Any) -> Node:
        digits = re.sub(r"[eE].*", "", token).replace(".", "")
        if len(digits) > MOST_DIGITS:
            self.refuse(token, f"a number has at most {MOST_DIGITS} digits")
        if not math.isfinite(float(token)):
            self.refuse(token, "the number is larger than any float64 (about 1.8e308)")
        return constant(float(token))

    def raised(self, token: Any) -> Node:
        if len(token) > MOST_DIGITS:
            self.refuse(token, f"a number has at most {MOST_DIGITS} digits")
        return constant(float(token.translate(_PLAIN)))

    def name(self, token: Any) -> Node:
        word = str(token)
        self.first[word] = min(token.start_pos, self.first.get(word, token.start_pos))
        if word in self.inputs:
            return self.inputs[word]
        if word in CONSTANTS:
            return constant(CONSTANTS[word])
        called = self.text[token.end_pos :].lstrip().startswith("(")
        if called and (self.declared is not None or len(word) > 1):
            functions = "one of " + ", ".join(sorted(FUNCTIONS))
            self.refuse(token, f"there is no function called {word}", functions)
        if self.declared is not None:
            known = ", ".join(self.inputs) or "none"
            told = f"{word} is not known; the variables are: {known}"
            self.refuse(token, told, f"give it a value: {word}=…")
        if len(self.inputs) == MOST_VARIABLES:
            self.refuse(token, f"a formula has at most {MOST_VARIABLES} variables")
        return self.inputs.setdefault(word, input_node(FLOAT64))

    def call(self, token: Any, operands: list[Node]) -> Node:
        function, count = FUNCTIONS[str(token)]
        if len(operands) != count:
            takes = f"{token} takes {count} operand{'s' * (count > 1)}, here it has {len(operands)}"
            self.refuse(token, takes, f"{token}({', '.join('xy'[:count])})")
        return function(*operands)


_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LONGER = "a Python function, which may be as long as it likes"
