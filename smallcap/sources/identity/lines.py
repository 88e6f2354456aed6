"""Resolves the lines and companies of a folder's files: one row per line and ticker spell, from all inputs.

The rules and their limits:

- Tickers are compared normalised. A line of a list belongs to the company of the fundamentals table with the
  same ticker.
- Lines with the same name apart from the share class, whose tickers share the first three letters, are
  classes of one company.
- A ticker was recycled, and means a new line of a new company, when its name shares no significant word with
  its name in the previous list and that list is at least `min_gap_days` older. A company that changes its
  complete name between two such lists looks the same; ``renamed`` in ticker_aliases.csv marks it as renamed.
- The result depends neither on the requested as_of nor on the order of files.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from smallcap.rules.types.holdings import Recycling
from smallcap.sources.base import SECURITIES_COLUMNS

NO_FUNDAMENTALS = "no company with this ticker in the fundamentals table"
OTHER_COMPANY = "the ticker was recycled: the fundamentals table knows another company by it"
FIGURES_OUTLIVE_FILING = dt.timedelta(days=550)
"""A ticker counts as seen for about 18 months after its company's last filing, while the figures are used."""
_ONE_DAY = dt.timedelta(days=1)
_CLASS_SUFFIX = r"\s+(?:CLASS|CL|SERIES)\s+[A-Z]\b.*$"
_LEGAL_SUFFIX = r"\s+(?:INC|CORP|LTD|REIT|CO|PLC|HOLDING|HOLDINGS)$"


@dataclass(frozen=True)
class Sightings:
    """Where the inputs show tickers.

    Attributes
    ----------
    listed
        symbol, snapshot_date, name, sector: one row per line of each list.
    companies
        symbol, source_entity_id, first_date, last_date, name, sector, sic, gics: one row per ticker and
        company of the fundamentals table, with its first period_end and last filing.
    priced
        symbol, first_date: one row per ticker of the prices table.
    """

    listed: pl.DataFrame
    companies: pl.DataFrame
    priced: pl.DataFrame


def resolve_lines(sightings: Sightings, aliases: pl.DataFrame, rules: Recycling, source: str) -> pl.DataFrame:
    """Resolve every ticker of any input to a line and a company.

    Returns
    -------
    pl.DataFrame
        `SECURITIES_COLUMNS`, sorted by ticker and valid_from; `ticker` is the canonical symbol. Spells of one
        ticker do not overlap.
    """
    listed = _listed_spells(sightings.listed, aliases, rules)
    attached = _attach_companies(listed, sightings.companies)
    shown = listed.join(attached, on=["symbol", "source_id"], how="left", maintain_order="left")
    unlisted = _unlisted_lines(sightings, attached, listed)
    dated = _date_spells(pl.concat([shown, unlisted], how="diagonal"), sightings)
    return _describe(_join_classes(dated, aliases), sightings.companies, source)


def symbol_to_line(rows: pl.DataFrame, lines: pl.DataFrame, date_column: str) -> pl.DataFrame:
    """Add `source_id`: the line that had the row's `symbol` on its date, else the ticker's first line."""
    spells = lines.select(symbol="ticker", source_id="source_id", valid_from="valid_from").sort("valid_from")
    firsts = spells.unique("symbol", keep="first", maintain_order=True).select(
        "symbol", first_line="source_id"
    )
    return (
        rows.with_row_index("_row")
        .sort(date_column)
        .join_asof(spells, left_on=date_column, right_on="valid_from", by="symbol", check_sortedness=False)
        .join(firsts, on="symbol", how="left")
        .sort("_row")
        .with_columns(source_id=pl.coalesce("source_id", "first_line"))
        .drop("_row", "valid_from", "first_line")
    )


def _listed_spells(listed: pl.DataFrame, aliases: pl.DataFrame, rules: Recycling) -> pl.DataFrame:
    """Split each ticker's list entries into spells where the ticker was recycled.

    `source_id` is the ticker with the words of the first name of the spell.
    """
    words = pl.col("name").str.to_uppercase().str.extract_all("[A-Z0-9]+")
    significant = words.list.eval(pl.element().filter(~pl.element().is_in(list(rules.insignificant_words))))
    in_order = ["symbol", "snapshot_date", "name", "sector"]
    dated = listed.unique(in_order).sort(in_order, nulls_last=True).with_columns(words=significant)
    marked = _last_renaming(dated, aliases).sort(in_order, nulls_last=True)
    words_before, date_before = (
        pl.col("words").shift().over("symbol"),
        pl.col("snapshot_date").shift().over("symbol"),
    )
    is_recycled = (
        (pl.col("words").list.set_intersection(words_before).list.len() == 0)
        & (pl.col("words").list.len() > 0)
        & (words_before.list.len() > 0)
        & (pl.col("snapshot_date") - date_before >= pl.duration(days=rules.min_gap_days))
        & ~(pl.col("renamed_on") > date_before).fill_null(False)
    )
    return (
        marked.with_columns(spell=is_recycled.fill_null(False).cum_sum().over("symbol"))
        .group_by("symbol", "spell", maintain_order=True)
        .agg(
            pl.col("snapshot_date").first().alias("first_date"),
            pl.col("snapshot_date").last().alias("last_date"),
            pl.col("words").first().list.join("-").alias("first_words"),
            pl.col("name", "sector").last(),
        )
        .with_columns(source_id=pl.concat_str("symbol", pl.lit(":"), "first_words"))
        .drop("spell", "first_words")
    )


