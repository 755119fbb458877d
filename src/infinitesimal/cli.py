"""What is typed at a prompt: `dx explain "(x+y)(x+2y)" --at x=2,y=3`, `dx demo`.

In: the arguments of the command line. Out: a page on standard output and exit code 0; for wrong
use, a designed message on standard error and exit code 2; where the page cannot be written, 1.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import re
import sys
import textwrap
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

import infinitesimal
from infinitesimal.errors import ArgumentError, FormulaError, InfinitesimalError
from infinitesimal.front.formula import FUNCTIONS, parse
from infinitesimal.front.grammar import LONGEST

__all__ = ["main"]

WELCOME = """\
Derivatives of ordinary NumPy code: exact, fast, explained.

examples:
  dx explain "(x+y)(x+2y)" --at x=2,y=3             four methods, step by step
  dx explain "sin(x)/x" --at x=1 --method reverse   one of them
  dx explain "x^2 y" --at x=3,y=1/7 --step          waiting after each step
  dx demo                                           the library in a minute
"""

EXPLAIN = f"""\
Work out the derivative of a formula at a point, step by step.

examples:
  dx explain "(x+y)(x+2y)" --at x=2,y=3
  dx explain "exp(sin(x))" --at x=1 --method numerical --h 0.1,0.01,0.001
  dx explain "x^2 y" --at x=3,y=5 --wrt x --latex > derivation.tex

A formula is made of numbers, names, + - * / ^, brackets, pi, e, and the
functions listed below. Signs of multiplication may be left out: 2y, 2(x+1),
(x+y)(x+2y), 2 pi r. A formula has at most {LONGEST} characters.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0, or 2 where something was asked wrongly.

    It is 1 where the page could not be written.
    """
    try:
        parser = _parser()
        options, rest = parser.parse_known_args(arguments)
        if rest:
            raise _too_much(options, rest)
        if options.run is None:
            parser.print_help()
        else:
            options.run(options)
        sys.stdout.flush()
    except InfinitesimalError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        # what is still to be written would fail again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a closed pipe is how `head` ends
            print(f"dx: the page could not be written: {error.strerror}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """argparse, with its complaints in the library's form."""

    def error(self, message: str) -> NoReturn:
        raise ArgumentError(self.prog, found=message, instead=f"see {self.prog} --help")


def _too_much(options: Any, rest: Sequence[str]) -> ArgumentError:
    """The error for arguments that nothing asked for, such as the second of `--at x=1 y=2`."""
    prog = "dx" if options.run is None else f"dx {options.run.__name__.strip('_')}"
    at = getattr(options, "at", None)
    if at is None or not all(part.partition("=")[2] for part in rest):
        found = f"unrecognized arguments: {' '.join(rest)}"
        return ArgumentError(prog, found=found, instead=f"see {prog} --help")
    return ArgumentError(
        f"{prog} --at {' '.join([at, *rest])}",
        why="the point is one word: values are separated by commas, without spaces",
        instead=f"--at {','.join(part.strip(',') for part in (at, *rest))}",
    )


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="dx", description=WELCOME, formatter_class=plain)
    parser.set_defaults(run=None)
    version = f"infinitesimal {infinitesimal.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(title="commands", metavar="command", parser_class=_Parser)
    _add_explain(
        commands.add_parser(
            "explain",
            help="a derivative worked out step by step",
            description=EXPLAIN,
            epilog=_functions(),
            formatter_class=plain,
            allow_abbrev=False,
        )
    )
    minute = "a derivative explained, a fit certified, a cost counted"
    demo = commands.add_parser("demo", help=minute, description=f"See {minute}.")
    demo.set_defaults(run=_demo)
    return parser


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.set_defaults(run=_explain)
    add = explain.add_argument
    add("formula", help='what to differentiate, for instance "(x+y)(x+2y)"')
    add("--at", metavar="x=2,y=3", help="the point: a value for each variable, needed")
    add(
        "--method",
        action="append",
        metavar="METHOD",
        help="symbolic, numerical, forward or reverse; may be repeated (default: all)",
    )
    add("--wrt", metavar="x,y", help="the variables to differentiate by (default: all)")
    add("--h", default="0.1,0.001", metavar="H,H", help="steps of the difference quotients")
    add("--brief", action="store_true", help="leave out what is the same for every function")
    form = explain.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="write LaTeX")
    form.add_argument("--markdown", action="store_true", help="write Markdown")
    form.add_argument("--json", action="store_true", help="write the whole tree as JSON")
    form.add_argument(
        "--step", action="store_true", help="wait for Enter after each step; q quits, ? hints"
    )


def _functions() -> str:
    listed = textwrap.wrap(" ".join(sorted(FUNCTIONS)), 72)
    return "functions:\n  " + "\n  ".join(listed)


def _explain(options: Any) -> None:
    derivation = infinitesimal.explain(
        options.formula,
        at=_point(options.formula, options.at),
        methods=options.method or "all",
        wrt=None if options.wrt is None else [name.strip() for name in options.wrt.split(",")],
        h=_steps(options.h),
        detail="brief" if options.brief else "full",
    )
    if options.latex:
        print(derivation.to_latex(), end="")
    elif options.markdown:
        print(derivation.to_markdown(), end="")
    elif options.json:
        print(derivation.to_json())
    else:
        derivation.show(step=options.step)


def _point(formula: str, text: str | None) -> dict[str, Fraction | float]:
    """The values of `x=2,y=3`, for a formula of x and y."""
    if text is None:
        raise ArgumentError(
            "dx explain",
            why="the derivative is worked out at a point",
            instead=_example(formula),
        )
    point: dict[str, Fraction | float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise ArgumentError(
                f"dx explain --at {text}",
                found=part,
                why="each variable needs a value",
                instead=_example(formula),
            )
        if name in point:
            raise ArgumentError(f"dx explain --at {text}", why=f"{name} is given twice")
        point[name] = _number(value, "--at")
    return point


def _example(formula: str) -> str:
    """How a point is given for this formula."""
    return "--at " + ",".join(f"{name}=…" for name in parse(formula).names or ("x",))


def _steps(text: str) -> list[float]:
    """The steps of the difference quotients."""
    steps = [float(_number(piece, "--h")) for piece in text.split(",")]
    if min(steps) <= 0:
        raise ArgumentError(
            f"dx explain --h {text}",
            why="the steps are positive numbers",
            instead="--h 0.1,0.001",
        )
    return steps


def _number(text: str, option: str) -> Fraction | float:
    """A number, exactly where it is digits, a decimal, a power of ten, a quotient of two."""
    if re.search("[a-zπ]", re.sub("[eE][+-]?[0-9]", "", text)):
        with contextlib.suppress(FormulaError):  # pi/4
            value = parse(text, ())()
            if math.isfinite(value):
                return value
    try:
        top, _, bottom = text.partition("/")
        for part in (top, bottom or "1"):
            if not 0 <= abs(float(part)) < float("inf"):  # before anything is made of it exactly
                raise ValueError
        return Fraction(top) / Fraction(bottom or "1")
    except (ValueError, ZeroDivisionError):
        raise ArgumentError(
            f"dx explain {option}",
            found=text,
            why="this is no finite number",
            instead="digits, such as 2 or -0.5 or 1e-3 or 1/3 or pi/4",
        ) from None


def _demo(options: Any) -> None:
    from infinitesimal.demo import main as demonstrate  # brings SciPy: others need not wait for it

    demonstrate()
