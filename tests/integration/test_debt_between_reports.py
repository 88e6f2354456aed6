"""Debt that grew between two annual reports, in complete runs on the day of the 10-Q and on the day after.

The sample's twin of the published book's AAON: it passes filter 3 on its annual report, and fails from the
first session after the 10-Q that has the debt of an acquisition, not a day earlier.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import must_succeed, published
from tests.integration.homes import LATER, copy_home, make, record
from tests.tolerances import EXACT

pytestmark = pytest.mark.drill

LIMIT = 0.30
TWIN = f"""
SELECT q.entity_id, m.ticker, q.period_end, q.filing_date, q.available_date,
       (q.short_term_debt_usd + q.long_term_debt_usd) / q.shareholders_equity_usd AS latest,
       (a.short_term_debt_usd + a.long_term_debt_usd) / a.shareholders_equity_usd AS annual
FROM raw.quarterly_fundamentals AS q
JOIN core.members AS m ON m.entity_id = q.entity_id AND m.as_of = DATE '{LATER}'
JOIN raw.fundamentals AS a ON a.entity_id = q.entity_id AND a.fiscal_year = 2024 AND a.version = 'original'
WHERE q.available_date BETWEEN DATE '2025-04-20' AND DATE '2025-09-30' AND q.version = 'original'
  AND q.period_end = last_day(q.period_end) AND a.available_date < q.filing_date
  AND m.company_kind = 'other' AND m.is_ticker_usable
  AND annual BETWEEN 0.05 AND {LIMIT - 0.01} AND latest > {LIMIT + 0.002}
ORDER BY q.available_date, q.entity_id
LIMIT 1
"""
"""From what was filed alone: debt over equity in the annual report, and in a later 10-Q."""


@pytest.fixture(scope="module")
def twin(small_home: Path) -> dict[str, Any]:
    [found] = published(small_home, TWIN).to_dict("records")
    return found


@pytest.fixture(scope="module")
def days(twin: dict[str, Any]) -> tuple[dt.date, dt.date]:
    """The day on which the 10-Q was filed, and the first session after it."""
    return twin["filing_date"].date(), twin["available_date"].date()


@pytest.fixture(scope="module")
def both_days(
    small_home: Path, days: tuple[dt.date, dt.date], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    home = copy_home(small_home, tmp_path_factory.mktemp("twin") / "home")
    for day in days:
        make(home, day)
    return home


def verdicts(home: Path, entity: int) -> dict[dt.date, dict[str, Any]]:
    rows = published(
        home, f"SELECT * FROM core.filter_evaluations WHERE filter_number = 3 AND entity_id = {entity}"
    )
    return {row["as_of"].date(): row for row in rows.to_dict("records")}


def test_the_twin_passes_on_the_day_of_the_10q_and_fails_on_the_day_after(
    both_days: Path, twin: dict[str, Any], days: tuple[dt.date, dt.date]
) -> None:
    before, after = (verdicts(both_days, twin["entity_id"])[day] for day in days)
    assert (before["stand_alone_status"], after["stand_alone_status"]) == ("pass", "fail")
    assert (before["value"], after["value"]) == (
        pytest.approx(twin["annual"], rel=EXACT)
        if before["statement_footing"] == "annual"
        else before["value"],
        pytest.approx(twin["latest"], rel=EXACT),
    )
    assert (after["statement_footing"], after["balance_sheet_date"]) == ("quarter", twin["period_end"])
    assert before["balance_sheet_date"] < twin["period_end"]


def test_the_difference_is_shown_from_that_day_on(
    both_days: Path, twin: dict[str, Any], days: tuple[dt.date, dt.date]
) -> None:
    rows = published(
        both_days,
        f"SELECT * FROM marts.debt_between_reports WHERE entity_id = {twin['entity_id']} "
        f"AND as_of IN (DATE '{days[0]}', DATE '{days[1]}')",
    )
    [row] = rows.to_dict("records")
    assert (row["as_of"].date(), row["state"], row["days_ahead"]) == (days[1], "ahead", 0)
    assert (row["status_on_annual"], row["status_on_quarter"]) == ("pass", "fail")
    assert row["outcome_on_latest"] == "failed"


def test_why_names_the_quarter(both_days: Path, twin: dict[str, Any], days: tuple[dt.date, dt.date]) -> None:
    told = must_succeed("why", twin["ticker"], "--as-of", days[1], "--home", both_days)
    words = f"debt/equity {twin['annual']:.3f} -> {twin['latest']:.3f} with the 10-Q of {days[0]}"
    assert words in " ".join(told.split())


def test_on_the_annual_footing_the_twin_passes_on_both_days(
    both_days: Path, twin: dict[str, Any], days: tuple[dt.date, dt.date], tmp_path: Path
) -> None:
    home = copy_home(both_days, tmp_path / "annual")
    record(home, statement_footing="annual")
    make(home, days[1])
    found = verdicts(home, twin["entity_id"])
    assert [found[day]["stand_alone_status"] for day in days] == ["pass", "pass"]
    assert {found[day]["statement_footing"] for day in days} == {"annual"}
