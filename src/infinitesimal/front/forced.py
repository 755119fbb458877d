"""Where Python asks a traced array for a number: conditions, conversions, printing.

In: the node of a traced array. Out: its value, where a number has no derivative to lose (a
condition, an index, a rounding, what is printed), else the error that says what to write.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.leaf import why_unknown
from infinitesimal.core.node import NEVER, Node
from infinitesimal.errors import (
    InfinitesimalError,
    LostDerivativeError,
    ShapeError,
    UnknownValueError,
)
from infinitesimal.front.doing import ANYWHERE, INSIDE, PRINTED, doing
from infinitesimal.front.escape import called_outside, in_place_of, lost
from infinitesimal.front.origin import place
from infinitesimal.front.tracing import is_tracing
from infinitesimal.front.unknown import LEFT, unknown

__all__ = ["AS_ARRAY", "Forced"]

_WHOLE = (
    "infinitesimal.numpy.take(values, k, axis=0) for values[k];\n"
    "infinitesimal.fori_loop(0, n, body, x) for range(n); a number that is not traced for a size"
)

AS_ARRAY = "conversion to a NumPy array"  # what is asked where a plain array is indexed, too


def _not_known(asked: str, node: Node, instead: str) -> UnknownValueError:
    """The error where a value is not known, with what to write for what the line was doing."""
    if not is_tracing():
        return unknown(asked, node, LEFT)
    said = INSIDE.get(doing(), "")
    caller = "" if said else called_outside()
    if caller:
        return unknown(asked, node, in_place_of(caller), f"inside {caller}")
    return unknown(asked, node, said or instead)


class Forced:
    """The half of a traced array that Python's own conversions see."""

    __slots__ = ()

    node: Node

    def __hash__(self) -> int:
        raise LostDerivativeError(
            f"the hash of a traced {self.node.type} at {place()}",
            why="a set, a dict or a cache finds by value, and would answer for another number",
            instead="a list; or float(infinitesimal.stop_gradient(x)) as the key",
        )

    def force(self, asked: str, instead: str = "") -> Any:
        """The value, evaluated now; `asked` names what wants it, for the error message."""
        known = self.node.value
        if known is not None:
            return known
        try:
            return evaluate([self.node], keep=True)[0]
        except UnknownValueError:
            raise _not_known(asked, self.node, instead) from None

    def __bool__(self) -> bool:
        if self.node.type.size != 1:
            raise ShapeError(
                f"the truth value of an array at {place()}",
                found=str(self.node.type),
                why="an array of several elements is neither true nor false",
                instead="x.any() or x.all()",
            )
        return bool(self.force("a condition"))

    def __int__(self) -> int:
        return int(self.force("int()", "x.astype(int), a traced whole number"))

    def __trunc__(self) -> int:
        return int(self.force("math.trunc()", "np.trunc(x)"))

    def __floor__(self) -> int:
        return math.floor(self.force("math.floor()", "np.floor(x)"))

    def __ceil__(self) -> int:
        return math.ceil(self.force("math.ceil()", "np.ceil(x)"))

    def __index__(self) -> int:
        if self.node.type.dtype.kind not in "iu" or self.node.type.shape:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self.force("a whole number", _WHOLE))

    def __float__(self) -> float:
        return float(
            self._plain(
                "float()",
                "number",
                "x itself (a traced number computes like a float); np.sin(x) for math.sin(x);\n"
                "infinitesimal.numpy.zeros(n) for an array that x is written into",
            )
        )

    def __complex__(self) -> complex:
        return complex(self._plain("complex()", "number", "x itself"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = self._plain(
            AS_ARRAY,
            "array",
            "infinitesimal.numpy.take(values, k, axis=0) for values[k]"
            if self.node.type.dtype.kind in "iu"
            else "infinitesimal.numpy.array([x, y]) or np.stack([x, y])",
        )
        return np.array(value, dtype)

    def _plain(self, asked: str, plain: str, instead: str) -> Any:
        if self.node.active == NEVER:
            return self.force(asked, instead)
        if why_unknown(self.node):
            raise _not_known(asked, self.node, instead)
        raise lost(asked, self.node.type, plain, ANYWHERE.get(doing(), instead))

    def __str__(self) -> str:
        try:
            return str(self.force("print"))
        except UnknownValueError:
            return repr(self)

    def __repr__(self) -> str:
        try:
            return f"Lazy({np.array2string(np.asarray(self.force('repr')), separator=', ')})"
        except InfinitesimalError:
            return f"Lazy({self.node.type})"

    def __format__(self, spec: str) -> str:
        return (
            format(self.force("format", f"f'{{x}}', which shows its type; {PRINTED}"), spec)
            if spec
            else str(self)
        )

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise LostDerivativeError(
            f"pickle of a traced {self.node.type} at {place()}",
            why="a pickled number has no past, so the derivative would be silently lost",
            instead="infinitesimal.stop_gradient(x) evaluated first",
        )
