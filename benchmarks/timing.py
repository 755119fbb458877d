"""Fair timing on a noisy machine: contestants interleaved, medians, ratios.

In: functions by name. Out: the median seconds of one call of each. The contestants take turns, so
that a slow minute of the machine is slow for all of them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def interleaved(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int = 15, seconds: float = 0.05
) -> dict[str, float]:
    """Median seconds a call; each turn repeats its contestant for about `seconds`."""
    repeats: dict[str, int] = {}
    for name, call in contestants.items():
        call()
        start = time.perf_counter()
        call()
        once = max(time.perf_counter() - start, 1e-7)
        repeats[name] = max(1, int(seconds / once))
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            turns[name].append((time.perf_counter() - start) / repeats[name])
    return {name: statistics.median(times) for name, times in turns.items()}


def readable(seconds: float) -> str:
    """A time with its unit: `12.3 µs`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
