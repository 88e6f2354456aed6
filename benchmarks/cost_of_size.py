"""What size costs: ten times as many companies, and three times as many years, of the sample universe."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measured_run import measure
from benchmarks.page import machine
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES, SMALL

MEASURED = Path(__file__).parent / "measured_sizes.json"
"""What was measured last; `benchmarks.scale` computes from it."""
LAST_YEAR = 2025
MOST_TIMES_COMPANIES = 11.0
MOST_TIMES_YEARS = 3.3
MOST_GIBIBYTES = 6.0
GIBIBYTE = 2**30


@dataclass(frozen=True)
class Case:
    """One home and what it took.

    Attributes
    ----------
    companies, years
        Its size.
    seconds
        Of the run, without the loading of libraries.
    cpu_seconds
        Of the processor, with everything from the start of the process to its end: a machine that does other
        things leaves it as it is.
    peak_bytes
        The most memory of its process.
    stored_bytes, files
        What it holds afterwards and a push would send: tables and catalogue.
    load
        Mean load of the machine in the minute before the end.
    """

    companies: int
    years: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stored_bytes: int
    files: int
    load: float


def run(folder: Path) -> Iterator[list[Section]]:
    """Measure the homes one after the other, and keep what was measured unless it is small."""
    years = LAST_YEAR - SIZES.size_first_year + 1
    few, many = (_case(folder, companies, years) for companies in (SIZES.few_companies, SIZES.many_companies))
    short, long = (_case(folder, SIZES.few_companies, count) for count in (SIZES.few_years, SIZES.many_years))
    if SIZES is not SMALL:
        document = {"measured_on": dt.date.today().isoformat(), "machine": machine()}
        cases = [asdict(case) for case in (few, many, short, long)]
        MEASURED.write_text(json.dumps({**document, "cases": cases}, indent=1) + "\n", encoding="utf-8")
    yield [section([few, many, short, long])]


def section(cases: Sequence[Case]) -> Section:
    """Show few and many companies, then a short and a long history, against their limits."""
    few, many, short, long = cases
    by_companies, by_years = many.seconds / few.seconds, long.seconds / short.seconds
    return Section(
        "Size",
        f"Fresh homes of the sample universe up to {LAST_YEAR}, each in a process of its own: ten times as "
        f"many companies, then three times as many years. The sample has lists from 2005 on, so that the "
        f"longest history is 21 years; a year costs the same wherever it lies, because each is made from its "
        f"own windows. One run of each; load average {cases[0].load:.1f} after the first and "
        f"{cases[-1].load:.1f} after the last.",
        (
            "home",
            "seconds",
            "× smaller one",
            "seconds of the processor",
            "peak memory, GiB",
            "stored, MB",
            "files",
        ),
        [
            _row(few, ""),
            _row(many, f"{by_companies:.2f}"),
            _row(short, ""),
            _row(long, f"{by_years:.2f}"),
        ],
        [
            Limit(
                f"{many.companies:,} companies, against {few.companies:,}", by_companies, MOST_TIMES_COMPANIES
            ),
            Limit(
                f"peak memory of {many.companies:,} companies over {many.years} years",
                many.peak_bytes / GIBIBYTE,
                MOST_GIBIBYTES,
                " GiB",
            ),
            Limit(f"{long.years} years, against {short.years}", by_years, MOST_TIMES_YEARS),
        ],
    )


def _row(case: Case, ratio: str) -> list[str]:
    return [
        f"{case.companies:,} companies, {case.years} years",
        f"{case.seconds:.1f}",
        ratio,
        f"{case.cpu_seconds:.1f}",
        f"{case.peak_bytes / GIBIBYTE:.2f}",
        f"{case.stored_bytes / 1e6:,.0f}",
        f"{case.files:,}",
    ]


def _case(folder: Path, companies: int, years: int) -> Case:
    home = folder / f"{companies}-{years}"
    # As a home of a fleet: one processor each.
    own = {"SMALLCAP_SAMPLE_COMPANIES": str(companies), "POLARS_MAX_THREADS": "1"}
    before = _cpu_seconds()
    taken = measure(home, LAST_YEAR - years + 1, LAST_YEAR, variables=own)
    cpu_seconds = round(_cpu_seconds() - before, 1)
    stored = [path.stat().st_size for name in ("lake", "warehouse") for path in _files(home / name)]
    shutil.rmtree(home)
    load = round(os.getloadavg()[0], 1)
    seconds = round(taken.run_seconds, 1)
    return Case(companies, years, seconds, cpu_seconds, taken.peak_bytes, sum(stored), len(stored), load)


def _cpu_seconds() -> float:
    """Return the processor's seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
