"""A query that begins with a comment is no option; an option stays one, also where it is mistyped."""

from __future__ import annotations

import pytest

from smallcap.pipelines.command.comments import is_comment


@pytest.mark.parametrize("query", ["-- all members\nSELECT 1", "--members\nSELECT 1", "--1 --format"])
def test_a_comment_is_a_query(query: str):
    assert is_comment(query)


@pytest.mark.parametrize(
    "argument",
    ["--", "--format", "--formt", "--format=csv", "--set=text=a b\nc", "SELECT 1 -- x"],
)
def test_an_option_and_other_text_is_none(argument: str):
    assert not is_comment(argument)
