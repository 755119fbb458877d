"""The names of `scipy.special` for code that is differentiated.

>>> import infinitesimal as dx
>>> from infinitesimal.scipy import special
>>> dx.grad(special.gammaln)(1.0)
-0.5772156649015329

With plain arguments each function is SciPy's own, with a traced one it is traced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import scipy.special as _special

from infinitesimal.core.primitive import BY_NUMPY as _BY_NUMPY
from infinitesimal.front.mirror import mirrored as _mirrored
from infinitesimal.front.numpy_names import WORDS as _WORDS

_PREFIX = "scipy.special."

__all__: list[str] = []
for _key in sorted(key for key in {*_WORDS, *_BY_NUMPY} if str(key).startswith(_PREFIX)):
    _name = str(_key).removeprefix(_PREFIX)
    globals()[_name] = _mirrored(getattr(_special, _name), _key)
    __all__ += [_name]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
