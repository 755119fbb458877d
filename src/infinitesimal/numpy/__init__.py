"""NumPy's names for code that is differentiated: `import infinitesimal.numpy as np`.

With plain arguments each function is NumPy's own. With a traced value among them, also deep in
lists, it is traced, so that `np.array([x, y**2])` and `np.full(3, x)` keep the derivative, which
NumPy's own versions have to refuse. Inside a function that is being differentiated the functions
that make floating-point arrays make traced ones, into which traced values can be written:

>>> import infinitesimal as dx
>>> import infinitesimal.numpy as dnp
>>> def powers(x):
...     y = dnp.zeros(3)
...     for k in range(3):
...         y[k] = x**k
...     return y
>>> dx.jacobian(powers)(2.0)
array([0., 1., 4.])

What has no derivative rule here is left out; constants, dtypes and the questions about them are
NumPy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as _numpy

from infinitesimal.core.primitive import BY_NUMPY as _BY_NUMPY
from infinitesimal.front.mirror import Universal as _Universal
from infinitesimal.front.mirror import making as _making
from infinitesimal.front.mirror import mirrored as _mirrored
from infinitesimal.front.numpy_names import WORDS as _WORDS
from infinitesimal.numpy import linalg as linalg

# Functions that make arrays, and the key of their meaning where they are given traced values.
_MAKING: dict[str, Any] = {
    **dict.fromkeys("arange copy empty eye geomspace identity linspace logspace".split()),
    **dict.fromkeys("ones tri zeros empty_like full_like ones_like zeros_like".split()),
    **dict.fromkeys("array asarray asanyarray ascontiguousarray".split(), "array"),
    "full": "full",
}

# Names that mean the same for traced and plain values, or that only ever meet plain ones.
_PLAIN = """
e euler_gamma inf nan newaxis pi
bool bool_ byte cdouble character clongdouble complex64 complex128 complexfloating csingle double
dtype errstate finfo flexible float16 float32 float64 floating generic half iinfo inexact int_ int8
int16 int32 int64 intc integer intp long longdouble longlong ndarray number short signedinteger
single ubyte ufunc uint uint8 uint16 uint32 uint64 uintc uintp ulong ulonglong unsignedinteger
ushort
array2string array_repr array_str broadcast_shapes can_cast diag_indices get_printoptions indices
isdtype isscalar issubdtype iterable ix_ mask_indices min_scalar_type ndenumerate ndindex
printoptions promote_types ravel_multi_index result_type seterr geterr set_printoptions
tril_indices triu_indices unravel_index random s_ index_exp
"""


def _known(name: str) -> Any:
    """What the name means here; None where it is left out."""
    value = getattr(_numpy, name)
    if name in _MAKING:
        return _making(value, _MAKING[name])
    try:
        known = value in _WORDS or value in _BY_NUMPY
    except TypeError:  # not hashable, so not a function
        return None
    if not known:
        return None
    return _Universal(value) if isinstance(value, _numpy.ufunc) else _mirrored(value)


__all__ = ["linalg"]  # pyright: ignore[reportUnsupportedDunderAll]
for _name in sorted(set(dir(_numpy)) | set(_PLAIN.split())):
    _value = getattr(_numpy, _name, None) if _name in _PLAIN.split() else None
    if _value is None and not _name.startswith("_") and _name != "linalg":
        _value = _known(_name)
    if _value is not None or _name == "newaxis":
        globals()[_name] = _value
        __all__ += [_name]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
