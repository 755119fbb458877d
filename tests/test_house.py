"""The house is in order: floors, circles, lengths, doors, and every example in it runs.

The last part plants each fault in a small package of its own and shows that it is found.
"""

import doctest
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests import house

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "infinitesimal"
MODULES = house.modules(PACKAGE)

# Where names are meant to be imported from. NumPy and SciPy document what their names mean.
MIRRORS = {"infinitesimal.numpy", "infinitesimal.scipy"}
DOORS = sorted(
    MIRRORS
    | {"infinitesimal"}
    | {
        f"infinitesimal.{door}"
        for door in ("errors", "explain", "extend", "nn", "optim", "testing")
    }
)
HEAVY = {"scipy", "llvmlite", "rich", "lark", "sympy", "latex2mathml", "jax"}
NOT_IN_DEV = {"starlette", "uvicorn", "websockets"}

MODULES_WITH_EXAMPLES = [
    name
    for name, file in MODULES.items()
    if any(">>>" in text for _, _, text in house.docstrings(file))
]
PAGES_WITH_EXAMPLES = [
    page
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    if page.exists() and house.blocks(page.read_text())
]

each_door = pytest.mark.parametrize("door", [door for door in DOORS if door in MODULES])


def listed(faults: list[str]) -> str:
    return "\n" + "\n".join(faults)


def test_every_room_has_a_floor():
    strangers = house.rooms_without_floor(PACKAGE)
    assert not strangers, f"give {strangers} a place in tests/house.py FLOORS"


def test_imports_point_to_the_same_floor_or_above():
    faults = house.upward_imports(PACKAGE)
    assert not faults, listed(faults)


def test_no_circles():
    faults = house.circles(PACKAGE)
    assert not faults, listed(faults)


def test_no_file_reaches_the_ceiling():
    faults = house.long_files(PACKAGE)
    assert not faults, listed(faults)


def test_every_module_opens_with_what_it_is():
    faults = house.modules_without_docstring(PACKAGE)
    assert not faults, listed(faults)


# Doors


def promised_names(door: str) -> list[str]:
    promised = getattr(load(door), "__all__", None)
    assert promised is not None, f"{door} is a door: it lists its names in __all__"
    return promised


def visible_names(door: str) -> set[str]:
    """The public names that `dir` shows, less those the door borrowed to do its own work.

    A package, or a module that only passes names on, shows what it imports from the house; a module
    with code of its own shows what it defines.
    """
    module, file = load(door), MODULES[door]
    promised = set(promised_names(door))

    def is_module(name: str) -> bool:
        return isinstance(getattr(module, name), ModuleType)

    passes_on = file.name == "__init__.py" or door == "infinitesimal.extend"
    borrowed = house.imported_names(file, "infinitesimal" if passes_on else None)
    return {
        name
        for name in dir(module)
        if name in promised or not (name.startswith("_") or name in borrowed or is_module(name))
    }


@each_door
def test_a_door_promises_exactly_what_it_shows(door):
    promised = promised_names(door)
    assert len(set(promised)) == len(promised), "a name is promised twice"
    assert visible_names(door) == set(promised)


@each_door
def test_every_public_callable_is_documented_with_an_example(door):
    module = load(door)
    faults: list[str] = []
    for name in promised_names(door):
        value = getattr(module, name)
        ours = str(getattr(value, "__module__", "")).split(".")[0] == "infinitesimal"
        if not (ours and callable(value)):
            continue
        text = value.__doc__ or ""
        # an error is met, not called: its message is the example
        needs_example = door not in MIRRORS and not is_error(value)
        if not text.strip() or (needs_example and ">>>" not in text):
            faults.append(f"{door}.{name}: {'no example' if text.strip() else 'no docstring'}")
    assert not faults, listed(faults)