def _last_renaming(dated: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    renamings = (
        aliases.filter(pl.col("relation") == "renamed")
        .select(symbol="ticker", renamed_on="valid_from")
        .sort("renamed_on")
    )
    return dated.sort("snapshot_date").join_asof(
        renamings,
        left_on="snapshot_date",
        right_on="renamed_on",
        by="symbol",
        check_sortedness=False,
        coalesce=False,
    )


def _attach_companies(listed: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Match lines and companies of a ticker one to one, by the longest time in common."""
    until = pl.min_horizontal("last_date", pl.col("last_date_right") + FIGURES_OUTLIVE_FILING)
    since = pl.max_horizontal("first_date", "first_date_right")
    order = {"time_in_common": True, "first_date": True, "source_entity_id": False, "source_id": False}
    return (
        listed.group_by("symbol", "source_id")
        .agg(pl.col("first_date").min(), pl.col("last_date").max())
        .join(
            companies.select("symbol", "source_entity_id", "first_date", "last_date"),
            on="symbol",
            how="inner",
        )
        .with_columns(time_in_common=until - since)
        .sort(list(order), descending=list(order.values()))
        .unique(["symbol", "source_entity_id"], keep="first", maintain_order=True)
        .unique(["symbol", "source_id"], keep="first", maintain_order=True)
        .select("symbol", "source_id", "source_entity_id")
    )


def _unlisted_lines(sightings: Sightings, attached: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Make a line for each company and each priced ticker that no list shows.

    A shared ticker is combined with the company's id.
    """
    companies = sightings.companies.join(attached, on=["symbol", "source_entity_id"], how="anti")
    is_shared = pl.col("symbol").is_in(listed["symbol"].implode()) | (pl.len().over("symbol") > 1)
    own_id = (
        pl.when(is_shared).then(pl.concat_str("symbol", pl.lit(":"), "source_entity_id")).otherwise("symbol")
    )
    of_companies = companies.select(
        "symbol", own_id.alias("source_id"), "first_date", "source_entity_id", "name", "sector"
    )
    seen = pl.concat([listed.select("symbol"), sightings.companies.select("symbol")])
    priced = sightings.priced.join(seen, on="symbol", how="anti")
    return pl.concat(
        [of_companies, priced.select("symbol", pl.col("symbol").alias("source_id"), "first_date")],
        how="diagonal",
    )


def _date_spells(lines: pl.DataFrame, sightings: Sightings) -> pl.DataFrame:
    """Date the spells of each ticker.

    The first starts where any input first shows the ticker; each ends the day before the next starts.
    """
    firsts = (
        pl.concat(
            [
                sightings.listed.select("symbol", first="snapshot_date"),
                sightings.companies.select("symbol", first="first_date"),
                sightings.priced.select("symbol", first="first_date"),
            ]
        )
        .group_by("symbol")
        .agg(pl.col("first").min())
    )
    is_first = pl.int_range(pl.len()).over("symbol") == 0
    ordered = lines.sort("symbol", "first_date", "source_id").join(
        firsts, on="symbol", how="left", maintain_order="left"
    )
    dated = ordered.with_columns(valid_from=pl.when(is_first).then("first").otherwise("first_date"))
    next_start = pl.col("valid_from").shift(-1).over("symbol")
    day_before = pl.max_horizontal("valid_from", next_start - _ONE_DAY)
    return dated.with_columns(valid_to=pl.when(next_start.is_not_null()).then(day_before))


def _join_classes(lines: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Give all classes of a company one source_entity_id.

    It is the id of the class that is in the fundamentals table, else a new one.
    """
    stem = pl.col("name").str.to_uppercase().str.replace(_CLASS_SUFFIX, "").str.replace(_LEGAL_SUFFIX, "")
    by_name = pl.concat_str(stem, pl.lit("|"), pl.col("symbol").str.slice(0, 3))
    grouped = lines.with_columns(
        company=pl.when(stem.str.len_chars() > 0).then(by_name).otherwise("source_id")
    )
    told = (
        aliases.filter(pl.col("relation") == "same_company")
        .select(symbol="ticker", sibling="canonical_ticker")
        .unique("symbol", keep="first", maintain_order=True)
    )
    siblings = (
        grouped.sort("symbol", "valid_from")
        .unique("symbol", keep="last", maintain_order=True)
        .select(sibling="symbol", sibling_company="company")
    )
    joined = (
        grouped.join(told, on="symbol", how="left", maintain_order="left")
        .join(siblings, on="sibling", how="left", maintain_order="left")
        .with_columns(company=pl.coalesce("sibling_company", "company"))
    )
    known = pl.col("source_entity_id").sort_by("symbol", "valid_from").drop_nulls().first().over("company")
    own = pl.concat_str(pl.lit("line:"), pl.col("source_id").min().over("company"))
    return joined.with_columns(
        is_resolved=pl.coalesce("source_entity_id", known).is_not_null(),
        source_entity_id=pl.coalesce("source_entity_id", known, own),
    )


def _describe(lines: pl.DataFrame, companies: pl.DataFrame, source: str) -> pl.DataFrame:
    described = companies.sort("symbol", "source_entity_id").unique(
        "source_entity_id", keep="first", maintain_order=True
    )
    codes = described.select("source_entity_id", "sic", "gics", company_name="name", company_sector="sector")
    is_recycled = pl.col("symbol").is_in(companies["symbol"].implode())
    reason = (
        pl.when(pl.col("is_resolved"))
        .then(None)
        .when(is_recycled)
        .then(pl.lit(OTHER_COMPANY))
        .otherwise(pl.lit(NO_FUNDAMENTALS))
    )
    return (
        lines.join(codes, on="source_entity_id", how="left")
        .with_columns(
            name=pl.coalesce("name", "company_name"),
            sector=pl.coalesce("sector", "company_sector"),
            source=pl.lit(source),
            ticker=pl.col("symbol"),
            unresolved_reason=reason,
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SECURITIES_COLUMNS.items())
        .sort("ticker", "valid_from", "source_id")
    )
