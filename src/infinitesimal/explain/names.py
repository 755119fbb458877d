"""What the intermediate results are called, and in which order they are visited.

In: the nodes of a closed graph. Out: a letter for each step, from the outside in: f for the
function itself, then g, h, k, m, n, p, q as one reads on from left to right, leaving out what the
user's variables are called, then v₁, v₂, …; and the order of the sweep backwards: reverse
topological, ties broken by those names. A result of a loop is a step whose operands are what the
loop reads; the word that bundles its results has no name.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence

from infinitesimal.core.body import PICK
from infinitesimal.core.node import NEVER, Node

__all__ = ["LETTERS", "backward_order", "is_looped", "letters", "operands_of", "outside_in"]

LETTERS = "fghkmnpqrstuw"


def letters(taken: Collection[str]) -> Iterator[str]:
    """The names for intermediate results, without end, leaving out those taken."""
    yield from (letter for letter in LETTERS if letter not in taken)
    number = 0
    while True:
        number += 1
        if f"v{number}" not in taken:
            yield f"v{number}"


def is_looped(node: Node) -> bool:
    """Whether a node is a result of a loop."""
    return node.primitive is PICK


def operands_of(node: Node) -> tuple[Node, ...]:
    """What a step depends on: its operands, or those of the loop it is a result of."""
    return node.inputs[0].inputs if is_looped(node) else node.inputs


def is_step(node: Node) -> bool:
    """Whether a node is computed from the inputs: neither a leaf nor a constant expression."""
    return bool(node.inputs) and node.reach != NEVER


def outside_in(outputs: Sequence[Node]) -> list[Node]:
    """The steps below the outputs in pre-order: each before its operands, those from the left."""
    order: dict[Node, None] = {}
    waiting = list(reversed(outputs))
    while waiting:
        node = waiting.pop()
        if is_step(node) and node not in order:
            order[node] = None
            waiting.extend(reversed(operands_of(node)))
    return list(order)


def backward_order(outputs: Sequence[Node]) -> list[Node]:
    """The steps, each after everything that uses it; of several, the first named."""
    named = outside_in(outputs)
    rank = {node: k for k, node in enumerate(named)}
    users = dict.fromkeys(named, 0)
    for node in named:
        for operand in set(operands_of(node)):
            if operand in users:
                users[operand] += 1
    ready = [rank[node] for node in named if not users[node]]
    heapq.heapify(ready)
    order: list[Node] = []
    while ready:
        node = named[heapq.heappop(ready)]
        order.append(node)
        for operand in set(operands_of(node)):
            if operand in users:
                users[operand] -= 1
                if not users[operand]:
                    heapq.heappush(ready, rank[operand])
    return order
