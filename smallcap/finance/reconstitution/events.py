"""marts.reconstitution_events: each reconstitution, by group of companies and window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.index.membership import ADDED, REMOVED
from smallcap.finance.reconstitution.groups import (
    ADDITIONS,
    DELETIONS,
    DIFFERENCE,
    GROUPS,
    last_trades,
    moved_names,
)
from smallcap.finance.reconstitution.returns import Market, earned, index_returns, loadings_before
from smallcap.finance.reconstitution.windows import WHOLE_MONTHS, windows, with_lists
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.reconstitution import ReconstitutionEvents

NONE, INDEX, FIVE_FACTOR = "none", "index", "five_factor"
ADJUSTMENTS: Final = (NONE, INDEX, FIVE_FACTOR)
TO_CONFIRM: Final = "to_confirm"
SPAN: Final = ["event", "window"]
SIDE: Final = {ADDED: ADDITIONS, REMOVED: DELETIONS}


def reconstitution_events(
    members: pl.DataFrame,
    changes: pl.DataFrame,
    prices: pl.DataFrame,
    returns: pl.DataFrame,
    securities: pl.DataFrame,
    factors: pl.DataFrame,
    events: Sequence[Reconstitution],
    rules: EventStudyRules,
) -> pl.DataFrame:
    """Measure the returns around each reconstitution, by group, window and adjustment.

    Parameters
    ----------
    members
        Rows of core.members: as_of, entity_id, security_id, weight, fund, snapshot_date.
    changes
        Rows of marts.index_changes: as_of, entity_id, change, cause, size_quantile.
    prices
        Rows of raw.prices: security_id, date, close_usd.
    returns
        Rows of core.monthly_returns: month, security_id, total_return.
    securities
        Rows of raw.securities: security_id, valid_from, delisting_cause.
    factors
        Rows of core.factors_monthly.
    events, rules
        The calendar and the thresholds.

    Returns
    -------
    pl.DataFrame
        One row per event, group, window and adjustment, in the columns of marts.reconstitution_events, sorted
        by effective day, event, group, window and adjustment.
    """
    dated = with_lists(events, members, rules)
    spans = windows(dated, pl.lit(returns["month"].max(), pl.Date), rules)
    moved = moved_names(dated, members, changes, last_trades(prices, returns, securities), rules)
    loadings = loadings_before(moved, dated, returns, factors, rules)
    market = Market(index_returns(members, returns), factors)
    measured = spans.filter(pl.col("reason").is_null())
    companies = earned(measured, moved, returns, market, loadings)
    means = _with_difference(_means(companies))
    rows = (
        _laid_out(spans)
        .join(_of_index(measured, market), on=SPAN, how="left")
        .join(_counts(moved), on=["event", "group"], how="left")
        .join(means, on=[*SPAN, "group", "adjustment"], how="left")
        .join(_turnover(moved), on="event", how="left")
        .with_columns(
            pl.lit(factors["vintage"].max() if factors.height else None, pl.String).alias("factor_vintage"),
            pl.lit(rules.label).alias("rule_set"),
        )
    )
    return in_columns_of(without_nan(_finished(rows, rules)), ReconstitutionEvents).sort(
        "effective_date", "event", "group", "window", "adjustment"
    )


def _laid_out(spans: pl.DataFrame) -> pl.DataFrame:
    """Repeat each window for every group and adjustment."""
    groups, adjustments = pl.DataFrame({"group": GROUPS}), pl.DataFrame({"adjustment": ADJUSTMENTS})
    return spans.join(groups, how="cross").join(adjustments, how="cross")


def _counts(moved: pl.DataFrame) -> pl.DataFrame:
    """Count the names of each event and group, and of the sums of groups."""
    return _grouped(moved).group_by("event", "group").agg(pl.len().cast(pl.Int64).alias("names"))


def _grouped(rows: pl.DataFrame) -> pl.DataFrame:
    """Repeat each company's row for its own group, for all of its side, and for both sides."""
    side = pl.col("change").replace_strict(SIDE, return_dtype=pl.String)
    return pl.concat(
        [rows, rows.with_columns(side.alias("group")), rows.with_columns(pl.lit(DIFFERENCE).alias("group"))]
    )


