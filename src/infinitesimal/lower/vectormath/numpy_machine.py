"""A program run on arrays with NumPy: what it means, and how it is tested without a compiler.

In: a `Program` and one array for each input. Out: its results, bit for bit those of the machine
code. NumPy has no instruction that multiplies and adds with one rounding, so `fused` makes the
exact sum of three numbers and rounds it once.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from infinitesimal.lower.vectormath.program import BOOL, F32, F64, I32, I64, Lane, Program, Value

__all__ = ["fused", "run"]

_DTYPES: dict[str, Any] = {
    F64.name: np.float64,
    F32.name: np.float32,
    I64.name: np.int64,
    I32.name: np.int32,
    BOOL.name: np.bool_,
}
_UNSIGNED: dict[str, Any] = {I64.name: np.uint64, I32.name: np.uint32}


def run(program: Program, *arguments: Any) -> list[Any]:
    """The results of a program, arrays of the shape of its arguments (one-dimensional)."""
    known: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for value in program.needed():
            operands = [known[id(operand)] for operand in value.operands]
            if value.operation == "input":
                known[id(value)] = np.asarray(arguments[value.literal], _dtype(value.lane))
            elif value.operation == "constant":
                known[id(value)] = _dtype(value.lane).type(value.literal)
            elif value.operation == "pick":
                known[id(value)] = operands[0][value.literal]
            elif value.operation == "detour":
                known[id(value)] = _detour(value.literal, *operands)
            else:
                known[id(value)] = _instruction(value, operands)
    shape = np.shape(arguments[0])
    return [np.broadcast_to(known[id(result)], shape).copy() for result in program.results]


def _dtype(lane: Lane) -> Any:
    return np.dtype(_DTYPES[lane.name])


def _detour(way: Program, where: Any, *rest: Any) -> list[Any]:
    """The usual values, with those of the lanes of `where` done over the other way."""
    usual = [np.array(value) for value in rest[: len(way.results)]]
    if np.any(where):
        arguments = (np.broadcast_to(value, where.shape) for value in rest[len(way.results) :])
        found = run(way, *(value[where] for value in arguments))
        for value, better in zip(usual, found, strict=True):
            value[where] = better
    return usual


def _instruction(value: Value, operands: list[Any]) -> Any:
    """One instruction that keeps to its lanes."""
    dtype = _dtype(value.lane)
    match value.operation:
        case "lookup":
            table = np.array(value.literal, np.uint64).astype(dtype)
            return table[operands[0]]
        case "refloat":
            return operands[0].astype(dtype)
        case "resize":
            source = value.operands[0].lane
            return operands[0].view(_UNSIGNED[source.name]).astype(dtype)
        case "as_float" | "bits":
            return operands[0].view(dtype)
        case "lshr":
            unsigned = _UNSIGNED[value.lane.name]
            return (_of(operands[0], unsigned) >> _of(operands[1], unsigned)).astype(dtype)
        case "fma":
            return fused(*operands)
        case operation:
            return _TABLE[operation](*operands)


def _of(array: Any, dtype: Any) -> Any:
    return np.asarray(array).astype(dtype)


_TABLE: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "copysign": np.copysign,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "select": np.where,
    "both": np.logical_and,
    "either": np.logical_or,
    "differ": np.logical_xor,
    "not": np.logical_not,
    "iadd": np.add,
    "isub": np.subtract,
    "imul": np.multiply,
    "iand": np.bitwise_and,
    "ior": np.bitwise_or,
    "ixor": np.bitwise_xor,
    "shl": np.left_shift,
    "ashr": np.right_shift,
    "iequal": np.equal,
    "iless": np.less,
}


def fused(a: Any, b: Any, c: Any) -> Any:
    """a·b + c, rounded once.

    The sum is found exactly as head and tail, and the tail is rounded to odd, so that the last
    addition rounds as if it saw all of it (Boldo and Melquiond, "Emulation of FMA and correctly
    rounded sums", 2008).
    """
    arrays: Any = np.broadcast_arrays(a, b, c)
    a, b, c = arrays
    if a.dtype == np.float32:
        head, tail = _sum(a.astype(np.float64) * b.astype(np.float64), c.astype(np.float64))
        return _to_odd(head, tail).astype(np.float32)
    high, low = _product(a, b)
    middle, last = _sum(c, low)
    head, tail = _sum(high, middle)
    result = head + _to_odd(*_sum(tail, last))
    plain = a * b + c
    usable = np.isfinite(plain) & np.isfinite(result) & (result != 0)
    result = np.asarray(result)
    result[~usable] = plain[~usable]
    for place in zip(*np.nonzero(_delicate(a, b, c, plain)), strict=True):
        result[place] = _exactly(a[place], b[place], c[place])
    return result


def _delicate(a: Any, b: Any, c: Any, plain: Any) -> Any:
    """Where an intermediate could overflow or lose its last bits."""
    size = np.abs(a * b)
    sizes = (np.abs(a), np.abs(b), np.abs(c), size)
    huge = np.logical_or.reduce([one > 2.0**990 for one in sizes])
    small = (size < 2.0**-900) & (np.abs(c) < 2.0**-840)
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    trivial = (a == 0) | (b == 0)
    return finite & ~trivial & (huge | small)


def _exactly(a: Any, b: Any, c: Any) -> float:
    total = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    if total == 0:
        return float(a * b + c)
    try:
        return float(total)
    except OverflowError:
        return float("inf") if total > 0 else float("-inf")


def _sum(a: Any, b: Any) -> tuple[Any, Any]:
    """A sum and its rounding error (Knuth)."""
    total = a + b
    share = total - a
    return total, (a - (total - share)) + (b - share)


def _product(a: Any, b: Any) -> tuple[Any, Any]:
    """A product and its rounding error (Dekker, with Veltkamp's splitting)."""
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    total = a * b
    return total, ((a1 * b1 - total) + a1 * b2 + a2 * b1) + a2 * b2


def _halves(a: Any) -> tuple[Any, Any]:
    scaled = a * 134217729.0  # 2^27 + 1
    high = scaled - (scaled - a)
    return high, a - high


def _to_odd(head: Any, tail: Any) -> Any:
    """The sum, or of its two neighbours the one whose last bit is 1."""
    even = head.view(np.int64) & 1 == 0
    toward = np.where(tail > 0, np.inf, -np.inf)
    return np.where(even & (tail != 0) & np.isfinite(head), np.nextafter(head, toward), head)
