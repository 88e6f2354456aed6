"""Companies and weights of each quintile portfolio at a month's end, from what was visible then."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.formation import FORMATION_MONTH, MONTHS_HELD
from smallcap.finance.quality.inputs import METHODS, POINT_IN_TIME
from smallcap.finance.quality.steps import QUINTILE_EDGES
from smallcap.finance.quality.winsorize import bucket
from smallcap.rules.types.quintiles import QuintileRules

EQUAL, CAP = "equal", "cap"
ALL_SECTORS, SECTOR_NEUTRAL = "all", "sector_neutral"
OF_A_SERIES: Final = ["method", "holding_months", "weighting", "scope", "portfolio"]
OF_A_FORMATION: Final = ["formed_as_of", *OF_A_SERIES]
WORST, BEST = 1, 5


def formations(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    rules: QuintileRules,
) -> pl.DataFrame:
    """Form the quintile portfolios at each month's end, and those held for a year at each June's end.

    A scored company is in the portfolio of its quintile if its line has a return in that month, because a
    line that does not trade cannot be bought; its quintile is that among all scored companies. Weights by
    market value need one. Scope sector_neutral takes quintiles within each sector of enough scored companies,
    and leaves out the others.

    Parameters
    ----------
    scores
        Rows of marts.quality_scores: as_of, method, basis, status, entity_id, sector, score, quintile. Only
        those scored on basis point_in_time are used.
    members
        Rows of core.members: as_of, entity_id, security_id.
    metrics
        Rows of core.metrics_as_of: as_of, entity_id, market_cap_usd.
    returns
        Rows of core.monthly_returns: month, security_id.
    rules
        How long portfolios are held, and the minimum number of companies of a sector.

    Returns
    -------
    pl.DataFrame
        One row per formation (`OF_A_FORMATION`) and line (security_id), sorted, with `weight`, which sums to
        1, and `names`, the number of companies. `portfolio` is the quintile.
    """
    sized = _sized(_traded(_in_quintiles(scores, rules), members, metrics, returns))
    formed = pl.concat(
        sized.filter(_is_formed(months)).with_columns(pl.lit(months, pl.Int64).alias("holding_months"))
        for months in rules.holding_months
    )
    # Sort first: summing the same sizes in another order changes the last digit.
    return (
        formed.sort(*OF_A_FORMATION, "security_id")
        .with_columns(
            (pl.col("size") / pl.col("size").sum().over(OF_A_FORMATION)).alias("weight"),
            pl.len().over(OF_A_FORMATION).cast(pl.Int64).alias("names"),
        )
        .select(*OF_A_FORMATION, "security_id", "weight", "names")
    )


def _in_quintiles(scores: pl.DataFrame, rules: QuintileRules) -> pl.DataFrame:
    """Place each scored company in its quintile among all companies, and in that within its sector."""
    is_wanted = (
        (pl.col("basis") == POINT_IN_TIME)
        & (pl.col("status") == "scored")
        & pl.col("method").is_in(METHODS)
        & (pl.col("as_of") == pl.col("as_of").dt.month_end())
    )
    scored = scores.filter(is_wanted).select("as_of", "method", "entity_id", "sector", "score", "quintile")
    of_a_sector = ["as_of", "method", "sector"]
    within = (
        scored.drop_nulls("sector")
        .filter(pl.len().over(of_a_sector) >= rules.least_sector_names)
        .sort(*of_a_sector, "entity_id")
        .with_columns(pl.struct(of_a_sector).rle_id().alias("group"))
        .with_columns(bucket("score", "group", QUINTILE_EDGES).alias("quintile"))
        .drop("group")
    )
    return pl.concat(
        [
            scored.with_columns(pl.lit(ALL_SECTORS).alias("scope")),
            within.with_columns(pl.lit(SECTOR_NEUTRAL).alias("scope")),
        ]
    )


def _traded(
    placed: pl.DataFrame, members: pl.DataFrame, metrics: pl.DataFrame, returns: pl.DataFrame
) -> pl.DataFrame:
    """Keep the companies whose line has a return in the month of formation, with their market value."""
    company = ["as_of", "entity_id"]
    lines = members.select(*company, "security_id").join(
        returns.select(pl.col("month").alias("as_of"), "security_id"), on=["as_of", "security_id"], how="semi"
    )
    values = metrics.select(*company, "market_cap_usd")
    return placed.join(lines.join(values, on=company, how="left"), on=company)


def _sized(traded: pl.DataFrame) -> pl.DataFrame:
    """Give each company the size on which its weight is based, once per weighting."""
    named = traded.select(
        pl.col("as_of").alias("formed_as_of"),
        *("method", "scope", "security_id", "market_cap_usd"),
        pl.col("quintile").cast(pl.String).alias("portfolio"),
    )
    sizes = {
        EQUAL: pl.lit(1.0),
        CAP: pl.when(pl.col("market_cap_usd") > 0).then("market_cap_usd"),
    }
    return pl.concat(
        named.with_columns(size.alias("size"), pl.lit(weighting).alias("weighting")).drop_nulls("size")
        for weighting, size in sizes.items()
    )


def _is_formed(months: int) -> pl.Expr:
    """Whether a portfolio that is held for so many months is formed at a month's end."""
    return (
        pl.lit(value=True) if months < MONTHS_HELD else pl.col("formed_as_of").dt.month() == FORMATION_MONTH
    )
