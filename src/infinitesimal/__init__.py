"""Derivatives of ordinary NumPy code: exact, fast, explained.

    import numpy as np
    import infinitesimal as dx

    dx.grad(lambda x: np.sin(x) * x)(1.0)

Every name a person needs is here; `infinitesimal.numpy` and `infinitesimal.scipy` are drop-in
namespaces, `infinitesimal.extend` is the door for people who add words.
"""

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
from infinitesimal.comparison import compare, growth
from infinitesimal.core.graph import Graph
from infinitesimal.core.parse import parse
from infinitesimal.errors import InfinitesimalError
from infinitesimal.explain import explain
from infinitesimal.formulas import symbolic
from infinitesimal.front.dual import Dual, lift
from infinitesimal.front.written import constant, variable, written
from infinitesimal.methods import derivative
from infinitesimal.testing import check_grads

__all__ = [
    "Dual",
    "Graph",
    "InfinitesimalError",
    "check_grads",
    "compare",
    "constant",
    "derivative",
    "explain",
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
    "stop_gradient",
    "symbolic",
    "value_and_grad",
    "variable",
    "vjp",
    "written",
]
__version__ = "0.1.0"
