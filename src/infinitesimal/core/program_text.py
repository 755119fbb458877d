"""Formulas as a Python function: text to be pasted into a file and run.

In: nodes and the names of their leaves. Out: the text of a `def` that computes the same numbers
with NumPy, each shared part once. Words that neither NumPy nor SciPy has under a name of its own
are evaluated by the record of this library, which the text then imports.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

from infinitesimal.core.formula_text import write
from infinitesimal.core.node import Node

__all__ = ["program"]

# what a text must import when it mentions these
_IMPORTS = (
    ("np.", "import numpy as np"),
    ("scipy.special.", "import scipy.special"),
    ("REGISTRY[", "from infinitesimal.core.primitive import REGISTRY"),
    ("Span(", "from infinitesimal.core.span import Span"),
)


def program(
    name: str,
    inputs: Sequence[Node],
    names: Sequence[str],
    value: Node,
    derivatives: Sequence[Node] | None = None,
) -> str:
    """The function `name` of these inputs, which returns the value and the tuple of derivatives.

    The name of an input may be a path into an argument, such as `p['w'][0]`; the function then
    takes the argument `p`. Without `derivatives` it returns the value alone.
    """
    taken: dict[str, None] = {}
    parameters = dict.fromkeys(_root(path) for path in names)
    paths = [_rooted(path) for path in names]
    local = [_identifier(path, taken) for path in paths]
    writing = write([value, *(derivatives or ())], dict(zip(inputs, local, strict=True)), "source")
    bound = [
        f"{symbol} = np.{node.type.dtype.name}({path})"
        for symbol, path, node in zip(local, paths, inputs, strict=True)
    ]
    result, *slopes = writing.results
    if derivatives is not None:
        result = f"{result}, ({', '.join(slopes)}{',' if len(slopes) == 1 else ''})"
    body = [*bound, *(f"{part} = {text}" for part, text in writing.definitions), f"return {result}"]
    lines = [f"def {name}({', '.join(parameters)}):", *(f"    {line}" for line in body)]
    text = "\n".join(lines)
    needed = [line for mention, line in _IMPORTS if mention in text]
    return "\n".join([*needed, "", "", text] if needed else [text])


def _root(path: str) -> str:
    """The argument that a path leads into."""
    found = re.match(r"[^\W\d]\w*", path)
    root = found.group() if found else "x"
    return f"{root}_" if keyword.iskeyword(root) or root in ("np", "scipy") else root


def _rooted(path: str) -> str:
    """The path as Python reaches it, with an argument that can be named."""
    return _root(path) + re.sub(r"^\w*", "", path)


def _identifier(path: str, taken: dict[str, None]) -> str:
    """A local name for a path, unlike those before it."""
    name = re.sub(r"\W+", "_", path).strip("_")
    while name in taken or keyword.iskeyword(name):
        name += "_"
    taken[name] = None
    return name
