"""The door for people who add a word: declare it once, and every method knows it.

In: a NumPy function and its partials (or its transpose, or its forward rule). Out: a function that
works on numbers, arrays and traced arrays. The constructors say what each kind needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infinitesimal.core.notation import infix, prefix
from infinitesimal.core.primitive import REGISTRY, Domain, Notation, Primitive
from infinitesimal.front import lazy as _lazy
from infinitesimal.front.trace import presented as _presented
from infinitesimal.ops.batching import aligned, along_axis
from infinitesimal.ops.declare import custom, elementwise, linear, multilinear

__all__ = [
    "REGISTRY",
    "Domain",
    "Notation",
    "Primitive",
    "aligned",
    "along_axis",
    "custom",
    "elementwise",
    "function",
    "infix",
    "linear",
    "multilinear",
    "prefix",
]


def function(primitive: Primitive) -> Callable[..., Any]:
    """The function a person calls, for a word declared here.

    It takes numbers, arrays and traced arrays; static parameters of the word go by keyword.

    >>> exponential = function(REGISTRY["exp"])
    >>> exponential(0.0), dx.grad(exponential)(1.0) == np.e
    (1.0, True)
    """

    def call(*operands: Any, **params: Any) -> Any:
        if any(isinstance(operand, _lazy.Lazy) for operand in operands):
            return _lazy.apply(lambda *nodes: primitive(*nodes, **params), *operands)
        static = [params[name] for name in primitive.parameters]
        return _presented(primitive.evaluate(*operands, *static))

    call.__name__ = primitive.name
    call.__doc__ = primitive.because
    return call
