"""The types of the results of loops and branches, and what must hold of their operands.

In: the types of the operands and the parameters. Out: the `Bundle` of the results, or the
`GraphError` that says what does not agree. The front room has checked what a person gave; this is
the proof for rules, passes and texts.
"""

from __future__ import annotations

from typing import Any

from infinitesimal.core.body import Body
from infinitesimal.core.types import ANY, BOOL, INT64, Type, bundle_type, stacked_type
from infinitesimal.errors import GraphError

__all__ = ["branch_type", "scan_type", "while_type"]


def _demand(holds: bool, word: str, why: str) -> None:
    if not holds:
        raise GraphError(f"the types of a {word}", why=why)


def _loop_type(
    word: str,
    types: list[Type],
    expected: list[Type],
    body: Body,
    carried: slice,
    length: int,
    states: int,
    saved: tuple[int, ...],
) -> Type:
    """The types of the results, once places and operands are known to agree."""
    _demand(
        types == expected and len(types) == len(body.inputs),
        word,
        f"the body takes {_listed(expected)}, the operands give {_listed(types)}",
    )
    start = expected[carried]
    after = [node.type for node in body.outputs[: len(start)]]
    _demand(after == start, word, f"carried is {_listed(start)}, after a step {_listed(after)}")
    _demand(all(0 <= k < len(start) for k in saved), word, "saved is what is carried")
    written = [stacked_type(node.type, length) for node in body.outputs[len(start) :]]
    return bundle_type((*start, *written, *(stacked_type(start[k], states) for k in saved)))


def _listed(types: list[Type]) -> str:
    return ", ".join(map(str, types)) or "nothing"


def scan_type(*signature: Any) -> Type:
    """A loop of so many steps."""
    *types, captured, carried, length, backward, checkpoint, saved, body = signature
    counted = length is None
    _demand(isinstance(body, Body) and type(backward) is bool, "scan", "its parameters are others")
    _demand(counted or (type(length) is int and length >= 0), "scan", "its length is no number")
    _demand(type(checkpoint) is int and checkpoint >= 0, "scan", "its checkpoint is no number")
    _demand(not saved or checkpoint > 0, "scan", "nothing tells when to save")
    _demand(0 <= captured and 0 <= carried, "scan", "a count of places is negative")
    if counted:
        _demand(types[:1] == [INT64], "scan", "its number of steps is an i64")
        types = types[1:]
    steps = ANY if counted else int(length)
    leaves = [leaf.type for leaf in body.inputs]
    first = captured + carried
    _demand(len(body.outputs) >= carried, "scan", "the body has a result for each carried value")
    stacks = [
        # a tape that is over, and has become an array, is as good as a tape
        stacked_type(leaf, given.shape[0] if counted and given.ndim else steps)
        for leaf, given in zip(leaves[first:], types[first:], strict=False)
    ]
    states = ANY if counted else -(-steps // max(checkpoint, 1))
    inside = slice(captured, first)
    return _loop_type("scan", types, [*leaves[:first], *stacks], body, inside, steps, states, saved)


def while_type(*signature: Any) -> Type:
    """A loop with a condition."""
    *types, captured, carried, most, checkpoint, saved, condition, body = signature
    _demand(isinstance(body, Body) and isinstance(condition, Body), "while", "it has two programs")
    _demand(most is None or type(most) is int, "while", "the most steps are a number")
    _demand(type(checkpoint) is int and checkpoint >= 0, "while", "its checkpoint is no number")
    _demand(not saved or checkpoint > 0, "while", "nothing tells when to save")
    _demand(condition.inputs == body.inputs, "while", "both programs have the same places")
    holds = [node.type for node in condition.outputs]
    _demand(holds == [BOOL], "while", f"its condition is {_listed(holds)}, not bool")
    _demand(len(body.inputs) == captured + carried, "while", "it has no elements")
    _demand(len(body.outputs) >= carried, "while", "the body has a result for each carried value")
    expected = [leaf.type for leaf in body.inputs]
    inside = slice(captured, captured + carried)
    return _loop_type("while", types, expected, body, inside, ANY, ANY, saved)


def branch_type(which: Type, *signature: Any) -> Type:
    """One of several programs."""
    *types, branches = signature
    _demand(which is INT64, "branch", f"the number of the branch is {which}, not i64")
    bodies: tuple[Any, ...] = branches
    _demand(bool(bodies), "branch", "there is no program to choose")
    for body in bodies:
        _demand(isinstance(body, Body), "branch", "its parameter is made of programs")
        _demand(body.inputs == bodies[0].inputs, "branch", "all programs have the same places")
        leaves = [leaf.type for leaf in body.inputs]
        _demand(leaves == types, "branch", f"it takes {_listed(leaves)}, not {_listed(types)}")
    results = [[node.type for node in body.outputs] for body in bodies]
    for found in results:
        why = f"one program gives {_listed(results[0])}, another {_listed(found)}"
        _demand(found == results[0], "branch", why)
    return bundle_type(tuple(results[0]))
