"""Rules that read as the algebra they state, and the matching of them.

In: `rule("x·1 → x", x * 1, x)`, where pattern and replacement are ordinary nodes over placeholder
leaves. Out: a `Rule`, which given a node returns the node it becomes, or None. Sums and products
match in either order. A side condition is a keyword: `constants` lists the placeholders that must
be numbers, `when` is a test of them. A function stands on the right only where no formula says it.

>>> x, y = placeholders(2)
>>> double = rule("x + x → 2·x", x + x, 2 * x)
>>> written(double(y + y), {y: "y"})
'2*y'
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infinitesimal.core.formula_text import written
from infinitesimal.core.leaf import CONSTANT, INPUT, constant, input_node
from infinitesimal.core.node import Node, make
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import FLOAT64, Type
from infinitesimal.ops.declare import like

__all__ = ["Rule", "number_of", "placeholders", "rule", "uniform", "written"]

_COMMUTATIVE = {"add", "multiply", "maximum", "minimum", "equal", "not_equal"}

Replacement = Node | Callable[[Node], Node | None]


def placeholders(count: int) -> list[Node]:
    """Leaves that stand for any node in a pattern."""
    return [input_node(FLOAT64) for _ in range(count)]


@dataclass(frozen=True, eq=False)
class Rule:
    """One law of algebra: what it is called, what it applies to, what that becomes.

    - `roots`: the names of the words it can apply to; none means every word.
    - `patterns`: the left side, in every order of commuting operands; none where the right side is
      a function of the node.
    - `between`: where the law holds, for the test that samples both sides.
    """

    name: str
    roots: frozenset[str]
    patterns: tuple[Node, ...]
    after: Replacement
    constants: frozenset[Node] = frozenset()
    when: Callable[..., bool] | None = None
    between: tuple[float, float] = (-3.0, 3.0)

    def __call__(self, node: Node) -> Node | None:
        """The node this one becomes, of the same type; None where the rule does not apply."""
        after = self.after
        if not isinstance(after, Node):
            return after(node)
        for pattern in self.patterns:
            bound: dict[Node, Node] = {}
            if _matches(pattern, node, bound, self.constants) and self._holds(bound):
                return like(_built(after, bound, node.type), node.type)
        return None

    def fitting(self, heads: tuple[str, ...]) -> Rule | None:
        """This rule with only the patterns that a node of these words can match; None for none.

        `heads` are the names of the node's word and of its operands' words.
        """
        if self.roots and heads[0] not in self.roots:
            return None
        if not self.patterns:
            return self
        fitting = tuple([pattern for pattern in self.patterns if self._fits(pattern, heads[1:])])
        return replace(self, patterns=fitting) if fitting else None

    def _fits(self, pattern: Node, heads: tuple[str, ...]) -> bool:
        return len(heads) == len(pattern.inputs) and all(
            head == operand.primitive.name
            if operand.primitive is not INPUT
            else operand not in self.constants or head == CONSTANT.name
            for operand, head in zip(pattern.inputs, heads, strict=True)
        )

    def _holds(self, bound: Mapping[Node, Node]) -> bool:
        if self.when is None:
            return True
        # in the order in which the placeholders were made, which is that of the lambda's arguments
        leaves = sorted(self.constants, key=lambda leaf: leaf.params[1])
        return self.when(*[number_of(bound[leaf]) for leaf in leaves])

    def __repr__(self) -> str:
        return self.name


def rule(
    name: str,
    before: Node | Sequence[str],
    after: Replacement,
    *,
    constants: Sequence[Node] = (),
    when: Callable[..., bool] | None = None,
    between: tuple[float, float] = (-3.0, 3.0),
    ordered: bool = False,
) -> Rule:
    """A rule by the formula it states; with a function on the right, `before` names its words.

    With `ordered`, it applies to the operands in the order written only.
    """
    if not isinstance(before, Node):
        return Rule(name, frozenset(before), (), after)
    return Rule(
        name,
        frozenset([before.primitive.name]),
        (before,) if ordered else tuple(dict.fromkeys(_orders(before))),
        after,
        frozenset(constants),
        when,
        between,
    )


def number_of(node: Node) -> float | None:
    """The value of a scalar constant, None for any other node."""
    if node.primitive is CONSTANT and node.type.ndim == 0 and node.type.dtype.kind in "fiu":
        return node.params[0].array.item()
    return None


def uniform(value: float, type: Type) -> Node:
    """A node of this type, all of whose elements are one number."""
    return like(constant(value, type.dtype), type)


def _orders(pattern: Node) -> list[Node]:
    """The pattern with the operands of commuting words in every order."""
    if not pattern.inputs:
        return [pattern]
    found: list[Node] = []
    for operands in itertools.product(*map(_orders, pattern.inputs)):
        found.append(make(pattern.primitive, operands, pattern.params))
        if pattern.primitive.name in _COMMUTATIVE:
            found.append(make(pattern.primitive, operands[::-1], pattern.params))
    return found


def _matches(
    pattern: Node, node: Node, bound: dict[Node, Node], constants: frozenset[Node]
) -> bool:
    """Whether a node has the form of a pattern; `bound` then says what the placeholders are."""
    if pattern.primitive is INPUT:
        known = bound.setdefault(pattern, node)
        return known is node and (pattern not in constants or number_of(node) is not None)
    if pattern.primitive is CONSTANT:
        return number_of(node) == number_of(pattern)
    if pattern.primitive is not node.primitive or pattern.params != node.params:
        return False
    for left, right in zip(pattern.inputs, node.inputs, strict=True):
        if not _matches(left, right, bound, constants):
            return False
    return True


def _built(template: Node, bound: Mapping[Node, Node], type: Type) -> Node:
    """The right side of a rule with its placeholders filled in."""
    if template.primitive is INPUT:
        return bound[template]
    if template.primitive is CONSTANT:
        return constant(number_of(template), type.dtype)
    operands: list[Any] = []
    for operand in template.inputs:
        # a number in a formula is weak: it takes the dtype of what it meets
        value = number_of(operand)
        operands.append(_built(operand, bound, type) if value is None else value)
    with np.errstate(all="ignore"):
        return REGISTRY[template.primitive.name](*operands)
