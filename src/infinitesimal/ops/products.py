"""Products of arrays that sum over what they share: matrix product, Einstein sum, convolution.

Each is linear in every factor. The transpose of a matrix product is two more; that of an Einstein
sum exchanges the answer's letters with the factor's; that of a convolution runs it backwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.notation import PRODUCT, call, infix
from infinitesimal.core.span import Span, span
from infinitesimal.core.types import Type, array_type
from infinitesimal.errors import ShapeError
from infinitesimal.ops import batching
from infinitesimal.ops.declare import like, multilinear, unbroadcast
from infinitesimal.ops.index import index
from infinitesimal.ops.shape import transpose


def _matmul_type(x: Type, y: Type) -> Type:
    try:
        if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-2]:
            raise ValueError
        batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        raise ShapeError(
            "matmul",
            found=f"{x}\n{y}",
            why="the columns of the first must be as many as the rows of the second",
            instead="transpose one of them, for instance x.T",
        ) from None
    dtype = np.matmul(np.ones((1, 1), x.dtype), np.ones((1, 1), y.dtype)).dtype
    return array_type(dtype, (*batch, x.shape[-2], y.shape[-1]))


def flipped(x: Node) -> Node:
    """The array with its last two axes exchanged."""
    ndim = x.type.ndim
    return transpose(x, axes=(*range(ndim - 2), ndim - 1, ndim - 2))


def _matmul_transpose(cotangent: Node, node: Node, position: int) -> Node:
    x, y = node.inputs
    if position == 0:
        return unbroadcast(matmul(cotangent, flipped(y)), x.type)
    return unbroadcast(matmul(flipped(x), cotangent), y.type)


matmul = multilinear(
    "matmul", np.matmul, _matmul_type, _matmul_transpose,
    batch=batching.matrix_product,
    because="each factor's change is multiplied by the other factor, in its place",
    notation=infix("@", PRODUCT, latex=" "),
)  # fmt: skip


def _letters(subscripts: str) -> tuple[list[str], str]:
    inputs, _, output = subscripts.partition("->")
    return inputs.split(","), output


def _einsum_type(*signature: Any) -> Type:
    *types, subscripts = signature
    inputs, output = _letters(subscripts)
    sizes: dict[str, int] = {}
    for type, letters in zip(types, inputs, strict=True):
        if len(letters) != type.ndim or len(set(letters)) != len(letters):
            raise ShapeError(
                f"einsum {subscripts!r}",
                found=f"{type} for {letters!r}",
                why="each axis has one letter of its own",
            )
        for letter, size in zip(letters, type.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapeError(
                    f"einsum {subscripts!r}",
                    found=f"{letter} is {sizes[letter]} and {size}",
                    why="a letter has one size",
                )
    dtype = np.result_type(*{type.dtype for type in types})
    return array_type(dtype, tuple(sizes[letter] for letter in output))


def _einsum(*arguments: Any) -> Any:
    *factors, subscripts = arguments
    # finding the best order costs as much as a few thousand products
    large = len(factors) > 1 and max(np.size(factor) for factor in factors) > 256
    return np.einsum(subscripts, *factors, optimize=large)


def _einsum_transpose(cotangent: Node, node: Node, position: int) -> Node:
    inputs, output = _letters(node.params[0])
    wanted = inputs[position]
    factors = [cotangent, *node.inputs[:position], *node.inputs[position + 1 :]]
    letters = ",".join([output, *inputs[:position], *inputs[position + 1 :]])
    answer = einsum(*factors, subscripts=f"{letters}->{wanted}")
    return like(answer, node.inputs[position].type)


# Every letter stands in the answer or in two factors (`front.numpy_names` sees to that), so the
# transpose is an Einstein sum again.
einsum = multilinear(
    "einsum", _einsum, _einsum_type, _einsum_transpose,
    parameters=("subscripts",),
    batch=batching.einsum,
    because="each factor's change is multiplied by all the others, in its place",
    notation=call("np.einsum({subscripts}, {operands})"),
)  # fmt: skip


def _convolve_type(x: Type, y: Type) -> Type:
    try:
        if not x.ndim or not y.ndim or not x.shape[-1] or not y.shape[-1]:
            raise ValueError
        batch = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    except ValueError:
        raise ShapeError(
            "convolve", found=f"{x}\n{y}", why="both must be vectors with elements"
        ) from None
    dtype = np.result_type(x.dtype, y.dtype)
    return array_type(dtype, (*batch, x.shape[-1] + y.shape[-1] - 1))


def _convolve(x: Any, y: Any) -> Any:
    """NumPy's convolution, of vectors on the last axes: a product for each element of the shorter.

    So the work of many short ones is done by few calls of NumPy.
    """
    if np.ndim(x) == 1 and np.ndim(y) == 1:
        return np.convolve(x, y)
    long, short = (x, y) if np.shape(x)[-1] >= np.shape(y)[-1] else (y, x)
    size, count = np.shape(long)[-1], np.shape(short)[-1]
    batch = np.broadcast_shapes(np.shape(x)[:-1], np.shape(y)[:-1])
    total = np.zeros((*batch, size + count - 1), np.result_type(x.dtype, y.dtype))
    for k in range(count):
        total[..., k : k + size] += long * short[..., k : k + 1]
    return total


def _along_last(x: Node, entry: Span) -> Node:
    whole = [Span(0, size, 1) for size in x.type.shape[:-1]]
    return index(x, key=(*whole, entry))


def _convolve_transpose(cotangent: Node, node: Node, position: int) -> Node:
    operand, other = node.inputs[position].type, node.inputs[1 - position]
    last = other.type.shape[-1] - 1
    whole = convolve(cotangent, _along_last(other, span(last, -1, -1)))
    answer = _along_last(whole, span(last, last + operand.shape[-1], 1))
    return unbroadcast(answer, operand)


convolve = multilinear(
    "convolve", _convolve, _convolve_type, _convolve_transpose,
    batch=batching.aligned, because="each factor's change is convolved with the other factor",
    notation=call("np.convolve({0}, {1})", 2),
)  # fmt: skip
