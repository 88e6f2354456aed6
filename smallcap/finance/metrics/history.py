"""Values of earlier years for each annual row, as known when the row became known."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import take, visible_history
from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.metrics import YearsRules

PRIOR_COLUMNS = (
    "scale_suspect_fields",
    "revenue_usd",
    "net_income_usd",
    "shareholders_equity_usd",
    "total_assets_usd",
    "current_assets_usd",
    "current_liabilities_usd",
    "cash_and_short_term_investments_usd",
    "short_term_debt_usd",
    "is_debt_explained_zero",
    "interest_expense_usd",
    "net_interest_expense_usd",
    "shares_outstanding",
    "shares_basic",
    "shares_diluted",
    "shares_outstanding_date",
    "period_end",
)
"""Columns whose prior-year value is needed; it is added with the suffix `_prior`."""


def with_history(rows: pl.DataFrame, prior_year: DayRange, cash_years: YearsRules) -> pl.DataFrame:
    """Add last year's values and the sums over consecutive years.

    Parameters
    ----------
    rows
        Annual rows, including earlier years; suspect figures null.
    prior_year
        Days back in which the prior year's period_end is expected.
    cash_years
        Number of years over which cash flow and income are summed.

    Returns
    -------
    pl.DataFrame
        The rows in the same order, with `has_prior_year`, the `PRIOR_COLUMNS` with suffix `_prior`, and
        `years_summed`, `net_income_sum` and `operating_cash_flow_sum`: over this year and the unbroken run of
        years before it in which both figures are known.
    """
    history = visible_history(rows, max(cash_years.years - 1, 1), prior_year)
    last_year = _last_year(rows, history)
    prior = take(rows.select(pl.col(name).alias(f"{name}_prior") for name in PRIOR_COLUMNS), last_year)
    sums = _sums(rows, history, cash_years.years)
    return rows.hstack([last_year.is_not_null().alias("has_prior_year")]).hstack(prior).hstack(sums)


def _last_year(rows: pl.DataFrame, history: pl.DataFrame) -> pl.Series:
    """Return the row number of each row's record of the year before; null if there is none."""
    records = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"))
    last = history.filter(pl.col("years_back") == 1)
    return records.join(last, on="record", how="left", maintain_order="left")["prior"]


def _sums(rows: pl.DataFrame, history: pl.DataFrame, years: int) -> pl.DataFrame:
    """Sum net income and operating cash flow over the unbroken run of years of each row, in order."""
    is_usable = pl.all_horizontal(pl.col("net_income_usd", "operating_cash_flow_usd").is_not_null())
    figures = rows.select("net_income_usd", "operating_cash_flow_usd", is_usable.alias("is_usable"))
    this_year = figures.with_row_index("record").with_columns(pl.lit(0, dtype=pl.Int64).alias("years_back"))
    earlier = (
        history.filter(pl.col("years_back") < years)
        .select("record", "years_back")
        .hstack(take(figures, history.filter(pl.col("years_back") < years)["prior"]))
    )
    chain = pl.concat([this_year, earlier], how="diagonal").filter("is_usable").sort("record", "years_back")
    # In an unbroken run the n-th usable year is n years back; after a gap it is further back.
    run = chain.filter(pl.col("years_back") == pl.int_range(pl.len()).over("record"))
    sums = run.group_by("record").agg(
        pl.len().cast(pl.Int64).alias("years_summed"),
        pl.col("net_income_usd").sum().alias("net_income_sum"),
        pl.col("operating_cash_flow_usd").sum().alias("operating_cash_flow_sum"),
    )
    return (
        this_year.select("record").join(sums, on="record", how="left", maintain_order="left").drop("record")
    )
