"""marts.resolved_shares: the share of resolved members, apart for those that later left the index."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.rules.types.cusip_identity import CusipIdentity


def resolved_shares(members: pl.DataFrame, rules: CusipIdentity) -> pl.DataFrame:
    """Count resolved members at each date, apart for those that are members at the newest one.

    Parameters
    ----------
    members
        Rows of core.members of all dates: as_of, entity_id, is_resolved. A company that is not resolved has
        an id of its own, by its line.
    rules
        The largest gap that is not flagged.

    Returns
    -------
    pl.DataFrame
        The columns of marts.resolved_shares, ascending; no rows where there is one date or none.
    """
    # Typed, because there is none where there are no dates: nothing is equal to it or earlier.
    newest = pl.lit(members["as_of"].max(), pl.Date)
    there_now = members.filter(pl.col("as_of") == newest).select("entity_id", has_stayed=pl.lit(value=True))
    earlier = members.filter(pl.col("as_of") < newest).join(there_now, on="entity_id", how="left")
    stayed, resolved = pl.col("has_stayed").fill_null(False), pl.col("is_resolved")
    counts = {
        "members": pl.len(),
        "resolved": resolved.sum(),
        "stayed_members": stayed.sum(),
        "stayed_resolved": (stayed & resolved).sum(),
        "left_members": (~stayed).sum(),
        "left_resolved": (~stayed & resolved).sum(),
    }
    counted = earlier.group_by("as_of").agg(
        value.cast(pl.Int64).alias(name) for name, value in counts.items()
    )
    shares = counted.with_columns(
        _share("resolved", "members").alias("resolved_share"),
        _share("stayed_resolved", "stayed_members").alias("stayed_share"),
        _share("left_resolved", "left_members").alias("left_share"),
        newest_as_of=newest,
        rule_set=pl.lit(rules.label),
    ).with_columns(survivorship_gap=pl.col("stayed_share") - pl.col("left_share"))
    flagged = shares.with_columns(is_gap_large=pl.col("survivorship_gap") > rules.most_survivorship_gap)
    return as_table(flagged, "marts.resolved_shares").sort("as_of")


def _share(part: str, whole: str) -> pl.Expr:
    """Divide two counts; null if the whole is zero."""
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
