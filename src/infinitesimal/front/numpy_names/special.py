"""SciPy's names: functions of `scipy.special`, keyed by name so that SciPy need not be imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.core.primitive import BY_NUMPY, REGISTRY
from infinitesimal.front.numpy_names.common import (
    WORDS,
    axes_of,
    inexact,
    node_of,
    operands,
    refuse,
    stretched,
    whole,
    word,
)
from infinitesimal.front.numpy_names.reducing import kept, reduced, restored, sum
from infinitesimal.ops.reduce import shares, summit

PREFIX = "scipy.special."

for _key, _primitive in list(BY_NUMPY.items()):
    if isinstance(_key, str) and _key.startswith(PREFIX):

        def _meaning(*values: Any, _primitive: Any = _primitive, **options: Any) -> Node:
            refuse(_primitive.name, **options)
            return _primitive(*[inexact(node) for node in operands(*values)])

        WORDS.setdefault(_key, _meaning)


@word(PREFIX + "digamma")
def digamma(z: Any, out: Any = None) -> Node:
    refuse("digamma", out=out)
    return REGISTRY["digamma"](inexact(node_of(z)))


@word(PREFIX + "polygamma")
def polygamma(n: Any, x: Any) -> Node:
    return REGISTRY["polygamma"](inexact(node_of(x)), n=whole(n, "the order of a polygamma"))


@word(PREFIX + "logsumexp")
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Node:
    """The logarithm of a sum of exponentials, with weights `b` that make a positive sum."""
    refuse("logsumexp", return_sign=return_sign or None)
    x = inexact(node_of(a))
    if b is None:
        return reduced(REGISTRY["logsumexp"], x, axis, keepdims)
    weights = node_of(b)
    shape = np.broadcast_shapes(x.type.shape, weights.type.shape)
    x, weights = stretched(x, shape), stretched(weights, shape)
    axes = axes_of(axis, len(shape))
    finite = restored(summit(x, axes), x, axes)
    total = sum(weights * REGISTRY["exp"](x - finite), axes, keepdims=True)
    answer = REGISTRY["log"](total) + finite
    if kept(keepdims):
        return answer
    return REGISTRY["reshape"](answer, shape=tuple(n for k, n in enumerate(shape) if k not in axes))


@word(PREFIX + "log_softmax")
def log_softmax(x: Any, axis: Any = None) -> Node:
    node = inexact(node_of(x))
    axes = axes_of(axis, node.type.ndim)
    above = node - restored(summit(node, axes), node, axes)
    return above - restored(REGISTRY["logsumexp"](above, axis=axes), node, axes)


@word(PREFIX + "softmax")
def softmax(x: Any, axis: Any = None) -> Node:
    node = inexact(node_of(x))
    return shares(node, axes_of(axis, node.type.ndim))
