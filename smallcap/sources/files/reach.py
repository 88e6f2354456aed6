"""How far a table of an input folder reaches: the newest date that enough of its rows support."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.rules.types.sanity import ClockRules


def newest_supported(rows: pl.DataFrame, date: str, name: str, rules: ClockRules) -> dt.date | None:
    """Return the newest date that enough companies or lines support; None without a date.

    Dates without a long gap between them form a stretch. The result is the end of the newest stretch in which
    enough companies or lines have a date, else of the one in which most have. So a single row far after all
    others does not decide how far a table reaches.

    Parameters
    ----------
    rows, date, name
        Rows, and their columns of a date and of the name of a company or line.
    rules
        The thresholds for a long gap and for enough.
    """
    dated = rows.select(date, name).drop_nulls(date).unique().sort(date)
    starts = pl.col(date).diff() > pl.duration(days=rules.max_gap_days)
    stretches = (
        dated.with_columns(stretch=starts.fill_null(False).cum_sum())
        .group_by("stretch")
        .agg(pl.col(date).max().alias("last"), pl.col(name).n_unique().alias("names"))
    )
    enough = pl.min_horizontal(rules.min_share * dated[name].n_unique(), pl.col("names").max())
    newest = stretches.filter(pl.col("names") >= enough)["last"].max()
    return newest if isinstance(newest, dt.date) else None
