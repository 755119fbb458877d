"""Derivatives without compiling: value and gradient of Rosenbrock's function beside autograd."""

from __future__ import annotations

import autograd
import autograd.numpy as anp
import numpy as np

import infinitesimal as dx
from benchmarks.timing import interleaved, readable

SIZES = (10, 1000)


def rosenbrock(x):
    """Σ 100 (x[i+1] − x[i]²)² + (1 − x[i])², as anybody writes it."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_for_autograd(x):
    """The same with autograd's NumPy."""
    return anp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def table() -> list[str]:
    """The rows of the table, in Markdown."""
    rows = [
        "| Rosenbrock, value and gradient | infinitesimal | autograd | ratio |",
        "|---|---|---|---|",
    ]
    ours = dx.value_and_grad(rosenbrock)
    theirs = autograd.value_and_grad(rosenbrock_for_autograd)
    for size in SIZES:
        x = np.linspace(-1.0, 2.0, size)
        np.testing.assert_allclose(ours(x)[1], theirs(x)[1], rtol=1e-12, atol=1e-10)
        times = interleaved({"ours": lambda x=x: ours(x), "theirs": lambda x=x: theirs(x)})
        ratio = times["ours"] / times["theirs"]
        ours_read, theirs_read = readable(times["ours"]), readable(times["theirs"])
        rows.append(f"| n = {size} | {ours_read} | {theirs_read} | {ratio:.2f} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
