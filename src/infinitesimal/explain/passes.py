"""One pass of forward mode over a sheet, and how dual numbers are written.

In: a sheet, and which inputs move. Out: a `Pass`, the tangent of every step, those of the library's
forward mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.differentiate.forward import forward as tangents_of
from infinitesimal.explain import expression as write
from infinitesimal.explain.expression import Expression
from infinitesimal.explain.numbers import Number, shown
from infinitesimal.explain.subject import Sheet

__all__ = ["Pass", "dual", "infinitesimal", "multiple", "run_pass"]

_ZERO = Number(0.0, Fraction(0))


@dataclass(frozen=True, eq=False)
class Pass:
    """One pass forward: which inputs move, and the tangent of every step."""

    seeds: Mapping[Node, Any]
    tangents: Mapping[Node, Number]

    def of(self, node: Node) -> Number:
        """The tangent of a node; zero where nothing moves it."""
        return self.tangents.get(node, _ZERO)

    def moves(self, node: Node) -> bool:
        """Whether the node moves at all."""
        return bool(np.any(np.asarray(self.of(node).value) != 0))


def run_pass(sheet: Sheet, seeds: Mapping[Node, Any]) -> Pass:
    """The tangent of every step when these inputs move as the seeds say."""
    nodes = {node: constant(np.asarray(seed, node.type.dtype)) for node, seed in seeds.items()}
    order = list(dict.fromkeys([*sheet.steps[::-1], sheet.output]))
    masked = any(node.type.shape for node in seeds)
    pairs = zip(order, tangents_of(order, nodes, masked=masked), strict=True)
    found = {**{node: tangent for node, tangent in pairs if tangent is not None}, **nodes}
    numbers = sheet.numbers(list(found.values()))
    return Pass(seeds, dict(zip(found, numbers, strict=True)))


def dual(value: Number, tangent: Number, subscript: str = "") -> Expression:
    """`40 + 13ε`: a value and how fast it moves."""
    return write.add(shown(value), infinitesimal(tangent, write.unit(subscript)))


def infinitesimal(tangent: Number, unit: Expression) -> Expression:
    """`13ε`, `ε`, `−2ε`, `0ε`."""
    digits = shown(tangent)
    if digits.head == "minus":
        return write.minus(multiple(digits.operands[0], unit))
    return multiple(digits, unit)


def multiple(digits: Expression, unit: Expression) -> Expression:
    """A number of ε."""
    return unit if digits == write.number("1") else write.times(digits, unit)
