"""Run every benchmark and write `benchmarks/results.md`, with the machine and the versions."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from benchmarks import chain, eager, importing, loops, picks
from benchmarks.workloads import table as workloads

TABLES: dict[str, Callable[[], list[str]]] = {
    "Import": importing.table,
    "Without compiling, beside autograd": eager.table,
    "Long chains": chain.table,
    "Loops of many steps": loops.table,
    "Elements one by one": picks.table,
    "Workloads": workloads.tables,
}


def machine() -> str:
    """One line on where and with what this ran."""
    processor = platform.processor() or platform.machine()
    for line in (
        Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    ):
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "autograd", "jax"))
    return f"{processor}, Python {platform.python_version()}, {packages}"


def main() -> None:
    """Print each table as it is measured, then write them all."""
    page = ["# Results", "", f"`make bench` wrote this page on: {machine()}.", ""]
    for title, table in TABLES.items():
        section = [f"## {title}", "", *table(), ""]
        print("\n".join(section), flush=True)
        page.extend(section)
    Path(__file__).with_name("results.md").write_text("\n".join(page))


if __name__ == "__main__":
    main()
