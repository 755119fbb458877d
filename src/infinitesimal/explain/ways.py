"""Which way a program went at the point: the branches that were taken, how often loops repeated.

In: a sheet. Out: a step that says so, for the beginning of every method; none where there was only
one way to go. What is told of a branch is the program that was taken, and nothing of the others.
"""

from __future__ import annotations

from infinitesimal.core.node import NEVER, Node
from infinitesimal.explain.loop_words import condition_of, function_name, short
from infinitesimal.explain.spell import spell
from infinitesimal.explain.subject import Sheet
from infinitesimal.explain.tree import Step
from infinitesimal.explain.write import written
from infinitesimal.front.origin import place
from infinitesimal.optimise.unroll import Way

__all__ = ["way_steps"]

_MOST = 5


def way_steps(sheet: Sheet, method: str) -> list[Step]:
    """The step that names the ways taken."""
    # what chooses a branch may be the same at every point
    ways = [way for way in sheet.subject.ways if way.first.reach != NEVER]
    if not ways:
        return []
    told = [_told(sheet, way) for way in ways[:_MOST]]
    if len(ways) > _MOST:
        told.append(f"And {len(ways) - _MOST:,} more such choices.")
    told.append(
        "At another point it may go another way; what follows holds where it goes this one."
    )
    title = "Which way the program goes here"
    return [Step(f"{method}-way", method, "way", title, " ".join(told))]


def _told(sheet: Sheet, way: Way) -> str:
    line = "" if way.node.origin is None else f" ({place(way.node.origin)})"
    if way.node.primitive.name != "branch":
        return f"The loop{line} repeats {way.taken} time{'s' * (way.taken != 1)}."
    name, which = function_name(way.node, way.taken), way.first
    if condition_of(way.node) is not None:
        said = _said(sheet, which.inputs[0], "its condition")
        holds = "holds" if way.taken else "does not hold"
        return f"The branch{line} takes {name}, since {said} {holds}."
    said = _said(sheet, which, "its number")
    return f"The branch{line} takes {name}, since {said} is {sheet.number(which)}."


def _said(sheet: Sheet, node: Node, instead: str) -> str:
    """A formula where it is short enough to be read in a sentence."""
    return written(spell(node, sheet.written)) if short(node, sheet.written) else instead
