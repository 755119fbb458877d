"""Dual numbers: what they compute, how they are written, and what they refuse."""

import copy
import math
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

import infinitesimal as dx
from infinitesimal import Dual
from infinitesimal.core.primitive import BY_NUMPY
from infinitesimal.differentiate.numeric import richardson
from infinitesimal.errors import (
    ArgumentError,
    DtypeError,
    LostDerivativeError,
    ShapeError,
    UnsupportedError,
)


def distance(x, y):
    return np.sqrt(x * x + y * y)


def parts_of(dual):
    return [np.asarray(part).tolist() for part in (dual.real, *dual.parts)]


# ---- how they are written


@pytest.mark.parametrize(
    ("dual", "text", "exact"),
    [
        (Dual(25, 5), "25 + 5ε", "Dual(25, 5)"),
        (Dual(3, -2), "3 - 2ε", "Dual(3, -2)"),
        (Dual(4), "4 + 0ε", "Dual(4, 0)"),
        (Dual(3, -0.0), "3 + 0ε", "Dual(3, -0)"),
        (Dual(40, 13, 18), "40 + 13ε₁ + 18ε₂", "Dual(40, 13, 18)"),
        (Dual(40, (13, -18)), "40 + 13ε₁ - 18ε₂", "Dual(40, 13, -18)"),
        (Dual(0.1 + 0.2, 1 / 3), "0.3 + 0.333333333333ε", f"Dual({0.1 + 0.2!r}, {1 / 3!r})"),
        (Dual(1e300, 1e15), "1e+300 + 1000000000000000ε", "Dual(1e+300, 1000000000000000)"),
        (Dual(math.nan, -math.inf), "nan - infε", "Dual(nan, -inf)"),
        (Dual([1, 2], [0.5, 0]), "[1 2] + [0.5 0]ε", "Dual([1, 2], [0.5, 0])"),
        (Dual(np.float32(0.1), 1), "0.10000000149 + 1ε", "Dual(0.1, 1)"),
    ],
)
def test_text(dual, text, exact):
    assert str(dual) == text
    assert repr(dual) == exact


def test_matrices_are_written_on_lines_of_their_own():
    matrix = Dual([[1, 2], [3, 4]], [[0, 1], [1, 0]])
    assert str(matrix) == "  [[1 2]\n   [3 4]]\n+ [[0 1]\n   [1 0]]ε"


def test_a_format_applies_to_every_number():
    assert f"{Dual(5, 0.6):.3f}" == "5.000 + 0.600ε"
    assert f"{Dual([1, 2], [3, -4]):.1f}" == "[1.0 2.0] + [3.0 -4.0]ε"
    assert f"{Dual(5, -0.6)}" == "5 - 0.6ε"


def test_the_distance_of_a_point(capsys):
    print(distance(Dual(3, 1), Dual(4, 0)))
    assert capsys.readouterr().out == "5 + 0.6ε\n"


# ---- arithmetic


def test_one_pass_an_input_or_one_wider_pass():
    def f(x, y):
        return (x + y) * (x + 2 * y)

    assert str(f(Dual(2, 1), Dual(3, 0))) == "40 + 13ε"
    assert str(f(Dual(2, 0), Dual(3, 1))) == "40 + 18ε"
    assert str(f(Dual(2, 1), Dual(3, 1))) == "40 + 31ε"
    assert str(f(Dual(2, 1, 0), Dual(3, 0, 1))) == "40 + 13ε₁ + 18ε₂"


def test_division_is_by_the_conjugate():
    x, y = Dual(1, 2), Dual(3, 4)
    divisor = y * y.conjugate()
    assert parts_of(divisor) == [9, 0]
    product = x * y.conj()
    assert parts_of(x / y) == pytest.approx([product.real / 9, product.dual / 9], rel=1e-15)
    assert parts_of(1 / Dual(2, 1)) == [0.5, -0.25]


OPERATORS = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x**y,
    lambda x, y: x**3 - y**-2,
    lambda x, y: 2**x + y**0.5,
    lambda x, y: x // y + x % y,
    lambda x, y: -x + (+y) * abs(x - 4),
    lambda x, y: 1 - x + 3 / y - 2 * x,
    lambda x, y: divmod(x, y)[1],
]


@pytest.mark.parametrize("f", OPERATORS)
@pytest.mark.parametrize(("x", "y"), [(2.5, 1.5), (np.array([2.5, 7.0]), np.array([1.5, 3.0]))])
def test_operators_agree_with_jax(f, x, y):
    a, b = (np.full(np.shape(x), t) for t in (0.7, -0.3))
    value, tangent = jax.jvp(f, (jnp.asarray(x), jnp.asarray(y)), (jnp.asarray(a), jnp.asarray(b)))
    found = f(Dual(x, a), Dual(y, b))
    np.testing.assert_allclose(found.real, value, rtol=1e-14)
    np.testing.assert_allclose(found.dual, tangent, rtol=1e-13, atol=1e-14)


