"""The words with programs inside: `scan`, `while` and `branch`.

Each record gives the types of the results (`ops.control.signature`) and says how forward mode,
reverse mode and batching pass through; the rules are in the other files of this room, and are
handed the mode itself, to apply it to the body. See `ops.control.loop` for the operands and results
of a loop.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from infinitesimal.core.body import Body
from infinitesimal.core.node import Node, make
from infinitesimal.core.primitive import REGISTRY, Primitive, register
from infinitesimal.ops.control.run import run_branch, run_plainly, run_scan, run_while
from infinitesimal.ops.control.signature import branch_type, scan_type, while_type

__all__ = ["BRANCH", "SCAN", "WHILE"]


def _word(
    name: str,
    infer: Any,
    run: Any,
    parameters: tuple[str, ...],
    optional: dict[str, Any],
    bodies: dict[str, type],
    push: Any,
    pull: Any,
    batch: Any,
    because: str,
) -> Primitive:
    """A record of kind "control"; `analytic` is the same run with another meaning of bodies."""

    def built(*operands: Node, **params: Any) -> Node:
        said = {**optional, **params}
        return make(REGISTRY[name], operands, tuple([said[key] for key in parameters]))

    return register(
        Primitive(
            name,
            "control",
            infer,
            partial(run, run_plainly),
            parameters=parameters,
            jvp=push,
            vjp=pull,
            batch=batch,
            masks=True,
            analytic=run,
            because=because,
            bodies=bodies,
            optional=optional,
            build=built,
        )
    )


# ---- the rules, opened when a mode first meets a loop: most programs have none, and the import of
# the library stays light


def _push_loop(*asked: Any) -> Any:
    from infinitesimal.ops.control.push import push_loop

    return push_loop(*asked)


def _pull_loop(*asked: Any) -> Any:
    from infinitesimal.ops.control.pull import pull_loop

    return pull_loop(*asked)


def _batch_loop(*asked: Any) -> Any:
    from infinitesimal.ops.control.lanes import batch_loop

    return batch_loop(*asked)


def _push_branch(*asked: Any) -> Any:
    from infinitesimal.ops.control.branch import push_branch

    return push_branch(*asked)


def _pull_branch(*asked: Any) -> Any:
    from infinitesimal.ops.control.branch import pull_branch

    return pull_branch(*asked)


def _batch_branch(*asked: Any) -> Any:
    from infinitesimal.ops.control.branch import batch_branch

    return batch_branch(*asked)


SCAN = _word(
    "scan",
    scan_type,
    run_scan,
    ("captured", "carried", "length", "backward", "checkpoint", "saved", "body"),
    {"captured": 0, "backward": False, "checkpoint": 0, "saved": ()},
    {"body": Body},
    _push_loop,
    _pull_loop,
    _batch_loop,
    "each step passes the change of its state on to the next",
)
WHILE = _word(
    "while",
    while_type,
    run_while,
    ("captured", "carried", "most", "checkpoint", "saved", "condition", "body"),
    {"captured": 0, "most": None, "checkpoint": 0, "saved": ()},
    {"condition": Body, "body": Body},
    _push_loop,
    _pull_loop,
    _batch_loop,
    "each step passes the change of its state on to the next; how many there are does not change",
)
BRANCH = _word(
    "branch",
    branch_type,
    run_branch,
    ("branches",),
    {},
    {"branches": tuple},
    _push_branch,
    _pull_branch,
    _batch_branch,
    "the program that was chosen counts, the others do not",
)
