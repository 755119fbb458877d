"""Programs inside words, as text: read back as they are, and refused with a place where broken."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import infinitesimal as dx
from infinitesimal.core.body import Body, place
from infinitesimal.core.check import check
from infinitesimal.core.graph import Graph
from infinitesimal.core.leaf import input_node
from infinitesimal.core.node import Node, make
from infinitesimal.core.parse import parse
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.types import FLOAT64

ROWS = np.array([[0.25, 0.5], [0.75, 1.0], [1.25, 1.5]])


def everything(w: Any, x: Any) -> Any:
    """A branch and a loop as long as something holds, in a loop."""

    def step(state: Any, row: Any) -> Any:
        k, h = state
        h = dx.cond(row[0] > 0.5, lambda t: np.tanh(w @ t), lambda t: t * row, h)
        h = dx.while_loop(lambda t: np.sum(t) < 2, lambda t: t * 1.5 + 0.125, h, max_steps=5)
        return (k + 1, h), np.sum(h) * k

    return dx.scan(step, (0, x), ROWS)


def total(w: Any) -> Any:
    return np.sum(everything(w, np.ones(2))[1])


def recurrence(rate: Any) -> Any:
    return dx.scan(lambda s, _: (np.sin(rate * s), s), 0.5, length=4)[0]


PRINTED: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "a loop, a branch and a loop inside a loop": (everything, (np.ones((2, 2)), np.ones(2))),
    "a recurrence and its gradient": (dx.value_and_grad(recurrence), (0.75,)),
    "its tangent": (lambda x: dx.jvp(recurrence, (x,), (1.0,)), (0.75,)),
    "its gradient, two steps at a time": (
        dx.grad(lambda x: dx.scan(lambda s, _: (np.sin(x * s), s), 0.5, length=5, checkpoint=2)[0]),
        (0.75,),
    ),
    "the gradient of a root, by Newton": (
        dx.grad(lambda a: dx.while_loop(lambda y: y * y > a, lambda y: (y + a / y) / 2, a)),
        (2.0,),
    ),
    "a batch of loops of different lengths": (
        dx.vmap(lambda n, x: dx.fori_loop(0, n, lambda i, s: s * x + i, x)),
        (np.array([1, 3]), np.array([0.5, 2.0])),
    ),
    "a batch of choices": (
        dx.vmap(lambda x: dx.cond(x > 0, np.sqrt, np.abs, x)),
        (np.array([0.5, -2.0]),),
    ),
}
TEXTS = {
    name: str(dx.graph(function)(*arguments)) for name, (function, arguments) in PRINTED.items()
}
GRADIENT = str(dx.graph(dx.grad(total))(np.ones((2, 2))))
each_text = pytest.mark.parametrize("text", [*TEXTS.values(), GRADIENT], ids=[*TEXTS, "gradient"])


def test_loops_are_printed_as_ever(golden: Callable[[str, str], None]) -> None:
    golden("loops.txt", "".join(f"# {name}\n{text}\n\n" for name, text in TEXTS.items()))


@each_text
def test_text_is_read_back(text: str) -> None:
    graph = parse(text)
    check(graph)
    assert str(graph) == text


# ---- broken texts


def answer(text: str) -> None:
    """A graph that prints and checks, or an error that shows the line and the place."""
    try:
        graph = parse(text)
    except dx.errors.GraphError as error:
        whole = "the text of a graph" in error.asked and "two lines" in (error.why or "")
        assert whole or re.match(r"line \d+, column \d+ of the text of a graph", error.asked)
        return
    check(graph)
    again = str(graph)
    assert str(parse(again)) == again


@each_text
def test_every_line_missing_doubled_moved_or_indented(text: str) -> None:
    lines = text.split("\n")
    rng = random.Random(1)
    for k, line in enumerate(lines):
        answer("\n".join(lines[:k]))
        answer("\n".join(lines[:k] + lines[k + 1 :]))
        answer("\n".join([*lines[:k], line, line, *lines[k + 1 :]]))
        answer("\n".join([*lines[:k], "  " + line, *lines[k + 1 :]]))
        answer("\n".join([*lines[:k], line.strip(), *lines[k + 1 :]]))
        for _ in range(3):
            other = rng.randrange(len(lines))
            moved = list(lines)
            moved[k], moved[other] = moved[other], moved[k]
            answer("\n".join(moved))
            answer("\n".join(lines[:k] + lines[max(k, other) :]))


@each_text
def test_a_text_that_ends_too_early_is_a_graph_error(text: str) -> None:
    for length in range(0, len(text) - len(text.split("return")[-1]), 7):
        with pytest.raises(dx.errors.GraphError):
            parse(text[:length])


VALUES = [
    "0", "1", "-1", "99", "1.5", "None", "True", "()", "(0,)", "(5,)", "(-1,)", "(0, 0)", "((0,),)",
    "99999999999999999999", "'x'", "f64", "f64[2]", "nan",
]  # fmt: skip
TYPES = ["f64", "i64", "bool", "f64[?]", "f64[?,?]", "f64[2,?]", "f64[0]", "f32[2]", "i64[?]"]


@each_text
def test_other_parameters_and_types(text: str) -> None:
    for said in sorted(set(re.findall(r" \w+=\S+", text))):
        answer(text.replace(said, "", 1))
        for value in VALUES:
            answer(text.replace(said, said.split("=")[0] + "=" + value, 1))
    rng = random.Random(2)
    places = list(re.finditer(r"[fi]\d+(?:\[[\d,?]*\])?|bool(?:\[[\d,?]*\])?", text))
    for match in rng.sample(places, min(20, len(places))):
        for other in TYPES:
            answer(text[: match.start()] + other + text[match.end() :])


LETTERS = "abgrxw0139.:=()[]{},;'\"\\ \n\t+-_einfjTrueNone?#%é\x00"


@given(st.data())
def test_mutated_text_is_a_graph_or_a_graph_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(list(TEXTS.values())))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 5)))
        text = text[:start] + data.draw(st.text(LETTERS, max_size=3)) + text[stop:]
    answer(text)


def nest(depth: int) -> str:
    """A loop in a loop in a loop …"""
    head = "graph (x: f64)\n  a: f64 = scan x carried=1 length=1\n"
    for _ in range(depth - 1):
        head += "body (y: f64)\n  b: f64 = scan y carried=1 length=1\n"
    return head + "body (z: f64)\nreturn z\n" + "return b\n" * (depth - 1) + "return a"


def test_loops_may_be_nested_deeply_but_not_without_end() -> None:
    assert parse(nest(30))(2.5) == [2.5]
    assert str(parse(str(parse(nest(30))))) == str(parse(nest(30)))
    for depth in (1_000, 100_000):
        with pytest.raises(dx.errors.GraphError, match="too many"):
            parse(nest(depth))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: f64 = scan x carried=1 length=2\nreturn a", "a line `body"),
        ("a: f64 = while x carried=1\nbody (y: f64)\nreturn y\nreturn a", "a line `condition"),
        ("a: f64 = branch 0 x\nreturn a", "a line `branches"),
        ("a: f64 = scan x carried=1 length=-1\nbody (y: f64)\nreturn y\nreturn a", "length"),
        ("a: f64 = scan x carried=2 length=1\nbody (y: f64)\nreturn y\nreturn a", "result"),
        ("a: f64 = scan x carried=1 length=1\nbody (y: i64)\nreturn y\nreturn a", "i64"),
        ("a: f64 = scan x carried=1 length=1\nbody (y: f64)\nreturn 1\nreturn a", "carried"),
        ("a: f64 = scan x carried=1 length=1\nbody (y: f64)\nreturn x\nreturn a", "called x"),
        ("a: i64 = scan x carried=1 length=1\nbody (y: f64)\nreturn y\nreturn a", "type f64"),
        ("a: f64, b: f64 = scan x carried=1 length=1\nbody (y: f64)\nreturn y\nreturn a", "1 res"),
        (
            "a: f64 = while x carried=1\ncondition (y: f64)\nreturn y\nbody (y: f64)\nreturn y\n"
            "return a",
            "not bool",
        ),
        ("a: f64 = branch x x\nbranches (y: f64)\nreturn y\nreturn a", "i64"),
        (
            "a: f64 = branch 0 x\nbranches (y: f64)\nreturn y\nbranches (y: f64)\nreturn 1\n"
            "return a",
            "another",
        ),
        ("a: f64 = pick x place=0\nreturn a", "no word"),
    ],
)
def test_what_is_wrong_with_a_program_inside_a_word(text: str, why: str) -> None:
    with pytest.raises(dx.errors.GraphError) as caught:
        parse("graph (x: f64)\n" + text)
    assert re.match(r"line \d+, column \d+ of the text of a graph", caught.value.asked)
    assert why in str(caught.value)


def test_an_unread_result_has_no_name() -> None:
    text = """\
graph (x: f64)
  _: f64, a: f64[2] = scan x carried=1 length=2
    body (b: f64)
      c: f64 = sin b
    return c, b
return a"""
    assert str(parse(text)) == text


# ---- graphs that are not made by the doors


def test_a_program_that_reads_from_outside_is_found_by_the_checker() -> None:
    x, free = input_node(FLOAT64), input_node(FLOAT64)
    leaf = place(FLOAT64, 0)
    body = Body((leaf,), (REGISTRY["add"](leaf, free),))
    scan: Node = make(REGISTRY["scan"], (x,), (0, 1, 2, False, 0, (), body))
    with pytest.raises(dx.errors.GraphError, match="not among those of the graph"):
        check(Graph((x,), (REGISTRY["pick"](scan, place=0),)))


def test_bodies_made_alike_are_one() -> None:
    def twice(x: Any) -> Any:
        one = dx.scan(lambda s, _: (np.sin(s), s), x, length=3)[0]
        other = dx.scan(lambda state, none: (np.sin(state), state), x, length=3)[1]
        return one, other

    graph = dx.graph(twice)(0.5)
    assert str(graph).count("scan") == 1
