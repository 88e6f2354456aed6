"""What was asked against what came: rows of nobody asked for are an error, and who is missing is written down with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from smallcap.sources.fetching import RefusedError
from smallcap.sources.refusals import write_refused

NOT_SERVED = "not_served"
"""The rule that a missing row breaks: who was asked for was not in any answer."""


def require_asked(rows: pl.DataFrame, ids: Collection[int], asked: str) -> None:
    """Refuse an answer that speaks of others than were asked for: then the ids do not mean what they meant.

    Parameters
    ----------
    rows
        As served.
    ids
        Who was asked for.
    asked
        The question in words.

    Raises
    ------
    RefusedError
        Naming the first of them.
    """
    present = rows["entity_id"].unique()
    foreign = present.filter(~present.is_in(list(ids))).sort()
    if len(foreign):
        raise RefusedError(
            f"{asked}: the answer has rows of {len(foreign)} ids that were not asked for, the "
            f"first {foreign[0]}: "
            "the vendor has renumbered its ids. Remake raw.securities first"
        )


def missing_rows(
    dataset: str, names: Collection[str], reason: str, start: dt.date, end: dt.date
) -> pl.DataFrame:
    """Write down who is missing, in the columns of `REFUSED_SCHEMA`."""
    rows = pl.DataFrame({"asked_for": sorted(names)}, schema={"asked_for": pl.String}).with_columns(
        dataset=pl.lit(dataset),
        start=pl.lit(start),
        end=pl.lit(end),
        reason=pl.lit(reason),
        rule=pl.lit(NOT_SERVED),
    )
    return write_refused(rows, pl.lit(end.year), ["dataset", "asked_for", "start", "end", "reason"])
