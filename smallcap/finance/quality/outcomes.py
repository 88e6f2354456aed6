"""Outcomes of a quintile's companies over twelve months, on the later date so that nothing looks ahead.

The row of an as_of has the outcomes of the companies that were in the quintile at the as_of of the same
calendar month a year earlier.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import visible

ALL_SCORED = 0
OUTCOME_KEYS = ("as_of", "method", "basis", "quintile")
_COHORT = ["as_of", "formed_as_of", "entity_id"]


def outcomes(
    scores: pl.DataFrame,
    asked: pl.DataFrame,
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
) -> pl.DataFrame:
    """Follow each quintile of a year earlier up to as_of.

    Parameters
    ----------
    scores
        Rows of marts.quality_scores, including the year before.
    asked
        The rows of `scores` whose as_ofs, methods and bases need outcomes.
    members
        Rows of core.members for both years: current membership, and the line whose returns are used.
    annual_metrics
        Rows of core.annual_metrics: the records visible at as_of.
    prices
        Rows of raw.prices: monthly total returns.

    Returns
    -------
    pl.DataFrame
        One row per as_of, method, basis and quintile (0: all scored) whose earlier scores are available, with
        formed_as_of and the outcome_ columns of marts.quality_summary. If no company was scored a year
        earlier, the counts are zero and the shares null.
    """
    pairs = _formed(scores, asked)
    formed = pairs.join(
        scores.filter(pl.col("status") == "scored").select(
            pl.col("as_of").alias("formed_as_of"), "method", "basis", "entity_id", "quintile"
        ),
        on=["formed_as_of", "method", "basis"],
    )
    companies = formed.select(_COHORT).unique().sort(_COHORT)
    fates = (
        _later_records(companies, annual_metrics)
        .join(_exits(companies, members), on=_COHORT)
        .join(_drawdowns(companies, members, prices), on=_COHORT, how="left")
    )
    followed = formed.join(fates, on=_COHORT)
    both = pl.concat([followed, followed.with_columns(pl.lit(ALL_SCORED, pl.Int64).alias("quintile"))])
    measured = (
        both.sort(*OUTCOME_KEYS, "entity_id").group_by(OUTCOME_KEYS, maintain_order=True).agg(_measures())
    )
    frame = pairs.join(pl.DataFrame({"quintile": range(6)}, schema={"quintile": pl.Int64}), how="cross")
    return frame.join(measured, on=OUTCOME_KEYS, how="left").with_columns(
        pl.col("outcome_companies", "outcome_reported").fill_null(0),
    )


def _formed(scores: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Pair each as_of with the last one of the same calendar month a year earlier, per method and basis."""
    groups = ["method", "basis"]
    month = [pl.col("as_of").dt.year().alias("in_year"), pl.col("as_of").dt.month().alias("in_month")]
    known = scores.select("as_of", *groups).unique().with_columns(month)
    earlier = known.group_by(*groups, "in_month", (pl.col("in_year") + 1).alias("in_year")).agg(
        pl.col("as_of").max().alias("formed_as_of")
    )
    later = asked.select("as_of", *groups).unique().with_columns(month)
    return later.join(earlier, on=[*groups, "in_year", "in_month"]).select("as_of", "formed_as_of", *groups)


def _later_records(companies: pl.DataFrame, annual_metrics: pl.DataFrame) -> pl.DataFrame:
    """Find each company's record visible at as_of, if its fiscal year ended after formed_as_of."""
    columns = [
        "entity_id",
        "period_end",
        "version",
        "source",
        "available_date",
        "net_income_usd",
        "debt_to_assets",
    ]
    seen = visible(annual_metrics.select(columns), companies)
    is_later = (pl.col("period_end") > pl.col("formed_as_of")).fill_null(False)
    return seen.select(
        *_COHORT,
        is_later.alias("is_reported"),
        pl.when(is_later).then(pl.col("net_income_usd") < 0).alias("is_loss"),
        pl.when(is_later).then("debt_to_assets").alias("later_debt_to_assets"),
    )


def _exits(companies: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Flag the companies that are no longer members at as_of."""
    present = members.select("as_of", "entity_id", pl.lit(False).alias("is_exit"))
    return companies.join(present, on=["as_of", "entity_id"], how="left").with_columns(
        pl.col("is_exit").fill_null(True)
    )


def _drawdowns(companies: pl.DataFrame, members: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Compute each company's largest drawdown at month ends, on its largest line at formation.

    The start counts as a peak. A company whose returns stop is measured to its last return; a month without a
    return is skipped, never taken as zero; a company without any return has no drawdown.
    """
    returns = prices.select("security_id", "date", "total_return").drop_nulls()
    lines = members.select(pl.col("as_of").alias("formed_as_of"), "entity_id", "security_id")
    # Join the dates of each window first: joining a line's full history and filtering afterwards would
    # create millions of rows.
    windows = companies.select("as_of", "formed_as_of").unique()
    dated = windows.join(returns.select("date").unique(), how="cross").filter(
        pl.col("date").is_between("formed_as_of", "as_of", closed="right")
    )
    months = companies.join(lines, on=["formed_as_of", "entity_id"]).join(dated, on=["as_of", "formed_as_of"])
    observed = months.join(returns, on=["security_id", "date"])
    wealth = (1 + pl.col("total_return")).cum_prod()
    peak = pl.max_horizontal(wealth.cum_max(), pl.lit(1.0))
    return (
        observed.sort(*_COHORT, "date")
        .group_by(_COHORT, maintain_order=True)
        .agg((wealth / peak - 1).min().alias("drawdown"))
    )


def _measures() -> list[pl.Expr]:
    """Aggregate the outcomes of a quintile."""
    return [
        pl.len().cast(pl.Int64).alias("outcome_companies"),
        pl.col("is_reported").sum().cast(pl.Int64).alias("outcome_reported"),
        pl.col("is_loss").mean().alias("outcome_loss_share"),
        pl.col("later_debt_to_assets").median().alias("outcome_debt_to_assets_median"),
        pl.col("is_exit").mean().alias("outcome_exit_share"),
        pl.col("drawdown").median().alias("outcome_max_drawdown_median"),
    ]
