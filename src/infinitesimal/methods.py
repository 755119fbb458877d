"""One call for every method: the same derivative by differences, duals, reverse mode and the rest.

In: a function of numbers and arrays, the point, and the name of a method. Out: the derivative, and
on request how much work it was. Each method is one entry of `METHODS`; the calculus of `api` is for
use, this room is for choosing, comparing and teaching.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.differentiate.complex_step import STEP, evaluate_complex
from infinitesimal.differentiate.cost import (
    evaluation_operations,
    formula_operations,
    sweep_operations,
)
from infinitesimal.differentiate.jacobian import filled
from infinitesimal.differentiate.numeric import (
    CENTRAL,
    ONE_SIDED,
    Difference,
    differences,
    extrapolate,
    moved,
    quotient,
    richardson,
    shift,
)
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.differentiate.symbolic import symbolic_gradient
from infinitesimal.errors import ArgumentError, LostDerivativeError, UnsupportedError
from infinitesimal.front.arguments import Argnums, argument_numbers, check_callable, unknown_method
from infinitesimal.front.dual import Dual, propagate
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import Trace, finish, leaf_node, presented, trace
from infinitesimal.optimise.unroll import unrolled_where_short

__all__ = ["ALSO", "METHODS", "Problem", "Work", "check_options", "derivative", "solve"]


@dataclass
class Work:
    """What was done to find a derivative, counted by the code that did it.

    `evaluations` are calls of the function (or evaluations of its graph at other points), `passes`
    runs of forward mode, `sweeps` runs of reverse mode. `operations` are counted only where
    `counting` is set; `aside` is the time, in seconds, that counting them took.
    """

    counting: bool = False
    aside: float = 0.0
    evaluations: int = 0
    passes: int = 0
    sweeps: int = 0
    operations: int = 0
    formulas: Counter[str] = field(default_factory=Counter[str])

    def count(self, how_many: Callable[[], int]) -> None:
        """Add operations, if they are asked for."""
        if self.counting:
            start = time.perf_counter()
            self.operations += how_many()
            self.aside += time.perf_counter() - start


@dataclass
class Problem:
    """A function, the point, and the positions of the arguments to differentiate by."""

    f: Callable[..., Any]
    args: list[Any]
    positions: list[int]
    step: float | None = None
    block: int = 1
    work: Work = field(default_factory=Work)

    def value(self, *args: Any) -> Any:
        """The function as it is, at a point; its value as floating-point numbers."""
        self.work.evaluations += 1
        with np.errstate(all="ignore"):
            result = self.f(*args)
        if not isinstance(result, Lazy):
            leaf_node(result, "derivative", "f(…)")
        return result if isinstance(result, (float, Lazy)) else _floating(result)

    def traced(self) -> Trace:
        """The function traced at the point."""
        self.work.evaluations += 1
        return trace(self.f, self.args, {}, self.positions, asked="derivative")

    def elements(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Every number to differentiate by: the position of its argument and its index there."""
        for position in self.positions:
            for index in np.ndindex(_shape(self.args[position])):
                yield position, index


def _shape(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())


def _floating(value: Any) -> Any:
    array = np.asarray(value)
    return (array if array.dtype.kind == "f" else array.astype(np.float64))[()]


# ---- numerical


def _by_differences(difference: Difference) -> Callable[[Problem], Any]:
    def method(problem: Problem) -> list[Any]:
        work = problem.work
        one_sided = difference.ahead == 0 or difference.behind == 0
        base = problem.value(*problem.args) if one_sided else None
        found = [
            _assembled(
                problem,
                differences(
                    problem.value,
                    problem.args,
                    position,
                    difference,
                    problem.step,
                    base,
                    work.formulas,
                ),
                position,
            )
            for position in problem.positions
        ]
        work.count(lambda: _formula_operations(problem, difference.width))
        return found

    return method


