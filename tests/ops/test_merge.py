"""Loops that do the same work become one, however many there are."""

import numpy as np
import pytest

import infinitesimal as dx
from infinitesimal.ops.control import merge


def chained(x, loops):
    for _ in range(loops):
        x = dx.fori_loop(0, 2, lambda i, s: np.sin(s) * 1.1, x)
    return x


def unrolled(x, loops):
    for _ in range(2 * loops):
        x = np.sin(x) * 1.1
    return x


@pytest.mark.parametrize("by", (dx.jacfwd, dx.grad))
def test_loops_one_after_the_other_are_joined_at_once(by, monkeypatch):
    """Not the last of them, then the one before it, each by a walk over all."""
    rounds = []
    seek = merge._replaced

    def counted(found):
        if len(found) > 25:  # not within a body
            rounds.append(len(found))
        return seek(found)

    monkeypatch.setattr(merge, "_replaced", counted)
    slope = by(lambda x: chained(x, 30))(0.7)
    assert len(rounds) == 2, "one that replaces, one that finds nothing more"
    assert rounds[1] <= rounds[0] - 30 + 1
    assert slope == pytest.approx(by(lambda x: unrolled(x, 30))(0.7), rel=1e-13)


@pytest.mark.parametrize("forward", (True, False))
def test_of_loops_beside_one_another_only_those_alike_are_compared(forward, monkeypatch):
    """There are as many pairs as the square of their number; each but a few differs at a glance."""
    compared = []
    look = merge._loop_instead

    def counted(*pair):
        compared.append(pair)
        return look(*pair)

    monkeypatch.setattr(merge, "_loop_instead", counted)

    def beside(x):
        return sum(dx.fori_loop(0, 2, lambda i, s, k=k: np.sin(s) * k, x) for k in range(1, 31))

    if forward:
        value, slope = dx.jvp(beside, (0.7,), (1.0,))
    else:
        value, slope = dx.value_and_grad(beside)(0.7)
    assert 30 <= len(compared) <= 3 * 30
    expected = sum(k * k * np.cos(k * np.sin(0.7)) * np.cos(0.7) for k in range(1, 31))
    assert value == pytest.approx(sum(k * np.sin(k * np.sin(0.7)) for k in range(1, 31)), rel=1e-13)
    assert slope == pytest.approx(expected, rel=1e-12)
