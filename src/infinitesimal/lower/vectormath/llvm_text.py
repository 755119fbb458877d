"""A program written as LLVM's text, for vectors of any width and for one number at a time.

In: a `Program` and the names of its operands. Out: lines of LLVM IR in the order of the program;
a `Writer` writes each different instruction once, so the sine and the cosine of one argument share
what they have in common. No pass of LLVM is needed afterwards. The way of a detour becomes a
function of its own, called behind a branch that a processor predicts well.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from infinitesimal.lower.vectormath.program import BOOL, Lane, Program, Value

__all__ = ["Module", "Writer", "elementwise"]

_SCALARS = {"f64": "double", "f32": "float", "i64": "i64", "i32": "i32", "bool": "i1"}
_BINARY = {
    "add": "fadd",
    "sub": "fsub",
    "mul": "fmul",
    "div": "fdiv",
    "less": "fcmp olt",
    "less_equal": "fcmp ole",
    "equal": "fcmp oeq",
    "iadd": "add",
    "isub": "sub",
    "imul": "mul",
    "iand": "and",
    "ior": "or",
    "ixor": "xor",
    "shl": "shl",
    "ashr": "ashr",
    "lshr": "lshr",
    "iequal": "icmp eq",
    "iless": "icmp slt",
    "both": "and",
    "either": "or",
    "differ": "xor",
}
_TEMPLATES = {
    **{operation: f"{word} {{came}} {{0}}, {{1}}" for operation, word in _BINARY.items()},
    "neg": "fneg {kind} {0}",
    "not": "xor {kind} {0}, {ones}",
    "select": "select {came} {0}, {kind} {1}, {kind} {2}",
    "bits": "bitcast {came} {0} to {kind}",
    "as_float": "bitcast {came} {0} to {kind}",
    "refloat": "{resizing} {came} {0} to {kind}",
    "resize": "{resizing} {came} {0} to {kind}",
}
_CALLS = {"fma": "fma", "abs": "fabs", "sqrt": "sqrt", "copysign": "copysign"}


@dataclass
class Module:
    """The text of a module: what is declared, what stands beside the kernels, the kernels."""

    declared: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[str, str] = field(default_factory=dict[str, str])

    def table(self, text: str) -> str:
        """The name of a constant table, which is put in if need be."""
        name = next((name for name, line in self.declared.items() if line.endswith(text)), "")
        if not name:
            name = f"@table{len(self.declared)}"
            self.declared[name] = f"{name} = {text}"
        return name

    def __str__(self) -> str:
        seldom = '!0 = !{!"branch_weights", i32 1, i32 1000000}'
        return "\n".join([*self.declared.values(), *self.functions.values(), seldom, ""])


@dataclass
class Writer:
    """Lines of one function's body, `width` lanes at a time.

    `block` is the label of the block that the next line belongs to: a detour opens new ones.
    """

    module: Module
    width: int
    block: str = "entry"
    lines: list[str] = field(default_factory=list[str])
    _known: dict[str, str] = field(default_factory=dict[str, str])
    _merged: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def type(self, lane: Lane) -> str:
        """How LLVM writes the type of a value: `double`, `<8 x double>`."""
        scalar = _SCALARS[lane.name]
        return scalar if self.width == 1 else f"<{self.width} x {scalar}>"

    def write(self, program: Program, operands: Sequence[str]) -> list[str]:
        """The instructions of a program; gives back the names of its results."""
        names: dict[int, str] = {}
        for value in program.needed():
            told = [names[id(operand)] for operand in value.operands]
            names[id(value)] = self._written(value, told, operands)
        return [names[id(result)] for result in program.results]

    def let(self, text: str) -> str:
        """The name of what an instruction gives, written now unless it has been."""
        if text not in self._known:
            self._known[text] = f"%v{len(self._known)}"
            self.lines.append(f"  {self._known[text]} = {text}")
        return self._known[text]

    def constant(self, lane: Lane, literal: float) -> str:
        """A number in every lane."""
        if lane.mantissa:
            one = f"0x{struct.pack('>d', literal).hex().upper()}"
        else:
            one = str(literal)
        return one if self.width == 1 else f"splat ({_SCALARS[lane.name]} {one})"

    def _written(self, value: Value, told: list[str], operands: Sequence[str]) -> str:
        """One instruction; gives back the name of its result."""
        match value.operation:
            case "input":
                return operands[int(value.literal)]
            case "constant":
                return self.constant(value.lane, value.literal)
            case "lookup":
                return self._lookup(value, told[0])
            case "detour":
                return self._detour(value, told)
            case "pick":
                return self._merged[told[0]][int(value.literal)]
            case "fma" | "abs" | "sqrt" | "copysign":
                return self.let(self._call(_CALLS[value.operation], value.lane, told))
            case operation:
                return self.let(self._filled(_TEMPLATES[operation], value, told))

    def _filled(self, template: str, value: Value, told: list[str]) -> str:
        """A line of the table with its names and types."""
        source, target = value.operands[0].lane, value.lane
        return template.format(
            *told,
            kind=self.type(target),
            came=self.type(source),
            ones=self.constant(BOOL, 1),
            resizing=_resizing(source, target),
        )

    def _call(self, name: str, lane: Lane, operands: list[str]) -> str:
        """The call of one of LLVM's own functions, which is declared if need be."""
        kind = self.type(lane)
        full = f"llvm.{name}.{'' if self.width == 1 else f'v{self.width}'}{lane}"
        inputs = ", ".join([kind] * len(operands))
        self.module.declared[full] = f"declare {kind} @{full}({inputs})"
        return f"call {kind} @{full}({', '.join(f'{kind} {one}' for one in operands)})"

    def _lookup(self, value: Value, place: str) -> str:
        """An entry of a table, on the paths that are taken for one number at a time."""
        assert self.width == 1
        scalar, table = self.type(value.lane), value.literal
        entries = ", ".join(f"{scalar} {entry}" for entry in table)
        form = f"[{len(table)} x {scalar}]"
        name = self.module.table(f"private constant {form} [{entries}]")
        address = self.let(f"getelementptr {form}, ptr {name}, i64 0, {scalar} {place}")
        return self.let(f"load {scalar}, ptr {address}")

    def _detour(self, value: Value, told: list[str]) -> str:
        """A branch around a call; gives back the key of the merged values."""
        way: Program = value.literal
        known = f"{way.name} {' '.join(told)}"
        if known not in self._merged:
            number = len(self._known) + len(self._merged)
            slow, join, before = f"slow{number}", f"join{number}", self.block
            ends = f"label %{slow}, label %{join}, !prof !0"
            self.lines += [f"  br i1 {self._any(told[0])}, {ends}", f"{slow}:"]
            usual = told[1 : 1 + len(way.results)]
            better = self._called(value, told, number)
            self.lines += [f"  br label %{join}", f"{join}:"]
            self._merged[known] = []
            for result, one, other in zip(way.results, usual, better, strict=True):
                name = f"%merged{number}.{len(self._merged[known])}"
                ends = f"[ {one}, %{before} ], [ {other}, %{slow} ]"
                self.lines.append(f"  {name} = phi {self.type(result.lane)} {ends}")
                self._merged[known].append(name)
            self.block = join
        return known

    def _any(self, mask: str) -> str:
        """Whether a mask holds in any lane."""
        if self.width == 1:
            return mask
        packed = self.let(f"bitcast {self.type(BOOL)} {mask} to i{self.width}")
        return self.let(f"icmp ne i{self.width} {packed}, 0")

    def _called(self, value: Value, told: list[str], number: int) -> list[str]:
        """The call of a detour's way; gives back its values where the mask holds."""
        way: Program = value.literal
        kinds = [self.type(result.lane) for result in way.results]
        lanes = [self.type(operand.lane) for operand in value.operands]
        together, start = _together(kinds), 1 + len(kinds)
        operands = [f"{lane} {one}" for lane, one in zip(lanes, told, strict=True)]
        call = f"call {together} @{self._way(way)}({', '.join(operands[start:])})"
        self.lines.append(f"  %called{number} = {call}")
        for place, kind in enumerate(kinds):
            found, better = f"%found{number}.{place}", f"%better{number}.{place}"
            chosen = f"select {operands[0]}, {kind} {found}, {operands[1 + place]}"
            self.lines += [
                f"  {found} = extractvalue {together} %called{number}, {place}",
                f"  {better} = {chosen}",
            ]
        return [f"%better{number}.{place}" for place in range(len(kinds))]

    def _way(self, way: Program) -> str:
        """The name of the function that a detour calls, which is written if need be."""
        name = f"{way.name}_{self.width}"
        functions = self.module.functions
        if name not in functions:
            single = f"{way.name}_1"
            if single not in functions:
                functions[single] = _for_one(self.module, single, way)
            if self.width > 1:
                functions[name] = _for_each(self, name, single, way)
        return name


