"""The node: one word applied to earlier nodes, immutable and shared.

In: a primitive, its input nodes and static parameters. Out: *the* `Node` of that combination:
asking twice gives the same object (hash-consing), so common work is shared by construction and
equality is identity. Leaves are constants, inputs (no value yet) and variables (a point of
differentiation: an identity with a serial number of its own).

Two numbers ride on each node. `reach` is the serial of the oldest leaf it depends on, `active` that
of the oldest leaf it depends on *differentiably*; NEVER where there is none. They answer in
constant time whether a result belongs to a calculus call that has ended, and whether turning it
into a plain number would cut a derivative.
"""

from __future__ import annotations

import itertools
import sys
import weakref
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.primitive import REGISTRY, Primitive, register
from infinitesimal.core.types import Type, type_of
from infinitesimal.errors import DtypeError, UnknownValueError

__all__ = [
    "CONSTANT",
    "INPUT",
    "NEVER",
    "OTHER_ARITHMETIC",
    "VARIABLE",
    "Literal",
    "Node",
    "as_nodes",
    "constant",
    "input_node",
    "make",
    "next_serial",
    "postorder",
    "variable",
    "zeros",
]

NEVER = sys.maxsize
_serials = itertools.count()


class Node:
    """A word applied to inputs. Made by `make`, never directly; compare with `is`."""

    __slots__ = (
        "__weakref__",
        "active",
        "inputs",
        "origin",
        "params",
        "primitive",
        "reach",
        "type",
        "value",
    )

    primitive: Primitive
    inputs: tuple[Node, ...]
    params: tuple[Any, ...]
    type: Type
    reach: int
    active: int
    origin: tuple[Any, int] | None  # code object and line of the user's call
    value: Any  # what the node is known to evaluate to, once somebody asked

    __array_ufunc__ = None  # NumPy must not take a node for an object

    def __repr__(self) -> str:
        return f"<{self.primitive.name}: {self.type}>"

    # Infix, so that a formula reads like algebra. Looked up by name: this floor does not know the
    # words.
    def __add__(self, other: Any) -> Node:
        return REGISTRY["add"].build(self, other)

    def __radd__(self, other: Any) -> Node:
        return REGISTRY["add"].build(other, self)

    def __sub__(self, other: Any) -> Node:
        return REGISTRY["subtract"].build(self, other)

    def __rsub__(self, other: Any) -> Node:
        return REGISTRY["subtract"].build(other, self)

    def __mul__(self, other: Any) -> Node:
        return REGISTRY["multiply"].build(self, other)

    def __rmul__(self, other: Any) -> Node:
        return REGISTRY["multiply"].build(other, self)

    def __truediv__(self, other: Any) -> Node:
        return REGISTRY["divide"].build(self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return REGISTRY["divide"].build(other, self)

    def __neg__(self) -> Node:
        return REGISTRY["negative"].build(self)

    def __lt__(self, other: Any) -> Node:
        return REGISTRY["less"].build(self, other)

    def __le__(self, other: Any) -> Node:
        return REGISTRY["less_equal"].build(self, other)

    def __gt__(self, other: Any) -> Node:
        return REGISTRY["greater"].build(self, other)

    def __ge__(self, other: Any) -> Node:
        return REGISTRY["greater_equal"].build(self, other)


# Nodes by the hash of what they are made of, held weakly. A key that held the inputs would be one
# more object for every node, and a callback at a node's death one more call; so dead entries stay
# until the table has doubled. Two living nodes with one hash are next to impossible, and cost
# sharing, not truth; so does losing a race with another thread.
_table: dict[int, weakref.ref[Node]] = {}
_LEAST = 10_000
_sweep_at = _LEAST


def _sweep() -> None:
    """Forget the dead; the next sweep comes when the table has doubled."""
    global _sweep_at
    for key, entry in _table.copy().items():  # other threads go on entering nodes
        if entry() is None:
            _table.pop(key, None)
    _sweep_at = max(_LEAST, 2 * len(_table))


def _known(
    key: int, primitive: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...]
) -> Node | None:
    entry = _table.get(key)
    node = entry() if entry is not None else None
    if (
        node is not None
        and node.primitive is primitive
        and node.inputs == inputs
        and node.params == params
    ):
        return node
    return None


