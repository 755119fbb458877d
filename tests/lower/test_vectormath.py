"""The vector mathematics: errors against mpmath, special values as NumPy's, machine code.

The accuracy is that of programs run by NumPy; the machine code must give the same bits, for vectors
of every width and for processors with and without an instruction that multiplies and adds.
"""

import inspect
import platform
from fractions import Fraction

import numpy as np
import pytest
import scipy.special

from infinitesimal.lower.vectormath.functions import FUNCTIONS, program_of
from infinitesimal.lower.vectormath.numpy_machine import fused as fused_numpy
from infinitesimal.lower.vectormath.numpy_machine import run
from infinitesimal.lower.vectormath.program import F32, F64, Program
from tools import coefficients
from tools.kernels import HOST, compiled, text
from tools.vector_accuracy import CASES, DTYPES, errors, limit, sampled

LANES = (F64, F32)
OLD = "+sse2,-avx,-fma"
MIDDLE = "+avx2,+fma"
X86 = platform.machine() in ("x86_64", "AMD64")

each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_lane = pytest.mark.parametrize("lane", LANES, ids=str)
each_fused = pytest.mark.parametrize("fused", [True, False], ids=["fused", "plain"])


def reference(name):
    """NumPy's or SciPy's function."""
    return getattr(np, name, None) or getattr(scipy.special, name)


def operands_of(name, array):
    """One array for a function of one operand; every pair for a function of two."""
    if len(inspect.signature(FUNCTIONS[name]).parameters) == 1:
        return [array]
    return [part.ravel() for part in np.meshgrid(array, array)]


def same_bits(left, right):
    """Where two arrays hold the same bits, or both no number."""
    kind = np.dtype(f"i{left.dtype.itemsize}")
    return (left.view(kind) == right.view(kind)) | (np.isnan(left) & np.isnan(right))


def awkward(lane):
    """Ends, zeros, powers of two, numbers next to them, whole numbers odd and even."""
    info = np.finfo(DTYPES[lane.name])
    sizes = [0, 1, 2, 3, 4, 0.5, 0.25, 1.5, 8, 10, 27, 64, 100, 1000, 1e5, 1e9, 1e15, 1e30, 1e-30]
    sizes += [np.inf, np.nan, info.max, info.tiny, info.smallest_subnormal, info.tiny / 2]
    sizes += [1 + info.eps, 1 - info.epsneg, 1 / info.eps, 2 / info.eps - 1, 2 / info.eps + 2, 700]
    array = np.array(sizes, DTYPES[lane.name])
    return np.concatenate([array, -array])


def test_every_function_has_a_case():
    assert set(CASES) == set(FUNCTIONS)


@each_fused
@each_lane
@each_function
def test_accuracy(name, lane, fused):
    operands = sampled(name, lane, 400, seed=1)
    (values,) = run(program_of(name, lane, fused), *operands)
    found = errors(name, lane, operands, values)
    place = int(np.argmax(found))
    assert found[place] <= limit(name), [operand[place] for operand in operands]


@each_function
def test_single_precision_over_all_its_numbers(name):
    rng = np.random.default_rng(5)
    bits = np.arange(rng.integers(20011), 2**32, 20011, dtype=np.uint32)
    operands = [bits.view(np.float32)]
    if len(operands_of(name, np.ones(1))) == 2:
        operands.append(rng.permutation(bits).view(np.float32))
    (values,) = run(program_of(name, F32), *operands)
    with np.errstate(all="ignore"):
        exact = reference(name)(*(operand.astype(np.float64) for operand in operands))
        rounded = exact.astype(np.float32)
        unit = np.spacing(np.abs(rounded)).astype(np.float64)
        error = np.abs(values - exact) / unit
    ends = ~np.isfinite(rounded) | (rounded == 0)
    right = np.where(ends, same_bits(values, rounded) | (error <= 1), error <= limit(name))
    wrong = np.nonzero(~right)[0]
    assert not len(wrong), [operand[wrong[:3]] for operand in operands]


