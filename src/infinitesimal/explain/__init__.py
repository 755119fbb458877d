"""The worked derivation of any derivative: symbolic, numerical, forward mode and reverse mode.

In: a formula or a function, and a point. Out: a `Derivation`, a plain tree of steps that prints in
the terminal, and as text, LaTeX, Markdown and JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infinitesimal.explain.derivation import Derivation

__all__ = ["Derivation", "explain"]


def explain(
    f: Callable[..., Any] | str,
    at: Any = None,
    methods: str | Sequence[str] = "all",
    wrt: str | Sequence[str] | None = None,
    h: Sequence[float] = (0.1, 0.001),
    detail: str = "full",
    names: Sequence[str] | None = None,
    *,
    method: str | None = None,
) -> Derivation:
    """The derivative of `f` at a point, worked out step by step.

    `f` is a function of numbers and arrays, or text such as "(x+y)(x+2y)". `at` is the point: a
    tuple of arguments, or a dict from names to values. `methods` chooses among "symbolic",
    "numerical", "forward" (or "dual") and "reverse", `method` is one of them; `wrt` the inputs by
    name; `h` the steps of the difference quotients; `detail="brief"` leaves out what is said once
    for all; `names` renames the inputs.
    Loops as values (`scan`, `while_loop`, …) are told folded: one step, and the values of the
    first, the second and the last; of a branch (`cond`, `switch`) the program that was taken.
    Raises `FormulaError` for text that cannot be read and `ArgumentError` for a point that does not
    fit.

    >>> derivation = explain("(x+y)(x+2y)", at={"x": 2, "y": 3}, methods="reverse")
    >>> derivation.results()
    {'reverse': {'x': 13.0, 'y': 18.0}}
    """
    from infinitesimal.explain.build import build  # what is told is imported when something is told

    return build(f, at, methods if method is None else method, wrt, h, detail, names)


def __getattr__(name: str) -> Any:
    if name == "Derivation":
        from infinitesimal.explain.derivation import Derivation  # as above: only when asked for

        return Derivation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["Derivation", "explain"]
