"""The pictures of the README: what the library prints, as SVG. Run `make pictures`.

In: the library's own output on a coloured terminal of 80 columns. Out: docs/pictures/*.svg, with
no reference to anything outside the file.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

import infinitesimal as dx
from infinitesimal.cli import main

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"


def painted(arguments: list[str]) -> str:
    """What `dx …` paints on a terminal of 80 columns."""
    import contextlib
    import os

    out = io.StringIO()
    out.isatty = lambda: True
    os.environ.update(FORCE_COLOR="1", COLUMNS="80", TERM="xterm-256color")
    with contextlib.redirect_stdout(out):
        main(arguments)
    return out.getvalue()


def save(name: str, title: str, text: str) -> None:
    """One picture of a terminal."""
    console = Console(record=True, width=82, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text.rstrip("\n")))
    svg = console.export_svg(title=title, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text(svg)


def rosenbrock(x):
    """The function whose methods are compared."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


if __name__ == "__main__":
    command = 'dx explain "(x+y)(x+2y)" --at x=2,y=3 --method reverse'
    arguments = ["explain", "(x+y)(x+2y)", "--at", "x=2,y=3", "--method", "reverse"]
    save("reverse", command, painted(arguments))
    save(
        "compare", "dx.compare(rosenbrock, x)", str(dx.compare(rosenbrock, np.linspace(-1, 2, 100)))
    )
    print(f"written to {PICTURES}")
