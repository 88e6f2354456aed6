"""Fourth quarters, which no 10-Q reports: the year of an annual record, and its balance sheet."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.metrics.fields import FIELDS, SHARE_FIELDS, SUSPECT, without_suspects
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.quarters.placing import placed
from smallcap.rules.types.sanity import SanityRules

AVERAGES: Final = ("shares_basic", "shares_diluted")
"""Averages over the year, which say nothing of its last quarter."""


def fourth_quarters(annual: pl.DataFrame, quarters: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Turn annual records into fourth quarters whose flows are not yet known.

    Parameters
    ----------
    annual
        Rows of core.annual_fundamentals.
    quarters
        Placed quarterly rows. An annual record makes no quarter where the source has given one that ends
        about the same day, nor where no third quarter of the year fits.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        Rows in the columns of `quarters`: years to date are those of the year, flows null, `period_days` the
        days since the third quarter; `is_annual` is true.
    """
    started = placed(
        annual.with_columns(
            pl.when(pl.col("period_days").is_not_null())
            .then(pl.col("period_end") - pl.duration(days=pl.col("period_days") - 1))
            .alias("fiscal_year_start")
        ),
        annual,
        rules,
    )
    own = _not_served(started.with_row_index("row"), quarters, rules)
    third = quarters.filter(pl.col("fiscal_quarter") == 3)
    return _as_quarters(_after_third(own, third, rules), quarters)


def _not_served(years: pl.DataFrame, quarters: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Leave out records of which the source had given the last quarter when they became known."""
    apart = (pl.col("period_end") - pl.col("period_end_served")).dt.total_days().abs()
    served = (
        years.select("row", "entity_id", "period_end", "available_date")
        .join(quarters.select("entity_id", "period_end", "available_date"), on="entity_id", suffix="_served")
        .filter(apart < rules.quarter.min_days, pl.col("available_date_served") <= pl.col("available_date"))
    )
    return years.join(served.select("row").unique(), on="row", how="anti").sort("row").drop("row")


def _after_third(own: pl.DataFrame, third: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Keep years with a third quarter, and measure the quarter after it."""
    ends = third.group_by("entity_id", "fiscal_year_start").agg(pl.col("period_end").max().alias("third_end"))
    days = (pl.col("period_end") - pl.col("third_end")).dt.total_days()
    return (
        own.join(ends, on=["entity_id", "fiscal_year_start"], maintain_order="left")
        .with_columns(days.alias("period_days"))
        .filter(pl.col("period_days").is_between(rules.quarter.min_days, rules.quarter.max_days))
    )


def _as_quarters(years: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """Bring years into the columns of quarters; a flow with a suspect scale is unknown."""
    sound = without_suspects(years, FLOWS)
    at_end = [name for name in FIELDS if name not in (*FLOWS, *SHARE_FIELDS)]
    suspects = (
        pl.col(SUSPECT)
        .str.split(", ")
        .list.eval(pl.element().filter(pl.element().is_in([*at_end, "shares_outstanding"])))
        .list.join(", ")
    )
    rows = sound.with_columns(
        *(pl.col(flow).alias(longer) for flow, longer in YEAR_TO_DATE.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in (*FLOWS, *AVERAGES)),
        pl.lit(4, pl.Int64).alias("fiscal_quarter"),
        pl.when(suspects != "").then(suspects).alias(SUSPECT),
        pl.lit(value=True).alias("is_annual"),
    )
    return rows.select(quarters.columns)
