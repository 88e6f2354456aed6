"""core.watched_names: every watched ticker at every date, with the company behind it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.members import is_ticker_usable, members
from smallcap.finance.tickers import normalised
from smallcap.rules.types.kinds import CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.watchlist import WatchedName
from smallcap.tables.registry import TABLES

WATCHLIST = "watchlist"
SEPARATOR = "; "
NOBODY = "no line of the source carries or carried this ticker"
NO_STATEMENTS = "no source has its filings"
LISTED = {
    "symbol": pl.String,
    "ticker": pl.String,
    "company": pl.String,
    "watched_by": pl.String,
    "watch_reason": pl.String,
    "missing_filing": pl.String,
    "source": pl.String,
}
UNKNOWN_FLAGS = ("is_resolved", "is_resolution_later", "is_resolution_corrected", "is_classified")


def watched_names(
    index_members: pl.DataFrame,
    book_lines: pl.DataFrame,
    securities: pl.DataFrame,
    watchlist: Sequence[WatchedName],
    source_name: str,
    rules: MetricsRules,
    kinds: Sequence[CompanyKind],
) -> pl.DataFrame:
    """Find the company of every watched ticker, and say at which dates it is a member.

    A ticker of the watchlist means the line that carries it now, or carried it last; one of a book the line
    that core.book_lines found. A company that is watched by several tickers has one row, under the first.

    Parameters
    ----------
    index_members
        Rows of core.members: the dates, and who is a member.
    book_lines
        Rows of core.book_lines.
    securities
        Rows of raw.securities.
    watchlist
        The names of watchlist.csv.
    source_name
        The source of the lists of members; names that it cannot know are left out.
    rules, kinds
        The thresholds and the kinds of company of core.members.

    Returns
    -------
    pl.DataFrame
        One row per date and company, in the columns of core.watched_names, sorted by both.
    """
    found = _companies(_listed(watchlist, book_lines, source_name), book_lines, securities)
    dates = index_members.select("index_name", "as_of").unique().sort("as_of")
    asked = dates.join(found, how="cross").with_columns(pl.col("as_of").dt.year().alias("year"))
    no_prices = TABLES["raw.prices"].empty()
    known = members(_as_lines(asked.drop_nulls("security_id")), securities, no_prices, rules, kinds)
    unknown = _without_line(asked.filter(pl.col("security_id").is_null()), rules)
    listed = index_members.select("as_of", "entity_id", pl.lit(value=True).alias("is_member"))
    rows = pl.concat([known.drop("source"), unknown], how="diagonal_relaxed")
    beside = asked.select("as_of", "ticker", "watched_by", "watch_reason", "missing_filing", "source")
    complete = rows.join(beside, on=["as_of", "ticker"]).join(listed, on=["as_of", "entity_id"], how="left")
    return as_table(
        complete.with_columns(
            pl.col("is_member").fill_null(False),
            pl.lit(0).alias("line_count"),
            pl.lit(None, dtype=pl.Boolean).alias("is_priced"),
        ),
        "core.watched_names",
    ).sort("as_of", "ticker")


def _listed(watchlist: Sequence[WatchedName], book_lines: pl.DataFrame, source_name: str) -> pl.DataFrame:
    """List every watched ticker: those of the watchlist first, then those of the books by name."""
    own = [
        {
            "symbol": name.ticker,
            "ticker": name.ticker,
            "company": name.company,
            "watched_by": WATCHLIST,
            "watch_reason": name.reason,
            "missing_filing": name.missing_filing or None,
            "source": name.source,
        }
        for name in watchlist
        if not name.not_in or name.not_in != source_name
    ]
    of_books = book_lines.sort("book", "ticker").select(
        normalised(pl.col("ticker")).alias("symbol"),
        normalised(pl.col("ticker")).alias("ticker"),
        pl.lit("").alias("company"),
        pl.format("book {}", "book").alias("watched_by"),
        pl.format("in the book {}", "book").alias("watch_reason"),
        pl.lit(None, dtype=pl.String).alias("missing_filing"),
        pl.format("book {}", "book").alias("source"),
    )
    return pl.concat([pl.DataFrame(own, schema=LISTED), of_books])


def _companies(listed: pl.DataFrame, book_lines: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Find the line and company of each ticker, and merge what names the same ticker or company."""
    first = pl.col("place").min()
    merged = _merged(listed.with_row_index("place"), "symbol", first)
    carried = merged.join(_carriers(merged, securities), on="symbol", how="left")
    lines = _lines_of_books(book_lines)
    placed = carried.join(lines, on="symbol", how="left", suffix="_of_book").with_columns(
        pl.coalesce("security_id", "security_id_of_book").alias("security_id"),
        pl.coalesce("entity_id", "entity_id_of_book").alias("entity_id"),
    )
    with_line = placed.filter(pl.col("entity_id").is_not_null())
    without = placed.filter(pl.col("entity_id").is_null())
    companies = _merged(with_line.sort("place"), "entity_id", first)
    return pl.concat([companies, without.select(companies.columns)]).sort("ticker")


