"""What a home does with a delivery: merge it with what is there, judge what it lacks, and record both.

A live source may fail in part, so its deliveries are merged and judged. In an input folder or the sample what
is there is the truth: rows that have left it leave the tables too, with a warning that counts them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl

from smallcap.engine.context import Run
from smallcap.engine.delivery_losses import (
    History,
    Limits,
    Loss,
    history_of,
    judged,
    list_loss,
    loss_of,
)
from smallcap.engine.making import Rows
from smallcap.errors import DeliveryError
from smallcap.rules.types.withdrawals import is_withdrawn
from smallcap.sources.base import Delivery
from smallcap.sources.ingest import MATCHING, Ingested
from smallcap.sources.merge import Before
from smallcap.sources.payloads import SnapshotStore
from smallcap.tables import TABLES

LISTS = "raw.constituents"
SILENT_NAMED = 2_000
"""So many of the source's ids are listed with a delivery."""


def rows_before(run: Run, name: str, start: dt.date, end: dt.date, asked: Sequence[str]) -> Before | None:
    """Return what the home has of the source, to merge a delivery with; None where the source is the truth.

    Parameters
    ----------
    run, name
        The run, and the raw table.
    start, end, asked
        The days that the source is asked for, and its ids of the companies or lines.
    """
    if run.source.refresh_after is None:
        return None
    made, matching = run.years.of(name), MATCHING[name]
    # A record that is dated anew was in another year.
    years = [
        year
        for year in run.home.lake.years(name)
        if year in made or (matching.filing is not None and year >= start.year)
    ]
    removed = is_withdrawn(
        run.rules["withdrawals"], run.source.name, TABLES[name].short_name, matching.their_id, matching.period
    )
    stored = run.home.lake.read(name, years).filter((pl.col("source") == run.source.name) & ~removed)
    is_asked = pl.col(matching.period).is_between(start, end) & pl.col(matching.their_id).is_in(list(asked))
    return Before(stored, is_asked, run.source.clock)


def lists_before(run: Run, dates: Collection[dt.date]) -> Before | None:
    """Return the lists that the home has for some dates; None where the source, or a limit, is the truth."""
    if run.source.refresh_after is None or run.settings.limit is not None:
        return None
    years = sorted({date.year for date in dates} & set(run.home.lake.years(LISTS)))
    stored = run.home.lake.read(LISTS, years).filter(pl.col("as_of").is_in(list(dates)))
    return Before(stored, pl.lit(value=True), run.source.clock)


def settle(
    run: Run,
    name: str,
    served: Delivery,
    made: Ingested,
    asked: tuple[dt.date, dt.date],
    expected: Sequence[str],
) -> None:
    """Judge a delivery, record the judgement, and add the years of records that it dates anew to the run.

    Parameters
    ----------
    run, name
        The run, and the raw table.
    served
        What the source delivered.
    made
        The same, merged with what the home had.
    asked
        The first and the last day that the source was asked for.
    expected
        The source's ids that should have answered: known to the source, and listed in these days.

    Raises
    ------
    DeliveryError
        When too much is missing, nobody accepted it, and the setting publish_partial is off.
    """
    run.log.note_delivery(name, made, run.years.of(name))
    if run.source.refresh_after is None:
        return
    past = _history(run, name)
    answered = served.rows[MATCHING[name].their_id].unique().to_list()
    loss = loss_of(made.compared, past, expected, answered)
    _judge(run, name, served.rows.height, loss, past, asked, len(expected))
    run.years.extend(name, made.moved_years)