FUNCTIONS = [
    lambda np, x: np.sin(x) * np.exp(-x),
    lambda np, x: np.sum(np.log(x)) + np.mean(x**2),
    lambda np, x: np.where(x > 1.5, x**2, np.sqrt(x)),
    lambda np, x: np.stack([x, np.cumsum(x)]),
    lambda np, x: np.dot(x, np.tanh(x)),
    lambda np, x: x[::-1] * np.max(x),
    lambda np, x: np.linalg.norm(x) + x.sum() - x.reshape(3, 1).T @ x,
    lambda np, x: np.hypot(x, 2.0) + np.arctan2(x, 3.0),
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_numpy_functions_agree_with_jax(f):
    x, t = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0])
    value, tangent = jax.jvp(lambda x: f(jnp, x), (jnp.asarray(x),), (jnp.asarray(t),))
    for found in (f(np, Dual(x, t)), dx.lift(lambda x: f(np, x))(Dual(x, t))):
        np.testing.assert_allclose(found.real, value, rtol=1e-14)
        np.testing.assert_allclose(found.dual, tangent, rtol=1e-13, atol=1e-14)


UFUNCS = [
    (function, word)
    for function, word in BY_NUMPY.items()
    if isinstance(function, np.ufunc) and word.kind == "elementwise" and word.domain is not None
]


@pytest.mark.parametrize(("ufunc", "word"), UFUNCS, ids=[word.name for _, word in UFUNCS])
def test_every_ufunc_with_a_record_takes_duals(ufunc, word):
    random = np.random.default_rng(1)
    point = [random.uniform(*interval) for interval in word.domain.intervals[: ufunc.nin]]
    tangents = random.uniform(-1, 1, len(point))
    found = ufunc(*[Dual(x, t) for x, t in zip(point, tangents, strict=True)])
    if not isinstance(found, Dual):  # a comparison: a plain value
        assert found == ufunc(*point)
        return
    (slope,), (error,) = richardson(lambda t: ufunc(*(point + t * tangents)), [0.0], 0, 1e-3)
    assert found.real == ufunc(*point)
    assert found.dual == pytest.approx(slope, rel=1e-8, abs=1e-9 + 10 * error)


def test_ufuncs_of_scipy_and_methods_of_ufuncs():
    assert scipy.special.erf(Dual(0, 1)).dual == pytest.approx(2 / math.sqrt(math.pi), rel=1e-15)
    assert np.add.reduce(Dual([1, 2], [3, 4])).dual == 7


def test_plain_arrays_and_numbers_are_constants():
    assert str(np.array([1.0, 2.0]) * Dual(3, 1)) == "[3 6] + [1 2]ε"
    assert str(np.float64(2) * Dual(3, 1)) == "6 + 2ε"
    assert str([1, 2] * Dual(3, 1)) == "[3 6] + [1 2]ε"


def test_a_zero_part_is_a_constant_even_where_the_slope_is_infinite():
    assert parts_of(np.sqrt(Dual(0, 0))) == [0, 0]
    assert parts_of(np.sqrt(Dual(0, 1, 0))) == [0, math.inf, 0]


# ---- Python's side


def test_comparisons_look_at_the_real_part():
    x = Dual(3, 1)
    assert x < 4 and x <= 3 and x > Dual(2, 9) and x >= 3
    assert x == 3 and x == Dual(3, 7) and x != 4
    assert (Dual([1, 2], [0, 1]) > 1.5).tolist() == [False, True]
    assert max([Dual(1, 2), Dual(3, 4)]).dual == 4
    assert x != "3"
    assert Dual(0, 1) or True
    assert not Dual(0, 1)


def test_a_program_branches_as_for_the_number():
    def f(x):
        while x < 100:
            x = x * x if x > 2 else x + 1
        return x

    assert f(3.0) == 6561
    assert str(f(Dual(3, 1))) == "6561 + 17496ε"


def test_a_dual_is_no_key():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Dual(3, 1))


def test_ways_out():
    x = Dual(2.6, 1)
    assert float(Dual(2.5, 0)) == 2.5
    assert np.asarray(Dual([1, 2], 0)).tolist() == [1, 2]
    assert (int(x), round(x), math.floor(x), math.ceil(x), math.trunc(x)) == (2, 3, 2, 3, 2)
    assert str(round(Dual(2.567, 1), 1)) == "2.6 + 0ε"
    with pytest.raises(LostDerivativeError) as caught:
        math.sin(x)
    assert str(caught.value).splitlines() == [
        f"float() of 2.6 + 1ε at {caught.traceback[0].path.name}:{caught.traceback[0].lineno + 1}",
        "  because:  a plain number has no ε part, so the derivative would be silently lost",
        "  instead:  np.sin(x) for math.sin(x); x.real, if ε is to end",
    ]
    with pytest.raises(LostDerivativeError):
        np.array([x, x])
    with pytest.raises(LostDerivativeError):
        complex(x)


