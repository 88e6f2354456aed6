"""Whether a listed line is the vendor's line of its ticker: by names, sectors and dated aliases.

The vendor says who carried a ticker on a day. That is still the ticker alone: where the names share no word,
nothing else joins them, and the line stays unresolved with the vendor's line named.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.identity.aliases import valid_aliases
from smallcap.sources.identity.evidence import PREFIX, equal_points, name_points, summed, told
from smallcap.sources.identity.names import compared, words

PARTS: Final = ("names", "sector")
OTHER_COMPANY: Final = "verify: the vendor may have another company under this ticker"
_OPEN_END = pl.lit("9999-12-31").str.to_date()


def judged(
    asked: pl.DataFrame, spells: pl.DataFrame, rules: HoldingsRules, aliases: pl.DataFrame
) -> pl.DataFrame:
    """Score each listed line with the vendor's line that carried its ticker on the day.

    Parameters
    ----------
    asked
        symbol, day, name, `holder` (the vendor's id, or null) and, where the list has it, sector.
    spells
        The vendor's answers about tickers (`Names.resolve`).
    rules
        Points and threshold of a line and a company.
    aliases
        The dated aliases. ``figures_of`` the same ticker, or a ``renamed`` during the vendor's spell, joins;
        ``recycled`` between the list and the spell's beginning does not.

    Returns
    -------
    pl.DataFrame
        The rows in order, with `vendor_name`, `score`, `is_joined` (null without a holder), `alias` (the
        relation that decided, or null) and `evidence` in words.
    """
    held = _with_vendor(asked, spells)
    kinds = compared(
        held.select(name_a="name", name_b="vendor_name"), rules.identity, rules.recycling.insignificant_words
    )
    sector = pl.col("sector") if "sector" in asked.columns else pl.lit(None, dtype=pl.String)
    points = {
        "names": name_points(pl.col("names"), rules.identity.company_names),
        "sector": equal_points(sector, pl.col("vendor_sector"), rules.identity.sector),
    }
    scored = (
        held.join(
            kinds,
            left_on=["name", "vendor_name"],
            right_on=["name_a", "name_b"],
            how="left",
            maintain_order="left",
            nulls_equal=True,
        )
        .hstack([_alias(held, aliases)])
        .with_columns(**{PREFIX + part: value for part, value in points.items()})
        .with_columns(score=summed(PARTS))
    )
    by_score = pl.col("score") >= rules.identity.thresholds.company
    is_joined = pl.when(pl.col("alias").is_null()).then(by_score).otherwise(pl.col("alias") != "recycled")
    reason = pl.coalesce(pl.format("alias: {}", "alias"), told(PARTS))
    has_holder = pl.col("holder").is_not_null()
    return scored.with_columns(
        is_joined=pl.when(has_holder).then(is_joined),
        evidence=pl.when(has_holder).then(
            pl.format("{}: {}: {}", "day", pl.col("vendor_name").fill_null("no name"), reason)
        ),
    ).select(*asked.columns, "vendor_name", "score", "is_joined", "alias", "evidence")


def confirmed_spells(spells: pl.DataFrame, aliases: pl.DataFrame) -> pl.Expr:
    """Return whether an alias joins or cuts each spell of the vendor; the lists of a run do not matter."""
    spans = spells.select("symbol", "valid_from", "valid_to").with_row_index("spell")
    dated = aliases.select(
        "relation", "canonical_ticker", symbol="ticker", alias_from="valid_from", alias_to="valid_to"
    )
    is_own = (pl.col("relation") == "figures_of") & (pl.col("canonical_ticker") == pl.col("symbol"))
    overlaps = (pl.col("alias_from") <= pl.col("valid_to").fill_null(_OPEN_END)) & (
        pl.col("valid_from") <= pl.col("alias_to").fill_null(_OPEN_END)
    )
    found = spans.join(dated, on="symbol").filter(overlaps, is_own | (pl.col("relation") == "renamed"))
    return pl.int_range(pl.len()).is_in(found["spell"].implode())


def same_names(unresolved: pl.DataFrame, spells: pl.DataFrame, rules: HoldingsRules) -> pl.DataFrame:
    """Find the lines whose name, squeezed, the vendor has under another ticker.

    Returns
    -------
    pl.DataFrame
        source_id and `candidate`, in words.
    """
    left_out = [*rules.recycling.insignificant_words, *rules.identity.cut_off_words]
    squeezed = words(pl.col("name"), left_out).list.join("")
    vendors = spells.select(under="symbol", squeezed=squeezed).unique()
    return (
        unresolved.select("source_id", "symbol", squeezed=squeezed)
        .filter(pl.col("squeezed") != "")
        .join(vendors, on="squeezed")
        .filter(pl.col("under") != pl.col("symbol"))
        .group_by("source_id")
        .agg(
            candidate=pl.format(
                "the vendor has this name under {}", pl.col("under").unique().sort().str.join(" or ")
            )
        )
    )


def _with_vendor(asked: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Add name, sector and beginning of the holder's spell on the day."""
    known = spells.select(
        "symbol",
        "valid_from",
        "valid_to",
        holder="entity_id",
        vendor_name="name",
        vendor_sector="sector",
    )
    key = ["symbol", "day", "holder"]
    matched = (
        asked.select(key)
        .drop_nulls()
        .unique()
        .join(known, on=["symbol", "holder"])
        .with_columns(is_then=pl.col("day").is_between("valid_from", pl.col("valid_to").fill_null(_OPEN_END)))
        .sort("is_then", "valid_from", "vendor_name", descending=[True, True, False])
        .unique(key, keep="first", maintain_order=True)
        .drop("is_then")
    )
    return asked.join(matched, on=key, how="left", maintain_order="left")


def _alias(held: pl.DataFrame, aliases: pl.DataFrame) -> pl.Series:
    """Return the relation of the alias that decides, if any; a cut outranks a join."""
    asked = held.select("symbol", "valid_from", "valid_to", snapshot_date="day").with_row_index("_row")
    own = valid_aliases(asked, aliases, "figures_of").filter(pl.col("canonical_ticker") == pl.col("symbol"))
    dated = aliases.select("relation", symbol="ticker", alias_from="valid_from")
    spans = asked.join(dated, on="symbol")
    day = pl.col("alias_from")
    is_renamed = (pl.col("relation") == "renamed") & day.is_between(
        "valid_from", pl.col("valid_to").fill_null(_OPEN_END)
    )
    is_cut = (pl.col("relation") == "recycled") & (
        (pl.col("snapshot_date") < day) != (pl.col("valid_from") < day)
    )
    cut, renamed = spans.filter(is_cut)["_row"], spans.filter(is_renamed)["_row"]
    marked = own.select("symbol", "snapshot_date", is_own=pl.lit(True))
    found = asked.join(marked, on=["symbol", "snapshot_date"], how="left", maintain_order="left")
    return found.select(
        alias=pl.when(pl.col("_row").is_in(cut.implode()))
        .then(pl.lit("recycled"))
        .when("is_own")
        .then(pl.lit("figures_of"))
        .when(pl.col("_row").is_in(renamed.implode()))
        .then(pl.lit("renamed"))
    )["alias"]
