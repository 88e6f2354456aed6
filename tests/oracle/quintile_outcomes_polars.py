"""What became of the quintiles as a bare Polars script for all years at once.

It shares thresholds with smallcap, and none of the calculations.
"""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.quintiles import OutcomeRules

ROW = ["as_of", "method", "basis", "quintile"]
CASE = ["as_of", "formed_as_of", "entity_id"]
GONE = ("graduated", "acquired", "failed", "other", "unknown")
MONTH = 365.25 / 12


def outcomes(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    changes: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: OutcomeRules,
) -> pl.DataFrame:
    """Make the columns of marts.quintile_outcomes but year and rule_set, for quintiles with a company."""
    day = pl.col("as_of")
    ends = day.dt.month_end() == day
    back = pl.when(ends).then(rules.judged_after_months).otherwise(rules.judged_after_months + 1)
    number = day.dt.year().cast(pl.Int64) * 12 + day.dt.month() - 1 - back
    dates = (
        scores.select("as_of")
        .unique()
        .with_columns(formed_as_of=pl.date(number // 12, number % 12 + 1, 1).dt.month_end())
    )
    scored = scores.filter(status="scored").select(
        pl.col("as_of").alias("formed_as_of"), "method", "basis", "entity_id", "quintile"
    )
    formed = dates.join(scored, on="formed_as_of")
    cases = formed.select(CASE).unique()
    told = cases.join(_reported(cases, metrics, rules), on=CASE, how="left")
    left = told.join(_gone(cases, members, changes, prices, securities, rules), on=CASE, how="left")
    full = formed.join(left, on=CASE)
    both = pl.concat([full, full.with_columns(quintile=pl.lit(0, pl.Int64))])
    count = {f"exits_{cause}": (pl.col("gone") == cause).sum().cast(pl.Int64) for cause in GONE}
    made = both.group_by(*ROW, "formed_as_of").agg(
        companies=pl.len().cast(pl.Int64),
        reported=pl.col("loss").is_not_null().sum().cast(pl.Int64),
        losses=pl.col("loss").sum().cast(pl.Int64),
        debt_to_assets_median=pl.col("debt_to_assets").median(),
        months_to_period_end_median=pl.col("ended").median(),
        months_to_known_median=pl.col("known").median(),
        exits=pl.col("gone").is_not_null().sum().cast(pl.Int64),
        **count,
    )
    silent = pl.col("companies") - pl.col("reported")
    return made.with_columns(
        reported_share=pl.col("reported") / pl.col("companies"),
        loss_share=pl.when(pl.col("reported") > 0).then(pl.col("losses") / pl.col("reported")),
        loss_share_low=pl.col("losses") / pl.col("companies"),
        loss_share_high=(pl.col("losses") + silent) / pl.col("companies"),
        exit_share=pl.col("exits") / pl.col("companies"),
    )


def _reported(cases: pl.DataFrame, metrics: pl.DataFrame, rules: OutcomeRules) -> pl.DataFrame:
    formed, least = pl.col("formed_as_of"), rules.least_months_to_period_end
    rows = metrics.drop_nulls("net_income_usd").with_columns(restated=pl.col("version") == "restated")
    known = cases.join(rows, on="entity_id").filter(
        pl.col("available_date") <= pl.col("as_of"),
        pl.col("period_end") >= formed.dt.offset_by(f"{least}mo"),
        pl.col("period_end") < formed.dt.offset_by(f"{least + 12}mo"),
    )
    first = known.filter(pl.col("period_end") == pl.col("period_end").min().over(CASE))
    last = (
        first.sort("available_date", "restated", "version", "source")
        .group_by(CASE, maintain_order=True)
        .last()
    )
    return last.select(
        *CASE,
        "debt_to_assets",
        loss=pl.col("net_income_usd") < 0,
        ended=(pl.col("period_end") - formed).dt.total_days() / MONTH,
        known=(pl.col("available_date") - formed).dt.total_days() / MONTH,
    )


def _gone(
    cases: pl.DataFrame,
    members: pl.DataFrame,
    changes: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: OutcomeRules,
) -> pl.DataFrame:
    out = cases.join(members, on=["as_of", "entity_id"], how="anti")
    removed = changes.filter(change="removed").select("entity_id", "cause", "security_id", at="as_of")
    why = (
        out.join(removed, on="entity_id")
        .filter(pl.col("at") > pl.col("formed_as_of"), pl.col("at") <= pl.col("as_of"))
        .sort("at")
        .group_by(CASE, maintain_order=True)
        .last()
    )
    stopped = why.filter(cause="delisted_or_acquired").select(*CASE, "security_id")
    path = stopped.join(
        prices.select("security_id", "date", "close_usd", "total_return"), on="security_id"
    ).filter(pl.col("date") <= pl.col("as_of"))
    ends = (
        path.sort("date")
        .group_by(CASE)
        .agg(
            close=pl.col("close_usd").drop_nulls().last(),
            year=pl.col("total_return").drop_nulls().tail(12).log1p().sum().exp() - 1,
        )
    )
    has_failed = (pl.col("close") < rules.failed_price_usd) | (pl.col("year") < rules.failed_return)
    spells = securities.drop_nulls("delisting_cause").sort("valid_from")
    told = spells.group_by("security_id", maintain_order=True).agg(pl.last("delisting_cause").alias("told"))
    named = stopped.join(told, on="security_id").select(*CASE, "told")
    names = {"graduated": "graduated", "below_minimum": "other", "delisted_or_acquired": "acquired"}
    cause = pl.col("cause").replace_strict(names, default="unknown")
    return (
        out.join(why, on=CASE, how="left")
        .join(ends, on=CASE, how="left")
        .join(named, on=CASE, how="left")
        .select(
            *CASE,
            gone=pl.when(pl.col("told") == "performance")
            .then(pl.lit("failed"))
            .when(pl.col("told") == "acquired")
            .then(pl.lit("acquired"))
            .when((cause == "acquired") & has_failed)
            .then(pl.lit("failed"))
            .otherwise(cause)
            .fill_null("unknown"),
        )
    )
