"""Which lines are share classes of one company: by their names in the list that first shows the later one."""

from __future__ import annotations

import polars as pl

from smallcap.sources.identity.claims import LINE

_CLASS_SUFFIX = r"\s+(?:CLASS|CL|SERIES)\s+[A-Z]\b.*$"
_LEGAL_SUFFIX = r"\s+(?:INC|CORP|LTD|REIT|CO|PLC|HOLDING|HOLDINGS)$"
_PREFIX_LETTERS = 3
"""The tickers of a company's classes share so many first letters."""


def class_key(name: str, symbol: str) -> pl.Expr:
    """Return what a company's classes share: the name without class and form, the ticker's first letters."""
    stem = pl.col(name).str.to_uppercase().str.replace(_CLASS_SUFFIX, "").str.replace(_LEGAL_SUFFIX, "")
    return pl.when(stem.str.len_chars() > 0).then(
        pl.concat_str(stem, pl.lit("|"), pl.col(symbol).str.slice(0, _PREFIX_LETTERS))
    )


def join_classes(
    lines: pl.DataFrame, seen: pl.DataFrame, companies: pl.DataFrame, aliases: pl.DataFrame
) -> pl.DataFrame:
    """Give the classes of a company one source_entity_id: of the class that had one first, else their own."""
    unlisted = lines.join(seen, on=LINE, how="anti").with_columns(snapshot_date=pl.lit(None, pl.Date))
    sightings_of_all = [frame.select(*LINE, "snapshot_date", "name") for frame in (seen, unlisted)]
    leaders = _leading_lines(pl.concat(sightings_of_all), aliases)
    firsts = seen.unique(LINE, keep="first", maintain_order=True).select("source_id", first_name="name")
    by_name = (
        companies.select(
            key=class_key("name", "symbol"), named_entity="source_entity_id", named_symbol="symbol"
        )
        .drop_nulls()
        .sort("key", "named_entity")
        .unique("key", keep="first", maintain_order=True)
    )
    grouped = (
        lines.join(leaders, on="source_id", how="left", maintain_order="left")
        .join(firsts, on="source_id", how="left", maintain_order="left")
        .with_columns(key=class_key("first_name", "symbol"))
        .join(by_name, on="key", how="left", maintain_order="left")
    )
    in_order = ["decided_on", "symbol", "valid_from"]
    known = [
        pl.col(name)
        .sort_by(in_order)
        .filter(pl.col("source_entity_id").sort_by(in_order).is_not_null())
        .first()
        .over("leader")
        .alias(f"class_{name}")
        for name in ("source_entity_id", "decided_on", "symbol")
    ]
    joined = grouped.with_columns(*known)
    is_own = pl.col("source_entity_id").is_not_null()
    is_other_ticker = pl.col("named_symbol") != pl.col("symbol")
    named = pl.when(is_other_ticker).then("named_entity")
    entity = pl.coalesce("source_entity_id", "class_source_entity_id", named)
    return joined.with_columns(
        source_entity_id=pl.coalesce(entity, pl.concat_str(pl.lit("line:"), "leader")),
        is_resolved=entity.is_not_null(),
        is_resolution_later=pl.when(is_own)
        .then(pl.col("is_resolution_later").fill_null(False))
        .otherwise((pl.col("class_decided_on") > pl.col("first_date")).fill_null(False)),
        evidence=pl.when(is_own)
        .then("evidence")
        .when(pl.col("class_source_entity_id").is_not_null())
        .then(pl.format("share class of the company of {}", "class_symbol"))
        .when(named.is_not_null())
        .then(pl.lit("share class of a company of the fundamentals table with this name")),
    )


def _leading_lines(lines: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Find the line by which each line's company is called: of the classes the one that was seen first.

    `lines` has one row per sighting: symbol, source_id, name and `snapshot_date`, null of lines that no list
    shows. Aliases of relation ``same_company`` apply whatever the date. Returns source_id and `leader`, the
    source_id of the company's first line.
    """
    dated = lines.with_columns(
        key=class_key("name", "symbol"), first=pl.col("snapshot_date").min().over("source_id")
    ).sort("first", "source_id", nulls_last=True)
    together = ["snapshot_date", "key"]
    leaders = (
        dated.with_columns(leader=pl.col("source_id").first().over(together))
        .filter((pl.col("snapshot_date") == pl.col("first")) | pl.col("first").is_null())
        .with_columns(leader=pl.when(pl.col("key").is_null()).then("source_id").otherwise("leader"))
        .unique("source_id", keep="first", maintain_order=True)
        .select("source_id", "leader", "symbol")
    )
    return _followed(_with_same_company(leaders, aliases)).select("source_id", "leader")


def _with_same_company(leaders: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Let an alias name the sibling that leads: the last line of its ticker."""
    told = (
        aliases.filter(pl.col("relation") == "same_company")
        .select(symbol="ticker", sibling="canonical_ticker")
        .unique("symbol", keep="first", maintain_order=True)
    )
    siblings = leaders.unique("symbol", keep="last", maintain_order=True).select(
        sibling="symbol", sibling_line="source_id"
    )
    return (
        leaders.join(told, on="symbol", how="left", maintain_order="left")
        .join(siblings, on="sibling", how="left", maintain_order="left")
        .with_columns(leader=pl.coalesce("sibling_line", "leader"))
    )


def _followed(leaders: pl.DataFrame) -> pl.DataFrame:
    """Follow leaders that have leaders, at most as often as the longest chain can be followed by doubling."""
    for _ in range(max(1, leaders.height.bit_length())):
        further = leaders.select(leader="source_id", next_leader="leader")
        followed = (
            leaders.join(further, on="leader", how="left", maintain_order="left")
            .with_columns(leader=pl.coalesce("next_leader", "leader"))
            .drop("next_leader")
        )
        if followed["leader"].equals(leaders["leader"]):
            break
        leaders = followed
    return leaders