@each_fused
@each_lane
@each_function
def test_special_values_are_those_of_numpy(name, lane, fused):
    operands = operands_of(name, awkward(lane))
    (values,) = run(program_of(name, lane, fused), *operands)
    with np.errstate(all="ignore"):
        expected = reference(name)(*operands)
    special = ~np.isfinite(expected) | (expected == 0) | ~np.isfinite(values) | (values == 0)
    if name in ("erfc", "expit"):  # SciPy's are 0 where the exact value is only small
        special &= ~((expected == 0) & np.isfinite(operands[0]))
    wrong = np.nonzero(special & ~same_bits(values, expected))[0]
    assert not len(wrong), [operand[wrong[:3]] for operand in operands]
    assert special.any()


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
@each_fused
@each_lane
def test_the_hardest_angles(name, lane, fused):
    # the numbers of each format next to a multiple of π/2, and its largest numbers
    hardest = 6381956970095103 * 2.0**797 if lane is F64 else 16367173 * 2.0**72
    largest = np.finfo(DTYPES[lane.name]).max
    angles = [hardest, largest, largest / 3, 2.0**28 + 16, 2.0**100, 2.0**13 + 1, 11.0, 355.0]
    operand = np.array(angles + [-angle for angle in angles], DTYPES[lane.name])
    (values,) = run(program_of(name, lane, fused), operand)
    assert errors(name, lane, [operand], values).max() <= limit(name)


@each_fused
@each_lane
@each_function
def test_machine_code_gives_the_same_bits(name, lane, fused):
    operands = sampled(name, lane, 500, seed=2)
    ends = operands_of(name, awkward(lane))
    operands = [np.concatenate([*pair]) for pair in zip(operands, ends, strict=True)]
    size = len(operands[0]) // 16 * 16
    operands = [operand[:size] for operand in operands]
    program = program_of(name, lane, fused)
    (expected,) = run(program, *operands)
    targets = [(1, HOST), (512 // lane.bits, HOST), (256 // lane.bits, MIDDLE)]
    for width, features in targets if fused else [(128 // lane.bits, OLD)]:
        if not X86 and features != HOST:
            continue
        values = compiled(program, width, features)(*operands)
        wrong = np.nonzero(~same_bits(values, expected))[0]
        assert not len(wrong), (width, [operand[wrong[:3]] for operand in operands])


@pytest.mark.parametrize("name", ["sin", "power", "erfc"])
@each_lane
def test_every_width_gives_the_same_bits(name, lane):
    operands = [operand[:320] for operand in sampled(name, lane, 400, seed=3)]
    program = program_of(name, lane)
    (expected,) = run(program, *operands)
    for width in (1, 2, 4, 8, 16):
        assert same_bits(compiled(program, width)(*operands), expected).all(), width


def test_sine_and_cosine_share_their_reduction():
    together, apart = Program(), 0
    x = together.input(F64)
    together.returns(FUNCTIONS["sin"](x), FUNCTIONS["cos"](x))
    for name in ("sin", "cos"):
        apart += len(program_of(name, F64).needed())
    assert len(together.needed()) < 0.6 * apart


@each_lane
@each_function
def test_no_function_of_a_library_is_called(name, lane):
    for line in text(program_of(name, lane), 8).splitlines():
        if " call " in line:
            own = ("@llvm.fma", "@llvm.fabs", "@llvm.sqrt", "@llvm.copysign", "@remainder_of_huge")
            assert any(one in line for one in own), line


def test_fused_is_exact():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 400))
    c = -a * b * np.where(rng.random(400) < 0.5, 1, 1 + rng.normal(0, 1e-8, 400))
    c[:100] = rng.normal(size=100) * 2.0 ** rng.integers(-120, 120, 100)
    expected = [
        float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c, strict=True)
    ]
    assert (fused_numpy(a, b, c) == expected).all()


def test_the_script_still_gives_these_coefficients():
    assert coefficients.PAGE.read_text() == "\n".join(coefficients.lines()) + "\n"
