"""The names of `numpy.linalg` for code that is differentiated; see `infinitesimal.numpy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as _numpy

from infinitesimal.front.mirror import Universal as _Universal
from infinitesimal.front.mirror import mirrored as _mirrored
from infinitesimal.front.numpy_names import WORDS as _WORDS

LinAlgError = _numpy.linalg.LinAlgError

__all__ = ["LinAlgError"]
for _name in _numpy.linalg.__all__:
    _value = getattr(_numpy.linalg, _name)
    if _value in _WORDS:
        globals()[_name] = (_Universal if isinstance(_value, _numpy.ufunc) else _mirrored)(_value)
        __all__ += [_name]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
