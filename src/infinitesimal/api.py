"""The calculus: where Python functions meet graphs.

In: a function of numbers, arrays and containers of them. Out: functions that give its derivatives. Each traces the
function once (`front.trace`), builds the derivative graph (`differentiate`), and evaluates it, unless it was itself
called inside another trace: then its results are lazy arrays of that one, and any nesting is ordinary composition.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infinitesimal.core.evaluate import evaluate
from infinitesimal.core.graph import Graph, close, substitute
from infinitesimal.core.node import Node, constant, input_node, zeros
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.differentiate.forward import forward
from infinitesimal.differentiate.reverse import reverse
from infinitesimal.errors import ArgumentError, DtypeError, ShapeError
from infinitesimal.front.lazy import Lazy, place
from infinitesimal.front.trace import Trace, finish, leaf_node, trace
from infinitesimal.front.tree import Structure, flatten, map_leaves

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

Argnums = int | Sequence[int]


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """The function that returns `f`'s value and its gradient, from one trace and one sweep backwards.

    `f` returns a scalar (with `has_aux`, a pair of a scalar and anything else). The gradient has the structure, shapes
    and dtypes of the argument at `argnums`, or is a tuple of such where `argnums` is a tuple; integers are promoted to
    float64. Raises `ArgumentError` for wrong argnums and `ShapeError` when the value is no scalar.

    >>> value_and_grad(lambda x, y: (x + y) * (x + 2 * y), argnums=(0, 1))(2.0, 3.0)
    (40.0, (13.0, 18.0))
    """
    _callable(f, "value_and_grad")

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
    _callable(f, "grad")

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Any:
        value, gradient = _value_and_grad("grad", f, argnums, has_aux, args, options)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def _value_and_grad(
    asked: str, f: Callable[..., Any], argnums: Argnums, has_aux: bool, args: Any, options: Any
) -> tuple[Any, Any]:
    numbers = _numbers(asked, argnums, args)
    traced = trace(f, args, options, numbers, asked=asked, has_aux=has_aux)
    output = _scalar_output(asked, traced)
    seed = constant(np.ones((), output.type.dtype))
    cotangents = _filled(reverse([output], [seed], traced.variables), traced.variables)
    auxiliary, structure = flatten(traced.auxiliary)
    lazy = [k for k, leaf in enumerate(auxiliary) if isinstance(leaf, Lazy)]
    done = finish([output, *cotangents, *(auxiliary[k].node for k in lazy)], traced.since)
    gradients = _as_given(done[1 : 1 + len(cotangents)], traced.values)
    value: Any = done[0]
    if has_aux:
        for k, leaf in zip(lazy, done[1 + len(cotangents) :], strict=True):
            auxiliary[k] = leaf
        value = (value, structure.unflatten(auxiliary))
    return value, _by_argument(gradients, traced, argnums)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of `f(*primals)` and its derivative along `tangents`, by forward mode.

    `primals` and `tangents` are tuples of the same structure. Raises `ArgumentError` and `ShapeError` when they are not.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    _callable(f, "jvp")
    _pair("jvp", primals, tangents)
    traced = trace(f, primals, {}, range(len(primals)), asked="jvp")
    seeds = dict(zip(traced.variables, _matching("jvp", "tangent", tangents, traced), strict=True))
    found = _filled(forward(traced.outputs, seeds), traced.outputs)
    done = finish([*traced.outputs, *found], traced.since)
    count = len(found)
    return traced.result.unflatten(done[:count]), traced.result.unflatten(done[count:])


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of `f(*primals)` and its pullback: cotangents of the value in, a tuple of cotangents of the primals out.

    What the pullback needs is a snapshot taken now. With `has_aux`, returns (value, pullback, auxiliary).

    >>> value, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    _callable(f, "vjp")
    traced = trace(f, primals, {}, range(len(primals)), asked="vjp", has_aux=has_aux)
    _remember(traced.outputs, traced.since)
    done = finish(traced.outputs, traced.since)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = _seeds("the pullback of vjp", "cotangent", cotangent, traced.result, traced.outputs)
        found = _filled(reverse(traced.outputs, seeds, traced.variables), traced.variables)
        gradients = _as_given(finish(found, traced.since), traced.values)
        return tuple(_split(gradients, traced.arguments))

    value = traced.result.unflatten(done)
    if has_aux:
        return value, pullback, map_leaves(lambda leaf: _finished(leaf, traced.since), traced.auxiliary)
    return value, pullback


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of `f(*primals)` and the linear function from tangents to the tangent of the value.

    The function is traced and differentiated once; calling the linear function only evaluates what depends on the
    tangents. What it needs is a snapshot taken now.

    >>> value, slope = linearize(lambda x: x**2, 3.0)
    >>> value, slope(1.0), slope(10.0)
    (9.0, 6.0, 60.0)
    """
    _callable(f, "linearize")
    traced = trace(f, primals, {}, range(len(primals)), asked="linearize")
    seeds = {node: input_node(node.type) for node in traced.variables}
    found = _filled(forward(traced.outputs, seeds), traced.outputs)
    done = finish(traced.outputs, traced.since)
    _remember(_residuals(found), traced.since)

    def linear(*tangents: Any) -> Any:
        nodes = _matching("the linear function of linearize", "tangent", tangents, traced)
        bound = substitute(found, dict(zip(seeds.values(), nodes, strict=True)))
        return traced.result.unflatten(finish(bound, traced.since))

    return traced.result.unflatten(done), linear


