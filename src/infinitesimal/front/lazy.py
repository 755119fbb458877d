"""The traced array: what a function receives in place of an ndarray while it is being traced.

In: everything Python and NumPy do to an array: operators, ufuncs, functions, methods. Out: nodes
of the graph. It only remembers; where Python needs a number (`if`, `while`, `int()`, `print`, an
index) the value is *forced*: evaluated from the values of the leaves. Every way out of the traced
world that would cut a derivative raises instead, and says what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

from infinitesimal.core.node import NEVER, Node, body_here
from infinitesimal.core.primitive import BY_NUMPY, REGISTRY
from infinitesimal.errors import (
    DtypeError,
    InfinitesimalError,
    LostDerivativeError,
    ShapeError,
    UnsupportedError,
)
from infinitesimal.front.forced import Forced
from infinitesimal.front.numpy_names import IN_PLACE, METHODS, VIEWS, WORDS
from infinitesimal.front.origin import place, user_line
from infinitesimal.front.views import Kin, check_home, link, put_through, same_view
from infinitesimal.ops.power import raise_to

__all__ = ["OPEN", "Lazy", "call_word", "unwrap", "wrap"]

_SEQUENCES: frozenset[Any] = frozenset((tuple, list))
_WHOLE_KEYS: frozenset[Any] = frozenset((int, slice))
_PLAIN = (int, float, np.ndarray, np.generic, complex, list, tuple)

# How a lazy array is read in the open: `front.written`, a room above this one, hands itself in.
OPEN: dict[str, Callable[..., Any]] = {}


class Lazy(Forced):
    """An array that remembers how it is computed.

    Behaves as the ndarray it stands for; arithmetic and NumPy functions applied to it give further
    lazy arrays.
    """

    __slots__ = ("__weakref__", "home", "kin", "node", "shared")

    node: Node
    shared: str  # why it is not to be changed in place; empty when it may be
    kin: Kin | None  # the arrays that see its in-place changes
    home: Any  # the body of a loop or branch that it was made in; None for none

    def __init__(self, node: Node, shared: str = "") -> None:
        self.node = node
        self.shared = shared
        self.kin = None
        self.home = body_here()

    # ---- what is known without computing

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""
        return self.node.type.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.node.type.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.node.type.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype."""
        return self.node.type.dtype

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.node.type.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def T(self) -> Lazy:
        """The array with its axes reversed."""
        return call_word(np.transpose, (self,), {})

    @property
    def flat(self) -> Lazy:
        """The elements in one axis, in the order of the last index."""
        return call_word(np.ravel, (self,), {})

    @property
    def mT(self) -> Lazy:
        """The array with its last two axes exchanged."""
        return call_word(np.matrix_transpose, (self,), {})

    @property
    def imag(self) -> Lazy:
        """Zeros: traced arrays are real."""
        return call_word(np.imag, (self,), {})

    @property
    def real(self) -> Lazy:
        """The array itself: traced arrays are real."""
        return self

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Lazy]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[k] for k in range(self.shape[0]))

    def __round__(self, digits: int | None = None) -> Any:
        """The nearest whole number, as an int; with `digits`, a traced number."""
        if digits is not None:
            return call_word(np.round, (self, digits), {})
        return round(self.force("round()", "np.round(x)"))

    def __copy__(self) -> Lazy:
        return Lazy(self.node)

    def __deepcopy__(self, memo: Any) -> Lazy:
        return Lazy(self.node)

    def item(self, *index: Any) -> Lazy:
        """The single element (or the one at a flat or full index), still traced."""
        if not index:
            if self.size != 1:
                raise ValueError("can only convert an array of size 1 to a Python scalar")
            return call_word(np.reshape, (self, ()), {})
        return self[index] if len(index) > 1 else call_word(np.ravel, (self,), {})[index]

    def tolist(self) -> Any:
        """Nested lists of traced numbers."""
        return [row.tolist() for row in self] if self.shape else self

    # ---- NumPy's protocols

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if options.pop("out", None) is not None:
            raise LostDerivativeError(
                f"np.{ufunc.__name__} written into an existing array at {place()}",
                why="a plain array cannot hold a traced value",
                instead="y = y + x in place of y += x, or begin with infinitesimal.numpy.zeros",
            )
        if method == "__call__" and not options:
            if any(_foreign(operand) for operand in inputs):
                return NotImplemented
            primitive = BY_NUMPY.get(ufunc) or BY_NUMPY.get(f"scipy.special.{ufunc.__name__}")
            listed = any(type(operand) in (list, tuple) for operand in inputs)
            build = None if primitive is None else primitive.build
            if build is not None and not listed and ufunc is not np.power:
                return apply(build, *inputs)
        return call_word(ufunc if method == "__call__" else (ufunc, method), inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if any(kind is not Lazy and not issubclass(kind, np.ndarray) for kind in types):
            return NotImplemented  # a dual number beside this array knows what to do with both
        return call_word(function, args, options)

    # ---- indexing and in-place changes

    def __getitem__(self, key: Any) -> Lazy:
        if key.__class__ in _WHOLE_KEYS:  # the way of every loop over an array
            taken = apply(MEANINGS["getitem"], self, key)
        else:
            taken = call_word("getitem", (self, key), {})
        parts = key if key.__class__ is tuple else (key,)
        seen = taken.node.type.shape or any(part is Ellipsis for part in parts)
        return link(taken, self) if seen else taken

    def __setitem__(self, key: Any, value: Any) -> None:
        if value.__class__ is Lazy and value.kin is not None and value.kin.base is self:
            # x[key] += 1 has already written through the view x[key]
            if same_view(value, call_word("getitem", (self, key), {}).node, self):
                return
        self._rewrite("x[key] = value", call_word("setitem", (self, key, value), {}))

    def _rewrite(self, asked: str, new: Lazy) -> Lazy:
        """An in-place change: this handle takes a new node, and those that share memory see it."""
        check_home(asked, self)
        if new.node.type.shape != self.node.type.shape:
            raise ShapeError(
                f"{asked} at {place()}",
                found=f"{self.node.type} would become {new.node.type}",
                why="an in-place change cannot change the shape",
            )
        node = new.node
        if node.type is not self.node.type:
            node = REGISTRY["astype"](node, dtype=self.dtype)
        refusal = put_through(self, node)
        if refusal:
            raise LostDerivativeError(
                f"{asked} at {place()}",
                found=f"a traced {self.node.type}; {refusal}",
                why="NumPy would change the other array too, and a traced array cannot",
                instead="y = x + d in place of x += d, or x = x.copy() first",
            )
        return self

    # ---- attributes and methods of ndarray, from one table

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = METHODS.get(name)
        if name in IN_PLACE:

            def change(*args: Any, **options: Any) -> None:
                new = call_word(IN_PLACE[name], (self, *args), options)
                self._rewrite(f"x.{name}()", new)

            return change
        if function is None:
            if hasattr(np.ndarray, name) and not name.startswith("_"):
                raise UnsupportedError(
                    f"x.{name} of a traced array at {place()}",
                    why=f"ndarray.{name} has no counterpart for traced arrays",
                    instead="see dir(infinitesimal.numpy) for what is known",
                )
            raise AttributeError(f"'Lazy' object has no attribute {name!r}")

        def method(*args: Any, **options: Any) -> Any:
            return call_word(function, (self, *args), options)

        method.__name__ = name
        return method

    def trace(self, *args: Any, **options: Any) -> Any:
        """The expression that is remembered, written out; of a matrix, the sum of its diagonal."""
        if self.ndim >= 2 or args or options:
            return call_word(np.trace, (self, *args), options)
        return OPEN["trace"](self)

    def eval(self, *changes: tuple[Lazy, Any]) -> Any:
        """The value with its ε parts, computed now; `changes` gives open variables other values."""
        return OPEN["eval"](self, *changes)

    def copy(self, order: str = "C") -> Lazy:
        """An independent handle on the same value."""
        return Lazy(self.node)

    def flatten(self, order: str = "C") -> Lazy:
        """The elements in one axis, as an independent array."""
        return call_word(np.ravel, (self, order), {}).copy()


def _foreign(operand: Any) -> bool:
    """An operand that handles NumPy's functions itself, such as a dual number."""
    kind = operand.__class__
    return (
        kind is not Lazy
        and not issubclass(kind, _PLAIN)
        and getattr(kind, "__array_ufunc__", None) is not None
    )


def apply(meaning: Callable[..., Any], *operands: Any) -> Any:
    """A function of nodes applied to lazy arrays and plain values."""
    try:
        result = meaning(*[x.node if x.__class__ is Lazy else x for x in operands])
    except InfinitesimalError as error:
        raise _located(error) from None
    if result.__class__ is not Node:
        return wrap(result)
    if result.type.dtype.kind == "c":
        _refuse_complex(result)
    if result.origin is None:
        result.origin = user_line(2)
    return Lazy(result)


def _refuse_complex(node: Node) -> None:
    if node.active != NEVER:
        raise DtypeError(
            f"{node.primitive.name} at {place()}",
            found=f"a traced {node.type}",
            why="complex values are not differentiated yet",
            instead="the same with real and imaginary parts as two real arrays",
        )


def _located(error: InfinitesimalError) -> InfinitesimalError:
    """The same error, with the user's line in what was asked."""
    if " at " in error.asked:
        return error
    return type(error)(
        f"{error.asked} at {place()}", found=error.found, why=error.why, instead=error.instead
    )


def unwrap(value: Any) -> Any:
    """Nodes in place of lazy arrays, inside tuples and lists too."""
    kind = value.__class__
    if kind is Lazy:
        return value.node
    return kind([unwrap(item) for item in value]) if kind in _SEQUENCES else value


def wrap(value: Any, shared: str = "") -> Any:
    """Lazy arrays in place of nodes, inside tuples and lists too."""
    if isinstance(value, Node):
        if value.type.dtype.kind == "c":
            _refuse_complex(value)
        if value.origin is None:
            value.origin = user_line(3)
        return Lazy(value, shared)
    kind = value.__class__
    if kind in _SEQUENCES:
        return kind([wrap(item, shared) for item in value])
    return kind(*map(wrap, value)) if hasattr(kind, "_fields") else value


def call_word(function: Any, args: Any, options: dict[str, Any]) -> Any:
    """A NumPy function, or a pair (ufunc, method), on lazy arrays: see `front.numpy_names`."""
    word = WORDS.get(function)
    if word is None and function in IN_PLACE and args:
        return _changed(function, args, options)
    if word is None:
        raise UnsupportedError(
            f"{_name_of(function)} of a traced array at {place()}",
            why="this function has no record here, so its derivative is not known",
            instead="write it with functions that have one: see dir(infinitesimal.numpy)",
        )
    try:
        result = word(
            *unwrap(tuple(args)), **{key: unwrap(value) for key, value in options.items()}
        )
    except InfinitesimalError as error:
        raise _located(error) from None
    answer = wrap(result)
    if function in VIEWS:
        for base in (*args, *options.values()):
            if base.__class__ is Lazy:
                for view in answer if answer.__class__ in _SEQUENCES else (answer,):
                    link(view, base)
    return answer


def _changed(function: Any, args: Any, options: dict[str, Any]) -> None:
    """A NumPy function that changes its first argument."""
    asked = f"{_name_of(function)}(x, …)"
    if args[0].__class__ is not Lazy:
        raise LostDerivativeError(
            f"{asked} at {place()}",
            found="a plain array to be changed by a traced value",
            why="a plain array cannot hold a traced value",
            instead="begin with infinitesimal.numpy.zeros",
        )
    args[0]._rewrite(asked, call_word(IN_PLACE[function], args, options))  # pyright: ignore[reportPrivateUsage]


def _name_of(function: Any) -> str:
    if isinstance(function, tuple):
        ufunc, method = cast("tuple[Any, str]", function)
        return f"np.{ufunc.__name__}.{method}"
    name = getattr(function, "__name__", str(function))
    module = getattr(function, "__module__", None)
    if module is None:  # a ufunc, NumPy's or another's
        return f"np.{name}" if getattr(np, name, None) is function else name
    return f"{module.replace('numpy', 'np', 1)}.{name}"


def _binary(name: str, swapped: bool = False) -> Callable[[Lazy, Any], Any]:
    meaning: Any = MEANINGS[name] if name in MEANINGS else REGISTRY[name].build

    def operator(self: Lazy, other: Any, *modulus: Any) -> Any:
        if other.__class__ is not Lazy:
            if _foreign(other) or modulus:
                return NotImplemented
            if (other is None or isinstance(other, str)) and name in ("equal", "not_equal"):
                return np.full(self.shape, name == "not_equal")[()]  # as NumPy tells them apart
        return apply(meaning, other, self) if swapped else apply(meaning, self, other)

    return operator


def _in_place(name: str, symbol: str) -> Callable[[Lazy, Any], Lazy]:
    plain = _binary(name)

    def operator(self: Lazy, other: Any) -> Lazy:
        new = plain(self, other)
        # A traced scalar is a number: `total += x` binds the name anew, as it does for a float.
        return new if not self.shape else self._rewrite(f"x {symbol}= y", new)  # pyright: ignore[reportPrivateUsage]

    return operator


def _unary(name: str) -> Callable[[Lazy], Any]:
    build: Any = REGISTRY[name].build
    return lambda self: apply(build, self)


# Operators that are more than one word.
MEANINGS: dict[str, Callable[..., Any]] = {
    "power": raise_to,
    "matmul": WORDS[np.matmul],
    "divmod": WORDS[np.divmod],
    "getitem": WORDS["getitem"],
}

for _symbol, _python, _name in (
    ("+", "add", "add"),
    ("-", "sub", "subtract"),
    ("*", "mul", "multiply"),
    ("/", "truediv", "divide"),
    ("//", "floordiv", "floor_divide"),
    ("%", "mod", "remainder"),
    ("**", "pow", "power"),
    ("@", "matmul", "matmul"),
    ("&", "and", "bitwise_and"),
    ("|", "or", "bitwise_or"),
    ("^", "xor", "bitwise_xor"),
):
    setattr(Lazy, f"__{_python}__", _binary(_name))
    setattr(Lazy, f"__r{_python}__", _binary(_name, swapped=True))
    setattr(Lazy, f"__i{_python}__", _in_place(_name, _symbol))
for _python, _name in (
    ("lt", "less"),
    ("le", "less_equal"),
    ("gt", "greater"),
    ("ge", "greater_equal"),
    ("eq", "equal"),
    ("ne", "not_equal"),
    ("divmod", "divmod"),
):
    setattr(Lazy, f"__{_python}__", _binary(_name))
setattr(Lazy, "__rdivmod__", _binary("divmod", swapped=True))  # noqa: B010 (a table, not an attribute)
for _python, _name in (
    ("neg", "negative"),
    ("pos", "positive"),
    ("abs", "absolute"),
    ("invert", "invert"),
):
    setattr(Lazy, f"__{_python}__", _unary(_name))
