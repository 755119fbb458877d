"""What a graph means: evaluation with NumPy, one loop over the nodes in order.

In: output nodes, and values for the inputs among their leaves. Out: the values of the outputs.
Every other way to run a graph is tested against this one. Values already known of a node
(`Node.value`) are used; `keep=True` writes them, so that a condition asked for in the middle of a
trace costs only what is new since the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, line_of, postorder
from infinitesimal.errors import InfinitesimalError

__all__ = ["evaluate"]

_LARGE = (
    4096  # elements; below it, keeping intermediate values costs less than finding their last use
)


def evaluate(
    outputs: Sequence[Node], bindings: Mapping[Node, Any] | None = None, *, keep: bool = False
) -> list[Any]:
    """The values of the outputs, given those of the input nodes.

    Floating-point exceptions are silent: infinities and NaNs are values. Raises `UnknownValueError`
    when the value of an input node is needed and not given, and what NumPy raises, for instance
    `IndexError`, with a note that names the user's line.
    """
    values: dict[Node, Any] = dict(bindings) if bindings else {}
    order = postorder(outputs, values, known=True)
    dying = _last_uses(order, outputs) if not keep else {}
    with np.errstate(all="ignore"):
        node = None
        try:
            for node in order:
                values[node] = node.primitive.evaluate(
                    *[values[operand] for operand in node.inputs], *node.params
                )
                if node in dying:
                    for dead in dying[node]:
                        del values[dead]
        except Exception as error:
            if node is not None and node.origin is not None:
                _note(error, f"{node.primitive.name} at {line_of(node.origin)}")
            raise
    if keep:
        for node in order:
            value = values[node]
            if isinstance(value, np.ndarray):
                value.flags.writeable = False  # remembered: nobody may change it
            node.value = value
    return [values[node] for node in outputs]


def _note(error: Exception, said: str) -> None:
    """Tell where NumPy met an error; those of this library say it themselves."""
    if not isinstance(error, InfinitesimalError):
        error.add_note(said)


def _last_uses(order: list[Node], outputs: Sequence[Node]) -> dict[Node, list[Node]]:
    """For each node, the computed values nobody reads after it."""
    for node in order:
        if node.type.size >= _LARGE:
            break
    else:
        return {}
    dying: dict[Node, list[Node]] = {}
    alive = set(outputs)
    computed = set(order)
    for node in reversed(order):
        for operand in node.inputs:
            if operand not in alive:
                alive.add(operand)
                if operand in computed:
                    dying.setdefault(node, []).append(operand)
    return dying
