"""What is said when a traced array would become a plain number or array, and lose its past.

In: what was asked for, and by which function of NumPy or SciPy, if one of theirs did so inside.
Out: the error, with what to write in that function's place.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from infinitesimal.core.primitive import BY_NUMPY
from infinitesimal.errors import LostDerivativeError
from infinitesimal.front.doing import doing
from infinitesimal.front.numpy_names import WORDS
from infinitesimal.front.origin import foreign_call, place

__all__ = ["called_outside", "in_place_of", "lost"]

_STOP = "infinitesimal.stop_gradient(x) if the derivative is to end"
_VECTORIZE = "f(x) itself, which works element by element; or np.stack([f(v) for v in x])"
_ALIKE = {"scipy.linalg": "np.linalg", "scipy.integrate": "np"}  # the same functions, in NumPy


def lost(asked: str, kind: Any, plain: str, instead: str) -> LostDerivativeError:
    """The error for a traced array of this type, asked to become a `plain` thing.

    `instead` is what to write where the user's own line asked for it.
    """
    caller = called_outside()
    if not caller:
        return LostDerivativeError(
            f"{asked} of a traced {kind} at {place()}",
            why=f"a plain {plain} has no past, so the derivative would be silently lost",
            instead=f"{instead};\n{_STOP}",
        )
    return LostDerivativeError(
        f"{caller} of a traced {kind} at {place()}",
        found=f"{asked}, inside {caller}",
        why=f"a plain {plain} has no past, so the derivative would be silently lost",
        instead=f"{in_place_of(caller)};\n{_STOP}",
    )


def called_outside() -> str:
    """The function of NumPy or SciPy that is running and knows no traced arrays; empty if none."""
    caller = foreign_call()
    if caller.rpartition(".")[2].startswith("_"):  # a decorator of theirs
        caller = _decorated(doing().removesuffix("()")) or caller
    return "" if _known(caller) else caller  # NumPy knows traced arrays, but not inside a list


def _decorated(name: str) -> str:
    """The function of SciPy of this name that the user's line called."""
    packages = [key for key in sys.modules if key.startswith("scipy.") and "._" not in key]
    found = [key for key in packages if name and name in vars(sys.modules[key])]
    return f"{min(found, key=len)}.{name}" if found else ""


def _known(name: str) -> bool:
    """Whether a dotted name is that of a NumPy function with a meaning for traced arrays."""
    package, _, rest = name.partition(".")
    found: Any = np if package == "numpy" else None
    for part in rest.split("."):
        found = getattr(found, part, None)
    return found is not None and (found in WORDS or found in BY_NUMPY)


def in_place_of(caller: str) -> str:
    """What to write in the place of such a function."""
    package, _, name = caller.rpartition(".")
    if caller in WORDS or caller in BY_NUMPY:
        return f"infinitesimal.{caller}, the same function for traced arrays too"
    if package in _ALIKE and _known(f"{_ALIKE[package]}.{name}".replace("np", "numpy", 1)):
        return f"{_ALIKE[package]}.{name}"
    if caller == "numpy.vectorize":
        return _VECTORIZE
    return "the same computation written with functions of NumPy"
