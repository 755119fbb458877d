"""Derivatives of ordinary NumPy code: exact, fast, explained.

    import numpy as np
    import infinitesimal as dx

    dx.grad(lambda x: np.sin(x) * x)(1.0)

Every name a person needs is here; `infinitesimal.numpy` and `infinitesimal.scipy` are drop-in
namespaces, `infinitesimal.extend` is the door for people who add words.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from infinitesimal.api import (
    grad,
    graph,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)
from infinitesimal.core.graph import Graph
from infinitesimal.errors import InfinitesimalError
from infinitesimal.explain import explain
from infinitesimal.front.dual import Dual, lift
from infinitesimal.front.written import constant, variable, written

if TYPE_CHECKING:
    from infinitesimal.batching import vmap
    from infinitesimal.branches import cond, switch
    from infinitesimal.comparison import compare, growth
    from infinitesimal.core.parse import parse
    from infinitesimal.formulas import symbolic
    from infinitesimal.loops import fori_loop, scan, while_loop
    from infinitesimal.methods import derivative
    from infinitesimal.testing import check_grads

__all__ = [
    "Dual",
    "Graph",
    "InfinitesimalError",
    "check_grads",
    "compare",
    "cond",
    "constant",
    "derivative",
    "explain",
    "fori_loop",
    "grad",
    "graph",
    "growth",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "lift",
    "linearize",
    "parse",
    "scan",
    "stop_gradient",
    "switch",
    "symbolic",
    "value_and_grad",
    "variable",
    "vjp",
    "vmap",
    "while_loop",
    "written",
]
__version__ = "0.1.0"

# Rooms that are opened when first asked for, so that the import stays light.
_LATER = {
    "check_grads": "testing",
    "compare": "comparison",
    "cond": "branches",
    "derivative": "methods",
    "fori_loop": "loops",
    "growth": "comparison",
    "parse": "core.parse",
    "scan": "loops",
    "switch": "branches",
    "symbolic": "formulas",
    "vmap": "batching",
    "while_loop": "loops",
}
_DOORS = ("extend", "numpy", "scipy")


def __getattr__(name: str) -> Any:
    if name in _DOORS:
        return import_module(f"{__name__}.{name}")
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
