"""Joins follow from the names of columns, and the picture of them is the committed one."""

from __future__ import annotations

import re

from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.joins import RULES, joins, joins_of
from smallcap.tables.joins_picture import picture
from tests.paths import PROJECT_ROOT


def written(name: str, *columns: str) -> list[str]:
    return [join.written for join in joins_of(name, columns)]


def test_a_member_at_a_date_names_the_list_of_members_alone():
    assert written("marts.new", "year", "as_of", "entity_id", "value") == [
        "(as_of, entity_id) → core.members (as_of, entity_id)"
    ]


def test_a_line_beside_the_member_names_its_own_row():
    assert written("marts.new", "as_of", "entity_id", "security_id")[1:] == [
        "security_id → raw.securities.security_id"
    ]


def test_a_company_that_need_not_be_a_member_names_the_date_and_the_company():
    assert written("marts.index_changes", "as_of", "entity_id") == [
        "as_of → marts.coverage.as_of",
        "entity_id → raw.securities.entity_id",
    ]


def test_a_column_of_another_name_names_the_same_row():
    assert written("marts.new", "book", "other_book") == [
        "book → core.books.book",
        "other_book → core.books.book",
    ]


def test_a_table_does_not_name_its_own_rows():
    assert written("core.books", "book") == []


def test_every_rule_names_columns_that_are_there_and_serves_a_table():
    tables = {**TABLES, **META_TABLES}
    used = {(join.columns, join.table) for found in joins().values() for join in found}
    for rule in RULES:
        assert set(rule.targets or rule.columns) <= set(tables[rule.table].columns)
        assert set(rule.but) <= set(tables)
        assert (rule.columns, rule.table) in used


def test_most_tables_have_a_join():
    without = {name for name, found in joins().items() if not found}
    assert {"core.books", "raw.securities", "marts.coverage"} <= without
    assert len(without) < len(joins()) / 4


def test_the_picture_is_that_of_the_present_tables():
    committed = (PROJECT_ROOT / "docs" / "pictures" / "joins.svg").read_text(encoding="utf-8")
    assert committed == picture(), "make docs draws it again"


def test_the_picture_shows_every_join():
    shown = re.findall(r"<text [^>]+>([^<]+)</text>", picture())
    wanted = sum(len(found) for found in joins().values())
    groups = {(join.table, join.columns) for found in joins().values() for join in found}
    assert len(shown) == wanted + 2 * len(groups)
