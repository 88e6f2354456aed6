"""The backfill measured against a bare script, and refreshes on a long and a short history."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks import anatomy, doubts, funnel, quintiles, studies
from benchmarks.against_bare import MEDIANS, PARTS, bare_seconds
from benchmarks.bare_backfill import LATER
from benchmarks.measured_run import Measured, measure
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import ratio
from smallcap.lake import Lake
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.sources.payloads import SnapshotStore
from smallcap.tables import TABLES

FIRST_YEAR, LAST_YEAR = SIZES.first_year, SIZES.last_year
SHORT_HISTORY_FIRST_YEAR = SIZES.short_history_first_year
REPEATS = SIZES.backfills
OF_A_GROUP = {"quintiles": quintiles, "studies": studies, "doubts": doubts}
"""The groups of tables that `bare_tables` makes, and what shows each."""
MOST_TIMES_BARE = 3.0
MOST_MILLISECONDS_AN_EVENT = 15.0
MOST_GIBIBYTES = 2.0
MOST_TIMES_SHORT_HISTORY = 1.3
GIBIBYTE = 2**30
# Snapshots alone: the bare script also takes flows of companies that were never listed, which smallcap does
# not ask for.
COMPARED = (
    *("core.metrics_as_of", "core.trailing_as_of"),
    *("marts.quality_scores", "marts.quality_summary", "marts.coverage"),
)
BY_THE_YEARS_READ = "is_share_count_change_unchecked"
"""Set where the prices that were read do not reach back to both share counts: smallcap reads three years
before, of the lines of members, and the bare script all prices there are. It concerns a few rows of the first
years."""


@dataclass(frozen=True)
class Bare:
    """What a run of the bare script took: seconds, those of two groups of tables in them, and peak memory.

    Attributes
    ----------
    seconds
        Of all its tables.
    later_seconds
        Of the tables in `bare_backfill.LATER`.
    funnel_seconds
        Of the funnel's tables.
    peak_bytes
        Most memory.
    """

    seconds: float
    later_seconds: float
    funnel_seconds: float
    peak_bytes: int


def run(folder: Path) -> Iterator[list[Section]]:
    """Measure one after the other; return together what was measured together.

    Parameters
    ----------
    folder
        An empty folder; afterwards ``<folder>/long`` is a home with the whole history.
    """
    payloads = _generated(folder / "payloads")
    yield _backfill(folder, payloads)
    yield [_refresh(folder, payloads)]


def _generated(home: Path) -> Path:
    """Generate the sample once: both sides start from the same payloads."""
    settings = _settings(home)
    open_source(settings, SnapshotStore(settings.snapshots_dir)).securities()
    return settings.snapshots_dir


def _settings(home: Path) -> Settings:
    return Settings(home=home, preset="sample")


def _fresh_home(home: Path, payloads: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(payloads, _settings(home).snapshots_dir)
    return home


def _backfill(folder: Path, payloads: Path) -> list[Section]:
    ours, theirs, in_anatomy, years = [], [], [], range(FIRST_YEAR, LAST_YEAR + 1)
    long = folder / "long"
    others: dict[str, list[float]] = {name: [] for name in OF_A_GROUP}
    # In turn, so that whatever else the machine does falls on all alike.
    for _ in range(REPEATS):
        ours.append(measure(_fresh_home(long, payloads), FIRST_YEAR, LAST_YEAR))
        theirs.append(_bare(_fresh_home(folder / "bare", payloads), folder / "plain"))
        years_of_anatomy = (long, FIRST_YEAR, LAST_YEAR)
        in_anatomy.append(bare_seconds("bare_anatomy", years_of_anatomy, folder / "plain-anatomy"))
        for name, taken in others.items():
            taken.append(bare_seconds("bare_tables", (name, long), folder / f"plain-{name}"))
    lake = Lake(_settings(long).lake_dir)
    _refuse_other_contents(lake, folder / "plain")
    funnel.refuse_other_contents(lake, folder / "plain", years)
    return [
        _whole(ours, theirs, {made.name for made in (folder / "plain").iterdir()}),
        funnel.section(ours, [one.funnel_seconds for one in theirs]),
        anatomy.section(long, ours, in_anatomy, years, folder / "plain-anatomy"),
        *(
            group.section(long, ours, others[name], years, folder / f"plain-{name}")
            for name, group in OF_A_GROUP.items()
        ),
        doubts.together(ours, list(others.values())),
    ]


def _whole(ours: Sequence[Measured], theirs: Sequence[Bare], made_by_both: set[str]) -> Section:
    """Compare the frozen set of tables, and show beside it those of quarters, which came later."""
    frozen = made_by_both - set(LATER)
    bare_seconds_of_frozen = [one.seconds - one.later_seconds for one in theirs]
    bare = statistics.median(bare_seconds_of_frozen)
    run_seconds = _median(ours, lambda one: one.run_seconds)
    by_part = {part: _median(ours, lambda one, part=part: _of_tables(one, part, frozen)) for part in _PARTS}
    same = sum(by_part.values())
    against = ratio(
        [sum(_of_tables(one, part, frozen) for part in _PARTS) for one in ours], bare_seconds_of_frozen
    )
    of_quarters = [sum(one.parts.get((name, part), 0.0) for name in LATER for part in PARTS) for one in ours]
    later = statistics.median(of_quarters)
    books = _median(ours, lambda one: one.bookkeeping_seconds)
    an_event = _median(ours, lambda one: 1000 * one.bookkeeping_seconds / one.events)
    most = max(one.peak_bytes for one in ours) / GIBIBYTE
    rows = [
        ["bare script", f"{bare:.1f}", "1.00", f"{max(one.peak_bytes for one in theirs) / GIBIBYTE:.2f}"],
        ["smallcap, the same tables, without Dagster's bookkeeping", f"{same:.1f}", str(against), ""],
        *(
            [f"of that: {part}", f"{seconds:.1f}", f"{seconds / bare:.2f}", ""]
            for part, seconds in by_part.items()
        ),
        [
            "smallcap, the tables of quarters, × the bare script's seconds for them",
            f"{later:.1f}",
            str(ratio(of_quarters, [one.later_seconds for one in theirs])),
            "",
        ],
        ["smallcap, its other tables", f"{run_seconds - books - same - later:.1f}", "", ""],
        [f"Dagster's bookkeeping, {ours[-1].events} events", f"{books:.1f}", f"{books / bare:.2f}", ""],
        ["smallcap, whole run", f"{run_seconds:.1f}", "", f"{most:.2f}"],
    ]
    return Section(
        f"Backfill of {FIRST_YEAR} to {LAST_YEAR}",
        f"The whole sample universe, every month end of {LAST_YEAR - FIRST_YEAR + 1} years, into a fresh "
        "home. The bare script computes the tables up to the quality screen's and the funnel's from the "
        "same payloads, all years at once, and writes one plain Parquet file per table and year: no "
        "contract, no Delta log, no digest, no check, no catalogue, no Dagster. It calls the same functions, "
        "but for the funnel's tables, of which it has an implementation of its own. The snapshots that both "
        "wrote were compared and are equal. The set of tables is frozen: of those that came later, the "
        f"tables of quarters ({', '.join(LATER)}), which the others read, are made by the script too and "
        "shown in a row of their own; all others stand apart (books and regressions, index, experiment, "
        "watched names and what is measured below). Tables of the set have grown with quarters: the "
        "quality screen by its third method, the filters by the latest footing, on both sides. Publishing "
        "is counted whole, with the set. Loading the libraries is counted for neither. "
        f"{MEDIANS.format(REPEATS)} Memory is the most of them. Dagster's bookkeeping is what a run takes "
        "outside reading, computing, writing, checking and publishing.",
        ("", "seconds", "× bare script", "peak memory, GiB"),
        rows,
        [
            Limit(
                "the same tables without Dagster's bookkeeping, against the bare script",
                against.median,
                MOST_TIMES_BARE,
            ),
            Limit("Dagster's bookkeeping per event", an_event, MOST_MILLISECONDS_AN_EVENT, " ms"),
            Limit("peak memory of the backfill", most, MOST_GIBIBYTES, " GiB"),
        ],
    )


def _refresh(folder: Path, payloads: Path) -> Section:
    long, short = folder / "long", _fresh_home(folder / "short", payloads)
    measure(short, SHORT_HISTORY_FIRST_YEAR, LAST_YEAR)
    clock = open_source(_settings(long)).clock
    months = [
        dt.date(clock.year, month, calendar.monthrange(clock.year, month)[1])
        for month in range(1, clock.month + 1)
    ]
    after_long, after_short = [], []
    for as_of in months:
        after_long.append(measure(long, as_of.year, as_of.year, as_of))
        after_short.append(measure(short, as_of.year, as_of.year, as_of))
    # The first month begins the year, and with it a partition of every table; it is no refresh.
    long_seconds = _median(after_long[1:], lambda one: one.run_seconds)
    short_seconds = _median(after_short[1:], lambda one: one.run_seconds)
    against = ratio(*([one.run_seconds for one in runs[1:]] for runs in (after_long, after_short)))
    long_years, short_years = LAST_YEAR - FIRST_YEAR + 1, LAST_YEAR - SHORT_HISTORY_FIRST_YEAR + 1
    return Section(
        "Refreshing the running year",
        f"`smallcap run` for the month ends of {clock.year}, one after the other: each remakes the "
        f"year up to the next month end, audits "
        f"and publishes. {MEDIANS.format(len(months) - 1)}",
        ("history", "seconds", "× short history"),
        [
            [f"{short_years} years", f"{short_seconds:.2f}", "1.00"],
            [f"{long_years} years", f"{long_seconds:.2f}", str(against)],
        ],
        [
            Limit(
                f"refresh on {long_years} years of history, against {short_years} years",
                against.median,
                MOST_TIMES_SHORT_HISTORY,
            )
        ],
    )


_PARTS = ("read", "compute", "write", "check", "publish")


def _median(runs: Sequence[Measured], number: Callable[[Measured], float]) -> float:
    return statistics.median(number(one) for one in runs)


def _of_tables(one: Measured, part: str, names: set[str]) -> float:
    """Sum a part over the tables that the bare script makes too; publishing is counted whole."""
    return sum(
        seconds
        for (table, its_part), seconds in one.parts.items()
        if its_part == part and (table in names or part == "publish")
    )


def _bare(home: Path, out: Path) -> Bare:
    """Run the bare script in a process of its own."""
    shutil.rmtree(out, ignore_errors=True)
    arguments = [str(home), str(FIRST_YEAR), str(LAST_YEAR), str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare_backfill", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the bare script failed: {done.stderr[-2000:]}")
    return Bare(**json.loads(done.stdout.splitlines()[-1]))


def _refuse_other_contents(lake: Lake, plain: Path) -> None:
    """Refuse to compare times where the two sides did not write the same."""
    for name in COMPARED:
        key = TABLES[name].key
        ours = lake.read(name).sort(key)
        theirs = pl.read_parquet(plain / name / "*.parquet").select(ours.columns).sort(key)
        if not _are_same(ours, theirs):
            raise ValueError(
                f"{name}: the bare script wrote other contents than smallcap ({theirs.height} and "
                f"{ours.height} rows)"
            )


def _are_same(ours: pl.DataFrame, theirs: pl.DataFrame) -> bool:
    """Whether two tables are equal; of rows that differ in `BY_THE_YEARS_READ` alone, ours has it set."""
    if BY_THE_YEARS_READ not in ours.columns:
        return ours.equals(theirs)
    is_ours, is_theirs = ours[BY_THE_YEARS_READ], theirs[BY_THE_YEARS_READ]
    return ours.drop(BY_THE_YEARS_READ).equals(theirs.drop(BY_THE_YEARS_READ)) and bool(
        (is_ours | ~is_theirs).all()
    )
