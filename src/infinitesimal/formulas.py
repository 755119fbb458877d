"""Derivatives as formulas: `symbolic` traces a function and gives expressions to read and to paste.

In: a function and an example point, or typed mathematics. Out: a `Symbolic`: the value and the
derivatives as expressions that print as text, LaTeX and Python source and can be evaluated
elsewhere, and the journal of the rules that led to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from infinitesimal.core.formula_text import latex_name, written
from infinitesimal.core.graph import Graph, close
from infinitesimal.core.journal import Journal
from infinitesimal.core.node import Node
from infinitesimal.core.program_text import program
from infinitesimal.differentiate.symbolic import (
    Derivation,
    symbolic_gradient,
    unsimplified_gradient,
)
from infinitesimal.front.arguments import (
    Argnums,
    argument_numbers,
    check_callable,
    scalar_output,
)
from infinitesimal.front.formula import parse
from infinitesimal.front.trace import presented, trace
from infinitesimal.front.tree import flatten
from infinitesimal.optimise.algebra import IDENTITIES, SIGNS, SPELLING
from infinitesimal.optimise.arrays import SHAPES
from infinitesimal.optimise.collect import size
from infinitesimal.optimise.rewrite import rewrite
from infinitesimal.optimise.unroll import unrolled

__all__ = ["Expression", "Swell", "Symbolic", "symbolic"]

TOLD = 150  # nodes of the longest function whose derivation is told rule by rule
LONGEST = 500  # nodes of the longest loop that is written out in a formula


def symbolic(f: Callable[..., Any] | str, argnums: Argnums | None = None) -> Any:
    """The function that gives `f`'s value and derivatives as formulas, traced at an example point.

    `f` returns a scalar. `argnums` chooses the arguments (default: all). A function with `if` or
    `while` is followed along the branch taken at the example point, and the formulas hold where the
    same branch is taken. Typed mathematics needs no example point: its formulas are returned at
    once. Loops and branches (`scan`, `while_loop`, `cond`, …) are written out likewise, step by
    step. Raises `ShapeError` when the value is no scalar, `ArgumentError` for wrong argnums, and
    `UnsupportedError` for loops too long to be written out.

    >>> symbolic(lambda x, y: (x + y) * (x + 2 * y))(2.0, 3.0)
    f(x, y) = (x + y)*(x + 2*y)
    ∂f/∂x = 2*x + 3*y
    ∂f/∂y = 3*x + 4*y
    >>> symbolic("sin(x)^2").derivatives["x"]
    2*sin(x)*cos(x)
    """
    if isinstance(f, str):
        formula = parse(f)
        (output,) = formula.graph.outputs
        return Symbolic(_spelled(Graph(formula.graph.inputs, (output,), formula.names)))
    check_callable(f, "symbolic")

    @wraps(f)
    def formulas(*args: Any, **options: Any) -> Symbolic:
        wanted = tuple(range(len(args))) if argnums is None else argnums
        numbers = argument_numbers("symbolic", wanted, args)
        traced = trace(f, args, options, numbers, asked="symbolic")
        output = scalar_output("symbolic", traced)
        (output,) = unrolled([output], largest=LONGEST)
        graph = _spelled(close(traced.variables, [output], traced.names))
        name = getattr(f, "__name__", "f")
        return Symbolic(graph, name if name.isidentifier() else "f")

    return formulas


@dataclass(frozen=True)
class Swell:
    """How long formulas are, in leaves and words written out in full.

    Of the function, of its derivatives as the rules give them, and of these simplified.
    """

    function: int
    by_rules: int
    simplified: int


@dataclass(frozen=True, eq=False)
class Expression:
    """A formula of named inputs; prints as text.

    >>> area = symbolic("x y").value
    >>> area, area.latex(), area(2.0, 3.0)
    (x*y, 'x y', 6.0)
    """

    node: Node
    inputs: tuple[Node, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        return written(self.node, self._called)

    @property
    def _called(self) -> dict[Node, str]:
        return dict(zip(self.inputs, self.names, strict=True))

    __repr__ = __str__

    def latex(self) -> str:
        """The formula in LaTeX."""
        return written(self.node, self._called, "latex")

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def source(self, name: str = "f") -> str:
        """A Python function of the same arguments that computes it with NumPy."""
        return program(name, self.inputs, self.names, self.node)

    @property
    def size(self) -> int:
        """How many leaves and words it has, written out in full."""
        return size([self.node])

    def __call__(self, *values: Any) -> Any:
        """Its value for these values of the function's arguments.

        Raises `GraphError` and `ShapeError` when they are not as many, or not of the shapes, that
        the formula was traced with.
        """
        (value,) = _evaluated(Graph(self.inputs, (self.node,), self.names), values)
        return value


@dataclass(frozen=True, eq=False)
class Symbolic:
    """A function and its derivatives as expressions; see `symbolic`.

    >>> found = symbolic(lambda x: x**3)(2.0)
    >>> found.value, found.derivatives
    (x**3, {'x': 3*x**2})
    >>> found(2.0)
    (8.0, (12.0,))
    """

    graph: Graph
    name: str = "f"

    @property
    def value(self) -> Expression:
        """The function itself."""
        return self._expression(self.graph.outputs[0])

    @cached_property
    def derivatives(self) -> dict[str, Expression]:
        """The derivative with respect to each input, by name."""
        found = symbolic_gradient(self.graph.outputs, self.graph.inputs)
        return {
            name: self._expression(node) for name, node in zip(self.graph.names, found, strict=True)
        }

    def _expression(self, node: Node) -> Expression:
        return Expression(node, self.graph.inputs, self.graph.names)

    @cached_property
    def journal(self) -> Journal:
        """The derivation, rule by rule; for a long function, only what simplified the result."""
        journal = Journal(dict(zip(self.graph.inputs, self.graph.names, strict=True)))
        scalar = all(node.type.ndim == 0 for node in self.graph.nodes)
        if scalar and len(self.graph) <= TOLD:
            derivation = Derivation(self.graph.outputs[0], self.graph.inputs, journal)
            for variable in self.graph.inputs:
                derivation.by_rules(variable)
        else:
            symbolic_gradient(self.graph.outputs, self.graph.inputs, journal=journal)
        return journal

    @property
    def swell(self) -> Swell:
        """How much longer than the function its derivatives are, before and after algebra."""
        simplified = [expression.node for expression in self.derivatives.values()]
        raw = unsimplified_gradient(self.graph.outputs, self.graph.inputs)
        return Swell(size(self.graph.outputs), size(raw), size(simplified))

    def __str__(self) -> str:
        head = f"{self.name}({', '.join(self.graph.names)})"
        lines = [f"{head} = {self.value}"]
        lines += [f"∂{self.name}/∂{name} = {text}" for name, text in self.derivatives.items()]
        return "\n".join(lines)

    __repr__ = __str__

    def latex(self) -> str:
        r"""The function and its derivatives as aligned equations.

        >>> print(symbolic("x^2").latex())
        \begin{aligned}
        f\left(x\right) &= x^{2} \\
        \frac{\partial f}{\partial x} &= 2 x
        \end{aligned}
        """
        name = latex_name(self.name)
        inputs = [latex_name(name) for name in self.graph.names]
        rows = [rf"{name}\left({', '.join(inputs)}\right) &= {self.value.latex()}"]
        for symbol, expression in zip(inputs, self.derivatives.values(), strict=True):
            rows.append(rf"\frac{{\partial {name}}}{{\partial {symbol}}} &= {expression.latex()}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def source(self, name: str = "value_and_gradient") -> str:
        """A Python function, to be pasted, that returns the value and the tuple of derivatives.

        >>> print(symbolic("sin(x) x").source())
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def value_and_gradient(x):
            x = np.float64(x)
            v1 = np.sin(x)
            return v1 * x, (x * np.cos(x) + v1,)
        """
        nodes = [expression.node for expression in self.derivatives.values()]
        # signs stand where the derivatives have them, so that more is shared; no bit changes
        (value,) = rewrite(self.graph.outputs, SIGNS)
        return program(name, self.graph.inputs, self.graph.names, value, nodes)

    def evaluate(self, *values: Any) -> tuple[Any, tuple[Any, ...]]:
        """The value and the tuple of derivatives at another point.

        Raises `GraphError` and `ShapeError` when the values are not as many, or not of the shapes,
        that the formula was traced with.
        """
        nodes = (self.graph.outputs[0], *(x.node for x in self.derivatives.values()))
        value, *slopes = _evaluated(Graph(self.graph.inputs, nodes, self.graph.names), values)
        return value, tuple(slopes)

    __call__ = evaluate


def _spelled(graph: Graph) -> Graph:
    """The same function without what only the machine needs, to the last bit."""
    exact = (*SHAPES, *SPELLING, *IDENTITIES)
    return Graph(graph.inputs, tuple(rewrite(graph.outputs, exact)), graph.names)


def _evaluated(graph: Graph, values: Sequence[Any]) -> list[Any]:
    """The outputs of a graph for the function's arguments, which may be containers."""
    leaves, _ = flatten(tuple(values))
    return [presented(value) for value in graph(*leaves)]
