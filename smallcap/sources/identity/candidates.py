"""Which company an unresolved line may be: named for a person to confirm, never joined."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.identity import Identity
from smallcap.sources.identity.claims import LINE
from smallcap.sources.identity.names import words
from smallcap.sources.identity.sightings import Sightings, record_has_ended


def candidates(
    seen: pl.DataFrame, sightings: Sightings, rules: Identity, left_out: list[str]
) -> pl.DataFrame:
    """Find what the table may have of lines under another ticker, by the name, else by the share count.

    Parameters
    ----------
    seen
        The first sighting of each line to look at: `sightings.seen_lines` with `source_id`.
    left_out
        Words that a comparison of names leaves out.

    Returns
    -------
    pl.DataFrame
        One row per line with a candidate: symbol, source_id, `candidate`, in words.
    """
    named = _by_name(seen, sightings, [*left_out, *rules.cut_off_words])
    counted = _by_count(seen.join(named, on=LINE, how="anti"), sightings, rules)
    return pl.concat([named, counted])


def _by_name(seen: pl.DataFrame, sightings: Sightings, left_out: list[str]) -> pl.DataFrame:
    """Find the lines whose name, squeezed, the table has under another ticker."""
    lines = seen.with_columns(squeezed=_squeezed(left_out)).filter(pl.col("squeezed") != "")
    table = sightings.companies.with_columns(squeezed=_squeezed(left_out))
    found = lines.join(table.select("squeezed", under="symbol"), on="squeezed").filter(
        pl.col("under") != pl.col("symbol")
    )
    return _in_words(found, "the table has this name under {}")


def _by_count(seen: pl.DataFrame, sightings: Sightings, rules: Identity) -> pl.DataFrame:
    """Find companies that no list up to the day shows, whose share count fits the fund's quantity.

    Looked at are lines whose own ticker the table does not have. Where many fit, none is named.
    """
    limits = rules.limits
    known = sightings.companies["symbol"].unique()
    strangers = seen.filter(~pl.col("symbol").is_in(known.implode()) & (pl.col("quantity") > 0))
    medians = _median_ratios(sightings, rules)
    free = _unlisted_companies(strangers["snapshot_date"].unique().to_frame(), sightings, rules)
    counted = _known_shares(
        free.select("snapshot_date", "source_entity_id", under="symbol", company="name"), sightings
    )
    relative = pl.col("quantity") / pl.col("shares") / pl.col("median_ratio")
    pairs = (
        strangers.join(counted, on="snapshot_date")
        .join(medians, on="snapshot_date")
        .filter(relative.is_between(limits.count_low, limits.count_high))
    )
    is_rare = (pl.len().over(LINE) <= limits.max_candidates) & (
        pl.struct(LINE).n_unique().over("source_entity_id", "snapshot_date") <= limits.max_candidates
    )
    company = pl.coalesce("company", pl.format("company {}", "source_entity_id"))
    named = pairs.filter(is_rare).with_columns(under=pl.format("{} ({})", "under", company))
    return _in_words(named, "by its share count it may be the company that the table has under {}")


def _unlisted_companies(days: pl.DataFrame, sightings: Sightings, rules: Identity) -> pl.DataFrame:
    """Find for each `snapshot_date` the companies with a record that no list up to the day shows."""
    listed = sightings.listed.group_by("symbol").agg(listed_from=pl.col("snapshot_date").min())
    has_record = (pl.col("first_date") <= pl.col("snapshot_date")) & ~record_has_ended(
        sightings.companies, rules
    )
    return (
        days.join(sightings.companies.join(listed, on="symbol", how="left"), how="cross")
        .filter((pl.col("listed_from") > pl.col("snapshot_date")).fill_null(True))
        .filter(has_record)
    )


def _median_ratios(sightings: Sightings, rules: Identity) -> pl.DataFrame:
    """Return the median of the fund's quantity over the share count of the ticker's company, by list."""
    lines = sightings.listed.filter(pl.col("quantity") > 0).join(
        sightings.companies.select("symbol", "source_entity_id"), on="symbol"
    )
    known = _known_shares(lines.select("snapshot_date", "source_entity_id", "quantity"), sightings)
    return (
        known.group_by("snapshot_date")
        .agg(median_ratio=(pl.col("quantity") / pl.col("shares")).median(), counted=pl.len())
        .filter(pl.col("counted") >= rules.limits.min_counts)
        .drop("counted")
    )


def _known_shares(rows: pl.DataFrame, sightings: Sightings) -> pl.DataFrame:
    """Add `shares`, the newest count known on the day of the list; rows without one are left out."""
    counts = sightings.counts.drop_nulls().filter(pl.col("shares") > 0).sort("known_on")
    return (
        rows.sort("snapshot_date")
        .join_asof(
            counts.select("source_entity_id", "known_on", "shares"),
            left_on="snapshot_date",
            right_on="known_on",
            by="source_entity_id",
            check_sortedness=False,
        )
        .drop_nulls("shares")
    )


def _squeezed(left_out: list[str]) -> pl.Expr:
    return words(pl.col("name"), left_out).list.join("").fill_null("")


def _in_words(found: pl.DataFrame, sentence: str) -> pl.DataFrame:
    """Name the candidates of each line, in the order of the alphabet."""
    return found.group_by(LINE).agg(
        candidate=pl.format(sentence, pl.col("under").unique().sort().str.join(" or "))
    )
