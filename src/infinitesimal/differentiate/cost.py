"""What each method costs, in arithmetic operations, counted on the graphs it evaluates.

In: the outputs of a function and the nodes it is differentiated by. Out: operations. Numerical
methods evaluate the function again and again, forward mode carries ε parts along, reverse mode
sweeps back once for each output. Reverse mode is counted as it is worked by hand: one
multiplication for each edge of the graph (by 1 too), the local derivatives, and an addition where
contributions meet. The way back through a loop or a branch is counted as it is run: what it does
beyond the loop itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import PICK, picks
from infinitesimal.core.count import node_operations, operations
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, input_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import pull, reverse
from infinitesimal.ops.control.joined import joined

__all__ = [
    "evaluation_operations",
    "formula_operations",
    "forward_operations",
    "sweep_operations",
]

Values = Mapping[Node, Any] | None


def evaluation_operations(
    outputs: Sequence[Node], known: Sequence[Node] = (), bindings: Values = None
) -> int:
    """The operations of evaluating these together: loops that do the same work run once."""
    return operations(joined(outputs), known, bindings)


def forward_operations(
    outputs: Sequence[Node],
    wrt: Sequence[Node],
    bindings: Values = None,
    *,
    lifted_constants: bool = False,
) -> int:
    """The operations of one pass of dual numbers: every value, and every ε part.

    All of `wrt` carry an ε part, zero or not; constants do so too with `lifted_constants`.
    """
    values: dict[Node, Any] = dict(bindings or {})
    if lifted_constants:
        constants = [node for node in postorder(outputs) if node.primitive is CONSTANT]
        fresh = {node: input_node(node.type) for node in constants if node.type.inexact}
        roots = {node: input_node(node.type) for node in wrt}
        outputs = substitute(outputs, {**fresh, **roots})
        values.update((leaf, node.params[0].array) for node, leaf in fresh.items())
        values.update((leaf, values[node]) for node, leaf in roots.items() if node in values)
        wrt = [*roots.values(), *fresh.values()]
    seeds = {node: input_node(node.type) for node in wrt if node.type.inexact}
    values.update((seed, _ones(seed)) for seed in seeds.values())
    tangents = [tangent for tangent in forward(outputs, seeds) if tangent is not None]
    return evaluation_operations([*outputs, *tangents], wrt, values)


def _ones(node: Node) -> Any:
    return np.ones(node.type.shape, node.type.dtype)[()]


def sweep_operations(outputs: Sequence[Node], wrt: Sequence[Node], bindings: Values = None) -> int:
    """The operations of one sweep backwards, without those of the evaluation before it."""
    order = postorder(outputs, dict.fromkeys(wrt))
    active = {node for node in wrt if node.type.inexact}
    for node in order:
        if node.active != NEVER and not active.isdisjoint(node.inputs):
            active.add(node)
    known: dict[Node, None] = dict.fromkeys([*wrt, *order])
    arrivals = Counter(output for output in outputs if output in active)
    places: dict[Node, list[int]] = {}  # the results of a loop or branch that a cotangent reaches
    total = 0
    for node in reversed(order):
        wanted = [operand in active for operand in node.inputs]
        if node in places:
            cost, reached = _pulled_through(node, places[node], wanted, known, bindings)
        elif node not in arrivals:
            continue
        elif node.primitive is PICK:
            places.setdefault(node.inputs[0], []).append(node.params[0])
            continue
        else:
            cost, reached = _pulled(node, wanted, known)
        total += cost
        arrivals.update(reached)
    additions = sum((count - 1) * node.type.size for node, count in arrivals.items())
    return total + additions


def _pulled_through(
    node: Node,
    places: Sequence[int],
    wanted: list[bool],
    known: Mapping[Node, None],
    bindings: Values,
) -> tuple[int, list[Node]]:
    """The same as `_pulled` for a loop or a branch: what the way back adds to running it."""
    results = picks(node)
    cotangents = {k: input_node(results[k].type) for k in places}
    values = dict(bindings or {})
    for k, leaf in cotangents.items():
        # only a run tells how long a tape is
        long = leaf.type.tape
        values[leaf] = np.ones_like(evaluate([results[k]], bindings)[0]) if long else _ones(leaf)
    asked = [cotangents.get(k) for k in range(len(results))]
    assert node.primitive.vjp is not None
    passed: Sequence[Node | None] = node.primitive.vjp(
        node, asked, wanted, False, reverse, dict[Node, Node]().get
    )
    parts = {k: part for k, part in enumerate(passed) if part is not None}
    others = [known_node for known_node in known if known_node not in (node, *results)]
    both = evaluation_operations([*results, *parts.values()], others, values)
    alone = evaluation_operations(results, others, values)
    return both - alone, [node.inputs[k] for k in parts]


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
