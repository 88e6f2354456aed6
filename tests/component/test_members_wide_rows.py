"""marts.members_wide on rows written by hand: which record its figures are of, and what missing data do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from smallcap.tables.dictionary import VIEWS_DIR
from smallcap.tables.views import empty_warehouse, read_views

AS_OF = dt.date(2025, 6, 30)
FIGURES = """
    INSERT INTO {table} BY NAME
    SELECT DATE '2025-06-30' AS as_of, 1 AS entity_id, {pe} AS pe, {cap} AS market_cap_usd,
           {fcf} AS free_cash_flow_usd, DATE '{end}' AS period_end, false AS is_stale
"""
FILTER = """
    INSERT INTO core.filter_evaluations BY NAME
    SELECT DATE '2025-06-30' AS as_of, 1 AS entity_id, 6 AS filter_number, '{footing}' AS statement_footing,
           DATE '{end}' AS balance_sheet_date
"""
OUTCOME = """
    INSERT INTO marts.funnel_outcomes BY NAME
    SELECT DATE '2025-06-30' AS as_of, 1 AS entity_id, {number} AS filter_number, '{name}' AS filter_name,
           '{status}' AS status, '{own}' AS stand_alone_status, '{name} in words' AS reason,
           'failed' AS outcome, false AS is_borderline
"""
SCORE = """
    INSERT INTO marts.quality_scores BY NAME
    SELECT DATE '2025-06-30' AS as_of, 1 AS entity_id, '{method}' AS method, '{basis}' AS basis,
           {score} AS score
"""


@pytest.fixture(scope="module")
def member() -> Iterator[duckdb.DuckDBPyConnection]:
    """One member at one date, with figures of an annual report and of a later quarter."""
    with empty_warehouse(read_views(VIEWS_DIR)) as connection:
        connection.execute(
            "INSERT INTO core.members BY NAME SELECT DATE '2025-06-30' AS as_of, 1 AS entity_id,"
            " 10 AS security_id, 'AAA' AS ticker"
        )
        connection.execute(
            "INSERT INTO marts.coverage BY NAME SELECT DATE '2025-06-30' AS as_of, 18 AS stale_months"
        )
        annual = {"table": "core.metrics_as_of", "pe": 20, "cap": 400, "fcf": 20, "end": "2024-12-31"}
        latest = {"table": "core.trailing_as_of", "pe": 10, "cap": 400, "fcf": -40, "end": "2025-03-31"}
        for figures in (annual, latest):
            connection.execute(FIGURES.format(**figures))
        yield connection


@pytest.fixture
def tables(member: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The member's tables, without what an earlier test inserted."""
    member.execute("BEGIN")
    yield member
    member.execute("ROLLBACK")


def row(tables: duckdb.DuckDBPyConnection) -> dict[str, object]:
    (found,) = tables.execute("FROM members_wide").fetchall()
    return dict(zip([column[0] for column in tables.description or ()], found, strict=True))


def test_a_home_that_judges_the_quarter_shows_the_quarter(tables: duckdb.DuckDBPyConnection):
    tables.execute(FILTER.format(footing="quarter", end="2025-03-31"))
    found = row(tables)
    assert (found["pe"], found["period_end"], found["fcf_yield"]) == (10, dt.date(2025, 3, 31), -0.1)
    assert (found["annual_pe"], found["annual_period_end"]) == (20, dt.date(2024, 12, 31))
    assert found["record_age_days"] == 91


def test_a_home_that_judges_fiscal_years_shows_the_annual_report(tables: duckdb.DuckDBPyConnection):
    tables.execute(FILTER.format(footing="annual", end="2024-12-31"))
    found = row(tables)
    assert (found["pe"], found["period_end"], found["fcf_yield"]) == (20, dt.date(2024, 12, 31), 0.05)


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("2024-12-31", dt.date(2026, 6, 30)),
        ("2024-11-30", dt.date(2026, 5, 31)),
        ("2024-08-31", dt.date(2026, 2, 28)),
        ("2024-12-28", dt.date(2026, 6, 28)),
    ],
)
def test_a_record_is_fresh_for_eighteen_months(tables: duckdb.DuckDBPyConnection, end: str, last: dt.date):
    tables.execute(FILTER.format(footing="annual", end=end))
    assert row(tables)["fresh_until_date"] == last


def test_a_member_that_nothing_else_knows_has_a_row_of_nulls(tables: duckdb.DuckDBPyConnection):
    for name in ("core.metrics_as_of", "core.trailing_as_of", "marts.coverage"):
        tables.execute(f"DELETE FROM {name}")
    found = row(tables)
    assert (found.pop("as_of"), found.pop("entity_id"), found.pop("ticker")) == (AS_OF, 1, "AAA")
    assert found.pop("security_id") == 10
    assert {name: value for name, value in found.items() if value is not None} == {}


def test_the_first_filter_that_fails_is_the_one_in_strict_order(tables: duckdb.DuckDBPyConnection):
    """The fourth fails first; the sixth fails by itself too, but is not reached."""
    for number, name, status, own in (
        (6, "value", "not_reached", "fail"),
        (4, "income", "fail", "fail"),
        (1, "business", "verify", "verify"),
    ):
        tables.execute(OUTCOME.format(number=number, name=name, status=status, own=own))
    found = row(tables)
    assert (found["first_failed_filter"], found["first_failed_reason"]) == ("income", "income in words")
    assert (found["filters_failed"], found["filters_to_verify"]) == (2, "business")
    assert (found["business_status"], found["income_status"], found["value_status"]) == (
        "verify",
        "fail",
        "fail",
    )
    assert found["shariah_status"] is None
    assert found["is_survivor"] is False


def test_the_score_is_that_of_the_published_method_by_what_was_known(tables: duckdb.DuckDBPyConnection):
    for method, basis, score in (
        ("published", "as_published", 4),
        ("published", "point_in_time", 1),
        ("debt_free_aware", "point_in_time", 3),
        ("trailing", "point_in_time", 2),
    ):
        tables.execute(SCORE.format(method=method, basis=basis, score=score))
    found = row(tables)
    assert (found["score"], found["trailing_score"]) == (1, 2)
    averages = {
        view: tables.execute(f"SELECT avg(score) FROM quality_{view}").fetchall()[0][0]
        for view in ("point_in_time", "as_published", "trailing", "debt_free_aware")
    }
    assert averages == {"point_in_time": 1, "as_published": 4, "trailing": 2, "debt_free_aware": 3}