def _merged(rows: pl.DataFrame, key: str, place: pl.Expr) -> pl.DataFrame:
    """Keep the first row of each key, with everything that watches it and the first missing filing."""
    merged = ("watched_by", "missing_filing", "place")
    others = [name for name in rows.columns if name not in (key, *merged)]
    return rows.group_by(key, maintain_order=True).agg(
        pl.col(others).first(),
        pl.col("watched_by").unique(maintain_order=True).str.join(SEPARATOR),
        pl.col("missing_filing").drop_nulls().first(),
        place,
    )


def _lines_of_books(book_lines: pl.DataFrame) -> pl.DataFrame:
    """Take the line that the first book by name found for each ticker."""
    return (
        book_lines.filter(pl.col("entity_id").is_not_null())
        .sort("book", "ticker")
        .select(normalised(pl.col("ticker")).alias("symbol"), "security_id", "entity_id")
        .unique("symbol", keep="first", maintain_order=True)
    )


def _carriers(listed: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Find the line that carries each ticker of the watchlist now, else the one that carried it last.

    A line of a company of another name is not meant. A book's line was found on the day it was chosen.
    """
    spells = securities.select(
        normalised(pl.col("ticker")).alias("symbol"),
        *("security_id", "entity_id", "valid_from", "valid_to", "source"),
        pl.col("name").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "").alias("letters"),
    )
    is_of_list = pl.col("watched_by").str.starts_with(WATCHLIST)
    is_meant = pl.col("letters").str.starts_with(pl.col("company")).fill_null(True)
    return (
        listed.select("symbol", "company", is_of_list.alias("is_of_list"))
        .join(spells, on="symbol")
        .filter("is_of_list", is_meant)
        # Nulls first: a spell without an end is the newest.
        .sort(
            "symbol", "valid_to", "valid_from", "source", "security_id",
            descending=[False, True, True, False, False],
            nulls_last=False,
        )
        .unique("symbol", keep="first", maintain_order=True)
        .select("symbol", "security_id", "entity_id")
    )  # fmt: skip


def _as_lines(asked: pl.DataFrame) -> pl.DataFrame:
    """Write watched names as rows of raw.constituents that no list has: without weight, price or date."""
    own = {name: dtype for name, dtype in TABLES["raw.constituents"].columns.items() if name in asked.columns}
    empty = {
        name: dtype for name, dtype in TABLES["raw.constituents"].columns.items() if name not in asked.columns
    }
    return asked.select(
        *own,
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in empty.items()),
    )


def _without_line(asked: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    """Make the rows of tickers that no line carries: nothing is known of them."""
    why = (
        pl.when(pl.col("missing_filing").is_not_null()).then(pl.lit(NO_STATEMENTS)).otherwise(pl.lit(NOBODY))
    )
    return asked.select(
        *("index_name", "as_of", "year", "ticker", "entity_id", "security_id"),
        *(pl.lit(value=False).alias(name) for name in UNKNOWN_FLAGS),
        is_ticker_usable(rules.ticker).alias("is_ticker_usable"),
        why.alias("unresolved_reason"),
    )
