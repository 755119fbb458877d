"""The methods of an ndarray, by name, and which functions answer with a view of their argument."""

from __future__ import annotations

import numpy as np

from infinitesimal.front.numpy_names.common import METHODS, VIEWS

# Methods whose arguments are those of the function of the same name, after the array itself.
SAME = "all any argmax argmin clip dot max mean min nonzero prod ravel std sum squeeze swapaxes var"
METHODS.update({name: getattr(np, name) for name in SAME.split()})
METHODS.update({"reshape": "method reshape", "transpose": "method transpose"})

VIEWS.update(
    {
        "method reshape",
        "method transpose",
        np.reshape,
        np.ravel,
        np.transpose,
        np.permute_dims,
        np.swapaxes,
        np.matrix_transpose,
        np.moveaxis,
        np.rollaxis,
        np.expand_dims,
        np.squeeze,
        np.broadcast_to,
    }
)
