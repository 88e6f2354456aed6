"""The note on a company: what a reader of its figures should know, in a few words."""

from __future__ import annotations

import polars as pl

MILLION = 1e6
SEPARATOR = "; "


def note() -> pl.Expr:
    """Say in words whether a company is debt-free, its net cash, its dividends and doubts about its record.

    The columns are those of core.metrics_as_of. Null without a visible record.
    """
    net_cash, dividends = pl.col("net_cash_usd"), pl.col("dividends_paid_usd")
    # A part of the debt that is blank is unknown, so that zero is a lower bound.
    has_no_debt = (pl.col("total_debt_usd") == 0) & ~pl.col("is_debt_partial").fill_null(False)
    parts = [
        pl.when(has_no_debt).then(pl.lit("debt-free")),
        pl.when(net_cash > 0).then(pl.format("net cash {} M USD", _millions(net_cash))),
        pl.when(net_cash < 0).then(pl.format("net debt {} M USD", _millions(-net_cash))),
        pl.when(dividends > 0).then(pl.format("dividends {} M USD", _millions(dividends))),
        pl.when(dividends == 0).then(pl.lit("no dividends")),
        pl.when("is_debt_partial").then(pl.lit("one part of the debt is unknown")),
        pl.when("is_stale").then(pl.lit("stale record")),
        pl.when("is_scale_suspect").then(pl.lit("a figure may be in another unit")),
    ]
    words = pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)
    return pl.when(pl.col("period_end").is_not_null() & (words != "")).then(words).alias("note")


def _millions(amount: pl.Expr) -> pl.Expr:
    return (amount / MILLION).round(0).cast(pl.Int64, strict=False)