def jacrev(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that returns the Jacobian of `f`, one sweep backwards for each element of the result.

    Its shape is that of the result followed by that of the argument; containers of results hold containers of arguments.

    >>> jacrev(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    return _jacobian("jacrev", f, argnums, _rows)


def jacfwd(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that returns the Jacobian of `f`, one pass forward for each element of the argument; see `jacrev`.

    >>> jacfwd(lambda x: np.sin(x) * x[0])(np.array([0.0, 1.0]))
    array([[0.        , 0.        ],
           [0.84147098, 0.        ]])
    """
    return _jacobian("jacfwd", f, argnums, _columns)


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that returns the Jacobian of `f`, forward or reverse, whichever needs fewer passes; see `jacrev`.

    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _jacobian("jacobian", f, argnums, _cheaper)


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that returns the matrix of second derivatives of `f`, forward over reverse.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return jacfwd(jacrev(f, argnums), argnums)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The second derivative of the scalar function `f` along `tangents`: the Hessian times a vector, without the Hessian.

    `primals` and `tangents` are tuples as in `jvp`. Returns a tuple with the structure of `primals`, or, for a single
    argument, its part alone.

    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([3.0, 5.0]),), (np.array([1.0, 0.0]),))
    array([10.,  6.])
    """
    _callable(f, "hvp")
    _pair("hvp", primals, tangents)
    gradient = grad(f, argnums=tuple(range(len(primals))))
    product = jvp(gradient, primals, tangents)[1]
    return product if len(primals) > 1 else product[0]


def stop_gradient(x: Any) -> Any:
    """The same value (a number, an array, or a container of them), through which no derivative flows.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return map_leaves(
        lambda leaf: Lazy(REGISTRY["stop_gradient"](leaf.node)) if isinstance(leaf, Lazy) else leaf, x
    )


def graph(f: Callable[..., Any]) -> Callable[..., Graph]:
    """The function that returns the graph of `f` as traced at its arguments: it prints, and can be called on arrays.

    >>> graph(lambda x, y: np.sin(x) * y)(1.0, 2.0)
    graph (x: f64, y: f64)
      a: f64 = sin x
      b: f64 = multiply a y
    return b
    """
    _callable(f, "graph")

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Graph:
        traced = trace(f, args, options, range(len(args)), asked="graph", promote=False)
        return close(traced.variables, traced.outputs, traced.names)

    return wrapped


# ---- Jacobians


def _jacobian(
    asked: str, f: Callable[..., Any], argnums: Argnums, method: Callable[[Trace], list[list[Node]]]
) -> Callable[..., Any]:
    _callable(f, asked)

    @functools.wraps(f)
    def wrapped(*args: Any, **options: Any) -> Any:
        numbers = _numbers(asked, argnums, args)
        traced = trace(f, args, options, numbers, asked=asked)
        blocks = method(traced)
        flat = finish([block for row in blocks for block in row], traced.since)
        width = len(traced.variables)
        rows = [
            _by_argument(_as_given(flat[k * width : (k + 1) * width], traced.values), traced, argnums)
            for k in range(len(traced.outputs))
        ]
        return traced.result.unflatten(rows)

    return wrapped


def _cheaper(traced: Trace) -> list[list[Node]]:
    inputs = sum(node.type.size for node in traced.variables)
    outputs = sum(node.type.size for node in traced.outputs)
    return _columns(traced) if inputs <= outputs else _rows(traced)


def _rows(traced: Trace) -> list[list[Node]]:
    """The block of each output and each variable, by reverse mode, a row at a time."""
    blocks: list[list[Node]] = []
    for output in traced.outputs:
        rows = [
            _filled(reverse([output], [unit], traced.variables, masked=output.type.size > 1), traced.variables)
            for unit in _units(output)
        ]
        blocks.append([
            _stacked([row[k] for row in rows], output.type.shape, variable, axis=0)
            for k, variable in enumerate(traced.variables)
        ])  # fmt: skip
    return blocks


def _columns(traced: Trace) -> list[list[Node]]:
    """The block of each output and each variable, by forward mode, a column at a time."""
    by_variable: list[list[Node]] = []
    for variable in traced.variables:
        columns = [
            _filled(forward(traced.outputs, {variable: unit}, masked=variable.type.size > 1), traced.outputs)
            for unit in _units(variable)
        ]
        by_variable.append([
            _stacked([column[k] for column in columns], variable.type.shape, output, axis=-1)
            for k, output in enumerate(traced.outputs)
        ])  # fmt: skip
    return [[blocks[k] for blocks in by_variable] for k in range(len(traced.outputs))]


def _units(node: Node) -> list[Node]:
    """The unit vectors of the space of a node's values."""
    size, shape, dtype = node.type.size, node.type.shape, node.type.dtype
    if not node.type.inexact:
        return [zeros(node.type)] * size
    unit = np.zeros(size, dtype)
    units: list[Node] = []
    for k in range(size):
        unit[k] = 1
        units.append(constant(unit.reshape(shape)))
        unit[k] = 0
    return units


def _stacked(parts: list[Node], outer: tuple[int, ...], like: Node, axis: int) -> Node:
    """Parts of the type of `like`, stacked along a new first or last axis that is then unfolded to `outer`."""
    shape = (*outer, *like.type.shape) if axis == 0 else (*like.type.shape, *outer)
    if not parts:
        return constant(np.zeros(shape, like.type.dtype))
    if outer == ():
        return parts[0]
    place = 0 if axis == 0 else like.type.ndim
    width = (*like.type.shape[:place], 1, *like.type.shape[place:])
    joined = REGISTRY["concatenate"](*[REGISTRY["reshape"](part, shape=width) for part in parts], axis=place)
    return REGISTRY["reshape"](joined, shape=shape)


# ---- arguments, seeds and results


def _callable(f: Any, asked: str) -> None:
    if not callable(f):
        raise ArgumentError(
            f"{asked} at {place()}", found=f"{type(f).__name__} {f!r:.60}", why=f"{asked} takes a function",
            instead=f"{asked}(f)(x), not {asked}(f(x))",
        )  # fmt: skip


def _numbers(asked: str, argnums: Argnums, args: Sequence[Any]) -> list[int]:
    """The argument numbers asked for, counted from the front; each must exist."""
    wanted = [argnums] if isinstance(argnums, int) else list(argnums)
    found: list[int] = []
    for number in wanted:
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ArgumentError(
                f"{asked}(f, argnums={argnums!r}) at {place()}", why="argnums is an integer or a tuple of integers"
            )
        if not -len(args) <= number < len(args):
            raise ArgumentError(
                f"{asked}(f, argnums={argnums!r}) at {place()}",
                found=f"a call with {len(args)} positional argument{'s' if len(args) != 1 else ''}",
                why=f"there is no argument number {number}",
                instead="give the differentiated arguments by position, counted from 0",
            )
        found.append(int(number) % len(args))
    if len(set(found)) != len(found):
        raise ArgumentError(f"{asked}(f, argnums={argnums!r}) at {place()}", why="an argument is named twice")
    return found


def _pair(asked: str, primals: Any, tangents: Any) -> None:
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"{asked}(f, primals, tangents) at {place()}", found=f"{name} is a {type(given).__name__}",
                why="both are tuples with one entry per argument of f", instead=f"{asked}(f, (x,), (tangent,))",
            )  # fmt: skip
    if len(primals) != len(tangents):
        raise ArgumentError(
            f"{asked}(f, primals, tangents) at {place()}",
            found=f"{len(primals)} primals and {len(tangents)} tangents", why="each primal needs its tangent",
        )  # fmt: skip


def _scalar_output(asked: str, traced: Trace) -> Node:
    if traced.result.container is not None or traced.outputs[0].type.shape:
        found = str(traced.result) if traced.result.container is not None else str(traced.outputs[0].type)
        raise ShapeError(
            f"{asked}(f) at {place()}",
            found=f"f returned {found}",
            why="a gradient belongs to a function with a single number as its value",
            instead="jacobian(f) for all derivatives, or make f return a scalar, for instance np.sum(...)",
        )
    output = traced.outputs[0]
    return output if output.type.inexact else REGISTRY["astype"](output, dtype=np.dtype(np.float64))


def _seeds(asked: str, word: str, given: Any, structure: Structure, like: Sequence[Node]) -> list[Node]:
    """Nodes for tangents or cotangents given by the user, each of the type of its primal."""
    leaves, found = flatten(given)
    if str(found) != str(structure):
        raise ArgumentError(
            f"{asked} at {place()}", found=f"{word}: {found}\nneeded:  {structure}",
            why=f"a {word} has the structure of the value it belongs to",
        )  # fmt: skip
    seeds: list[Node] = []
    for leaf, node, path in zip(leaves, like, structure.paths(word), strict=True):
        seed = leaf_node(leaf, asked, path)
        if seed.type.shape != node.type.shape:
            raise ShapeError(
                f"{asked} at {place()}: {path}", found=f"{word}: {seed.type}\nvalue:   {node.type}",
                why=f"a {word} has the shape of the value it belongs to",
            )  # fmt: skip
        wanted = node.type.dtype if node.type.inexact else np.dtype(np.float64)
        if seed.type.dtype != wanted:
            if seed.type.dtype.kind == "f" and np.dtype(wanted).itemsize < seed.type.dtype.itemsize and isinstance(leaf, np.ndarray):
                raise DtypeError(
                    f"{asked} at {place()}: {path}", found=f"{word}: {seed.type}\nvalue:   {node.type}",
                    why="the cast would lose digits", instead=f"{word}.astype(np.{wanted.name})",
                )  # fmt: skip
            seed = REGISTRY["astype"](seed, dtype=wanted)
        seeds.append(seed)
    return seeds


def _matching(asked: str, word: str, given: Any, traced: Trace) -> list[Node]:
    """Nodes for the tangents of the traced arguments."""
    structure = Structure(tuple, tuple(range(len(traced.arguments))), tuple(traced.arguments))
    return _seeds(asked, word, tuple(given), structure, traced.variables)


def _filled(found: Sequence[Node | None], like: Sequence[Node]) -> list[Node]:
    return [zeros(node.type) if part is None else part for part, node in zip(found, like, strict=True)]


def _as_given(gradients: list[Any], values: list[Any]) -> list[Any]:
    """Gradients in the form of their arguments: an array where an array was given, 0-d ones too."""
    return [
        np.asarray(gradient) if isinstance(value, np.ndarray) and not isinstance(gradient, Lazy) else gradient
        for gradient, value in zip(gradients, values, strict=True)
    ]


def _split(leaves: list[Any], structures: Sequence[Structure]) -> list[Any]:
    parts: list[Any] = []
    start = 0
    for structure in structures:
        parts.append(structure.unflatten(leaves[start : start + len(structure)]))
        start += len(structure)
    return parts


def _by_argument(leaves: list[Any], traced: Trace, argnums: Argnums) -> Any:
    parts = _split(leaves, traced.arguments)
    return parts[0] if isinstance(argnums, int) else tuple(parts)


def _remember(nodes: Sequence[Node], since: int) -> None:
    """Evaluate once and keep, what later calls will ask for again."""
    own = [node for node in nodes if node.reach >= since]
    if own:
        evaluate(own, keep=True)


def _residuals(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with known values that a linear graph reads."""
    from infinitesimal.core.node import INPUT, postorder

    unknown: set[Node] = set()
    needed: dict[Node, None] = {}
    for node in postorder(nodes):
        if node.primitive is INPUT or any(operand in unknown for operand in node.inputs):
            unknown.add(node)
            needed.update(dict.fromkeys(operand for operand in node.inputs if operand not in unknown))
    return list(needed)


def _finished(leaf: Any, since: int) -> Any:
    return finish([leaf.node], since)[0] if isinstance(leaf, Lazy) else leaf
