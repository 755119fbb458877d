"""All methods side by side: what each answers, how exactly, and how much work it was.

In: a function and a point, or a function of any number of inputs and a row of sizes. Out: a table:
its rows are data, and its text fits eighty columns and goes through a pipe. Every number in it was
counted by the code that ran or measured by a clock; what a time budget forbids to run is
extrapolated and marked `~`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from infinitesimal.errors import ArgumentError, InfinitesimalError
from infinitesimal.front.arguments import check_callable, unknown_method
from infinitesimal.front.dual_text import number_text
from infinitesimal.front.origin import place
from infinitesimal.methods import ALSO, METHODS, Problem, Work, check_options, solve

__all__ = ["Row", "Table", "compare", "growth"]

WIDTH = 80
REPEATS, REPEATING = 5, 0.02  # how often, and for how many seconds, a short run is timed again
GROWING = ("forward-difference", "central-difference", "dual", "reverse")


@dataclass(frozen=True)
class Row:
    """One method at work.

    `value` holds the derivative by each argument, `digits` how many decimal digits of it agree with
    reverse mode (infinite where all do), `inputs` how many numbers the function depends on. A
    method that has no answer says why in `note`; a row that was not run is `extrapolated`.
    """

    method: str
    inputs: int
    value: tuple[Any, ...] = ()
    digits: float = math.nan
    evaluations: int = 0
    passes: int = 0
    sweeps: int = 0
    operations: int = 0
    seconds: float = math.nan
    note: str = ""
    extrapolated: bool = False


@dataclass(frozen=True)
class Table:
    """Rows that print as a plain table; `table["reverse"]` is the (first) row of that method."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __getitem__(self, method: str) -> Row:
        for row in self.rows:
            if row.method == method:
                return row
        raise KeyError(method)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        cells = [
            list(self.columns),
            *([_CELLS[name](row) for name in self.columns] for row in self),
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        if "value" in self.columns:
            at = self.columns.index("value")
            widths[at] -= max(0, sum(widths) + len(widths) - 1 - WIDTH)
        lines = [self.title, *(_line(row, widths, self.columns) for row in cells)]
        notes = [f"{row.method}: {row.note}" for row in self if row.note]
        return "\n".join([*lines, *(_clipped(note, WIDTH) for note in notes)])

    def __repr__(self) -> str:
        return str(self)


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[str]) -> str:
    parts = [
        _clipped(cell, width).ljust(width) if name in ("method", "value") else cell.rjust(width)
        for cell, width, name in zip(cells, widths, columns, strict=True)
    ]
    return " ".join(parts).rstrip()


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _value_cell(row: Row) -> str:
    numbers = [number for part in row.value for number in np.ravel(part)]
    if row.note:
        return "no answer"
    if len(numbers) == 1:
        return str(numbers[0]).removesuffix(".0")
    shown = ", ".join(number_text(number, ".6g") for number in numbers[:8])
    return f"({shown}{', …' if len(numbers) > 8 else ''})"


def _digits_cell(row: Row) -> str:
    if math.isnan(row.digits):
        return ""
    return "all" if math.isinf(row.digits) else f"{row.digits:.1f}"


def _passes_cell(row: Row) -> str:
    parts = [(row.passes, "forward"), (row.sweeps, "back")]
    return " + ".join(_marked(row, f"{count:,} {way}") for count, way in parts if count)


def _marked(row: Row, text: str) -> str:
    return "" if row.note else f"~{text}" if row.extrapolated else text


_CELLS: dict[str, Callable[[Row], str]] = {
    "inputs": lambda row: f"{row.inputs:,}",
    "method": lambda row: row.method,
    "value": _value_cell,
    "digits": _digits_cell,
    "evals": lambda row: _marked(row, f"{row.evaluations:,}"),
    "passes": _passes_cell,
    "operations": lambda row: _marked(row, f"{row.operations:,}"),
    "time": lambda row: _marked(row, _duration(row.seconds)),
}


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds:,.0f} s"
    return ""


# ---- one point, every method


