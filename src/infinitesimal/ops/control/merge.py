"""Loops that do the same work become one, and do no work that nobody reads.

Forward and reverse mode do not change a loop: they make another, which walks the same steps and
carries or writes down more. In: nodes. Out: the same values, where a loop beside one that contains
it is gone, and its results are picked from the other. So value and gradient walk a loop once.

One loop contains another when each place of the other's body is one of its own, filled and advanced
alike. Places are canonical and equal nodes are one, so comparing bodies is comparing nodes. What
is left of a loop then drops the results that nobody picks (`ops.control.trimmed`).
"""

from __future__ import annotations

from collections.abc import Sequence

from infinitesimal.core.body import Body, picks
from infinitesimal.core.graph import rebuilt, substitute
from infinitesimal.core.node import Node, postorder
from infinitesimal.ops.control.loop import Loop, loop_of
from infinitesimal.ops.control.trimmed import trimmed

__all__ = ["merged", "merged_loop"]


def merged_loop(loop: Loop) -> Loop:
    """The loop with the loops in its body joined."""
    return loop.rewritten(merged(loop.inside))


def merged(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, in which no loop or branch runs beside one that contains it, or for nothing."""
    found = [node for node in postorder(outputs) if node.primitive.bodies]
    replaced = _replaced(found) if len(found) > 1 else {}
    if replaced:
        return merged(_rewritten(outputs, replaced))
    return trimmed(outputs) if found else list(outputs)


def _replaced(found: Sequence[Node]) -> dict[Node, Node]:
    """The results of loops that another contains, and what replaces them."""
    readers: dict[Node, list[Node]] = {}
    for node in found:
        for operand in dict.fromkeys(node.inputs):
            readers.setdefault(operand, []).append(node)
    results = {node: _results(node) for node in found}
    replaced: dict[Node, Node] = {}
    gone: set[Node] = set()
    for small in found:
        # a loop that contains this one reads all that it reads: seek where the fewest are
        near = min((readers[operand] for operand in small.inputs), key=len, default=found)
        wanted = _settled_results(results[small])
        for large in near:
            if large is small or large in gone or not wanted <= results[large]:
                continue
            instead = _instead(small, large)
            if instead is not None and not _below(small, large):
                replaced.update(zip(picks(small), instead, strict=True))
                gone.add(small)
                break
    return replaced


def _results(node: Node) -> set[Node]:
    """What the programs of a loop or branch return."""
    programs = node.primitive.programs(node.params)
    return {output for _, body in programs for output in body.outputs}


def _settled_results(results: set[Node]) -> set[Node]:
    """Those that are the same nodes in a word that contains this one: no loop inside may merge."""
    inner = {node for node in postorder(results) if node.primitive.bodies}
    return {node for node in results if not inner or inner.isdisjoint(postorder([node]))}


def _rewritten(outputs: Sequence[Node], replaced: dict[Node, Node]) -> list[Node]:
    """The outputs with the nodes replaced, also below those that replace them.

    So a chain of loops is rewritten in one walk. Two loops that each read what the other is
    replaced by would go round in a circle: then those on top are replaced alone.
    """
    new: dict[Node, Node] = {}
    entered: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting[-1]
        if node in new:
            waiting.pop()
            continue
        needs = (replaced[node],) if node in replaced else node.inputs
        missing = [needed for needed in needs if needed not in new]
        if not missing:
            made = tuple([new[needed] for needed in needs])
            new[node] = made[0] if node in replaced else rebuilt(node, made)
        elif node in entered:
            return substitute(outputs, _settled(replaced))
        else:
            entered.add(node)
            waiting.extend(missing)
    return [new[node] for node in outputs]


def _settled(replaced: dict[Node, Node]) -> dict[Node, Node]:
    """Each result by the last that replaces it: a loop may be contained in several, in a row."""
    settled: dict[Node, Node] = {}
    for node, instead in replaced.items():
        while instead in replaced:
            instead = replaced[instead]
        settled[node] = instead
    return settled


def _below(node: Node, above: Node) -> bool:
    """Whether `above` is computed from `node`."""
    return node in postorder([above])


def _instead(small: Node, large: Node) -> list[Node] | None:
    """The results of the large loop or branch that are those of the small one, if all are there."""
    if small.primitive is not large.primitive:
        return None
    if small.primitive.name == "branch":
        return _branch_instead(small, large)
    return _loop_instead(loop_of(small), loop_of(large), large)


def _loop_instead(small: Loop, large: Loop, node: Node) -> list[Node] | None:
    ways = [
        (loop.length, loop.count, loop.backward, loop.most, loop.checkpoint * bool(loop.saved))
        for loop in (small, large)
    ]
    if ways[0][:4] != ways[1][:4] or (small.saved and ways[0] != ways[1]):
        return None
    filled = {part.place: part.operand for part in (*large.captured, *large.elements)}
    if any(
        filled.get(part.place) is not part.operand for part in (*small.captured, *small.elements)
    ):
        return None
    starts = {part.place: (k, part) for k, part in enumerate(large.carried)}
    if any(
        part.place not in starts or starts[part.place][1].start is not part.start
        for part in small.carried
    ):
        return None
    places = [starts[part.place][0] for part in small.carried]
    wanted = merged([*small.inside, *large.results])
    ours = wanted[: len(small.inside)]
    theirs = wanted[len(ours) :]
    if small.condition is not None and ours.pop(0) is not large.condition:
        return None
    ends = ours[: len(places)]
    if any(theirs[place] is not end for place, end in zip(places, ends, strict=True)):
        return None
    rows = theirs[len(large.carried) :]
    if any(row not in rows for row in ours[len(places) :]):
        return None
    if any(places[k] not in large.saved for k in small.saved):
        return None
    results = picks(node)
    first, states = len(large.carried), len(large.carried) + len(rows)
    return [
        *(results[place] for place in places),
        *(results[first + rows.index(row)] for row in ours[len(places) :]),
        *(results[states + large.saved.index(places[k])] for k in small.saved),
    ]


def _branch_instead(small: Node, large: Node) -> list[Node] | None:
    """The same of a branch: each of its programs is contained in that of the other."""
    ours: tuple[Body, ...] = small.params[0]
    theirs: tuple[Body, ...] = large.params[0]
    if small.inputs[0] is not large.inputs[0] or len(ours) != len(theirs):
        return None
    filled = dict(zip(theirs[0].inputs, large.inputs[1:], strict=True))
    pairs = zip(ours[0].inputs, small.inputs[1:], strict=True)
    if any(filled.get(leaf) is not operand for leaf, operand in pairs):
        return None
    for one, other in zip(ours, theirs, strict=True):
        both = merged([*one.outputs, *other.outputs])
        mine, its = both[: len(one.outputs)], both[len(one.outputs) :]
        if its[: len(mine)] != mine:
            return None
    return picks(large)[: len(ours[0].outputs)]
