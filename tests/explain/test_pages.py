"""The pages of docs/learn are what the library tells today."""

import pytest

from tools import learn


@pytest.mark.parametrize("name", learn.PAGES)
def test_a_page_is_as_it_would_be_written_now(name):
    written = (learn.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert written == learn.page(name), "meant? python -m tools.learn"


def test_there_are_no_other_pages():
    assert {file.stem for file in learn.FOLDER.glob("*.md")} == set(learn.PAGES)
