"""All of `make run` after set-up: a fresh home, the latest complete year of the sample, and the summary."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from benchmarks.measured_run import Measured, measure
from benchmarks.results import Section

AS_OF = dt.date(2025, 12, 31)


def run(folder: Path) -> Section:
    """Measure one run in a process of its own and split it into its parts."""
    taken = measure(folder / "fresh", AS_OF.year, AS_OF.year, AS_OF)
    parts = {
        "Python starts and ends": taken.wall_seconds - taken.import_seconds - taken.run_seconds,
        "libraries are loaded": taken.import_seconds,
        "the sample is generated, the other raw tables fetched": taken.seconds("compute", "raw."),
        "core and marts are computed": taken.seconds("compute") - taken.seconds("compute", "raw."),
        "tables are read": taken.seconds("read"),
        "tables are checked against their contract and written": taken.seconds("write"),
        "what is stored is audited": taken.seconds("check"),
        "the warehouse is published": taken.seconds("publish"),
        f"Dagster's bookkeeping ({taken.events} events), plan and summary": taken.bookkeeping_seconds,
    }
    rows = [
        [what, f"{seconds:.2f}", f"{seconds / taken.wall_seconds:.0%}"] for what, seconds in parts.items()
    ]
    return Section(
        "The whole of `make run`",
        f"After set-up, in a fresh home, as_of {AS_OF}: what the source delivers for the years "
        f"that the screen looks back, the twelve "
        "month ends of the year, audit, publication, summary. One run.",
        ("part", "seconds", "share"),
        [*rows, ["**all of it**", f"{taken.wall_seconds:.2f}", "100%"], *_slowest(taken)],
        [],
    )


def _slowest(taken: Measured) -> list[list[str]]:
    """Name the tables that take longest, all their parts together."""
    totals: dict[str, float] = {}
    for (table, _), seconds in taken.parts.items():
        totals[table] = totals.get(table, 0.0) + seconds
    slowest = sorted(totals.items(), key=lambda item: -item[1])[:5]
    return [
        [f"of which {table}", f"{seconds:.2f}", f"{seconds / taken.wall_seconds:.0%}"]
        for table, seconds in slowest
    ]
