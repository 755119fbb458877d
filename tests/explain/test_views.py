"""The views of one tree: text, ASCII, LaTeX, Markdown, JSON and the terminal."""

import io
import json
import re
import subprocess
import sys

import pytest

import infinitesimal as dx
from infinitesimal.errors import ArgumentError
from infinitesimal.explain.derivation import Derivation
from infinitesimal.explain.terminal import show
from infinitesimal.explain.text import visible
from tests.explain.boxes import missing_boxes

EXAMPLES = [
    ("(x+y)(x+2y)", {"x": 2, "y": 3}),
    ("exp(sin(x)) / x", {"x": 1.25}),
    ("abs(x) + max(x, y)^3 - sqrt(y)", {"x": 0, "y": 2}),
    ("1/3 + 2/x", {"x": 7}),
]


@pytest.fixture(scope="module")
def told() -> Derivation:
    return dx.explain("(x+y)(x+2y)", at={"x": 2, "y": 3})


@pytest.mark.parametrize(("text", "at"), EXAMPLES, ids=lambda x: str(x))
def test_every_view_shows_every_result_in_a_box(text, at):
    assert not missing_boxes(dx.explain(text, at=at))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_text_is_never_wider_than_asked(told, width):
    widest = max(told.to_text(width).splitlines(), key=visible)
    assert visible(widest) <= width, widest


def test_ascii_is_ascii_and_aligned(told):
    page = told.to_text(ascii=True)
    assert page.isascii()
    assert "dL/dx = dL/dx_g + dL/dx_h = 8 + 5 = [13]" in page
    assert "~~e^2~~" in page
    head = next(line for line in page.splitlines() if line.strip().startswith("edge"))
    row = next(line for line in page.splitlines() if line.strip().startswith("k -> y"))
    for word, entry in (
        ("incoming", "5 x 2"),
        ("contribution", "dL/dy_k = 10"),
        ("so far", "dL/dy = 8"),
    ):
        assert head.index(word) == row.index(entry)


def test_latex_is_balanced_and_plain(told):
    page = told.to_latex()
    assert page.count("{") == page.count("}")
    for name in ("align*", "array"):
        assert page.count(rf"\begin{{{name}}}") == page.count(rf"\end{{{name}}}") > 0
    assert r"\boxed{13}" in page and r"\boxed{18}" in page and r"\boxed{13.1}" in page
    assert r"\cancel{\varepsilon^{2}}" in page
    assert page.isascii()


def test_latex_of_every_formula_is_read_by_another_library(told):
    latex2mathml = pytest.importorskip("latex2mathml.converter")
    formulas = re.findall(r'"latex": "((?:[^"\\]|\\.)*)"', told.to_json())
    for formula in {json.loads(f'"{formula}"') for formula in formulas if formula}:
        assert "<math" in latex2mathml.convert(formula)


def test_markdown_tables_have_as_many_columns_as_their_heads(told):
    lines = told.to_markdown().splitlines()
    for k, line in enumerate(lines):
        if line.startswith("| ---"):
            columns = line.count("|")
            for row in lines[k + 1 :]:
                if not row.startswith("|"):
                    break
                assert row.count("|") == columns, row


def test_json_goes_there_and_back(told):
    text = told.to_json()
    back = Derivation.from_json(text)
    assert back == told
    assert back.to_json() == text
    assert str(back) == str(told)
    page = json.loads(text)
    assert page["format"] == "infinitesimal.derivation"
    assert page["value"] == {"value": 40.0, "exact": "40", "text": "40", "dtype": None}
    assert [method["name"] for method in page["methods"]] == [m.name for m in told.methods]


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"format": "other", "version": 1}'])
def test_json_that_is_not_ours_is_refused(text):
    with pytest.raises(ArgumentError, match="a derivation read from JSON"):
        Derivation.from_json(text)


# ---- the terminal


class Screen(io.StringIO):
    """A terminal, as far as anyone can tell."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return monkeypatch


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_terminal_shows_the_same_rows_in_colour(told, terminal):
    screen = Screen()
    show(told, file=screen)
    assert "\x1b[" in screen.getvalue()
    page = plain(screen.getvalue())
    assert "∂L/∂x = ∂L/∂x_g + ∂L/∂x_h = 8 + 5 = ▐ 13 ▌" in page
    assert max(map(visible, page.splitlines())) <= 80
    # the term in ε² is struck through by the terminal, not by marks over the letters
    assert "\u0336" not in page
    assert re.search(r"\x1b\[[0-9;]*9m", screen.getvalue())
    unboxed = re.sub(r"\s+", " ", re.sub(r"▐ (.*?) ▌", r"[\1]", page))
    assert unboxed == re.sub(r"\s+", " ", str(told).replace("\u0336", "") + "\n")


@pytest.mark.parametrize("setting", ["NO_COLOR", "dumb", "pipe", "no rich"])
def test_without_colour_the_page_is_plain(told, terminal, setting):
    screen = Screen()
    if setting == "NO_COLOR":
        terminal.setenv("NO_COLOR", "1")
    elif setting == "dumb":
        terminal.setenv("TERM", "dumb")
    elif setting == "no rich":
        terminal.setitem(sys.modules, "rich.console", None)
    else:
        terminal.setattr(Screen, "isatty", lambda self: False)
    show(told, file=screen)
    page = screen.getvalue()
    assert "\x1b" not in page
    if setting == "dumb":
        assert page.isascii()
        assert page == told.to_text(ascii=True) + "\n"
    else:
        assert page == str(told) + "\n"


def test_an_output_that_cannot_say_it_gets_ascii(told, terminal):
    screen = Screen()
    screen.encoding = "ascii"
    show(told, file=screen)
    assert plain(screen.getvalue()).isascii()


def test_a_narrow_terminal_is_not_overrun(told, terminal):
    terminal.setenv("COLUMNS", "50")
    screen = Screen()
    show(told, file=screen)
    assert max(map(visible, plain(screen.getvalue()).splitlines())) <= 50


def test_step_by_step(told, terminal, capsys):
    answers = iter(["", "?", "", "q"])
    terminal.setattr("builtins.input", lambda prompt="": next(answers))
    screen = Screen()
    show(told, step=True, file=screen)
    page = plain(screen.getvalue())
    assert "1. Read the function" in page
    assert "3. Route B" in page
    assert "4. Put in the point" not in page
    assert "Which rule belongs to the operation done last?" in page


def test_step_by_step_ends_with_the_input(told, terminal):
    def closed(prompt: str = "") -> str:
        raise EOFError

    terminal.setattr("builtins.input", closed)
    screen = Screen()
    show(told, step=True, file=screen)
    assert "2. Route A" not in plain(screen.getvalue())


def test_printing_needs_neither_rich_nor_sympy():
    code = (
        "import sys; sys.modules.update(rich=None, sympy=None, latex2mathml=None)\n"
        "import infinitesimal as dx\n"
        "d = dx.explain(lambda x: x * x, at=3.0)\n"
        "d.show(); d.to_latex(); d.to_markdown(); d.to_json()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[6]" in ran.stdout
