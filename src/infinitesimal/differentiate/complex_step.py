"""The complex step: f(x + ih) = f(x) + ih·f′(x) + O(h²); the imaginary part holds the derivative.

In: outputs and the complex values of some nodes below them. Out: the complex values of the outputs,
evaluated word by word with each record's `analytic`. No difference is taken, so h may be so small
that the answer is exact to rounding. (W. Squire and G. Trapp, "Using complex variables to estimate
derivatives of real functions", SIAM Review 40, 1998.)

It holds only where the function continues to complex numbers near the real line. Two checks guard
that: a word without continuation is refused, and so is a point where a word's real part is not what
it is on the real line (the root of a negative number, a branch point). What only decides (the
largest element, that a condition compares) is not continued: its real part is all that is asked.

Loops and branches run as they do on the real line, their bodies word by word with the same checks;
how long a loop runs and which branch is taken is decided by real parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.body import PICK, Body
from infinitesimal.core.leaf import INPUT
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.core.types import Bundle
from infinitesimal.errors import DomainError, MissingRuleError, UnknownValueError

__all__ = ["STEP", "evaluate_complex"]

# A power of two, so that dividing by it is exact; its square vanishes beside any double, and the
# derivatives on the way may be as small as 1e-200 and as large as 1e+90.
STEP = 2.0**-300

# How far the real part may be off the real value: the rounding of two formulas, and an absolute
# share that is far below √h, which is where a branch point would put it.
_RELATIVE, _ABSOLUTE = 1e-5, 1e-60


def evaluate_complex(outputs: Sequence[Node], bindings: Mapping[Node, Any]) -> list[Any]:
    """The values of the outputs at complex values of some nodes.

    Raises `MissingRuleError` for a word without `analytic` that the derivative passes through, and
    `DomainError` where a word leaves the real line.
    """
    order = postorder(outputs, dict(bindings))
    with np.errstate(all="ignore"):
        return _walked(order, outputs, _passing(order, outputs), bindings, set(bindings))


def _passing(order: Sequence[Node], outputs: Sequence[Node]) -> set[Node]:
    """The nodes on which some output depends differentiably."""
    passing = {node for node in outputs if node.active != NEVER}
    for node in reversed(order):
        if node in passing:
            passing.update(operand for operand in node.inputs if operand.active != NEVER)
    return passing


def _walked(
    order: Sequence[Node],
    outputs: Sequence[Node],
    passing: set[Node],
    given: Mapping[Node, Any],
    moved: set[Node],
) -> list[Any]:
    """The outputs, the nodes visited in this order; those that are moved are complex."""
    values: dict[Node, Any] = dict(given)
    for node in order:
        operands = [values[operand] for operand in node.inputs]
        if moved.isdisjoint(node.inputs):
            values[node] = _known(node, operands)
        elif node.primitive is PICK or (node.primitive.kind == "control" and node in passing):
            values[node] = found = _through_control(node, operands)
            if _is_moved(found if isinstance(node.type, Bundle) else [found]):
                moved.add(node)
        elif node not in passing:
            values[node] = node.primitive.evaluate(*map(np.real, operands), *node.params)
        else:
            values[node] = _continued(node, operands)
            moved.add(node)
    return [values[node] for node in outputs]


def _is_moved(parts: Sequence[Any]) -> bool:
    return any(np.iscomplexobj(part) for part in parts)


def _through_control(node: Node, operands: list[Any]) -> Any:
    """The results of a loop or a branch, or one of them."""
    if node.primitive is PICK:
        return operands[0][node.params[0]]
    assert node.primitive.analytic is not None
    return node.primitive.analytic(_beside_the_real_line, *operands, *node.params)


def _beside_the_real_line(body: Body) -> Callable[[list[Any]], list[Any]]:
    """A body as a function of values of which some are complex."""
    order = postorder(body.outputs, dict.fromkeys(body.inputs))
    passing = _passing(order, body.outputs)

    def step(values: list[Any]) -> list[Any]:
        given = dict(zip(body.inputs, values, strict=True))
        moved = {leaf for leaf, value in given.items() if np.iscomplexobj(value)}
        if not moved:
            return body.program.step(values)
        return _walked(order, body.outputs, passing, given, moved)

    return step


def _known(node: Node, operands: list[Any]) -> Any:
    if node.value is not None:
        return node.value
    if node.primitive is INPUT:
        raise UnknownValueError(
            f"the complex step with an input of type {node.type}",
            why="its value is not known",
            instead="bind it",
        )
    return node.primitive.evaluate(*operands, *node.params)


def _continued(node: Node, operands: list[Any]) -> Any:
    """The word at complex operands, checked against itself on the real line."""
    analytic = node.primitive.analytic
    if analytic is None:
        raise MissingRuleError(
            f"the complex step through {node.primitive.name!r}",
            found="its record has no field 'analytic'",
            why="nothing says what the function is at complex arguments",
            instead=f"another method, or fill in 'analytic' where {node.primitive.name!r} "
            "is declared",
        )
    wide = [
        np.asarray(operand, np.complex128)[()] if source.type.inexact else operand
        for operand, source in zip(operands, node.inputs, strict=True)
    ]
    value: Any = analytic(*wide, *node.params)
    plain: Any = node.primitive.evaluate(*map(np.real, operands), *node.params)
    real: Any = np.real(value)
    same = np.shape(real) == np.shape(plain) and np.allclose(
        real, plain, _RELATIVE, _ABSOLUTE, equal_nan=True
    )
    if not same:
        raise DomainError(
            f"the complex step through {node.primitive.name!r}",
            found=f"{_short(plain)} on the real line, {_short(value)} beside it",
            why="the function does not continue to complex numbers at this point",
            instead="another method: 'reverse', 'dual' or 'richardson'",
        )
    return value


def _short(value: Any) -> str:
    array = np.asarray(value)
    return f"{array[()]:.6g}" if array.ndim == 0 else f"an array of shape {array.shape}"
