"""Text and graph are each other's inverse; broken text is a GraphError that points at the place."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import infinitesimal as dx
from infinitesimal.core.check import check
from infinitesimal.core.graph import Graph, close
from infinitesimal.core.leaf import Literal, constant, input_node
from infinitesimal.core.parse import parse
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.core.reader import Reader
from infinitesimal.core.span import Span
from infinitesimal.core.text import write_parameter
from infinitesimal.core.types import array_type, dtype_code

DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "complex64", "complex128",
]  # fmt: skip

EXAMPLE = """\
graph (x: f64[3], w: f64[3])
  a: f64[3] = multiply x w
  b: f64[3] = sin a
  c: f64    = sum b axis=(0,)
return c"""

arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    )
)


def same_bits(left: object, right: object) -> bool:
    """Equal to the bit, where any NaN is as good as another."""
    a, b = np.asarray(left), np.asarray(right)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    real = a.dtype.kind not in "c"
    parts = [(a, b)] if real else [(a.real, b.real), (a.imag, b.imag)]
    for p, q in parts:
        number = p == p
        if (number != (q == q)).any() or p[number].tobytes() != q[number].tobytes():
            return False
    return True


def test_a_graph_written_by_hand() -> None:
    graph = parse(EXAMPLE)
    check(graph)
    assert str(graph) == EXAMPLE
    (value,) = graph(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 2.0]))
    assert value == math.fsum([math.sin(0.5), math.sin(0.5), math.sin(6.0)])


def test_spaces_blank_lines_and_carriage_returns_do_not_matter() -> None:
    loose = "\n\ngraph(x:f64 ,y :f64)\r\n\n a:f64=add   x y\r\n\treturn a,y\n\n"
    assert str(parse(loose)) == "graph (x: f64, y: f64)\n  a: f64 = add x y\nreturn a, y"


@given(arrays)
def test_constants_keep_every_bit(array: np.ndarray) -> None:
    graph = close([], [constant(array)])
    read = parse(str(graph))
    check(read)
    assert str(read) == str(graph)
    assert same_bits(read()[0], array if array.ndim else array[()])


@pytest.mark.parametrize("dtype", DTYPES)
def test_extreme_constants_keep_every_bit(dtype: str) -> None:
    kind = np.dtype(dtype).kind
    if kind in "iu":
        values = [np.iinfo(dtype).min, np.iinfo(dtype).max, 0, 1]
    elif kind == "b":
        values = [True, False]
    else:
        real = np.finfo(dtype)
        values = [np.nan, np.inf, -np.inf, 0.0, -0.0, real.max, real.tiny, real.eps, 1 / 3]
        if kind == "c":
            values = [complex(a, b) for a in map(float, values) for b in map(float, values)]
    array = np.array(values, dtype)
    for value in (array, array[:0], *array):
        (found,) = parse(str(close([], [constant(value)])))()
        assert same_bits(found, value)


def test_equal_constants_are_one_node_again() -> None:
    x = input_node(array_type("float64"))
    graph = close([x], [REGISTRY["add"](x, 2.0), REGISTRY["multiply"](constant(2.0), x)], ["x"])
    (left, right) = parse(str(graph)).outputs
    assert left.inputs[1] is right.inputs[0]


parameters = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(...),
        st.complex_numbers(), st.sampled_from(DTYPES).map(np.dtype), arrays.map(Literal),
        st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9), st.sampled_from([-2, -1, 1, 3]))
        .map(lambda parts: Span(*parts)),
        st.tuples(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, min_side=0)).map(
            lambda pair: array_type(*pair)
        ),
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)  # fmt: skip


@given(parameters)
def test_every_static_parameter_can_be_written_and_read(value: object) -> None:
    text = write_parameter(value)
    assert "\n" not in text
    reader = Reader(1, text)
    found = reader.value()
    reader.end()
    assert write_parameter(found) == text
    assert type(found) is type(value)


def test_a_dtype_and_the_type_of_a_scalar_are_written_differently() -> None:
    assert write_parameter(np.dtype("float32")) == "f32"
    assert write_parameter(array_type("float32")) == "f32[]"
    assert write_parameter(Literal(np.float32(2))) == "f32[]2.0"


names = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["nan", "inf", "None", "True", "return", "graph", "a", "b", "axis", "x[0]"]),
    st.sampled_from(["p['w']", "p.q[3]", "argument 0", "p['it\\'s']", "a,b", "infj", "θ", "x="]),
)


@given(st.lists(names, max_size=4, unique=True))
def test_names_of_any_characters(given_names: list[str]) -> None:
    inputs = [input_node(array_type("float64")) for _ in given_names]
    total = constant(1.0)
    for node in inputs:
        total = total * node
    graph = close(inputs, [total, *inputs], given_names)
    read = parse(str(graph))
    check(read)
    assert str(read) == str(graph)
    assert len(str(graph).split("\n")) == 2 + max(len(inputs) - 1, 0) + bool(inputs)
    assert list(read.names) == given_names


def test_names_that_are_missing_or_given_twice_are_replaced() -> None:
    inputs = [input_node(array_type("float64")) for _ in range(3)]
    graph = Graph(tuple(inputs), (inputs[0], inputs[1], inputs[2]), ("b", "b"))
    assert str(graph) == "graph (b: f64, a: f64, c: f64)\nreturn b, a, c"


def test_every_truncation_is_a_graph_error() -> None:
    for length in range(len(EXAMPLE) - len(" c")):
        with pytest.raises(dx.errors.GraphError):
            parse(EXAMPLE[:length])
    assert parse(EXAMPLE[: -len(" c")]).outputs == ()  # a function of no value is a function


ALPHABET = "abgrxw0139.:=()[]{},;'\"\\ \n\t+-_einfjTrueNone#%éΩ\x00\u2028"


@given(st.data())
def test_mutated_text_is_a_graph_or_a_graph_error(data: st.DataObject) -> None:
    array = (
        "graph (x: c64[1,2])\n  a: c64[1,2] = constant value=c64[1,2][[(1+2j),-0j]]\nreturn x, a"
    )
    cast = "graph ('0': f64)\n  a: i32 = astype '0' dtype=i32\n  b: i32 = add a 3:i32\nreturn b"
    moved = """\
