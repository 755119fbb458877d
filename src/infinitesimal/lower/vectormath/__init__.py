"""The vector mathematics: elementary functions for vectors of any width, in any kernel.

Each function is written once, as formulas over lanes (exponential.py, logarithm.py, circular.py,
inverse_circular.py, hyperbolic.py, power.py, error_function.py), with what they have in common in
pieces.py and their numbers in coefficients.py. Called with values of a program.py `Program`, a
function adds its instructions to it; what two functions share is there once. A program is run by
numpy_machine.py, which says what it means, and written by llvm_text.py into the body of a kernel:

    >>> from infinitesimal.lower.vectormath.functions import FUNCTIONS
    >>> from infinitesimal.lower.vectormath.llvm_text import Module, Writer
    >>> from infinitesimal.lower.vectormath.program import F64, Program
    >>> program = Program(fused=True)
    >>> x = program.input(F64)
    >>> program.returns(FUNCTIONS["sin"](x), FUNCTIONS["cos"](x))
    >>> writer = Writer(Module(), width=8)
    >>> sine, cosine = writer.write(program, ["%angle"])
    >>> print(len([line for line in writer.lines if "call" in line and "remainder" in line]))
    1

`functions.py` has every function by the name of its word. Its errors, in units in the last place,
are at most 1.5, and 2.5 for tanh, power, erf, erfc and the inverse hyperbolic functions.
"""
