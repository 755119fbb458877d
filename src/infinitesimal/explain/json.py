"""A derivation as JSON: the whole tree, for pages and programs; and back.

In: a derivation, or the text of one. Out: the other. Reading what was written gives an equal
derivation. The keys are those of the tree's fields:

- top: `format` ("infinitesimal.derivation"), `version`, `name`, `function`, `inputs`, `value`,
  `methods`, `comparison`, `warnings`, `vertices`, `edges`, `detail`.
- an expression is `[head, part, …]`, where a part is an expression or a string (see
  `expression.HEADS`); where a formula stands on its own it is `{"tree": …, "text": …, "latex": …}`.
- a number is `{"value": float, "exact": "131/10" or null, "text": "13.1"}`; an array has nested
  lists as its value and its `dtype`; infinities and NaN are the strings "inf", "-inf", "nan".
- a step has `id`, `method`, `kind`, `title`, `reason`, `lines` (`formula`, `note`), `numbers`
  (pairs of a name and a number), `nodes`, `results`, `hints`, `warning`, `columns`, `cells`,
  `steps`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, cast

import numpy as np

from infinitesimal.errors import ArgumentError
from infinitesimal.explain.expression import HEADS, Expression
from infinitesimal.explain.latex import latex
from infinitesimal.explain.numbers import Number
from infinitesimal.explain.tree import Edge, Input, Line, Method, Result, Step, Tree, Vertex
from infinitesimal.explain.write import written

__all__ = ["FORMAT", "VERSION", "read", "render"]

FORMAT, VERSION = "infinitesimal.derivation", 1


def render(derivation: Tree, *, indent: int | None = 1) -> str:
    """The derivation as JSON text."""
    page = {"format": FORMAT, "version": VERSION, **_record(derivation)}
    return json.dumps(page, ensure_ascii=False, allow_nan=False, indent=indent)


def _record(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Expression():
            return {"tree": _listed(value), "text": written(value), "latex": latex(value)}
        case Number():
            exact = None if value.exact is None else str(value.exact)
            return {
                "value": _float(value.value),
                "exact": exact,
                "text": str(value),
                "dtype": _dtype(value.value),
            }
        case tuple():
            return [_plain(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return _record(value) if is_dataclass(value) else value


def _listed(expression: Expression) -> list[Any]:
    parts = [part if isinstance(part, str) else _listed(part) for part in expression.parts]
    return [expression.head, *parts]


def _float(value: Any) -> Any:
    if np.ndim(value):
        return [_float(part) for part in np.asarray(value)]
    number = float(value)
    return number if math.isfinite(number) else repr(number)


def _dtype(value: Any) -> str | None:
    return str(np.asarray(value).dtype) if np.ndim(value) else None


# ---- and back


def read(text: str, kind: type[Any]) -> Any:
    """The derivation, of class `kind`, that was written as this text.

    Raises `ArgumentError` when the text is not one of ours.
    """
    try:
        page = json.loads(text)
        if page["format"] != FORMAT or page["version"] != VERSION:
            raise ValueError(f"format {page['format']!r}, version {page['version']!r}")
        return _made(kind, page)
    except (KeyError, TypeError, ValueError) as error:
        raise ArgumentError(
            "a derivation read from JSON",
            found=f"{type(error).__name__}: {error}",
            why=f"this is no text of format {FORMAT!r}, version {VERSION}",
            instead="what Derivation.to_json wrote",
        ) from None


def _expression(page: Any) -> Expression:
    head, *parts = cast("list[Any]", page["tree"] if isinstance(page, dict) else page)
    if head not in HEADS:
        raise ValueError(f"an expression with head {head!r}")
    read = [part if isinstance(part, str) else _expression(part) for part in parts]
    return Expression(head, tuple(read))


def _number(page: dict[str, Any]) -> Number:
    exact = None if page["exact"] is None else Fraction(page["exact"])
    value = page["value"]
    if page["dtype"] is None:
        return Number(float(value), exact)
    return Number(np.asarray(np.vectorize(float, otypes=[float])(value), page["dtype"]), exact)


def _each(make: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda pages: tuple(make(page) for page in pages)


def _optional(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda page: None if page is None else make(page)


def _pair(page: Any) -> tuple[str, Number]:
    return page[0], _number(page[1])


def _of(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda page: _made(kind, page)


def _made(kind: type[Any], page: dict[str, Any]) -> Any:
    makers = _FIELDS[Tree if issubclass(kind, Tree) else kind]
    return kind(
        **{field.name: makers.get(field.name, _same)(page[field.name]) for field in fields(kind)}
    )


def _same(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


_FIELDS: dict[type[Any], dict[str, Callable[[Any], Any]]] = {
    Tree: {
        "function": _expression, "inputs": _each(_of(Input)), "value": _number,
        "methods": _each(_of(Method)),
        "comparison": _each(_of(Step)), "vertices": _each(_of(Vertex)), "edges": _each(_of(Edge)),
    },
    Method: {"steps": _each(_of(Step)), "results": _each(_of(Result))},
    Step: {
        "lines": _each(_of(Line)), "numbers": _each(_pair), "results": _each(_of(Result)),
        "cells": _each(_expression),
        "steps": _each(_of(Step)),
    },
    Line: {"formula": _expression},
    Result: {"symbol": _expression, "number": _number, "shown": _expression},
    Input: {"number": _number, "shown": _expression},
    Vertex: {
        "symbol": _expression, "formula": _expression, "number": _number,
        "adjoint": _optional(_number),
    },
    Edge: {"local": _expression, "value": _optional(_number), "contribution": _optional(_number)},
}  # fmt: skip
