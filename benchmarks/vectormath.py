"""The vector mathematics beside NumPy: one function over 10,000 numbers, nanoseconds a number.

`python -m benchmarks.vectormath` prints the table. NumPy's functions and ours take turns; both
write into an array that is there. Where NumPy has no such function, SciPy's stands for it.
"""

from __future__ import annotations

import inspect
import sys

import numpy as np
import scipy.special

from benchmarks.timing import interleaved
from infinitesimal.lower.vectormath.functions import FUNCTIONS, program_of
from infinitesimal.lower.vectormath.program import F32, F64
from tools.kernels import DTYPES, pointer_call

SIZE = 10_000
POSITIVE = ("log", "log2", "log10", "power", "arccosh")
INSIDE = ("arcsin", "arccos", "arctanh")


def operands(name: str, dtype: type) -> list[np.ndarray]:
    """Ordinary numbers within the domain of a function."""
    rng = np.random.default_rng(0)
    low, high = (-0.99, 0.99) if name in INSIDE else (-5.0, 5.0)
    x = rng.uniform(low, high, SIZE)
    x = 1 + np.abs(x) if name in POSITIVE else np.abs(x) if name == "log1p" else x
    two = len(inspect.signature(FUNCTIONS[name]).parameters) == 2
    return [array.astype(dtype) for array in ([x, rng.uniform(low, high, SIZE)] if two else [x])]


def measured(names: tuple[str, ...], width_bits: int = 512) -> dict[str, float]:
    """Seconds a call, by `name f64 ours` and `name f64 peer`."""
    contestants = {}
    for name in names:
        for lane in (F64, F32):
            given = operands(name, DTYPES[lane.bits])
            out, other = np.empty_like(given[0]), np.empty_like(given[0])
            kernel = pointer_call(program_of(name, lane), width_bits // lane.bits)
            places = [array.ctypes.data for array in (*given, out)]
            peer = getattr(np, name, None) or getattr(scipy.special, name)
            contestants[f"{name} {lane} ours"] = lambda k=kernel, p=places, _=(given, out): k(
                *p, SIZE
            )
            contestants[f"{name} {lane} peer"] = lambda p=peer, g=given, o=other: p(*g, out=o)
    return interleaved(contestants, rounds=9, seconds=0.004)


def table(names: tuple[str, ...]) -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| function | f64 ours | NumPy | ratio | f32 ours | NumPy | ratio |"]
    rows.append("|---|---|---|---|---|---|---|")
    found = measured(names)
    for name in names:
        cells = []
        for lane in (F64, F32):
            ours, peer = (found[f"{name} {lane} {who}"] / SIZE * 1e9 for who in ("ours", "peer"))
            cells += [f"{ours:.2f}", f"{peer:.2f}", f"{peer / ours:.1f}"]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table(tuple(sys.argv[1:]) or tuple(FUNCTIONS))))