def test_duals_are_values():
    x = Dual([1, 2], [3, 4])
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert parts_of(other) == parts_of(x)
    with pytest.raises(AttributeError, match="immutable"):
        x.real = 3
    with pytest.raises(ValueError, match="read-only"):
        x.real[0] = 3


def test_a_dual_is_a_snapshot():
    array = np.array([1.0, 2.0])
    x = Dual(array, array)
    array[0] = 9
    assert parts_of(x) == [[1, 2], [1, 2]]


def test_methods_and_attributes_of_arrays():
    x = Dual([1, 2, 3], [1, 0, -1])
    assert (x.shape, x.ndim, len(x)) == ((3,), 1, 3)
    assert str(x.sum()) == "6 + 0ε"
    assert [str(item) for item in x] == ["1 + 1ε", "2 + 0ε", "3 - 1ε"]
    assert str(x[1:]) == "[2 3] + [0 -1]ε"
    with pytest.raises(AttributeError):
        x.nothing  # noqa: B018


# ---- lifting


def test_a_function_given_with_its_derivative():
    sine = dx.lift(math.sin, math.cos)
    assert parts_of(sine(Dual(2, 3))) == [math.sin(2), 3 * math.cos(2)]
    assert sine(2.0) == math.sin(2.0)
    power = dx.lift(math.pow, lambda x, y: y * x ** (y - 1), lambda x, y: math.log(x) * x**y)
    assert parts_of(power(Dual(2, 1, 0), Dual(3, 0, 1))) == [8, 12, math.log(2) * 8]
    assert parts_of(power(Dual(2, 1), 3)) == [8, 12]


def test_lifting_derivatives_gives_the_next_one():
    assert str(dx.lift(dx.grad(lambda x: x**3))(Dual(2, 1))) == "12 + 12ε"


def test_lifting_containers():
    lifted = dx.lift(lambda p: {"twice": 2 * p["x"], "count": 3})
    found = lifted({"x": Dual(2, 1)})
    assert str(found["twice"]) == "4 + 2ε"
    assert found["count"] == 3


def test_derivatives_nest_around_duals():
    # the ε part of x² at x + ε is 2x; its derivative is 2
    assert dx.grad(lambda x: (Dual(x, 1) ** 2).dual)(3.0) == 2.0
    # a traced number beside a dual is a constant to it
    assert dx.grad(lambda x: (x * Dual(3, x)).dual)(5.0) == 10.0
    assert dx.grad(lambda x: (Dual(3, x) * x).dual)(5.0) == 10.0
    assert dx.grad(lambda x: np.add(x, Dual(3, 1)).real)(5.0) == 1.0
    assert dx.grad(lambda x: np.stack([x, Dual(3, x)]).dual[1])(5.0) == 1.0
    assert dx.grad(lambda x: np.where(x > 1, x, Dual(3, 1)).real)(5.0) == 1.0


# ---- refusals


@pytest.mark.parametrize(
    ("make", "error", "found"),
    [
        (lambda: Dual("a", 1), DtypeError, "the real part is str 'a'"),
        (lambda: Dual(1, None), DtypeError, "an ε part is NoneType None"),
        (lambda: Dual(1j, 1), DtypeError, "the real part is complex 1j"),
        (lambda: Dual([[1], [1, 2]]), DtypeError, "the real part is list [[1], [1, 2]]"),
        (lambda: Dual(Dual(1, 1), 1), ArgumentError, "the real part is itself dual: 1 + 1ε"),
        (lambda: Dual([1, 2], [1, 2, 3]), ShapeError, "real part: (2,)\nε part:    (3,)"),
        (lambda: Dual(3, [1, 2]), ShapeError, "real part: ()\nε part:    (2,)"),
        (lambda: Dual(1, 1) + Dual(1, 1, 0), ArgumentError, "1 + 1ε and 1 + 1ε₁ + 0ε₂"),
        (lambda: dx.lift(3), ArgumentError, "int 3"),
        (
            lambda: dx.lift(math.pow, math.cos)(Dual(1, 1), 2),
            ArgumentError,
            "2 arguments and 1 derivatives",
        ),
    ],
)
def test_refused(make, error, found):
    with pytest.raises(error) as caught:
        make()
    assert caught.value.found == found


def test_what_has_no_record_is_refused():
    with pytest.raises(UnsupportedError, match=r"np\.frexp"):
        np.frexp(Dual(1, 1))
    with pytest.raises(LostDerivativeError, match="written into an existing array"):
        np.sin(Dual(1, 1), out=np.zeros(()))
    with pytest.raises(TypeError, match="unsupported operand"):
        Dual(1, 1) + "a"


def test_pow_with_a_modulus_is_refused_as_for_a_float():
    with pytest.raises(TypeError, match="unsupported operand"):
        pow(Dual(2, 3), 2, 5)
