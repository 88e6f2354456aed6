"""Lines of several lists with their tickers and companies: rows of constituents and of securities."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.sources.base import CONSTITUENTS_COLUMNS, SECURITIES_COLUMNS
from smallcap.sources.nport.members import FundList

_ONE_DAY: Final = dt.timedelta(days=1)


def listed_lines(lists: Sequence[FundList]) -> pl.DataFrame:
    """Return the lines of lists as `resolve` takes them: one row per line and date.

    Funds that report on one date may show a line twice; the fund that comes first by its name describes it.
    """
    parts = [
        one.identifiers.select(
            "source_id",
            pl.lit(one.list_date).alias("list_date"),
            "cusip",
            "name",
            pl.col("ticker").str.split(" ").list.first().alias("reported_ticker"),
            pl.lit(one.fund).alias("fund"),
        )
        for one in lists
    ]
    return (
        pl.concat(parts)
        .sort("list_date", "source_id", "fund")
        .unique(["source_id", "list_date"], keep="first", maintain_order=True)
        .drop("fund")
    )


def with_line_id(resolved: pl.DataFrame) -> pl.DataFrame:
    """Add `line_id`: a line keeps its id when its CUSIP changes, as after a consolidation of shares.

    A CUSIP continues an earlier one of the same company and ticker that the lists of its first date do not
    show. Only lists up to that date decide, so a later list changes no id.

    Parameters
    ----------
    resolved
        What `resolve` returns, of all lists.
    """
    known = resolved.drop_nulls(["cik", "ticker"]).sort("list_date", "source_id")
    line_of: dict[str, str] = {}
    newest: dict[tuple[str, str], tuple[str, dt.date]] = {}
    shown = {(row[0], row[1]) for row in known.select("source_id", "list_date").iter_rows()}
    for source_id, day, cik, ticker in known.select("source_id", "list_date", "cik", "ticker").iter_rows():
        before = newest.get((cik, ticker))
        if source_id not in line_of:
            is_continued = before is not None and before[0] != source_id and (before[0], day) not in shown
            line_of[source_id] = line_of[before[0]] if before is not None and is_continued else source_id
        newest[cik, ticker] = (source_id, day)
    return resolved.with_columns(line_id=pl.col("source_id").replace(list(line_of), list(line_of.values())))


def unknown_ticker(source_id: str) -> str:
    """Return what stands for the ticker of a line for which none is known: distinct, and no ticker.

    It does not contain the CUSIP, which is licensed.
    """
    return f"NOTICKER{hashlib.sha256(source_id.encode()).hexdigest()[:8].upper()}"


def constituents_rows(lists: Sequence[FundList], resolved: pl.DataFrame) -> pl.DataFrame:
    """Return the members of all lists with their tickers and line ids, in `CONSTITUENTS_COLUMNS`.

    Parameters
    ----------
    lists
        The lists.
    resolved
        What `with_line_id` returns for their lines.
    """
    known = _with_shown_ticker(resolved).select(
        "source_id", "line_id", snapshot_date="list_date", shown="shown_ticker"
    )
    rows = pl.concat([one.rows for one in lists])
    joined = rows.join(known, on=["source_id", "snapshot_date"], how="left").with_columns(
        ticker="shown", source_id=pl.coalesce("line_id", "source_id")
    )
    return joined.select(*CONSTITUENTS_COLUMNS).sort("snapshot_date", "fund", "source_id")


def securities_rows(resolved: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return one row per line and ticker spell, in `SECURITIES_COLUMNS`.

    A spell begins with the first list that shows the line under the ticker. Industry codes are not known
    here. An unresolved line is a company of its own, with the reason.

    Parameters
    ----------
    resolved
        What `with_line_id` returns.
    source
        The value of the column `source`.
    """
    ordered = _with_shown_ticker(resolved).sort("line_id", "list_date", "source_id")
    is_new = (pl.col("shown_ticker") != pl.col("shown_ticker").shift().over("line_id")).fill_null(True)
    spelled = ordered.with_columns(spell=is_new.cum_sum().over("line_id"))
    # The first list that identifies the line decides; a later one adds a company and takes none away.
    decided = spelled.with_columns(
        company=pl.col("cik").drop_nulls().first().over("line_id"),
        way=pl.col("resolved_by").drop_nulls().first().over("line_id"),
        is_first_unknown=pl.col("cik").first().over("line_id").is_null(),
    )
    spells = decided.group_by("line_id", "spell", maintain_order=True).agg(
        pl.col(
            "shown_ticker", "list_date", "company", "way", "is_first_unknown", "is_resolution_later"
        ).first(),
        pl.col("unresolved_reason", "name").last(),
    )
    next_start = pl.col("list_date").shift(-1).over("line_id")
    described = spells.with_columns(valid_to=next_start - _ONE_DAY)
    is_resolved = pl.col("company").is_not_null()
    rows = described.with_columns(
        source=pl.lit(source),
        source_id="line_id",
        source_entity_id=pl.coalesce("company", pl.format("line {}", "line_id")),
        ticker="shown_ticker",
        valid_from="list_date",
        is_resolved=is_resolved,
        unresolved_reason=pl.when(~is_resolved).then("unresolved_reason"),
        resolution_evidence=pl.when(is_resolved).then(pl.format("{}, CIK {}", "way", "company")),
        resolved_by=pl.when(is_resolved).then("way"),
        is_resolution_later=pl.col("is_resolution_later") | (is_resolved & pl.col("is_first_unknown")),
        is_resolution_corrected=(pl.col("way") == "alias").fill_null(False),
    )
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SECURITIES_COLUMNS.items()
    ).sort("ticker", "valid_from", "source_id")


def _with_shown_ticker(resolved: pl.DataFrame) -> pl.DataFrame:
    """Add `shown_ticker`: the line's ticker, else its newest one before, else its first, else none's name.

    The first one is a later list's knowledge; it names the line and decides nothing.
    """
    ordered = resolved.sort("line_id", "list_date", "source_id")
    carried = pl.coalesce(
        "ticker",
        pl.col("ticker").forward_fill().over("line_id"),
        pl.col("ticker").backward_fill().over("line_id"),
    )
    named = ordered.with_columns(shown_ticker=carried)
    nameless = named.filter(pl.col("shown_ticker").is_null())["line_id"].unique().sort().to_list()
    names = [unknown_ticker(line) for line in nameless]
    stand_in = pl.col("line_id").replace_strict(nameless, names, default=None, return_dtype=pl.String)
    return named.with_columns(shown_ticker=pl.coalesce("shown_ticker", stand_in))
