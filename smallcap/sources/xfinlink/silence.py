"""Company-years about which the vendor answered nothing, and whether that is explained."""

from __future__ import annotations

import datetime as dt

import polars as pl


def unexplained_silence(answered: pl.DataFrame, seen: pl.DataFrame, together: dt.timedelta) -> pl.DataFrame:
    """Find ids that are missing from a response although they should have rows.

    An id is missing if it has no row in any year of a response. That is explained if all its rows known at
    the time are before, or all are after, those years: the company was delisted before or listed later.

    Parameters
    ----------
    answered
        id, year, answer, received: the years of each id that a response covers; `answer` is the number of the
        response.
    seen
        id, year, received: company-years with rows, and when these were received.
    together
        Rows received up to this much later than a response still explain it, as they belong to the same run.

    Returns
    -------
    pl.DataFrame
        id, year.
    """
    silent = (
        answered.join(seen.select("id", "year", is_seen=pl.lit(True)), on=["id", "year"], how="left")
        .group_by("id", "answer")
        .agg(
            "year",
            pl.col("received").max(),
            first=pl.col("year").min(),
            last=pl.col("year").max(),
            is_seen=pl.col("is_seen").any(),
        )
        .filter(~pl.col("is_seen"))
    )
    known = seen.select("id", seen_year="year", seen_at="received")
    explained = (
        silent.join(known, on="id")
        .filter(pl.col("seen_at") <= pl.col("received") + together)
        .group_by("id", "answer", "first", "last")
        .agg(born=pl.col("seen_year").min(), died=pl.col("seen_year").max())
        .filter((pl.col("born") > pl.col("last")) | (pl.col("died") < pl.col("first")))
    )
    return (
        silent.join(explained, on=["id", "answer"], how="anti")
        .explode("year")
        .select("id", "year")
        .unique()
        .sort("id", "year")
    )
