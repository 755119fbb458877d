"""What is said when Python asks for a number that is not known while a function is traced.

In: what was asked for, and the node of the traced value. Out: the error. A leaf may carry the
reason why its value is unknown (`core.leaf.input_node`): inside `vmap` it stands for all elements
of a batch, inside the body of a loop for that of every step.
"""

from __future__ import annotations

from infinitesimal.core.leaf import why_unknown
from infinitesimal.core.node import Node
from infinitesimal.errors import UnknownValueError
from infinitesimal.front.origin import place

__all__ = ["LEFT", "leaked", "unknown"]

LEFT = "let the function return what is used outside it"
_CHOOSE = (
    "np.where(condition, a, b), or infinitesimal.cond(condition, f, g, x) for functions;\n"
    "a & b, a | b, ~a for a condition made with and, or, not"
)


def leaked(node: Node) -> UnknownValueError:
    """The error for a value that is computed from one of a function's inside, after its end."""
    return UnknownValueError(
        f"the value of a traced {node.type} at {place()}",
        found="a value that left the function in which it was made",
        why=why_unknown(node) or "it stood for a value of that function, which has ended",
        instead=LEFT,
    )


def unknown(asked: str, node: Node, instead: str = "", inside: str = "") -> UnknownValueError:
    """The error for a value that is wanted now; `instead` is what to write, if not a choice.

    `inside` says what was going on where it was wanted, if that is not the user's own line.
    """
    return UnknownValueError(
        f"{asked} at {place()}",
        found=f"a traced {node.type} whose value is not known here{inside and f', {inside}'}",
        why=why_unknown(node)
        or "the function is being traced for all values of its inputs at once",
        instead=instead or _CHOOSE,
    )
