"""Compares requests with responses: strange and contradictory rows are errors; missing ids are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl

from smallcap.sources.fetching import RefusedError
from smallcap.sources.refusals import write_refused

NOT_SERVED = "not_served"
"""The rule in core.rejects for a requested id that was not in any response."""


def require_asked(rows: pl.DataFrame, ids: Collection[int], asked: str) -> None:
    """Refuse a response with ids that were not requested: the meaning of the ids has then changed.

    Parameters
    ----------
    rows
        As served.
    ids
        The requested ids.
    asked
        A description of the request, for the message.

    Raises
    ------
    RefusedError
        When there is such an id; the message names the first.
    """
    present = rows["entity_id"].unique()
    foreign = present.filter(~present.is_in(list(ids))).sort()
    if len(foreign):
        raise RefusedError(
            f"{asked}: the response has rows of {len(foreign)} ids that were not requested, the "
            f"first {foreign[0]}: "
            "the vendor has renumbered its ids. Rebuild raw.securities first"
        )


def require_single(rows: pl.DataFrame, key: Sequence[str], asked: str) -> None:
    """Refuse a response that says two things about one: which of them is right nobody knows.

    Two rows of a day would also be compounded as two days.

    Parameters
    ----------
    rows
        As served; rows that are equal in all columns were refused before.
    key
        The columns of which a row is the only one.
    asked
        A description of the request, for the message.

    Raises
    ------
    RefusedError
        When there are such rows; the message names the first.
    """
    twice = rows.filter(pl.struct(key).is_duplicated()) if key else rows.clear()
    if twice.height:
        first = ", ".join(f"{name} {twice[name][0]}" for name in key)
        raise RefusedError(
            f"{asked}: {twice.height} rows of the response contradict others of the same "
            f"{' and '.join(key)}, the first of {first}. Ask the vendor which are right; nothing of "
            f"the response is used"
        )


def missing_rows(
    dataset: str, names: Collection[str], reason: str, start: dt.date, end: dt.date
) -> pl.DataFrame:
    """Return the missing ids as refused rows, in the columns of `REFUSED_SCHEMA`."""
    rows = pl.DataFrame({"asked_for": sorted(names)}, schema={"asked_for": pl.String}).with_columns(
        dataset=pl.lit(dataset),
        start=pl.lit(start),
        end=pl.lit(end),
        reason=pl.lit(reason),
        rule=pl.lit(NOT_SERVED),
    )
    return write_refused(rows, pl.lit(end.year), ["dataset", "asked_for", "start", "end", "reason"])
