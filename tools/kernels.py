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


def pointer_call(program: Program, width: int, features: str = HOST) -> Callable[..., None]:
    """The program as a function of addresses, of the result last, and of how many numbers."""
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
    return ctypes.CFUNCTYPE(None, *kinds)(tracker["kernel"])


def compiled(program: Program, width: int, features: str = HOST) -> Callable[..., Any]:
    """The program as a function of contiguous arrays, whose size is a multiple of the width."""
    call = pointer_call(program, width, features)
    dtype = DTYPES[next(value.lane for value in program.values).bits]

    def kernel(*arrays: Any) -> Any:
        given = [np.ascontiguousarray(array, dtype) for array in arrays]
        out = np.empty_like(given[0])
        assert out.size % width == 0
        call(*(array.ctypes.data for array in given), out.ctypes.data, out.size)
        return out

    return kernel
