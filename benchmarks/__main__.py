"""`make bench`: run every benchmark, print it, write docs/benchmarks.md, and fail where a limit is missed."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import (
    backfill,
    page,
    quality_in_memory,
    rolling,
    second_run,
    serving,
    vendor_adapter,
    whole_run,
)
from benchmarks.quality_in_memory import LEAST_TIMES_FASTER, MOST_TIMES_BARE
from benchmarks.results import Limit, Section

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Run everything; return the exit code."""
    console = Console()
    sections = []
    before = os.getloadavg()[0]
    for section in _sections():
        page.show(section, console)
        sections.append(section)
    load = f"Load average {before:.1f} at the start, {os.getloadavg()[0]:.1f} at the end."
    PAGE.write_text(page.write(sections, dt.date.today(), load), encoding="utf-8")
    return 0 if all(limit.is_held for section in sections for limit in section.limits) else 1


def _sections() -> Iterator[Section]:
    yield _in_memory()
    yield rolling.run()
    with tempfile.TemporaryDirectory(prefix="smallcap-benchmarks-") as folder:
        root = Path(folder)
        yield from backfill.run(root)
        yield serving.run(root / "long" / "warehouse" / "warehouse.duckdb", root)
        yield whole_run.run(root)
        yield second_run.run(root)
        yield vendor_adapter.run(root)


def _in_memory() -> Section:
    """Show the quality screen in memory against every yardstick that is there."""
    found = quality_in_memory.run()
    cells = [
        [
            r.yardstick,
            f"{r.smallcap_seconds:.3f}",
            f"{r.yardstick_seconds:.3f}",
            f"{r.ratio:.2f}",
            f"{r.largest_difference:.0e}",
        ]
        for r in found
    ]
    limits = [
        Limit(f"in memory, times faster than {row.yardstick}", row.ratio, LEAST_TIMES_FASTER, is_least=True)
        if "pandas" in row.yardstick
        else Limit(f"in memory, against {row.yardstick}", row.ratio, MOST_TIMES_BARE)
        for row in found
    ]
    return Section(
        "Quality screen in memory",
        "240 dates of 2,000 members, from records and members in memory to scores and quintiles: "
        "the functions of `smallcap.finance` "
        "(with the reason of every exclusion) against the study's procedure date by date in pandas "
        "and against a bare Polars script "
        "that keeps only what is scored. Every yardstick must score the same records; the largest "
        "difference of a score is shown. For "
        "pandas the ratio says how many times faster smallcap is, for bare Polars how many times "
        "as long it takes. Medians of "
        f"{quality_in_memory.RUNS} runs.",
        ("yardstick", "smallcap, s", "yardstick, s", "ratio", "largest difference"),
        cells,
        limits,
    )


if __name__ == "__main__":
    sys.exit(main())
