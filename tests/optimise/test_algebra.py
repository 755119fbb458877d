"""Every rule is a test of itself: both sides have one value wherever the rule says it holds."""

import numpy as np
import pytest

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, INPUT, constant, input_node, zeros
from infinitesimal.core.node import Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.span import span
from infinitesimal.core.types import FLOAT64, array_type
from infinitesimal.optimise import algebra, arrays
from infinitesimal.optimise.match import Rule

FORMULAS = [rule for rule in algebra.FORMULA if rule.patterns]
FUNCTIONS = [rule for rule in (*algebra.FORMULA, *arrays.SHAPES) if not rule.patterns]

x, y = input_node(FLOAT64), input_node(FLOAT64)
row = input_node(array_type(np.float64, (3,)))
square, power, reshape = REGISTRY["square"], REGISTRY["power"], REGISTRY["reshape"]
broadcast, transpose, whole = (
    REGISTRY["broadcast"],
    REGISTRY["transpose"],
    REGISTRY["integer_power"],
)

# what each rule by function applies to
SAMPLES: dict[str, list[Node]] = {
    "numbers worked out": [constant(2.0) * constant(3.5), REGISTRY["sin"](constant(0.0))],
    "x·k → k·x": [x * 3],
    "a whole exponent": [power(x, 2.0), power(x, -1.0), power(x, 5.0)],
    "xᵐ·xⁿ → xᵐ⁺ⁿ": [x * x, square(x) * x, whole(x, n=3) * square(x), power(x, 0.5) * x],
    "xᵐ/xⁿ → xᵐ⁻ⁿ": [square(x) / x, x / whole(x, n=3), power(x, 2.5) / square(x)],
    "(xᵐ)ⁿ → xᵐⁿ": [square(square(x)), whole(square(x), n=3)],
    "a bounded slope": [
        REGISTRY["scale"](x, REGISTRY["cos"](y)),
        REGISTRY["scale"](x, square(REGISTRY["sech"](y)) * -2 + 1),
    ],
    "copies are made by broadcasting": [
        row * broadcast(reshape(x, shape=(1,)), shape=(3,)),
        row + constant(np.ones(3)),
        REGISTRY["where"](row > 0, row, zeros(row.type)),
    ],
    "a move to the same place": [reshape(row, shape=(3,)), transpose(row, axes=(0,))],
    "two moves are one": [
        reshape(reshape(row, shape=(3, 1)), shape=(1, 3)),
        transpose(transpose(reshape(row, shape=(3, 1)), axes=(1, 0)), axes=(1, 0)),
    ],
    "a condition that is known": [
        REGISTRY["where"](constant(np.bool_(True)), row, x),
        REGISTRY["where"](constant(np.zeros(3, bool)), row, x),
    ],
    "the only element": [REGISTRY["scatter"](x, keys=((0,),), shape=(1,))],
    "numbers compared": [constant(2.0) < constant(3.0)],
    "a sum of one": [REGISTRY["sum"](row, axis=())],
    "one of many copies": [
        REGISTRY["index"](broadcast(x, shape=(3,)), key=(1,)),
        REGISTRY["index"](broadcast(x, shape=(3, 2)), key=(span(0, 2, 1), 1)),
        REGISTRY["index"](constant(np.arange(4.0)), key=(span(1, 3, 1),)),
        reshape(broadcast(x, shape=(1,)), shape=()),
    ],
}


def test_no_rule_is_without_a_sample():
    assert {rule.name for rule in FUNCTIONS} == set(SAMPLES)


def test_names_are_told_apart():
    names = [rule.name for rule in (*algebra.FORMULA, *arrays.SHAPES)]
    assert len(set(names)) == len(names)


def numbers(rule: Rule, random: np.random.Generator) -> dict[Node, Node]:
    """Random numbers for the placeholders that stand for numbers."""
    while True:
        found = [round(float(random.uniform(-3, 3)), 2) for _ in rule.constants]
        leaves = sorted(rule.constants, key=lambda leaf: leaf.params[1])
        if rule.when is None or rule.when(*found):
            return {leaf: constant(value) for leaf, value in zip(leaves, found, strict=True)}


@pytest.mark.parametrize("rule", FORMULAS, ids=str)
def test_both_sides_of_a_formula_agree(rule):
    random = np.random.default_rng(1)
    for pattern in rule.patterns:
        for _ in range(20):
            (before,) = substitute([pattern], numbers(rule, random))
            after = rule(before)
            assert after is not None, f"{rule} does not apply to its own left side"
            assert after.type is before.type
            leaves = [leaf for leaf in postorder([before]) if leaf.primitive is INPUT]
            point = {leaf: np.float64(random.uniform(*rule.between)) for leaf in leaves}
            left, right = evaluate([before, after], point)
            np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rule", FUNCTIONS, ids=str)
def test_both_sides_of_a_rule_by_function_agree(rule):
    random = np.random.default_rng(2)
    for before in SAMPLES[rule.name]:
        after = rule(before)
        assert after is not None
        assert after is not before
        assert after.type is before.type
        point = {
            leaf: random.uniform(0.3, 2.0, leaf.type.shape)
            for leaf in postorder([before])
            if leaf.primitive is INPUT
        }
        left, right = evaluate([before, after], point)
        np.testing.assert_allclose(left, right, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 1)])
def test_rules_keep_dtype_and_shape(dtype, shape):
    z = input_node(array_type(dtype, shape))
    for before in (z * 1, z + 0, z * 0, z - z, z / z, z * z, -(-z), z + z):  # noqa: B002
        for rule in algebra.FORMULA:
            if rule.roots and before.primitive.name in rule.roots:
                after = rule(before)
                assert after is None or after.type is before.type


def test_a_rule_is_not_applied_where_it_does_not_hold():
    by_name = {rule.name: rule for rule in algebra.FORMULA}
    assert by_name["x·1 → x"](x * 2) is None
    assert by_name["a + k → a − (−k)"](x + 3) is None
    assert by_name["x − x → 0"](x - y) is None
    # (x²)^½ is |x|
    assert by_name["(xᵐ)ⁿ → xᵐⁿ"](power(square(x), 0.5)) is None
    assert by_name["a bounded slope"](REGISTRY["scale"](x, constant(np.inf))) is None
    assert by_name["a bounded slope"](REGISTRY["scale"](x, REGISTRY["exp"](y))) is None


def test_identities_and_signs_are_exact():
    random = np.random.default_rng(3)
    for rule in (*algebra.IDENTITIES, *algebra.SIGNS):
        for pattern in rule.patterns:
            (before,) = substitute([pattern], numbers(rule, random))
            after = rule(before)
            assert after is not None
            leaves = [leaf for leaf in postorder([before]) if leaf.primitive is INPUT]
            point = {leaf: np.float64(random.standard_normal()) for leaf in leaves}
            left, right = evaluate([before, after], point)
            assert left == right, rule


def test_numbers_are_constants_of_the_right_dtype():
    z = input_node(array_type(np.float32, ()))
    (folded,) = [rule for rule in FUNCTIONS if rule.name == "numbers worked out"]
    two = constant(2.0, np.float32)
    node = folded(two * two)
    assert node is not None
    assert node.primitive is CONSTANT
    assert (node + z).type.dtype == np.float32
