"""Where NumPy itself refuses, a traced array refuses in the same words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import infinitesimal as dx

V, M = np.arange(1.0, 4.0), np.arange(1.0, 7.0).reshape(2, 3)

WRONG: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "index beyond the end": (V, lambda x: x[3]),
    "index before the beginning": (V, lambda x: x[-4]),
    "index beyond the end of the second axis": (M, lambda x: x[0, 5]),
    "too many indices": (V, lambda x: x[0, 0]),
    "index of a float": (V, lambda x: x[1.0]),
    "index of text": (V, lambda x: x["a"]),
    "index array beyond the end": (V, lambda x: x[np.array([0, 7])]),
    "mask of another length": (V, lambda x: x[np.array([True, False])]),
    "write beyond the end": (V, lambda x: x.copy().__setitem__(3, 1.0)),
    "write of another shape": (V, lambda x: x.copy().__setitem__(slice(0, 2), x)),
    "axis that does not exist": (V, lambda x: np.sum(x, axis=1)),
    "axis of a maximum that does not exist": (M, lambda x: np.max(x, axis=2)),
    "axis of a concatenation": (V, lambda x: np.concatenate([x, x], axis=1)),
    "two unknown sizes": (M, lambda x: x.reshape(-1, -1)),
    "permutation with a repetition": (M, lambda x: np.transpose(x, (0, 0))),
    "maximum of nothing": (V, lambda x: np.max(x[:0])),
    "place of the maximum of nothing": (V, lambda x: np.argmax(x[:0])),
    "length of a number": (V, lambda x: len(x[:1].reshape(()))),
    "iteration over a number": (V, lambda x: list(np.sum(x, keepdims=True).reshape(()))),
    "element of several": (V, lambda x: x.item()),
    "list indexed by a float": (V, lambda x: [1][x[:1]]),
    "range of a float": (V, lambda x: range(x[:1])),
    "swap of axes that do not exist": (M, lambda x: np.swapaxes(x, 0, 2)),
    "removal of an axis that is not one": (M, lambda x: np.squeeze(x, axis=0)),
}


def refusal(call: Callable[[], Any]) -> tuple[type, str]:
    with pytest.raises(Exception) as caught:
        call()
    return caught.type, str(caught.value)


@pytest.mark.parametrize("case", WRONG)
def test_the_same_exception_with_the_same_text(case: str) -> None:
    x, f = WRONG[case]
    kind, text = refusal(lambda: f(x))
    for calculus in (dx.grad, dx.jacfwd, dx.graph):
        assert refusal(lambda c=calculus: c(f)(x)) == (kind, text)
    assert refusal(lambda: dx.jvp(f, (x,), (x,))) == (kind, text)
    assert refusal(lambda: dx.vjp(f, x)) == (kind, text)
