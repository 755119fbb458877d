"""The calculus: where Python functions meet graphs.

In: a function of numbers, arrays and containers of them. Out: functions that give its derivatives.
Each traces the function once (`front.trace`), builds the derivative graph (`differentiate`), and
evaluates it, unless it was itself called inside another trace: then its results are lazy arrays of
that one, and any nesting is ordinary composition.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from infinitesimal.core.body import renumbered
from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph, close, substitute
from infinitesimal.core.leaf import INPUT, VARIABLE, as_nodes, constant, input_node
from infinitesimal.core.node import NEVER, Node, postorder
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.jacobian import (
    Blocks,
    cheaper,
    columns,
    filled,
    in_blocks,
    rows,
    slope_type,
)
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.errors import LostDerivativeError
from infinitesimal.front.arguments import (
    Argnums,
    argument_numbers,
    as_given,
    by_argument,
    check_callable,
    check_chunk,
    check_pair,
    matching,
    scalar_output,
    seeds_like,
    split,
    stacked_seeds,
)
from infinitesimal.front.lazy import Lazy
from infinitesimal.front.origin import place
from infinitesimal.front.recall import recalled
from infinitesimal.front.trace import Trace, finish, finished, trace
from infinitesimal.front.tree import map_leaves
from infinitesimal.ops.control.joined import joined
from infinitesimal.ops.index import gather

__all__ = [
    "grad",
    "graph",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """The function that returns `f`'s value and gradient, from one trace and one sweep backwards.

    `f` returns a scalar (with `has_aux`, a pair of a scalar and anything else). The gradient has
    the structure, shapes and dtypes of the argument at `argnums`, or is a tuple of such where
    `argnums` is a tuple; integers are promoted to float64. Raises `ArgumentError` for wrong argnums
    and `ShapeError` when the value is no scalar.

    >>> value_and_grad(lambda x, y: (x + y) * (x + 2 * y), argnums=(0, 1))(2.0, 3.0)
    (40.0, (13.0, 18.0))
    """
    check_callable(f, "value_and_grad")

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> tuple[Any, Any]:
        return _value_and_grad("value_and_grad", f, argnums, has_aux, args, options)

    return wrapped


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the gradient of the scalar function `f`; see `value_and_grad`.

    With `has_aux`, it returns a pair of the gradient and the auxiliary result.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    """
    check_callable(f, "grad")

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Any:
        value, gradient = _value_and_grad("grad", f, argnums, has_aux, args, options)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def _value_and_grad(
    asked: str, f: Callable[..., Any], argnums: Argnums, has_aux: bool, args: Any, options: Any
) -> tuple[Any, Any]:
    numbers = argument_numbers(asked, argnums, args, options)
    traced = trace(f, args, options, numbers, asked=asked, has_aux=has_aux)
    output = scalar_output(asked, traced)
    seed, _ = as_nodes((1.0, output))
    wrt = traced.variables
    value, *gradients = recalled(
        "grad", [output], traced, lambda: [output, *filled(reverse([output], [seed], wrt), wrt)]
    )
    if has_aux:
        value = (value, finished(traced.auxiliary, traced.since))
    return value, by_argument(as_given(gradients, traced.values), traced, argnums)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of `f(*primals)` and its derivative along `tangents`, by forward mode.

    `primals` and `tangents` are tuples of the same structure. Raises `ArgumentError` and
    `ShapeError` when they are not.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    return _jvp("jvp", f, primals, tangents)


