"""Elements one by one: the gradient of `sum(x[k] * x[k] for k in range(n))` is linear in n."""

from __future__ import annotations

import time

import numpy as np

import infinitesimal as dx
from benchmarks.timing import readable

SIZES = (1_000, 10_000, 100_000)


def squares(x):
    """The sum of squares, an element at a time."""
    total = 0.0
    for k in range(len(x)):
        total = total + x[k] * x[k]
    return total


def table() -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| elements | trace, differentiate and evaluate | an element |", "|---|---|---|"]
    for size in SIZES:
        x = np.ones(size)
        start = time.perf_counter()
        dx.grad(squares)(x)
        spent = time.perf_counter() - start
        rows.append(f"| {size:,} | {readable(spent)} | {readable(spent / size)} |")
    return rows
