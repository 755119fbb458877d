"""Views: traced arrays that share memory in NumPy, and so see each other's in-place changes.

In: a handle whose node was reached from that of another by words which only rearrange or pick.
Out: the two linked, so that `row = x[0]; row += 1` changes `x`, and `x[1] = 5` is seen through
every view that is still alive. A handle is anything with the attributes `node`, `shared` and `kin`.

Where NumPy itself would decide by the layout in memory whether a reshaped array is a view or a
copy, and a traced array has none, a change that the other would see is refused.
"""

from __future__ import annotations

import weakref
from typing import Any

from infinitesimal.core.node import Node, body_here, make
from infinitesimal.errors import LostDerivativeError
from infinitesimal.front.origin import place
from infinitesimal.ops.index import gather, index, index_set, scatter_set
from infinitesimal.ops.shape import broadcast, reshape, transpose

__all__ = ["Kin", "check_home", "link", "put_through", "same_view"]

_AMBIGUOUS = "NumPy sees it as a view or a copy by its layout in memory, which is not known here"
_READ_ONLY = "NumPy's broadcast arrays are not to be written to"


class Kin:
    """Who shares memory with a handle: the array it is a view of and how, and its own views."""

    __slots__ = ("base", "steps", "views")

    def __init__(self) -> None:
        self.base: Any = None
        self.steps: tuple[Node, ...] = ()  # from the base to the view
        self.views: list[weakref.ref[Any]] = []

    def alive(self) -> list[Any]:
        """The views that somebody still holds."""
        return [view for view in (entry() for entry in self.views) if view is not None]


def kin_of(handle: Any) -> Kin:
    """The kin of a handle, made on first need."""
    if handle.kin is None:
        handle.kin = Kin()
    return handle.kin


def link(view: Any, base: Any) -> Any:
    """Make `view` a view of `base`, if its node was reached by words that share memory."""
    steps = _steps(view.node, base.node)
    if view is base or steps is None:
        return view
    own = kin_of(view)
    own.base, own.steps = base, steps
    views = kin_of(base).views
    if len(views) & (len(views) - 1) == 0:  # now and then, forget those that are gone
        views[:] = [entry for entry in views if entry() is not None]
    views.append(weakref.ref(view))
    return view


def same_view(handle: Any, node: Node, base: Any) -> bool:
    """Whether a handle is the very view of `base` that a node of it stands for."""
    if handle.kin is None or handle.kin.base is not base:
        return False
    steps = _steps(node, base.node)
    return steps is not None and _spelled(steps) == _spelled(handle.kin.steps)


def _spelled(steps: tuple[Node, ...]) -> list[Any]:
    return [(step.primitive, step.inputs[1:], step.params) for step in steps]


def _steps(node: Node, base: Node) -> tuple[Node, ...] | None:
    """The words from one node to another, all of which share memory; None where one does not."""
    steps: list[Node] = []
    while node is not base:
        scalar_gather = node.primitive is gather and not any(
            operand.type.shape for operand in node.inputs[1:]
        )
        if not scalar_gather and node.primitive not in (index, reshape, transpose, broadcast):
            return None
        steps.append(node)
        node = node.inputs[0]
    return tuple(reversed(steps))


# ---- in-place changes


def put_through(handle: Any, node: Node) -> str:
    """Give a handle a new node, in its base and all views too; the reason where that cannot be."""
    writes: list[tuple[Any, Node]] = [(handle, node)]
    root = handle
    while root.kin is not None and root.kin.base is not None:
        base = root.kin.base
        refusal = _refusal(root.kin.steps, base)
        if refusal:
            return refusal
        node = _put(root.kin.steps, base.node, node)
        root = base
        writes.append((root, node))
    if root.shared:
        return root.shared
    refusal = _refused_below(root)
    if refusal:
        return refusal
    root.node = node
    _refresh(root)
    for written, new in writes:  # the same values, by a shorter way
        written.node = new
    return ""


def check_home(asked: str, handle: Any) -> None:
    """Refuse to change, in a body that is called once for all its steps, an array from outside."""
    root = handle
    while root.kin is not None and root.kin.base is not None:
        root = root.kin.base
    if body_here() is not None and root.home is not body_here():
        raise LostDerivativeError(
            f"{asked} at {place()}",
            found=f"a traced {root.node.type} made outside the body that changes it",
            why="the body of a loop, a branch or a batch is called once, whatever is run later",
            instead="carry it in the state, or return what is new; x = x.copy() for one's own",
        )


def _refused_below(handle: Any) -> str:
    for view in handle.kin.alive() if handle.kin is not None else ():
        refusal = _refusal(view.kin.steps, handle, reading=True) or _refused_below(view)
        if refusal:
            return refusal
    return ""


def _refusal(steps: tuple[Node, ...], base: Any, reading: bool = False) -> str:
    """Why a change cannot pass between a view and its base; empty where it can."""
    certain = base.kin.base is None and base.node.type.ndim <= 1
    for step in steps:
        if step.primitive is broadcast and not reading:
            return _READ_ONLY
        if step.primitive is reshape and not (certain or _thin(step)):
            return _AMBIGUOUS
        # once its elements are not side by side, nothing more is certain
        certain = certain and step.primitive is reshape
    return ""


def _thin(step: Node) -> bool:
    """Whether a reshape only adds or drops axes of size one."""
    before, after = step.inputs[0].type.shape, step.type.shape
    return [n for n in before if n != 1] == [n for n in after if n != 1]


def _refresh(handle: Any) -> None:
    """Every view of a handle sees its new node."""
    for view in handle.kin.alive() if handle.kin is not None else ():
        node = handle.node
        for step in view.kin.steps:
            node = make(step.primitive, (node, *step.inputs[1:]), step.params)
        view.node = node
        _refresh(view)


def _put(steps: tuple[Node, ...], base: Node, new: Node) -> Node:
    """The base with the new elements where its view has them."""
    passed = [base]
    for step in steps[:-1]:
        passed.append(make(step.primitive, (passed[-1], *step.inputs[1:]), step.params))
    for step, whole in zip(reversed(steps), reversed(passed), strict=True):
        new = _undone(step, whole, new)
    return new


def _undone(step: Node, whole: Node, new: Node) -> Node:
    if step.primitive is reshape:
        return reshape(new, shape=whole.type.shape)
    if step.primitive is transpose:
        order = step.params[0]
        return transpose(new, axes=tuple(order.index(k) for k in range(len(order))))
    if step.primitive is index:
        return index_set(whole, new, key=step.params[0])
    return scatter_set(whole, new, *step.inputs[1:])
