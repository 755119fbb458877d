"""Laws of batching for every word of the registry, at every sample of it.

A batch through a word is the stack of its answers, whichever operands are batches and whichever are
the same for every element; and so it is for its derivatives.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from infinitesimal.core.batch import batch
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import constant, input_node
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import array_type, type_of
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from tests.laws.samples import Sample, samples

# Leaves begin a graph; loops and branches have laws of their own.
WORDS = [name for name, word in REGISTRY.items() if word.kind not in ("leaf", "control")]
SAMPLES = [sample for name in WORDS for sample in samples(name)]
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)
SIZE = 3


def test_every_word_has_samples_and_a_rule_for_batches() -> None:
    assert {sample.primitive.name for sample in SAMPLES} == set(WORDS)
    assert not [name for name in WORDS if REGISTRY[name].batch is None]


def elements(operand: Any, size: int = SIZE) -> list[Any]:
    """Operands like this one, each another: numbers moved a little, whole numbers exchanged."""
    array = np.asarray(operand)
    if array.dtype.kind == "f":
        return [(array * array.dtype.type(1 - k / 64))[()] for k in range(size)]
    if array.ndim:
        return [np.roll(array, k) for k in range(size)]
    if array.dtype.kind == "b":
        return [np.bool_(k % 2) for k in range(size)]
    return [np.maximum(array - k, 0) for k in range(size)]


Case = tuple[list[Node], dict[Node, Node], list[dict[Node, Any]]]


def cases(sample: Sample, leaves: Sequence[Node]) -> Iterator[Case]:
    """For each choice of operands to be batches: what is replaced, and what each element is."""
    for chosen in itertools.product((False, True), repeat=len(leaves)):
        if not any(chosen):
            continue
        replaced: dict[Node, Node] = {}
        bindings: list[dict[Node, Any]] = [{} for _ in range(SIZE)]
        for leaf, operand, flag in zip(leaves, sample.operands, chosen, strict=True):
            every = elements(operand) if flag else [np.asarray(operand)[()]] * SIZE
            if flag:
                replaced[leaf] = constant(np.stack(every))
            for binding, value in zip(bindings, every, strict=True):
                binding[leaf] = value
        yield [leaf for leaf in leaves if leaf not in replaced], replaced, bindings


def check(outputs: Sequence[Node], sample: Sample, leaves: Sequence[Node], ulps: int) -> None:
    """The batch of the outputs is the stack of the outputs of its elements."""
    for same, replaced, bindings in cases(sample, leaves):
        batches = batch(outputs, replaced, SIZE)
        found = evaluate([node for node, _ in batches], {leaf: bindings[0][leaf] for leaf in same})
        wanted = zip(*[evaluate(outputs, binding) for binding in bindings], strict=True)
        for (node, flag), value, answers in zip(batches, found, wanted, strict=True):
            assert type_of(value) is node.type
            stack = np.stack(answers) if flag else answers[0]
            assert type_of(stack) is node.type
            if stack.dtype.kind != "f":
                np.testing.assert_array_equal(value, stack)
                continue
            near = ulps * np.finfo(stack.dtype).eps
            size = np.max(np.abs(stack), where=np.isfinite(stack), initial=0.0)
            np.testing.assert_allclose(value, stack, rtol=near, atol=near * size)


@each_sample
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_batch_is_the_stack_of_its_elements(sample: Sample, dtype: Any) -> None:
    sample = sample.cast(dtype)
    leaves, node = sample.applied()
    check([node], sample, leaves, ulps=16)


@each_sample
def test_forward_mode_of_an_element_in_a_batch(sample: Sample) -> None:
    leaves, node = sample.applied()
    rng = np.random.default_rng(1)
    seeds = {
        leaf: constant(rng.uniform(-1, 1, leaf.type.shape)) for leaf in leaves if leaf.type.inexact
    }
    tangents = [tangent for tangent in forward([node], seeds) if tangent is not None]
    check(tangents, sample, leaves, ulps=2**12)


@each_sample
def test_reverse_mode_of_an_element_in_a_batch(sample: Sample) -> None:
    leaves, node = sample.applied()
    seed = constant(np.random.default_rng(2).uniform(-1, 1, node.type.shape))
    found = reverse([node], [seed], [leaf for leaf in leaves if leaf.type.inexact])
    check([part for part in found if part is not None], sample, leaves, ulps=2**12)


@each_sample
def test_derivatives_of_a_batch(sample: Sample) -> None:
    """Of the batch as one function: tangents are stacked, a shared operand collects cotangents."""
    leaves, node = sample.applied()
    wrt = [leaf for leaf in leaves if leaf.type.inexact]
    if not wrt or not node.type.inexact:
        return
    rng = np.random.default_rng(4)
    for same, replaced, bindings in cases(sample, leaves):
        whole = {leaf: input_node(x.type) for leaf, x in replaced.items()}
        ((made, _),) = batch([node], whole, SIZE)
        own = [whole.get(leaf, leaf) for leaf in wrt]
        point = {
            **{leaf: bindings[0][leaf] for leaf in same},
            **{whole[leaf]: evaluate([x])[0] for leaf, x in replaced.items()},
        }
        seed = rng.uniform(-1, 1, made.type.shape)
        moves = [rng.uniform(-1, 1, leaf.type.shape)[()] for leaf in own]
        found, tangent = derived(made, own, point, seed, moves)
        each = []
        for k, binding in enumerate(bindings):
            both = zip(wrt, moves, strict=True)
            move = [x[k] if leaf in replaced else x for leaf, x in both]
            each.append(derived(node, wrt, binding, seed[k], move))
        near(tangent, np.stack([part for _, part in each]))
        for leaf, cotangent, *parts in zip(wrt, found, *[back for back, _ in each], strict=True):
            near(cotangent, np.stack(parts) if leaf in replaced else np.sum(parts, axis=0))


def derived(
    node: Node, wrt: Sequence[Node], point: dict[Node, Any], seed: Any, moves: Sequence[Any]
) -> tuple[list[Any], Any]:
    """The cotangents of the leaves for a seed, and the tangent of the node for moves of them."""
    back = reverse([node], [constant(seed)], wrt)
    ahead = forward([node], dict(zip(wrt, map(constant, moves), strict=True)))
    return valued(back, point, wrt), valued(ahead, point, [node])[0]


def valued(parts: Sequence[Node | None], point: dict[Node, Any], like: Sequence[Node]) -> list[Any]:
    """Values, and zeros in place of None."""
    return [
        np.zeros(node.type.shape) if part is None else evaluate([part], point)[0]
        for part, node in zip(parts, like, strict=True)
    ]


def near(found: Any, wanted: Any) -> None:
    size = np.max(np.abs(wanted), where=np.isfinite(wanted), initial=1.0)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11 * size)


@each_sample
@pytest.mark.parametrize("way", ["forward", "reverse"])
def test_a_batch_of_directions(sample: Sample, way: str) -> None:
    """Derivatives along many directions at one point, as a Jacobian takes them."""
    leaves, node = sample.applied()
    wrt = [leaf for leaf in leaves if leaf.type.inexact]
    if not (wrt and node.type.inexact):
        return
    chosen = wrt if way == "forward" else [node]
    seeds = [input_node(leaf.type) for leaf in chosen]
    ways: dict[str, Callable[[], list[Node | None]]] = {
        "forward": lambda: forward([node], dict(zip(wrt, seeds, strict=True)), masked=True),
        "reverse": lambda: reverse([node], seeds, wrt, masked=True),
    }
    found = [part for part in ways[way]() if part is not None]
    rng = np.random.default_rng(3)
    many = [np.where(rng.random((SIZE, *x.type.shape)) < 0.5, 0.0, 1.0) for x in chosen]
    batches = batch(found, dict(zip(seeds, map(constant, many), strict=True)), SIZE)
    point = dict(zip(leaves, sample.operands, strict=True))
    values = evaluate([part for part, _ in batches], point)
    for k in range(SIZE):
        direction = {seed: x[k][()] for seed, x in zip(seeds, many, strict=True)}
        wanted = evaluate(found, {**point, **direction})
        for (_, flag), value, one in zip(batches, values, wanted, strict=True):
            np.testing.assert_allclose(value[k] if flag else value, one, rtol=1e-11, atol=1e-11)


@each_sample
@pytest.mark.parametrize("size", [0, 1])
def test_a_batch_of_none_and_of_one(sample: Sample, size: int) -> None:
    leaves, node = sample.applied()
    replaced = {
        leaf: constant(np.broadcast_to(operand, (size, *leaf.type.shape)))
        for leaf, operand in zip(leaves, sample.operands, strict=True)
    }
    ((found, _),) = batch([node], replaced, size)
    assert found.type is array_type(node.type.dtype, (size, *node.type.shape))
    (value,) = evaluate([found])
    assert type_of(value) is found.type
