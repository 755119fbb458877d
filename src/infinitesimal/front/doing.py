"""What the user's own line was doing when it asked for a value: read from its bytecode.

In: the running call stack. Out: one word for the instruction that is running there: a slice, an
item that is set, a function that is called; and two tables from such a word to what to write in
its place. Errors alone ask; where the answer is not clear, it is empty, and they say what holds of
every line.
"""

from __future__ import annotations

import dis
from collections.abc import Sequence

from infinitesimal.front.origin import user_frame

__all__ = ["ANYWHERE", "INSIDE", "PRINTED", "doing"]

_SLICE = "x[i:j]"
_ITEM_SET = "x[i] = y"
_PERCENT = "x % y"
_CHAIN = "a < x < b"
_SLICES = ("BINARY_SLICE", "STORE_SLICE")
_SUBSCRIPTS = ("BINARY_SUBSCR", "STORE_SUBSCR")
_SETS = ("STORE_SUBSCR", "STORE_SLICE")

_WINDOW = (
    "x[i + np.arange(3)] for a window of fixed size;\n"
    "infinitesimal.numpy.take(x, i + np.arange(3), axis=0) where x is not traced;\n"
    "np.where(np.arange(n) < i, x, 0) for a part that grows"
)
_WRITTEN = (
    "infinitesimal.numpy.zeros(n), made inside the body, for an array of one step;\n"
    "carry it in the state of a loop, or return the value: what scan and vmap return is stacked"
)
_CHAINED = (
    "(0 < x) & (x < 5): a chained comparison is an `and`;\n"
    "np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions"
)
_SHAPE = "a fixed size n and a mask: np.where(np.arange(n) < i, x, 0)"
PRINTED = "return the value, and print it afterwards"
_DRAW = "draw before, and scale inside: x + sigma * noise, where noise = rng.normal(size=n)"
_DRAWS = "normal uniform exponential poisson gamma beta binomial integers lognormal laplace"
# What to write for it: wherever a traced value meets it, and where its value is not known.
ANYWHERE = {
    _PERCENT: PRINTED,
    "full()": "infinitesimal.numpy.full(n, x)",
    **dict.fromkeys((f"{name}()" for name in _DRAWS.split()), _DRAW),
}
INSIDE = {
    **ANYWHERE,
    _SLICE: _WINDOW,
    _ITEM_SET: _WRITTEN,
    _CHAIN: _CHAINED,
    "max()": "np.maximum(x, 0) for max(x, 0); np.max(x) for the largest element of an array",
    "min()": "np.minimum(x, 0) for min(x, 0); np.min(x) for the smallest element of an array",
    "sorted()": "np.sort(x)",
    **dict.fromkeys(("zeros()", "ones()", "empty()", "eye()", "arange()"), _SHAPE),
}


def doing() -> str:
    """One of the words above; `name()` for a call of that name; empty for anything else."""
    frame = user_frame(1)
    if frame is None:
        return ""
    steps = [step for step in dis.get_instructions(frame.f_code) if step.offset <= frame.f_lasti]
    return _word(steps) if steps else ""


def _word(steps: Sequence[dis.Instruction]) -> str:
    """The word for the last of these instructions."""
    last, before = steps[-1], steps[-2] if len(steps) > 1 else steps[-1]
    sliced = last.opname in _SLICES or (
        before.opname == "BUILD_SLICE"
        and (last.opname in _SUBSCRIPTS or last.argrepr == "[]")  # "[]": Python 3.14
    )
    if sliced:
        return _SLICE
    if last.opname in _SETS:
        return _ITEM_SET
    if last.opname == "BINARY_OP" and last.argrepr == "%":
        return _PERCENT
    if last.opname.startswith("CALL"):
        return _called(steps)
    return _CHAIN if _chained(steps) else ""


def _chained(steps: Sequence[dis.Instruction]) -> bool:
    """Whether a comparison is being tested whose right side waits for another one."""
    for k in range(len(steps) - 1, max(len(steps) - 4, 0), -1):
        if steps[k].opname == "COMPARE_OP":
            return steps[k - 1].opname == "COPY"
    return False


def _called(steps: Sequence[dis.Instruction]) -> str:
    """The name of what is called: the longest expression that begins where the call begins."""
    call = _span(steps[-1])
    if call is None:
        return ""
    name, furthest = "", (0, 0)
    for step in steps:
        span = _span(step)
        if span is not None and span[0] == call[0] and furthest <= span[1] < call[1]:
            name, furthest = str(step.argval), span[1]
    return f"{name.rpartition('.')[2]}()" if name.isidentifier() else ""


def _span(step: dis.Instruction) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The beginning and the end, (line, column), of the expression of an instruction."""
    at = step.positions
    if at is None or at.lineno is None or at.col_offset is None:
        return None
    if at.end_lineno is None or at.end_col_offset is None:
        return None
    return (at.lineno, at.col_offset), (at.end_lineno, at.end_col_offset)
