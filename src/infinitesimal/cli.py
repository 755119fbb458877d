"""What is typed at a prompt: `dx explain "(x+y)(x+2y)" --at x=2,y=3`, `dx demo`.

In: the arguments of the command line. Out: a page on standard output and exit code 0; for wrong
use, a designed message on standard error and exit code 2.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import infinitesimal
from infinitesimal.errors import ArgumentError, InfinitesimalError

__all__ = ["main"]

METHODS = ("symbolic", "numerical", "forward", "reverse")

WELCOME = """\
Derivatives of ordinary NumPy code: exact, fast, explained.

  dx explain "(x+y)(x+2y)" --at x=2,y=3                    by four methods, step by step
  dx explain "sin(x)/x" --at x=1 --method reverse --step   one method, one step at a time
  dx demo                                                  what the library can do, in a minute
"""

EXPLAIN = """\
Work out the derivative of a formula at a point, step by step.

  dx explain "(x+y)(x+2y)" --at x=2,y=3
  dx explain "exp(sin(x))" --at x=1 --method numerical --h 0.1,0.01,0.001
  dx explain "x^2 y" --at x=3,y=5 --latex > derivation.tex

A formula is numbers, names, + - * / ^, brackets and the functions
{functions}.
Signs of multiplication may be left out: 2y, 2(x+1), (x+y)(x+2y), 2 pi r.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0, or 2 where something was asked wrongly."""
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
        if options.run is None:
            parser.print_help()
            return 0
        return int(options.run(options))
    except InfinitesimalError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """argparse, with its complaints in the library's form."""

    def error(self, message: str) -> NoReturn:
        raise ArgumentError(self.prog, found=message, instead=f"see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="dx", description=WELCOME, formatter_class=plain)
    parser.set_defaults(run=None)
    parser.add_argument(
        "--version", action="version", version=f"infinitesimal {infinitesimal.__version__}"
    )
    commands = parser.add_subparsers(title="commands", metavar="")
    explain = commands.add_parser(
        "explain",
        help="a derivative worked out step by step",
        formatter_class=plain,
        description=_explain_text(),
    )
    explain.set_defaults(run=_explain)
    explain.add_argument("formula", help='what to differentiate, for instance "(x+y)(x+2y)"')
    explain.add_argument(
        "--at", required=True, metavar="x=2,y=3", help="the point: a value for each variable"
    )
    explain.add_argument(
        "--method",
        action="append",
        metavar="METHOD",
        help="one of " + ", ".join(METHODS) + "; may be repeated",
    )
    explain.add_argument(
        "--wrt", metavar="x,y", help="the variables to differentiate with respect to (default: all)"
    )
    explain.add_argument(
        "--h",
        default="0.1,0.001",
        metavar="0.1,0.001",
        help="the steps of the difference quotients",
    )
    explain.add_argument("--brief", action="store_true", help="leave out what is said once for all")
    form = explain.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="write LaTeX")
    form.add_argument("--markdown", action="store_true", help="write Markdown")
    form.add_argument("--json", action="store_true", help="write the whole tree as JSON")
    form.add_argument(
        "--step",
        action="store_true",
        help="wait for Enter after each step; q quits, ? gives a hint",
    )
    demo = commands.add_parser(
        "demo",
        help="what the library can do, in a minute",
        description="Show a derivative explained, a certified fit, and what gradients cost.",
    )
    demo.set_defaults(run=_demo)
    return parser


def _explain_text() -> str:
    return EXPLAIN.replace("{functions}", "sin cos tan exp log sqrt abs min max and the like")


def _explain(options: Any) -> int:
    derivation = infinitesimal.explain(
        options.formula,
        at=_point(options.at),
        methods=options.method or "all",
        wrt=None if options.wrt is None else [name.strip() for name in options.wrt.split(",")],
        h=[_number(text, "--h") for text in options.h.split(",")],
        detail="brief" if options.brief else "full",
    )
    if options.latex:
        print(derivation.to_latex())
    elif options.markdown:
        print(derivation.to_markdown())
    elif options.json:
        print(derivation.to_json())
    else:
        derivation.show(step=options.step)
    return 0


def _point(text: str) -> dict[str, float]:
    """The values of `x=2,y=3`."""
    point: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise ArgumentError(
                f"dx explain --at {text}",
                found=part,
                why="each variable needs a value",
                instead="--at x=2,y=3",
            )
        if name in point:
            raise ArgumentError(f"dx explain --at {text}", why=f"{name} is given twice")
        point[name] = _number(value, "--at")
    return point


def _number(text: str, option: str) -> float:
    try:
        top, _, bottom = text.partition("/")
        return float(top) / float(bottom) if bottom else float(top)
    except (ValueError, ZeroDivisionError):
        raise ArgumentError(
            f"dx explain {option}",
            found=text,
            why="this is no number",
            instead="digits, such as 2 or -0.5 or 1e-3 or 1/3",
        ) from None


def _demo(options: Any) -> int:
    from infinitesimal.demo import (
        main as demonstrate,
    )  # brings SciPy, which the other commands need not wait for

    demonstrate()
    return 0