def compare(
    f: Callable[..., Any],
    *x: Any,
    methods: Sequence[str] | None = None,
    step: float | None = None,
    block: int = 1,
) -> Table:
    """The derivative of `f` at `x` with respect to all its arguments, by every method.

    `f` takes numbers and arrays and returns one. The table shows the value, the digits that agree
    with reverse mode, the evaluations of `f`, passes forward and sweeps back, the arithmetic
    operations counted on the graphs that were evaluated (in reverse mode with every multiplication,
    by 1 too, as on paper), and the time. `step` is that of the differences, `block` the number of ε
    of the method "dual". A method that cannot answer here says so in its row. Raises
    `ArgumentError` for unknown methods, and what `f` raises.

    >>> table = compare(lambda x, y: (x + y) * (x + 2 * y), 2.0, 3.0)
    >>> [(row.method, row.evaluations, row.operations) for row in table if row.passes or row.sweeps]
    [('dual', 2, 20), ('reverse', 1, 13)]
    >>> table["reverse"].value
    (13.0, 18.0)
    """
    check_callable(f, "compare")
    check_options("central-difference", step)
    check_options("dual", None, block=block)
    if not x:
        raise ArgumentError(
            f"compare(f) at {place()}",
            why="there is no point to differentiate at",
            instead="compare(f, x), or compare(f, x, y) for a function of two arguments",
        )
    wanted = _methods(METHODS if methods is None else methods)
    reference = _run("reverse", f, x, None, 1)
    if reference.note:
        solve("reverse", _problem("reverse", f, x, None, 1))  # raises what stands in the note
    rows: list[Row] = []
    for method in wanted:
        row = reference if method == "reverse" else _run(method, f, x, step, block)
        rows.append(replace(row, digits=_agreement(row.value, reference.value)))
    outputs = sum(np.size(part) for part in reference.value) // max(1, reference.inputs)
    title = (
        f"Derivatives of {_name(f)}: {_plural(reference.inputs, 'input')}, "
        f"{_plural(outputs, 'output')}"
    )
    columns = ("method", "value", "digits", "evals", "passes", "operations", "time")
    return Table(title, columns, tuple(rows))


def _methods(given: Any) -> list[str]:
    names: list[Any] = [given]
    if isinstance(given, Iterable) and not isinstance(given, str):
        names = list(cast("Iterable[Any]", given))
    names = [ALSO.get(str(name), name) for name in names]
    for name in names:
        if str(name) not in METHODS:
            raise unknown_method(f"methods={name!r}", name, METHODS)
    return names


def _name(f: Callable[..., Any]) -> str:
    name = getattr(f, "__name__", "f")
    return name if name.isidentifier() else "f"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _problem(
    method: str, f: Callable[..., Any], x: Sequence[Any], step: float | None, block: int
) -> Problem:
    by_difference = method.endswith("difference")
    return Problem(
        f,
        list(x),
        list(range(len(x))),
        step if by_difference else None,
        block if method == "dual" else 1,
        Work(counting=True),
    )


def _run(
    method: str, f: Callable[..., Any], x: Sequence[Any], step: float | None, block: int
) -> Row:
    """One method at the point, counted and timed."""
    problem = _problem(method, f, x, step, block)
    inputs = sum(np.size(argument) for argument in x)
    start = time.perf_counter()
    try:
        found, _ = solve(method, problem)
    except InfinitesimalError as error:
        return Row(method, inputs, note=f"{error.asked}: {error.why}")
    seconds = time.perf_counter() - start - problem.work.aside
    work = problem.work
    return Row(
        method,
        inputs,
        tuple(found),
        math.nan,
        work.evaluations,
        work.passes,
        work.sweeps,
        work.operations,
        min(seconds, _timed_again(method, problem, seconds)),
    )


def _timed_again(method: str, problem: Problem, seconds: float) -> float:
    """The shortest of a few more runs, where they are short: the first one fills tables."""
    best, spent = seconds, seconds
    for _ in range(REPEATS):
        if spent > REPEATING:
            break
        again = replace(problem, args=list(problem.args), work=Work())
        start = time.perf_counter()
        solve(method, again)
        taken = time.perf_counter() - start
        best, spent = min(best, taken), spent + taken
    return best


