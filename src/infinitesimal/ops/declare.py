"""The four ways to declare a word: elementwise, linear, multilinear, custom.

In: what the author must know of a function. Out: a registered `Primitive` in which everything that
follows from the
*kind* of the function has been derived: type, broadcasting, forward and reverse rules. No rule is
written twice.

| constructor   | the author writes besides the function | derived                              |
|---------------|----------------------------------------|--------------------------------------|
| `elementwise` | one partial per operand                | type, broadcasting, jvp, vjp, batch  |
| `linear`      | type rule, transpose                   | jvp (itself), vjp (the transpose)    |
| `multilinear` | type rule, one transpose per operand   | jvp (a sum over operands), vjp       |
| `custom`      | type rule, jvp in other words          | vjp (the jvp, transposed by reverse) |

A word of the other three says how it is applied to a batch (`ops.batching`); one that does not is
applied to each element of the batch in turn.

A partial is a function of the operands and the answer, `lambda x, y, answer: …`, in nodes; it may
also be a plain number, and None where the derivative is zero everywhere it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

import numpy as np

from infinitesimal.core.leaf import as_nodes, zeros
from infinitesimal.core.node import Node, make
from infinitesimal.core.notation import function
from infinitesimal.core.primitive import REGISTRY, Domain, Function, Notation, Primitive, register
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import DtypeError, MissingRuleError, ShapeError
from infinitesimal.ops import batching

__all__ = ["custom", "elementwise", "linear", "multilinear", "unbroadcast"]

Partial = Function | int | float | None


def elementwise(
    name: str,
    numpy: Callable[..., Any],
    *partials: Partial,
    because: str,
    domain: Domain | None = None,
    notation: Notation | None = None,
    analytic: Function | None = None,
    masks: bool = False,
    cost: int = 1,
    arity: int = 0,
    answers: bool | str = True,
    parameters: Mapping[str, Any] | None = None,
) -> Primitive:
    """A function applied to each element, with NumPy's broadcasting.

    `partials` holds one partial per operand; a function without derivative (a comparison, a
    rounding) gives none and its `arity` instead. `answers=False` for one that NumPy knows no
    function of the same signature for; a function of SciPy is named, `answers="scipy.special.erf"`.
    Static parameters come with defaults, follow the operands in calls of `numpy` and `analytic`,
    and a partial finds them as `answer.params`.

    The sine is declared so: `elementwise("sin", np.sin, lambda x, _: cos(x), because=…)`.

    >>> dx.grad(np.sin)(0.0), REGISTRY["sin"].because
    (1.0, 'the derivative of the sine is the cosine')
    """
    operands = len(partials) or arity
    names = tuple(parameters or ())
    weighers = [_weigher(partial) for partial in partials]
    derivative = any(weighers)
    return register(
        Primitive(
            name,
            "elementwise",
            _elementwise_type(name, operands, numpy),
            numpy,
            parameters=names,
            numpy=(numpy if answers is True else answers) or None,
            jvp=_elementwise_jvp(weighers) if derivative else None,
            vjp=_elementwise_vjp(weighers) if derivative else None,
            masks=masks,
            partials=partials,
            batch=batching.aligned,
            analytic=analytic,
            notation=notation or function(name, operands),
            domain=domain,
            cost=cost,
            because=because,
            build=_builder(name, names, parameters) if parameters else _plain_builder(name),
        )
    )


def _elementwise_type(name: str, operands: int, numpy: Callable[..., Any]) -> Callable[..., Type]:
    def infer(*signature: Any) -> Type:
        types: tuple[Type, ...] = signature[:operands]
        shape = types[0].shape
        if any(type.shape != shape for type in types):
            try:
                shape = np.broadcast_shapes(*[type.shape for type in types])
            except ValueError:
                raise ShapeError(
                    f"{name} of {len(types)} arrays",
                    found=", ".join(map(str, types)),
                    why="aligned from the right, their sizes must be equal or 1",
                    instead="reshape one of them, for instance x[:, None]",
                ) from None
        try:
            with np.errstate(all="ignore"):
                answer = numpy(*[np.ones(1, type.dtype) for type in types], *signature[operands:])
        except TypeError:
            raise DtypeError(
                f"{name} of {', '.join(map(str, types))}",
                why="NumPy has no such function for these dtypes",
                instead="convert an operand, for instance x.astype(float)",
            ) from None
        return array_type(answer.dtype, tuple(shape))

    return infer


Weigher = Callable[[Node, Node, Callable[..., Node]], Node]


def _weigher(partial: Partial) -> Weigher | None:
    """How a tangent or cotangent of a node is weighed by a partial, without multiplying by one."""
    if partial is None:
        return None
    rule: Any = partial

    def weighed(node: Node, seed: Node, times: Callable[..., Node]) -> Node:
        weight = rule(*node.inputs, node) if callable(rule) else rule
        if weight.__class__ is Node:
            return times(seed, weight)
        if weight == 1:
            return seed
        return REGISTRY["negative"](seed) if weight == -1 else times(seed, weight)

    return weighed


def _elementwise_jvp(weighers: Sequence[Weigher | None]) -> Callable[..., Node | None]:
    def jvp(node: Node, tangents: Sequence[Node | None], times: Callable[..., Node]) -> Node | None:
        total: Node | None = None
        for weighed, tangent in zip(weighers, tangents, strict=True):
            if tangent is not None and weighed is not None:
                part = weighed(node, tangent, times)
                total = part if total is None else total + part
        return None if total is None else like(total, node.type)

    return jvp


def _elementwise_vjp(weighers: Sequence[Weigher | None]) -> Callable[..., list[Node | None]]:
    def vjp(
        node: Node, cotangent: Node, wanted: Sequence[bool], times: Callable[..., Node]
    ) -> list[Node | None]:
        return [
            unbroadcast(weighed(node, cotangent, times), operand.type)
            if want and weighed is not None
            else None
            for weighed, operand, want in zip(weighers, node.inputs, wanted, strict=True)
        ]

    return vjp


def like(node: Node, type: Type) -> Node:
    """The node broadcast and cast to a type."""
    if node.type is type:
        return node
    if node.type.shape != type.shape:
        node = REGISTRY["broadcast"](node, shape=type.shape)
    return node if node.type is type else REGISTRY["astype"](node, dtype=type.dtype)


def unbroadcast(node: Node, type: Type) -> Node:
    """The transpose of `like`: summed over the axes an operand of this type was copied along."""
    if node.type is type:
        return node
    if node.type.shape != type.shape:
        extra = node.type.ndim - type.ndim
        stretched = [
            extra + k
            for k, size in enumerate(type.shape)
            if size == 1 and node.type.shape[extra + k] != 1
        ]
        axes = (*range(extra), *stretched)
        if axes:
            node = REGISTRY["sum"](node, axis=axes)
        if node.type.shape != type.shape:
            node = REGISTRY["reshape"](node, shape=type.shape)
    return node if node.type is type else REGISTRY["astype"](node, dtype=type.dtype)


def _plain_builder(name: str) -> Callable[..., Node]:
    def build(*operands: Any) -> Node:
        return make(REGISTRY[name], as_nodes(operands))

    return build


def _builder(
    name: str, parameters: tuple[str, ...], defaults: Mapping[str, Any] | None = None
) -> Callable[..., Node]:
    def build(*operands: Any, **params: Any) -> Node:
        if defaults:
            params = {**defaults, **params}
        return make(
            REGISTRY[name],
            as_nodes(operands),
            tuple([params[parameter] for parameter in parameters]),
        )

    return build


class Common(TypedDict, total=False):
    """What `linear`, `multilinear` and `custom` words may say of themselves; see `Primitive`."""

    because: Required[str]
    parameters: tuple[str, ...]
    masks: bool
    notation: Notation | None
    analytic: Function | None
    cost: int
    numpy: Any
    batch: batching.Rule


def _declared(
    name: str, kind: str, evaluate: Function, infer: Function, jvp: Any, vjp: Any, said: Common
) -> Primitive:
    build = _builder(name, said.get("parameters", ()))
    said = {"batch": batching.one_by_one, **said}
    return register(Primitive(name, kind, infer, evaluate, jvp=jvp, vjp=vjp, build=build, **said))


def linear(
    name: str,
    evaluate: Function,
    infer: Function,
    transpose: Callable[[Node, Node, int], Node],
    *,
    operands: int | Callable[[Node], range] | None = 1,
    **said: Unpack[Common],
) -> Primitive:
    """A function linear in its first `operands` operands together (None: in all of them).

    Or in those at the positions `operands(node)`. The others are indices or conditions.
    `transpose(cotangent, node, position)` is the cotangent of the operand at that position.
    `masks=True` where the transpose writes structural zeros; `analytic` where evaluation itself
    does not continue to complex values. It costs nothing unless `cost` says so.

    >>> REGISTRY["reshape"].kind, REGISTRY["reshape"].parameters
    ('linear', ('shape',))
    """

    def positions(node: Node) -> range:
        if callable(operands):
            return operands(node)
        return range(len(node.inputs) if operands is None else operands)

    def jvp(node: Node, tangents: Sequence[Node | None], times: Callable[..., Node]) -> Node:
        linearly = positions(node)
        seeds = [
            operand if k not in linearly else zeros(operand.type) if tangent is None else tangent
            for k, (operand, tangent) in enumerate(zip(node.inputs, tangents, strict=True))
        ]
        return make(node.primitive, tuple(seeds), node.params)

    def vjp(
        node: Node, cotangent: Node, wanted: Sequence[bool], times: Callable[..., Node]
    ) -> list[Node | None]:
        linearly = positions(node)
        return [
            transpose(cotangent, node, k) if want and k in linearly else None
            for k, want in enumerate(wanted)
        ]

    said = {"cost": 0, "analytic": evaluate, **said}
    return _declared(name, "linear", evaluate, infer, jvp, vjp, said)


def multilinear(
    name: str,
    evaluate: Function,
    infer: Function,
    transpose: Callable[[Node, Node, int], Node],
    **said: Unpack[Common],
) -> Primitive:
    """A function linear in each operand separately, such as a matrix product.

    `transpose(cotangent, node, position)` is the cotangent of the operand at that position, the
    others held fixed.

    >>> REGISTRY["matmul"].kind
    'multilinear'
    """

    def jvp(node: Node, tangents: Sequence[Node | None], times: Callable[..., Node]) -> Node | None:
        total: Node | None = None
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                inputs = (*node.inputs[:k], tangent, *node.inputs[k + 1 :])
                part = make(node.primitive, inputs, node.params)
                total = part if total is None else total + part
        return total

    def vjp(
        node: Node, cotangent: Node, wanted: Sequence[bool], times: Callable[..., Node]
    ) -> list[Node | None]:
        return [transpose(cotangent, node, k) if want else None for k, want in enumerate(wanted)]

    said = {"analytic": evaluate, **said}
    return _declared(name, "multilinear", evaluate, infer, jvp, vjp, said)


def custom(
    name: str,
    evaluate: Function,
    infer: Function,
    jvp: Callable[..., Node | None] | None,
    **said: Unpack[Common],
) -> Primitive:
    """A function with a forward rule `jvp(node, tangents, times)` in other words.

    The rule must be linear in the tangents; reverse mode transposes it. None: no derivative.

    >>> REGISTRY["prod"].kind
    'custom'
    """
    return _declared(name, "custom", evaluate, infer, jvp, None, said)


def missing_rule(primitive: Primitive, mode: str) -> MissingRuleError:
    """The error for a record that lacks what a transformation needs."""
    return MissingRuleError(
        f"{mode} through {primitive.name!r}",
        found=f"its record has no field {mode!r}",
        instead=f"fill in {mode!r} where {primitive.name!r} is declared",
    )
