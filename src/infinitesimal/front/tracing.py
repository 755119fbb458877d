"""Whether a function is being traced here and now.

In: a call to trace. Out: `is_tracing()` is true while it runs, in its own thread and context only.
One reader: the functions of `infinitesimal.numpy` that make arrays, which make traced ones then, so
that traced values can be written into them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from infinitesimal.errors import InfinitesimalError, UnknownValueError
from infinitesimal.front.doing import INSIDE
from infinitesimal.front.origin import place

__all__ = ["call_traced", "is_tracing"]

_TRACED_SIZE = re.compile(r"expected a sequence of integers .* got 'Lazy\(i\d+\)'")
_tracing: ContextVar[bool] = ContextVar("infinitesimal is tracing", default=False)


def call_traced(function: Callable[..., Any], args: Sequence[Any], options: dict[str, Any]) -> Any:
    """The result of `function(*args, **options)`, called as one that is being traced."""
    before = _tracing.get()
    try:
        _tracing.set(True)
        return function(*args, **options)
    except ValueError as error:
        # NumPy's "setting an array element with a sequence" hides what a traced value said to it
        if isinstance(error.__cause__, InfinitesimalError):
            raise error.__cause__ from None
        raise
    except TypeError as error:
        # NumPy's functions that take a shape forget why a traced size was refused
        if _TRACED_SIZE.search(str(error)):
            raise _unknown_size(error) from None
        raise
    finally:
        # One call, and of C: an interrupt finds it not begun or done. (A context manager in Python
        # can be interrupted as it is entered and as it is left.)
        _tracing.set(before)


def _unknown_size(error: TypeError) -> UnknownValueError:
    raised = error.__traceback__
    while raised is not None and raised.tb_next is not None:
        raised = raised.tb_next
    where = None if raised is None else (raised.tb_frame.f_code, raised.tb_lineno)
    return UnknownValueError(
        f"the shape of an array at {place(where)}",
        found="a traced whole number whose value is not known here",
        why="every array in a traced function has a shape of its own, whatever the values",
        instead=INSIDE["zeros()"],
    )


def is_tracing() -> bool:
    """Whether this code runs inside a function that is being traced."""
    return _tracing.get()