def _by_richardson(problem: Problem) -> list[tuple[Any, Any]]:
    """The extrapolated derivative and the estimate of its error, an argument each."""
    found: list[tuple[Any, Any]] = []
    for position in problem.positions:
        columns, errors = richardson(
            problem.value, problem.args, position, problem.step, problem.work.formulas
        )
        found.append(
            (_assembled(problem, columns, position), _assembled(problem, errors, position))
        )
    problem.work.count(lambda: _formula_operations(problem, CENTRAL.width))
    return found


def _formula_operations(problem: Problem, width: int) -> int:
    """The operations of all evaluations, and of the formulas that combined their values."""
    traced = trace(problem.f, problem.args, {}, problem.positions, asked="compare")
    output, h = _single(traced), constant(0.5)
    cost = {
        "shift": formula_operations(partial(shift, steps=1), [h, h]),
        "quotient": formula_operations(partial(quotient, width=width), [output, output, h]),
        "extrapolation": formula_operations(partial(extrapolate, power=2), [output, output]),
    }
    combined = sum(cost[name] * times for name, times in problem.work.formulas.items())
    return problem.work.evaluations * evaluation_operations([output]) + combined


def _assembled(problem: Problem, columns: Sequence[Any], position: int) -> Any:
    """The columns of a Jacobian as one array: the shape of the value, then of the argument."""
    shape = _shape(problem.args[position])
    if shape == ():
        return columns[0]
    if not columns:
        outer = _shape(problem.value(*problem.args))
        return np.zeros((*outer, *shape))
    outer = _shape(columns[0])
    return np.reshape(np.stack(columns, axis=-1), (*outer, *shape))


# ---- exact


def _by_complex_step(problem: Problem) -> list[Any]:
    traced = problem.traced()
    output = _single(traced)
    if output.reach < traced.since:
        raise LostDerivativeError(
            f"derivative(…, method='complex-step') at {place()}",
            why="inside another derivative its result would be a plain number",
            instead="method='reverse' or method='dual'",
        )
    h = STEP if problem.step is None else problem.step
    variables = dict(zip(problem.positions, traced.variables, strict=True))
    columns: dict[int, list[Any]] = {position: [] for position in problem.positions}
    for position, index in problem.elements():
        x = np.asarray(problem.args[position]).astype(np.complex128)
        beside = moved(x[()], index, x[index] + 1j * h)
        (value,) = evaluate_complex([output], {variables[position]: beside})
        columns[position].append((np.imag(value) / h).astype(output.type.dtype))
    problem.work.evaluations = len(list(problem.elements()))
    # a value beside the real line is made by one addition and read by one division
    problem.work.count(lambda: problem.work.evaluations * (evaluation_operations([output]) + 2))
    return [_assembled(problem, columns[position], position) for position in problem.positions]


def _by_duals(problem: Problem) -> list[Any]:
    """Forward mode: the function of dual numbers, a pass for each block of numbers."""
    work = problem.work
    columns: dict[int, list[Any]] = {position: [] for position in problem.positions}
    elements = list(problem.elements())
    for start in range(0, len(elements), problem.block):
        block = elements[start : start + problem.block]
        args = list(problem.args)
        for position in problem.positions:
            args[position] = _seeded(problem.args[position], position, block)

        result = propagate(
            problem.f, args, {}, lambda nodes: work.count(lambda: evaluation_operations(nodes))
        )
        work.evaluations += 1
        work.passes += 1
        if not isinstance(result, Dual):
            leaf_node(result, "derivative", "f(…)")
            result = Dual(_floating(result), tuple([0.0] * len(block)))
        for (position, _), part in zip(block, result.parts, strict=True):
            columns[position].append(part)
    return [_assembled(problem, columns[position], position) for position in problem.positions]


def _seeded(x: Any, position: int, block: Sequence[tuple[int, tuple[int, ...]]]) -> Dual:
    """An argument with one ε for each number of the block: one where it is that number."""
    parts: list[Any] = []
    for owner, index in block:
        part = np.zeros(_shape(x))
        if owner == position:
            part[index] = 1.0
        parts.append(part)
    return Dual(x, tuple(parts))


