"""All of `make run` after set-up: a fresh home, the latest complete year of the sample, and the summary."""

from __future__ import annotations

import datetime as dt
import shutil
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measured_run import Measured, measure
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import ratio

AS_OF = dt.date(2025, 12, 31)
RUNS = SIZES.whole_runs
OF_QUARTERS = (
    *("raw.quarterly_fundamentals", "core.quarterly_fundamentals", "core.trailing_metrics"),
    *("core.trailing_as_of", "core.watched_trailing", "marts.footing_medians", "marts.debt_between_reports"),
)
"""Tables that are there for quarters alone."""
MOST_TIMES_WITHOUT_QUARTERS = 1.25
FIRST_TO_ASK = "core.books"
"""The table for which the sample is generated, whole: it is the first that asks the source something."""


def run(folder: Path) -> Section:
    """Measure runs in processes of their own, and split them into their parts."""
    runs = [_fresh(folder / "fresh") for _ in range(RUNS)]
    wall = statistics.median(one.wall_seconds for one in runs)
    split = [_parts(one) for one in runs]
    without = [one.wall_seconds - of_quarters(one) for one in runs]
    against = ratio([one.wall_seconds for one in runs], without)
    rows = [
        *(_row(part, [own[part] for own in split], wall) for part in split[0]),
        _row("**all of it**", [one.wall_seconds for one in runs], wall),
        _row("of which the tables of quarters", [of_quarters(one) for one in runs], wall),
        *_slowest(runs, wall),
    ]
    return Section(
        "The whole of `make run`",
        f"After set-up, in a fresh home, as_of {AS_OF}: what the source delivers for the years that the "
        "screen looks back, the twelve month ends of the year, audit, publication, summary. Medians of "
        f"{RUNS} runs, with the least and the greatest; {runs[-1].events} events of Dagster. Quarters make "
        f"the run {against} times as long as it is without the tables that are there for them alone "
        f"({', '.join(OF_QUARTERS)}): their reading, computing, writing and checking are counted, and "
        "their share of Dagster's bookkeeping by number of tables; what quarters add to other tables is not.",
        ("part", "seconds", "share"),
        rows,
        [Limit("`make run`, against without quarters", against.median, MOST_TIMES_WITHOUT_QUARTERS)],
    )


def _fresh(home: Path) -> Measured:
    shutil.rmtree(home, ignore_errors=True)
    return measure(home, AS_OF.year, AS_OF.year, AS_OF)


def _parts(taken: Measured) -> dict[str, float]:
    asked = taken.seconds("compute", "raw.") + taken.seconds("compute", FIRST_TO_ASK)
    return {
        "Python starts and ends": taken.wall_seconds - taken.import_seconds - taken.run_seconds,
        "libraries are loaded": taken.import_seconds,
        "the sample is generated, the other raw tables fetched": asked,
        "core and marts are computed": taken.seconds("compute") - asked,
        "tables are read": taken.seconds("read"),
        "tables are checked against their contract and written": taken.seconds("write"),
        "what is stored is audited": taken.seconds("check"),
        "the warehouse is published": taken.seconds("publish"),
        "Dagster's bookkeeping, plan and summary": taken.bookkeeping_seconds,
    }


def of_quarters(taken: Measured) -> float:
    """Sum the seconds of the tables of quarters, with their share of the bookkeeping.

    Parameters
    ----------
    taken
        A run.
    """
    totals = _by_table(taken)
    own = [totals[name] for name in OF_QUARTERS if name in totals]
    return sum(own) + len(own) / len(totals) * taken.bookkeeping_seconds


def _by_table(taken: Measured) -> Mapping[str, float]:
    """Sum all parts of each table."""
    totals: dict[str, float] = {}
    for (table, _), seconds in taken.parts.items():
        totals[table] = totals.get(table, 0.0) + seconds
    return totals


def _slowest(runs: Sequence[Measured], wall: float) -> list[list[str]]:
    """Name the tables that take longest, all their parts together."""
    totals = [_by_table(one) for one in runs]
    taken = {table: [own.get(table, 0.0) for own in totals] for table in totals[0]}
    slowest = sorted(taken.items(), key=lambda item: -statistics.median(item[1]))[:5]
    return [_row(f"of which {table}", seconds, wall) for table, seconds in slowest]


def _row(what: str, seconds: Sequence[float], wall: float) -> list[str]:
    middle = statistics.median(seconds)
    spread = f" ({min(seconds):.2f} to {max(seconds):.2f})" if len(seconds) > 1 else ""
    return [what, f"{middle:.2f}{spread}", f"{middle / wall:.0%}"]
