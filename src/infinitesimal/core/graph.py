"""A closed function: input leaves, outputs, and nothing else from outside.

In: nodes. Out: a `Graph` that prints, can be called on arrays, checked, and rebuilt on other
inputs. Closing a graph replaces the variables it is a function of by fresh inputs and drops all
other variables (each is an identity), so a graph does not depend on the call that traced it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import INPUT, VARIABLE, input_node, why_unknown
from infinitesimal.core.node import Node, make, postorder
from infinitesimal.core.text import render
from infinitesimal.core.types import Type, type_of
from infinitesimal.errors import DtypeError, GraphError, ShapeError

__all__ = ["Graph", "close", "rebuilt", "substitute"]


@dataclass(frozen=True)
class Graph:
    """A function from the values of `inputs` to those of `outputs`; equal if it prints the same.

    >>> add = dx.graph(lambda x, y: x + y)(1.0, 2.0)
    >>> add, add(3.0, 4.0)
    (graph (x: f64, y: f64)
      a: f64 = add x y
    return a, [np.float64(7.0)])
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    names: tuple[str, ...] = ()

    @property
    def nodes(self) -> list[Node]:
        """Every node in order, inputs first."""
        return [*self.inputs, *postorder(self.outputs, dict.fromkeys(self.inputs))]

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs for these input values, computed with NumPy; arrays nobody else holds.

        Raises `GraphError`, `ShapeError` and `DtypeError` for values that do not fit the inputs.
        """
        if len(values) != len(self.inputs):
            raise GraphError(
                "a graph called", found=f"inputs: {len(self.inputs)}\nvalues: {len(values)}"
            )
        bindings: dict[Node, Any] = {}
        for node, value in zip(self.inputs, values, strict=True):
            array = _given(value, node.type)
            if type_of(array) is not node.type:
                raise ShapeError(
                    "a graph called",
                    found=f"expected: {node.type}\ngiven:    {type_of(array)}",
                    why="a graph holds for the shapes it was traced with",
                    instead="trace the function again",
                )
            bindings[node] = array if array.ndim else array[()]
        held = {id(value) for value in bindings.values()}
        return [_owned(value, held) for value in evaluate(self.outputs, bindings)]

    def __str__(self) -> str:
        return render(self.inputs, self.outputs, self.names)

    def __repr__(self) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(self.nodes)


def _given(value: Any, type: Type) -> Any:
    """A value for an input, in its dtype; only what NumPy calls a safe enough cast is made."""
    array = np.asarray(value)
    weak = value.__class__ in (bool, int, float)
    fits = np.can_cast(array.dtype, type.dtype, "same_kind")
    if array.dtype.kind not in "biufc" or not (fits or (weak and type.inexact)):
        raise DtypeError(
            "a graph called",
            found=f"expected: {type}\ngiven:    {value.__class__.__name__} {value!r:.60}",
            why="the cast would lose more than digits",
            instead="a value of the dtype it was traced with, or trace the function again",
        )
    return array.astype(type.dtype, copy=False)


def _owned(value: Any, held: set[int]) -> Any:
    """The value itself where nobody else holds its memory, else a copy."""
    if not isinstance(value, np.ndarray):
        return value
    array: Any = value  # pyright: ignore[reportUnknownVariableType]
    if array.base is not None or not array.flags.writeable or id(array) in held:
        array = np.array(array)
    held.add(id(array))
    return array


def close(inputs: Sequence[Node], outputs: Sequence[Node], names: Sequence[str] = ()) -> Graph:
    """The graph of `outputs` as a function of `inputs` (variables or inputs).

    Raises `GraphError` when an output depends on an input that is not among `inputs`.
    """
    fresh = {node: input_node(node.type) for node in inputs}
    built = substitute(outputs, fresh, keep_variables=False)
    leaves = set(fresh.values())
    for node in postorder(built):
        if node.primitive is INPUT and node not in leaves:
            raise GraphError(
                "a graph closed",
                found=f"an input {node.type} from outside",
                why=why_unknown(node) or "a graph has no free inputs",
                instead="an argument of the function, or its result, for what is used outside",
            )
    return Graph(tuple(fresh[node] for node in inputs), tuple(built), tuple(names))


def substitute(
    outputs: Sequence[Node], replacements: Mapping[Node, Node], *, keep_variables: bool = True
) -> list[Node]:
    """The outputs with some nodes replaced by others of the same type.

    A variable above a replaced node becomes what it stands for; so do all without `keep_variables`,
    which is for graphs that leave the trace: within one, another derivative may want them yet.
    """
    new: dict[Node, Node] = dict(replacements)
    for node in postorder(outputs, new):
        inputs = tuple([new[operand] for operand in node.inputs])
        bare = node.primitive is VARIABLE and not keep_variables
        new[node] = inputs[0] if bare else rebuilt(node, inputs)
    return [new[node] for node in outputs]


def rebuilt(node: Node, inputs: tuple[Node, ...]) -> Node:
    """The node on other inputs; a variable becomes what it stands for."""
    if inputs == node.inputs:
        return node
    if node.primitive is VARIABLE:
        return inputs[0]
    made = make(node.primitive, inputs, node.params)
    made.origin = node.origin or made.origin
    return made