def _agreement(value: tuple[Any, ...], reference: tuple[Any, ...]) -> float:
    """The decimal digits to which two derivatives agree, measured against the largest number."""
    if not value:
        return math.nan
    ours, theirs = (
        np.concatenate([np.ravel(part) for part in parts]) for parts in (value, reference)
    )
    if np.array_equal(ours, theirs, equal_nan=True):
        return math.inf
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(theirs))
        error = np.max(np.abs(ours - theirs)) / (largest or 1.0)
    return max(0.0, -math.log10(error)) if np.isfinite(error) else 0.0


# ---- growing numbers of inputs


def growth(
    f: Callable[[Any], Any],
    sizes: Sequence[int] = (2, 10, 100, 1000, 10_000),
    *,
    point: Callable[[int], Any] = lambda n: np.linspace(0.5, 1.5, n),
    methods: Sequence[str] = GROWING,
    budget: float = 1.0,
) -> Table:
    """How the work of each method grows with the number of inputs of `f`, a function of one array.

    `point(n)` is where the derivative is taken. A run that is expected to last longer than `budget`
    seconds is not made: its row is extrapolated from the last two and marked `~`. Raises
    `ArgumentError` for unknown methods.

    >>> table = growth(lambda x: np.sum(x[1:] * x[:-1]), (2, 10, 100), methods=["reverse"])
    >>> [(row.inputs, row.evaluations, row.sweeps) for row in table]
    [(2, 1, 1), (10, 1, 1), (100, 1, 1)]
    """
    check_callable(f, "growth")
    _check_growth(sizes, point, budget)
    rows: list[Row] = []
    for method in _methods(methods):
        done: list[Row] = []
        for size in sizes:
            ahead = _extrapolated(done[-2:], size) if done else None
            if ahead is not None and ahead.seconds > budget:
                done.append(ahead)
            else:
                done.append(_run(method, f, [point(size)], None, 1))
        rows += done
    columns = ("inputs", "method", "evals", "passes", "operations", "time")
    ordered = sorted(rows, key=lambda row: row.inputs)
    return Table(f"Derivatives of {_name(f)} as its inputs grow", columns, tuple(ordered))


def _check_growth(sizes: Any, point: Any, budget: Any) -> None:
    """Refuse sizes that count nothing, a point that is no function, a budget that is no time."""
    counts: list[Any] = list(cast("Iterable[Any]", sizes)) if isinstance(sizes, Iterable) else [0]
    if not all(isinstance(n, (int, np.integer)) and n is not True and n >= 1 for n in counts):
        raise ArgumentError(
            f"growth(f, sizes={sizes!r:.60}) at {place()}",
            why="sizes are numbers of inputs: integers from 1 upward",
            instead="growth(f, (2, 10, 100))",
        )
    check_callable(point, "growth(f, point=…)")
    if isinstance(budget, bool) or not isinstance(budget, (int, float)) or not budget >= 0:
        raise ArgumentError(
            f"growth(f, budget={budget!r:.60}) at {place()}", why="budget is a number of seconds"
        )


def _extrapolated(last: Sequence[Row], size: int) -> Row:
    """The row that the last one or two lead to: counts along a line, work by a power."""
    before, after = last[0], last[-1]

    def along_line(name: str) -> int:
        first, second = getattr(before, name), getattr(after, name)
        if before.inputs == after.inputs:
            return round(second * size / max(1, after.inputs))
        slope = (second - first) / (after.inputs - before.inputs)
        return round(second + slope * (size - after.inputs))

    def by_power(name: str) -> float:
        first, second = getattr(before, name), getattr(after, name)
        power = 2.0
        if before.inputs != after.inputs and first > 0 and second > 0:
            power = math.log(second / first) / math.log(after.inputs / before.inputs)
        return second * (size / max(1, after.inputs)) ** min(max(power, 0.0), 3.0)

    return Row(
        after.method,
        size,
        evaluations=along_line("evaluations"),
        passes=along_line("passes"),
        sweeps=along_line("sweeps"),
        operations=round(by_power("operations")),
        seconds=by_power("seconds"),
        extrapolated=True,
    )
