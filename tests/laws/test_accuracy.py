"""Every partial is right to four units in the last place, over the whole domain of its word."""

import pytest

from infinitesimal.core.primitive import REGISTRY
from tools import accuracy

POINTS = 40


def differentiable() -> list[str]:
    return [
        name
        for name, primitive in REGISTRY.items()
        if primitive.kind == "elementwise" and any(part is not None for part in primitive.partials)
    ]


def test_every_elementwise_word_with_a_derivative_is_measured() -> None:
    assert set(differentiable()) <= set(accuracy.CASES)


def test_exceptions_are_partials_that_exist_and_have_a_reason() -> None:
    for (name, operand), (limit, reason) in accuracy.EXCEPTIONS.items():
        word = accuracy.CASES[name].word or name
        assert REGISTRY[word].partials[operand] is not None
        assert limit > accuracy.LIMIT
        assert reason


@pytest.mark.parametrize("name", accuracy.CASES)
def test_partials_are_within_the_limit(name: str) -> None:
    for found in accuracy.measure(name, POINTS):
        limit, _ = accuracy.EXCEPTIONS.get((name, found.operand), (accuracy.LIMIT, ""))
        assert found.ulp <= limit, found


@pytest.mark.parametrize("case", accuracy.named_cases(), ids=lambda case: case.asked)
def test_delicate_points(case: accuracy.Named) -> None:
    assert accuracy.error(float(case.answer), case.exact) <= 2


def test_the_measure_counts_units_in_the_last_place() -> None:
    assert accuracy.error(1.0, accuracy.mpmath.mpf(1)) == 0
    assert accuracy.error(1 + 2.0**-51, accuracy.mpmath.mpf(1)) == 2
    assert accuracy.error(float("nan"), accuracy.mpmath.mpf(1)) == float("inf")
    assert accuracy.error(float("inf"), accuracy.mpmath.mpf(10) ** 400) == 0
    assert accuracy.error(0.0, accuracy.mpmath.mpf(10) ** -400) == 0
