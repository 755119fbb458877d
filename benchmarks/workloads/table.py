"""Times of the workloads: the derivative beside the same one by hand in NumPy and by JAX.

Each row checks its numbers first. JAX is compiled and waited for; the library evaluates its graph
word by word with NumPy, so that what these rows show is the price of a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.timing import interleaved, readable
from benchmarks.workloads import ba, lstm
from tests.workloads import ba_by_hand, ba_in_jax, lstm_by_hand, lstm_in_jax

LSTM_SIZES = ((2, 64), (2, 512), (6, 512))  # layers, characters
BA_SIZES = ((5, 70, 300), (49, 776, 3_000), (49, 7_776, 31_843))  # cameras, points, observations


def lstm_contestants(layers: int, characters: int) -> dict[str, Callable[[], Any]]:
    """The gradient of the loss, by each contestant."""
    inputs = lstm.inputs(layers, characters)
    return {
        "ours": lambda: lstm.jacobian(*inputs),
        "checkpointed": lambda: lstm.jacobian(*inputs, checkpoint=True),
        "by hand": lambda: lstm_by_hand.jacobian(*inputs),
        "jax": lambda: lstm_in_jax.jacobian(*inputs).block_until_ready(),
    }


def ba_contestants(cameras: int, points: int, observations: int) -> dict[str, Callable[[], Any]]:
    """The values of the sparse Jacobian, by each contestant; the library's with their places."""
    inputs = ba.inputs(cameras, points, observations)
    return {
        "ours": lambda: ba.jacobian(*inputs).values,
        "by hand": lambda: ba_by_hand.values(*inputs),
        "jax": lambda: ba_in_jax.values(*inputs).block_until_ready(),
    }


def measured(title: str, contestants: dict[str, dict[str, Callable[[], Any]]]) -> list[str]:
    """A table in Markdown: a row for each size, a column for each contestant."""
    names = next(iter(contestants.values())).keys()
    heading = [title, *names, "ours / by hand"]
    rows = [f"| {' | '.join(heading)} |", "|---" * len(heading) + "|"]
    for size, calls in contestants.items():
        expected = calls["by hand"]()
        for call in calls.values():
            np.testing.assert_allclose(call(), expected, rtol=1e-9, atol=1e-11)
        times = interleaved(calls, rounds=5, seconds=0.02)
        ratio = times["ours"] / times["by hand"]
        cells = [size, *(readable(times[name]) for name in names), f"{ratio:.2f}"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def tables() -> list[str]:
    """The rows of both tables, in Markdown."""
    texts = {f"{n} layers, {c:,} characters": lstm_contestants(n, c) for n, c in LSTM_SIZES}
    scenes = {f"{p:,} observations": ba_contestants(n, m, p) for n, m, p in BA_SIZES}
    return [
        *measured("lstm, gradient", texts),
        "",
        *measured("ba, sparse Jacobian", scenes),
    ]
