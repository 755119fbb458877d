"""For tests: derivatives checked against the function they belong to.

In: a function and a point. Out: nothing, or an `AssertionError` that names the mode, the order, the
argument and the numbers. Directions are random but the same at every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infinitesimal.api import jvp, vjp
from infinitesimal.differentiate.numeric import richardson
from infinitesimal.errors import ArgumentError, InfinitesimalError
from infinitesimal.front.arguments import check_callable
from infinitesimal.front.origin import place
from infinitesimal.front.tree import Structure, flatten, map_leaves

__all__ = ["check_grads"]

_MODES = {"fwd": "forward mode", "rev": "reverse mode"}


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
) -> None:
    """Check the derivatives of `f` at `args` against extrapolated differences of its values.

    All arguments (numbers, arrays, containers of them) are moved, one at a time, in a random
    direction; in reverse mode the result is projected on a random cotangent. Then the same is done
    to the derivatives, up to `order`, through every sequence of `modes` ("fwd", "rev"). A
    difference of more than `atol + rtol·|numeric|` raises `AssertionError`; both default to 1e-6,
    to 2e-2 when there are numbers of less than double precision. Raises `ArgumentError` for wrong
    modes or order.

    >>> check_grads(lambda x, y: np.sin(x) * y, (1.0, np.array([2.0, 3.0])), order=3)
    >>> import infinitesimal as dx
    >>> check_grads(lambda x: x * dx.stop_gradient(x), (3.0,), modes=["rev"])
    Traceback (most recent call last):
    ...
    AssertionError: check_grads(f) at ...: reverse mode, order 1, argument 0
      found:    calculus 1.249...
                numeric  2.498... ± ...e-14
      because:  they differ by 1.2, which is more than atol + rtol·|numeric| = 3.5e-06
      instead:  a rule may be wrong, a derivative cut, or the point be too near a kink
    """
    check_callable(f, "check_grads")
    if not isinstance(order, int) or order < 1 or isinstance(order, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            f"check_grads(f, args, order={order!r}) at {place()}", why="an order is 1, 2, 3, …"
        )
    listed: Any = () if isinstance(modes, str) or not isinstance(modes, Iterable) else tuple(modes)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not listed or any(str(mode) not in _MODES for mode in listed):
        raise ArgumentError(
            f"check_grads(f, args, modes={modes!r}) at {place()}",
            why="modes is a list of modes",
            instead='modes=["fwd", "rev"], or one of them',
        )
    if not isinstance(args, (tuple, list)):
        raise ArgumentError(
            f"check_grads(f, args) at {place()}",
            found=f"args is a {type(args).__name__}",
            why="args is a tuple with one entry for each argument of f",
            instead="check_grads(f, (x,))",
        )
    _check_settings(rtol, atol, seed)
    point = tuple(map_leaves(_floating, tuple(args)))
    usual = 1e-6 if all(leaf.dtype == np.float64 for leaf in flatten(point)[0]) else 2e-2
    check = _Check(
        np.random.default_rng(seed),
        listed,
        usual if rtol is None else rtol,
        usual if atol is None else atol,
        place(),
    )
    check.all_orders(f, point, order, ())


def _check_settings(rtol: Any, atol: Any, seed: Any) -> None:
    for name, bound in (("rtol", rtol), ("atol", atol)):
        if bound is not None and not (isinstance(bound, (int, float)) and bound >= 0):
            raise ArgumentError(
                f"check_grads(f, args, {name}={bound!r:.60}) at {place()}",
                why=f"{name} is a number, 0 or more",
            )
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ArgumentError(
            f"check_grads(f, args, seed={seed!r:.60}) at {place()}",
            why="a seed is an integer, 0 or more",
        )


def _floating(leaf: Any) -> Any:
    array = np.asarray(leaf)
    return array.astype(np.float64) if array.dtype.kind in "biu" else array


@dataclass(frozen=True)
class _Check:
    """What stays the same through all orders."""

    random: np.random.Generator
    modes: tuple[str, ...]
    rtol: float
    atol: float
    where: str

    def all_orders(
        self, f: Callable[..., Any], args: tuple[Any, ...], order: int, before: tuple[str, ...]
    ) -> None:
        for mode in self.modes:
            way = (*before, mode)
            derivative = (
                self._forward(f, args, way) if mode == "fwd" else self._reverse(f, args, way)
            )
            if order > 1:
                self.all_orders(derivative, args, order - 1, way)

    def _forward(
        self, f: Callable[..., Any], args: tuple[Any, ...], way: tuple[str, ...]
    ) -> Callable[..., Any]:
        """Check one argument at a time; the derivative along a direction in which all move."""
        direction = self._random_like(args)
        for number in range(len(args)):
            alone = _only(direction, number)
            found = _vector(jvp(f, args, alone)[1])
            self._compare(found, *_numeric(f, args, alone), way, number)
        return lambda *x: jvp(f, x, direction)[1]

    def _reverse(
        self, f: Callable[..., Any], args: tuple[Any, ...], way: tuple[str, ...]
    ) -> Callable[..., Any]:
        """Check one argument at a time; the pullback of a cotangent."""
        value, pullback = vjp(f, *args)
        cotangent = self._random_like(value)
        pulled = pullback(cotangent)
        direction = self._random_like(args)
        weights = _vector(cotangent)
        for number in range(len(args)):
            found = np.dot(_vector(pulled[number]), _vector(direction[number]))
            column, error = _numeric(f, args, _only(direction, number))
            spread = np.dot(np.abs(weights), np.broadcast_to(error, weights.shape))
            self._compare(found, np.dot(weights, column), spread, way, number)
        return lambda *x: vjp(f, *x)[1](cotangent)

    def _random_like(self, tree: Any) -> Any:
        """A container of the same structure and dtypes, of numbers between 0.5 and 1.5 in size."""

        def one(leaf: Any) -> Any:
            array = np.asarray(leaf)
            sign = self.random.choice([-1.0, 1.0], array.shape)
            numbers = sign * self.random.uniform(0.5, 1.5, array.shape)
            dtype = array.dtype if array.dtype.kind == "f" else np.float64
            return np.asarray(numbers, dtype)[()]

        return map_leaves(one, tree)

    def _compare(
        self, found: Any, numeric: Any, error: Any, way: tuple[str, ...], number: int
    ) -> None:
        found, numeric, error = (np.atleast_1d(part) for part in (found, numeric, error))
        close = np.isclose(found, numeric, self.rtol, self.atol, equal_nan=True)
        if close.all():
            return
        worst = int(np.argmin(close))
        ours, theirs = float(found[worst]), float(numeric[worst])
        unsure = float(np.broadcast_to(error, numeric.shape)[worst])
        earlier = ", ".join(_MODES[mode] for mode in way[:-1])
        element = f", element {worst} of the result" if found.size > 1 else ""
        page = InfinitesimalError(
            f"check_grads(f) at {self.where}: {_MODES[way[-1]]}, order {len(way)}"
            + (f" (of {earlier})" if earlier else "")
            + f", argument {number}{element}",
            found=f"calculus {ours!r}\nnumeric  {theirs!r} ± {unsure:.1e}",
            why=f"they differ by {abs(ours - theirs):.2g}, which is more than "
            f"atol + rtol·|numeric| = {self.atol + self.rtol * abs(theirs):.2g}",
            instead="a rule may be wrong, a derivative cut, or the point be too near a kink",
        )
        raise AssertionError(str(page))


def _only(direction: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """The direction in which one argument moves and the others rest."""
    return tuple(
        part if k == number else map_leaves(np.zeros_like, part) for k, part in enumerate(direction)
    )


def _numeric(
    f: Callable[..., Any], args: tuple[Any, ...], direction: tuple[Any, ...]
) -> tuple[Any, Any]:
    """The derivative of all numbers of the result along a direction, and estimates of its error."""
    leaves, structure = flatten(args)
    ways, _ = flatten(direction)

    def along(t: Any) -> Any:
        with np.errstate(all="ignore"):
            return _vector(f(*_moved(leaves, ways, t, structure)))

    columns, errors = richardson(along, [_scale(leaves)], 0)
    return columns[0], errors[0]


def _scale(leaves: Sequence[Any]) -> Any:
    """Where on the line the point lies: at zero, in the least precise dtype of its numbers."""
    return np.result_type(np.float16, *[leaf.dtype for leaf in leaves]).type(0)


def _moved(leaves: Sequence[Any], ways: Sequence[Any], t: Any, structure: Structure) -> Any:
    return structure.unflatten([leaf + t * way for leaf, way in zip(leaves, ways, strict=True)])


def _vector(tree: Any) -> Any:
    """All numbers of a container in one vector."""
    leaves, _ = flatten(tree)
    if not leaves:
        return np.zeros(0)
    return np.concatenate([np.ravel(np.asarray(leaf)) for leaf in leaves])
