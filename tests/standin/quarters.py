"""Quarterly statements as the vendor serves them: each flow of the three months, fourth quarters too."""

from __future__ import annotations

import polars as pl

YEAR = ["source_entity_id", "fiscal_year_start"]
LONGER = "_year_to_date_usd"


def discrete_quarters(quarters: pl.DataFrame, annual: pl.DataFrame) -> pl.DataFrame:
    """Turn the sample's 10-Qs into discrete quarters.

    The first filing of each quarter is used, and of years with all three; restatements are left out. The
    fourth quarter is the year less nine months, filed with the annual report.
    """
    flows = [name.removesuffix(LONGER) + "_usd" for name in quarters.columns if name.endswith(LONGER)]
    first = (
        quarters.filter((pl.col("version") == "original") & (pl.col("currency") == "USD"))
        .sort("filing_date", nulls_last=True)
        .unique(["source_entity_id", "period_end"], keep="first", maintain_order=True)
        .sort("source_entity_id", "period_end")
    )
    whole = first.filter(pl.len().over(YEAR) == 3)
    number = pl.int_range(1, pl.len() + 1).over(YEAR)
    three_months = [
        pl.coalesce(
            flow, pl.col(longer(flow)) - pl.col(longer(flow)).shift(1, fill_value=0.0).over(YEAR)
        ).alias(flow)
        for flow in flows
    ]
    served = whole.with_columns(number.alias("number")).with_columns(three_months)
    return pl.concat(
        [
            served.with_columns(pl.format("Q{}", "number").alias("fiscal_period")),
            _fourth(served, annual, flows),
        ],
        how="diagonal",
    ).drop("number")


def longer(flow: str) -> str:
    """Name a flow of the year to date."""
    return flow.removesuffix("_usd") + LONGER


def _fourth(served: pl.DataFrame, annual: pl.DataFrame, flows: list[str]) -> pl.DataFrame:
    nine_months = served.filter(pl.col("number") == 3).select(
        *YEAR, *(pl.col(longer(flow)).alias(f"{flow}_before") for flow in flows), ended="period_end"
    )
    start = pl.col("period_end") - pl.duration(days=pl.col("period_days") - 1)
    days = (pl.col("period_end") - pl.col("ended")).dt.total_days()
    return (
        annual.filter((pl.col("version") == "original") & (pl.col("currency") == "USD"))
        .with_columns(start.alias("fiscal_year_start"))
        .join(nine_months, on=YEAR)
        .with_columns(
            *((pl.col(flow) - pl.col(f"{flow}_before")).alias(flow) for flow in flows),
            days.alias("period_days"),
            pl.lit("Q4").alias("fiscal_period"),
            pl.lit(None, pl.Float64).alias("shares_basic"),
            pl.lit(None, pl.Float64).alias("shares_diluted"),
        )
        .drop("ended", *(f"{flow}_before" for flow in flows))
    )
