"""Random programs: straight-line NumPy code with shared intermediate values.

In: genes, drawn by Hypothesis, so that a failing program shrinks to a short one. Out: a `Program`
that runs on arrays, on traced arrays, and (`continued`) on complex arrays for the complex step. A
gene that would leave the domain of its word, or come near a kink of it, becomes another word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

LARGE, SMALL_ENOUGH = 30.0, 24


@dataclass(frozen=True)
class Word:
    """One thing a program can do: `apply(choice, *operands)`, where `allowed` says it can.

    `continued` is the same for complex operands, where NumPy's functions decide by real parts.
    """

    name: str
    arity: int
    apply: Callable[..., Any]
    allowed: Callable[..., Any] = lambda choice, *xs: True
    continued: Callable[..., Any] | None = None

    def fits(self, choice: int, operands: Sequence[Any]) -> Any:
        """The answer for these operands, or None where it is not allowed or out of bounds."""
        try:
            if not self.allowed(choice, *operands):
                return None
            with np.errstate(all="ignore"):
                answer = np.asarray(self.apply(choice, *operands))[()]
        except (ValueError, IndexError, ZeroDivisionError):
            return None
        bounded = np.size(answer) <= SMALL_ENOUGH and np.all(np.abs(answer) < LARGE)
        return answer if bounded and np.size(answer) else None


@dataclass(frozen=True)
class Step:
    """A word, what it decides by, and the numbers of the earlier values it reads."""

    word: Word
    choice: int
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """Steps from some inputs to one number, with a point and directions to try them at."""

    inputs: tuple[Any, ...]
    steps: tuple[Step, ...]
    seed: int

    def __call__(self, *inputs: Any) -> Any:
        return self._run(inputs, lambda word: word.apply)

    def continued(self, *inputs: Any) -> Any:
        """The program on complex inputs."""
        return self._run(inputs, lambda word: word.continued or word.apply)

    def _run(self, inputs: Sequence[Any], meaning: Callable[[Word], Callable[..., Any]]) -> Any:
        values = list(inputs)
        for step in self.steps:
            operands = [values[k] for k in step.operands]
            values.append(meaning(step.word)(step.choice, *operands))
        read = {k for step in self.steps for k in step.operands}
        total = 0.0
        for k, value in enumerate(values):
            if k not in read or k == len(values) - 1:
                total = total + np.sum(value)
        return total

    def directions(self, which: int) -> tuple[Any, ...]:
        rng = np.random.default_rng((self.seed, which))
        return tuple(rng.uniform(-1, 1, np.shape(x))[()] for x in self.inputs)

    def __repr__(self) -> str:
        rows = [f"  v{k} = {x!r}" for k, x in enumerate(self.inputs)]
        for k, step in enumerate(self.steps, len(self.inputs)):
            names = ", ".join(f"v{j}" for j in step.operands)
            rows.append(f"  v{k} = {step.word.name}({names}) by {step.choice}")
        return "\n".join(["Program", *rows])


# ---- the words


def _everywhere(condition: Callable[[Any], Any]) -> Callable[..., bool]:
    return lambda choice, x: bool(np.all(condition(x)))


def _apart(choice: int, x: Any, y: Any) -> bool:
    return bool(np.all(np.abs(x - y) > 0.02))


def _distinct(choice: int, x: Any) -> bool:
    elements = np.sort(np.ravel(x))
    return bool(np.all(np.diff(elements) > 0.02))


def _axis(choice: int, x: Any) -> int | None:
    return None if choice % 3 == 0 or not x.ndim else choice % x.ndim


def _has_axes(choice: int, x: Any) -> bool:
    return np.ndim(x) > 0


def _pair_rows(choice: int, x: Any, y: Any) -> bool:
    return np.ndim(x) > 0 and np.ndim(y) > 0


def _picked(choice: int, x: Any) -> Any:
    return x[np.array([choice % x.shape[0], 0, choice % x.shape[0]])]


def _by_real(choice: int, x: Any) -> Any:
    return np.take_along_axis(x, np.argsort(np.real(x), axis=-1), -1)


def _extreme(pick: Any) -> Callable[..., Any]:
    def continued(choice: int, x: Any) -> Any:
        axis = _axis(choice, x)
        if axis is None:
            return np.ravel(x)[pick(np.real(np.ravel(x)))]
        return np.take_along_axis(x, np.expand_dims(pick(np.real(x), axis), axis), axis)[
            (slice(None),) * axis + (0,)
        ]

    return continued


def _written(choice: int, x: Any, y: Any) -> Any:
    changed = x.copy()
    changed[choice % x.shape[0]] = np.sum(y)
    return changed


def _written_continued(choice: int, x: Any, y: Any) -> Any:
    return _written(choice, np.asarray(x, np.complex128), y)


def _looped(choice: int, x: Any, y: Any) -> Any:
    total = 0.0 * y
    for row in x:
        total = total + np.sum(row) * y
    return total


def _branched(choice: int, x: Any, y: Any) -> Any:
    return x * 2.0 if np.sum(np.real(x)) > np.sum(np.real(y)) else y - x


def _sums_apart(choice: int, x: Any, y: Any) -> bool:
    return abs(np.sum(x) - np.sum(y)) > 0.02


UNARY = [
    Word("sin", 1, lambda c, x: np.sin(x)),
    Word("cos", 1, lambda c, x: np.cos(x)),
    Word("tanh", 1, lambda c, x: np.tanh(x)),
    Word("exp", 1, lambda c, x: np.exp(x), _everywhere(lambda x: x < 2)),
    Word("expm1", 1, lambda c, x: np.expm1(x), _everywhere(lambda x: x < 2)),
    Word("log", 1, lambda c, x: np.log(x), _everywhere(lambda x: x > 0.1)),
    Word("log1p", 1, lambda c, x: np.log1p(x), _everywhere(lambda x: x > -0.8)),
    Word("sqrt", 1, lambda c, x: np.sqrt(x), _everywhere(lambda x: x > 0.1)),
    Word("arctan", 1, lambda c, x: np.arctan(x)),
    Word("square", 1, lambda c, x: x**2),
    Word("power", 1, lambda c, x: x ** (1.5 + c % 3), _everywhere(lambda x: x > 0.1)),
    Word("negative", 1, lambda c, x: -x),
    Word("affine", 1, lambda c, x: 1.0 - x / (1 + c % 3)),
    Word("reciprocal", 1, lambda c, x: 1 / x, _everywhere(lambda x: np.abs(x) > 0.3)),
    Word(
        "absolute", 1, lambda c, x: np.abs(x), _everywhere(lambda x: np.abs(x) > 0.02),
        lambda c, x: np.where(np.real(x) < 0, -x, x),
    ),
    Word("sum", 1, lambda c, x: np.sum(x, axis=_axis(c, x))),
    Word("mean", 1, lambda c, x: np.mean(x, axis=_axis(c, x))),
    Word("prod", 1, lambda c, x: np.prod(x, axis=_axis(c, x))),
    Word("max", 1, lambda c, x: np.max(x, axis=_axis(c, x)), _distinct, _extreme(np.argmax)),
    Word("min", 1, lambda c, x: np.min(x, axis=_axis(c, x)), _distinct, _extreme(np.argmin)),
    Word(
        "norm", 1, lambda c, x: np.sqrt(np.sum(x * x, axis=_axis(c, x))),
        _everywhere(lambda x: np.abs(x) > 0.1),
    ),
    Word(
        "logsumexp", 1, lambda c, x: np.log(np.sum(np.exp(x), axis=_axis(c, x))),
        _everywhere(lambda x: np.abs(x) < 5),
    ),
    Word("cumsum", 1, lambda c, x: np.cumsum(x, axis=c % x.ndim), _has_axes),
    Word("cumprod", 1, lambda c, x: np.cumprod(x, axis=c % x.ndim), _has_axes),
    Word(
        "sort", 1, lambda c, x: np.sort(x), lambda c, x: np.ndim(x) > 0 and _distinct(c, x),
        _by_real,
    ),
    Word("ravel", 1, lambda c, x: np.reshape(x, (-1,))),
    Word("transpose", 1, lambda c, x: np.transpose(x), _has_axes),
    Word("backwards", 1, lambda c, x: x[::-1], _has_axes),
    Word("element", 1, lambda c, x: x[c % x.shape[0]], _has_axes),
    Word("last", 1, lambda c, x: x[..., -1], _has_axes),
    Word("slice", 1, lambda c, x: x[c % x.shape[0] :], _has_axes),
    Word("steps", 1, lambda c, x: x[:: 1 + c % 2], _has_axes),
    Word("picked", 1, _picked, _has_axes),
    Word("column", 1, lambda c, x: x[:, None], _has_axes),
]  # fmt: skip
BINARY = [
    Word("add", 2, lambda c, x, y: x + y),
    Word("subtract", 2, lambda c, x, y: x - y),
    Word("multiply", 2, lambda c, x, y: x * y),
    Word("divide", 2, lambda c, x, y: x / y, lambda c, x, y: np.all(np.abs(y) > 0.3)),
    Word(
        "maximum", 2, lambda c, x, y: np.maximum(x, y), _apart,
        lambda c, x, y: np.where(np.real(x) > np.real(y), x, y),
    ),
    Word(
        "minimum", 2, lambda c, x, y: np.minimum(x, y), _apart,
        lambda c, x, y: np.where(np.real(x) < np.real(y), x, y),
    ),
    Word(
        "where", 2, lambda c, x, y: np.where(x > y, x * y, np.sin(x)), _apart,
        lambda c, x, y: np.where(np.real(x) > np.real(y), x * y, np.sin(x)),
    ),
    Word(
        "guarded", 2, lambda c, x, y: np.where(x > 0.1, np.sqrt(x), y),
        lambda c, x, y: np.all(np.abs(x - 0.1) > 0.02),
        lambda c, x, y: np.where(np.real(x) > 0.1, np.sqrt(x), y),
    ),
    Word("matmul", 2, lambda c, x, y: x @ y, _pair_rows),
    Word("outer", 2, lambda c, x, y: np.outer(x, y), _pair_rows),
    Word(
        "einsum", 2, lambda c, x, y: np.einsum("ij,kj->ik", x, y),
        lambda c, x, y: np.ndim(x) == np.ndim(y) == 2,
    ),
    Word("concatenate", 2, lambda c, x, y: np.concatenate([x, y]), _pair_rows),
    Word("stack", 2, lambda c, x, y: np.stack([x, y])),
    Word("written", 2, _written, _has_axes_of_first := lambda c, x, y: np.ndim(x) > 0,
         _written_continued),
    Word("looped", 2, _looped, _has_axes_of_first),
    Word("branched", 2, _branched, _sums_apart),
]  # fmt: skip
WORDS = [*UNARY, *BINARY, *BINARY]


def _grown(genes: Sequence[tuple[int, int, int, int]], seed: int) -> Program:
    rng = np.random.default_rng(seed)
    inputs = tuple(
        rng.uniform(0.2, 1.6, shape)[()] * rng.choice([-1.0, 1.0], shape)[()]
        for shape in ((3,), (2, 3), ())
    )
    values = list(inputs)
    steps: list[Step] = []
    for number, first, second, choice in genes:
        for other in range(len(WORDS)):
            word = WORDS[(number + other) % len(WORDS)]
            places = [len(values) - 1 - k % len(values) for k in (first, second)][: word.arity]
            answer = word.fits(choice, [values[k] for k in places])
            if answer is not None:
                steps.append(Step(word, choice, tuple(places)))
                values.append(answer)
                break
    return Program(inputs, tuple(steps), seed)


def random_programs(most: int = 25) -> st.SearchStrategy[Program]:
    """Programs of up to `most` steps of a vector, a matrix and a number."""
    place = st.integers(0, 11)
    gene = st.tuples(st.integers(0, len(WORDS) - 1), place, place, st.integers(0, 5))
    genes = st.lists(gene, min_size=min(5, most), max_size=most)
    # a map, not `builds`: a failing program is then shown as a program
    return st.tuples(genes, st.integers(0, 2**32 - 1)).map(lambda drawn: _grown(*drawn))
