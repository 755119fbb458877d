"""Long programs: the gradient of `for _ in range(n): y = np.sin(y)` is linear in n."""

from __future__ import annotations

import time

import numpy as np

import infinitesimal as dx
from benchmarks.timing import readable

LENGTHS = (10_000, 100_000, 1_000_000)


def chain(length):
    """The function sin(sin(… sin(x)))."""

    def function(x):
        for _ in range(length):
            x = np.sin(x)
        return x

    return function


def table() -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| steps | trace, differentiate and evaluate | a step |", "|---|---|---|"]
    for length in LENGTHS:
        start = time.perf_counter()
        dx.grad(chain(length))(1.0)
        spent = time.perf_counter() - start
        rows.append(f"| {length:,} | {readable(spent)} | {readable(spent / length)} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
