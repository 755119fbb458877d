"""Where a function of real numbers is sampled: every size, both signs, close to poles and ends.

In: the ends of a domain. Out: a sampler, a function of a random generator and a count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Sampler = Callable[[Any, int], Any]


def logarithmic(rng: Any, low: float, high: float, count: int) -> Any:
    """Numbers whose logarithm is uniform."""
    return np.exp(rng.uniform(np.log(low), np.log(high), count))


def line(low: float = 1e-300, high: float = 1e300) -> Sampler:
    """Both signs, every size, and an ordinary stretch in the middle."""

    def sample(rng: Any, count: int) -> Any:
        sizes = logarithmic(rng, low, high, count)
        middle = rng.uniform(0, min(high, 30.0), count)
        return rng.choice([-1.0, 1.0], count) * np.where(rng.random(count) < 0.5, sizes, middle)

    return sample


def ray(low: float = 1e-300, high: float = 1e300, *, start: float = 0.0) -> Sampler:
    """Above `start`, at every distance from it."""

    def sample(rng: Any, count: int) -> Any:
        middle = rng.uniform(0, min(high, 10.0), count)
        above = start + np.where(
            rng.random(count) < 0.6, logarithmic(rng, low, high, count), middle
        )
        return np.where(above > start, above, np.nextafter(start, np.inf))

    return sample


def between(low: float, high: float, *ends: float) -> Sampler:
    """Inside an interval, at every distance from its ends and from the further points named."""

    def sample(rng: Any, count: int) -> Any:
        width = high - low
        inside = rng.uniform(low, high, count)
        point = rng.choice([low, high, *ends], count)
        side = np.where(
            point == low, 1.0, np.where(point == high, -1.0, rng.choice([-1, 1], count))
        )
        close = point + side * logarithmic(rng, 1e-300, width / 2, count)
        found = np.where(rng.random(count) < 0.5, inside, close)
        return np.clip(found, np.nextafter(low, high), np.nextafter(high, low))

    return sample


def between_poles(rng: Any, count: int) -> Any:
    """Negative, at every distance from the whole numbers."""
    whole = -rng.integers(1, 20, count)
    close = rng.choice([-1.0, 1.0], count) * logarithmic(rng, 1e-12, 0.5, count)
    return whole + np.where(rng.random(count) < 0.5, close, rng.uniform(0.1, 0.9, count))


def pairs(first: Sampler, second: Sampler) -> Sampler:
    """Two operands: unrelated, of about one size, almost equal, and equal."""

    def sample(rng: Any, count: int) -> Any:
        x, y = first(rng, count), second(rng, count)
        kind = rng.integers(0, 4, count)
        near = x * np.where(kind == 1, rng.uniform(0.2, 5, count), 1 + rng.normal(0, 1e-8, count))
        return x, np.where(kind == 0, y, np.where(kind == 3, x, near))

    return sample


def apart(first: Sampler, second: Sampler) -> Sampler:
    """Two operands that have nothing to do with each other."""
    return lambda rng, count: (first(rng, count), second(rng, count))
