"""What each method costs, in arithmetic operations, counted on the graphs it evaluates.

In: the outputs of a function and the nodes it is differentiated by. Out: operations. Numerical
methods evaluate the function again and again, forward mode carries ε parts along, reverse mode
sweeps back once for each output. Reverse mode is counted as it is worked by hand: one
multiplication for each edge of the graph (by 1 too), the local derivatives, and an addition where
contributions meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from infinitesimal.core.count import node_operations, operations
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, input_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import pull

__all__ = ["formula_operations", "forward_operations", "sweep_operations"]


def forward_operations(
    outputs: Sequence[Node], wrt: Sequence[Node], *, lifted_constants: bool = False
) -> int:
    """The operations of one pass of dual numbers: every value, and every ε part.

    All of `wrt` carry an ε part, zero or not; constants do so too with `lifted_constants`.
    """
    if lifted_constants:
        constants = [node for node in postorder(outputs) if node.primitive is CONSTANT]
        fresh = {node: input_node(node.type) for node in constants if node.type.inexact}
        roots = {node: input_node(node.type) for node in wrt}
        outputs = substitute(outputs, {**fresh, **roots})
        wrt = [*roots.values(), *fresh.values()]
    seeds = {node: input_node(node.type) for node in wrt if node.type.inexact}
    tangents = forward(outputs, seeds)
    return operations([*outputs, *(tangent for tangent in tangents if tangent is not None)], wrt)


def sweep_operations(outputs: Sequence[Node], wrt: Sequence[Node]) -> int:
    """The operations of one sweep backwards, without those of the evaluation before it."""
    order = postorder(outputs, dict.fromkeys(wrt))
    active = {node for node in wrt if node.type.inexact}
    for node in order:
        if node.active != NEVER and not active.isdisjoint(node.inputs):
            active.add(node)
    known: dict[Node, None] = dict.fromkeys([*wrt, *order])
    arrivals = Counter(output for output in outputs if output in active)
    total = 0
    for node in reversed(order):
        if node in arrivals:
            wanted = [operand in active for operand in node.inputs]
            cost, reached = _pulled(node, wanted, known)
            total += cost
            arrivals.update(reached)
    additions = sum((count - 1) * node.type.size for node, count in arrivals.items())
    return total + additions


def _pulled(node: Node, wanted: Sequence[bool], known: dict[Node, None]) -> tuple[int, list[Node]]:
    """What it costs to pass one cotangent back, and the operands it reaches.

    Local derivatives that are new become known: a second edge has them for nothing.
    """
    if node.primitive.kind != "elementwise":
        cotangent = input_node(node.type)
        passed = pull(node, cotangent, list(wanted), masked=False)
        parts = {k: part for k, part in enumerate(passed) if part is not None}
        cost = operations(parts.values(), [*known, cotangent])
        return cost, [node.inputs[k] for k in parts]
    cost = 0
    reached: list[Node] = []
    for partial, operand, want in zip(node.primitive.partials, node.inputs, wanted, strict=True):
        if not want or partial is None:
            continue
        reached.append(operand)
        local = partial(*node.inputs, node) if callable(partial) else partial
        if isinstance(local, Node):
            fresh = _not_in(known, local)
            cost += sum(map(node_operations, fresh))
            known.update(dict.fromkeys(fresh))
        # one multiplication an edge, and the sum over the places a broadcast has copied it to
        copied = operand.type.size < node.type.size
        cost += node.type.size * (2 if copied else 1)
    return cost, reached


def _not_in(known: Mapping[Node, None], local: Node) -> list[Node]:
    """The nodes below a local derivative that are not known; those are few, however many are."""
    fresh: dict[Node, None] = {}
    waiting = [local]
    while waiting:
        node = waiting.pop()
        if node not in known and node not in fresh:
            fresh[node] = None
            waiting.extend(node.inputs)
    return list(fresh)


def formula_operations(formula: Callable[..., Node], like: Sequence[Node]) -> int:
    """The operations of a formula of numbers, applied to values of the types of these nodes."""
    operands = [input_node(node.type) for node in like]
    return operations([formula(*operands)])