def _resizing(source: Lane, target: Lane) -> str:
    """The instruction that makes a lane wider or narrower."""
    if target.mantissa:
        return "fpext" if target.bits > source.bits else "fptrunc"
    return "zext" if target.bits > source.bits else "trunc"


def _inputs(program: Program) -> list[Value]:
    return [value for value in program.values if value.operation == "input"]


def _together(kinds: Sequence[str]) -> str:
    """The type of several values as one."""
    return "{" + ", ".join(kinds) + "}"


def _for_one(module: Module, name: str, program: Program) -> str:
    """A program as a function of single numbers that gives back all its results."""
    writer = Writer(module, 1)
    inputs = _inputs(program)
    results = writer.write(program, [f"%x{place}" for place in range(len(inputs))])
    kinds = [writer.type(result.lane) for result in program.results]
    whole = "poison"
    for place, (kind, result) in enumerate(zip(kinds, results, strict=True)):
        whole = writer.let(f"insertvalue {_together(kinds)} {whole}, {kind} {result}, {place}")
    given = ", ".join(f"{writer.type(one.lane)} %x{one.literal}" for one in inputs)
    head = f"define internal {_together(kinds)} @{name}({given}) noinline nounwind {{"
    return "\n".join([head, "entry:", *writer.lines, f"  ret {_together(kinds)} {whole}", "}"])


