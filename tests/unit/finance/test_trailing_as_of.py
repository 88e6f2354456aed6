"""Metrics on the latest footing: the quarter from the day after its filing, annual figures without one."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.metrics.trailing_as_of import trailing_as_of
from smallcap.tables.registry import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY, METRICS
from tests.unit.finance.test_market import NO_SPLITS, NO_VENDOR, RECORD, members, month, prices, records
from tests.unit.finance.trailing_builders import quarters, trailing

ANNUAL_ROW = {
    **RECORD,
    "flows_end": dt.date(2023, 12, 31),
    "trailing_basis": "annual",
    "is_annual_only": True,
}
QUARTER_ROW = {
    **RECORD,
    "period_end": dt.date(2024, 3, 31),
    "available_date": dt.date(2024, 5, 10),
    "flows_end": dt.date(2024, 3, 31),
    "trailing_basis": "annual plus year to date",
    "net_income_usd": 80.0,
    "free_cash_flow_usd": 50.0,
    "revenue_usd": 1100.0,
    "ebit_usd": 140.0,
    "total_assets_usd": 1500.0,
    "total_liabilities_usd": 900.0,
    "working_capital_usd": 200.0,
    "retained_earnings_usd": 320.0,
    "shareholders_equity_usd": 600.0,
    "debt_to_equity": 0.75,
    "goodwill_to_assets": 0.1,
    "cash_and_short_term_investments_usd": 33.0,
    "shares": 110.0,
    "shares_date": dt.date(2024, 4, 30),
}
FILED = {
    "entity_id": 1,
    "period_end": dt.date(2024, 3, 31),
    "filing_date": dt.date(2024, 5, 9),
    "available_date": dt.date(2024, 5, 10),
    "version": "original",
    "source": "test",
    "net_income_usd": -4.0,
}


def answers(
    *known: dict[str, object], dates: tuple[dt.date, ...] = (dt.date(2024, 6, 28),), stale_months: int = 18
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of core.trailing_as_of, and of core.metrics_as_of, of company 1 at the dates."""
    listed = members(*({"as_of": day, "snapshot_date": day} for day in dates))
    quotes = prices(*NO_SPLITS, month("2023-12-29", year=2023))
    annual = metrics_as_of(listed, records({}), quotes, NO_VENDOR, METRICS, stale_months, APPLICABILITY)
    rows = trailing_as_of(
        listed, trailing(*known), quarters(FILED), annual, quotes, METRICS, stale_months, APPLICABILITY
    )
    assert TABLES["core.trailing_as_of"].schema.is_valid(rows)
    return rows, annual


@pytest.mark.some_cases(4)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("market_cap_usd", 20 * 110),
        ("pe", 2200 / 80),
        ("pb", 2200 / 600),
        ("ps", 2200 / 1100),
        ("p_fcf", 2200 / 50),
        ("earnings_yield", 80 / 2200),
        ("debt_to_equity", 0.75),
        # 1.2*200/1500 + 1.4*320/1500 + 3.3*140/1500 + 0.6*2200/900 + 1100/1500
        ("altman_z", (240 + 448 + 462 + 1100) / 1500 + 1320 / 900),
        ("goodwill_to_assets", 0.1),
        ("cash_and_short_term_investments_usd", 33.0),
        ("quarter_net_income_usd", -4.0),
    ],
)
def test_multiples_and_altman_z_are_those_of_the_latest_quarter(name: str, expected: float) -> None:
    rows, _ = answers(ANNUAL_ROW, QUARTER_ROW)
    assert rows[name].item() == pytest.approx(expected, rel=EXACT)


def test_the_row_names_its_quarter_and_the_day_of_its_filing() -> None:
    row = answers(ANNUAL_ROW, QUARTER_ROW)[0].row(0, named=True)
    assert (row["statement_footing"], row["balance_sheet_date"], row["flows_end"]) == (
        *("quarter", dt.date(2024, 3, 31), dt.date(2024, 3, 31)),
    )
    assert row["balance_sheet_filing_date"] == dt.date(2024, 5, 9)
    assert (row["trailing_basis"], row["is_annual_only"]) == ("annual plus year to date", False)


def test_a_quarter_counts_from_the_day_after_its_filing_and_not_a_day_earlier() -> None:
    days = (dt.date(2024, 5, 9), dt.date(2024, 5, 10))
    rows, _ = answers(ANNUAL_ROW, QUARTER_ROW, dates=days)
    assert rows["statement_footing"].to_list() == ["annual", "quarter"]
    assert rows["debt_to_equity"].to_list() == [0.5, 0.75]


def test_without_a_quarter_the_row_is_that_of_the_annual_table_to_the_last_digit() -> None:
    rows, annual = answers(ANNUAL_ROW)
    assert rows.select(annual.columns).equals(annual)
    row = rows.row(0, named=True)
    assert (row["statement_footing"], row["is_annual_only"]) == ("annual", True)
    assert row["balance_sheet_date"] == row["flows_end"] == dt.date(2023, 12, 31)
    assert row["balance_sheet_filing_date"] is None


def test_a_company_of_which_nothing_is_known_has_no_footing() -> None:
    row = answers(QUARTER_ROW, dates=(dt.date(2024, 2, 29),))[0].row(0, named=True)
    assert (row["period_end"], row["statement_footing"], row["is_annual_only"]) == (None, None, True)


def test_a_balance_sheet_is_stale_by_its_own_date() -> None:
    last_day, day_after = dt.date(2025, 9, 30), dt.date(2025, 10, 1)
    rows, annual = answers(ANNUAL_ROW, QUARTER_ROW, dates=(last_day, day_after))
    assert rows["is_stale"].to_list() == [False, True]
    assert annual["is_stale"].to_list() == [True, True]


def test_unknown_flows_leave_multiples_of_flows_unknown_and_book_value_known() -> None:
    flows = dict.fromkeys(
        ("net_income_usd", "free_cash_flow_usd", "revenue_usd", "ebit_usd", "flows_end", "trailing_basis")
    )
    row = answers(ANNUAL_ROW, {**QUARTER_ROW, **flows, "trailing_reason": "restated_basis"})[0].row(
        0, named=True
    )
    assert (row["pe"], row["p_fcf"], row["ps"], row["altman_z"]) == (None, None, None, None)
    assert row["pb"] == pytest.approx(2200 / 600, rel=EXACT)
    assert (row["trailing_reason"], row["flows_end"]) == ("restated_basis", None)


def test_a_quarter_without_balance_sheet_is_stale_by_the_one_before() -> None:
    """Its flows are new; debt and equity are those of the fiscal year before."""
    without = {**QUARTER_ROW, "balance_sheet_date": dt.date(2023, 12, 31)}
    rows, _ = answers(ANNUAL_ROW, without, dates=(dt.date(2025, 6, 30), dt.date(2025, 7, 1)))
    assert rows["is_stale"].to_list() == [False, True]
    assert rows["balance_sheet_date"].to_list() == [dt.date(2023, 12, 31)] * 2
