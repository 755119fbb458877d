"""Products that sum, behind a mask: there a zero annihilates even what is infinite or no number.

`scale` (`ops.arithmetic`) is such a product element by element. Here every word that multiplies and
sums (a matrix product, an Einstein sum, a convolution) gets a twin of the same meaning, in which
the operands at the positions `zeros` hold structural zeros: a branch that was not taken, an element
that was not picked. Reverse mode behind a mask replaces the words by their twins (`behind_mask`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal.core.node import Node, make, postorder
from infinitesimal.core.primitive import Primitive
from infinitesimal.core.types import Type
from infinitesimal.ops import batching
from infinitesimal.ops.declare import multilinear
from infinitesimal.ops.products import convolve, einsum, matmul

__all__ = ["behind_mask"]

_twins: dict[Primitive, Primitive] = {}


def behind_mask(result: Node, zeros: Sequence[Node], stop: Sequence[Node]) -> Node:
    """The same result, where the exact zeros among the elements of `zeros` annihilate.

    The nodes between are rebuilt; those in `stop` are factors that hold no such zeros.
    """
    carrying = set(zeros)
    new: dict[Node, Node] = {node: node for node in (*stop, *zeros)}
    for node in postorder([result], dict(new)):
        inputs = tuple([new[operand] for operand in node.inputs])
        places = tuple([k for k, operand in enumerate(node.inputs) if operand in carrying])
        twin = _twins.get(node.primitive)
        if places:
            carrying.add(node)
        if places and twin is not None:
            new[node] = make(twin, inputs, (*node.params, places))
        else:
            new[node] = node if inputs == node.inputs else make(node.primitive, inputs, node.params)
    return new[result]


def _twin(word: Primitive) -> Primitive:
    """The record of a word's twin; its derivatives are those of the word, behind a mask."""

    def evaluate(*arguments: Any) -> Any:
        *plain, zeros = arguments
        answer = word.evaluate(*plain)
        if np.isfinite(answer).all():
            return answer
        count = len(plain) - len(word.parameters)
        return _without_dead_terms(word, answer, plain[:count], tuple(plain[count:]), zeros)

    def transpose(cotangent: Node, node: Node, position: int) -> Node:
        plain = make(word, node.inputs, node.params[:-1])
        wanted = [k == position for k in range(len(node.inputs))]
        assert word.vjp is not None
        part: Node = word.vjp(plain, cotangent, wanted, None)[position]
        positions: tuple[int, ...] = node.params[-1]
        zeros = [node.inputs[k] for k in positions if k != position]
        return behind_mask(part, [cotangent, *zeros], node.inputs)

    def infer(*signature: Any) -> Type:
        return word.infer(*signature[:-1])

    twin = multilinear(
        f"{word.name}_masked",
        evaluate,
        infer,
        transpose,
        parameters=(*word.parameters, "zeros"),
        because="what was not taken contributes nothing, whatever it would be multiplied by",
        masks=True,
        notation=word.notation,
        cost=word.cost,
        batch=batching.one_by_one if word.batch is None else word.batch,
    )
    _twins[word] = twin
    return twin


def _without_dead_terms(
    word: Primitive, answer: Any, operands: list[Any], params: tuple[Any, ...], zeros: Any
) -> Any:
    """The answer, where terms with an exact zero at one of the positions `zeros` count as zero.

    Elements with another term that is not finite keep what the plain word makes of them.
    """
    alive = [
        np.not_equal(x, 0) if k in zeros else np.ones(np.shape(x), bool)
        for k, x in enumerate(operands)
    ]
    finite = [np.isfinite(x) for x in operands]

    def terms(masks: list[Any]) -> Any:
        return word.evaluate(*[np.asarray(mask, float) for mask in masks], *params)

    dead_or_finite = terms([a & b for a, b in zip(alive, finite, strict=True)])
    bad = np.asarray(terms(alive)) - np.asarray(dead_or_finite) > 0.5
    calm = [np.where(ok, x, np.zeros((), x.dtype)) for ok, x in zip(finite, operands, strict=True)]
    choose: Any = np.where
    return choose(bad, answer, word.evaluate(*calm, *params))[()]


for _word in (matmul, einsum, convolve):
    _twin(_word)