def is_error(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def test_importing_the_library_imports_nothing_heavy():
    code = "import sys, infinitesimal; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not HEAVY & set(loaded)


# Examples


def load(module: str) -> Any:
    """The module, or a skip where it needs a library that development does not install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] in NOT_IN_DEV:
            pytest.skip(f"{module} needs {missing.name}")
        raise


def failed_examples(name: str, file: Path, line: int, text: str, names: dict[str, Any]) -> str:
    """What doctest reports of the examples in a text, empty when all of them run as written."""
    test = doctest.DocTestParser().get_doctest(text, names, name, str(file), line - 1)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    with np.printoptions(legacy=False):
        runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)  # what a block defines, the next one may use
    return "".join(report)


@pytest.mark.parametrize("module", MODULES_WITH_EXAMPLES)
def test_docstring_examples_run(module):
    names = {"np": np, "dx": load("infinitesimal"), **vars(load(module))}
    reports = [
        failed_examples(name, MODULES[module], line, text, dict(names))
        for name, line, text in house.docstrings(MODULES[module])
    ]
    assert not any(reports), "".join(reports)


@pytest.mark.parametrize("page", PAGES_WITH_EXAMPLES, ids=lambda page: page.name)
def test_pages_run_from_top_to_bottom(page):
    registry = load("infinitesimal.core.primitive").REGISTRY
    before = set(registry)
    names: dict[str, Any] = {"__name__": "__main__"}
    reports = [
        failed_examples(page.stem, page, line, text, names)
        for line, text in house.blocks(page.read_text())
    ]
    for name in set(registry) - before:  # a word that a page declares is forgotten with it
        del registry[name]
    assert not any(reports), "".join(reports)


# The project


def test_the_project_file_tells_the_truth():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    if (REPOSITORY / "README.md").exists():
        assert project.get("readme") == "README.md"
    if "infinitesimal" in MODULES:
        assert getattr(load("infinitesimal"), "__version__", None) in (None, project["version"])


# Planted faults


def plant(folder: Path, **files: str) -> Path:
    """A package of the given files; `core__graph` is `core/graph.py`."""
    package = folder / "castle"
    for name, text in files.items():
        file = package / (name.replace("__", "/") + ".py" if name != "top" else "__init__.py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return package


def names(circles: list[str]) -> list[str]:
    return [circle.splitlines()[0] for circle in circles]


@pytest.mark.parametrize(
    "text",
    [
        "from castle.ops.shape import reshape",
        "from castle.ops import shape",
        "import castle.ops.shape as shape",
        "from ..ops import shape",
        "from ..ops.shape import reshape",
        "def f():\n    from castle.ops import shape",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from castle.ops.shape import x",
        "import importlib\nimportlib.import_module('castle.ops.shape')",
    ],
)
def test_an_upward_import_is_found(tmp_path, text):
    package = plant(tmp_path, core__graph=text, ops__shape="from castle.core import graph")
    (fault,) = house.upward_imports(package)
    assert "castle.core.graph imports castle.ops.shape" in fault
    assert names(house.circles(package)) == ["castle.core.graph ↔ castle.ops.shape", "core ↔ ops"]


def test_a_downward_import_is_no_fault(tmp_path):
    package = plant(
        tmp_path,
        errors="",
        core__graph="from castle import errors\nfrom . import types\nimport numpy.linalg",
        core__types="from ..errors import E",
        ops__shape="from castle.core.graph import Node",
        top="from castle.demo import show\nfrom castle.ops.shape import reshape",
        demo="from castle.core import graph",
    )
    assert not house.upward_imports(package)
    assert not house.circles(package)
    assert not house.rooms_without_floor(package)


def test_the_top_door_is_only_for_the_rooms_below_it(tmp_path):
    package = plant(tmp_path, top="", core__graph="import castle", demo="import castle as dx")
    (fault,) = house.upward_imports(package)
    assert "castle.core.graph imports castle" in fault


def test_a_circle_inside_a_folder_is_found(tmp_path):
    package = plant(
        tmp_path,
        core__a="from castle.core import b",
        core__b="def late():\n    from .c import d",
        core__c="import castle.core.a",
        core__alone="from castle.core import a",
    )
    assert names(house.circles(package)) == ["castle.core.a ↔ castle.core.b ↔ castle.core.c"]


def test_a_circle_of_two_rooms_on_one_floor_is_found(tmp_path):
    package = plant(
        tmp_path, nn__a="from castle.optim import b", optim__b="", optim__c="import castle.nn.a"
    )
    (circle,) = house.circles(package)
    first, second = package / "nn" / "a.py", package / "optim" / "c.py"
    assert circle.splitlines() == [
        "nn ↔ optim",
        f"  {first}:1: castle.nn.a imports castle.optim.b",
        f"  {second}:1: castle.optim.c imports castle.nn.a",
    ]


def test_a_room_without_floor_is_found(tmp_path):
    assert house.rooms_without_floor(plant(tmp_path, attic__box="")) == ["attic"]


def test_a_long_file_and_a_silent_one_are_found(tmp_path):
    package = plant(tmp_path, core__short='"""Short."""\n' * 499, core__long="x = 1\n" * 500)
    (long,) = house.long_files(package)
    assert "long.py: 500 lines" in long
    (silent,) = house.modules_without_docstring(package)
    assert silent.endswith("long.py")


def test_a_wrong_example_is_found_where_it_stands(tmp_path):
    text = (
        'class A:\n    def f(self):\n        """Say.\n\n        >>> 1 + 1\n        3\n        """\n'
    )
    file = plant(tmp_path, core__a=text) / "core" / "a.py"
    ((name, line, docstring),) = house.docstrings(file)
    report = failed_examples(name, file, line, docstring, {})
    assert name == "a.A.f"
    assert "line 5" in report
    assert "Expected:\n    3\nGot:\n    2\n" in report


PAGE = """A page.

```python
>>> 1
1
```

Not run: ``>>> 2``, nor these.

```python
x = 1
```

```sh
>>> no
```

- in a list:

  ```python
  >>> 2
  2
  ```
"""


def test_blocks_of_a_page_are_found_with_their_lines():
    assert house.blocks(PAGE) == [(4, ">>> 1\n1\n"), (21, "  >>> 2\n  2\n")]
