"""The vendor's lines and companies, one row per line and ticker spell (raw.securities, before our ids)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.xfinlink.client import NAME
from smallcap.sources.xfinlink.evidence import OTHER_COMPANY, confirmed_spells, judged, same_names
from smallcap.sources.xfinlink.names import holder_at

NO_STATEMENTS: Final = "the fundamentals source has no annual reports of this company"
UNKNOWN_TICKER: Final = "the vendor knows no line that carried this ticker on the days on which it is listed"


def securities_rows(
    lines: pl.DataFrame,
    tickers: Collection[str],
    spells: pl.DataFrame,
    companies: pl.DataFrame,
    rules: HoldingsRules,
    aliases: pl.DataFrame,
) -> pl.DataFrame:
    """Describe lines.

    Parameters
    ----------
    lines
        Rows of constituents, in `CONSTITUENTS_COLUMNS`; `source_id` is the vendor's id, or a name where it
        has none.
    tickers
        Tickers of further lines; every line that carried one of them is described too.
    spells
        The vendor's responses about their tickers (`Names.resolve`).
    companies
        entity_id, cik of every line in the vendor's responses so far.
    rules, aliases
        The evidence by which a listed line is the vendor's, and the dated aliases that overrule it.

    Returns
    -------
    pl.DataFrame
        `SECURITIES_COLUMNS`, sorted by ticker, valid_from and source_id. The classes of a company share its
        Central Index Key. The company's id is the lowest of its classes' ids, which is the issuer's:
        statements are served only under that one. A company without the key files no statements.
    """
    identified = spells.with_columns(
        source_id=pl.col("entity_id").cast(pl.String),
        is_resolution_corrected=confirmed_spells(spells, aliases),
    )
    symbols = normalised(pl.Series(list(tickers), dtype=pl.String))
    wanted = identified.filter(pl.col("symbol").is_in(symbols.implode()))["source_id"]
    named = identified.filter(pl.col("source_id").is_in(pl.concat([lines["source_id"], wanted]).implode()))
    issuers = companies.drop_nulls("cik").group_by("cik").agg(issuer=pl.col("entity_id").min())
    known = (
        named.sort("source_id", "symbol", "valid_from", "name", nulls_last=True)
        .unique(["source_id", "symbol", "valid_from"], keep="first", maintain_order=True)
        .join(issuers, on="cik", how="left", maintain_order="left")
        .with_columns(
            source_entity_id=pl.coalesce("issuer", "entity_id").cast(pl.String),
            ticker="symbol",
            is_resolved=pl.col("cik").is_not_null(),
            unresolved_reason=pl.when(pl.col("cik").is_null()).then(pl.lit(NO_STATEMENTS)),
            resolution_evidence=pl.format(
                "the vendor's id {}, CIK {}", "entity_id", pl.col("cik").fill_null("unknown")
            ),
        )
    )
    unknown = _unknown(lines, named, spells, rules, aliases)
    together = pl.concat([known, unknown], how="diagonal").with_columns(
        source=pl.lit(NAME),
        resolved_by=pl.lit(None),
        filer_status=pl.lit(None),
        is_resolution_later=pl.lit(False),
        delisting_cause=pl.lit(None),
    )
    columns = (pl.col(name).cast(dtype) for name, dtype in SECURITIES_COLUMNS.items())
    return together.select(columns).sort("ticker", "valid_from", "source_id")


def _unknown(
    lines: pl.DataFrame,
    named: pl.DataFrame,
    spells: pl.DataFrame,
    rules: HoldingsRules,
    aliases: pl.DataFrame,
) -> pl.DataFrame:
    """Describe the lines that the vendor does not know, or that it has another company under the ticker of.

    What their lists say is all that is known of them; the rest stays null.
    """
    unknown = lines.join(named.select("source_id").unique(), on="source_id", how="anti")
    dated = (
        unknown.with_columns(symbol=normalised(pl.col("ticker")), ticker=_usable(pl.col("ticker")))
        .sort("source_id", "ticker", "snapshot_date")
        .group_by("source_id", "ticker", maintain_order=True)
        .agg(
            pl.col("name", "sector").last(),
            pl.col("symbol").first(),
            first_name=pl.col("name").first(),
            first_sector=pl.col("sector").first(),
            valid_from=pl.col("snapshot_date").min(),
        )
        .unique(["source_id", "valid_from"], keep="first", maintain_order=True)
    )
    asked = dated.select("symbol", day="valid_from", name="first_name", sector="first_sector")
    verdict = judged(holder_at(asked, spells), spells, rules, aliases)
    refused = pl.coalesce(pl.format("{} ({})", pl.lit(OTHER_COMPANY), "vendor_name"), pl.lit(OTHER_COMPANY))
    reason = pl.when(~pl.col("is_joined")).then(refused).otherwise(pl.lit(UNKNOWN_TICKER))
    return (
        dated.hstack(verdict.select("vendor_name", "is_joined", "alias", "evidence").get_columns())
        .join(same_names(dated, spells, rules), on="source_id", how="left", maintain_order="left")
        .with_columns(
            source_entity_id="source_id",
            is_resolved=pl.lit(False),
            unresolved_reason=pl.concat_str(reason, "candidate", separator="; ", ignore_nulls=True),
            resolution_evidence=pl.when(~pl.col("is_joined")).then("evidence"),
            is_resolution_corrected=pl.col("alias").is_not_null(),
        )
    )


def _usable(ticker: pl.Expr) -> pl.Expr:
    """Normalise a ticker; one that consists of separators only is unchanged."""
    return pl.when(normalised(ticker) == "").then(ticker).otherwise(normalised(ticker))
