"""Constituents and weights of each universe at the end of each June, from data visible at that date."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.formation import FORMATION_MONTH

ALL, PROFITABLE, UNPROFITABLE, ADMITTED = "all", "profitable", "unprofitable", "admitted"
EQUAL, CAP, SECTOR_NEUTRAL = "equal", "cap", "sector_neutral"
UNIVERSES: Final = (ALL, PROFITABLE, UNPROFITABLE)
"""The universes by annual records; `ADMITTED` is beside them where admissions are given."""
WEIGHTINGS: Final = (EQUAL, CAP, SECTOR_NEUTRAL)
OF_A_SERIES: Final = ("universe", "weighting")
AT_FORMATION: Final = ("members", "names", "share_by_count", "share_by_weight", "unknown_names")
"""Columns that describe a universe at its formation, the same on each of its rows."""


def formations(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    admitted: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Form every universe in every weighting at the end of each June.

    A member is eligible if its line has a return in that June, because a line that does not trade cannot be
    bought. It is profitable if its visible annual record is not stale and has net income above zero,
    unprofitable if that net income is zero or negative, and in neither universe otherwise. Cap weights need a
    market value; sector-neutral weights also need a sector.

    Parameters
    ----------
    members
        Rows of core.members: as_of, entity_id, security_id, sector.
    metrics
        Rows of core.metrics_as_of: as_of, entity_id, net_income_usd, is_stale, market_cap_usd.
    returns
        Rows of core.monthly_returns: month, security_id.
    admitted
        What `admission.admissions` returned; without it there is no universe of admitted members.

    Returns
    -------
    pl.DataFrame
        One row per formed_as_of, universe, weighting and line (security_id, with its entity_id), sorted:
        `weight`, which sums to 1, and the columns of `AT_FORMATION`.
    """
    candidates = _candidates(members, metrics, returns)
    universes = UNIVERSES if admitted is None else (*UNIVERSES, ADMITTED)
    if admitted is not None:
        days = admitted.rename({"as_of": "formed_as_of"})
        candidates = candidates.join(
            days, on=["formed_as_of", "entity_id"], how="left", maintain_order="left"
        )
    sized = pl.concat(_sized(candidates, weighting) for weighting in WEIGHTINGS)
    index = sized.with_columns(
        pl.len().over("formed_as_of", "weighting").cast(pl.Int64).alias("index_names"),
        (pl.col("size") / pl.col("size").sum().over("formed_as_of", "weighting")).alias("index_weight"),
        pl.col("size").sum().over("formed_as_of", "weighting", "sector").alias("index_sector"),
    )
    formed = pl.concat(_of_universe(index, universe) for universe in universes)
    return formed.select(
        "formed_as_of", *OF_A_SERIES, "security_id", "entity_id", "weight", *AT_FORMATION
    ).sort("formed_as_of", *OF_A_SERIES, "security_id")


def _candidates(members: pl.DataFrame, metrics: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Select the members at each June's end whose line traded in that month, with their visible metrics.

    The rows are in a total order.
    """
    is_june_end = (pl.col("as_of").dt.month() == FORMATION_MONTH) & (
        pl.col("as_of") == pl.col("as_of").dt.month_end()
    )
    listed = members.filter(is_june_end).with_columns(pl.len().over("as_of").cast(pl.Int64).alias("members"))
    visible = metrics.select("as_of", "entity_id", "net_income_usd", "is_stale", "market_cap_usd").fill_nan(
        None
    )
    traded = returns.select(pl.col("month").alias("as_of"), "security_id")
    return (
        listed.join(visible, on=["as_of", "entity_id"], how="left")
        .join(traded, on=["as_of", "security_id"], how="semi")
        .with_columns(pl.when(~pl.col("is_stale")).then(pl.col("net_income_usd") > 0).alias("is_profitable"))
        .rename({"as_of": "formed_as_of"})
        .sort("formed_as_of", "security_id")
    )


def _sized(candidates: pl.DataFrame, weighting: str) -> pl.DataFrame:
    """Add the size on which each candidate's weight is based; drop candidates without one."""
    market_cap = pl.when(pl.col("market_cap_usd") > 0).then(pl.col("market_cap_usd"))
    size = {
        EQUAL: pl.lit(1.0),
        CAP: market_cap,
        SECTOR_NEUTRAL: pl.when(pl.col("sector").is_not_null()).then(market_cap),
    }[weighting]
    return candidates.with_columns(size.alias("size"), pl.lit(weighting).alias("weighting")).drop_nulls(
        "size"
    )


def _of_universe(index: pl.DataFrame, universe: str) -> pl.DataFrame:
    """Compute the weights within one universe; the weight of a sector with no company goes to the others."""
    is_in = {
        ALL: pl.lit(True),
        PROFITABLE: pl.col("is_profitable"),
        UNPROFITABLE: ~pl.col("is_profitable"),
        ADMITTED: pl.col("is_admitted"),
    }[universe]
    decides = "is_admitted" if universe == ADMITTED else "is_profitable"
    unknown = pl.col(decides).is_null().sum().over("formed_as_of", "weighting").cast(pl.Int64)
    of_all, per_sector = ["formed_as_of", "weighting"], ["formed_as_of", "weighting", "sector"]
    tilt = (
        pl.when(pl.col("weighting") == SECTOR_NEUTRAL)
        .then(pl.col("index_sector") / pl.col("size").sum().over(per_sector))
        .otherwise(1.0)
    )
    own = pl.col("size") * tilt
    return (
        index.with_columns(unknown.alias("unknown_names"))
        .filter(is_in)
        .with_columns(
            pl.lit(universe).alias("universe"),
            (own / own.sum().over(of_all)).alias("weight"),
            pl.len().over(of_all).cast(pl.Int64).alias("names"),
            (pl.len().over(of_all) / pl.col("index_names")).alias("share_by_count"),
            # The weights of all companies can sum to slightly more than 1 by rounding.
            pl.col("index_weight").sum().over(of_all).clip(upper_bound=1.0).alias("share_by_weight"),
        )
    )
