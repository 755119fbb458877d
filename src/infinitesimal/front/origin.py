"""Where in the user's own code something was asked: file and line, for errors and for the graph.

In: the running call stack. Out: the nearest line outside the library, NumPy and SciPy, and the
function of theirs that was called there.
"""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Any

import numpy as np

from infinitesimal.core.node import line_of

__all__ = ["foreign_call", "place", "user_frame", "user_line"]

_HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_NUMPY = os.path.dirname(os.path.abspath(np.__file__))
_SCIPY = os.path.join(os.path.dirname(_NUMPY), "scipy")  # beside it, and not imported to be asked
_OUTSIDE = (_NUMPY + os.sep, _SCIPY + os.sep, _HOUSE)


def user_frame(depth: int) -> FrameType | None:
    """The frame of the nearest caller outside the library, NumPy and SciPy."""
    frame = sys._getframe(depth)  # pyright: ignore[reportPrivateUsage] (CPython's documented name)
    while frame is not None and frame.f_code.co_filename.startswith(_OUTSIDE):
        frame = frame.f_back
    return frame


def user_line(depth: int = 1) -> tuple[Any, int] | None:
    """The code object and line of that caller."""
    frame = user_frame(depth + 1)
    return None if frame is None else (frame.f_code, frame.f_lineno)


def place(origin: tuple[Any, int] | None = None) -> str:
    """`file:line` of an origin, or of the user's line now running."""
    where = origin or user_line(2)
    return "?" if where is None else line_of(where)


def foreign_call() -> str:
    """The function of NumPy or SciPy that the user's own line called, if one is running."""
    frame, outermost = sys._getframe(1), None  # pyright: ignore[reportPrivateUsage] (as above)
    while frame is not None and frame.f_code.co_filename.startswith(_OUTSIDE):
        if frame.f_code.co_filename.startswith(_OUTSIDE[:2]):
            outermost = frame
        frame = frame.f_back
    if outermost is None:
        return ""
    name = outermost.f_code.co_qualname.partition(".<locals>")[0]
    for hook in (".__init__", ".__new__", ".__call__"):
        name = name.removesuffix(hook)
    return f"{_public(outermost.f_globals['__name__'], name)}.{name}"


def _public(module: str, name: str) -> str:
    """The shortest module above this one that knows the name: the one it is imported from."""
    parts, first = module.split("."), name.partition(".")[0]
    for length in range(1, len(parts) + 1):
        package = ".".join(parts[:length])
        if first in vars(sys.modules[package]):
            return package.partition("._")[0]
    return module.partition("._")[0]