def _by_reverse(problem: Problem) -> list[Any]:
    """Reverse mode: one evaluation, and a sweep backwards for each number of the value."""

    def sweep(output: Node, unit: Node, variables: list[Node]) -> list[Node]:
        problem.work.sweeps += 1
        found = reverse([output], [unit], variables, masked=output.type.size > 1)
        return filled(found, variables)

    traced = problem.traced()
    found = _by_rows(traced, sweep)
    output, work = [_single(traced)], problem.work
    work.count(lambda: evaluation_operations(output))
    work.count(lambda: work.sweeps * sweep_operations(output, traced.variables))
    return _finished(traced, found)


def _by_formulas(problem: Problem) -> list[Any]:
    """Symbolic: the derivative as a simplified formula, evaluated at the point."""

    def formulas(output: Node, unit: Node, variables: list[Node]) -> list[Node]:
        return symbolic_gradient([output], variables, [unit])

    traced = problem.traced()
    traced = replace(traced, outputs=unrolled_where_short(traced.outputs))
    found = _by_rows(traced, formulas)
    problem.work.count(lambda: evaluation_operations([_single(traced), *found]))
    return _finished(traced, found)


def _by_rows(traced: Trace, gradient: Callable[[Node, Node, list[Node]], list[Node]]) -> list[Node]:
    """For each number of the value, its derivative with respect to each variable."""
    output = _single(traced)
    rows: list[Node] = []
    for index in np.ndindex(output.type.shape):
        unit = np.zeros(output.type.shape, output.type.dtype)
        unit[index] = 1
        rows += gradient(output, constant(unit), traced.variables)
    return rows


def _finished(traced: Trace, rows: list[Node]) -> list[Any]:
    done = finish(rows, traced.since)
    outer, width = _single(traced).type.shape, len(traced.variables)
    return [
        _stacked(done[k::width], outer, node.type.shape) for k, node in enumerate(traced.variables)
    ]


def _stacked(rows: list[Any], outer: tuple[int, ...], inner: tuple[int, ...]) -> Any:
    if outer == ():
        return rows[0]
    if not rows:
        return np.zeros((*outer, *inner))
    return np.reshape(np.stack(rows), (*outer, *inner))


def _single(traced: Trace) -> Node:
    """The node of the one number or array a function returned, as floating-point numbers."""
    if traced.result.container is not None:
        raise UnsupportedError(
            f"derivative(f) at {place()}",
            found=f"f returned {traced.result}",
            why="methods are compared on one value, a number or an array",
            instead="jacobian(f), which knows containers",
        )
    (output,) = traced.outputs
    if output.type.inexact:
        return output
    return REGISTRY["astype"](output, dtype=np.dtype(np.float64))


# ---- the door

METHODS: dict[str, Callable[[Problem], list[Any]]] = {
    **{name: _by_differences(difference) for name, difference in ONE_SIDED.items()},
    "central-difference": _by_differences(CENTRAL),
    "richardson": _by_richardson,
    "complex-step": _by_complex_step,
    "dual": _by_duals,
    "reverse": _by_reverse,
    "symbolic": _by_formulas,
}
ALSO = {"forward": "dual"}  # what `explain` calls it
STEPPING = {*ONE_SIDED, "central-difference", "richardson", "complex-step"}


