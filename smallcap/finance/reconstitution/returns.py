"""What each company earned in each window: as it is, less the index, and less loadings times factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.factors.fit import Floats
from smallcap.finance.factors.rolling import rolling_loadings
from smallcap.finance.factors.series import RISK_FREE, month_number
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.factors import COLUMN_OF

FACTORS: Final = tuple(column for term, column in COLUMN_OF.items() if term != "MOM")
LIST_AGE_DAYS: Final = 31
"""A month's index weights come from the latest list before it, at most so many days older than its start."""


@dataclass(frozen=True)
class Market:
    """The index's return by month (month, index_return, weight_covered), and the factors by month."""

    index: pl.DataFrame
    factors: pl.DataFrame


def index_returns(members: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Compute the return of the index by month: of the members before the month, by their weights.

    A list without weights is weighted equally.

    Parameters
    ----------
    members
        Rows of core.members: as_of, security_id, weight.
    returns
        Rows of core.monthly_returns.

    Returns
    -------
    pl.DataFrame
        month, index_return and weight_covered, the share of the weight with a return; sorted by month.
    """
    months = returns.select("month").unique().sort("month")
    lists = members.select("as_of").unique().sort("as_of")
    begun = months.with_columns(pl.col("month").dt.month_start().dt.offset_by("-1d").alias("begun"))
    listed = begun.join_asof(
        lists, left_on="begun", right_on="as_of", tolerance=f"{LIST_AGE_DAYS}d", coalesce=False
    ).drop_nulls("as_of")
    has_weights = pl.col("weight").is_not_null().any().over("as_of")
    weighted = members.select(
        "as_of", "security_id", pl.when(has_weights).then("weight").otherwise(1.0).alias("weight")
    ).drop_nulls("weight")
    earned = listed.join(weighted, on="as_of").join(
        returns.select("month", "security_id", "total_return"), on=["month", "security_id"], how="left"
    )
    held = pl.col("weight").filter(pl.col("total_return").is_not_null()).sum()
    return (
        earned.sort("month", "security_id")
        .group_by("month", maintain_order=True)
        .agg(
            pl.when(held > 0)
            .then((pl.col("weight") * pl.col("total_return")).sum() / held)
            .alias("index_return"),
            (held / pl.col("weight").sum()).alias("weight_covered"),
        )
        .drop_nulls("index_return")
    )


def loadings_before(
    moved: pl.DataFrame,
    dated: pl.DataFrame,
    returns: pl.DataFrame,
    factors: pl.DataFrame,
    rules: EventStudyRules,
) -> pl.DataFrame:
    """Regress each company's excess returns on the five factors, in the months that end before the rank day.

    Parameters
    ----------
    moved
        What `groups.moved_names` returns.
    dated
        Rows with event and rank_date.
    returns
        Rows of core.monthly_returns.
    factors
        Rows of core.factors_monthly.
    rules
        Months of the window, and the fewest.

    Returns
    -------
    pl.DataFrame
        event, security_id and a loading per factor, for those with enough months; the intercept is left out.
    """
    schema = {"event": pl.String, "security_id": pl.Int64, **dict.fromkeys(_loading_names(), pl.Float64)}
    last = (
        dated.drop_nulls("rank_date")
        .select("event", pl.col("rank_date").dt.month_start().dt.offset_by("-1d").alias("month"))
        .with_columns(month_number("month").alias("end"))
    )
    asked = moved.join(last, on="event").select("event", "end", "security_id").unique().sort(pl.all())
    if asked.is_empty() or factors.is_empty():
        return pl.DataFrame(schema=schema)
    own = _own_loadings(asked, returns, factors, rules)
    named = {name: pl.Series(own[:, place]) for place, name in enumerate(_loading_names())}
    known = asked.select("event", "security_id").with_columns(**named)
    return known.filter(pl.all_horizontal(pl.col(_loading_names()).is_finite()))


def _own_loadings(
    asked: pl.DataFrame, returns: pl.DataFrame, factors: pl.DataFrame, rules: EventStudyRules
) -> Floats:
    """Regress each asked line up to its month; NaN where there are too few months. Without the intercept."""
    ends, lines = asked["end"].to_numpy(), np.unique(asked["security_id"].to_numpy())
    first, last = int(ends.min()) - rules.loading_months + 1, int(ends.max())
    is_near, row = month_number("month").is_between(first, last), (month_number("month") - first).alias("row")
    panel = np.full((last - first + 1, len(lines)), np.nan)
    known = returns.filter(is_near & pl.col("security_id").is_in(lines.tolist())).with_columns(row)
    place = np.searchsorted(lines, known["security_id"].to_numpy())
    panel[known["row"].to_numpy(), place] = known["total_return"].to_numpy()
    table = np.full((len(panel), len(FACTORS) + 1), np.nan)
    usable = factors.filter(is_near).with_columns(row)
    table[usable["row"].to_numpy()] = usable.select(*FACTORS, RISK_FREE).to_numpy()
    window_ends, window = np.unique(ends - first, return_inverse=True)
    fit = rolling_loadings(
        panel, table[:, :-1], window_ends, rules.loading_months, rules.least_loading_months, table[:, -1]
    )
    return np.asarray(fit.estimate[window, np.searchsorted(lines, asked["security_id"].to_numpy())][:, 1:])


def _loading_names() -> list[str]:
    return [f"loading_{factor}" for factor in FACTORS]


def earned(
    spans: pl.DataFrame,
    moved: pl.DataFrame,
    returns: pl.DataFrame,
    market: Market,
    loadings: pl.DataFrame,
) -> pl.DataFrame:
    """Compound each company's returns over each window, and what the index and its loadings would have given.

    A company that stops within the window counts with the months that are known, and is compared with the
    index and the factors over the same months.

    Parameters
    ----------
    spans
        Rows with event, window, first_month, last_month and months.
    moved
        What `groups.moved_names` returns.
    returns
        Rows of core.monthly_returns.
    market
        The index and the factors.
    loadings
        What `loadings_before` returns.

    Returns
    -------
    pl.DataFrame
        event, window, entity_id, change, group, known (months), months, none, index and five_factor (returns
        by adjustment; null where the index is not known), has_loadings. Only companies with a known month.
    """
    asked = spans.select("event", "window", "first_month", "last_month", "months").join(moved, on="event")
    monthly = (
        asked.join(returns.select("security_id", "month", "total_return"), on="security_id")
        .filter(pl.col("month").is_between(pl.col("first_month"), pl.col("last_month")))
        .join(market.index.select("month", "index_return"), on="month", how="left")
        .join(market.factors.select("month", *FACTORS, RISK_FREE), on="month", how="left")
        .join(loadings, on=["event", "security_id"], how="left")
        .with_columns(_expected().alias("expected"))
        .sort("event", "window", "entity_id", "month")
    )
    own, of_index, of_factors = (
        _compounded(column) for column in ("total_return", "index_return", "expected")
    )
    has_loadings = pl.col("expected").is_not_null().all()
    companies = monthly.group_by(
        "event", "window", "entity_id", "change", "group", "months", maintain_order=True
    ).agg(
        pl.len().cast(pl.Int64).alias("known"),
        own.alias("none"),
        (own - of_index).alias("index"),
        pl.when(has_loadings).then(own - of_factors).otherwise(own - of_index).alias("five_factor"),
        has_loadings.alias("has_loadings"),
    )
    return companies


def _expected() -> pl.Expr:
    """Return the risk-free rate plus loadings times factors, without intercept; null if one is unknown."""
    parts = [pl.col(f"loading_{factor}") * pl.col(factor) for factor in FACTORS]
    total = pl.col(RISK_FREE)
    for part in parts:
        total = total + part
    return total


def _compounded(column: str) -> pl.Expr:
    """Compound the months of a group; null if one is unknown."""
    return pl.when(pl.col(column).is_not_null().all()).then((1 + pl.col(column)).product() - 1)
