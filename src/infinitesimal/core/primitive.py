"""What a word is: the record that declares a primitive, and the registry of all of them.

A record is filled by one of the constructors of `ops.declare` (elementwise, linear, multilinear,
custom) and never by hand. In: the fields. Out: a `Primitive`, found by name in `REGISTRY` and,
where NumPy has a function of the same meaning, by that function in `BY_NUMPY`. Calling it on nodes
(and plain numbers) gives a node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infinitesimal.core.types import Type
from infinitesimal.errors import MissingRuleError

__all__ = ["BY_NUMPY", "OWN", "REGISTRY", "Domain", "Function", "Notation", "Primitive", "register"]


# Functions of one to five arguments, so that those of a lambda in a record have types.
Function = (
    Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any], Any]
)


@dataclass(frozen=True)
class Notation:
    r"""How a word is written: templates with `{0}`, `{1}`, … for operands, and the precedence.

    `precedence` is that of the whole (see `core.notation`); `operands` are the least precedences
    the operands may have without brackets, one each.

    >>> REGISTRY["add"].notation.text, REGISTRY["divide"].notation.latex
    ('{0} + {1}', '\\frac{{{0}}}{{{1}}}')
    """

    text: str
    latex: str
    source: str
    precedence: int
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Domain:
    """Where a random test may sample: one interval an operand, and points to keep away from.

    Intervals are (low, high), both finite. `avoid` lists the kinks and poles of the first operand
    (or, for two operands, the word "ties": the operands must differ).

    >>> Domain(((0.1, 5.0),)).intervals
    ((0.1, 5.0),)
    """

    intervals: tuple[tuple[float, float], ...]
    avoid: tuple[float, ...] | str = ()


@dataclass(frozen=True, eq=False)
class Primitive:
    """One word of the graph language, with everything that is known of it.

    - `name`, `kind`: its name in the text of a graph; "elementwise", "linear", "multilinear",
      "custom", "control" or "leaf".
    - `numpy`: the NumPy function it answers for, or None.
    - `parameters`: the names of the static parameters, in the order of `Node.params`.
    - `infer(*types, *params) -> Type`, `evaluate(*values, *params) -> value`.
    - `jvp(node, tangents, times) -> Node | None`: the tangent of a node from those of its inputs
      (None is zero).
    - `vjp(node, cotangent, wanted, times) -> list`: the cotangent of each input, None where not
      wanted or zero. `times(tangent, partial)` is the product to use; see `differentiate.reverse`
      on untaken branches.
    - `masks`: True where a pullback writes structural zeros (an untaken branch, an element not
      picked).
    - `partials`: for elementwise words, one function of (*operands, answer) each.
    - `batch(node, operands, batched, size) -> Node`: the word applied to operands of which those
      flagged in `batched` have one more axis of length `size`, the first; the answer has it first
      too. The others are the node's own. See `ops.batching`; a leaf has none.
    - `cost`: arithmetic operations an output element.
    - `bodies`: the parameters that hold programs, and whether each is one (a `core.body.Body`) or a
      tuple of several; words of kind "control" have some, and their `jvp`, `vjp` and `batch` are
      given the mode itself, to apply it to them.
    - `optional`: values of parameters that a text leaves out.
    - `analytic`: evaluation that continues the word to complex numbers, or None where it has no
      such continuation.
    - `because`: the sentence a derivation prints.

    >>> REGISTRY["exp"].kind, REGISTRY["exp"].numpy is np.exp
    ('elementwise', True)
    """

    name: str
    kind: str
    infer: Callable[..., Type]
    evaluate: Callable[..., Any]
    parameters: tuple[str, ...] = ()
    numpy: Any = None
    jvp: Callable[..., Any] | None = None
    vjp: Callable[..., Any] | None = None
    masks: bool = False
    partials: tuple[Any, ...] = ()
    batch: Callable[..., Any] | None = None
    analytic: Callable[..., Any] | None = None
    notation: Notation | None = None
    domain: Domain | None = None
    cost: int = 1
    because: str = ""
    bodies: Mapping[str, type] = field(default_factory=dict[str, type])
    optional: Mapping[str, Any] = field(default_factory=dict[str, Any])
    build: Any = None  # a function from operands to a node; a leaf has none
    types: dict[Any, Type] = field(default_factory=dict[Any, Type], repr=False)

    def __call__(self, *operands: Any, **params: Any) -> Any:
        """The node of this word applied to nodes or plain numbers."""
        if self.build is None:
            raise MissingRuleError(
                f"the word {self.name!r} called", why="leaves are made, not called"
            )
        return self.build(*operands, **params)

    @property
    def differentiable(self) -> bool:
        """Whether a derivative can flow through this word at all."""
        return self.jvp is not None

    def programs(self, params: Sequence[Any]) -> list[tuple[str, Any]]:
        """The programs among these parameters, in order, each with the name of its parameter."""
        found: list[tuple[str, Any]] = []
        for name, value in zip(self.parameters, params, strict=True):
            if name in self.bodies:
                several = self.bodies[name] is tuple
                found += [(name, body) for body in (value if several else (value,))]
        return found

    def __repr__(self) -> str:
        return self.name


REGISTRY: dict[str, Primitive] = {}
BY_NUMPY: dict[Any, Primitive] = {}
OWN: set[str] = set()  # names of the library's own words; any other is a word that somebody added


def register(primitive: Primitive) -> Primitive:
    """Enter a record; its name must be new."""
    if primitive.name in REGISTRY:
        raise MissingRuleError(
            f"a second record named {primitive.name!r}", instead="choose another name"
        )
    REGISTRY[primitive.name] = primitive
    if primitive.numpy is not None:
        BY_NUMPY.setdefault(primitive.numpy, primitive)
    return primitive