def settle_lists(run: Run, served: Delivery, made: Ingested) -> None:
    """Judge lists of members and record the judgement; as `settle`, with the lines of each list counted."""
    run.log.note_delivery(LISTS, made, run.years.of(LISTS))
    if run.source.refresh_after is None or run.settings.limit is not None or served.rows.is_empty():
        return
    past = _history(run, LISTS)
    years = sorted(set(run.years.of(LISTS)) | {year - 1 for year in run.years.of(LISTS)})
    counted = run.home.lake.read(LISTS, years, ["as_of"])
    dates = served.rows["as_of"]
    loss = list_loss(made.compared, past, served.rows, counted)
    first, last = dates.min(), dates.max()
    if isinstance(first, dt.date) and isinstance(last, dt.date):
        _judge(run, LISTS, served.rows.height, loss, past, (first, last), loss.answered)


def delivered_rows(run: Run, name: str, rows: pl.DataFrame, refused: pl.DataFrame) -> Rows:
    """Return what the table is written with, after a warning of rows that have left an input folder."""
    if run.source.refresh_after is None:
        _warn_of_leaving(run, name, rows)
    return Rows(rows, refused)


def _history(run: Run, name: str) -> History:
    return history_of(run.home.records.read("meta.deliveries"), run.source.name, TABLES[name].short_name)


def _judge(
    run: Run,
    name: str,
    rows: int,
    loss: Loss,
    past: History,
    asked: tuple[dt.date, dt.date],
    expected: int,
) -> None:
    """Record what becomes of a delivery, and refuse it where that is the judgement."""
    dataset, settings = TABLES[name].short_name, run.settings
    verdict = judged(loss, past, Limits(settings.delivery_warn_loss, settings.delivery_fail_loss))
    is_partial = verdict.status == "refused" and settings.publish_partial
    status = "partial" if is_partial else verdict.status
    run.log.note_judged(
        {
            "dataset": dataset,
            "first_day": asked[0],
            "last_day": asked[1],
            "asked": expected,
            "answered": loss.answered,
            "row_count": rows,
            "non_null_share": loss.non_null_share,
            "answered_share": loss.answered_share,
            "lost_share": loss.worst,
            "silent": len(loss.silent),
            "silent_ids": " ".join(loss.silent[:SILENT_NAMED]) or None,
            "status": status,
            "reason": verdict.reason,
            "is_accepted_by_person": verdict.is_accepted_by_person,
        }
    )
    outcome = "passed" if status == "accepted" else "failed" if status == "refused" else "warned"
    run.log.note_check(name, "delivery", outcome, verdict.reason, run.years.of(name))
    if status == "refused":
        since = run.log.started_at.replace(tzinfo=dt.UTC)
        SnapshotStore(settings.snapshots_dir).refuse(dataset, run.run_id, since)
        raise DeliveryError(_refusal(run, dataset, loss, verdict.reason))


def _refusal(run: Run, dataset: str, loss: Loss, reason: str) -> str:
    shown = ", ".join(loss.silent[:5])
    named = f" (first: {shown})" if shown else ""
    return (
        f"the delivery of {dataset} by {run.source.name} is refused: {reason}{named}. Nothing new is "
        f"published, nothing stored was changed, and the responses are kept. Run again later, or accept what "
        f"was delivered with: smallcap accept {run.run_id[:8]} --reason TEXT --home {run.home.path}"
    )


def _warn_of_leaving(run: Run, name: str, rows: pl.DataFrame) -> None:
    """Warn how many rows that were there are no longer in the folder."""
    years, key = run.years.of(name), TABLES[name].key
    there = [year for year in run.home.lake.years(name) if year in years]
    if not there:
        return
    before = run.home.lake.read(name, there, [*key, "year"])
    if "as_of" in key:
        # Dates that are no longer requested leave with their rows.
        before = before.join(rows.select("as_of").unique(), on="as_of", how="semi")
    left = before.join(rows.select(key), on=key, how="anti")
    if left.height:
        by_year = ", ".join(
            f"{count:,} of {year}" for year, count in left.group_by("year").len().sort("year").iter_rows()
        )
        told = f"{left.height:,} of {before.height:,} rows are no longer in the source and were removed"
        run.log.note_check(name, "rows_left", "warned", f"{told} ({by_year})", years)
