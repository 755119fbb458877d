"""Programs of the vector mathematics as machine code, for tests and measurements.

In: a `Program`, a width, and for which processor. Out: a function of arrays.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from itertools import count
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from infinitesimal.lower.vectormath.llvm_text import Module, elementwise
from infinitesimal.lower.vectormath.program import Program

DTYPES = {64: np.float64, 32: np.float32}
HOST = "host"
_NUMBERS = count()
_KEPT: list[Any] = []  # machine code lives as long as what owns it


def text(program: Program, width: int) -> str:
    """The module that holds a program's loop."""
    module = Module()
    elementwise(module, "kernel", program, width)
    return str(module)


def compiled(program: Program, width: int, features: str = HOST) -> Callable[..., Any]:
    """The program as a function of contiguous arrays, whose size is a multiple of the width."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(text(program, width))
    module.verify()
    host = features == HOST
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name() if host else "",
        features=llvm.get_host_cpu_features().flatten() + ",-prefer-256-bit" if host else features,
        opt=2,
        reloc="pic",
        codemodel="small",
        jit=True,
    )
    jit = llvm.create_lljit_compiler(machine)
    library = llvm.JITLibraryBuilder().add_ir(str(module)).export_symbol("kernel")
    tracker = library.link(jit, f"vectormath{next(_NUMBERS)}")
    _KEPT.extend((jit, tracker))
    inputs = sum(value.operation == "input" for value in program.values)
    kinds = [ctypes.c_void_p] * (inputs + 1) + [ctypes.c_int64]
    call = ctypes.CFUNCTYPE(None, *kinds)(tracker["kernel"])
    lane = next(value.lane for value in program.values)
    return _on_arrays(call, DTYPES[lane.bits], width)


def _on_arrays(call: Callable[..., None], dtype: Any, width: int) -> Callable[..., Any]:
    def kernel(*arrays: Any, out: Any = None) -> Any:
        given = [np.ascontiguousarray(array, dtype) for array in arrays]
        size = given[0].size
        assert size % width == 0
        out = np.empty(size, dtype) if out is None else out
        call(*(array.ctypes.data for array in given), out.ctypes.data, size)
        return out

    return kernel
