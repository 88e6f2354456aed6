"""marts.index_holdings: the members by weight, and whether they are near a size break."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.index import IndexRules
from smallcap.tables.index import IndexHoldings

UPPER, LOWER, NONE, UNKNOWN = "upper", "lower", "none", "unknown"


def index_holdings(valued: pl.DataFrame, rules: IndexRules) -> pl.DataFrame:
    """Rank the members of each date by weight, and assign them to the bands next to a size break.

    Parameters
    ----------
    valued
        Rows of `valued_members`, sorted by as_of and company.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per as_of and member, in the columns of marts.index_holdings, sorted by both.

    Notes
    -----
    The provider's bands are based on the cumulative market capitalisation of the whole market, around the
    breaks between its indices. Here only the members' own is known: the bands are the first and last 2.5% of
    it, an indication of which members may cross a break and not the provider's result.
    """
    # Sort only the few columns needed, not complete rows with their texts.
    places = (
        valued.select("as_of", "weight", "ticker", "entity_id", "market_cap_usd")
        .with_row_index("row")
        .sort(
            "as_of", "weight", "ticker", "entity_id", descending=[False, True, False, False], nulls_last=True
        )
        .with_columns(
            (pl.int_range(pl.len(), dtype=pl.Int64).over("as_of") + 1).alias("rank"),
            pl.col("weight").cum_sum().over("as_of").alias("cumulative_weight"),
        )
        .drop("weight", "ticker")
        .sort("as_of", "market_cap_usd", "entity_id", descending=[False, True, False], nulls_last=True)
        .with_columns(_band(rules.band_share).alias("band"))
        .sort("row")
    )
    return in_columns_of(valued.hstack(places.select("rank", "cumulative_weight", "band")), IndexHoldings)


def _band(share: float) -> pl.Expr:
    """Assign bands by the cumulative share of market value before and after each member.

    The rows must be sorted by size, largest first.
    """
    cap = pl.col("market_cap_usd")
    total, upto = cap.sum().over("as_of"), cap.cum_sum().over("as_of")
    return (
        pl.when(cap.is_null())
        .then(pl.lit(UNKNOWN))
        .when(upto - cap < share * total)
        .then(pl.lit(UPPER))
        .when(upto > (1 - share) * total)
        .then(pl.lit(LOWER))
        .otherwise(pl.lit(NONE))
    )
