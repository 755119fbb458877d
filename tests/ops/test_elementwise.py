"""What every elementwise word keeps: NumPy's values and dtypes, a source that runs, far points."""

from typing import Any

import numpy as np
import pytest
import scipy.special

import infinitesimal as dx
from infinitesimal.core.leaf import input_node
from infinitesimal.core.primitive import REGISTRY, Primitive
from infinitesimal.core.types import array_type
from infinitesimal.errors import DtypeError, ShapeError

WORDS = sorted(
    (word for word in REGISTRY.values() if word.kind == "elementwise"), key=lambda word: word.name
)
UFUNCS = [word for word in WORDS if isinstance(word.numpy, np.ufunc)]
DTYPES = ["bool", "int8", "int32", "int64", "uint8", "float16", "float32", "float64"]
# their derivatives have no name in NumPy or SciPy, so their source is only a name
NAMED_ONLY = {"sinc_derivative", "power_derivative"}


def operands(word: Primitive) -> int:
    return len(word.partials) or (word.numpy.nin if isinstance(word.numpy, np.ufunc) else 2)


def points(word: Primitive) -> list[Any]:
    rng = np.random.default_rng(0)
    assert word.domain is not None and word.notation is not None
    count = len(word.notation.operands)
    return [rng.uniform(*interval, 20) for interval in word.domain.intervals[:count]]


@pytest.mark.parametrize("word", UFUNCS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_dtype_is_that_of_numpy(word: Primitive, dtype: str) -> None:
    inputs = [input_node(array_type(dtype, (2,)))] * operands(word)
    try:
        with np.errstate(all="ignore"):
            expected = word.numpy(*[np.ones(2, dtype)] * operands(word)).dtype
    except TypeError:
        with pytest.raises(DtypeError, match="convert"):
            word(*inputs)
    else:
        assert word(*inputs).type is array_type(expected, (2,))


@pytest.mark.parametrize("word", [word for word in WORDS if word.name not in NAMED_ONLY], ids=str)
def test_the_source_is_python_that_means_the_word(word: Primitive) -> None:
    if word.domain is None:  # bits: whole numbers only
        return
    assert word.notation is not None
    values = points(word)
    params = word(*[input_node(array_type("float64", (20,))) for _ in values]).params
    names = dict(zip("xyz", values, strict=False))
    given = dict(zip(word.parameters, map(str, params), strict=True))
    source = word.notation.source.format(*names, **given)
    found = eval(source, {"np": np, "scipy": scipy, **names})
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(found, word.evaluate(*values, *params), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("word", WORDS, ids=str)
def test_the_record_is_complete(word: Primitive) -> None:
    assert word.because and word.notation is not None
    given = dict.fromkeys(word.parameters, "3")
    for template in (word.notation.text, word.notation.latex):
        written = template.format(*["x", "y", "z"][: len(word.notation.operands)], **given)
        assert written.count("{") == written.count("}")
        assert "x" in written
    if word.differentiable:
        assert word.domain is not None
        assert len(word.domain.intervals) >= len(word.partials)


def test_shapes_that_do_not_fit_are_refused() -> None:
    x, y = (input_node(array_type("float64", shape)) for shape in ((2, 3), (4,)))
    with pytest.raises(ShapeError, match="aligned from the right"):
        REGISTRY["hypot"](x, y)


@pytest.mark.parametrize(
    ("function", "x", "second"),
    [
        (np.tanh, 800.0, 0.0),
        (np.tanh, -800.0, 0.0),
        (np.arctan, 1e100, 0.0),
        (np.expm1, -1e5, 0.0),
        (np.log1p, 1e200, 0.0),
        (np.arcsinh, 1e150, 0.0),
        (scipy.special.expit, -800.0, 0.0),
        (scipy.special.expit, 800.0, 0.0),
        (scipy.special.log_expit, 800.0, 0.0),
        (scipy.special.erf, 1e10, 0.0),
        (lambda x: np.logaddexp(x, 0.0), 1e4, 0.0),
        (lambda x: np.logaddexp(x, 0.0), -1e4, 0.0),
        (lambda x: np.hypot(x, 1.0), 1e200, 0.0),
    ],
)
def test_second_derivatives_far_out_are_numbers(function: Any, x: float, second: float) -> None:
    assert dx.grad(dx.grad(function))(x) == pytest.approx(second, abs=1e-190)
    assert dx.jvp(dx.grad(function), (x,), (1.0,))[1] == pytest.approx(second, abs=1e-190)


def test_remainders() -> None:
    assert dx.grad(np.remainder, argnums=(0, 1))(-7.5, 2.0) == (1.0, 4.0)
    assert dx.grad(np.fmod, argnums=(0, 1))(-7.5, 2.0) == (1.0, 3.0)
    # 3 thirds of 0.1·3 are one too few after rounding the quotient, and fmod knows
    assert dx.grad(np.fmod, argnums=1)(0.3, 0.1) == -2.0
    assert dx.value_and_grad(lambda x: x // 2.0 + x)(7.5) == (10.5, 1.0)


def test_lengths_and_angles() -> None:
    assert dx.grad(np.hypot, argnums=(0, 1))(0.0, 0.0) == (0.0, 0.0)
    assert dx.grad(np.hypot, argnums=(0, 1))(3e200, 4e200) == pytest.approx((0.6, 0.8))
    assert dx.grad(np.arctan2, argnums=(0, 1))(3e200, 4e200) == pytest.approx((1.6e-201, -1.2e-201))
    np.testing.assert_allclose(dx.grad(dx.grad(np.hypot))(1.0, 1.0), 1 / np.sqrt(8), rtol=4e-16)


def test_infinite_slopes_are_told() -> None:
    assert dx.grad(np.sqrt)(0.0) == np.inf
    assert dx.grad(np.cbrt)(0.0) == np.inf
    assert dx.grad(np.arcsin)(1.0) == np.inf
    assert dx.grad(np.arctanh)(1.0) == np.inf
    assert dx.grad(np.arccosh)(1.0) == np.inf
    assert dx.grad(np.log)(0.0) == np.inf
