"""What holds for every test: the oracles' settings, the Hypothesis profiles, the golden files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import profiles

# JAX reads these when it is first imported. As an oracle it works in float64, on the CPU.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

profiles.register()

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="run only the tests with golden files, and rewrite those from what is printed now",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--renew-golden"):
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)`: the text is that of the file `tests/golden/<name>`."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--renew-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no golden file {name}: `make golden` writes it"
        assert text == file.read_text(encoding="utf-8"), f"not as in {name}; meant? `make golden`"

    return compare
