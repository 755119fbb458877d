"""The command line: pages on standard output, designed messages on standard error."""

import json
import os
import subprocess
import sys

import pytest

import infinitesimal
from infinitesimal import cli

L = ["explain", "(x+y)*(x+2*y)", "--at", "x=2,y=3"]


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(list(arguments))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_explain_prints_the_derivation(capsys):
    code, out, err = run(capsys, *L)
    assert code == 0
    assert err == ""
    assert "∂L/∂y = ∂L/∂y_g + ∂L/∂y_k = 8 + 10 = [18]" in out
    assert out == str(infinitesimal.explain("(x+y)*(x+2*y)", at={"x": 2, "y": 3})) + "\n"


def test_choices(capsys):
    _, out, _ = run(capsys, *L, "--method", "reverse", "--wrt", "x", "--brief")
    assert "Reverse mode" in out
    assert "Symbolic" not in out
    assert "[13]" in out
    assert "[18]" not in out
    _, out, _ = run(capsys, *L, "--method", "numerical", "--h", "1/2")
    assert "[13.5]" in out


def test_forms(capsys):
    _, out, _ = run(capsys, *L, "--latex")
    assert r"\boxed{13}" in out
    _, out, _ = run(capsys, *L, "--markdown")
    assert out.startswith("# A derivative, worked out")
    _, out, _ = run(capsys, *L, "--json")
    assert json.loads(out)["format"] == "infinitesimal.derivation"


def test_points_are_exact(capsys):
    _, out, _ = run(capsys, "explain", "x^2", "--at", "x=1/3", "--method", "reverse")
    assert "[2/3]" in out
    _, out, _ = run(capsys, "explain", "x^2", "--at", " x = -1e-3 ,", "--method", "reverse")
    assert "[−0.002]" in out


def test_step_by_step(capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt="": "q")
    code, out, _ = run(capsys, *L, "--step")
    assert code == 0
    assert "1. Read the function" in out
    assert "2. Route A" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", "x +", "--at", "x=1"], "it ends where a number"),
        (["explain", "x", "--at", "x"], "each variable needs a value"),
        (["explain", "x", "--at", "x=1,x=2"], "x is given twice"),
        (["explain", "x", "--at", "x=one"], "no finite number"),
        (["explain", "x", "--at", "x=1e999999999"], "no finite number"),
        (["explain", "x", "--at", "x=1/0"], "no finite number"),
        (["explain", "x", "--at", "x=nan"], "no finite number"),
        (["explain", "x"], "--at"),
        (["explain"], "formula"),
        (["explain", "x", "--at", "x=1", "--method", "magic"], "'magic'"),
        (["explain", "x", "--at", "x=1", "--wrt", "z"], "no input called z"),
        (["explain", "x", "--at", "x=1", "--h", "0"], "positive"),
        (["explain", "x", "--at", "x=1", "--latex", "--json"], "not allowed with"),
        (["explain", "x", "--at", "x=1", "--loud"], "unrecognized arguments: --loud"),
        (["juggle"], "juggle"),
    ],
)
def test_wrong_use_is_told_on_standard_error_with_code_2(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "page"),
    [
        (
            ["x^2 + y"],
            """\
dx explain
  because:  the derivative is worked out at a point
  instead:  --at x=…,y=…
""",
        ),
        (
            ["x^2 + y", "--at", "2"],
            """\
dx explain --at 2
  found:    2
  because:  each variable needs a value
  instead:  --at x=…,y=…
""",
        ),
        (
            ["x y", "--at", "x=1,", "y=2"],
            """\
dx explain --at x=1, y=2
  because:  the point is one word: values are separated by commas, without spaces
  instead:  --at x=1,y=2
""",
        ),
        (
            ["x", "--at", "x=1", "--loud"],
            """\
dx explain
  found:    unrecognized arguments: --loud
  instead:  see dx explain --help
""",
        ),
        (
            ["x", "--at", "x=1", "--h", "-0.1"],
            """\
dx explain --h -0.1
  because:  the steps are positive numbers
  instead:  --h 0.1,0.001
""",
        ),
    ],
)
def test_what_to_type_instead(capsys, arguments, page):
    assert run(capsys, "explain", *arguments) == (2, "", page)


def test_a_constant_is_a_function_of_x(capsys):
    code, _, err = run(capsys, "explain", "2 pi")
    assert code == 2
    assert err.endswith("instead:  --at x=…\n")
    assert run(capsys, "explain", "2 pi", "--at", "x=1")[0] == 0


@pytest.mark.parametrize("arguments", [[], ["--help"], ["explain", "--help"], ["demo", "--help"]])
def test_help_is_a_page(capsys, arguments):
    try:
        code = cli.main(arguments)
    except SystemExit as left:
        code = left.code
    out = capsys.readouterr().out
    assert code == 0
    assert "usage: dx" in out
    assert max(map(len, out.splitlines())) <= 80
    if arguments == ["explain", "--help"]:
        assert "arctan2" in out
        assert "at most 500 characters" in out


def test_as_a_module_and_into_a_closed_pipe():
    command = [sys.executable, "-m", "infinitesimal"]
    ran = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"infinitesimal {infinitesimal.__version__}\n"
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run([*command, *L], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert closed.stderr == b""
    assert closed.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux that is always full")
def test_onto_a_full_disk():
    command = [sys.executable, "-m", "infinitesimal", *L]
    with open("/dev/full", "w") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.stderr == "dx: the page could not be written: No space left on device\n"
    assert ran.returncode == 1
