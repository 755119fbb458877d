"""Derivatives of ordinary NumPy code: exact, fast, explained."""

from infinitesimal import ops as _words
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
from infinitesimal.core.parse import parse
from infinitesimal.explain import explain
from infinitesimal.formulas import symbolic
from infinitesimal.front.dual import Dual, lift
from infinitesimal.front.written import constant, variable, written
from infinitesimal.methods import derivative
from infinitesimal.testing import check_grads

__version__ = "0.1.0"
