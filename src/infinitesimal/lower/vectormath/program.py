"""Straight-line programs over lanes: the small language the vector mathematics is written in.

In: Python functions that add, multiply, compare and select `Float`, `Int` and `Mask` values as if
each were one number. Out: a `Program`, which lists what they did, one instruction a line, each
different instruction once. A program knows no width and no processor: numpy_machine.py runs it
on arrays, llvm_text.py writes it for vectors of any width.

    >>> program = Program()
    >>> x = program.input(F64)
    >>> program.returns(x * x + 1.0)
    >>> print(program)
    v0: f64 = input
    v1: f64 = mul v0, v0
    v2: f64 = constant 1.0
    v3: f64 = add v1, v2
    return v3
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["BOOL", "F32", "F64", "I32", "I64", "Float", "Int", "Lane", "Mask", "Program", "Value"]


@dataclass(frozen=True)
class Lane:
    """What one lane of a vector holds."""

    name: str
    bits: int
    mantissa: int = 0  # the explicit bits of a floating-point number

    @property
    def bias(self) -> int:
        """What is added to the exponent of a floating-point number where it is stored."""
        return (1 << (self.bits - self.mantissa - 2)) - 1

    @property
    def tiny(self) -> float:
        """The smallest normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def whole(self) -> Lane:
        """The integers that are as wide."""
        return I64 if self.bits == 64 else I32

    def __str__(self) -> str:
        return self.name


F64 = Lane("f64", 64, 52)
F32 = Lane("f32", 32, 23)
I64 = Lane("i64", 64)
I32 = Lane("i32", 32)
BOOL = Lane("bool", 1)

V = TypeVar("V", bound="Value")


@dataclass(frozen=True, eq=False, repr=False)
class Value:
    """The result of one instruction: one number in every lane."""

    program: Program
    operation: str
    lane: Lane
    operands: tuple[Value, ...] = ()
    literal: Any = None

    def _same(self: V, operation: str, *others: Value | float) -> V:
        """An instruction whose operands and result are all of this lane."""
        operands = (self, *(self.like(other) for other in others))
        return self.program.record(operation, self.lane, operands, kind=type(self))

    def like(self: V, other: Value | float) -> V:
        """A number as a constant of this lane; a value as it is."""
        if isinstance(other, Value):
            assert type(other) is type(self) and other.lane == self.lane, (self.lane, other.lane)
            return other
        literal = _rounded(other, self.lane) if self.lane.mantissa else int(other)
        return self.program.record("constant", self.lane, (), literal, kind=type(self))

    def _compare(self, operation: str, other: Value | float) -> Mask:
        return self.program.record(operation, BOOL, (self, self.like(other)), kind=Mask)


class Mask(Value):
    """A truth in every lane."""

    def __and__(self, other: Mask) -> Mask:
        return self._same("both", other)

    def __or__(self, other: Mask) -> Mask:
        return self._same("either", other)

    def __invert__(self) -> Mask:
        return self._same("not")

    def __xor__(self, other: Mask) -> Mask:
        return self._same("differ", other)

    def choose(self, yes: V | float, no: V | float) -> V:
        """`yes` where the mask holds, `no` elsewhere; at least one of them is a value."""
        sample = yes if isinstance(yes, Value) else no
        assert isinstance(sample, Value)
        operands = (self, sample.like(yes), sample.like(no))
        return self.program.record("select", sample.lane, operands, kind=type(sample))


class Int(Value):
    """A whole number in every lane; sums and products wrap around."""

    def __add__(self, other: Int | int) -> Int:
        return self._same("iadd", other)

    def __sub__(self, other: Int | int) -> Int:
        return self._same("isub", other)

    def __mul__(self, other: Int | int) -> Int:
        return self._same("imul", other)

    def __and__(self, other: Int | int) -> Int:
        return self._same("iand", other)

    def __or__(self, other: Int | int) -> Int:
        return self._same("ior", other)

    def __xor__(self, other: Int | int) -> Int:
        return self._same("ixor", other)

    def __lshift__(self, places: Int | int) -> Int:
        return self._same("shl", places)

    def __rshift__(self, places: Int | int) -> Int:
        """Copies of the sign come in from the left."""
        return self._same("ashr", places)

    def unsigned_shift(self, places: Int | int) -> Int:
        """To the right; zeros come in from the left."""
        return self._same("lshr", places)

    def equals(self, other: Int | int) -> Mask:
        """Where the two are the same number."""
        return self._compare("iequal", other)

    def __lt__(self, other: Int | int) -> Mask:
        return self._compare("iless", other)

    def as_float(self) -> Float:
        """The floating-point number that has these bits."""
        lane = F64 if self.lane is I64 else F32
        return self.program.record("as_float", lane, (self,), kind=Float)

    def resized(self, lane: Lane) -> Int:
        """As many low bits as `lane` has; zeros are put in front where it has more."""
        if lane is self.lane:
            return self
        return self.program.record("resize", lane, (self,), kind=Int)

    def lookup(self, table: Sequence[int]) -> Int:
        """The entry of a table of whole numbers at this place, for the paths seldom taken."""
        return self.program.record("lookup", self.lane, (self,), tuple(table), kind=Int)


