"""The home's own records: which runs there were, what was checked, what was requested from which source.

They are Delta tables like the others, but no part of what a run makes: undoing a run keeps its record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from smallcap.lake.appended import AppendedTables
from smallcap.lake.cleaning import clean_tables
from smallcap.tables import META_TABLES
from smallcap.utc import utc_now


class Records:
    """Runs, checks and fetches of one home.

    Parameters
    ----------
    root
        Folder of the lake that holds the meta tables.
    """

    def __init__(self, root: Path) -> None:
        self._tables = AppendedTables(root)

    def read(self, name: str) -> pl.DataFrame:
        """Read one of the meta tables that the lake holds."""
        return self._tables.read(name)

    def upsert(self, name: str, rows: list[dict[str, object]]) -> None:
        """Add rows to a meta table; rows of the same key are replaced."""
        if rows:
            self._tables.put(name, pl.DataFrame(rows, schema=META_TABLES[name].columns))

    def with_rows(self, name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
        """Read a meta table as it would be after `upsert` of some rows."""
        return self._tables.merged(name, pl.DataFrame(rows, schema=META_TABLES[name].columns))

    def replace(self, name: str, rows: pl.DataFrame) -> None:
        """Replace all rows of a meta table."""
        self._tables.replace(name, rows)

    def replace_kept_versions(self, report: str, versions: dict[str, int]) -> None:
        """Record which table versions a report was made from, replacing those of its earlier version."""
        found = META_TABLES["meta.kept_versions"]
        rows = [
            {"report": report, "table_name": name, "version": version} for name, version in versions.items()
        ]
        stored = self._tables.read(found.name)
        others = stored.filter(pl.col("report") != report)
        new = pl.concat([others, pl.DataFrame(rows, schema=found.columns)]).sort(found.key)
        if not new.equals(stored.sort(found.key)):
            self._tables.replace(found.name, new)

    def drop_kept_versions(self, reports: Iterable[str]) -> None:
        """Forget which table versions some reports were made from, so that they are no longer kept."""
        stored = self._tables.read("meta.kept_versions")
        kept = stored.filter(~pl.col("report").is_in(list(reports)))
        if kept.height < stored.height:
            self._tables.replace("meta.kept_versions", kept)

    def compact(self, keep_runs: int, runs_in_use: Collection[str]) -> None:
        """Write tables of many files again as one file, without checks of runs that nobody needs.

        Parameters
        ----------
        keep_runs
            The newest runs whose checks are kept.
        runs_in_use
            Other runs whose checks are kept.
        """
        for name in META_TABLES:
            if not self._tables.is_scattered(name):
                continue
            rows = self._tables.read(name)
            if name == "meta.checks":
                newest = self._tables.read("meta.runs").sort("started_at").tail(keep_runs)["run_id"]
                rows = rows.filter(pl.col("run_id").is_in({*newest, *runs_in_use}))
            self._tables.replace(name, rows)

    def vacuum(self, days: int) -> int:
        """Delete files that no version of the last days needs; return how many."""
        return clean_tables(self._tables, META_TABLES, days, {})

    def run(
        self,
        run_id: str,
        command: str,
        years: tuple[int, int] | None,
        as_of: dt.date | None,
        preset: str,
        status: str,
        started_at: dt.datetime,
    ) -> None:
        """Record a run, or its new status."""
        first, last = years or (None, None)
        row: dict[str, object] = {
            "run_id": run_id,
            "command": command,
            "first_year": first,
            "last_year": last,
            "as_of": as_of,
            "preset": preset,
            "status": status,
            "started_at": started_at,
            "finished_at": utc_now(),
        }
        self.upsert("meta.runs", [row])

    def mark_undone(self, run_id: str) -> None:
        """Record that a run was undone; a run that ended before its record has none."""
        runs = self._tables.read("meta.runs").filter(pl.col("run_id") == run_id)
        self.upsert("meta.runs", [{**row, "status": "undone"} for row in runs.to_dicts()])

    def requested_dates(self, year: int) -> list[dt.date]:
        """Days of a year that published runs requested by name: they stay among its as_of dates."""
        runs = self._tables.read("meta.runs")
        requested = runs.filter((pl.col("status") == "published") & (pl.col("as_of").dt.year() == year))
        return requested["as_of"].unique().sort().to_list()

    def is_last_run_published(self) -> bool:
        """Whether the newest run that was not undone published: then nothing was out of date at its end."""
        runs = self._tables.read("meta.runs").filter(pl.col("status") != "undone").sort("started_at")
        return not runs.is_empty() and runs["status"][-1] == "published"

    def status_of_checks(self) -> pl.DataFrame:
        """Worst status per run and table over all its checks: run_id, table_name, is_passed."""
        return (
            self._tables.read("meta.checks")
            .group_by("run_id", "table_name")
            .agg(is_passed=(pl.col("status") != "failed").all())
        )
