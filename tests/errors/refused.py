"""A list of wrong uses, each with the exact text of the error it must give.

    WRONG = Wrong()

    @WRONG.says('''
        ShapeError: what was asked at HERE
          because:  why it cannot be
        ''')
    def a_name_for_it() -> None:
        the_wrong_call()

    test_each_message = check_all(WRONG)

HERE stands for the file and line of the call.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from infinitesimal.errors import InfinitesimalError

_PLACE = re.compile(r"\btest_\w+\.py:\d+")


class Wrong:
    """Wrong calls in order, each with its text."""

    def __init__(self) -> None:
        self.uses: list[tuple[Callable[[], Any], str]] = []

    def says(self, text: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        def remember(call: Callable[[], Any]) -> Callable[[], Any]:
            self.uses.append((call, textwrap.dedent(text).strip()))
            return call

        return remember


def check_all(wrong: Wrong) -> Callable[..., None]:
    """A test of every use in the list."""

    @pytest.mark.parametrize(
        ("call", "text"), wrong.uses, ids=[call.__name__ for call, _ in wrong.uses]
    )
    def test(call: Callable[[], Any], text: str) -> None:
        with pytest.raises(InfinitesimalError) as caught:
            call()
        found = f"{type(caught.value).__name__}: {caught.value}"
        assert _PLACE.sub("HERE", found) == text

    return test
