"""What was known of a company on each day: its visible record, and its last fiscal years summed up."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.funnel import FunnelRules
from tests.oracle.versions_polars import of_one_version, trusted

KEY = ["entity_id", "period_end", "version", "available_date", "source"]
ITEMS = ("cash_and_short_term_investments_usd", "interest_expense_usd", "net_interest_expense_usd")
EXTRAS = (
    *(
        "goodwill_to_assets",
        "goodwill_to_assets_reason",
        "unusual_items_share",
        "unusual_items_share_reason",
        "shareholder_payout_usd",
    ),
    *(
        "share_count_change_reason",
        "accruals_cash_flow_reason",
        "cash_conversion_reason",
        "capex_intensity_reason",
    ),
    "operating_margin_reason",
)
"""Columns of the visible record that core.metrics_as_of does not have."""
FIGURES = (
    *("net_income_usd", "operating_cash_flow_usd", "free_cash_flow_usd", "revenue_usd", "total_assets_usd"),
    *("net_margin", "gross_margin", "operating_margin"),
)


def days_of_news(fundamentals: pl.DataFrame, metrics: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Put together what a date sees of a company, once for each day on which it changes.

    Parameters
    ----------
    fundamentals, metrics
        Rows of core.annual_fundamentals and core.annual_metrics, all years.
    rules
        Number of years, and what the year before is.

    Returns
    -------
    pl.DataFrame
        One row per company and available_date, sorted by available_date.
    """
    records = (
        metrics.select(*KEY, *EXTRAS, *FIGURES)
        .join(_items(fundamentals), on=KEY, how="left")
        .sort("period_end", "available_date", pl.col("version") == "restated", "version", "source")
        .with_row_index("record")
    )
    days = records.select("entity_id", "available_date").unique().sort("available_date").with_row_index("day")
    known = _years_known(days, records, rules)
    sums = _summed(known.select("day", "back", "record"), records, rules)
    newest = known.filter(pl.col("back") == 0)
    visible = records.select(*EXTRAS, *ITEMS)[newest["record"]].with_columns(newest["day"])
    return (
        days.join(visible, on="day", how="left")
        .join(sums, on="day", how="left")
        .drop("day")
        .sort("available_date")
    )


def _items(fundamentals: pl.DataFrame) -> pl.DataFrame:
    gross, net = "interest_expense_usd", "net_interest_expense_usd"
    known = fundamentals.with_columns(trusted(name) for name in ITEMS)
    return known.select(*KEY, ITEMS[0], of_one_version(gross, net), of_one_version(net, gross))


def _years_known(days: pl.DataFrame, records: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Find for each day the newest record of the visible year and of the unbroken run of years before it."""
    dated = records.lazy().select(
        "entity_id", "period_end", "record", pl.col("available_date").alias("known_on")
    )
    known = (
        days.lazy()
        .join(dated, on="entity_id")
        .filter(pl.col("known_on") <= pl.col("available_date"))
        .select("day", "period_end", "record")
    )
    last = known.group_by("day").agg(pl.col("period_end").max().alias("last_end"))
    apart = (pl.col("last_end") - pl.col("period_end")).dt.total_days()
    back = (apart / 365.25).round().cast(pl.Int64)
    beyond = apart - ((back - 1) * 365.25).round()
    is_year = (apart == 0) | (
        (back > 0) & beyond.is_between(rules.prior_year.min_days, rules.prior_year.max_days)
    )
    return (
        known.join(last, on="day")
        .filter(is_year, back < rules.history.years)
        .group_by("day", back.alias("back"))
        .agg(pl.col("record").max())
        .sort("day", "back")
        .filter(pl.col("back") == pl.col("back").cum_count().over("day") - 1)
        .collect()
    )


def _summed(years: pl.DataFrame, records: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Sum up each day's years, newest first."""
    rows = years.hstack(records.select(FIGURES)[years["record"]])
    profit, cash, free, margin = (
        pl.col(name)
        for name in ("net_income_usd", "operating_cash_flow_usd", "free_cash_flow_usd", "operating_margin")
    )
    is_unbacked = cash < rules.income.least_cash_backing * profit
    growth = pl.col("revenue_usd") - pl.col("revenue_usd").shift(-1)
    summed = {"profit": profit, "cash": cash}
    counted = {"profit": profit, "cash": cash, "free": free, "margin": margin}
    # A slope of fewer years than there are would be another's: every year has to be known.
    centred = pl.col("back").mean() - pl.col("back")
    slope = {
        name: pl.when(pl.col(name).null_count() == 0, pl.len() > 1).then(
            (centred * pl.col(name)).sum() / (centred**2).sum()
        )
        for name in ("gross_margin", "operating_margin")
    }
    is_operating = (pl.col("gross_margin").count() == 0) & (margin.count() > 0)
    return rows.group_by("day", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("years"),
        *(figure.count().cast(pl.Int64).alias(f"{name}_known") for name, figure in counted.items()),
        *((figure > 0).sum().cast(pl.Int64).alias(f"{name}_positive") for name, figure in counted.items()),
        *(figure.first().alias(f"{name}_last") for name, figure in summed.items()),
        *(figure.last().alias(f"{name}_first") for name, figure in summed.items()),
        *(
            pl.when(figure.null_count() == 0).then(figure.sum()).alias(f"{name}_sum")
            for name, figure in summed.items()
        ),
        pl.col("net_margin").min().alias("least_net_margin"),
        margin.min().alias("least_operating_margin"),
        (cash / pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd"))
        .min()
        .alias("least_cash_to_assets"),
        is_operating.alias("is_operating_margin_used"),
        pl.when(is_operating)
        .then(slope["operating_margin"])
        .otherwise(slope["gross_margin"])
        .alias("margin_slope"),
        is_unbacked.sum().cast(pl.Int64).alias("unbacked"),
        is_unbacked.count().cast(pl.Int64).alias("backing_known"),
        (growth < 0).sum().cast(pl.Int64).alias("revenue_falls"),
        growth.count().cast(pl.Int64).alias("revenue_changes_known"),
    )