def make(primitive: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...] = ()) -> Node:
    """The node of this word, these inputs and these static parameters (in the record's order).

    Raises what `primitive.infer` raises: `ShapeError`, `DtypeError`.
    """
    key = hash((primitive, inputs, params))
    if key in _table:
        known = _known(key, primitive, inputs, params)
        if known is not None:
            return known
    signature = (*[operand.type for operand in inputs], *params)
    type = primitive.types.get(signature)
    if type is None:
        type = primitive.infer(*signature)
        # bounds, for programs whose shapes never repeat and words of thousands of operands
        if len(primitive.types) < 10_000 and len(signature) < 100:
            primitive.types[signature] = type
    return _enter(key, primitive, inputs, params, type)


def _enter(
    key: int,
    primitive: Primitive,
    inputs: tuple[Node, ...],
    params: tuple[Any, ...],
    type: Type,
    leaf: int = NEVER,
) -> Node:
    node = Node.__new__(Node)
    node.primitive, node.inputs, node.params, node.type = primitive, inputs, params, type
    node.origin = node.value = None
    reach = active = leaf
    for operand in inputs:
        if operand.reach < reach:
            reach = operand.reach
        if operand.active < active:
            active = operand.active
    node.reach = reach
    node.active = active if primitive.jvp is not None and type.inexact else NEVER
    _table[key] = weakref.ref(node)
    if len(_table) > _sweep_at:
        _sweep()
    return node


class Literal:
    """The value of a constant: a read-only snapshot, equal to another of the same type and bits."""

    __slots__ = ("_hash", "array", "type")

    def __init__(self, value: Any) -> None:
        array = np.array(value)  # a copy: the caller may change his
        self.type = type_of(array)
        array.flags.writeable = False
        self.array: Any = array if array.ndim else array[()]
        small = array.size <= 16
        self._hash = (
            hash((self.type.dtype.char, array.shape, array.tobytes())) if small else id(self)
        )

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Literal) or self.type is not other.type or self.type.size > 16:
            return False
        return bool(self.array.tobytes() == other.array.tobytes())

    def __repr__(self) -> str:
        return f"{self.array!r}"


def _leaf_infer(*signature: Any) -> Type:
    first = signature[0]
    return first if isinstance(first, Type) else first.type


def _leaf_jvp(node: Node, tangents: Sequence[Node | None], times: Any) -> Node | None:
    return tangents[0] if tangents else None


def _leaf_vjp(node: Node, cotangent: Node, wanted: Sequence[bool], times: Any) -> list[Node | None]:
    return [cotangent] * len(node.inputs)


def _leaf_value(value: Any, *_: Any) -> Any:
    return value.array if isinstance(value, Literal) else value


def _unknown_value(type: Type, _: int) -> Any:
    raise UnknownValueError(
        f"the value of an input of type {type}",
        why="it is not known while the function is being traced",
        instead="bind it, or choose with np.where instead of if",
    )


CONSTANT = register(Primitive("constant", "leaf", _leaf_infer, _leaf_value, parameters=("value",)))
INPUT = register(
    Primitive(
        "input",
        "leaf",
        _leaf_infer,
        _unknown_value,
        parameters=("type", "serial"),
        jvp=_leaf_jvp,
        vjp=_leaf_vjp,
        cost=0,
    )
)
VARIABLE = register(
    Primitive(
        "variable",
        "leaf",
        _leaf_infer,
        _leaf_value,
        parameters=("serial", "seed"),
        jvp=_leaf_jvp,
        vjp=_leaf_vjp,
        cost=0,
        because="a point of differentiation stands for its value",
    )
)


def constant(value: Any, dtype: Any = None) -> Node:
    """The constant node of a number or array; the value is copied.

    Raises `DtypeError` for values that are not numbers.
    """
    return _constant(_array(value, dtype))


# Subclasses of ndarray whose sums and products are others; by name, as NumPy makes them late.
OTHER_ARITHMETIC = frozenset(("MaskedArray", "matrix"))


