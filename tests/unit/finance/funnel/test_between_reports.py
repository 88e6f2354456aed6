"""Debt between annual reports: since when a quarter's verdict was known, and what the next report said."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.funnel.between_reports import debt_between_reports
from smallcap.tables.debt_between_reports import DebtBetweenReports
from smallcap.tables.funnel import FunnelOutcomes
from tests.unit.finance.builders import APPLICABILITY, table
from tests.unit.finance.funnel.funnel_builders import RULES, members
from tests.unit.finance.trailing_builders import trailing

FIRST_REPORT, SECOND_REPORT = dt.date(2024, 3, 1), dt.date(2025, 3, 3)
QUARTER_FILED = dt.date(2024, 11, 7)
DATES = tuple(dt.date(2024, month, 28) for month in (9, 10, 11, 12))
NEXT_YEAR = tuple(dt.date(2025, month, 28) for month in (1, 2, 3, 4))
Row = dict[str, object]


def record(period_end: str, known: dt.date, debt_to_equity: float | None, **changed: object) -> Row:
    return {
        "year": known.year,
        "entity_id": 1,
        "period_end": dt.date.fromisoformat(period_end),
        "available_date": known,
        "version": "original",
        "source": "test",
        "debt_to_equity": debt_to_equity,
        "shareholders_equity_usd": 100.0,
        "is_debt_partial": False,
        "is_annual_only": False,
        **changed,
    }


ANNUAL = [record("2023-12-31", FIRST_REPORT, 0.12), record("2024-12-31", SECOND_REPORT, 0.44)]
QUARTERS = [
    {**ANNUAL[0], "is_annual_only": True},
    record("2024-03-31", dt.date(2024, 5, 9), 0.11),
    record("2024-06-30", dt.date(2024, 8, 9), 0.29),
    record("2024-09-30", QUARTER_FILED, 0.41),
    {**ANNUAL[1], "is_annual_only": True},
]


def found(
    quarters: list[Row] = QUARTERS,
    annual: list[Row] = ANNUAL,
    dates: tuple[dt.date, ...] = (*DATES, *NEXT_YEAR),
    others: str = "pass",
) -> list[Row]:
    """Rows of both years; every other filter of company 1 has the same status."""
    listed = pl.concat(members({}, as_of=day) for day in dates)
    annual_rows = table(
        "core.annual_metrics",
        [{name: row[name] for name in row if name != "is_annual_only"} for row in annual],
    )
    trailing_rows = trailing(*quarters)
    evaluations = pl.DataFrame(
        [
            {**dict.fromkeys(FunnelOutcomes.columns()), "as_of": day, "entity_id": 1, "filter_number": number}
            | {"filter_name": str(number), "stand_alone_status": others, "reason": "", "is_borderline": False}
            for day in dates
            for number in range(1, 7)
        ],
        schema={name: column.dtype for name, column in FunnelOutcomes.columns().items()},
    ).drop("ticker", "status", "outcome")
    made = []
    for year in sorted({day.year for day in dates}):
        near = listed.filter(pl.col("as_of").dt.year().is_in([year - 1, year]))
        own = listed.filter(pl.col("as_of").dt.year() == year)
        of_date = [_as_of(own, rows) for rows in (annual_rows, trailing_rows)]
        rows = debt_between_reports(
            *(near, trailing_rows, annual_rows, *of_date, evaluations),
            RULES.balance_sheet,
            APPLICABILITY,
            year,
        )
        made.append(DebtBetweenReports.validate(rows))
    return pl.concat(made).to_dicts()


def _as_of(listed: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The newest record at each date."""
    both = listed.select("as_of", "entity_id").join(records, on="entity_id")
    known = both.filter(pl.col("available_date") <= pl.col("as_of")).sort("period_end")
    newest = known.unique(["as_of", "entity_id"], keep="last", maintain_order=True)
    return newest.with_columns(is_stale=pl.lit(value=False))


def test_a_verdict_is_known_from_the_day_of_the_quarter_until_the_annual_report_confirms_it() -> None:
    rows = found()
    assert [(row["as_of"], row["state"]) for row in rows] == [
        *((day, "ahead") for day in (*DATES[2:], *NEXT_YEAR[:2])),
        (NEXT_YEAR[2], "confirmed"),
    ]
    first, last = rows[0], rows[-1]
    assert (first["status_on_annual"], first["status_on_quarter"]) == ("pass", "fail")
    assert (first["debt_to_equity_on_annual"], first["debt_to_equity_on_quarter"]) == (0.12, 0.41)
    assert (first["balance_sheet_date"], first["first_known_date"]) == (dt.date(2024, 9, 30), QUARTER_FILED)
    # From 2024-11-07 to 2024-11-28, and to 2025-03-03.
    assert (first["days_ahead"], last["days_ahead"]) == (21, 116)
    assert (first["ended_date"], last["ended_date"], last["status_after"]) == (None, SECOND_REPORT, "fail")


def test_the_outcome_is_shown_with_and_without_the_quarter() -> None:
    first, last = found()[0], found()[-1]
    assert (first["outcome_on_annual"], first["outcome_on_latest"]) == ("survivor", "failed")
    assert (last["outcome_on_annual"], last["outcome_on_latest"]) == ("failed", "failed")


def test_a_company_that_another_filter_fails_has_the_same_outcome_by_both() -> None:
    row = found(others="fail")[0]
    assert (row["outcome_on_annual"], row["outcome_on_latest"]) == ("failed", "failed")


@pytest.mark.parametrize(
    ("debt", "state", "after"), [(0.2, "not_confirmed", "pass"), (0.3, "confirmed", "fail")]
)
def test_the_next_annual_report_may_say_otherwise(debt: float, state: str, after: str) -> None:
    annual = [ANNUAL[0], record("2024-12-31", SECOND_REPORT, debt)]
    last = found([*QUARTERS[:-1], {**annual[1], "is_annual_only": True}], annual)[-1]
    assert (last["state"], last["status_after"]) == (state, after)


def test_debt_that_is_repaid_before_the_annual_report_ends_the_spell() -> None:
    repaid = record("2024-09-30", dt.date(2024, 12, 11), 0.1, version="restated")
    rows = found([*QUARTERS[:-1], repaid], [ANNUAL[0]])
    assert [(row["as_of"], row["state"]) for row in rows] == [
        (DATES[2], "ahead"),
        (DATES[3], "superseded"),
    ]
    assert (rows[1]["status_after"], rows[1]["days_ahead"]) == ("pass", 34)


def test_what_comes_later_changes_no_row_of_a_date() -> None:
    until = (*DATES, *NEXT_YEAR[:2])
    assert found(QUARTERS[:-1], ANNUAL[:1], until) == [row for row in found() if row["as_of"] in until]


def test_unknown_debt_is_a_verdict_of_its_own() -> None:
    unknown = record("2024-09-30", QUARTER_FILED, None)
    row = found([*QUARTERS[:3], unknown], [ANNUAL[0]])[0]
    assert (row["status_on_quarter"], row["outcome_on_latest"]) == ("verify", "undetermined")


def test_equal_verdicts_have_no_row() -> None:
    assert found([*QUARTERS[:3]], [ANNUAL[0]]) == []
