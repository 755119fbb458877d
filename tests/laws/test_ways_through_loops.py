"""Random programs with loops and branches: all ways to their derivative, written out and told.

The witness is reverse mode of the rolled program, which `test_loop_programs` compares with programs
that know nothing of loops as values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given, settings

import infinitesimal as dx
from infinitesimal.core.graph import Graph
from infinitesimal.differentiate.complex_step import STEP, evaluate_complex
from infinitesimal.errors import ArgumentError, DomainError, MissingRuleError
from infinitesimal.explain.derivation import Derivation
from infinitesimal.optimise.unroll import unrolled
from tests.laws.test_loop_programs import ALL, agree, size
from tests.loop_programs import LoopProgram, loop_programs
from tests.profiles import programs


@settings(max_examples=programs() // 4)
@given(loop_programs())
def test_written_out_it_is_the_same_to_the_last_bit(program: LoopProgram) -> None:
    graph = dx.graph(program)(*program.inputs)
    bindings = dict(zip(graph.inputs, map(np.asarray, program.inputs), strict=True))
    flat = Graph(graph.inputs, tuple(unrolled(graph.outputs, bindings, largest=100_000)))
    assert not any(node.primitive.kind == "control" for node in flat.nodes)
    (value,), (expected,) = flat(*program.inputs), graph(*program.inputs)
    np.testing.assert_array_equal(value, expected)


@settings(max_examples=programs() // 4)
@given(loop_programs())
def test_the_complex_step_walks_through_bodies(program: LoopProgram) -> None:
    found = beside_the_real_line(program, program)
    with np.errstate(all="ignore"):
        refused = isinstance(beside_the_real_line(program.unrolled, program), type)
    if refused:  # a word that does not continue, there or here
        assert isinstance(found, type)
    assume(not isinstance(found, type))
    gradient = dx.grad(program, ALL)(*program.inputs)
    along = sum(np.sum(g * d) for g, d in zip(gradient, program.directions(0), strict=True))
    agree(found, along, size(gradient))


def beside_the_real_line(f: Any, program: LoopProgram) -> Any:
    """The derivative by the complex step, or the error with which it is refused."""
    graph = dx.graph(f)(*program.inputs)
    moved = zip(graph.inputs, program.inputs, program.directions(0), strict=True)
    beside = {leaf: np.asarray(x + 1j * STEP * np.asarray(d))[()] for leaf, x, d in moved}
    try:
        return np.imag(evaluate_complex(graph.outputs, beside)[0]) / STEP
    except (DomainError, MissingRuleError) as error:
        return type(error)


@settings(max_examples=programs() // 8)
@given(loop_programs())
def test_dual_numbers_pass_through(program: LoopProgram) -> None:
    gradient = dx.grad(program, ALL)(*program.inputs)
    directions = program.directions(0)
    along = sum(np.sum(g * d) for g, d in zip(gradient, directions, strict=True))
    pairs = list(zip(program.inputs, directions, strict=True))
    opened: Any = program(*[dx.variable(x, d) for x, d in pairs])
    assert len(str(opened.trace())) < 3_000
    agree(opened.eval().dual, along, size(gradient))
    try:
        found: Any = program(*[dx.Dual(x, d) for x, d in pairs])
    except ArgumentError as error:
        assert "is immutable" in error.why  # and the program sets elements
        found = dx.lift(program)(*[dx.Dual(x, d) for x, d in pairs])
    agree(found.dual, along, size(gradient))


@settings(max_examples=programs() // 16)
@given(loop_programs(16))
def test_every_program_can_be_told(program: LoopProgram) -> None:
    told = dx.explain(program, at=tuple(program.inputs), methods=["forward", "reverse"])
    expected = dx.grad(program, ALL)(*program.inputs)
    for method in told.methods:
        for result, truth in zip(method.results, expected, strict=True):
            agree(result.number.value, truth, size(expected))
    for page in (str(told), told.to_text(40, ascii=True), told.to_latex(), told.to_markdown()):
        assert page
    assert Derivation.from_json(told.to_json()).to_json() == told.to_json()


@settings(max_examples=programs() // 32)
@given(loop_programs(16))
def test_derivatives_of_programs_can_be_told(program: LoopProgram) -> None:
    """Their loops read tapes, saved states and each other's results."""
    directions = program.directions(1)

    def along(*xs: Any) -> Any:
        gradient = dx.grad(program, ALL)(*xs)
        return sum(np.sum(part * d) for part, d in zip(gradient, directions, strict=True))

    told = dx.explain(along, at=tuple(program.inputs), methods="reverse", detail="brief")
    assert str(told)
    assert told.to_latex()
    truth = dx.grad(along, ALL)(*program.inputs)
    for result, expected in zip(told.methods[0].results, truth, strict=True):
        agree(result.number.value, expected, size(truth))