def _means(companies: pl.DataFrame) -> pl.DataFrame:
    """Average the names of each group, by adjustment; the difference of the sides is taken later."""
    long = _grouped(companies).unpivot(
        ADJUSTMENTS,
        index=[*SPAN, "group", "known", "months", "has_loadings"],
        variable_name="adjustment",
        value_name="earned",
    )
    return long.group_by(*SPAN, "group", "adjustment").agg(
        pl.len().cast(pl.Int64).alias("names_with_returns"),
        (pl.col("known") < pl.col("months")).sum().cast(pl.Int64).alias("names_incomplete"),
        pl.col("has_loadings").sum().cast(pl.Int64).alias("names_with_loadings"),
        # The order of the names must not move the last digit.
        pl.when(pl.col("earned").is_not_null().all())
        .then(pl.col("earned").sort().mean())
        .alias("mean_return"),
    )


def _with_difference(means: pl.DataFrame) -> pl.DataFrame:
    """Replace the mean over both sides by the mean of the additions less that of the deletions."""
    key = [*SPAN, "adjustment"]
    sides = [
        means.filter(pl.col("group") == side).select(*key, pl.col("mean_return").alias(side))
        for side in SIDE.values()
    ]
    return (
        means.join(sides[0], on=key, how="left")
        .join(sides[1], on=key, how="left")
        .with_columns(
            pl.when(pl.col("group") == DIFFERENCE)
            .then(pl.col(ADDITIONS) - pl.col(DELETIONS))
            .otherwise("mean_return")
            .alias("mean_return")
        )
        .drop(ADDITIONS, DELETIONS)
    )


def _of_index(measured: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Compound the index over each window; null if a month is unknown."""
    monthly = measured.select(*SPAN, "first_month", "last_month", "months").join_where(
        market.index, pl.col("first_month") <= pl.col("month"), pl.col("month") <= pl.col("last_month")
    )
    is_whole = pl.len() == pl.col("months").first()
    return (
        monthly.sort(*SPAN, "month")
        .group_by(SPAN, maintain_order=True)
        .agg(
            pl.when(is_whole).then((1 + pl.col("index_return")).product() - 1).alias("index_return"),
            pl.when(is_whole).then(pl.col("weight_covered").min()).alias("index_weight_covered"),
        )
    )


def _turnover(moved: pl.DataFrame) -> pl.DataFrame:
    """Sum half the weights added and removed at each event; unknown if no weight is."""
    weight = pl.col("weight")
    return (
        moved.sort("event", "entity_id")
        .group_by("event", maintain_order=True)
        .agg(pl.when(weight.count() > 0).then(weight.sum() / 2).alias("turnover"))
    )


def _reason() -> pl.Expr:
    """Return why nothing is estimated, null where something is; a reason that a row has stays."""
    return (
        pl.when(pl.col("reason").is_not_null())
        .then("reason")
        .when(pl.col("names_with_returns") == 0)
        .then(pl.lit("no company of the group has a return"))
        .when((pl.col("adjustment") != NONE) & pl.col("index_return").is_null())
        .then(pl.lit("the return of the index is not known in every month"))
        .when((pl.col("group") == DIFFERENCE) & pl.col("mean_return").is_null())
        .then(pl.lit("no company with a return on one side"))
        .alias("reason")
    )


def _finished(rows: pl.DataFrame, rules: EventStudyRules) -> pl.DataFrame:
    """Say what is estimated and why the rest is not, and what a fund paid."""
    counts = ("names", "names_with_returns", "names_incomplete", "names_with_loadings")
    is_difference, is_adjusted = pl.col("group") == DIFFERENCE, pl.col("adjustment") != NONE
    judged = rows.with_columns(pl.col(counts).fill_null(0)).with_columns(_reason())
    is_estimated = pl.col("reason").is_null()
    return judged.with_columns(
        pl.when(is_estimated).then("mean_return").alias("mean_return"),
        pl.when(is_difference).then("turnover").alias("turnover"),
        pl.when(is_estimated & is_difference & is_adjusted)
        .then(pl.col("turnover") * pl.col("mean_return"))
        .alias("fund_cost"),
        pl.when(is_estimated).then(pl.lit(ESTIMATED)).otherwise(pl.lit(INSUFFICIENT)).alias("status"),
        pl.lit(WHOLE_MONTHS).alias("window_basis"),
        pl.when(pl.col("rank_status").is_not_null())
        .then(pl.col("rank_status") == TO_CONFIRM)
        .alias("is_rank_date_unconfirmed"),
        (pl.col("index_weight_covered") < rules.least_index_weight).alias("is_index_survivors_only"),
    )
