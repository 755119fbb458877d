"""Einstein sums: `np.einsum` with everything its subscripts allow, said by one n-ary word.

In: subscripts (implicit or explicit, with ellipses and repeated letters) and operands. Out: an
`einsum` in which every letter stands in the answer or in two factors. What is simpler is done
before: diagonals for repeated letters, sums for letters of one factor alone.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from infinitesimal import ops
from infinitesimal.core.node import Node
from infinitesimal.front.numpy_names.arranging import diagonal
from infinitesimal.front.numpy_names.common import (
    cast,
    operands,
    refuse,
    refuse_layout,
    reshaped,
    word,
)
from infinitesimal.front.numpy_names.shaping import transpose

LETTERS = string.ascii_letters


@word(np.einsum)
def einsum(
    *arguments: Any,
    out: Any = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
    optimize: Any = False,
) -> Node:
    """The order of the products is left to NumPy, whatever `optimize` asks."""
    refuse("einsum", out=out, casting=None if casting == "safe" else casting)
    refuse_layout("einsum", order)
    subscripts, factors = _given(arguments)
    nodes = [cast(node, dtype) for node in operands(*factors)]
    inputs, output = _explicit(subscripts, nodes)
    sizes = _sizes(inputs, nodes)
    terms = [_simplified(node, letters, sizes) for node, letters in zip(nodes, inputs, strict=True)]
    counts = Counter(letter for _, letters in terms for letter in letters)
    needed = {letter for letter, count in counts.items() if count > 1 or letter in output}
    return _product([_summed(node, letters, needed) for node, letters in terms], output)


def _product(terms: Sequence[tuple[Node, str]], output: str) -> Node:
    if len(terms) == 1:
        node, letters = terms[0]
        return transpose(node, tuple(letters.index(letter) for letter in output))
    subscripts = ",".join(letters for _, letters in terms) + "->" + output
    return ops.products.einsum(*[node for node, _ in terms], subscripts=subscripts)


def _given(arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The subscripts as a string, and the factors; lists of numbers become letters."""
    if isinstance(arguments[0], str):
        return arguments[0].replace(" ", ""), arguments[1:]
    paired = arguments if len(arguments) % 2 == 0 else arguments[:-1]
    inputs = [_lettered(labels) for labels in paired[1::2]]
    arrow = "" if len(arguments) % 2 == 0 else "->" + _lettered(arguments[-1])
    return ",".join(inputs) + arrow, paired[::2]


def _lettered(labels: Sequence[Any]) -> str:
    return "".join("..." if label is Ellipsis else LETTERS[int(label)] for label in labels)


def _explicit(subscripts: str, nodes: Sequence[Node]) -> tuple[list[str], str]:
    """The letters of each factor and of the answer, with letters for ellipses too."""
    left, arrow, output = subscripts.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(nodes):
        raise ValueError(
            f"einsum has {len(inputs)} subscripts in {subscripts!r} for {len(nodes)} operands"
        )
    free = [letter for letter in LETTERS if letter not in subscripts]
    widest = 0
    for k, (letters, node) in enumerate(zip(inputs, nodes, strict=True)):
        named = letters.replace("...", "")
        count = node.type.ndim - len(named)
        if "." in named or count < 0 or (count and "..." not in letters):
            raise ValueError(
                f"einstein sum subscripts string {letters!r} does not fit an operand {node.type}"
            )
        inputs[k] = letters.replace("...", "".join(free[:count][::-1]))
        widest = max(widest, count)
    around = "".join(free[:widest][::-1])
    if arrow:
        output = output.replace("...", around)
    else:
        counts = Counter(letter for letter in "".join(inputs) if letter not in around)
        output = around + "".join(sorted(x for x, count in counts.items() if count == 1))
    if len(set(output)) != len(output) or not set(output) <= set("".join(inputs)):
        raise ValueError(
            f"einstein sum subscripts {subscripts!r}: the output repeats or adds a label"
        )
    return inputs, output


def _sizes(inputs: Sequence[str], nodes: Sequence[Node]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for letters, node in zip(inputs, nodes, strict=True):
        for letter, size in zip(letters, node.type.shape, strict=True):
            known = sizes.get(letter, 1)
            if known != 1 and size not in (1, known):
                raise ValueError(
                    f"operands could not be broadcast together: {letter!r} is {known} and {size}"
                )
            sizes[letter] = size if known == 1 else known
    return sizes


def _simplified(node: Node, letters: str, sizes: dict[str, int]) -> tuple[Node, str]:
    """A factor without axes of size one that others stretch, and without repeated letters."""
    kept = [k for k, letter in enumerate(letters) if node.type.shape[k] == sizes[letter]]
    node = reshaped(node, tuple(node.type.shape[k] for k in kept))
    letters = "".join(letters[k] for k in kept)
    for letter in sorted(set(letters)):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            node = diagonal(node, 0, first, second)
            letters = "".join(x for k, x in enumerate(letters) if k not in (first, second)) + letter
    return node, letters


def _summed(node: Node, letters: str, needed: set[str]) -> tuple[Node, str]:
    """A factor summed over the letters that neither the answer nor another factor has."""
    lone = tuple(k for k, letter in enumerate(letters) if letter not in needed)
    if lone:
        node = cast(ops.reduce.sum(node, axis=lone), node.type.dtype)
    return node, "".join(letter for letter in letters if letter in needed)