class Float(Value):
    """A floating-point number in every lane; every operation rounds once, to nearest."""

    def __add__(self, other: Float | float) -> Float:
        return self._same("add", other)

    __radd__ = __add__

    def __sub__(self, other: Float | float) -> Float:
        return self._same("sub", other)

    def __rsub__(self, other: float) -> Float:
        return self.like(other) - self

    def __mul__(self, other: Float | float) -> Float:
        return self._same("mul", other)

    __rmul__ = __mul__

    def __truediv__(self, other: Float | float) -> Float:
        return self._same("div", other)

    def __rtruediv__(self, other: float) -> Float:
        return self.like(other) / self

    def __neg__(self) -> Float:
        return self._same("neg")

    def __abs__(self) -> Float:
        return self._same("abs")

    def sqrt(self) -> Float:
        """The root, rounded correctly."""
        return self._same("sqrt")

    def with_sign_of(self, other: Float) -> Float:
        """This size, that sign; a zero and a NaN have signs too."""
        return self._same("copysign", other)

    def __lt__(self, other: Float | float) -> Mask:
        return self._compare("less", other)

    def __le__(self, other: Float | float) -> Mask:
        return self._compare("less_equal", other)

    def __gt__(self, other: Float | float) -> Mask:
        return self.like(other)._compare("less", self)

    def __ge__(self, other: Float | float) -> Mask:
        return self.like(other)._compare("less_equal", self)

    def equals(self, other: Float | float) -> Mask:
        """Where the two are the same number; a NaN never is, 0 and −0 are."""
        return self._compare("equal", other)

    def is_nan(self) -> Mask:
        """Where this is no number."""
        return ~self._compare("equal", self)

    def bits(self) -> Int:
        """The whole number that has these bits."""
        return self.program.record("bits", self.lane.whole, (self,), kind=Int)

    def resized(self, lane: Lane) -> Float:
        """The nearest number of another floating-point lane."""
        if lane is self.lane:
            return self
        return self.program.record("refloat", lane, (self,), kind=Float)


@dataclass(eq=False)
class Program:
    """Instructions in order, each different one once, and the values given back.

    `fused` says whether a product and a sum may be rounded together, as every processor does that
    has such an instruction; without it the exact error of a product takes more instructions.
    """

    fused: bool = True
    name: str = ""
    values: list[Value] = field(default_factory=list[Value])
    results: tuple[Value, ...] = ()
    _known: dict[object, Value] = field(default_factory=dict[object, Value])

    def input(self, lane: Lane) -> Float:
        """One more argument."""
        return self.record("input", lane, (), sum(v.operation == "input" for v in self.values))

    def returns(self, *results: Value) -> None:
        """What the program gives back."""
        self.results = results

    def record(
        self,
        operation: str,
        lane: Lane,
        operands: tuple[Value, ...],
        literal: Any = None,
        kind: type[V] = Float,
    ) -> V:
        """The value of an instruction: the old one, if there is one like it."""
        key = (operation, lane.name, tuple(map(id, operands)), _exact(literal))
        found = self._known.get(key)
        if found is None:
            found = kind(self, operation, lane, operands, literal)
            self._known[key] = found
            self.values.append(found)
        assert isinstance(found, kind)
        return found

    def detour(
        self, where: Mask, usual: Sequence[Value], way: Program, *arguments: Value
    ) -> tuple[Value, ...]:
        """`usual`, save for the lanes of `where`: there, what `way` makes of the arguments.

        Nothing of `way` is computed while no lane needs it.
        """
        node = self.record("detour", BOOL, (where, *usual, *arguments), way, kind=Mask)
        return tuple(
            self.record("pick", value.lane, (node,), place, kind=type(value))
            for place, value in enumerate(usual)
        )

    def needed(self) -> list[Value]:
        """The instructions that the results depend on, in order, and every input."""
        wanted = set(self.results)
        kept: list[Value] = []
        for value in reversed(self.values):
            if value in wanted or value.operation == "input":
                kept.append(value)
                wanted.update(value.operands)
        return kept[::-1]

    def __str__(self) -> str:
        names: dict[int, str] = {}
        lines: list[str] = []
        for value in self.needed():
            names[id(value)] = f"v{len(names)}"
            told = ", ".join(names[id(operand)] for operand in value.operands)
            if value.literal is not None and value.operation != "input":
                way = value.literal
                told += f"{' ' if told else ''}{way.name if isinstance(way, Program) else way}"
            lines.append(f"{names[id(value)]}: {value.lane} = {value.operation} {told}".rstrip())
        lines.append("return " + ", ".join(names[id(value)] for value in self.results))
        return "\n".join(lines)


def _rounded(number: float, lane: Lane) -> float:
    """The nearest number that the lane can hold."""
    form = "<d" if lane is F64 else "<f"
    return float(struct.unpack(form, struct.pack(form, number))[0])


def _exact(literal: Any) -> object:
    """A literal as a key: 0.0 and −0.0 are two, a NaN is itself."""
    if isinstance(literal, float):
        return struct.pack("<d", literal)
    return id(literal) if isinstance(literal, Program) else literal