def derivative(
    f: Callable[..., Any],
    *x: Any,
    method: str = "reverse",
    step: float | None = None,
    argnum: Argnums = 0,
    error: bool = False,
    block: int = 1,
) -> Any:
    """The derivative of `f` at the point `x` (its arguments) by the method of this name.

    `f` takes numbers and arrays and returns one; the result has the shape of the value followed by
    that of the argument at `argnum`, and is a tuple where `argnum` is one. Methods:

    - "forward-difference", "backward-difference", "central-difference": `f` is called at points
      nearby. `step` is the distance, used exactly as given; else it is chosen for each number from
      the precision of its dtype and its size.
    - "richardson": central differences of ever smaller steps, extrapolated; with `error=True` a
      pair of the derivative and an estimate of its error.
    - "complex-step": the graph of `f` at points beside the real line; exact to rounding.
    - "dual", or "forward": forward mode, a call of `f` with dual numbers for every `block` numbers
      of x; exact.
    - "reverse": one call of `f` and a sweep backwards for each number of the value; exact.
    - "symbolic": the derivative as a simplified formula, evaluated at x; exact, save where the
      formula divides zero by zero. See `symbolic` for the formula itself.

    Raises `ArgumentError` for an unknown method or an option it does not have, and from
    "complex-step" `MissingRuleError` and `DomainError` where `f` has no complex continuation.

    >>> distance = lambda x, y: np.sqrt(x * x + y * y)
    >>> derivative(distance, 3.0, 4.0)
    0.6000000000000001
    >>> derivative(distance, 3.0, 4.0, method="forward-difference", step=1e-8)
    0.5999999608263806
    >>> derivative(distance, 3.0, 4.0, method="dual", argnum=(0, 1))
    (0.6000000000000001, 0.8)
    """
    check_callable(f, "derivative")
    method = ALSO.get(str(method), method)
    check_options(method, step, error=error, block=block)
    positions = argument_numbers("derivative", argnum, x)
    problem = Problem(f, list(x), positions, step, block)
    found, errors = solve(method, problem)
    answer: Any = found[0] if isinstance(argnum, int) else tuple(found)
    if not error:
        return answer
    return answer, errors[0] if isinstance(argnum, int) else tuple(errors)


def check_options(method: Any, step: Any, *, error: bool = False, block: Any = 1) -> None:
    """Refuse a method of no known name, and options that it does not have."""
    asked = f"derivative(…, method={method!r}) at {place()}"
    if not isinstance(method, str) or method not in METHODS:
        raise unknown_method(f"derivative(…, method={method!r})", method, METHODS)
    if step is not None and method not in STEPPING:
        raise ArgumentError(asked, found=f"step={step!r}", why="this method takes no step")
    number = isinstance(step, (int, float)) and not isinstance(step, bool)
    if step is not None and not (number and math.isfinite(step) and step > 0):
        raise ArgumentError(asked, found=f"step={step!r}", why="a step is a positive number")
    if error and method != "richardson":
        raise ArgumentError(
            asked,
            found="error=True",
            why="this method gives no estimate of its error",
            instead="method='richardson'",
        )
    if not isinstance(block, int) or block < 1 or (block != 1 and method != "dual"):
        raise ArgumentError(
            asked,
            found=f"block={block!r}",
            why="block is how many ε the method 'dual' carries at once",
        )


def solve(method: str, problem: Problem) -> tuple[list[Any], list[Any]]:
    """The derivatives by a method, an argument each, and estimates of their errors if it has any.

    The work is counted in `problem.work`.
    """
    for position in problem.positions:
        problem.args[position] = _point(problem.args[position], method)
    found = METHODS[method](problem)
    errors: list[Any] = []
    if method == "richardson":
        errors = [error for _, error in found]
        found = [value for value, _ in found]
    return [_given_back(value) for value in found], [_given_back(value) for value in errors]


def _point(x: Any, method: str) -> Any:
    """An argument as floating-point numbers."""
    leaf_node(x, "derivative", "x", promote=True)
    if not isinstance(x, Lazy):
        return float(x) if isinstance(x, (bool, int)) else _floating(x)
    if method in STEPPING:
        raise LostDerivativeError(
            f"derivative(…, method={method!r}) at {place()}",
            found=f"a traced {x.node.type}",
            why="the method calls the function at known numbers, which have no past",
            instead="method='reverse' or method='dual'",
        )
    return x


def _given_back(value: Any) -> Any:
    return value if isinstance(value, Lazy) else presented(value)
