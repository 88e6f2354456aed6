"""What a run has to record: what it requested from the source, what its checks found, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from smallcap.lake.home import Home
from smallcap.sources.base import Delivery
from smallcap.utc import utc_now


class RunLog:
    """The records of one run, kept until they are written to the home.

    Parameters
    ----------
    home
        The home.
    run_id, command, preset
        The run, what was requested in words, and the preset.
    years, as_of
        The years of the run, and the date that was requested, if one was.
    source_name, clock
        The source, and the last day that it knows.
    """

    def __init__(
        self,
        home: Home,
        run_id: str,
        command: str,
        preset: str,
        years: Sequence[int],
        as_of: dt.date | None,
        source_name: str,
        clock: dt.date,
    ) -> None:
        self._home, self._run_id, self._command, self._preset = home, run_id, command, preset
        self._years, self._as_of, self._source_name, self._clock = years, as_of, source_name, clock
        self._checks: list[dict[str, object]] = []
        self._judged: list[dict[str, object]] = []
        self._fetched: dict[tuple[str, int], dict[str, object]] = {}
        self.started_at = utc_now()
        self.is_published = False

    def note_fetched(self, dataset: str, years: Iterable[int], asked: int | None) -> None:
        """Remember what was requested from the source, up to which day."""
        for year in years:
            self._fetched[dataset, year] = {
                "dataset": dataset,
                "source": self._source_name,
                "year": year,
                "asked": asked,
                "fetched_through": min(dt.date(year, 12, 31), self._clock) if year else self._clock,
                "fetched_at": utc_now(),
            }

    def note_delivery(self, name: str, delivery: Delivery, years: Sequence[int]) -> None:
        """Remember a source's notices about a delivery: they are warnings among the table's checks."""
        if delivery.notices:
            self.note_check(name, "source_notices", "warned", "; ".join(delivery.notices), years)

    def note_judged(self, delivery: Mapping[str, object]) -> None:
        """Remember the judgement of a delivery, a row of meta.deliveries without run, source and times."""
        about = {"run_id": self._run_id, "source": self._source_name, "clock": self._clock}
        self._judged.append({**about, **delivery, "delivered_at": utc_now()})

    def note_check(self, name: str, check_name: str, status: str, message: str, years: Sequence[int]) -> None:
        """Remember the outcome of a check of the years that were made: passed, warned or failed."""
        self._checks.append(
            {
                "run_id": self._run_id,
                "table_name": name,
                "check_name": check_name,
                "first_year": years[0] if years else None,
                "last_year": years[-1] if years else None,
                "status": status,
                "message": message,
                "checked_at": utc_now(),
            }
        )

    def flush_checks(self) -> None:
        """Write the outcomes of checks to the home's records, where the publication's guard reads them."""
        self._home.records.upsert("meta.checks", self._checks)
        self._checks = []

    def flush(self, status: str) -> None:
        """Write what was remembered, and the run's status, to the home's records."""
        self.flush_checks()
        self._home.records.upsert("meta.deliveries", self._judged)
        self._judged = []
        years = (min(self._years), max(self._years)) if self._years else None
        self._home.records.run(
            self._run_id, self._command, years, self._as_of, self._preset, status, self.started_at
        )

    def fetched(self) -> pl.DataFrame:
        """Return meta.fetched with what this run requested, which its publication holds already."""
        return self._home.records.with_rows("meta.fetched", list(self._fetched.values()))

    def flush_fetched(self) -> None:
        """Write what was requested to the home's records.

        Only of a run that is no longer undone: a request whose rows were taken back would not be made again.
        """
        self._home.records.upsert("meta.fetched", list(self._fetched.values()))
        self._fetched = {}