graph (x: f64[2,3], i: i64[2])
  a: f64[6] = reshape x shape=(6,)
  b: f64[6] = index a key=(0:6:1,)
  c: f64[2] = gather b i
  d: f64[]  = einsum c c subscripts='i,i->'
return d""".replace("f64[] ", "f64")
    text = data.draw(st.sampled_from([EXAMPLE, array, cast, moved]))
    check(parse(text))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 4)))
        text = text[:start] + data.draw(st.text(ALPHABET, max_size=3)) + text[stop:]
    try:
        graph = parse(text)
    except dx.errors.GraphError as error:
        assert error.asked.count("\n") == 0
        return
    check(graph)
    assert str(parse(str(graph))) == str(graph)


@given(st.text())
def test_any_text_is_a_graph_error(text: str) -> None:
    with pytest.raises(dx.errors.GraphError):
        parse(text)


@pytest.mark.parametrize("opening", ["(", "[", "(1,(", "f64[2][", "'", '"', "((((1+"])
def test_deep_nesting_is_refused_not_a_crash(opening: str) -> None:
    with pytest.raises(dx.errors.GraphError):
        parse(f"graph (x: f64)\n  a: f64 = sum x axis={opening * 100_000}\nreturn a")


def test_an_order_that_would_take_for_ever_is_refused() -> None:
    text = "graph (x: f64)\n  a: f64 = polygamma x order={}\nreturn a"
    assert str(parse(text.format(3))) == text.format(3)
    with pytest.raises(dx.errors.GraphError):
        parse(text.format(10**18))
    power = "graph (x: f64)\n  a: f64 = integer_power x n=20000\nreturn a"
    assert str(parse(power)) == power


def test_reading_is_linear_in_the_length_of_the_text() -> None:
    def seconds(count: int) -> float:
        rows = ["graph (x: f64)", "  a0: f64 = sin x"]
        rows += [f"  a{k}: f64 = multiply a{k - 1} 0.5" for k in range(1, count)]
        text = "\n".join([*rows, f"return a{count - 1}"])
        start = time.perf_counter()
        graph = parse(text)
        taken = time.perf_counter() - start
        assert len(graph) == count + 2  # and the input and the constant
        return taken

    seconds(100)
    small = min(seconds(2_000) for _ in range(3))
    assert seconds(40_000) < 20 * small * 4


def test_dtype_codes_are_all_readable() -> None:
    for name in DTYPES:
        code = dtype_code(np.dtype(name))
        assert str(parse(f"graph (x: {code}[2])\nreturn x")) == f"graph (x: {code}[2])\nreturn x"
