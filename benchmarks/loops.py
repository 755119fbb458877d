"""Loops of many steps: time a step, and the largest memory, of a value and its derivatives.

The loop is `scan` of `s ← sin(s) + 1/10`, n times, evaluated by NumPy word by word. The memory of
forward mode does not grow with n; that of reverse mode does, by what the way back reads, and with
`checkpoint=True` only by its root.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

import infinitesimal as dx
from benchmarks.timing import readable

LENGTHS = (1_000, 10_000, 100_000)


def last(length, checkpoint=False):
    """The last state as a function of the first."""

    def function(start):
        def step(state, _):
            return np.sin(state) + 0.1, None

        return dx.scan(step, start, length=length, checkpoint=checkpoint)[0]

    return function


def ways(length: int) -> dict[str, Callable[[], object]]:
    """What is measured, for loops of this length."""
    plain, saving = last(length), last(length, checkpoint=True)
    return {
        "value": lambda: plain(0.3),
        "forward": lambda: dx.jvp(plain, (0.3,), (1.0,)),
        "reverse": lambda: dx.grad(plain)(0.3),
        "reverse, checkpointed": lambda: dx.grad(saving)(0.3),
    }


def spent(call: Callable[[], object]) -> tuple[float, int]:
    """Seconds and the largest bytes held of a call that has been made before."""
    call()
    start = time.perf_counter()
    call()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


def table() -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| steps | derivative | time | a step | memory |", "|---|---|---|---|---|"]
    for length in LENGTHS:
        for name, call in ways(length).items():
            seconds, peak = spent(call)
            cells = (f"{length:,}", name, readable(seconds), readable(seconds / length))
            rows.append(f"| {' | '.join(cells)} | {peak / 1e3:,.0f} kB |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
