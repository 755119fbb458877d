"""Sample calls of every word of the registry, in one place.

An elementwise word is sampled by the `domain` of its record, so a new one needs nothing here. Every
other word has a row in `STRUCTURAL`: functions of a random generator, each giving a `Sample`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infinitesimal.core.check import operand_count
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.span import Span
from infinitesimal.core.types import type_of


@dataclass(frozen=True)
class Sample:
    """A word, operands for it, and its static parameters; `name` tells it from its neighbours."""

    primitive: Primitive
    operands: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    smooth: bool = True  # whether a central difference at these operands sees no kink

    def __str__(self) -> str:
        shapes = ",".join(str(type_of(operand)) for operand in self.operands)
        return f"{self.primitive.name}({shapes})" + (f" {self.name}" if self.name else "")

    def applied(self) -> tuple[list[Node], Node]:
        """Fresh inputs, and the word applied to them."""
        inputs = [input_node(type_of(operand)) for operand in self.operands]
        return inputs, self.primitive(*inputs, **self.params)

    def cast(self, dtype: Any) -> Sample:
        """The same sample with floating-point operands (and dtype parameters) of another dtype."""
        operands = tuple(
            np.asarray(x).astype(dtype)[()] if np.asarray(x).dtype.kind == "f" else x
            for x in self.operands
        )
        return Sample(self.primitive, operands, self.params, self.name, self.smooth)


Make = Callable[[np.random.Generator], tuple[tuple[Any, ...], dict[str, Any]]]


def row(*operands: Any, **params: Any) -> Make:
    """A sample call: a tuple of sizes stands for an array of that shape, anything else for itself.

    The elements of a random array are between 0.5 and 2 in size, of either sign, and lie apart.
    """

    def build(rng: np.random.Generator) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return tuple(_array(rng, x) if isinstance(x, tuple) else x for x in operands), params

    return build


def _array(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    size = int(np.prod(shape, dtype=int))
    steps = rng.permutation(size) + rng.uniform(0.1, 0.6, size)
    magnitude = 0.5 + 1.5 * steps / max(size, 1)
    return (magnitude * rng.choice([-1.0, 1.0], size)).reshape(shape)[()]


def integers(*values: Any) -> Any:
    """An index array."""
    return np.array(values, np.int64)[()]


ALONG = [((4,), (0,)), ((2, 3), (0,)), ((2, 3), (1,)), ((2, 3), (0, 1)), ((2, 2, 2), (0, 2))]
NONE = [((), ()), ((0,), (0,)), ((2, 0), (1,)), ((0, 2), (1,))]
REDUCTIONS = [row(shape, axis=axis) for shape, axis in ALONG]
REDUCTIONS_OF_NONE = [row(shape, axis=axis) for shape, axis in NONE]
SQUARE = np.array([[3.0, 0.5, -1.0], [1.0, 5.0, 0.3], [-0.2, 0.7, 8.0]])
SQUARES = np.stack([SQUARE, SQUARE.T - 1.0])
BITS = [row(integers(5, 2, 7), integers(1, 3, 2)), row(integers([6], [9]), np.int64(2))]
TRUTHS = [
    row(np.array([[True, False], [True, True], [False, False]]), axis=axis)
    for axis in ((0,), (1,), (0, 1))
]
LINES = [row((4,), axis=0), row((2, 3), axis=0), row((2, 3), axis=1), row((1, 2, 3), axis=2)]
EVEN, BACK, ALL = Span(0, 4, 2), Span(2, None, -1), Span(0, 3, 1)

STRUCTURAL: dict[str, list[Make]] = {
    "scale": [row((), ()), row((3,), (3,)), row((2, 1), (3,)), row((), (2,))],
    "scale_both": [row((), ()), row((3,), (3,)), row((2, 1), (3,)), row((), (2,))],
    "matmul_masked": [
        row((2, 3), (3, 2), zeros=(0,)), row((2, 2, 3), (3, 2), zeros=(1,)),
        row((2, 3), (3, 2), zeros=(0, 1)), row((3, 1), (1, 2), zeros=(0,)),
        row((3, 1), (2, 1, 2), zeros=(1,)), row((3, 1), (1, 2), zeros=(0, 1)),
    ],
    "einsum_masked": [
        row((2, 3), (3, 2), subscripts="ij,jk->ik", zeros=(0,)),
        row((2,), (3,), (2, 3), subscripts="i,j,ij->ij", zeros=(0, 2)),
    ],
    "convolve_masked": [
        row((4,), (2,), zeros=(0,)), row((2,), (3,), zeros=(1,)), row((2, 4), (2,), zeros=(0,)),
    ],
    "index": [
        row((4,), key=(2,)), row((4,), key=(EVEN,)), row((3, 2), key=(BACK, 1)),
        row((3, 2), key=(ALL,)), row((4, 2), key=(Span(0, 0, 1),)), row((), key=()),
    ],
    "scatter": [
        row((), keys=((2,),), shape=(4,)),
        row((2,), (2,), (), keys=((EVEN,), (Span(1, 3, 1),), (1,)), shape=(4,)),
        row((3, 2), (2,), keys=((BACK,), (1,)), shape=(3, 2)),
    ],
    "index_set": [
        row((4,), (), key=(2,)), row((4,), (2,), key=(EVEN,)), row((3, 2), (3,), key=(BACK, 1)),
    ],
    "gather": [
        row((4,), integers(0, 2, 2, 3)), row((4,), integers([1, 1], [0, 3])),
        row((3, 2), integers(0, 2, 0), integers(1, 1, 1)), row((3, 2), integers(2, 0)),
        row((3, 2, 2), integers([0], [1]), integers(1, 0)), row((4,), np.int64(3)),
    ],
    "scatter_add": [
        row((4,), integers(0, 2, 2, 1), counts=(1,), shape=(3,)),
        row((2,), (), integers(1, 1), np.int64(0), counts=(1, 1), shape=(3,)),
        row((3,), (2, 2), integers(0, 2, 0), integers(1, 1, 1), integers(2, 0), counts=(2, 1),
            shape=(3, 2)),
    ],
    "scatter_set": [
        row((4,), (2,), integers(0, 2)), row((4,), (3,), integers(1, 1, 3)),
        row((3, 2), (2, 2), integers(2, 2)), row((3, 2), (), np.int64(1), np.int64(0)),
    ],
    "reshape": [row((6,), shape=(2, 3)), row((), shape=(1, 1)), row((0, 2), shape=(0,))],
    "broadcast": [row((), shape=(2, 3)), row((2, 1), shape=(4, 2, 3)), row((1,), shape=(0,))],
    "transpose": [row((2, 3), axes=(1, 0)), row((2, 1, 3), axes=(2, 0, 1)), row((), axes=())],
    "astype": [row((3,), dtype=np.dtype("float64"))],
    "concatenate": [
        row((2,), (3,), (1,), axis=0), row((2, 1), (2, 2), axis=1), row((3,), axis=0),
        row((0, 2), (1, 2), axis=0),
    ],
    "cumsum": [row((4,), axis=0), row((2, 3), axis=0), row((2, 3), axis=1), row((0,), axis=0)],
    "cumprod": [
        row((5,), axis=0), row((2, 3), axis=0), row((2, 3), axis=1), row((0,), axis=0),
        row(np.array([2.0, 0.0, 3.0, 0.0, 1.0]), axis=0),
    ],
    "matmul": [
        row((2, 3), (3, 2)), row((1, 1), (1, 1)), row((2, 2, 3), (3, 2)),
        row((2, 1, 2, 3), (2, 3, 1)), row((2, 0), (0, 3)), row((3, 1), (2, 1, 2)),
    ],
    "einsum": [
        row((2, 3), (3, 2), subscripts="ij,jk->ik"), row((2, 3), subscripts="ij->ji"),
        row((2,), (3,), (2, 3), subscripts="i,j,ij->ij"), row((2, 3), (2, 3), subscripts="ij,ij->"),
    ],
    "convolve": [
        row((4,), (2,)), row((2,), (3,)), row((1,), (1,)), row((2, 4), (2,)), row((3,), (2, 1, 2)),
    ],
    "where": [
        row(np.bool_(True), (), ()), row(np.array([True, False, True]), (3,), (3,)),
        row(np.array([[True], [False]]), (3,), ()), row(np.array([True, False]), (), (2, 2)),
    ],
    "inverse": [row(SQUARE), row(SQUARES)],
    "solve": [row(SQUARE, (3, 2)), row(SQUARES, (3, 1))],
    "det": [row(SQUARE), row(SQUARES)],
    "adjugate": [row(SQUARE), row(SQUARES)],
    "logabsdet": [row(SQUARE), row(SQUARES)],
    "cholesky": [row(SQUARE @ SQUARE.T), row(SQUARES @ SQUARES.swapaxes(1, 2))],
    "eigenvalues": [row(SQUARE + SQUARE.T)],
    "eigenvectors": [row(SQUARE + SQUARE.T)],
    "sum": REDUCTIONS + REDUCTIONS_OF_NONE,
    "prod": [*REDUCTIONS, *REDUCTIONS_OF_NONE, row(np.array([2.0, 0.0, 3.0]), axis=(0,)),
             row(np.array([0.0, 0.0, 3.0, 1.5, -2.0]), axis=(0,))],
    "max": [*REDUCTIONS, row((), axis=())],
    "min": [*REDUCTIONS, row((), axis=())],
    "norm": [*REDUCTIONS, row((), axis=())],
    "logsumexp": [*REDUCTIONS, row((), axis=())],
    "bitwise_and": BITS, "bitwise_or": BITS, "bitwise_xor": BITS,
    "left_shift": BITS, "right_shift": BITS,
    "invert": [row(integers(5, -2)), row(np.array([True, False]))],
    "stop_gradient": [row(()), row((2, 3))],
    "any": TRUTHS, "all": TRUTHS,
    "argmax": LINES, "argmin": LINES, "argsort": LINES,
    "signdet": [row(SQUARE), row(SQUARES)],
    "searchsorted": [
        row(np.array([-1.5, -0.5, 0.7, 1.2]), (), side="left"),
        row(np.array([0.5, 0.5, 1.0]), np.array([[0.5, 2.0], [-1.0, 1.0]]), side="right"),
        row(np.array([[-1.0, 0.0, 1.0], [0.2, 0.4, 0.6]]), np.array([[0.3], [0.3]]), side="left"),
    ],
}  # fmt: skip

# The shapes an elementwise word of one, two or three operands is tried on: numbers, arrays, and
# arrays that broadcast against one another.
SHAPES: dict[int, list[tuple[tuple[int, ...], ...]]] = {
    1: [((),), ((4,),), ((2, 3),)],
    2: [((), ()), ((3,), (3,)), ((2, 1), (3,)), ((), (2, 2)), ((2, 3), (1, 1)), ((0,), (1,))],
    3: [((), (), ()), ((3,), (3,), (3,)), ((2, 1), (), (3,))],
}


def differentiable_words() -> list[str]:
    """The words a derivative can flow through; leaves, loops and branches have other tests."""
    return [
        name
        for name, word in REGISTRY.items()
        if word.differentiable and word.kind not in ("leaf", "control")
    ]


def samples(name: str) -> Iterator[Sample]:
    """All samples of one word, the same ones each time; none where nobody has written one."""
    primitive = REGISTRY[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    if name in STRUCTURAL:
        for number, build in enumerate(STRUCTURAL[name]):
            operands, params = build(rng)
            yield Sample(primitive, operands, params, name=f"#{number}")
    elif primitive.kind == "elementwise" and primitive.domain is not None:
        yield from _elementwise(primitive, rng)


def _elementwise(primitive: Primitive, rng: np.random.Generator) -> Iterator[Sample]:
    domain = primitive.domain
    assert domain is not None
    count = operand_count(primitive) or 1
    for shapes in SHAPES[count]:
        while True:
            operands = tuple(
                rng.uniform(low, high, shape)
                for (low, high), shape in zip(domain.intervals, shapes, strict=False)
            )
            if _apart(operands, domain.avoid):
                break
        yield Sample(primitive, tuple(operand[()] for operand in operands))


def _apart(operands: tuple[Any, ...], avoid: Any) -> bool:
    """Whether the operands keep a distance from kinks and poles."""
    if avoid == "ties":
        return all(
            bool((np.abs(a - b) > 0.05).all()) for k, a in enumerate(operands) for b in operands[:k]
        )
    return all(bool((np.abs(operands[0] - point) > 0.05).all()) for point in avoid)
