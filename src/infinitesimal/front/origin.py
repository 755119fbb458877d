"""Where in the user's own code something was asked: file and line, for errors and for the graph.

In: the running call stack. Out: the nearest line outside the library, NumPy and SciPy.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

__all__ = ["place", "user_line"]

_HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_NUMPY = os.path.dirname(os.path.abspath(np.__file__))
_SCIPY = os.path.join(os.path.dirname(_NUMPY), "scipy")  # beside it, and not imported to be asked
_OUTSIDE = (_NUMPY + os.sep, _SCIPY + os.sep, _HOUSE)


def user_line(depth: int = 1) -> tuple[Any, int] | None:
    """The code object and line of the nearest caller outside the library, NumPy and SciPy."""
    frame = sys._getframe(depth)  # pyright: ignore[reportPrivateUsage] (CPython's documented name)
    while frame is not None and frame.f_code.co_filename.startswith(_OUTSIDE):
        frame = frame.f_back
    return None if frame is None else (frame.f_code, frame.f_lineno)


def place(origin: tuple[Any, int] | None = None) -> str:
    """`file:line` of an origin, or of the user's line now running."""
    where = origin or user_line(2)
    return "?" if where is None else f"{os.path.basename(where[0].co_filename)}:{where[1]}"
