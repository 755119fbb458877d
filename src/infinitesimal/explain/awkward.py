"""Awkward points: a kink, a tie, a pole, a value that is not finite.

In: a sheet and its sweep. Out: warnings, each with the convention the library follows there and,
where a kink splits the derivative, what it is from the left and from the right. Where kinks lie is
read from the records' domains.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infinitesimal.core.node import Node
from infinitesimal.explain import expression as write
from infinitesimal.explain.backward import Sweep
from infinitesimal.explain.expression import equals
from infinitesimal.explain.names import operands_of
from infinitesimal.explain.numbers import shown
from infinitesimal.explain.subject import Move, Sheet, plain
from infinitesimal.explain.tree import Result
from infinitesimal.explain.write import written

__all__ = ["no_value", "unaccounted", "warnings"]

_MOST = 5
_NEAR = 1e-6  # how far left and right one looks for the slopes beside a kink


def warnings(sheet: Sheet, sweep: Sweep) -> tuple[str, ...]:
    """What is to be said of this point before anything else; the most important first."""
    found: list[str] = []
    for node in sheet.steps[::-1]:
        found += _not_finite(sheet, sweep, node) or _kink(sheet, sweep, node)
    if found and sheet.scalar:
        for move in sheet.moves[:3]:
            found += _two_sided(sheet, sweep, move)
    more = f"and {len(found) - _MOST} more such places"
    return tuple(found[:_MOST]) + ((more,) if len(found) > _MOST else ())


def _named(sheet: Sheet, node: Node) -> str:
    return written(equals(sheet.written[node], sheet.definition(node)))


def _not_finite(sheet: Sheet, sweep: Sweep, node: Node) -> list[str]:
    values = np.asarray(sheet.number(node).value)
    if values.dtype.kind not in "fc" or np.isfinite(values).all():
        return []
    operands = [np.asarray(sheet.number(x).value) for x in operands_of(node)]
    if not all(np.isfinite(x).all() for x in operands if x.dtype.kind in "fc"):
        return []  # it was not finite before
    kind = "not a number" if np.isnan(values).any() else "infinite"
    return [f"{_named(sheet, node)} is {kind} here{_still(sheet, sweep, node)}"]


def _still(sheet: Sheet, sweep: Sweep, node: Node) -> str:
    """That the rule for a derivative has a value where the word itself has none."""
    for arrow in sweep.arrows:
        _, local, _ = sweep.number(arrow)
        if arrow.user is node and local is not None and np.isfinite(local.value).all():
            rule = write.equals(sweep.local_written(arrow), shown(local))
            return f", though the rule for its derivative, {written(rule)}, is still defined"
    return ""


def no_value(sheet: Sheet, results: Sequence[Result]) -> str:
    """What is to be said beside results at a point where the function has no finite value."""
    values = np.asarray(sheet.number(sheet.output).value)
    if values.dtype.kind not in "fc" or np.isfinite(values).all():
        return ""
    kind = "has no real value" if np.isnan(values).any() else "is infinite"
    said = f"{sheet.subject.name} {kind} at this point, and so no derivative."
    if results and all(np.isfinite(result.number.value).all() for result in results):
        said += " What stands here is the rule, which is still defined."
    return said


def unaccounted(sheet: Sheet, sweep: Sweep) -> str:
    """Why the error of a difference quotient follows no rule here; empty where it does."""
    name = sheet.subject.name
    if no_value(sheet, ()):
        return f"{name} has no finite value here, so there is no error to account for."
    slopes = [np.asarray(sweep.adjoint(node).value) for _, node in sheet.inputs]
    if not all(np.isfinite(slope).all() for slope in slopes):
        return "The derivative is not finite here, so there is no error to account for."
    if warnings(sheet, sweep):
        return (
            f"{name} is not smooth here, as the warning says: Taylor's formula does not hold, and "
            "a smaller step need not come closer."
        )
    return ""


def _kink(sheet: Sheet, sweep: Sweep, node: Node) -> list[str]:
    """Whether an operand stands where the word of this step has no derivative."""
    domain = node.primitive.domain
    flat = node.primitive.jvp is None
    if domain is None or not domain.avoid or (node not in sweep.adjoints and not flat):
        return []
    operands = [np.asarray(sheet.number(x).value) for x in node.inputs]
    if isinstance(domain.avoid, str):
        awkward = len(operands) > 1 and bool(np.any(operands[0] == operands[1]))
        where = "its operands are equal"
    else:
        hit = operands[0][np.isin(operands[0], domain.avoid)]
        awkward = bool(hit.size)
        where = f"its operand is {_told(float(hit.flat[0]))}" if awkward else ""
    if not awkward:
        return []
    if flat:
        jumps = isinstance(domain.avoid, str) or _jumps(node, operands[0])
        told = f"{_named(sheet, node)} stands on its edge, where {where}; this side of it is told"
        return [told] if jumps else []
    used = [
        f"{sheet.called[arrow.operand]}: {written(shown(number))}"
        for operand in sheet.operands(node)
        for arrow in sweep.received.get(operand, [])
        if arrow.user is node and (number := sweep.number(arrow)[1]) is not None
    ]
    told = f"; the local derivative used is, for {', '.join(used)}" if used else ""
    if any("inf" in text or "nan" in text for text in used):
        return [f"{_named(sheet, node)} has no finite derivative where {where}{told}"]
    return [f"{_named(sheet, node)} has no derivative where {where}{told}, by convention"]


def _jumps(node: Node, values: np.ndarray) -> bool:
    """Whether a word of one operand has another value just beside this one."""
    sides = [node.primitive.evaluate(values + by, *node.params) for by in (-_NEAR, _NEAR)]
    return not np.array_equal(*sides)


def _two_sided(sheet: Sheet, sweep: Sweep, move: Move) -> list[str]:
    """The slopes to the left and to the right, where they differ."""
    here = float(np.asarray(sheet.number(sheet.output).value))
    sides = [float((_value(sheet, move, h) - here) / h) for h in (-_NEAR, _NEAR)]
    if not np.isfinite(sides).all() or abs(sides[0] - sides[1]) < 1e-3 * max(1.0, *map(abs, sides)):
        return []
    left, right = (written(shown(round(side, 4))) for side in sides)
    used = float(np.asarray(sweep.adjoint(move.node).value)[move.index])
    name = f"∂{sheet.subject.name}/∂{move.name}"
    return [f"{name} is {left} from the left and {right} from the right; told below: {_told(used)}"]


def _told(value: float) -> str:
    return written(shown(value))


def _value(sheet: Sheet, move: Move, by: float) -> float:
    graph = sheet.subject.graph
    values = list(sheet.subject.values)
    k = graph.inputs.index(move.node)
    values[k] = np.array(values[k], float)
    values[k][move.index] += by
    values[k] = values[k][()]
    return float(plain(sheet.subject.call(values)))
