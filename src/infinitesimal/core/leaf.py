"""Where a graph begins: constants, inputs and variables.

In: numbers and arrays, or a type alone. Out: nodes without a word before them: a constant (a
read-only snapshot), an input (its value is not known yet), a variable (a point of differentiation:
an identity with a serial number of its own over the node it stands for).
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, enter, forget, known, postorder
from infinitesimal.core.primitive import Primitive, register
from infinitesimal.core.types import Type, type_of
from infinitesimal.errors import DtypeError, UnknownValueError

__all__ = [
    "CONSTANT",
    "INPUT",
    "OTHER_ARITHMETIC",
    "VARIABLE",
    "Literal",
    "argument",
    "as_nodes",
    "constant",
    "input_node",
    "next_serial",
    "set_apart",
    "variable",
    "why_unknown",
    "zeros",
]

_serials = itertools.count()


class Literal:
    """The value of a constant: a read-only snapshot, equal to another of the same type and bits."""

    __slots__ = ("__weakref__", "_hash", "array", "type")

    def __init__(self, value: Any) -> None:
        array = np.array(value)  # a copy: the caller may change his
        self.type = type_of(array)
        array.flags.writeable = False
        self.array: Any = array if array.ndim else array[()]
        small = array.size <= _SMALL
        self._hash = (
            hash((self.type.dtype.char, array.shape, array.tobytes())) if small else id(self)
        )

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Literal) or self.type is not other.type or self.type.size > _SMALL:
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


def _unknown_value(type: Type, serial: int) -> Any:
    leaf = known(serial, INPUT, (), (type, serial))
    reason = _reasons.get(leaf) if leaf is not None else None
    raise UnknownValueError(
        f"the value of an input of type {type}",
        why=reason or "it is not known while the function is being traced",
        instead="let the function return what is used outside it"
        if reason
        else "bind it, or choose with np.where instead of if",
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


# Of large arrays the last snapshot, by the identity of the array: a loop that uses one array at
# each of its steps holds it once, as long as nobody changes it.
_snapshots: dict[int, weakref.ref[Literal]] = {}
_SMALL = 16  # elements; smaller arrays are equal by value


def _snapshot(array: Any) -> Literal:
    if array.size <= _SMALL:
        return Literal(array)
    entry = _snapshots.get(id(array))
    last = None if entry is None else entry()
    if last is not None and last.type is type_of(array) and _same_bits(last.array, array):
        return last
    new = Literal(array)
    if len(_snapshots) > 10_000:
        _snapshots.clear()
    _snapshots[id(array)] = weakref.ref(new)
    return new


def _same_bits(one: Any, other: Any) -> bool:
    """Whether two arrays of one type hold the same bits: also where -0.0 == 0.0 and nan != nan."""
    if other.flags.c_contiguous and other.itemsize == 8:
        return bool(np.array_equal(one.view(np.int64), other.view(np.int64)))
    return bool(one.tobytes() == other.tobytes())


def _constant(array: Any) -> Node:
    # Not by `make`: its table of types would keep the arrays alive.
    params = (_snapshot(array),)
    key = hash((CONSTANT, (), params))
    node = known(key, CONSTANT, (), params)
    if node is None:
        node = enter(key, CONSTANT, (), params, params[0].type)
        node.value = params[0].array
    return node


def argument(node: Node) -> Node:
    """A constant of the same value that no other constant is, however equal: what a user gave.

    A program made for one argument holds for all, so a number in the function that happens to equal
    it must not be taken for it. Nodes that are no constants are returned as they are.
    """
    if node.primitive is not CONSTANT:
        return node
    own = enter(next(_serials), CONSTANT, (), node.params, node.type)
    own.value = node.value
    return own


def set_apart(leaf: Node) -> None:
    """From now on no new constant is this one, whatever its value.

    For a graph that is to hold for all values of a leaf: a zero or a unit vector that a rule writes
    down is not the argument that happens to equal it today.
    """
    forget(hash((CONSTANT, (), leaf.params)), leaf)


def zeros(type: Type) -> Node:
    """A constant of zeros of this type."""
    return constant(np.zeros(type.shape, type.dtype))


def next_serial() -> int:
    """A number larger than that of any leaf made before."""
    return next(_serials)


def input_node(type: Type, why: str = "") -> Node:
    """A fresh leaf whose value is not known yet; `why` is told where somebody asks for it."""
    serial = next(_serials)
    leaf = enter(serial, INPUT, (), (type, serial), type, serial)
    if why:
        _reasons[leaf] = why
    return leaf


_reasons: weakref.WeakKeyDictionary[Node, str] = weakref.WeakKeyDictionary()


def why_unknown(node: Node) -> str:
    """The reason why the value of a node is not known, given with a leaf it depends on, or none."""
    return next((_reasons[leaf] for leaf in postorder([node]) if leaf in _reasons), "")


def variable(operand: Node, seed: Literal | None = None) -> Node:
    """A fresh point of differentiation for `operand`; `seed` is the tangent of an open one."""
    serial = next(_serials)
    return enter(serial, VARIABLE, (operand,), (serial, seed), operand.type, serial)


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
