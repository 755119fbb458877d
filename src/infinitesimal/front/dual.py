"""Dual numbers a person can hold: a + bε with ε² = 0, or with several ε at once.

In: a real part and ε parts, numbers or arrays. Out: a `Dual` that computes like its real part while
its ε parts follow. No rule of calculus stands here: whatever is done to a dual is done to a traced
array in its place, and forward mode finds the new ε parts, so every function that can be traced can
be applied to a dual. A traced array may itself be a part: derivatives nest.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import numpy as np

from infinitesimal.core.leaf import next_serial, variable
from infinitesimal.core.node import Node
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.jacobian import filled
from infinitesimal.errors import (
    ArgumentError,
    DtypeError,
    LostDerivativeError,
    ShapeError,
)
from infinitesimal.front.dual_text import dual_text, repr_text
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.trace import finish, leaf_node
from infinitesimal.front.tree import OPENED, flatten

__all__ = ["Dual", "dual_of", "lift", "propagate"]

_NUMBERS = (bool, int, float, np.ndarray, np.generic, Lazy, list)


class Dual:
    """The number `real + dual·ε`, where ε² = 0; or `real + p₁ε₁ + p₂ε₂ + …`, where all εᵢεⱼ = 0.

    Parts are floats, arrays of one shape (integers become float64) or traced arrays; several ε are
    given as several parts or as a tuple; with no ε part it is zero. A dual is immutable.
    Arithmetic, NumPy's functions and the methods of an array apply to it, f(a + bε) = f(a) +
    f′(a)bε. Numbers and arrays without ε count as constants. Division is by the conjugate,
    (a + bε)/(c + dε) = (a + bε)(c − dε)/c².

    - **Order and equality** look at the real part alone, so that a program branches for a dual
      exactly as it would for the number: `Dual(3, 1) == 3` is true. To compare all parts, compare
      `.real` and `.parts`.
    - **No hash.** A dual that stood for its real part as the key of a table would be answered from
      there with somebody else's ε part, so a dual cannot be a key.
    - **Never lost.** `float(x)` and `np.asarray(x)` raise `LostDerivativeError` unless every ε part
      is zero. `int(x)` is the real part's: a rounding has derivative zero.

    A zero ε part stays zero even where the slope is infinite. Printed, numbers have twelve
    digits; `repr` shows all of them. Raises `DtypeError`, `ShapeError` and `ArgumentError` for
    parts that are no numbers, differ in shape, or differ in how many ε there are.

    >>> x, y = Dual(3, 1), Dual(4, 0)
    >>> print(x * y, "and", np.sqrt(x * x + y * y))
    12 + 4ε and 5 + 0.6ε
    >>> print(Dual(2, 1, 0) * Dual(3, 0, 1))
    6 + 3ε₁ + 2ε₂
    """

    __slots__ = ("parts", "real")

    real: Any
    parts: tuple[Any, ...]

    def __init__(self, real: Any, *parts: Any) -> None:
        if len(parts) == 1 and isinstance(parts[0], tuple):
            parts = cast("tuple[Any, ...]", parts[0])
        value = _number(real, "the real part")
        object.__setattr__(self, "real", value)
        given = [_number(part, "an ε part") for part in parts] or [0.0]
        object.__setattr__(self, "parts", tuple([_fitted(part, value) for part in given]))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a dual number is immutable: its {name!r} cannot be set")

    @property
    def dual(self) -> Any:
        """The ε part; a tuple of them where there are several."""
        return self.parts[0] if len(self.parts) == 1 else self.parts

    def conjugate(self) -> Dual:
        """The same real part, and the opposite ε parts: x · x.conjugate() is real.

        >>> x = Dual(3, 2)
        >>> print(x.conjugate(), x * x.conjugate(), sep=", ")
        3 - 2ε, 9 + 0ε
        """
        return dual_of(self.real, [-part for part in self.parts])

    conj = conjugate

    # ---- ways out

    def __float__(self) -> float:
        return float(self._plain("float()", "np.sin(x) for math.sin(x); x.real, if ε is to end"))

    def __complex__(self) -> complex:
        return complex(self._plain("complex()", "x.real, if ε is to end here"))

    def __int__(self) -> int:
        return int(self.real)

    def __bool__(self) -> bool:
        return bool(self.real)

    # what gives an integer has derivative zero wherever it does not jump
    def __floor__(self) -> int:
        return math.floor(self.real)

    def __ceil__(self) -> int:
        return math.ceil(self.real)

    def __trunc__(self) -> int:
        return math.trunc(self.real)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.real) if digits is None else propagate(np.round, (self, digits), {})

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = self._plain(
            "conversion to a NumPy array", "np.stack([x, y]); x.real, if ε is to end"
        )
        return np.array(value, dtype)

    def _plain(self, asked: str, instead: str) -> Any:
        if any(isinstance(part, Lazy) or np.any(part) for part in self.parts):
            raise LostDerivativeError(
                f"{asked} of {self} at {place()}",
                why="a plain number has no ε part, so the derivative would be silently lost",
                instead=instead,
            )
        return self.real

    def __copy__(self) -> Dual:
        return self

    def __deepcopy__(self, memo: Any) -> Dual:
        return self

    def __reduce__(self) -> Any:
        return Dual, (self.real, self.parts)

    __hash__ = None  # type: ignore[assignment]  # see the docstring of the class

    # ---- what NumPy, Python's operators and the methods of an array do to it

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return propagate(getattr(ufunc, method), inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        return propagate(function, args, options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'Dual' object has no attribute {name!r}")
        if not callable(getattr(np.ndarray, name)):
            return propagate(getattr, (self, name), {})

        def method(*args: Any, **options: Any) -> Any:
            return propagate(_called, (self, name, *args), options)

        method.__name__ = name
        return method

    def __getitem__(self, key: Any) -> Any:
        return propagate(_picked, (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        raise ArgumentError(
            f"an element of {self:.4g} set at {place()}",
            why="a dual number is immutable",
            instead="np.where, or the function lifted: lift(f)(x), whose arrays can be changed",
        )

    def __len__(self) -> int:
        return len(self.real)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self.real)))

    # ---- printing

    def __str__(self) -> str:
        return dual_text(self.real, self.parts)

    def __format__(self, spec: str) -> str:
        return dual_text(self.real, self.parts, spec)

    def __repr__(self) -> str:
        return f"Dual({', '.join(map(repr_text, (self.real, *self.parts)))})"


def _called(x: Any, name: str, *args: Any, **options: Any) -> Any:
    return getattr(x, name)(*args, **options)


def _picked(x: Any, key: Any) -> Any:
    return x[key]


def _operator(ufunc: Any, swapped: bool = False) -> Callable[[Dual, Any], Any]:
    def operator(self: Dual, other: Any, *modulus: Any) -> Any:
        if modulus or not isinstance(other, (Dual, *_NUMBERS)):
            return NotImplemented  # as a float does with pow(x, y, m)
        return propagate(ufunc, (other, self) if swapped else (self, other), {})

    return operator


def _unary(ufunc: Any) -> Callable[[Dual], Any]:
    return lambda self: propagate(ufunc, (self,), {})


for _name, _ufunc in (
    ("add", np.add),
    ("sub", np.subtract),
    ("mul", np.multiply),
    ("truediv", np.divide),
    ("floordiv", np.floor_divide),
    ("mod", np.remainder),
    ("divmod", np.divmod),
    ("pow", np.power),
    ("matmul", np.matmul),
):
    setattr(Dual, f"__{_name}__", _operator(_ufunc))
    setattr(Dual, f"__r{_name}__", _operator(_ufunc, swapped=True))
for _name, _ufunc in (
    ("lt", np.less),
    ("le", np.less_equal),
    ("gt", np.greater),
    ("ge", np.greater_equal),
    ("eq", np.equal),
    ("ne", np.not_equal),
):
    setattr(Dual, f"__{_name}__", _operator(_ufunc))
for _name, _ufunc in (("neg", np.negative), ("pos", np.positive), ("abs", np.absolute)):
    setattr(Dual, f"__{_name}__", _unary(_ufunc))


def dual_of(real: Any, parts: Sequence[Any]) -> Dual:
    """A dual of parts that are known to fit together."""
    made = object.__new__(Dual)
    object.__setattr__(made, "real", _frozen(real))
    object.__setattr__(made, "parts", tuple([_frozen(part) for part in parts]))
    return made


def _taken_apart(dual: Dual) -> dict[str, Any]:
    return {"real": dual.real, **{f"parts[{k}]": part for k, part in enumerate(dual.parts)}}


OPENED[Dual] = (_taken_apart, lambda parts: dual_of(parts[0], parts[1:]))


def _frozen(value: Any) -> Any:
    if type(value) is np.ndarray:
        value.setflags(write=False)
    return value  # pyright: ignore[reportUnknownVariableType] (NumPy's)


def _number(value: Any, what: str) -> Any:
    """A float, a read-only array of floats, or a traced array of floats."""
    if isinstance(value, Lazy):
        return value if value.node.type.inexact else value.astype(np.float64)
    if isinstance(value, Dual):
        raise ArgumentError(
            f"a dual number at {place()}",
            found=f"{what} is itself dual: {value}",
            why="the parts of a dual number are numbers",
            instead="infinitesimal.lift(infinitesimal.grad(f)) for a second derivative",
        )
    try:
        array = np.array(value)
    except ValueError:  # rows of different length
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise DtypeError(
            f"a dual number at {place()}",
            found=f"{what} is {type(value).__name__} {value!r:.40}",
            why="the parts of a dual number are real numbers, or arrays of them",
        )
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if array.ndim:
        return _frozen(array)
    return float(array) if array.dtype == np.float64 else array[()]


def _shape(value: Any) -> tuple[int, ...]:
    return getattr(value, "shape", ())


def _fitted(part: Any, real: Any) -> Any:
    """An ε part in the shape and dtype of the real part."""
    shape, own = _shape(real), _shape(part)
    dtype = getattr(real, "dtype", np.dtype(np.float64))
    if own not in (shape, ()):
        raise ShapeError(
            f"a dual number at {place()}",
            found=f"real part: {shape}\nε part:    {own}",
            why="an ε part has the shape of the real part: one rate of change for each number",
            instead="" if shape else "Dual(x, *parts) for one number with several ε",
        )
    if isinstance(part, Lazy):
        return part if own == shape else part + np.zeros(shape, dtype)
    if shape == ():
        return part if dtype == np.float64 else dtype.type(part)
    return _frozen(np.array(np.broadcast_to(part, shape), dtype))


# ---- through any function


def propagate(
    function: Callable[..., Any],
    args: Any,
    options: dict[str, Any],
    observe: Callable[[list[Node]], None] | None = None,
) -> Any:
    """`function(*args, **options)` with the ε parts of its dual arguments carried through.

    The function is called once, with a traced array in place of each dual; floating-point results
    become duals, and results without derivative (comparisons, counts) plain values. `observe` is
    shown the nodes that are evaluated: the results and their ε parts.
    """
    since = next_serial()
    leaves, structure = flatten((tuple(args), options))
    duals = [k for k, leaf in enumerate(leaves) if isinstance(leaf, Dual)]
    count = _how_many([leaves[k] for k in duals])
    seeds: list[dict[Node, Node]] = [{} for _ in range(count)]
    for k in duals:
        dual: Dual = leaves[k]
        node = variable(leaf_node(dual.real, "a dual number", "real part"))
        for seed, part in zip(seeds, dual.parts, strict=True):
            seed[node] = leaf_node(part, "a dual number", "ε part")
        leaves[k] = Lazy(node, "it is part of a dual number" if node.type.ndim else "")
    positional, named = structure.unflatten(leaves)
    result = function(*positional, **named)
    return result if result is NotImplemented else _dualised(result, seeds, since, observe)


def _how_many(duals: Sequence[Dual]) -> int:
    counts = {len(dual.parts) for dual in duals}
    if len(counts) > 1:
        raise ArgumentError(
            f"dual numbers together at {place()}",
            found=" and ".join(f"{dual:.4g}" for dual in duals[:3]),
            why="one has more ε than another, and which of them are the same is not known",
            instead="give each as many ε parts, zero where it does not depend on one",
        )
    return counts.pop() if counts else 1


def _dualised(
    result: Any,
    seeds: Sequence[dict[Node, Node]],
    since: int,
    observe: Callable[[list[Node]], None] | None,
) -> Any:
    """The leaves of a traced result as duals: value and tangents evaluated together."""
    leaves, structure = flatten(result)
    traced = [leaf.node for leaf in leaves if isinstance(leaf, Lazy)]
    smooth = [node for node in traced if node.type.inexact]
    # masked: an ε part that is zero stays zero even where the slope is infinite
    tangents = [filled(forward(smooth, seed, masked=True), smooth) for seed in seeds]
    flat = [node for tangent in tangents for node in tangent]
    if observe is not None:
        observe([*traced, *flat])
    done = finish([*traced, *flat], since)
    parts = [done[len(traced) + k :: len(smooth)] for k in range(len(smooth))] if smooth else []
    supply = iter(parts)
    values = iter(done[: len(traced)])
    for k, leaf in enumerate(leaves):
        if isinstance(leaf, Lazy):
            value = next(values)
            leaves[k] = dual_of(value, next(supply)) if leaf.node.type.inexact else value
        elif isinstance(leaf, (float, np.floating)):
            leaves[k] = dual_of(leaf, [0.0] * len(seeds))
    return structure.unflatten(leaves)


def lift(f: Callable[..., Any], *derivatives: Callable[..., Any]) -> Callable[..., Any]:
    """The function `f` for dual numbers: f(a + bε) = f(a) + f′(a)bε.

    Without more, `f` is traced once for each call, and anything the library can differentiate will
    do. A function the library cannot see into is given with its derivative (one for each positional
    argument), called with the same arguments: then `f` receives plain numbers. Called without a
    dual among its arguments, the lifted function is `f` itself. Raises `ArgumentError` when the
    derivatives do not match the arguments.

    >>> import math
    >>> print(lift(lambda x: np.sum(x * x))(Dual([1, 2], [1, 0])))
    5 + 2ε
    >>> print(lift(math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x))(Dual(0, 3)))
    0 + 3.38513750129ε
    """
    for function in (f, *derivatives):
        if not callable(function):
            raise ArgumentError(
                f"lift at {place()}",
                found=f"{type(function).__name__} {function!r:.60}",
                why="lift takes a function, and functions for its derivatives",
                instead="lift(f)(x), lift(f, derivative)(x)",
            )

    @functools.wraps(f)
    def lifted(*args: Any, **options: Any) -> Any:
        leaves, _ = flatten((args, options))
        if not any(isinstance(leaf, Dual) for leaf in leaves):
            return f(*args, **options)
        if not derivatives:
            return propagate(f, args, options)
        return _by_derivatives(f, derivatives, args, options)

    return lifted


def _by_derivatives(
    f: Callable[..., Any],
    derivatives: Sequence[Callable[..., Any]],
    args: Sequence[Any],
    options: dict[str, Any],
) -> Any:
    if len(derivatives) != len(args):
        raise ArgumentError(
            f"a lifted function called at {place()}",
            found=f"{len(args)} arguments and {len(derivatives)} derivatives",
            why="there is one derivative for each positional argument",
        )
    plain = [arg.real if isinstance(arg, Dual) else arg for arg in args]
    count = _how_many([arg for arg in args if isinstance(arg, Dual)])
    value = f(*plain, **options)
    parts: list[Any] = [0.0] * count
    for argument, derivative in zip(args, derivatives, strict=True):
        if isinstance(argument, Dual):
            slope = derivative(*plain, **options)
            parts = [
                so_far + slope * part for so_far, part in zip(parts, argument.parts, strict=True)
            ]
    return Dual(value, tuple(parts))
