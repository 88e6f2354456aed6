"""marts.published_candidates: the published book's candidates, its figures beside ours at each date."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.published.differences import MADE_UP, NOT_PUBLISHED, difference, record_in_words
from smallcap.rules.types.published_candidates import PublishedCandidate

NUMBERS = (
    *("market_cap_usd", "debt_to_equity", "roe", "operating_margin", "net_cash_usd", "dividends_paid_usd"),
)
TEXTS = ("exchange", "status", "note")
REASONS = {
    "market_cap_usd": "market_cap_reason",
    "debt_to_equity": "debt_to_equity_reason",
    "roe": "roe_reason",
}
"""Columns that say why one of our figures is null."""
METRIC_COLUMNS = (
    *("as_of", "period_end", "available_date", "is_stale", "price_date", "note"),
    *NUMBERS,
    *REASONS.values(),
)
BALANCE_SHEET_FILTER = 3
NOBODY = "no line of the source carries the ticker"
NOT_KNOWN = "no source of this home has it"
WITHOUT_RECORD = "no annual record of ours is visible"
OF_THE_LIST = "ours is the exchange in the list of members"
BOOK_DAY = "the book's is of January 2026, as its author gives it"


def published_candidates(
    candidates: Sequence[PublishedCandidate],
    names: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    evaluations: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    is_made_up: bool,
) -> pl.DataFrame:
    """Put each candidate's published figures beside ours, with the reason for a difference.

    Parameters
    ----------
    candidates
        The rows of published_candidates.csv.
    names
        Rows of core.watched_names: the company behind each ticker.
    members
        Rows of core.members: the dates, and the exchange of each member.
    metrics_as_of, watched_metrics
        Figures of members, and of watched names that are none.
    evaluations, outcomes
        Rows of core.filter_evaluations and marts.watched_outcomes: the status of filter 3.
    is_made_up
        Whether the home's companies are made up.

    Returns
    -------
    pl.DataFrame
        One row per date, candidate and figure, in the columns of marts.published_candidates.
    """
    asked = members.select("as_of").unique().join(_published(candidates), how="cross")
    found = asked.join(
        names.select("as_of", "ticker", "entity_id", "is_member", "missing_filing"),
        on=["as_of", "ticker"],
        how="left",
    ).with_columns(pl.col("is_member").fill_null(False))
    complete = _with_ours(found, members, metrics_as_of, watched_metrics, evaluations, outcomes)
    rows = pl.concat(
        [
            *(_number(complete, figure, is_made_up=is_made_up) for figure in NUMBERS),
            *(_text(complete, figure, is_made_up=is_made_up) for figure in TEXTS),
        ]
    ).with_columns(pl.col("as_of").dt.year().alias("year"))
    return as_table(rows, "marts.published_candidates").sort("as_of", "ticker", "figure")


def _published(candidates: Sequence[PublishedCandidate]) -> pl.DataFrame:
    rows = [
        {
            "ticker": one.ticker,
            "company": one.company,
            "source": one.source,
            "debt_to_equity_highest": one.debt_to_equity_highest,
            **{f"{name}_published": getattr(one, name, None) for name in NUMBERS},
            **{f"{name}_published": getattr(one, name) or None for name in TEXTS},
        }
        for one in candidates
    ]
    numbers = {f"{name}_published": pl.Float64 for name in NUMBERS}
    texts = {f"{name}_published": pl.String for name in TEXTS}
    own = {
        "ticker": pl.String,
        "company": pl.String,
        "source": pl.String,
        "debt_to_equity_highest": pl.Float64,
    }
    return pl.DataFrame(rows, schema={**own, **numbers, **texts})


def _with_ours(
    found: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    evaluations: pl.DataFrame,
    outcomes: pl.DataFrame,
) -> pl.DataFrame:
    """Add our figures: those of core.metrics_as_of for a member, else those of core.watched_metrics."""
    by_company, by_ticker = ["as_of", "entity_id"], ["as_of", "ticker"]
    is_third = pl.col("filter_number") == BALANCE_SHEET_FILTER
    status = pl.when("is_borderline").then(pl.lit("borderline")).otherwise("stand_alone_status")
    judged = evaluations.filter(is_third).select(*by_company, status=status)
    inside = (
        found.filter("is_member")
        .join(metrics_as_of.select(*METRIC_COLUMNS, "entity_id"), on=by_company, how="left")
        .join(members.select(*by_company, "exchange"), on=by_company, how="left")
        .join(judged, on=by_company, how="left")
    )
    outside = (
        found.filter(~pl.col("is_member"))
        .join(watched_metrics.select(*METRIC_COLUMNS, "ticker"), on=by_ticker, how="left")
        .with_columns(pl.lit(None, dtype=pl.String).alias("exchange"))
        .join(outcomes.filter(is_third).select(*by_ticker, status.alias("status")), on=by_ticker, how="left")
    )
    return pl.concat([inside, outside.select(inside.columns)])


def _number(rows: pl.DataFrame, figure: str, *, is_made_up: bool) -> pl.DataFrame:
    highest = (
        pl.col("debt_to_equity_highest") if figure == "debt_to_equity" else pl.lit(None, dtype=pl.Float64)
    )
    both = rows.with_columns(
        pl.col(f"{figure}_published").alias("published"),
        highest.alias("published_highest"),
        pl.col(figure).alias("ours"),
    )
    price = (
        pl.format("at the price of {}; ", "price_date").fill_null("")
        if figure == "market_cap_usd"
        else pl.lit("")
    )
    own_reason = pl.col(REASONS[figure]) if figure in REASONS else pl.lit(None, dtype=pl.String)
    return _row(
        both.with_columns(difference()),
        figure,
        _reason(
            pl.col("ours").is_null(), pl.col("published").is_null(), own_reason, price, is_made_up=is_made_up
        ),
    )


def _text(rows: pl.DataFrame, figure: str, *, is_made_up: bool) -> pl.DataFrame:
    nothing = {name: pl.lit(None, dtype=pl.Float64) for name in ("published", "published_highest", "ours")}
    both = rows.with_columns(
        pl.col(f"{figure}_published").alias("published_text"),
        pl.col(figure).alias("our_text"),
        *(value.alias(name) for name, value in nothing.items()),
        pl.lit(None, dtype=pl.Float64).alias("difference"),
    )
    no_reason = pl.lit(None, dtype=pl.String)
    if figure == "exchange" and not is_made_up:
        from_list = (
            pl.when(pl.col("our_text").is_null()).then(pl.lit(NOT_KNOWN)).otherwise(pl.lit(OF_THE_LIST))
        )
        return _row(both, figure, from_list)
    is_unknown, is_unpublished = pl.col("our_text").is_null(), pl.col("published_text").is_null()
    return _row(
        both, figure, _reason(is_unknown, is_unpublished, no_reason, pl.lit(""), is_made_up=is_made_up)
    )


def _reason(
    is_unknown: pl.Expr, is_unpublished: pl.Expr, own: pl.Expr, price: pl.Expr, *, is_made_up: bool
) -> pl.Expr:
    """Say why ours is not known, else what the two figures are of."""
    if is_made_up:
        return pl.lit(MADE_UP)
    no_filing = pl.format("no source has its {}", "missing_filing")
    is_nobody = pl.col("entity_id").is_null()
    is_without_record = pl.col("period_end").is_null()
    unknown = (
        pl.when(is_without_record & pl.col("missing_filing").is_not_null())
        .then(no_filing)
        .when(is_nobody)
        .then(pl.lit(NOBODY))
        .otherwise(pl.coalesce(own, pl.lit(NOT_KNOWN)))
    )
    dated = pl.concat_str(price, record_in_words().fill_null(WITHOUT_RECORD))
    compared = (
        pl.when(is_unpublished)
        .then(pl.concat_str(pl.lit(f"{NOT_PUBLISHED}; "), dated))
        .otherwise(pl.concat_str(dated, pl.lit(f"; {BOOK_DAY}")))
    )
    return pl.when(is_unknown).then(unknown).otherwise(compared)


def _row(rows: pl.DataFrame, figure: str, reason: pl.Expr) -> pl.DataFrame:
    texts = [name for name in ("published_text", "our_text") if name not in rows.columns]
    return rows.select(
        *("as_of", "ticker", "company", "entity_id", "is_member", "published", "published_highest", "ours"),
        *("difference", "period_end", "available_date", "source"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in texts),
        *(name for name in ("published_text", "our_text") if name in rows.columns),
        pl.lit(figure).alias("figure"),
        reason.alias("reason"),
    ).select(
        *("as_of", "ticker", "figure", "company", "entity_id", "is_member", "published", "published_highest"),
        *(
            "ours",
            "difference",
            "published_text",
            "our_text",
            "reason",
            "period_end",
            "available_date",
            "source",
        ),
    )
