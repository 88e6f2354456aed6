"""The view of the candidates' leverage: every filing with the day on which it became known."""

from __future__ import annotations

import datetime as dt

from smallcap.package_files import SQL_DIR
from smallcap.tables.views import empty_warehouse, read_view
from tests.unit.finance.builders import table

FIRST, RESTATED = dt.date(2023, 3, 1), dt.date(2024, 3, 1)


def test_each_filing_of_a_candidate_is_a_row_beside_the_published_range() -> None:
    view = read_view(SQL_DIR / "views" / "candidate_leverage.sql")
    year = {"entity_id": 1, "period_end": dt.date(2022, 12, 31), "source": "test", "is_value_restated": False}
    records = table(
        "core.annual_metrics",
        [
            {**year, "version": "original", "available_date": FIRST, "debt_to_equity": 0.13},
            {**year, "version": "restated", "available_date": RESTATED, "debt_to_equity": 0.15},
            {**year, "entity_id": 2, "version": "original", "available_date": FIRST, "debt_to_equity": 9.0},
        ],
    )
    dates = (dt.date(2025, 5, 31), dt.date(2025, 6, 30))
    published = table(
        "marts.published_candidates",
        [{"as_of": date, "ticker": "AAON", "entity_id": 1} for date in dates],
        figure="debt_to_equity",
        published=0.42,
        published_highest=0.88,
    )
    with empty_warehouse([view]) as connection:
        connection.register("records", records)
        connection.register("published", published)
        connection.execute("INSERT INTO core.annual_metrics FROM records")
        connection.execute("INSERT INTO marts.published_candidates FROM published")
        rows = connection.sql(
            "SELECT version, available_date, debt_to_equity, published_debt_to_equity_highest "
            f"FROM {view.name}"
        ).fetchall()
    # One row per filing, however many dates compare the candidate; another company is none.
    assert rows == [("original", FIRST, 0.13, 0.88), ("restated", RESTATED, 0.15, 0.88)]