def _jvp(asked: str, f: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]:
    check_callable(f, asked)
    check_pair(asked, primals, tangents)
    traced = trace(f, primals, {}, range(len(primals)), asked=asked)
    seeds = dict(zip(traced.variables, matching(asked, "tangent", tangents, traced), strict=True))
    found = filled(forward(traced.outputs, seeds), traced.outputs)
    done = finish([*traced.outputs, *found], traced.since)
    count = len(found)
    return traced.result.unflatten(done[:count]), traced.result.unflatten(done[count:])


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of `f(*primals)` and its pullback.

    The pullback takes a cotangent of the value and returns a tuple of cotangents of the primals.

    What the pullback needs is a snapshot taken now. With `has_aux`, returns (value, pullback,
    auxiliary).

    >>> value, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    check_callable(f, "vjp")
    traced = trace(f, primals, {}, range(len(primals)), asked="vjp", has_aux=has_aux)
    seeds = [input_node(slope_type(node.type)) for node in traced.outputs]
    found = filled(reverse(traced.outputs, seeds, traced.variables), traced.variables)
    _remember(traced.outputs, traced.since)
    done = finish(traced.outputs, traced.since)
    backwards = _snapshot(found, traced)
    result, values, arguments = traced.result, traced.values, traced.arguments

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        given = seeds_like("the pullback of vjp", "cotangent", cotangent, result, seeds)
        bound = substitute(backwards, dict(zip(seeds, given, strict=True)))
        return tuple(split(as_given(finish(bound, NEVER), values), arguments))

    value = traced.result.unflatten(done)
    if has_aux:
        return (
            value,
            pullback,
            finished(traced.auxiliary, traced.since),
        )
    return value, pullback


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of `f(*primals)` and the linear function from tangents to the tangent of the value.

    The function is traced and differentiated once; calling the linear function only evaluates what
    depends on the tangents. What it needs is a snapshot taken now.

    >>> value, slope = linearize(lambda x: x**2, 3.0)
    >>> value, slope(1.0), slope(10.0)
    (9.0, 6.0, 60.0)
    """
    check_callable(f, "linearize")
    traced = trace(f, primals, {}, range(len(primals)), asked="linearize")
    seeds = {node: input_node(node.type) for node in traced.variables}
    found = filled(forward(traced.outputs, seeds), traced.outputs)
    done = finish(traced.outputs, traced.since)
    forwards = _snapshot(found, traced)

    def linear(*tangents: Any) -> Any:
        nodes = matching("the linear function of linearize", "tangent", tangents, traced)
        bound = substitute(forwards, dict(zip(seeds.values(), nodes, strict=True)))
        return traced.result.unflatten(finish(bound, NEVER))

    return traced.result.unflatten(done), linear


def jacrev(
    f: Callable[..., Any], argnums: Argnums = 0, *, chunk: int | None = None
) -> Callable[..., Any]:
    """The function that returns the Jacobian of `f`, by reverse mode: cheap where results are few.

    Its shape is that of the result followed by that of the argument; containers of results hold
    containers of arguments. All rows come from one sweep backwards, batched over the elements of
    the result; where that would take too much memory, over as many at a time as fit, or `chunk`.
    Raises `ArgumentError` for wrong argnums or chunk.

    >>> jacrev(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    return _jacobian("jacrev", f, argnums, rows, chunk)


def jacfwd(
    f: Callable[..., Any], argnums: Argnums = 0, *, chunk: int | None = None
) -> Callable[..., Any]:
    """The same Jacobian as `jacrev`, by forward mode: cheap where arguments are few.

    All columns come from one pass forward, batched over the elements of the argument, or over
    `chunk` of them at a time.

    >>> jacfwd(lambda x: np.sin(x) * x[0])(np.array([0.0, 1.0]))
    array([[0.        , 0.        ],
           [0.84147098, 0.        ]])
    """
    return _jacobian("jacfwd", f, argnums, columns, chunk)


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, *, chunk: int | None = None
) -> Callable[..., Any]:
    """The same Jacobian as `jacrev`, forward or reverse, whichever needs fewer rows or columns.

    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _jacobian("jacobian", f, argnums, cheaper, chunk)


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, *, chunk: int | None = None
) -> Callable[..., Any]:
    """The function that returns the matrix of second derivatives of `f`, forward over reverse.

    All columns at once, or `chunk` of them at a time; see `jacrev`.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    gradient = _jacobian("hessian", f, argnums, rows, chunk)
    return _jacobian("hessian", gradient, argnums, columns, chunk)


def hvp(
    f: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    chunk: int | None = None,
) -> Any:
    """The Hessian of the scalar function `f` times a vector, without the Hessian.

    `primals` and `tangents` are tuples as in `jvp`. Returns a tuple with the structure of
    `primals`, or, for a single argument, its part alone. Where every tangent has one more axis than
    its primal, the first, of one length for all, these are so many vectors, and so many products
    come from one pass, or from one for each `chunk` of them.

    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([3.0, 5.0]),), (np.array([1.0, 0.0]),))
    array([10.,  6.])
    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([3.0, 5.0]),), (np.eye(2),))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    check_callable(f, "hvp")
    check_pair("hvp", primals, tangents)
    check_chunk("hvp", chunk)
    gradient = grad(f, argnums=tuple(range(len(primals))))
    count = stacked_seeds(primals, tangents)
    if count is None:
        product = _jvp("hvp", gradient, primals, tangents)[1]
    else:
        product = _products(gradient, primals, tangents, count, chunk)
    return product if len(primals) > 1 else product[0]


def _products(
    gradient: Callable[..., Any], primals: Any, tangents: Any, count: int, chunk: int | None
) -> Any:
    """The change of the gradient along each of `count` stacked tangents."""
    traced = trace(gradient, primals, {}, range(len(primals)), asked="hvp")
    seeds = {node: input_node(node.type) for node in traced.variables}
    found = filled(forward(traced.outputs, seeds), traced.outputs)
    stacks = matching("hvp", "tangent", tangents, traced, count)

    def of(stack: Node) -> Callable[[Node], Node]:
        return lambda own: gather(stack, REGISTRY["minimum"](own, count - 1))

    taken = {seed: of(stack) for seed, stack in zip(seeds.values(), stacks, strict=True)}
    return traced.result.unflatten(finish(in_blocks(found, taken, count, chunk), traced.since))


def stop_gradient(x: Any) -> Any:
    """The same number, array or container of them, through which no derivative flows.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return map_leaves(
        lambda leaf: Lazy(REGISTRY["stop_gradient"](leaf.node)) if isinstance(leaf, Lazy) else leaf,
        x,
    )


