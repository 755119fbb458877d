"""A derivation in the terminal: the rows of `text`, painted; or plain, where colour is not wanted.

In: a derivation and where to print. Out: nothing but what is printed. Without rich, with NO_COLOR,
through a pipe or on a dumb terminal, the same rows come out unpainted; where the output cannot say
∂ or ε, they come out in ASCII.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from infinitesimal.explain.text import NOTE, WIDTH, Block, Row, blocks
from infinitesimal.explain.tree import Tree
from infinitesimal.explain.write import ASCII, PLAIN, Style, plain_ascii

__all__ = ["show"]

WIDEST = 96  # long lines are hard to read, however wide the terminal
BOXED = Style(boxed=lambda inner: f"▐ {inner} ▌", struck=PLAIN.struck)
_BLUE, _RUST = "dodger_blue1", "dark_orange3"
_ROLES = {
    **dict.fromkeys(("heading", "function", "method", "title", "part"), "bold"),
    **dict.fromkeys(("reason", "note", "head"), "dim"),
    "warning": "bold red",
}
# what the numbers of a step are: values, which flow forward, or adjoints, which flow back
_KINDS = {
    **dict.fromkeys(("values", "pass", "quotient", "loop"), _BLUE),
    **dict.fromkeys(("sweep", "collect", "local", "why", "way-back"), _RUST),
}
_NUMBER = re.compile(r"(?<![\w.₀-₉])\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_BOX = re.compile(r"▐.*?▌")
_STRUCK = re.compile("(?:.\u0336)+")


def show(derivation: Tree, *, step: bool = False, file: Any = None) -> None:
    """Print a derivation; `step=True` waits for Enter after each step (q quits, ? gives a hint)."""
    out = sys.stdout if file is None else file
    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    width = max(min(columns, WIDEST), 24) if _is_terminal(out) or "COLUMNS" in os.environ else WIDTH
    paint = _painter(out)
    style = ASCII if not _can_say(out) else PLAIN if paint is None else BOXED
    for block in blocks(derivation, width, style):
        _print(block.rows, style, paint, out)
        if step and block.step is not None and not _wait(block, out):
            return


def _is_terminal(out: Any) -> bool:
    return bool(getattr(out, "isatty", lambda: False)())


def _can_say(out: Any) -> bool:
    """Whether the output's encoding has the signs of mathematics."""
    if os.environ.get("TERM") == "dumb":
        return False
    try:
        "∂ε²₁→─▪".encode(getattr(out, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _painter(out: Any) -> Any:
    """A rich console where colour is wanted and possible, else None."""
    if not _is_terminal(out) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return None
    try:
        from rich.console import Console  # optional: without it, the page is plain
    except ModuleNotFoundError:
        return None
    return Console(file=out, highlight=False, soft_wrap=True)


def _print(rows: Sequence[Row], style: Style, console: Any, out: Any) -> None:
    for row in rows:
        if console is None:
            line = row.text.rstrip().replace(NOTE, "")
            print(plain_ascii(line) if style.ascii else line, file=out)
        else:
            console.print(_painted(_in_ascii(row) if style.ascii else row))


def _in_ascii(row: Row) -> Row:
    return replace(row, text=NOTE.join(map(plain_ascii, row.text.split(NOTE))))


def _painted(row: Row) -> Any:
    from rich.text import Text

    body, note, remark = row.text.rstrip().partition(NOTE)
    plain, struck = _without_strokes(body)
    text = Text(plain, style=_ROLES.get(row.role, ""))
    if row.role in ("formula", "cell"):
        colour = _KINDS.get(row.kind, "")
        if colour:
            text.highlight_regex(_NUMBER, colour)
    for start, end in struck:
        text.stylize("strike dim", start, end)
    for box in _BOX.finditer(plain):
        text.stylize("bold green", *box.span())
    if note:
        text.append(remark, style="dim")
    return text


def _without_strokes(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the strokes drawn through letters, and the places where they were."""
    spans: list[tuple[int, int]] = []
    removed = 0
    for run in _STRUCK.finditer(text):
        length = len(run[0]) // 2
        spans.append((run.start() - removed, run.start() - removed + length))
        removed += length
    return text.replace("\u0336", ""), spans


def _wait(block: Block, out: Any) -> bool:
    """Wait for Enter; False to stop."""
    hints = iter(block.step.hints if block.step is not None else ())
    while True:
        try:
            answer = input("     ⏎ ").strip().lower()
        except EOFError:
            return False
        if answer != "?":
            return not answer.startswith("q")
        told = next(hints, None) or (block.step.reason if block.step is not None else "")
        print(f"     {told or 'there is nothing more to say here'}", file=out)
