"""Laws that hold for every word of the registry, at every sample of it.

A new word is tested here with no new test: an elementwise one by its record's domain, any other by
its row in `tests/laws/samples.py`. A word without samples fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from infinitesimal.core.check import check
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import close
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.parse import parse
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import type_of
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from tests.laws.numeric import central, complex_step, inner
from tests.laws.samples import STRUCTURAL, Sample, differentiable_words, samples

# Words whose answer is float64 whatever they are given, as that of the function they stand for is.
WIDENING = {"float_power"}
SAMPLES = [sample for name in differentiable_words() for sample in samples(name)]
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)


def test_every_word_a_derivative_flows_through_has_samples() -> None:
    sampled = {sample.primitive.name for sample in SAMPLES}
    assert sampled == set(differentiable_words())
    assert set(STRUCTURAL) <= set(REGISTRY)


def direction(sample: Sample, seed: int) -> list[Any]:
    """A random tangent for each floating-point operand."""
    rng = np.random.default_rng(seed)
    return [
        rng.uniform(0.2, 1.0, np.shape(x)).astype(np.asarray(x).dtype)[()]
        * rng.choice([-1.0, 1.0], np.shape(x)).astype(np.asarray(x).dtype)[()]
        if np.asarray(x).dtype.kind == "f"
        else None
        for x in sample.operands
    ]


def seeds(inputs: Sequence[Node], tangents: Sequence[Any]) -> dict[Node, Node]:
    return {
        node: constant(tangent)
        for node, tangent in zip(inputs, tangents, strict=True)
        if tangent is not None
    }


def value_of(nodes: Sequence[Node | None], inputs: Sequence[Node], sample: Sample) -> list[Any]:
    """The values of nodes at the operands of the sample; None stays."""
    bindings = dict(zip(inputs, sample.operands, strict=True))
    values = iter(evaluate([node for node in nodes if node is not None], bindings))
    return [None if node is None else next(values) for node in nodes]


def run(sample: Sample, *operands: Any) -> Any:
    """The word as NumPy evaluates it."""
    with np.errstate(all="ignore"):
        return sample.primitive.evaluate(*operands, *params(sample))


def params(sample: Sample) -> tuple[Any, ...]:
    return sample.applied()[1].params


def close_to(found: Any, wanted: Any, tolerance: float, scale: float = 0.0) -> None:
    size = max(1.0, scale, float(np.max(np.abs(wanted), initial=0.0)))
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance * size)


def pulled(sample: Sample, seed: int = 2) -> tuple[list[Node], Node, Any, list[Node | None]]:
    """Inputs, the word, a random cotangent, and the cotangents of the differentiable inputs."""
    inputs, node = sample.applied()
    cotangent = np.random.default_rng(seed).uniform(-1, 1, node.type.shape)
    cotangent = cotangent.astype(node.type.dtype)[()]
    wrt = [leaf for leaf in inputs if leaf.type.inexact]
    found = iter(reverse([node], [constant(cotangent)], wrt))
    return inputs, node, cotangent, [next(found) if leaf.type.inexact else None for leaf in inputs]


@each_sample
def test_the_value_is_numpys_and_of_the_inferred_type(sample: Sample) -> None:
    inputs, node = sample.applied()
    (value,) = value_of([node], inputs, sample)
    assert type_of(value) is node.type
    primitive = sample.primitive
    if primitive.kind == "elementwise" and isinstance(primitive.numpy, np.ufunc):
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(value, primitive.numpy(*sample.operands))


@each_sample
def test_forward_mode_is_the_limit_of_differences(sample: Sample) -> None:
    inputs, node = sample.applied()
    tangents = direction(sample, 1)
    (tangent,) = value_of(forward([node], seeds(inputs, tangents)), inputs, sample)
    wanted = central(lambda *xs: run(sample, *xs), sample.operands, tangents)
    found = np.zeros(node.type.shape) if tangent is None else tangent
    assert type_of(found) is node.type
    close_to(
        found, wanted, 1e-7, scale=float(np.max(np.abs(run(sample, *sample.operands)), initial=0))
    )


@each_sample
def test_forward_mode_agrees_with_the_complex_step(sample: Sample) -> None:
    analytic = sample.primitive.analytic
    if analytic is None:
        assert sample.primitive.kind in ("elementwise", "custom"), (
            "what is linear continues to complex numbers"
        )
        return
    inputs, node = sample.applied()
    every = direction(sample, 3)
    alone = [[x if j == k else None for j, x in enumerate(every)] for k in range(len(every))]
    static = params(sample)
    for tangents in (every, *alone):
        if all(tangent is None for tangent in tangents):
            continue
        (tangent,) = value_of(forward([node], seeds(inputs, tangents)), inputs, sample)
        with np.errstate(all="ignore"):
            wanted = complex_step(lambda *xs: analytic(*xs, *static), sample.operands, tangents)
        close_to(np.zeros(node.type.shape) if tangent is None else tangent, wanted, 1e-11)


@each_sample
def test_reverse_mode_is_the_transpose_of_forward_mode(sample: Sample) -> None:
    inputs, node, cotangent, back = pulled(sample)
    tangents = direction(sample, 4)
    (tangent,) = value_of(forward([node], seeds(inputs, tangents)), inputs, sample)
    cotangents = value_of(back, inputs, sample)
    for leaf, found in zip(inputs, cotangents, strict=True):
        assert found is None or type_of(found) is leaf.type
    left, right = inner([cotangent], [tangent]), inner(cotangents, tangents)
    assert left == pytest.approx(right, rel=1e-11, abs=1e-11)


@each_sample
def test_second_derivatives_agree_and_are_symmetric(sample: Sample) -> None:
    inputs, _, _, back = pulled(sample)
    first, second = direction(sample, 5), direction(sample, 6)
    along = [node for node, tangent in zip(back, first, strict=True) if tangent is not None]
    wrt = [leaf for leaf, tangent in zip(inputs, first, strict=True) if tangent is not None]
    if all(node is None for node in along):
        return
    kept = [k for k, node in enumerate(along) if node is not None]
    gradient = [along[k] for k in kept]

    def over_forward(tangents: Sequence[Any]) -> list[Any]:
        pushed = forward(gradient, seeds(inputs, tangents))
        found = dict(zip(kept, value_of(pushed, inputs, sample), strict=True))
        return [found.get(k) for k in range(len(wrt))]

    def over_reverse(tangents: Sequence[Any]) -> list[Any]:
        given = [constant(x) for x in tangents if x is not None]
        return value_of(reverse(gradient, [given[k] for k in kept], wrt), inputs, sample)

    of = lambda tangents: [x for x in tangents if x is not None]  # noqa: E731
    forward_first, reverse_first = over_forward(first), over_reverse(first)
    for one, other, leaf in zip(forward_first, reverse_first, wrt, strict=True):
        zero = np.zeros(leaf.type.shape)
        close_to(zero if one is None else one, zero if other is None else other, 1e-9)
    symmetric = inner(forward_first, of(second)), inner(over_forward(second), of(first))
    scale = max(
        1.0, *(float(np.max(np.abs(x), initial=0)) for x in forward_first if x is not None), 1
    )
    assert symmetric[0] == pytest.approx(symmetric[1], rel=1e-9, abs=1e-9 * scale)


@each_sample
def test_second_derivatives_are_limits_of_differences(sample: Sample) -> None:
    inputs, _, _, back = pulled(sample)
    tangents = direction(sample, 7)
    graph = close(inputs, [node for node in back if node is not None])
    pushed = forward([node for node in back if node is not None], seeds(inputs, tangents))
    found = value_of(pushed, inputs, sample)
    for number, tangent in enumerate(found):
        wanted = central(lambda *xs, k=number: graph(*xs)[k], sample.operands, tangents)
        value = graph(*sample.operands)[number]
        close_to(
            np.zeros(np.shape(value)) if tangent is None else tangent,
            wanted, 1e-6, scale=float(np.max(np.abs(value), initial=0)),
        )  # fmt: skip


@each_sample
def test_the_text_of_the_word_and_its_derivatives_reads_back(sample: Sample) -> None:
    inputs, node, _, back = pulled(sample)
    tangents = forward([node], seeds(inputs, direction(sample, 8)))
    graph = close(inputs, [x for x in (node, *tangents, *back) if x is not None])
    check(graph)
    again = parse(str(graph))
    check(again)
    assert str(again) == str(graph)
    for one, other in zip(graph(*sample.operands), again(*sample.operands), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


@each_sample
def test_single_precision_stays_single(sample: Sample) -> None:
    single = sample.cast(np.float32)
    if any(isinstance(value, np.dtype) for value in sample.params.values()):
        return  # a cast says what it wants
    inputs, node, _, back = pulled(single)
    (tangent,) = forward([node], seeds(inputs, direction(single, 9)))
    assert node.type.dtype != np.float64 or sample.primitive.name in WIDENING
    for found, leaf in ((tangent, node), *zip(back, inputs, strict=True)):
        assert found is None or found.type is leaf.type
    (value,) = value_of([node], inputs, single)
    assert type_of(value) is node.type
    np.testing.assert_allclose(value, run(sample, *sample.operands), rtol=2e-4, atol=2e-4)


def strided(x: Any, how: str) -> Any:
    """The same values in another layout, read-only."""
    array = np.array(x)
    if array.ndim == 0:
        return array[()]
    if how == "fortran":
        array = np.asfortranarray(array)
    elif how == "reversed":
        array = np.flip(np.flip(array).copy())
    elif how == "spread":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        array = wide[..., ::2]
    array.flags.writeable = False
    return array


@each_sample
@pytest.mark.parametrize("how", ["fortran", "reversed", "spread"])
def test_read_only_operands_of_any_layout_are_left_as_they_were(sample: Sample, how: str) -> None:
    inputs, node, _, back = pulled(sample)
    graph = close(inputs, [x for x in (node, *back) if x is not None])
    plain = graph(*[np.array(x) for x in sample.operands])
    operands = [strided(x, how) for x in sample.operands]
    before = [np.array(x) for x in operands]
    for one, other in zip(plain, graph(*operands), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)
    for operand, kept in zip(operands, before, strict=True):
        np.testing.assert_array_equal(operand, kept)