def _array(value: Any, dtype: Any) -> Any:
    """What a constant remembers of a value; the error says of what class it is."""
    kind = value.__class__
    if kind is np.ndarray:
        return np.asarray(value, dtype)
    try:
        array = np.asarray(value, dtype)
    except ValueError:
        raise DtypeError(
            f"{kind.__name__} {value!r:.60} in arithmetic",
            why="it is no array: its rows are not of equal length",
            instead="rows of equal length",
        ) from None
    if array.dtype.kind not in "biufc":
        raise DtypeError(
            f"{kind.__name__} {value!r:.60} in arithmetic",
            why="only numbers and arrays of numbers can be traced",
            instead="a float, or np.asarray(value, dtype=float)",
        )
    if kind.__name__ in OTHER_ARITHMETIC:
        raise DtypeError(
            f"a {kind.__name__} in arithmetic",
            why="its arithmetic is not that of an ordinary array",
            instead="np.asarray(x), and a mask in np.where",
        )
    return array


def _constant(array: Any) -> Node:
    # Not by `make`: its table of types would keep the arrays alive.
    params = (Literal(array),)
    key = hash((CONSTANT, (), params))
    known = _known(key, CONSTANT, (), params)
    if known is None:
        known = _enter(key, CONSTANT, (), params, params[0].type)
        known.value = params[0].array
    return known


def zeros(type: Type) -> Node:
    """A constant of zeros of this type."""
    return constant(np.zeros(type.shape, type.dtype))


def next_serial() -> int:
    """A number larger than that of any leaf made before."""
    return next(_serials)


def input_node(type: Type) -> Node:
    """A fresh leaf whose value is not known yet."""
    serial = next(_serials)
    return _enter(serial, INPUT, (), (type, serial), type, serial)


def variable(operand: Node, seed: Literal | None = None) -> Node:
    """A fresh point of differentiation for `operand`; `seed` is the tangent of an open one."""
    serial = next(_serials)
    return _enter(serial, VARIABLE, (operand,), (serial, seed), operand.type, serial)


def as_nodes(operands: Sequence[Any]) -> tuple[Node, ...]:
    """Nodes of operands that may be nodes, NumPy values or Python numbers.

    A Python number is weak, as in NumPy: it takes the dtype of the others (NEP 50).
    """
    for operand in operands:
        if operand.__class__ is not Node:
            break
    else:
        return tuple(operands)
    strong = [
        x if x.__class__ is Node else None if x.__class__ in _WEAK else constant(x)
        for x in operands
    ]
    dtypes = tuple([node.type.dtype for node in strong if node is not None])
    return tuple(
        [
            node if node is not None else _weak(operand, dtypes)
            for node, operand in zip(strong, operands, strict=True)
        ]
    )


_WEAK: frozenset[Any] = frozenset((bool, int, float, complex))
_weak_dtypes: dict[tuple[Any, ...], Any] = {}
_weak_nodes: dict[tuple[Any, ...], Node] = {}


def _weak(number: Any, dtypes: tuple[Any, ...]) -> Node:
    """The constant of a Python number beside values of these dtypes."""
    key = (number, number.__class__, dtypes)
    known = _weak_nodes.get(key) if number else None  # not zero, whose sign the key would not see
    if known is None:
        known = constant(number, _weak_dtype(number, dtypes))
        if number and len(_weak_nodes) < 10_000:
            _weak_nodes[key] = known
    return known


def _weak_dtype(number: Any, dtypes: tuple[Any, ...]) -> Any:
    if not dtypes:
        return None
    key: tuple[Any, ...] = (number.__class__, dtypes)
    known = _weak_dtypes.get(key)
    if known is None:
        # np.result_type treats Python numbers as weak; zero stands for any number of its class
        known = np.result_type(*dtypes, number.__class__(0))
        _weak_dtypes[key] = known
    return known


def postorder(
    outputs: Iterable[Node], stop: MutableMapping[Node, Any] | None = None, *, known: bool = False
) -> list[Node]:
    """All nodes the outputs depend on, each after its inputs.

    Nodes in `stop` are neither entered nor listed. With `known`, nodes that carry a value end the
    walk too, and their values are entered into `stop`: a condition forced late in a long trace
    must not walk the whole past again. Iterative and linear: a chain of a million nodes is as good
    as any other graph.
    """
    stop = {} if stop is None else stop
    done = set(stop)
    order: list[Node] = []
    stack = list(outputs)
    stack.reverse()
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif known and node.value is not None:
            stop[node] = node.value
            done.add(node)
        else:
            depth = len(stack)
            for operand in node.inputs[::-1]:
                if operand not in done:
                    stack.append(operand)
            if len(stack) == depth:
                stack.pop()
                done.add(node)
                order.append(node)
    return order
