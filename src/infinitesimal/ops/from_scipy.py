"""How a function of `scipy.special` becomes a word.

SciPy is imported when the first of these words is used: a quarter of a second that programs without
them need not wait for.
"""

from __future__ import annotations

import importlib
from typing import Any

from infinitesimal.core.notation import ATOM
from infinitesimal.core.primitive import Domain, Notation, Primitive
from infinitesimal.ops.declare import Partial, elementwise

__all__ = ["scipy_function", "special"]


def scipy_function(name: str) -> Any:
    """The function `scipy.special.<name>`, found when it is first called."""

    def function(*operands: Any) -> Any:
        return getattr(importlib.import_module("scipy.special"), name)(*operands)

    return function


def special(
    name: str, *partials: Partial, because: str, domain: Domain, analytic: Any = None,
    written: str = "", latex: str = "", numpy: Any = None,
) -> Primitive:  # fmt: skip
    """A word that answers for `scipy.special.<name>`, called `written` where that says more.

    `numpy` evaluates it in place of SciPy's function.
    """
    inner = ", ".join(f"{{{k}}}" for k in range(len(partials)))
    command = latex or rf"\operatorname{{{{{(written or name).replace('_', '-')}}}}}"
    return elementwise(
        written or name, numpy or scipy_function(name), *partials, because=because, domain=domain,
        analytic=analytic, answers=f"scipy.special.{name}",
        notation=Notation(
            f"{written or name}({inner})", rf"{command}\left({inner}\right)",
            f"scipy.special.{name}({inner})", ATOM, (0,) * len(partials),
        ),
    )  # fmt: skip
