"""Reading a package as a house: its rooms, who imports whom, how long each file is.

In: the folder of a package. Out: plain facts and lists of faults, each fault a sentence with a file
and a line. Nothing is imported: the files are read with `ast`, so an import counts wherever it
stands, at the top, inside a function, under TYPE_CHECKING, or as `import_module("...")`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOP = "__init__"

# A room imports only from its own floor and from those above it in this list. The top door joins
# the whole house, so it may import anything; only the rooms listed below it may use it.
FLOORS = (
    ("errors",),
    ("core",),
    ("ops",),
    ("optimise",),
    ("differentiate",),
    ("lower",),
    ("run",),
    ("front",),
    ("api", "batching", "branches", "comparison", "extend", "formulas", "jit", "loops", "methods"),
    ("numpy", "scipy"),
    ("explain",),
    ("nn", "optim"),
    ("testing",),
    (TOP,),
    ("play",),
    ("demo",),
    ("cli",),
    ("__main__",),
)
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
CEILING = 500


@dataclass(frozen=True)
class Import:
    """One module of the package importing another, and where it says so."""

    importer: str
    imported: str
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.importer} imports {self.imported}"


def modules(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    return {_dotted(package, file): file for file in sorted(package.rglob("*.py"))}


def _dotted(package: Path, file: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The folder or top-level module that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else TOP


def imports(package: Path) -> list[Import]:
    """Every import of one module of the package by another."""
    known = modules(package)
    found: list[Import] = []
    for name, file in known.items():
        base = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(parse(file)):
            for target in _targets(node, base, known):
                found.append(Import(name, target, file, getattr(node, "lineno", 1)))
    return found


def _targets(node: ast.AST, base: str, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of the package that one statement or call imports."""
    match node:
        case ast.Import(names):
            wanted = [alias.name for alias in names]
        case ast.ImportFrom(module, names, level):
            origin = _origin(module, level or 0, base)
            wanted = [
                inner if (inner := f"{origin}.{alias.name}") in known else origin for alias in names
            ]
        case ast.Call(
            ast.Name("import_module") | ast.Attribute(attr="import_module"),
            [ast.Constant(str(target)), *_],
        ):
            wanted = [target]
        case _:
            return
    yield from (target for target in dict.fromkeys(wanted) if target in known)


def _origin(module: str | None, level: int, base: str) -> str:
    """What stands between `from` and `import`, as an absolute name."""
    if level == 0:
        return module or ""
    parts = base.split(".")
    return ".".join(parts[: len(parts) - level + 1] + ([module] if module else []))


def upward_imports(package: Path) -> list[str]:
    """Imports of a room that stands lower in the list of floors."""
    return [
        f"{found}: {room(found.imported)} is not on its floor or above"
        for found in imports(package)
        if room(found.importer) != TOP
        and HEIGHT.get(room(found.importer), 0) < HEIGHT.get(room(found.imported), 0)
    ]


def rooms_without_floor(package: Path) -> list[str]:
    """Folders and modules that the list of floors does not know."""
    return sorted({room(module) for module in modules(package)} - HEIGHT.keys())


def circles(package: Path) -> list[str]:
    """Circles among modules, then among rooms, each with the imports that make it."""
    found = imports(package)
    modules_joined = {edge: (edge.importer, edge.imported) for edge in found}
    rooms_joined = {edge: (room(a), room(b)) for edge, (a, b) in modules_joined.items()}
    between_rooms = {edge: (a, b) for edge, (a, b) in rooms_joined.items() if a != b}
    return _told(modules_joined) + _told(between_rooms)


def _told(ends: Mapping[Import, tuple[str, str]]) -> list[str]:
    told: list[str] = []
    for knot in _knots(list(ends.values())):
        guilty = [str(edge) for edge, joined in ends.items() if knot.issuperset(joined)]
        told.append("\n  ".join([" ↔ ".join(sorted(knot)), *guilty]))
    return told


def _knots(edges: list[tuple[str, str]]) -> list[frozenset[str]]:
    """The sets of points that can reach one another."""
    after: dict[str, set[str]] = {}
    for start, end in edges:
        after.setdefault(start, set()).add(end)
    reached = {start: _reach(start, after) for start in after}
    knots = {
        frozenset(other for other in seen if start in reached.get(other, ()))
        for start, seen in reached.items()
        if start in seen
    }
    return sorted(knots, key=sorted)


def _reach(start: str, after: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = after.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


def long_files(package: Path) -> list[str]:
    """Files of text, of any kind, that reach the ceiling."""
    faults: list[str] = []
    for file in sorted(package.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            lines = len(file.read_bytes().splitlines()) if _is_text(file) else 0
            if lines >= CEILING:
                faults.append(f"{file}: {lines} lines; the ceiling is {CEILING}")
    return faults


def _is_text(file: Path) -> bool:
    try:
        file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def modules_without_docstring(package: Path) -> list[str]:
    """Files that do not open with what they are."""
    return [
        str(file)
        for file in modules(package).values()
        if not (ast.get_docstring(parse(file)) or "")
    ]


def docstrings(file: Path) -> Iterator[tuple[str, int, str]]:
    """Every docstring of a file: the name it stands under, its first line, its text."""
    waiting: list[tuple[str, ast.AST]] = [(file.stem, parse(file))]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield name, node.body[0].lineno, text
        for child in ast.iter_child_nodes(node):
            inner = getattr(child, "name", None) if not isinstance(child, ast.alias) else None
            waiting.append((f"{name}.{inner}" if inner else name, child))


def blocks(page: str) -> list[tuple[int, str]]:
    """The Python blocks of a page of Markdown that hold examples, each with its first line."""
    found = re.finditer(r"^[ ]*```python\n(.*?)^[ ]*```", page, re.MULTILINE | re.DOTALL)
    return [
        (page.count("\n", 0, block.start(1)) + 1, block[1]) for block in found if ">>>" in block[1]
    ]


def imported_names(file: Path, package: str | None = None) -> set[str]:
    """The names that a file binds by importing at its top level.

    Where `package` is given, only those that come from elsewhere.
    """
    names: set[str] = set()
    for node in parse(file).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            own = isinstance(node, ast.ImportFrom) and (
                node.level > 0 or (node.module or "").split(".")[0] == package
            )
            if not own:
                names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names


def parse(file: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))
