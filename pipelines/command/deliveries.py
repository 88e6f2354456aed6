"""The command `accept`: deliveries that were refused, and a person's word that they are right."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.markup import escape

from smallcap.errors import DegradedError, InputError
from smallcap.hints import command_hint
from smallcap.lake.home import Home
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings
from smallcap.sources.payloads import SnapshotStore

SHOWN = ("run", "dataset", "source", "delivered", "silent", "why")


def show_refused(settings: Settings, out: Console, err: Console) -> None:
    """List the deliveries that were refused and not accepted yet."""
    refused = _refused(Home(settings).records.read("meta.deliveries"))
    if refused.is_empty():
        err.print("no delivery waits for a decision", highlight=False)
        return
    rows = [
        (
            row["run_id"][:8],
            row["dataset"],
            row["source"],
            f"{row['delivered_at']:%Y-%m-%d %H:%M}",
            row["silent"],
            row["reason"],
        )
        for row in refused.to_dicts()
    ]
    out.print(rows_table(SHOWN, rows, "Refused deliveries"))
    hint = command_hint(settings, "accept", refused["run_id"][-1][:8], "--reason", "TEXT")
    err.print(f"accept one with: {escape(hint)}", highlight=False, soft_wrap=True)


def accept_run(settings: Settings, run: str, reason: str, err: Console) -> None:
    """Record that a person accepts what a run refused.

    Parameters
    ----------
    settings
        The settings.
    run
        The run, or the first characters of its id.
    reason
        Why; it is recorded and shown with the checks of the next run.
    err
        Where the outcome goes.

    Raises
    ------
    InputError
        When no refused delivery is of that run, when several runs begin so, or without a run or a reason.
    """
    # Every id begins with nothing: a shell variable that is not set would accept whatever waits.
    if not run.strip():
        raise InputError("the run is empty; smallcap accept without a run lists those that wait")
    if not reason.strip():
        raise InputError("--reason is empty; say in a few words why what was delivered is right")
    home = Home(settings)
    with home.writing_records():
        refused = _refused(home.records.read("meta.deliveries"))
        chosen = refused.filter(pl.col("run_id").str.starts_with(run))
        if chosen.is_empty():
            raise InputError(
                f"no refused delivery of a run '{run}' waits in {home.path}; smallcap accept without a run "
                f"lists those that do"
            )
        if chosen["run_id"].n_unique() > 1:
            raise InputError(
                f"the ids of {chosen['run_id'].n_unique()} runs begin with '{run}'; name more of one"
            )
        rows = chosen.with_columns(status=pl.lit("overruled"), reason=pl.lit(" ".join(reason.split())))
        home.records.upsert("meta.deliveries", rows.to_dicts())
        SnapshotStore(settings.snapshots_dir).accept(chosen["run_id"][0])
    accepted = ", ".join(chosen["dataset"].sort())
    err.print(
        f"accepted: {accepted} of run {chosen['run_id'][0][:8]}. The next run merges a delivery that lacks "
        f"no more than that; what is missing stays in use, marked by missing_since",
        highlight=False,
        soft_wrap=True,
    )


def require_complete(settings: Settings, run_id: str) -> None:
    """Insist that no delivery of a run was published in part.

    Raises
    ------
    DegradedError
        When one was, by the setting publish_partial.
    """
    deliveries = Home(settings).records.read("meta.deliveries")
    partial = deliveries.filter((pl.col("run_id") == run_id) & (pl.col("status") == "partial"))
    if not partial.is_empty():
        told = "; ".join(
            f"{dataset}: {reason}" for dataset, reason in partial.select("dataset", "reason").iter_rows()
        )
        raise DegradedError(
            f"published from a partial delivery ({told}), as the setting publish_partial asks. Earlier rows "
            f"stay in use, marked by missing_since. Run again when the source is complete, or accept the "
            f"loss with: smallcap accept {run_id[:8]} --reason TEXT --home {settings.home}"
        )


def _refused(deliveries: pl.DataFrame) -> pl.DataFrame:
    """Return refused and partial deliveries with none accepted after them, the newest of each dataset."""
    newest = (
        deliveries.sort("delivered_at")
        .group_by("source", "dataset", maintain_order=True)
        .last()
        .filter(pl.col("status").is_in(["refused", "partial"]))
    )
    return newest.select(deliveries.columns).sort("delivered_at", "dataset")