def graph(f: Callable[..., Any]) -> Callable[..., Graph]:
    """The function that returns the graph of `f` as traced at its arguments.

    The graph prints, and can be called on arrays. It follows the branches taken at these arguments.

    >>> graph(lambda x, y: np.sin(x) * y)(1.0, 2.0)
    graph (x: f64, y: f64)
      a: f64 = sin x
      b: f64 = multiply a y
    return b
    """
    check_callable(f, "graph")

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Graph:
        traced = trace(f, args, options, range(len(args)), asked="graph", promote=False)
        if _reads_from_outside(traced):
            raise LostDerivativeError(
                f"graph(f) at {place()}",
                found="f depends on a value that is traced outside it",
                why="a graph would hold it as a number, and its derivative would be silently lost",
                instead="give it to f as an argument",
            )
        closed = close(traced.variables, traced.outputs, traced.names)
        return replace(closed, outputs=tuple(renumbered(joined(closed.outputs))))

    return wrapped


def _reads_from_outside(traced: Trace) -> bool:
    """Whether an output depends differentiably on a variable of a trace around this one."""
    seen = set(traced.variables)
    stack = list(traced.outputs)
    while stack:
        node = stack.pop()
        if node in seen or node.active == NEVER:
            continue
        seen.add(node)
        if node.primitive is VARIABLE and node.params[0] < traced.since:
            return True
        stack.extend(node.inputs)
    return False


# ---- Jacobians


def _jacobian(
    asked: str,
    f: Callable[..., Any],
    argnums: Argnums,
    method: Callable[[Sequence[Node], Sequence[Node], int | None], Blocks],
    chunk: int | None,
) -> Callable[..., Any]:
    check_callable(f, asked)
    check_chunk(asked, chunk)

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Any:
        numbers = argument_numbers(asked, argnums, args, options)
        traced = trace(f, args, options, numbers, asked=asked)

        def blocks() -> list[Node]:
            found = method(traced.outputs, traced.variables, chunk)
            return [block for row in found for block in row]

        flat = iter(recalled(f"{method.__name__} by {chunk}", traced.outputs, traced, blocks))
        rows = [[next(flat) for _ in traced.variables] for _ in traced.outputs]
        return traced.result.unflatten(
            [by_argument(as_given(row, traced.values), traced, argnums) for row in rows]
        )

    return wrapped


def _remember(nodes: Sequence[Node], since: int) -> None:
    """Evaluate once and keep, what later calls will ask for again."""
    own = [node for node in nodes if node.reach >= since]
    if own:
        evaluate(own, keep=True)


def _snapshot(found: Sequence[Node], traced: Trace) -> list[Node]:
    """What was derived, as a graph of its seeds: what it reads of the trace is a constant now.

    So it depends on no leaf of the trace, and whatever else it depends on belongs to a trace around
    it, or around its call.
    """
    replaced = {node: node.inputs[0] for node in traced.variables}
    residuals = [node for node in _residuals(found) if node.reach >= traced.since]
    _remember(residuals, traced.since)
    replaced |= {node: constant(node.value) for node in residuals}
    return substitute(found, replaced)


def _residuals(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with known values that a linear graph reads."""
    unknown: set[Node] = set()
    needed: dict[Node, None] = {}
    for node in postorder(nodes):
        if node.primitive is INPUT or any(operand in unknown for operand in node.inputs):
            unknown.add(node)
            needed.update(
                dict.fromkeys(operand for operand in node.inputs if operand not in unknown)
            )
    return list(needed)
