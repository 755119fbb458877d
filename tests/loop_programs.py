"""Random programs with loops and branches in one another, around the words of `tests.strategies`.

In: genes, drawn by Hypothesis. Out: a `LoopProgram`, a function of a vocabulary
(`tests.laws.loop_words`) and of numbers and arrays. The body of a loop sees every earlier value of
the program around it; what it reads of them is its closure. A gene that would take a word out of
its domain, or near a kink of it, at any step of any loop, becomes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import infinitesimal as dx
from tests.laws.loop_words import IN_PYTHON, ROLLED, Words, rolled
from tests.strategies import BINARY, SMALL_ENOUGH, UNARY, Step, Word


def _changed(choice: int, x: Any, y: Any) -> Any:
    changed = x + 0 * np.sum(y)  # traced where y is
    changed[choice % x.shape[0]] = np.sum(y)
    return changed


OTHERS = ("looped", "branched", "written")  # these have loops of Python, or change plain arrays
CHANGED = Word("changed", 2, _changed, lambda c, x, y: np.ndim(x) > 0)
WORDS = [word for word in (*UNARY, *BINARY, *BINARY) if word.name not in OTHERS] + [CHANGED] * 2
DEEPEST = 3
KINDS = ("scan", "fori", "while", "cond", "switch")
WITH_DERIVATIVES = (*KINDS, "derivative", "batch", "derivative", "batch")
APART = 0.05  # how far what decides a branch or a number of steps is from its bounds


class Both(NamedTuple):
    number: Any
    rest: Any


Pack = tuple[Callable[..., Any], Callable[..., Any]]
CONTAINERS: tuple[Pack, ...] = (
    (lambda n, *xs: (n, *xs), lambda s: s),
    (lambda n, *xs: [*xs, n], lambda s: (s[-1], *s[:-1])),
    (lambda n, *xs: {"n": n, "xs": list(xs)}, lambda s: (s["n"], *s["xs"])),
    (lambda n, *xs: Both(n, (None, *xs)), lambda s: (s.number, *s.rest[1:])),
)


@dataclass(frozen=True)
class Block:
    """Steps that read the values before them, and the numbers of those that it gives."""

    steps: tuple[Any, ...] = ()
    gives: tuple[int, ...] = ()


@dataclass(frozen=True)
class Control:
    """A loop or branch: what it begins with and decides by, its blocks and choices."""

    kind: str
    reads: tuple[int, ...]
    blocks: tuple[Block, ...]
    choice: int
    checkpoint: Any


class Left(Exception):
    """A program left the domain of a word."""


@dataclass(frozen=True)
class Run:
    """How a program runs: with these loops, and these meanings of words.

    `checkpoint` is that of all loops; None where each has its own.
    """

    words: Words
    apply: Callable[[Word, int, list[Any]], Any]
    checked: bool = False
    checkpoint: Any = None

    def block(self, block: Block, around: Sequence[Any]) -> list[Any]:
        """All values, those around and those of the steps."""
        values = list(around)
        for step in block.steps:
            if isinstance(step, Control):
                values.extend(self.control(step, values))
            else:
                operands = [values[k] for k in step.operands]
                values.append(self.apply(step.word, step.choice, operands))
        return values

    def control(self, it: Control, values: list[Any]) -> list[Any]:
        """The results of a loop or branch."""
        every = it.checkpoint if self.checkpoint is None else self.checkpoint
        words = self.words if self.words is IN_PYTHON else rolled(every)
        results = getattr(self, f"_{it.kind}")(it, values, words)
        # loops that read nothing traced give numbers of Python
        return [np.float64(x) if isinstance(x, float) else x for x in results]

    def apart(self, value: Any) -> Any:
        """A number that decides; it must not be near to deciding otherwise."""
        if self.checked and abs(value - round(float(value))) < APART:
            raise Left
        return value.real if value.__class__.__name__ == "complex128" else value

    def _whole(self, value: Any, most: int) -> Any:
        """A whole number from 0 to `most`, from any array."""
        return np.floor(self.apart(np.abs(np.sum(value).real))).astype(int) % (most + 1)

    def _pack(self, it: Control) -> Pack:
        return CONTAINERS[it.choice % len(CONTAINERS)]

    def _next(self, it: Control, number: Any, seen: list[Any], state: Sequence[Any]) -> list[Any]:
        """The next state: what the block gives, in the shapes of the state, and bounded."""
        after: list[Any] = []
        for k, old in zip(it.blocks[0].gives, state, strict=False):
            new = seen[k] if np.shape(seen[k]) == np.shape(old) else np.sum(seen[k])
            after.append(np.sin(new) + 0.5 * old)
            if np.ndim(old) and it.choice % 4 == 3:
                after[-1][number % len(old)] = np.cos(np.sum(new))
        return after

    def _step(
        self, it: Control, values: list[Any], state: Any, *more: Any
    ) -> tuple[Any, list[Any]]:
        """The state after a step, packed, and all values of the step."""
        pack, unpack = self._pack(it)
        n, *rest = unpack(state)
        picked = _picked(values[it.reads[0]], n)
        seen = self.block(it.blocks[0], [*values, *rest, np.multiply(0.1, n), picked, *more])
        return pack(n + 1, *self._next(it, n, seen, rest)), seen

    def _scan(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        pack, unpack = self._pack(it)
        xs = values[it.reads[0]] if np.ndim(values[it.reads[0]]) else None
        state = pack(it.choice % 3, *[values[k] for k in it.reads[1:]])

        def step(state: Any, x: Any) -> Any:
            state, seen = self._step(it, values, state, *(() if xs is None else (x,)))
            return state, (seen[it.blocks[0].gives[-1]], None)

        length = it.choice % 4 if xs is None else None
        state, (rows, _) = words.scan(step, state, xs, length, bool(it.choice % 2))
        return (
            [*unpack(state)[1:], rows] if np.size(rows) <= SMALL_ENOUGH else list(unpack(state)[1:])
        )

    def _fori(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        pack, unpack = self._pack(it)
        start = pack(True, *[values[k] for k in it.reads[1:]])
        read = values[it.reads[0]]
        first, last = -(it.choice % 2), it.choice % 5
        if it.choice % 3:
            last = self._whole(read, 3)

        def step(i: Any, state: Any) -> Any:
            odd, *rest = unpack(state)
            own = [np.where(odd, 0.2, -0.1)[()], np.multiply(0.3, i), _picked(read, i)]
            seen = self.block(it.blocks[0], [*values, *rest, *own])
            return pack(np.logical_not(odd), *self._next(it, i, seen, rest))

        return list(unpack(words.fori_loop(first, last, step, start)))[1:]

    def _while(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        pack, unpack = self._pack(it)
        start = pack(0, *[values[k] for k in it.reads[1:]])
        bound = np.sum(values[it.reads[0]]).real

        def goes_on(state: Any) -> Any:
            n, first, *_ = unpack(state)
            return np.logical_and(n < 4, self.apart(np.sum(first).real - bound) < 1)

        most = it.choice % 5 if it.choice % 2 else None
        step = lambda state: self._step(it, values, state)[0]  # noqa: E731
        return list(unpack(words.while_loop(goes_on, step, start, most)))[1:]

    def _branches(self, it: Control, values: list[Any]) -> list[Callable[..., Any]]:
        def branch(block: Block) -> Callable[..., Any]:
            def chosen(*operands: Any) -> Any:
                seen = self.block(block, [*values, *operands])
                return [np.sum(seen[k]) + 0.0 * values[it.reads[0]] for k in block.gives], None

            return chosen

        return [branch(block) for block in it.blocks]

    def _cond(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        holds = self.apart(np.sum(values[it.reads[0]]).real) > it.choice % 3 - 1
        yes, no, *_ = self._branches(it, values)
        return words.cond(holds, yes, no, *[values[k] for k in it.reads[1:]])[0]

    def _switch(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        index = self._whole(values[it.reads[0]], 4) - 1
        operands = [values[k] for k in it.reads[1:]]
        return words.switch(index, self._branches(it, values), *operands)[0]

    def _number(self, it: Control, values: list[Any]) -> Callable[[Any], Any]:
        """A block as a function from one of its values to a number."""
        how = replace(self, apply=_applied, checked=False)

        def number(x: Any) -> Any:
            seen = how.block(it.blocks[0], [*values, *[values[k] for k in it.reads[1:]], x])
            return sum(np.sum(np.sin(seen[k])) for k in it.blocks[0].gives) + 0.1 * np.sum(x)

        return number

    def _derivative(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        x = values[it.reads[0]]
        if self.checked:
            self.block(it.blocks[0], [*values, *[values[k] for k in it.reads[1:]], x])
        number = self._number(it, values)
        if it.choice % 3 == 2:
            return [np.tanh(dx.jvp(number, (x,), (np.cos(x),))[1])]
        return [np.tanh((dx.grad, dx.jacfwd)[it.choice % 3](number)(x))]

    def _batch(self, it: Control, values: list[Any], words: Words) -> list[Any]:
        x = values[it.reads[0]]
        xs = x if np.ndim(x) else np.stack([x, 0.5 * x])
        if self.checked:
            for row in xs:
                self.block(it.blocks[0], [*values, *[values[k] for k in it.reads[1:]], row])
        f = self._number(it, values)
        if it.choice % 2:
            number = f
            f = lambda x: np.sum(dx.grad(number)(x))  # noqa: E731
        plain = self.words is IN_PYTHON
        return [np.tanh(np.stack([f(row) for row in xs]) if plain else dx.vmap(f)(xs))]


def _picked(values: Any, number: Any) -> Any:
    """The entry of that number, counted round and round."""
    if not np.ndim(values):
        return values
    return dx.numpy.take(values, number % values.shape[0], axis=0)


@dataclass(frozen=True)
class LoopProgram:
    """A block of two arrays and a number, summed to a number at the end."""

    inputs: tuple[Any, ...]
    block: Block
    seed: int
    checkpoint: Any = None

    def __call__(self, *inputs: Any) -> Any:
        return self.run(Run(ROLLED, _applied, checkpoint=self.checkpoint), inputs)

    def unrolled(self, *inputs: Any) -> Any:
        """The program with the loops and branches of Python."""
        return self.run(Run(IN_PYTHON, _applied), inputs)

    def continued(self, *inputs: Any) -> Any:
        """The same of complex inputs."""
        return self.run(Run(IN_PYTHON, _continued), inputs)

    def run(self, how: Run, inputs: Sequence[Any]) -> Any:
        """The sum of all values that the program ends with."""
        total = 0.0
        for k, value in enumerate(how.block(self.block, inputs)):
            total = total + np.sum(value) * (1 + 0.1 * k)
        return total

    @property
    def nestings(self) -> set[tuple[str, str]]:
        """The kinds of loops and branches, each with that of one right inside it."""
        return set(_nestings(self.block, ()))

    def directions(self, which: int) -> tuple[Any, ...]:
        rng = np.random.default_rng((self.seed, which))
        return tuple(rng.uniform(-1, 1, np.shape(x))[()] for x in self.inputs)

    def __repr__(self) -> str:
        rows = [f"v{k} = {x!r}" for k, x in enumerate(self.inputs)]
        return "\n  ".join(["LoopProgram", *rows, *_told(self.block, "")])


def _nestings(block: Block, around: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for step in block.steps:
        if isinstance(step, Control):
            yield from ((outer, step.kind) for outer in around)
            for inner in step.blocks:
                yield from _nestings(inner, (step.kind,))


def _told(block: Block, indent: str) -> Iterator[str]:
    for step in block.steps:
        if isinstance(step, Step):
            yield f"{indent}{step.word.name}{step.operands} by {step.choice}"
        else:
            yield f"{indent}{step.kind} of {step.reads} by {step.choice} {step.checkpoint}"
            for inner in step.blocks:
                yield from _told(inner, indent + "    ")
    yield f"{indent}gives {block.gives}"


def _applied(word: Word, choice: int, operands: list[Any]) -> Any:
    return word.apply(choice, *operands)


def _continued(word: Word, choice: int, operands: list[Any]) -> Any:
    return (word.continued or word.apply)(choice, *operands)


def _fitting(word: Word, choice: int, operands: list[Any]) -> Any:
    answer = word.fits(choice, operands)
    if answer is None:
        raise Left
    return answer


# ---- growing

CHECK = Run(IN_PYTHON, _fitting, checked=True)
Gene = tuple[int, int, int, int, int]


class _Genes:
    """Genes, one after the other; zeros when there are no more."""

    def __init__(self, genes: Sequence[Gene], kinds: Sequence[str]) -> None:
        self.waiting = list(reversed(genes))
        self.kinds = kinds

    def next(self) -> Gene:
        return self.waiting.pop() if self.waiting else (0, 0, 0, 0, 0)


def _grown_block(genes: _Genes, values: list[Any], steps: int, gives: int, depth: int) -> Block:
    """A block that works at these values; `values` grows with it."""
    found: list[Any] = []
    for _ in range(steps):
        if not genes.waiting:
            break
        gene = genes.next()
        if gene[0] % 2 == 0 and depth < DEEPEST:
            step, answers = _control(genes, gene, values, depth)
        else:
            step, answers = _word(gene, values)
        if step is not None:
            found.append(step)
            values.extend(answers)
    chosen = [len(values) - 1 - genes.next()[1] % min(len(values), 5) for _ in range(gives)]
    return Block(tuple(found), tuple(chosen))


def _word(gene: Gene, values: list[Any]) -> tuple[Step | None, list[Any]]:
    number, first, second, choice, _ = gene
    for other in range(len(WORDS)):
        word = WORDS[(number // 2 + other) % len(WORDS)]
        places = [len(values) - 1 - k % len(values) for k in (first, second)][: word.arity]
        answer = word.fits(choice, [values[k] for k in places])
        if answer is not None:
            return Step(word, choice, tuple(places)), [answer]
    return None, []


def _control(genes: _Genes, gene: Gene, values: list[Any], depth: int) -> tuple[Any, list[Any]]:
    """A loop or branch whose blocks work at its first step; dropped if not at every other."""
    number, first, second, choice, checkpoint = gene
    kind = genes.kinds[number // 2 % len(genes.kinds)]
    reads = tuple(len(values) - 1 - k % len(values) for k in (first, second, second + 1))
    reads = reads[: 2 + choice % 2]
    every = (False, True, 1, 2, 3, 50)[checkpoint % 6]
    locals_: list[Any] = [values[k] for k in reads[1:]]
    count = {"cond": 2, "switch": 2 + choice % 2}.get(kind, 1)
    if kind == "scan":
        xs = values[reads[0]]
        locals_ += [np.float64(0.1 * (choice % 3)), _picked(xs, choice % 3)]
        locals_ += [xs[0]] if np.ndim(xs) else []
    elif kind == "fori":
        locals_ += [np.float64(0.2), np.float64(0), _picked(values[reads[0]], -(choice % 2))]
    elif kind == "while":
        locals_ += [np.float64(0), _picked(values[reads[0]], 0)]
    elif kind == "derivative":
        locals_ += [values[reads[0]]]
    elif kind == "batch":
        locals_ += [_picked(values[reads[0]], 0)]
    blocks = tuple(
        _grown_block(genes, [*values, *locals_], 2 + choice % 3, len(reads), depth + 1)
        for _ in range(count)
    )
    it = Control(kind, reads, blocks, choice, every)
    for tried in (it, replace(it, choice=choice + 1)):
        try:
            with np.errstate(all="ignore"):
                answers = [np.asarray(x)[()] for x in CHECK.control(tried, values)]
        except (Left, ValueError, IndexError):
            continue
        if all(np.size(x) and np.size(x) <= SMALL_ENOUGH for x in answers) and all(
            np.all(np.abs(x) < 30) for x in answers
        ):
            return tried, answers
    return None, []


def _grown(genes: Sequence[Gene], seed: int, kinds: Sequence[str]) -> LoopProgram:
    rng = np.random.default_rng(seed)
    inputs = tuple(
        rng.uniform(0.2, 1.6, shape)[()] * rng.choice([-1.0, 1.0], shape)[()]
        for shape in ((3,), (2, 3), ())
    )
    block = _grown_block(_Genes(genes, kinds), list(inputs), len(genes), 0, 0)
    return LoopProgram(inputs, block, seed)


def loop_programs(most: int = 24, kinds: Sequence[str] = KINDS) -> st.SearchStrategy[LoopProgram]:
    """Programs of up to `most` words, loops and branches of a vector, a matrix and a number.

    In each, some loop or branch is inside another. With the kinds `WITH_DERIVATIVES` some blocks
    are differentiated or applied to a batch where they stand; those have no complex step.
    """
    place = st.integers(0, 9)
    number = st.integers(0, 2 * len(WORDS) - 1)  # every second is a loop or branch
    gene = st.tuples(number, place, place, st.integers(0, 11), st.integers(0, 5))
    genes = st.lists(gene, min_size=min(8, most), max_size=most)
    drawn = st.tuples(genes, st.integers(0, 2**32 - 1)).map(lambda drawn: _grown(*drawn, kinds))
    return drawn.filter(lambda program: bool(program.nestings))