_FOR_EACH = """define internal {together} @{name}({given}) noinline nounwind {{
entry:
  br label %loop
loop:
  %lane = phi i64 [ 0, %entry ], [ %next, %loop ]
{old}
{one}
  %found = call {{{scalars}}} @{single}({taken})
{new}
  %next = add i64 %lane, 1
  %more = icmp ult i64 %next, {width}
  br i1 %more, label %loop, label %end
end:
{whole}
  ret {together} %whole{last}
}}"""


def _for_each(writer: Writer, name: str, single: str, way: Program) -> str:
    """The same for vectors: it calls the other for each lane in turn."""
    inputs = [(_SCALARS[one.lane.name], writer.type(one.lane)) for one in _inputs(way)]
    results = [(_SCALARS[one.lane.name], writer.type(one.lane)) for one in way.results]
    together = _together([kind for _, kind in results])
    scalars = ", ".join(scalar for scalar, _ in results)
    old: list[str] = []
    new: list[str] = []
    whole: list[str] = []
    for k, (scalar, kind) in enumerate(results):
        old.append(f"  %old{k} = phi {kind} [ poison, %entry ], [ %new{k}, %loop ]")
        new.append(f"  %part{k} = extractvalue {{{scalars}}} %found, {k}")
        new.append(f"  %new{k} = insertelement {kind} %old{k}, {scalar} %part{k}, i64 %lane")
        before = f"%whole{k - 1}" if k else "poison"
        whole.append(f"  %whole{k} = insertvalue {together} {before}, {kind} %new{k}, {k}")
    return _FOR_EACH.format(
        name=name,
        single=single,
        width=writer.width,
        together=together,
        scalars=scalars,
        given=", ".join(f"{kind} %x{k}" for k, (_, kind) in enumerate(inputs)),
        taken=", ".join(f"{scalar} %one{k}" for k, (scalar, _) in enumerate(inputs)),
        one="\n".join(
            f"  %one{k} = extractelement {kind} %x{k}, i64 %lane"
            for k, (_, kind) in enumerate(inputs)
        ),
        old="\n".join(old),
        new="\n".join(new),
        whole="\n".join(whole),
        last=len(results) - 1,
    )


def elementwise(module: Module, name: str, program: Program, width: int) -> None:
    """Put a loop into the module: `name(ptr, ..., ptr out, count)`, `count` a multiple of `width`.

    One pointer for each input, to contiguous numbers.
    """
    writer = Writer(module, width, block="loop")
    inputs = _inputs(program)
    operands: list[str] = []
    for place, value in enumerate(inputs):
        scalar, kind = _SCALARS[value.lane.name], writer.type(value.lane)
        address = writer.let(f"getelementptr {scalar}, ptr %x{place}, i64 %i")
        operands.append(writer.let(f"load {kind}, ptr {address}, align {value.lane.bits // 8}"))
    (result,) = writer.write(program, operands)
    lane = program.results[0].lane
    address = writer.let(f"getelementptr {_SCALARS[lane.name]}, ptr %out, i64 %i")
    stored = f"  store {writer.type(lane)} {result}, ptr {address}, align {lane.bits // 8}"
    given = ", ".join(f"ptr %x{place}" for place in range(len(inputs)))
    module.functions[name] = "\n".join(
        [
            f"define void @{name}({given}, ptr %out, i64 %count) nounwind {{",
            "entry:",
            "  %some = icmp sgt i64 %count, 0",
            "  br i1 %some, label %loop, label %end",
            "loop:",
            f"  %i = phi i64 [ 0, %entry ], [ %next, %{writer.block} ]",
            *writer.lines,
            stored,
            f"  %next = add i64 %i, {width}",
            "  %more = icmp slt i64 %next, %count",
            "  br i1 %more, label %loop, label %end",
            "end:",
            "  ret void",
            "}",
        ]
    )
