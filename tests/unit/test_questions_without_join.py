"""What used to need joins is one SELECT of members_wide or of a view: parse trees are searched for joins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import duckdb
import pytest

from smallcap.questions import worked_queries
from tests.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "connecting.md"
ONE_SELECT = (
    *("cheapest_survivors", "survivors_with_multiples", "sector_pe", "return_by_quintile", "fell_out"),
    *("history_of_a_name", "what_changed_for_a_name", "about_to_be_stale", "fcf_yield_of_quality"),
    *("largest_not_scored", "good_but_for_one_filter", "where_sectors_fail", "tilts_of_quintiles"),
    *("latest_against_annual", "how_far_to_trust"),
)


def questions_of_the_page() -> list[str]:
    """The statements of the page's numbered list, in order."""
    (block,) = [
        text
        for text in re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if "-- 10." in text
    ]
    return [part.strip() for part in block.split(";") if part.strip()]


def parts(tree: object) -> Iterator[str]:
    """Every kind of part of a parse tree."""
    if isinstance(tree, dict):
        if isinstance(tree.get("type"), str):
            yield tree["type"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from parts(part)


def kinds(sql: str) -> list[str]:
    with duckdb.connect() as connection:
        ((text,),) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    return list(parts(json.loads(text)))


def test_a_join_is_found_where_there_is_one():
    assert "JOIN" in kinds("SELECT 1 FROM a JOIN b USING (c)")
    assert "JOIN" in kinds("SELECT 1 FROM a, b")
    assert kinds("SELECT 1 FROM (SELECT 2 FROM a)").count("SELECT_NODE") == 2


def test_the_page_asks_ten_questions_with_their_words():
    asked = questions_of_the_page()
    assert [re.match(r"-- (\d+)\. [A-Z].+\n", sql)[1] for sql in asked] == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize("number", range(10))
def test_a_question_of_the_page_is_one_select_without_a_join(number: int):
    found = kinds(questions_of_the_page()[number])
    assert "JOIN" not in found
    assert found.count("SELECT_NODE") == 1


@pytest.mark.parametrize("name", ONE_SELECT)
def test_a_worked_question_is_one_select_without_a_join(name: str):
    found = kinds(worked_queries()[name].sql.rstrip(";"))
    assert "JOIN" not in found
    assert found.count("SELECT_NODE") == 1


def test_there_are_thirty_worked_questions_and_half_of_them_take_parameters():
    queries = worked_queries().values()
    assert len(queries) >= 30
    assert sum(bool(query.declared) for query in queries) >= 15
