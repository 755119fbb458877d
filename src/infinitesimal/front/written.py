"""A graph held in the open: variables and constants a person makes, and what is computed of them.

In: numbers and arrays, each with the tangent it carries. Out: traced arrays that compute nothing
until asked; then `r.trace()` writes the expression with the numbers in it, `(5 + 1ε * 5 + 0ε)`, and
`r.eval()` gives the dual number it comes to. Long expressions are folded: the text stays short and
the work proportional to the graph, however deep it is and however much of it is shared.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import PICK
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import substitute
from infinitesimal.core.leaf import CONSTANT, INPUT, VARIABLE, Literal
from infinitesimal.core.leaf import constant as constant_node
from infinitesimal.core.leaf import variable as variable_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.core.notation import ATOM, POWER
from infinitesimal.core.number_text import parameter, picked, told_options
from infinitesimal.core.primitive import Notation
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.jacobian import filled
from infinitesimal.errors import ArgumentError, ShapeError, UnknownValueError
from infinitesimal.front.dual import Dual, dual_of
from infinitesimal.front.dual_text import dual_text, number_text
from infinitesimal.front.lazy import OPEN, Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import finish, leaf_node

__all__ = ["Written", "constant", "evaluated", "variable", "written"]

LIMIT = 1000  # characters of an expression that is written in full
ROWS, OPENED = 12, 24  # of a folded one: its lines, and the operations written out in each
SHOWN = 8  # elements of an array that are written out


def variable(value: Any, tangent: Any = 1.0) -> Lazy:
    """An open variable: a traced number or array that carries a tangent, its ε part.

    Integers become float64. `tangent` has the shape of the value, or is one number for all its
    elements; a tuple of tangents gives several ε. What is computed of it is only remembered. Raises
    `DtypeError` and `ShapeError`.

    >>> a, b = variable(5.0), constant(5.0)
    >>> r = a * b
    >>> print(f"{r.trace()} = {r.eval()}")
    (5 + 1ε * 5 + 0ε) = 25 + 5ε
    >>> print(r.eval((a, 6.0)))
    30 + 5ε
    """
    if isinstance(value, Lazy):
        node = leaf_node(value, "variable", "value", promote=True)
        given = Dual(np.ones(node.type.shape), tangent)
    else:
        given = Dual(value, tangent)
        node = leaf_node(given.real, "variable", "value")
    parts = np.stack([np.asarray(part) for part in given.parts])
    seed = parts if isinstance(tangent, tuple) else parts[0]
    return Lazy(variable_node(node, Literal(seed.astype(node.type.dtype))))


def constant(value: Any) -> Lazy:
    """A number or array that carries no ε, as a traced array; see `variable`.

    >>> print((variable(3.0) + constant(2.0)).trace())
    (3 + 1ε + 2 + 0ε)
    """
    return Lazy(leaf_node(value, "constant", "value", promote=True))


# ---- its value


def _open_variables(node: Node) -> list[Node]:
    return [leaf for leaf in postorder([node]) if _is_open(leaf)]


def _is_open(node: Node) -> bool:
    return node.primitive is VARIABLE and node.params[1] is not None


def _tangents(leaf: Node) -> list[Any]:
    """The ε parts an open variable carries."""
    seed: Literal = leaf.params[1]
    return list(seed.array) if seed.type.ndim > leaf.type.ndim else [seed.array]


def _count(leaves: Sequence[Node]) -> int:
    counts = {len(_tangents(leaf)) for leaf in leaves}
    if len(counts) > 1:
        raise ArgumentError(
            f"open variables together at {place()}",
            found=f"tangents of {' and '.join(map(str, sorted(counts)))} parts",
            why="one has more ε than another, and which of them are the same is not known",
            instead="give each variable as many tangents, zero where it does not carry an ε",
        )
    return counts.pop() if counts else 1


def evaluated(lazy: Lazy, *changes: tuple[Lazy, Any]) -> Any:
    """The dual number an expression of open variables comes to; see `Lazy.eval`.

    Each change is a pair of an open variable and the value to take in its place. A result without
    derivative (a comparison, a count) is a plain value. Inside another trace, parts are traced.
    Raises `ArgumentError` for changes of what is no open variable, `ShapeError` of another shape.
    """
    leaves = _open_variables(lazy.node)
    outputs = [lazy.node]
    for k in range(_count(leaves)):
        seeds = {leaf: constant_node(_tangents(leaf)[k]) for leaf in leaves}
        # masked: an ε part that is zero stays zero even where the slope is infinite
        outputs += filled(forward([lazy.node], seeds, masked=True), [lazy.node])
    replaced = dict(_change(*change) for change in changes)
    if replaced:
        outputs = substitute(outputs, replaced)
    enclosed = any(
        leaf.primitive is INPUT or (leaf.primitive is VARIABLE and not _is_open(leaf))
        for leaf in postorder(outputs)
    )
    value, *parts = finish(outputs, NEVER if enclosed else 0)
    return dual_of(value, parts) if lazy.node.type.inexact else value


def _change(lazy: Any, value: Any) -> tuple[Node, Node]:
    if not (isinstance(lazy, Lazy) and _is_open(lazy.node)):
        raise ArgumentError(
            f"eval with a change at {place()}",
            found=f"{type(lazy).__name__} {lazy!r:.40}",
            why="only open variables take another value",
            instead="a = infinitesimal.variable(5.0); …; r.eval((a, 6.0))",
        )
    node = leaf_node(value, "eval with a change", "the new value", promote=True)
    if node.type is not lazy.node.type:
        raise ShapeError(
            f"eval with a change at {place()}",
            found=f"variable: {lazy.node.type}\nvalue:    {node.type}",
            why="the expression holds for the shape and dtype it was built with",
        )
    return lazy.node, node


# ---- its text


class Written:
    """An expression with the numbers of its leaves, as text: `str` of it, or any format."""

    def __init__(self, lazy: Lazy) -> None:
        self.node = lazy.node

    def __str__(self) -> str:
        order = postorder([self.node])
        texts = _leaf_texts(order)
        return _in_full(self.node, order, texts) or _folded(self.node, order, texts)

    def __repr__(self) -> str:
        return str(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def written(x: Lazy) -> Written:
    """The expression a traced array remembers, with the numbers of its leaves.

    The same as `x.trace()`, which for a matrix is the sum of its diagonal, as in NumPy. Text longer
    than a thousand characters is folded: the outermost operations are written, `…` stands for what
    is inside, and what is used several times has a name and a line of its own.

    >>> print(written(np.sin(variable(5.0)) + 2))
    (sin(5 + 1ε) + 2 + 0ε)
    """
    if not isinstance(x, Lazy):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            f"written at {place()}",
            found=f"{type(x).__name__} {x!r:.40}",
            why="only a traced array remembers how it is computed",
            instead="a = infinitesimal.variable(5.0); written(a * a)",
        )
    return Written(x)


def _is_leaf(node: Node) -> bool:
    return not node.inputs or node.primitive is VARIABLE


def _leaf_texts(order: Sequence[Node]) -> dict[Node, str]:
    """Every leaf as the dual number it stands for."""
    zero = [0.0] * _count([node for node in order if _is_open(node)])
    return {node: _leaf_text(node, zero) for node in order if _is_leaf(node)}


def _leaf_text(node: Node, zero: list[float]) -> str:
    known = node.primitive is CONSTANT or _is_open(node)
    parts = _tangents(node) if _is_open(node) else zero
    try:
        value = None if node.primitive is INPUT else evaluate([node])[0]
    except UnknownValueError:
        value = None
    if value is None or node.type.size > SHOWN:
        text = str(node.type)
        return text if not known else dual_text(_Name(text), [_Name(text)] * len(parts))
    if not known or not node.type.inexact:
        text = number_text(value)
    else:
        text = dual_text(value, [np.broadcast_to(part, node.type.shape)[()] for part in parts])
    return " ".join(text.split())


class _Name(str):
    """The type of an array that is too long to be written, in the place of its numbers."""


def _composed(node: Node, operands: Sequence[str]) -> str:
    """A word around its operands as written: infix in brackets, everything else like a call."""
    notation = node.primitive.notation
    if node.primitive is PICK:
        return picked(node, operands[0])
    options = {name: parameter(value, "text") for name, value in told_options(node)}
    if notation is None or not notation.text:
        named = [f"{name}={value}" for name, value in options.items()]
        return f"{node.primitive.name}({', '.join([*operands, *named])})"
    if notation.precedence >= POWER and (notation.precedence < ATOM or notation.text[0] == "{"):
        operands = [_tight(*pair) for pair in zip(node.inputs, operands, strict=True)]
    if _is_infix(notation):
        return f"({operands[0]} {notation.text[3:-3].strip()} {operands[1]})"
    if notation.precedence < POWER:
        operands = [_tight(*pair) for pair in zip(node.inputs, operands, strict=True)]
    elif notation.text.endswith("({0})"):
        operands = [_bare(node.inputs[0], operands[0])]
    return notation.text.format(*operands, operands=", ".join(operands), **options)


def _is_infix(notation: Notation | None) -> bool:
    """Two operands around a symbol: always written in brackets of their own."""
    return notation is not None and notation.text[:3] + notation.text[-3:] == "{0}{1}"


def _tight(node: Node, text: str) -> str:
    """An operand of a sign, a power or an index: in brackets, unless it is a call or has some."""
    notation = node.primitive.notation
    whole = (
        notation is None or not notation.text or notation.precedence >= ATOM or _is_infix(notation)
    )
    return text if whole and not _is_leaf(node) else f"({text})"


def _bare(node: Node, text: str) -> str:
    """An infix operation without its own brackets, where those of a call stand around it."""
    return text[1:-1] if _is_infix(node.primitive.notation) and text.endswith(")") else text


def _in_full(root: Node, order: Sequence[Node], leaves: dict[Node, str]) -> str:
    """The whole expression, or nothing when it is too long to be read."""
    lengths: dict[Node, int] = {}
    for node in order:
        if node in leaves:
            lengths[node] = len(leaves[node])
        else:
            own = len(_composed(node, [""] * len(node.inputs)))
            # held at the limit: a shared part counts each time, so lengths may double at each node
            lengths[node] = min(LIMIT + 1, own + sum(lengths[operand] for operand in node.inputs))
    if lengths[root] > LIMIT:
        return ""
    texts = dict(leaves)
    for node in order:
        if node not in texts:
            texts[node] = _composed(node, [texts[operand] for operand in node.inputs])
    return texts[root]


def _folded(root: Node, order: Sequence[Node], leaves: dict[Node, str]) -> str:
    """The outermost operations, then a line for each part that is used several times."""
    uses = Counter(operand for node in order for operand in node.inputs)
    names: dict[Node, str] = {}
    waiting = deque([root])
    rows: list[str] = []
    shown = 0
    while waiting and len(rows) < ROWS:
        head = waiting.popleft()
        opened = _opened(head, leaves, uses)
        for node in opened:
            for operand in node.inputs:
                if uses[operand] > 1 and operand not in leaves and operand not in names:
                    names[operand] = f"v{len(names) + 1}".translate(_SUBSCRIPTS)
                    waiting.append(operand)
        text = _lines_text(opened, {**leaves, **names})
        rows.append(f"  {names[head]} = {text}" if rows else text)
        shown += len(opened)
    hidden = sum(node not in leaves for node in order) - shown
    return "\n".join([*rows, f"  … and {hidden:,} more operations"] if hidden else rows)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _opened(head: Node, leaves: dict[Node, str], uses: Counter[Node]) -> list[Node]:
    """The operations of one line, from the outside in: `head` and what only it uses."""
    opened = [head]
    for node in opened:
        for operand in node.inputs:
            if uses[operand] == 1 and operand not in leaves and len(opened) < OPENED:
                opened.append(operand)
    return opened


def _lines_text(opened: Sequence[Node], known: dict[Node, str]) -> str:
    texts: dict[Node, str] = {}
    for node in reversed(opened):
        operands = [texts.get(operand) or known.get(operand, "…") for operand in node.inputs]
        texts[node] = _composed(node, operands)
    return texts[opened[0]]


readings: dict[str, Callable[..., Any]] = {"trace": Written, "eval": evaluated}
OPEN.update(readings)
