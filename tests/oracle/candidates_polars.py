"""The published candidates beside a home's own figures as a bare script: all dates at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.rules.types.published_candidates import PublishedCandidate

BALANCE_SHEET: Final = 3
NUMBERS: Final = (
    *("market_cap_usd", "debt_to_equity", "roe", "operating_margin", "net_cash_usd", "dividends_paid_usd"),
)
TEXTS: Final = ("exchange", "status", "note")
FIELDS: Final = {
    "ticker": pl.String,
    "company": pl.String,
    "source": pl.String,
    "debt_to_equity_highest": pl.Float64,
    **dict.fromkeys(NUMBERS, pl.Float64),
    **dict.fromkeys(TEXTS, pl.String),
}
Tables = dict[str, pl.DataFrame]


def candidates(tables: Tables, published: Sequence[PublishedCandidate]) -> pl.DataFrame:
    """Make the columns of marts.published_candidates but the reason.

    Parameters
    ----------
    tables
        core.members, core.metrics_as_of, core.filter_evaluations, core.watched_names, core.watched_metrics
        and marts.watched_outcomes.
    published
        The rows of published_candidates.csv.
    """
    book = pl.DataFrame([{name: getattr(one, name, None) for name in FIELDS} for one in published], FIELDS)
    day, company, ticker = ["as_of"], ["as_of", "entity_id"], ["as_of", "ticker"]
    names = tables["core.watched_names"].select(*company, "ticker", "is_member")
    asked = tables["core.members"].select(day).unique().join(book.select("ticker"), how="cross")
    found = asked.join(names, on=ticker, how="left").with_columns(pl.col("is_member").fill_null(False))
    third = pl.col("filter_number") == BALANCE_SHEET
    status = pl.when("is_borderline").then(pl.lit("borderline")).otherwise("stand_alone_status")
    figures = ("period_end", "available_date", *NUMBERS, "note")
    inside = (
        found.filter("is_member")
        .join(tables["core.metrics_as_of"].select(*company, *figures), on=company, how="left")
        .join(tables["core.members"].select(*company, "exchange"), on=company, how="left")
        .join(
            tables["core.filter_evaluations"].filter(third).select(*company, status=status),
            on=company,
            how="left",
        )
    )
    outside = (
        found.filter(~pl.col("is_member"))
        .join(tables["core.watched_metrics"].select(*ticker, *figures), on=ticker, how="left")
        .with_columns(exchange=pl.lit(None, pl.String))
        .join(
            tables["marts.watched_outcomes"].filter(third).select(*ticker, status=status),
            on=ticker,
            how="left",
        )
    )
    rows = pl.concat([inside, outside])
    known = ["as_of", "ticker", "entity_id", "is_member", "period_end", "available_date"]
    ours = _long(rows, known, "ours", "our_text").join(
        _long(book, ["ticker", "company", "source"], "published", "published_text"), on=["ticker", "figure"]
    )
    is_range = pl.col("figure") == "debt_to_equity"
    highest = book.select("ticker", published_highest="debt_to_equity_highest")
    own = pl.col("ours")
    low, high = pl.col("published"), pl.coalesce("published_highest", "published")
    nearest = pl.max_horizontal(low, pl.min_horizontal(own, high))
    return (
        ours.join(highest, on="ticker", how="left")
        .with_columns(published_highest=pl.when(is_range).then("published_highest"))
        .with_columns(
            year=pl.col("as_of").dt.year(),
            difference=pl.when(own.is_not_null() & low.is_not_null()).then(own - nearest),
        )
    )


def _long(rows: pl.DataFrame, index: list[str], number: str, text: str) -> pl.DataFrame:
    """Give every figure a row of its own, numbers and texts in columns of their own."""
    numbers = rows.unpivot(NUMBERS, index=index, variable_name="figure", value_name=number)
    texts = rows.unpivot(TEXTS, index=index, variable_name="figure", value_name=text)
    both = pl.concat([numbers, texts], how="diagonal")
    return both.with_columns(pl.col(text).replace("", None))
