"""What claims on companies decide: the company of each line, and why a line has none."""

from __future__ import annotations

import polars as pl

from smallcap.sources.identity.claims import LINE


def attached(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Give each line at most one company and each company at most one line: the first decision stands.

    A claim by alias comes before all others.

    Returns
    -------
    pl.DataFrame
        One row per line with a company: symbol, source_id, source_entity_id, `company_symbol`, `decided_on`,
        `words`, `is_resolution_later`, where the first list of the line did not decide it, and
        `is_corrected`, where an alias did.
    """
    firsts = lines.group_by(LINE).agg(seen_first=pl.col("snapshot_date").min())
    order = ("is_alias", "snapshot_date", "score", "first_date", "source_entity_id", "source_id")
    highest_first = ("is_alias", "score", "first_date")
    best = (
        claims.filter("is_joined")
        .with_columns(is_alias=pl.col("alias").is_not_null())
        .sort(order, descending=[name in highest_first for name in order])
        .unique(["company_symbol", "source_entity_id"], keep="first", maintain_order=True)
        .unique(LINE, keep="first", maintain_order=True)
        .join(firsts, on=LINE, how="left", maintain_order="left")
    )
    is_later = ~pl.col("is_alias") & (pl.col("snapshot_date") > pl.col("seen_first"))
    return best.select(
        *LINE,
        "source_entity_id",
        "company_symbol",
        "words",
        decided_on="snapshot_date",
        is_resolution_later=is_later,
        is_corrected="is_alias",
    )


def refusals(claims: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Say of each line, at its first list, which company of its ticker it was not joined to, and why.

    Returns
    -------
    pl.DataFrame
        One row per line that is not in `taken`: symbol, source_id, `company_name_refused`, `why`, in
        words, and `is_refused_by_alias`.
    """
    by_alias = taken.filter("is_corrected")["source_entity_id"]
    return (
        claims.join(taken, on=LINE, how="anti")
        .sort("snapshot_date", "score", "source_entity_id", descending=[False, True, False])
        .unique(LINE, keep="first", maintain_order=True)
        .with_columns(
            why=pl.when("is_joined").then(pl.lit("another line has it")).otherwise("words"),
            is_refused_by_alias=pl.col("alias").is_not_null()
            | pl.col("source_entity_id").is_in(by_alias.implode()),
        )
        .select(*LINE, "why", "is_refused_by_alias", company_name_refused="company_name")
    )
