"""The third act of the demonstration: a gradient of 1,000 parameters, and what it costs.

In: a function of as many parameters as one likes. Out: a page with its gradient by every method,
then with the growth of their work. Operations are counted on the graphs, times are of this machine.
"""

from typing import Any

import numpy as np

import infinitesimal as dx

__all__ = ["orbit", "page", "rippled_valley", "start"]

PARAMETERS = 1000
SIZES = (10, 100, 1000, 10_000)
GROWING = ("forward-difference", "dual", "reverse")
BUDGET = 3.0  # seconds a run may last before its row is extrapolated


def rippled_valley(x: Any) -> Any:
    """Rosenbrock's valley through all neighbours, with ripples and a soft wall.

    >>> float(rippled_valley(np.zeros(3)))
    2.0
    """
    left, right = x[:-1], x[1:]
    valley = 100 * (right - left**2) ** 2 + (1 - left) ** 2
    ripples = np.sin(3 * left * right) * np.exp(-(right**2))
    return np.sum(valley + ripples)


def start(n: int) -> np.ndarray:
    """Where the gradient is taken: nowhere special."""
    return np.random.default_rng(1).uniform(-1.0, 1.0, n)


def orbit(t: Any) -> Any:
    """A thousand numbers from one: where each of so many bodies is at time t.

    >>> float(orbit(0.0)[-1])
    1.0
    """
    return np.cos(np.linspace(1.0, 2.0, PARAMETERS) * t)


def page() -> str:
    """The act as text: every method at one point, growing inputs, and the case turned round."""
    gradient = dx.compare(rippled_valley, start(PARAMETERS))
    growth = dx.growth(rippled_valley, SIZES, point=start, methods=GROWING, budget=BUDGET)
    turned = dx.compare(orbit, 1.0, methods=("dual", "reverse"))
    saving = gradient["forward-difference"].operations / gradient["reverse"].operations
    return f"""\
Rosenbrock's valley with ripples on it, a function of {PARAMETERS:,} parameters. Digits
are those that agree with reverse mode; operations are counted, times measured.

{gradient}

Reverse mode asks for one evaluation and one sweep back, however many the
inputs: here {saving:,.0f} times fewer operations than the cheapest differences.
Below, a run that would take long is extrapolated and marked ~.

{growth}

It is not always so. One input and {PARAMETERS:,} outputs want forward mode: a pass for
each input, where reverse mode needs a sweep for each output.

{turned}"""
