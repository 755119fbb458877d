"""Reverse mode: the cotangents of some nodes, gathered in one sweep backwards from the outputs.

In: outputs with a cotangent each, and the nodes to differentiate with respect to. Out: a node for
the cotangent of each of those. One loop over the nodes in reverse order; each word's record says
how a cotangent passes back.

**Untaken branches.** A record with `masks=True` writes structural zeros into cotangents: where a
branch was not taken, where an element was not picked. Behind it, the product with a partial is
`scale` instead of `multiply`, so that such a zero stays zero even where the slope is infinite or
not a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infinitesimal.core.body import PICK
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.core.types import Bundle
from infinitesimal.ops.arithmetic import times as times_plainly
from infinitesimal.ops.arithmetic import times_behind_mask
from infinitesimal.ops.declare import missing_rule
from infinitesimal.ops.index import merged
from infinitesimal.ops.masked import behind_mask

__all__ = ["pull", "reverse"]


def reverse(
    outputs: Sequence[Node],
    cotangents: Sequence[Node | None],
    wrt: Sequence[Node],
    *,
    masked: bool = False,
    gathered: Mapping[Node, Node] | None = None,
) -> list[Node | None]:
    """The cotangent of each node in `wrt`; None where it is zero.

    `masked=True` when the seeds hold structural zeros, as the rows of an identity matrix do.
    `gathered` is what the cotangents of some of `wrt` amount to before the sweep begins.
    """
    order = postorder(outputs, dict.fromkeys(wrt))
    active = _between(wrt, order)
    pending: dict[Node, list[Any]] = {node: [sum] for node, sum in (gathered or {}).items()}
    behind_mask: set[Node] = set()
    for output, seed in zip(outputs, cotangents, strict=True):
        if seed is not None and output in active:
            pending.setdefault(output, []).append(seed)
            if masked:
                behind_mask.add(output)
    for node in reversed(order):
        contributions = pending.pop(node, None)
        if contributions is None:
            continue
        here = node in behind_mask
        wanted = [operand in active for operand in node.inputs]
        if node.primitive.kind == "control":
            passed = _through_control(node, contributions, wanted, here, pending)
        else:
            passed = pull(node, _total(contributions), wanted, here)
        for operand, contribution in zip(node.inputs, passed, strict=True):
            if contribution is not None:
                pending.setdefault(operand, []).append(contribution)
                if here or node.primitive.masks:
                    behind_mask.add(operand)
    return [_total(pending[node]) if node in pending else None for node in wrt]


def _through_control(
    node: Node,
    contributions: list[Any],
    wanted: list[bool],
    masked: bool,
    pending: dict[Node, list[Any]],
) -> Sequence[Any]:
    """The same for a word with programs inside, to which a `pick` passes what is its result's."""
    if node.primitive is PICK:
        return [(node.params[0], _total(contributions))]
    assert isinstance(node.type, Bundle) and node.primitive.vjp is not None

    def gathered(operand: Node) -> Node | None:
        waiting = pending.pop(operand, None)
        return None if waiting is None else _total(waiting)

    cotangents = dict(contributions)
    results = [cotangents.get(k) for k in range(len(node.type.parts))]
    return node.primitive.vjp(node, results, wanted, masked, reverse, gathered)


def _between(wrt: Sequence[Node], order: list[Node]) -> set[Node]:
    """The nodes that depend differentiably on one of `wrt`, and those themselves."""
    active = {node for node in wrt if node.type.inexact}
    for node in order:
        if node.active != NEVER and not active.isdisjoint(node.inputs):
            active.add(node)
    return active


def pull(node: Node, cotangent: Node, wanted: list[bool], masked: bool) -> Sequence[Node | None]:
    """One node's contribution to the cotangent of each operand; None where zero or not wanted."""
    times = times_behind_mask if masked else times_plainly
    vjp = node.primitive.vjp
    if vjp is not None:
        passed: list[Node | None] = vjp(node, cotangent, wanted, times)
        if masked and node.primitive.kind == "multilinear":
            return [
                part if part is None else behind_mask(part, [cotangent], node.inputs)
                for part in passed
            ]
        return passed
    if node.primitive.jvp is None:
        raise missing_rule(node.primitive, "jvp")
    return _transposed(node, cotangent, wanted, masked)


def _transposed(node: Node, cotangent: Node, wanted: list[bool], masked: bool) -> list[Node | None]:
    """A custom word's forward rule, transposed by reverse mode through the tangent."""
    seeds = [
        input_node(operand.type) if want else None
        for operand, want in zip(node.inputs, wanted, strict=True)
    ]
    jvp = node.primitive.jvp
    assert jvp is not None
    tangent = jvp(node, seeds, times_behind_mask if masked else times_plainly)
    if tangent is None:
        return [None] * len(seeds)
    found = reverse(
        [tangent], [cotangent], [seed for seed in seeds if seed is not None], masked=masked
    )
    answers = iter(found)
    return [next(answers) if seed is not None else None for seed in seeds]


def _total(contributions: list[Node]) -> Node:
    if len(contributions) > 1:
        contributions = merged(contributions)
    total = contributions[0]
    for contribution in contributions[1:]:
        total = total + contribution
    return total
