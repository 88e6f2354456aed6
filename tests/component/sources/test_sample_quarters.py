"""The sample's 10-Qs: when they are filed, what they leave out, and that they fit the annual statements."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.quarters.fields import CASH_FLOWS, INCOME_FLOWS, YEAR_TO_DATE
from tests.component.sources.sample_builders import full
from tests.tolerances import CENT

EVER = (dt.date(1990, 1, 1), dt.date(2030, 1, 1))
COMPANY_YEAR = ["source_entity_id", "fiscal_year_start"]


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return full().quarterly_fundamentals(*EVER).rows


@pytest.fixture(scope="module")
def first(rows: pl.DataFrame) -> pl.DataFrame:
    """The quarters as first filed, without those with a filing before their end."""
    return rows.filter((pl.col("version") == "original") & (pl.col("filing_date") > pl.col("period_end")))


def test_a_quarter_is_filed_35_to_50_days_after_its_end_or_late(first: pl.DataFrame) -> None:
    lag = first.select((pl.col("filing_date") - pl.col("period_end")).dt.total_days())["filing_date"]
    assert lag.min() == 35
    assert 0.90 < (lag <= 50).mean() < 0.99
    # A company whose annual report is late files its next quarters after that.
    assert lag.max() > 95


def test_no_10_q_reports_a_fourth_quarter_or_cash_flows_of_three_months(first: pl.DataFrame) -> None:
    since = first.select((pl.col("period_end") - pl.col("fiscal_year_start")).dt.total_days())["period_end"]
    assert since.max() < 300
    assert first.select(CASH_FLOWS).null_count().sum_horizontal().item() == 5 * first.height
    longer = [YEAR_TO_DATE[name] for name in ("operating_cash_flow_usd", "net_income_usd")]
    assert first.select(pl.col(longer).is_not_null().mean()).row(0) > (0.97, 0.97)
    assert first["net_income_usd"].is_not_null().mean() > 0.97


def test_three_quarters_and_a_fourth_that_fits_make_the_annual_statement(first: pl.DataFrame) -> None:
    """Nine months of revenue are less than the year's, and the quarters sum to them exactly."""
    annual = (
        full()
        .fundamentals(*EVER)
        .rows.filter((pl.col("version") == "original") & (pl.col("period_days") > 300))
    )
    began = pl.col("period_end") - pl.duration(days=pl.col("period_days") - 1)
    years = annual.select(
        "source_entity_id", fiscal_year_start=began, of_year="revenue_usd", assets="total_assets_usd"
    )
    quarters = first.group_by(COMPANY_YEAR).agg(
        pl.len(),
        pl.col("revenue_usd").sum(),
        pl.col("revenue_year_to_date_usd").max().alias("nine_months"),
        pl.col("revenue_usd").min().alias("least"),
    )
    both = quarters.filter(pl.col("len") == 3).join(years, on=COMPANY_YEAR).filter(pl.col("of_year") > 1e6)
    assert both.height > 4_000
    share = both.select(pl.col("nine_months") / pl.col("of_year"))["nine_months"]
    assert 0.70 < share.median() < 0.80
    # Restated before, in another unit, or of a wrong context: a few.
    exact = both.filter((pl.col("revenue_usd") - pl.col("nine_months")).abs() < CENT)
    assert exact.height > 0.97 * both.height


def test_years_of_53_weeks_16_week_quarters_and_changed_years_are_among_them(first: pl.DataFrame) -> None:
    days = first["period_days"]
    assert {84, 91, 112} <= set(days.unique())
    started = first.filter(pl.col("period_end") - pl.col("fiscal_year_start") < pl.duration(days=100))
    # A year that begins anew with its third quarter.
    anew = started.group_by("source_entity_id", "fiscal_year").agg(pl.col("fiscal_year_start").n_unique())
    assert anew["fiscal_year_start"].max() == 2


def test_restated_and_missing_quarters_and_those_without_balance_sheet_are_among_them(
    rows: pl.DataFrame,
) -> None:
    assert 0.01 < (rows["version"] == "restated").mean() < 0.04
    assert 0.005 < rows["total_assets_usd"].is_null().mean() < 0.05
    assert rows["filing_date"].null_count() > 0
    assert set(rows["currency"].unique()) == {"USD", "CAD"}


def test_every_item_that_is_reported_is_reported_of_three_months_and_of_the_year(first: pl.DataFrame) -> None:
    for name in INCOME_FLOWS:
        assert (first[name].is_null() == first[YEAR_TO_DATE[name]].is_null()).all()


def test_a_company_passes_on_its_annual_report_and_fails_on_the_quarter_after_an_acquisition(
    rows: pl.DataFrame,
) -> None:
    """Debt over equity is below 30% at the last annual report and above it at the end of a quarter."""
    bought = full().true_acquisitions()
    twins = bought.filter((pl.col("debt_to_equity_before") < 0.25) & (pl.col("debt_to_equity_after") > 0.31))
    filed = rows.filter(pl.col("version") == "original").join(twins, on=["source_entity_id", "period_end"])
    assert filed.height >= 5
    debt = pl.col("short_term_debt_usd") + pl.col("long_term_debt_usd")
    ratio = filed.select(
        ratio=debt / pl.col("shareholders_equity_usd"), expected="debt_to_equity_after"
    ).drop_nulls()
    assert (ratio["ratio"] / ratio["expected"]).to_list() == pytest.approx([1.0] * ratio.height)
