"""How a function of NumPy or SciPy becomes one that takes traced values too.

In: the function and the key of its meaning in `front.numpy_names`. Out: a function with the same
signature and documentation: with a traced value anywhere among its arguments, also deep in lists,
it builds the graph; with a dual number it gives dual ones; with plain ones alone it is the function
itself.

Functions that make arrays give, while a function is being traced, traced arrays of floating-point
numbers: a traced value can be written into those, and into an ndarray it cannot.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.front.dual import Dual, propagate
from infinitesimal.front.lazy import Lazy, call_word
from infinitesimal.front.numpy_names import WORDS
from infinitesimal.front.tracing import is_tracing

__all__ = ["Universal", "making", "mirrored"]


def _holds(kind: type[Any], value: Any) -> bool:
    """Whether a value is of this class, or a list, tuple or dict with one inside."""
    if value.__class__ is kind:
        return True
    if isinstance(value, (list, tuple)):
        return any(_holds(kind, item) for item in cast("list[Any]", value))
    return isinstance(value, dict) and any(
        _holds(kind, item) for item in cast("dict[Any, Any]", value).values()
    )


def mirrored(function: Callable[..., Any], key: Any = None) -> Callable[..., Any]:
    """The function for plain and traced arguments; `key` is that of its meaning, if not itself."""
    meaning = function if key is None else key

    @functools.wraps(function)
    def called(*args: Any, **options: Any) -> Any:
        if _holds(Dual, (args, options)):
            return propagate(called, args, options)
        if _holds(Lazy, (args, options)):
            return call_word(meaning, args, options)
        return function(*args, **options)

    return called


class Universal:
    """A universal function of NumPy for plain and traced arguments, with its methods."""

    def __init__(self, ufunc: Any) -> None:
        self.ufunc = ufunc
        functools.update_wrapper(cast("Any", self), ufunc)
        self._called = mirrored(ufunc)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """The function itself; see NumPy's documentation of it."""
        return self._called(*args, **options)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.ufunc, name)
        key = (self.ufunc, name)
        return mirrored(value, key) if key in WORDS else value

    def __repr__(self) -> str:
        return repr(self.ufunc)


def making(function: Callable[..., Any], key: Any = None) -> Callable[..., Any]:
    """A function that makes arrays: while tracing, traced arrays of floating-point numbers."""
    meaning = function if key is None else key

    @functools.wraps(function)
    def made(*args: Any, **options: Any) -> Any:
        if _holds(Dual, (args, options)):
            return propagate(made, args, options)
        if meaning in WORDS and _holds(Lazy, (args, options)):
            return call_word(meaning, args, options)
        answer: Any = function(*args, **options)
        fresh = answer.__class__ is np.ndarray and not any(answer is value for value in args)
        if fresh and is_tracing() and answer.dtype.kind == "f":
            return Lazy(constant(answer))
        return answer

    return made
