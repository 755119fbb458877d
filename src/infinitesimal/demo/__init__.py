"""What `make demo` shows, in three acts: a derivative explained, a fit certified, a cost counted.

In: nothing. Out: a minute's reading on the terminal. `misra1a` holds NIST's data for the second
act, `fit` and `cost` are the second and third acts.
"""

import infinitesimal as dx
from infinitesimal.demo import cost, fit

__all__ = ["main"]


def main() -> None:
    """Print the three acts."""
    _heading("1. A derivative, worked out by four methods")
    dx.explain("(x+y)*(x+2*y)", at={"x": 2, "y": 3}).show()
    _heading("2. A fit, held against certified digits")
    print(fit.page())
    _heading("3. A gradient of 1,000 parameters, and what each method pays for it")
    print(cost.page())


def _heading(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}\n", flush=True)
