"""Loops and branches without the results that nobody picks.

In: nodes. Out: the same values, of loops that write down only what is read, carry only what their
results and conditions need, and read only what that takes. So a loop whose stacked results are
never looked at needs no memory for them, in any mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from infinitesimal.core.body import PICK, Body, picks
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.ops.control.loop import Loop, loop_of

__all__ = ["trimmed"]


def trimmed(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, from loops and branches that compute nothing else."""
    order = postorder(outputs)
    read: dict[Node, set[int]] = {}
    for node in order:
        if node.primitive is PICK:
            read.setdefault(node.inputs[0], set()).add(node.params[0])
    if all(len(places) == len(node.type.parts) for node, places in read.items()):
        return list(outputs)
    new: dict[Node, Node] = {}
    shorter: dict[Node, dict[int, Node]] = {}
    for node in order:
        inputs = tuple([new.get(operand, operand) for operand in node.inputs])
        if node.primitive is PICK:
            new[node] = shorter[node.inputs[0]][node.params[0]]
        elif node in read:
            made = make(node.primitive, inputs, node.params)
            shorter[node] = _shorter(made, read[node])
        elif inputs != node.inputs:
            new[node] = made = make(node.primitive, inputs, node.params)
            made.origin = node.origin or made.origin
    return [new.get(node, node) for node in outputs]


def _shorter(node: Node, read: set[int]) -> dict[int, Node]:
    """The results that are read, by their number, of a word that has perhaps no others."""
    if len(read) == len(node.type.parts):
        return dict(enumerate(picks(node)))
    if node.primitive.name == "branch":
        return _shorter_branch(node, sorted(read))
    loop = loop_of(node)
    count, rows = len(loop.carried), len(loop.carried) + len(loop.written)
    written = [k for k in range(count, rows) if k in read]
    saved = [k for k in range(rows, rows + len(loop.saved)) if k in read]
    kept, used = _kept(loop, read, written, saved)
    made = replace(
        loop,
        captured=tuple(part for part in loop.captured if part.place in used),
        carried=tuple(loop.carried[k] for k in kept),
        elements=tuple(part for part in loop.elements if part.place in used),
        written=tuple(loop.written[k - count] for k in written),
        saved=tuple(kept.index(loop.saved[k - rows]) for k in saved),
    )
    return dict(zip([*kept, *written, *saved], made.built(), strict=True))


def _kept(
    loop: Loop, read: set[int], written: Iterable[int], saved: Iterable[int]
) -> tuple[list[int], set[Node]]:
    """The carried values that some result needs, and all nodes that the results are made of."""
    count, rows = len(loop.carried), len(loop.carried) + len(loop.written)
    roots = [] if loop.condition is None else [loop.condition]
    roots += [loop.written[k - count] for k in written]
    kept = {k for k in range(count) if k in read} | {loop.saved[k - rows] for k in saved}
    while True:
        used = set(postorder([*roots, *(loop.carried[k].after for k in kept)]))
        more = {k for k, part in enumerate(loop.carried) if part.place in used}
        if more <= kept:
            return sorted(kept), used
        kept |= more


def _shorter_branch(node: Node, read: list[int]) -> dict[int, Node]:
    bodies: tuple[Body, ...] = node.params[0]
    programs = [[body.outputs[k] for k in read] for body in bodies]
    used = set(postorder([output for outputs in programs for output in outputs]))
    filled = zip(bodies[0].inputs, node.inputs[1:], strict=True)
    reads = {leaf: operand for leaf, operand in filled if leaf in used}
    branches = tuple(Body(tuple(reads), tuple(outputs)) for outputs in programs)
    made = make(node.primitive, (node.inputs[0], *reads.values()), (branches,))
    return dict(zip(read, picks(made), strict=True))
