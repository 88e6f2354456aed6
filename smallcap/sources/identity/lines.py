"""Which lines and companies the inputs name: one row per line and ticker spell, from all inputs at once.

The rules and their limits:

- Tickers are compared normalised. In successive lists a ticker is one line or two by evidence (`continuity`):
  names, the fund's quantities, prices, sectors, the fundamentals table's records, aliases.
- A line belongs to the company that the fundamentals table has under its ticker where names and records agree
  (`claims`). Names that share no word are never joined on the ticker alone: what is doubtful stays
  unresolved, with the candidate named (`candidates`).
- Lines of one name once the share class is cut off, whose tickers share the first three letters, are classes
  of one company (`classes`).
- What is decided for the date of a list rests on lists dated by then. A later list may add a company to a
  line, flagged `is_resolution_later`, and takes none away; only a dated alias does.
- Nothing depends on the as_of that is requested, nor on the order of files.
"""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.identity.candidates import candidates
from smallcap.sources.identity.claims import LINE, scored_claims
from smallcap.sources.identity.classes import join_classes
from smallcap.sources.identity.decisions import attached, refusals
from smallcap.sources.identity.sightings import Sightings, seen_lines
from smallcap.sources.identity.spells import date_spells, priced_from, with_line

NO_FUNDAMENTALS = "no company with this ticker in the fundamentals table"
OTHER_COMPANY = "verify: the fundamentals table may have another company under this ticker"


def resolve_lines(
    sightings: Sightings, aliases: pl.DataFrame, rules: HoldingsRules, source: str
) -> pl.DataFrame:
    """Resolve every ticker that any input shows to a line and a company.

    Returns
    -------
    pl.DataFrame
        `SECURITIES_COLUMNS`, sorted by ticker and valid_from; `ticker` is the canonical symbol. Spells of one
        ticker do not overlap.
    """
    seen = with_line(seen_lines(sightings, rules.identity), aliases, rules)
    claims = scored_claims(seen, sightings, aliases, rules.identity, rules.recycling)
    taken = attached(claims, seen)
    unresolved = seen.unique(LINE, keep="first", maintain_order=True).join(taken, on=LINE, how="anti")
    named = candidates(unresolved, sightings, rules.identity, list(rules.recycling.insignificant_words))
    listed = (
        _listed_lines(seen)
        .join(taken.rename({"words": "evidence"}), on=LINE, how="left", maintain_order="left")
        .join(refusals(claims, taken), on=LINE, how="left", maintain_order="left")
        .join(named, on=LINE, how="left", maintain_order="left")
    )
    together = pl.concat([listed, _unlisted_lines(sightings, taken, listed)], how="diagonal")
    grouped = join_classes(date_spells(together, sightings), seen, sightings.companies, aliases)
    return _describe(grouped, sightings.companies, source)


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


def _listed_lines(seen: pl.DataFrame) -> pl.DataFrame:
    """Sum up the sightings of each line; the sector is that of its first list, the name that of its last."""
    return seen.group_by(LINE, maintain_order=True).agg(
        first_date=pl.col("snapshot_date").first(),
        name=pl.col("name").last(),
        sector=pl.col("sector").first(),
        continuity=pl.col("continuity").drop_nulls().str.join("; "),
        is_by_alias=pl.col("is_by_alias").any(),
    )


def _unlisted_lines(sightings: Sightings, taken: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Make a line of each company and each priced ticker that no list shows.

    A ticker that several share is distinguished by the company. A company that began before its ticker's
    first line and belongs to a later one keeps a line of its own for that time; otherwise a later list would
    give the time to the first line.
    """
    is_shared = pl.len().over("symbol") > 1
    own_id = (
        pl.when(is_shared).then(pl.concat_str("symbol", pl.lit(":"), "source_entity_id")).otherwise("symbol")
    )
    firsts = (
        listed.sort("symbol", "first_date")
        .unique("symbol", keep="first", maintain_order=True)
        .select("symbol", first_line="source_id", listed_from="first_date")
    )
    takers = taken.select(symbol="company_symbol", source_entity_id="source_entity_id", taker="source_id")
    is_earlier = (pl.col("taker") != pl.col("first_line")) & (pl.col("first_date") < pl.col("listed_from"))
    of_companies = (
        sightings.companies.with_columns(source_id=own_id)
        .join(takers, on=["symbol", "source_entity_id"], how="left")
        .join(firsts, on="symbol", how="left")
        .filter(pl.col("taker").is_null() | is_earlier.fill_null(False))
        .select("symbol", "source_id", "first_date", "source_entity_id", "name", "sector")
        .with_columns(
            evidence=pl.lit("a company of the fundamentals table that no list has under this ticker")
        )
    )
    seen = pl.concat([listed.select("symbol"), sightings.companies.select("symbol")])
    priced = priced_from(sightings).join(seen, on="symbol", how="anti")
    return pl.concat(
        [of_companies, priced.select("symbol", pl.col("symbol").alias("source_id"), "first_date")],
        how="diagonal",
    )


def _describe(lines: pl.DataFrame, companies: pl.DataFrame, source: str) -> pl.DataFrame:
    described = companies.sort("symbol", "source_entity_id").unique(
        "source_entity_id", keep="first", maintain_order=True
    )
    codes = described.select("source_entity_id", "sic", "gics", company_name="name", company_sector="sector")
    other = pl.coalesce(
        pl.format("{} ({})", pl.lit(OTHER_COMPANY), "company_name_refused"), pl.lit(OTHER_COMPANY)
    )
    why = pl.when(pl.col("why").is_not_null()).then(other)
    reason = pl.concat_str(
        pl.coalesce(why, pl.lit(NO_FUNDAMENTALS)), "candidate", separator="; ", ignore_nulls=True
    )
    evidence = pl.concat_str(
        "evidence",
        pl.when(~pl.col("is_resolved")).then("why"),
        pl.col("continuity").replace("", None),
        separator="; ",
        ignore_nulls=True,
    )
    return (
        lines.join(codes, on="source_entity_id", how="left")
        .with_columns(
            name=pl.coalesce("name", "company_name"),
            sector=pl.coalesce("sector", "company_sector"),
            source=pl.lit(source),
            ticker=pl.col("symbol"),
            unresolved_reason=pl.when(~pl.col("is_resolved")).then(reason),
            resolution_evidence=evidence.replace("", None),
            resolved_by=pl.lit(None),
            filer_status=pl.lit(None),
            delisting_cause=pl.lit(None),
            is_resolution_corrected=pl.any_horizontal(
                pl.col("is_by_alias", "is_corrected", "is_refused_by_alias").fill_null(False)
            ),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SECURITIES_COLUMNS.items())
        .sort("ticker", "valid_from", "source_id")
    )
