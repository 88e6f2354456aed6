"""The sample's annual records: they articulate, arrive late, are restated, and hold the errors that rules
must catch.
"""

from __future__ import annotations

import functools

import polars as pl
import pytest

from tests.component.sources.sample_builders import EVER, full, fundamentals, small
from tests.tolerances import EXACT

KEY = ["source_entity_id", "period_end"]


@functools.cache
def sound() -> pl.DataFrame:
    """Records without the deliberate errors."""
    return fundamentals(full()).filter(
        (pl.col("currency") == "USD")
        & pl.col("period_days").is_between(350, 380)
        & (pl.col("net_income_usd").abs() <= 3 * pl.col("total_assets_usd"))
        & (pl.col("total_assets_usd") >= 2e6)
        & (pl.col("total_assets_usd") % 1000 == 0)
        & (pl.col("shares_diluted").is_null() | (pl.col("shares_diluted") > 10_000))
    )


IDENTITIES = {
    "assets are liabilities and equity": (
        pl.col("total_assets_usd"),
        pl.col("total_liabilities_usd") + pl.col("shareholders_equity_usd"),
    ),
    "gross profit is revenue less cost": (
        pl.col("gross_profit_usd"),
        pl.col("revenue_usd") - pl.col("cost_of_revenue_usd"),
    ),
    "net income is pretax income less tax": (
        pl.col("net_income_usd"),
        pl.col("pretax_income_usd") - pl.col("income_tax_usd"),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("version", ["original", "restated"])
def test_statements_articulate(name, version):
    left, right = IDENTITIES[name]
    gaps = (
        sound()
        .filter(pl.col("version") == version)
        .select(gap=(left - right).abs() / pl.col("total_assets_usd"))
        .drop_nulls()
    )
    assert gaps.height > 1000
    assert gaps["gap"].max() <= EXACT


def test_parts_do_not_exceed_the_whole():
    rows = sound()
    current = pl.sum_horizontal(
        pl.col("cash_and_short_term_investments_usd", "receivables_usd", "inventories_usd")
    )
    assert rows.filter(current > pl.col("current_assets_usd") + 0.5).height == 0
    assert rows.filter(pl.col("current_assets_usd") > pl.col("total_assets_usd")).height == 0
    assert rows.filter(pl.col("short_term_debt_usd") > pl.col("current_liabilities_usd")).height == 0
    assert (
        rows.filter(
            pl.col("short_term_debt_usd") + pl.col("long_term_debt_usd") > pl.col("total_liabilities_usd")
        ).height
        == 0
    )


def test_retained_earnings_roll():
    rows = sound().filter(pl.col("version") == "original").sort(*KEY)
    before = pl.col("retained_earnings_usd").shift(1).over("source_entity_id")
    days = (pl.col("period_end") - pl.col("period_end").shift(1).over("source_entity_id")).dt.total_days()
    rolled = rows.with_columns(
        gap=pl.col("retained_earnings_usd")
        - before
        - pl.col("net_income_usd")
        + pl.col("dividends_paid_usd"),
        days=days,
    )
    gaps = rolled.filter(pl.col("days").is_between(350, 380)).drop_nulls("gap")
    assert gaps.height > 30_000
    assert (gaps["gap"] == 0).all()


def test_operating_cash_flow_is_plausible():
    rows = sound().drop_nulls(["operating_cash_flow_usd", "net_income_usd", "depreciation_amortization_usd"])
    gap = rows.select(
        (
            pl.col("operating_cash_flow_usd")
            - pl.col("net_income_usd")
            - pl.col("depreciation_amortization_usd")
        )
        / pl.col("total_assets_usd")
    ).to_series()
    assert gap.median() == pytest.approx(0.008, abs=0.01)
    assert gap.abs().quantile(0.99, "linear") < 0.15


def test_profitability_persists():
    rows = sound().filter(pl.col("version") == "original").sort(*KEY)
    ratio = pl.col("net_income_usd") / pl.col("total_assets_usd")
    pairs = rows.select(now=ratio, before=ratio.shift(1).over("source_entity_id")).drop_nulls()
    assert pairs.select(pl.corr("now", "before", method="spearman")).item() > 0.6


def test_zero_debt_is_written_as_zero():
    rows = fundamentals(full())
    assert not rows["is_blank_debt_zero"].any()
    assert not rows["is_value_restated"].any()
    debt_free = rows.filter((pl.col("short_term_debt_usd") == 0) & (pl.col("long_term_debt_usd") == 0))
    assert 0.08 < debt_free.height / rows.height < 0.25
    assert debt_free["interest_expense_usd"].null_count() == debt_free.height


def test_fiscal_years_end_in_different_months():
    months = fundamentals(full())["period_end"].dt.month().value_counts(normalize=True)
    assert months.height == 12
    assert 0.6 < months.filter(pl.col("period_end") == 12)["proportion"].item() < 0.8


def test_filing_lags():
    rows = fundamentals(full()).filter(
        (pl.col("version") == "original") & (pl.col("filing_date") >= pl.col("period_end"))
    )
    lag = (rows["filing_date"] - rows["period_end"]).dt.total_days()
    assert lag.min() == 50
    assert 121 <= lag.max() <= 250
    assert lag.is_between(50, 120).mean() == pytest.approx(0.96, abs=0.01)


def test_some_filing_dates_are_missing():
    assert fundamentals(full())["filing_date"].is_null().mean() == pytest.approx(0.01, abs=0.001)
    assert fundamentals(small())["filing_date"].is_null().any()


@functools.cache
def restatements() -> pl.DataFrame:
    """Restated records beside their originals, those with both filing dates."""
    rows = sound().filter(pl.col("filing_date") >= pl.col("period_end"))
    both = rows.filter(pl.col("version") == "restated").join(
        rows.filter(pl.col("version") == "original"), on=KEY, suffix="_original"
    )
    return both.with_columns(after=(pl.col("filing_date") - pl.col("filing_date_original")).dt.total_days())


def test_some_records_are_restated_later_with_other_values():
    versions = fundamentals(full())["version"].value_counts(normalize=True)
    assert 0.06 < versions.filter(pl.col("version") == "restated")["proportion"].item() < 0.10
    assert restatements()["after"].min() >= 60
    changed = restatements().filter(
        (pl.col("net_income_usd") != pl.col("net_income_usd_original"))
        | (pl.col("receivables_usd") != pl.col("receivables_usd_original"))
    )
    assert changed.height > 0.95 * restatements().height


def test_some_old_years_are_restated_when_newer_years_are_out():
    newest = sound().filter(pl.col("version") == "original").sort("filing_date").drop_nulls("filing_date")
    late = (
        restatements()
        .filter(pl.col("after") >= 730)
        .select("source_entity_id", "filing_date", "period_end")
        .sort("filing_date")
    )
    seen = late.join_asof(
        newest, on="filing_date", by="source_entity_id", suffix="_newest", check_sortedness=False
    )
    years = (seen["period_end_newest"] - seen["period_end"]).dt.total_days() / 365.25
    assert late.height > 200
    assert years.is_between(0.9, 5.1).all()
    assert years.is_between(1.9, 4.1).mean() > 0.8


@pytest.mark.parametrize("universe", [full, small])
@pytest.mark.parametrize(
    "error",
    [
        pl.col("filing_date") < pl.col("period_end"),
        pl.col("period_days") < 350,
        pl.col("currency") == "CAD",
        pl.col("net_income_usd") < -3 * pl.col("total_assets_usd"),
    ],
    ids=["filed before the period's end", "short period", "other currency", "loss beyond assets"],
)
def test_some_rows_must_be_refused(universe, error):
    rows = fundamentals(universe())
    count = rows.filter(error).height
    assert 1 <= count <= 0.005 * rows.height + 1


def test_some_rows_have_wrong_units():
    rows = fundamentals(full()).filter(pl.col("version") == "original").sort(*KEY)
    before = pl.col("total_assets_usd").shift(1).over("source_entity_id")
    jumps = rows.filter((pl.col("total_assets_usd") / before < 0.01) & (before > 0))
    assert 10 < jumps.height < 80


def test_items_are_missing_at_realistic_rates():
    rows = fundamentals(full())
    indebted = rows.filter(pl.col("long_term_debt_usd") > 0)
    assert indebted["interest_expense_usd"].is_null().mean() == pytest.approx(0.22, abs=0.06)
    for column, lowest, highest in (
        ("cost_of_revenue_usd", 0.15, 0.45),
        ("goodwill_usd", 0.05, 0.2),
        ("inventories_usd", 0.2, 0.6),
        ("current_assets_usd", 0.1, 0.4),
        ("shares_outstanding", 0.002, 0.03),
        ("short_term_debt_usd", 0.005, 0.03),
    ):
        assert lowest < rows[column].is_null().mean() < highest, column


def test_outliers_are_there():
    rows = sound()
    before_revenue = rows.filter(pl.col("revenue_usd").is_null() | (pl.col("revenue_usd") == 0))
    roe = (
        rows.filter(pl.col("shareholders_equity_usd") > 0)["net_income_usd"]
        / rows.filter(pl.col("shareholders_equity_usd") > 0)["shareholders_equity_usd"]
    )
    positive = rows.filter(pl.col("revenue_usd") > 0)
    margin = (positive["operating_cash_flow_usd"] - positive["capital_expenditures_usd"]) / positive[
        "revenue_usd"
    ]
    debt = (rows["short_term_debt_usd"] + rows["long_term_debt_usd"]) / rows["total_assets_usd"]
    assert before_revenue.height > 200
    assert (roe < -1).mean() > 0.01
    assert (margin < -1).mean() > 0.03
    assert (rows["shareholders_equity_usd"] < 0).mean() > 0.01
    assert (debt > 1).any()


def test_shares_are_counted_after_the_period():
    rows = (
        sound().filter(pl.col("version") == "original").drop_nulls(["shares_outstanding_date", "filing_date"])
    )
    rows = rows.filter(pl.col("filing_date") >= pl.col("period_end"))
    assert (rows["shares_outstanding_date"] > rows["period_end"]).all()
    assert (rows["shares_outstanding_date"] < rows["filing_date"]).all()


def test_ready_made_ratios_come_from_the_originals():
    vendor = full().vendor_metrics(*EVER).rows
    rows = (
        sound()
        .filter(pl.col("version") == "original")
        .drop_nulls(["shareholders_equity_usd", "net_income_usd"])
    )
    both = rows.join(vendor, on=KEY).drop_nulls("roe")
    gap = (both["net_income_usd"] / both["shareholders_equity_usd"] - both["roe"]).abs()
    assert both.height > 30_000
    assert gap.max() <= EXACT * both["roe"].abs().max()


def test_ready_made_ratios_have_quirks():
    vendor = full().vendor_metrics(*EVER).rows
    originals = fundamentals(full()).filter((pl.col("version") == "original") & (pl.col("period_days") > 350))
    assert 0.90 < vendor.height / originals.height < 0.98
    assert vendor["interest_coverage"].abs().max() > 1000
    assert 0.2 < vendor["interest_coverage"].is_null().mean() < 0.45
    assert vendor["market_cap_period_end_usd"].null_count() > 0
    financials = full().securities().rows.filter(pl.col("sic") == "6022")
    assert (
        vendor.join(financials, on="source_entity_id", how="semi")["debt_to_assets"].is_not_null().mean()
        > 0.9
    )
