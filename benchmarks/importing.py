"""How long `import infinitesimal` takes beyond `import numpy`: fresh processes, in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 15
BUDGET_MS = 30
CACHE = tempfile.mkdtemp(prefix="bytecode-")
CLOCK = (
    "import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
)


def seconds(module: str) -> float:
    """The seconds of one import, in a process of its own."""
    code = CLOCK.format(module=module)
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": CACHE}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    return float(
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        ).stdout
    )


def table() -> list[str]:
    """The rows of the table, in Markdown."""
    modules = ("numpy", "infinitesimal", "autograd.numpy", "jax")
    turns: dict[str, list[float]] = {module: [] for module in modules}
    for module in modules:
        seconds(module)  # fill the file cache
    for _ in range(ROUNDS):
        for module in modules:
            turns[module].append(seconds(module))
    median = {module: statistics.median(times) * 1e3 for module, times in turns.items()}
    rows = ["| import | ms | over NumPy's | budget |", "|---|---|---|---|"]
    for module in modules:
        over = f"{median[module] - median['numpy']:+.0f} ms" if module != "numpy" else ""
        budget = f"{BUDGET_MS} ms" if module == "infinitesimal" else ""
        rows.append(f"| `{module}` | {median[module]:.0f} | {over} | {budget} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
