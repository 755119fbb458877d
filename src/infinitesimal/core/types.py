"""What is known of a value before it is computed: its dtype and shape.

In: a NumPy dtype and a tuple of sizes, or a value. Out: an interned `Type`, printed `f64[2,3]`. Two
equal types are the same object, so that a table keyed by types costs one look-up. What a loop whose
length is not known writes down, step by step, is a *tape*, `f64[?,3]`; a word with several results
has a `Bundle` of types, `(f64, f64[3])`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infinitesimal.errors import DtypeError, GraphError

__all__ = [
    "ANY",
    "BOOL",
    "FLOAT64",
    "INT64",
    "Bundle",
    "Type",
    "array_type",
    "bundle_type",
    "dtype_code",
    "dtype_named",
    "stacked_type",
    "type_of",
]

ANY = -1  # the first size of a tape: as many as there were steps

_CODES = {
    "bool": "bool",
    **{f"int{bits}": f"i{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"u{bits}" for bits in (8, 16, 32, 64)},
    **{f"float{bits}": f"f{bits}" for bits in (16, 32, 64)},
    **{f"complex{bits}": f"c{bits}" for bits in (64, 128)},
}
_DTYPES = {code: np.dtype(name) for name, code in _CODES.items()}


class Type:
    """The dtype and shape of an array, interned: compare with `is`.

    >>> array_type(np.float64, (2, 3))
    f64[2,3]
    """

    __slots__ = ("dtype", "inexact", "ndim", "shape", "size")

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    ndim: int
    size: int
    inexact: bool

    def __init__(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.dtype = dtype
        self.shape = shape
        self.ndim = len(shape)
        self.size = math.prod([size for size in shape if size != ANY])
        self.inexact = dtype.kind in "fc"

    @property
    def parts(self) -> tuple[Type, ...]:
        """The types of the results of a word of this type: this one alone."""
        return (self,)

    @property
    def tape(self) -> bool:
        """Whether its first size is not known: one entry for each step of some loop."""
        return self.shape[:1] == (ANY,)

    def __repr__(self) -> str:
        return dtype_code(self.dtype) + (f"[{self.sizes}]" if self.shape else "")

    @property
    def sizes(self) -> str:
        """The sizes as they are written: `2,3`, `?,3`."""
        return ",".join("?" if size == ANY else str(size) for size in self.shape)

    def __reduce__(self) -> tuple[Any, ...]:
        return array_type, (self.dtype, self.shape)


class Bundle(Type):
    """The types of several results of one word, interned like any type.

    >>> bundle_type((FLOAT64, array_type(np.int64, (3,))))
    (f64, i64[3])
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[Type, ...]) -> None:
        super().__init__(np.dtype(np.void), ())
        self._parts = parts
        self.size = sum(part.size for part in parts)
        self.inexact = any(part.inexact for part in parts)

    @property
    def parts(self) -> tuple[Type, ...]:
        """The type of each result."""
        return self._parts

    def __repr__(self) -> str:
        return f"({', '.join(map(str, self.parts))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return bundle_type, (self.parts,)


_bundles: dict[tuple[Type, ...], Bundle] = {}


def bundle_type(parts: tuple[Type, ...]) -> Bundle:
    """The one `Bundle` of these types."""
    known = _bundles.get(parts)
    return _bundles.setdefault(parts, Bundle(parts)) if known is None else known


def stacked_type(element: Type, length: int) -> Type:
    """The type of so many elements along a new first axis; a tape where the length is `ANY`."""
    return array_type(element.dtype, (length, *element.shape))


_interned: dict[tuple[np.dtype[Any], tuple[int, ...]], Type] = {}


def array_type(dtype: Any, shape: tuple[int, ...] = ()) -> Type:
    """The one `Type` of this dtype and shape.

    Raises `DtypeError` for a dtype that is not boolean, integer, real or complex.
    """
    key = (np.dtype(dtype), shape)
    known = _interned.get(key)
    if known is None:
        dtype_code(key[0])
        known = _interned.setdefault(key, Type(*key))
    return known


def type_of(value: Any) -> Type:
    """The type of a NumPy array, NumPy scalar or Python number."""
    array = np.asarray(value)
    return array_type(array.dtype, array.shape)


def dtype_code(dtype: np.dtype[Any]) -> str:
    """The short name of a dtype: `f64`, `i32`, `bool`."""
    code = _CODES.get(dtype.name)
    if code is None:
        raise DtypeError(
            f"a value of dtype {dtype.name}",
            why="only booleans, integers, real and complex floating-point numbers can be traced",
            instead="convert it first, for instance with np.asarray(value, dtype=float)",
        )
    return code


def dtype_named(code: str) -> np.dtype[Any]:
    """The dtype with this short name; the inverse of `dtype_code`."""
    if code not in _DTYPES:
        raise GraphError(f"a dtype written {code!r}", instead="one of " + ", ".join(_DTYPES))
    return _DTYPES[code]


FLOAT64 = array_type(np.float64)
INT64 = array_type(np.int64)
BOOL = array_type(np.bool_)
