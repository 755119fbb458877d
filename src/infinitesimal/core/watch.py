"""A body run node by node, with somebody watching its loops and branches.

In: a body, and a function that is given each loop or branch in it with the values of its operands,
and answers with its results. Out: the body as a function of values. Whoever counts or tells what
happens inside a program runs it so; others use the body's `program`, which is faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from infinitesimal.core.body import Body
from infinitesimal.core.node import Node, postorder

__all__ = ["watched"]


def watched(
    body: Body, meet: Callable[[Node, list[Any]], Any]
) -> Callable[[Sequence[Any]], list[Any]]:
    """The body as a function of the values of its places; `meet` runs what has programs inside."""
    order = postorder(body.outputs, dict.fromkeys(body.inputs))

    def step(values: Sequence[Any]) -> list[Any]:
        found: dict[Node, Any] = dict(zip(body.inputs, values, strict=True))
        for node in order:
            operands = [found[operand] for operand in node.inputs]
            if node.primitive.bodies:
                found[node] = meet(node, operands)
            else:
                found[node] = node.primitive.evaluate(*operands, *node.params)
        return [found[node] for node in body.outputs]

    return step
