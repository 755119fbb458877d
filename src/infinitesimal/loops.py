"""Loops as values: a function applied step after step, rolled up in the graph.

In: a Python function of the state (and of one element), a first state, and what tells how long.
Out: the last state, and what each step wrote down. The function is called once, with a state that
has no value yet; the graph holds one step, however many there are, so tracing and differentiating a
loop of a million steps costs what one step costs. Within another trace the results are lazy arrays
of that one: loops compose with every derivative, with `vmap`, and with one another.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from infinitesimal.core.body import closed
from infinitesimal.core.leaf import constant, next_serial
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import BOOL, INT64, Type, array_type
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError, UnknownValueError
from infinitesimal.front.arguments import fitting
from infinitesimal.front.bodies import (
    Traced,
    check_kept,
    check_structure,
    leaves_of,
    marked,
    trace_body,
)
from infinitesimal.front.dual_trees import raised, raising
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import finish, leaf_node
from infinitesimal.front.tree import LEAF, Structure, flatten
from infinitesimal.front.walked import Walk, plain, walkable
from infinitesimal.ops.control.loop import Carried, Loop, Read
from infinitesimal.ops.control.merge import merged_loop

__all__ = ["fori_loop", "scan", "while_loop"]


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    checkpoint: bool | int = False,
) -> tuple[Any, Any]:
    """Carry a state along the first axis of `xs`: `state, ys = f(state, x)` for each element.

    `init` and `xs` are numbers, arrays, or containers of them; all arrays of `xs` are equally long.
    `f` returns the next state, of the same structure, shapes and dtypes as `init`, and what it
    writes down at this step (or None). Returns the last state and everything written, stacked along
    a new first axis. Without `xs` (None), `length` says how many steps there are. `reverse=True`
    begins at the last element; what is written at an element still stands in its place.

    The gradient needs values of the steps; `checkpoint=k` stores only the state before every k-th
    step and computes k steps again at a time, `checkpoint=True` chooses k for the least memory,
    √length. The gradient is the same, bit for bit.

    `f` may use traced values from outside; it is called once, with values that are not known yet:
    Python cannot branch on them (`UnknownValueError`). Raises `ArgumentError`, `ShapeError` and
    `DtypeError` for a state that changes, naming the leaf.

    >>> scan(lambda total, x: (total + x, total * x), 0.0, np.array([1.0, 2.0, 3.0]))
    (6.0, array([0., 2., 9.]))
    >>> dx.grad(lambda a: scan(lambda y, _: (a * y, None), 1.0, length=5)[0])(2.0)
    80.0
    """
    f = fitting(f, "scan", "state, x")
    since = next_serial()
    elements, structure, paths = leaves_of(xs, "scan", "xs")
    steps = _length(elements, paths, length)
    taken = [array_type(node.type.dtype, node.type.shape[1:]) for node in elements]
    where = f"inside the body of scan ({place()}) {_STANDS}"

    def step(state: Structure, types: Sequence[Type]) -> Traced:
        shared = [*[""] * len(types), *[_ELEMENT if type.ndim else "" for type in taken]]
        pair = Structure(tuple, (0, 1), (state, LEAF))
        given = (state, structure)
        traced = trace_body(raising(f, pair), given, [*types, *taken], "scan", where, shared)
        _check_pair(traced.result)
        return traced

    def taken_plainly(value: Any, element: Any) -> Any:
        result = f(value, element)
        _check_pair(flatten(result)[1])
        return result

    try:
        start, state, traced = _begun("scan", init, step, kept=0)
    except UnknownValueError as error:
        walk = _walk("scan", init)
        if not steps or not walkable(error, [(walk.nodes, walk.state), (elements, structure)]):
            raise
        order = -1 if reverse else 1
        rows = range(steps)[::order]
        taken_at = ([node.value[k] for node in elements] for k in rows)
        walk.through(map(structure.unflatten, taken_at), taken_plainly)
        return walk.end(), walk.stacked(order)
    written = traced.result.children[1]
    every = _every("scan", checkpoint, steps)
    loop = _loop(traced, start, elements, range(len(start)))
    loop = replace(loop, length=steps, backward=bool(reverse), checkpoint=every)
    done = finish(marked(merged_loop(loop).built()), since)
    return state.unflatten(done[: len(start)]), written.unflatten(done[len(start) :])


def fori_loop(
    lower: Any,
    upper: Any,
    f: Callable[[Any, Any], Any],
    init: Any,
    checkpoint: bool | int = False,
) -> Any:
    """The state after `state = f(i, state)` for i = lower, …, upper - 1; see `scan`.

    The bounds are whole numbers, traced ones too: how many steps there are may depend on values.

    >>> fori_loop(1, 6, lambda i, product: product * i, 1)
    120
    """
    f = fitting(f, "fori_loop", "i, state")
    since = next_serial()
    first, last = _bound("lower", lower), _bound("upper", upper)
    known = not (isinstance(lower, Lazy) or isinstance(upper, Lazy))
    steps = max(int(upper) - int(lower), 0) if known else None
    where = f"inside the body of fori_loop ({place()}) {_STANDS}"

    def step(state: Structure, types: Sequence[Type]) -> Traced:
        def numbered(number: Any, value: Any) -> Any:
            return number + 1, raised(f(number, value), state)

        return trace_body(numbered, (LEAF, state), [INT64, *types], "fori_loop", where)

    try:
        start, state, traced = _begun("fori_loop", init, step, kept=1)
    except UnknownValueError as error:
        walk = _walk("fori_loop", init)
        if not known or not walkable(error, [(walk.nodes, walk.state)]):
            raise
        numbers = map(np.int64, range(int(lower), int(upper)))
        walk.through(numbers, lambda value, number: (f(number, value), None))
        return walk.end()
    loop = _loop(traced, [first, *start], [], range(1 + len(start)))
    loop = replace(
        loop,
        length=steps,
        count=None if known else last if first is constant(0) else last - first,
        checkpoint=_every("fori_loop", checkpoint, steps),
    )
    return state.unflatten(finish(marked(merged_loop(loop).built())[1:], since))


def while_loop(
    condition: Callable[[Any], Any],
    f: Callable[[Any], Any],
    init: Any,
    max_steps: int | None = None,
    checkpoint: bool | int = False,
) -> Any:
    """The state after `state = f(state)`, repeated as long as `condition(state)` is true.

    With `max_steps` it ends after so many steps at the latest. All derivatives pass through, also
    reverse mode: the steps are counted and what they need is written down while the loop runs.
    `checkpoint` as in `scan`; True means √max_steps, or 32 without. What holds of `f` holds of
    `condition` too, which returns one truth value. How many steps there are has no derivative.

    >>> def root(a):
    ...     return while_loop(lambda x: abs(x * x - a) > 1e-12, lambda x: (x + a / x) / 2, a)
    >>> round(root(2.0), 10), round(dx.grad(root)(4.0), 10)
    (1.4142135624, 0.25)
    """
    condition, f = (fitting(each, "while_loop", "state", _ONE) for each in (condition, f))
    since = next_serial()
    most = None if max_steps is None else _whole("while_loop", "max_steps", max_steps, 0)
    where = f"inside while_loop ({place()}) {_STANDS}"

    def step(state: Structure, types: Sequence[Type]) -> Traced:
        def judged(value: Any) -> Any:
            return condition(value), raised(f(value), state)

        traced = trace_body(judged, (state,), types, "while_loop", where)
        _check_truth(traced)
        return traced

    try:
        start, state, traced = _begun("while_loop", init, step, kept=1)
    except UnknownValueError as error:
        walk = _walk("while_loop", init)
        if not walkable(error, [(walk.nodes, walk.state)]):
            raise
        rounds = itertools.count() if most is None else range(most)
        going = itertools.takewhile(lambda _: condition(plain(walk.nodes, walk.state)), rounds)
        walk.through(going, lambda value, _: (f(value), None))
        return walk.end()
    loop = _loop(traced, start, [], range(1, 1 + len(start)))
    every = _every("while_loop", checkpoint, most)
    holds = replace(loop, condition=loop.written[0], written=(), most=most, checkpoint=every)
    return state.unflatten(finish(marked(merged_loop(holds).built()), since))


# ---- what is given


_ONE = "lambda state: …, and a, b = state inside: the state is one argument"
_STANDS = "it stands for its value at every step"
_ELEMENT = "it is an element of the caller's own array"
_KEPT = "what is carried keeps its shape and dtype from step to step"
_UNBOUNDED = 32  # steps of a segment, where nobody says how long a loop may become


def _check_pair(result: Structure) -> None:
    if result.container is not tuple or len(result.children) != 2:
        raise ArgumentError(
            f"scan at {place()}",
            found=f"f returned {result}",
            why="each step returns a pair: the next state, and what it writes down",
            instead="return state, y; or return state, None",
        )


def _length(elements: Sequence[Node], paths: Sequence[str], length: Any) -> int:
    """The number of steps: that of the elements, or `length`; they must agree."""
    sizes: dict[str, int] = {}
    for node, path in zip(elements, paths, strict=True):
        if not node.type.ndim:
            raise ShapeError(
                f"scan at {place()}: {path}",
                found=str(node.type),
                why="a number has no elements to walk along",
                instead=_counted(node, path)
                + "np.asarray(xs) of a list of numbers; or the number itself, in the body",
            )
        sizes[path] = node.type.shape[0]
    if length is not None:
        sizes["length"] = _whole("scan", "length", length, 0)
    if not sizes:
        raise ArgumentError(
            f"scan at {place()}",
            found="neither xs nor length",
            why="nothing tells how many steps there are",
            instead="scan(f, init, xs) or scan(f, init, length=n)",
        )
    if len(set(sizes.values())) > 1:
        raise ShapeError(
            f"scan at {place()}",
            found="\n".join(f"{path}: {size}" for path, size in sizes.items()),
            why="all arrays of xs are walked along together, and `length` is how long they are",
        )
    return next(iter(sizes.values()))


def _counted(node: Node, path: str) -> str:
    """What to write where a whole number stands in the place of xs."""
    whole = path == "xs" and node.type.dtype.kind in "iu"
    return f"length={'n' if node.value is None else node.value};\n" if whole else ""


def _whole(asked: str, name: str, given: Any, least: int) -> int:
    number: Any = given
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool) and number >= least:
        return int(number)
    raise ArgumentError(
        f"{asked}({name}={given!r:.60}) at {place()}",
        why=f"it is a whole number, {least} or more, that is known when the loop is traced",
        instead=(_TRACED if isinstance(given, Lazy) else _MEANT).get(name, ""),
    )


_MEANT = {"checkpoint": "True for √n steps, where there are n; False for none"}
_TRACED = {
    "length": "fori_loop, whose bounds may be traced",
    "max_steps": "a count in the state, which the condition compares",
}


def _bound(name: str, given: Any) -> Node:
    node = leaf_node(given, "fori_loop", name)
    if node.type.shape or node.type.dtype.kind not in "iu":
        raise DtypeError(
            f"fori_loop at {place()}: {name}",
            found=str(node.type),
            why="the bounds of a loop are whole numbers",
            instead="vmap, where each element has its own"
            if node.type.shape
            else "int(n), or n.astype(int)",
        )
    return node if node.type is INT64 else REGISTRY["astype"](node, dtype=INT64.dtype)


def _every(asked: str, checkpoint: Any, steps: int | None) -> int:
    """How many steps a segment has; 0 where every step is stored."""
    if checkpoint is False or checkpoint is None:
        return 0
    if checkpoint is True:
        return _UNBOUNDED if steps is None else max(math.isqrt(max(steps - 1, 0)) + 1, 1)
    return _whole(asked, "checkpoint", checkpoint, 1)


def _check_truth(traced: Traced) -> None:
    holds, found = traced.outputs[0], traced.result.children[0]
    if found.container is not None or holds.type is not BOOL:
        raise DtypeError(
            f"while_loop at {place()}: the condition",
            found=str(found) if found.container is not None else str(holds.type),
            why="it is one truth value",
            instead="a comparison, such as x > 0; np.any(…) or np.all(…) of an array",
        )


# ---- from a traced body to a loop


def _begun(
    asked: str, init: Any, step: Callable[[Structure, Sequence[Type]], Traced], kept: int
) -> tuple[list[Node], Structure, Traced]:
    """The first state, its structure, and the traced step, whose part `kept` is the next state.

    A Python integer is any number yet: it begins as a float where a step makes one of it. A number
    begins as a dual one, without ε, where a step does.
    """
    start, state, paths = leaves_of(init, asked, "init")
    leaves = flatten(init, opened=True)[0]
    while True:
        traced = step(state, [node.type for node in start])
        parts = list(traced.result.children)
        parts[kept] = state
        traced = traced.in_order(Structure(tuple, traced.result.keys, tuple(parts)))
        after = traced.result.children[kept]
        dual = raised(init, after)
        if str(flatten(dual, opened=True)[1]) != str(state):
            return _begun(asked, dual, step, kept)
        check_structure(asked, "the state", state, after)
        before = sum(map(len, traced.result.children[:kept]))
        types = [node.type for node in traced.outputs[before : before + len(start)]]
        weak = _weak(leaves, start, types)
        if not any(weak):
            check_kept(asked, _KEPT, paths, [node.type for node in start], types)
            return start, state, traced
        start = [
            REGISTRY["astype"](node, dtype=type.dtype) if flag else node
            for node, type, flag in zip(start, types, weak, strict=True)
        ]


def _walk(asked: str, init: Any) -> Walk:
    """The beginning of the loop, for walking it step by step with plain numbers."""
    nodes, state, paths = leaves_of(init, asked, "init")
    leaves = flatten(init, opened=True)[0]

    def settled(after: list[Node]) -> list[Node]:
        weak = _weak(leaves, nodes, [node.type for node in after])
        return [new if flag else old for flag, old, new in zip(weak, nodes, after, strict=True)]

    return Walk(asked, _KEPT, state, paths, nodes, settled)


def _weak(leaves: Sequence[Any], start: Sequence[Node], after: Sequence[Type]) -> list[bool]:
    """Which leaves are integers of Python of which a step makes a float."""
    return [
        leaf.__class__ is int and old.type is INT64 and new.dtype.kind == "f" and not new.shape
        for leaf, old, new in zip(leaves, start, after, strict=True)
    ]


def _loop(traced: Traced, start: Sequence[Node], elements: Sequence[Node], state: range) -> Loop:
    """The loop of a traced step; `state` says which of its results are carried."""
    body, captured = closed(traced.inputs, traced.outputs, traced.made)
    reads = [
        Read(leaf, operand)
        for leaf, operand in zip(body.inputs, [*captured, *start, *elements], strict=True)
    ]
    first, last = len(captured), len(captured) + len(start)
    after = [body.outputs[k] for k in state]
    return Loop(
        captured=tuple(reads[:first]),
        carried=tuple(
            Carried(read.place, read.operand, result)
            for read, result in zip(reads[first:last], after, strict=True)
        ),
        elements=tuple(reads[last:]),
        written=tuple(node for k, node in enumerate(body.outputs) if k not in state),
    )
