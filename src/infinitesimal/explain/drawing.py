"""The graph of a small function as a tree of lines, from the result down to the inputs.

In: the picture of a derivation (its vertices and edges). Out: lines of text, or none where there
are too many. An input used twice stands there twice, once for each use; a step used twice is drawn
out the first time only.
"""

from __future__ import annotations

from infinitesimal.explain.expression import equals
from infinitesimal.explain.tree import Tree, Vertex
from infinitesimal.explain.write import Style, written

__all__ = ["drawn"]

_MOST = 24  # lines
_BRANCH = {True: ("└─ ", "   "), False: ("├─ ", "│  ")}
_ASCII_BRANCH = {True: ("`- ", "   "), False: ("|- ", "|  ")}


def drawn(derivation: Tree, style: Style) -> list[str]:
    """The lines of the drawing; none for a graph that is too large for one."""
    vertices = {vertex.name: vertex for vertex in derivation.vertices}
    operands: dict[str, list[str]] = {}
    for edge in derivation.edges:
        operands.setdefault(edge.target, []).append(edge.source)
    results = [name for name in operands if name not in {e.source for e in derivation.edges}]
    if len(results) != 1 or not all(vertex.number.scalar for vertex in vertices.values()):
        return []
    branch = _ASCII_BRANCH if style.ascii else _BRANCH
    lines: list[str] = []
    seen: set[str] = set()
    waiting = [(results[0], "", "")]
    while waiting:
        name, before, below = waiting.pop()
        inner = operands.get(name, [])
        again = name in seen and bool(inner)
        lines.append(before + _label(vertices[name], style) + (" (drawn above)" if again else ""))
        if len(lines) > _MOST:
            return []
        if again:
            continue
        seen.add(name)
        for k in reversed(range(len(inner))):
            here, after = branch[k == len(inner) - 1]
            waiting.append((inner[k], below + here, below + after))
    return lines


def _label(vertex: Vertex, style: Style) -> str:
    return written(equals(vertex.symbol, vertex.formula), style)
