"""How dual numbers are written: `5 + 0.6ε`, `40 + 13ε₁ + 18ε₂`, `[1 2] + [1 0]ε`.

In: a real part and ε parts. Out: text for people (twelve digits, or what a format specification
asks for) and, for `repr`, text with every digit. Whole numbers are written without a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["dual_text", "number_text", "repr_text"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def dual_text(real: Any, parts: Sequence[Any], spec: str = "") -> str:
    """The sum of a real part and its ε parts; `spec` formats every number in it."""
    head = number_text(real, spec)
    epsilons = ["ε"] if len(parts) == 1 else [f"ε{k}" for k in range(1, len(parts) + 1)]
    terms = [
        # + 0.0: the sign of a negative zero says nothing here
        (number_text(part if _is_traced(part) else part + 0.0, spec), name.translate(_SUBSCRIPTS))
        for part, name in zip(parts, epsilons, strict=True)
    ]
    if any("\n" in text for text, _ in [(head, ""), *terms]):
        lines = [("  ", head, ""), *(("+ ", text, name) for text, name in terms)]
        return "\n".join(sign + text.replace("\n", "\n  ") + name for sign, text, name in lines)
    return head + "".join(
        f" - {text[1:]}{name}" if text.startswith("-") else f" + {text}{name}"
        for text, name in terms
    )


def number_text(value: Any, spec: str = "") -> str:
    """A number, or an array of them, for people to read."""
    if _is_traced(value):
        return str(value)
    if getattr(value, "ndim", 0):
        return np.array2string(
            np.asarray(value), formatter={"float_kind": lambda item: _shown(item, spec)}
        )
    return _shown(value, spec)


def repr_text(value: Any) -> str:
    """A number with every digit, or an array as the nested list it can be made from."""
    if _is_traced(value):
        return repr(value)
    if getattr(value, "ndim", 0):
        return f"[{', '.join(map(repr_text, value))}]"
    # str of a NumPy float is the shortest text that gives this float back
    return str(value).removesuffix(".0")


def _is_traced(value: Any) -> bool:
    return not isinstance(value, (float, np.ndarray, np.generic))


def _shown(item: Any, spec: str) -> str:
    if spec:
        return format(item, spec)
    return str(int(item)) if abs(item) < 1e16 and item == int(item) else f"{item:.12g}"
