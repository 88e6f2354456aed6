"""`make bench`: run the benchmarks, print them, write docs/benchmarks.md, and fail where a limit is missed.

Arguments name sections; BENCHMARK_SIZE=small makes them small, without limits and without the page.
The section `size` takes an hour and 6 GiB: it is among all only with BENCHMARK_ALL=1.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks import (
    backfill,
    bootstrap,
    company_facts,
    cost_of_size,
    fund_reports,
    page,
    quality_in_memory,
    rolling,
    second_run,
    serving,
    trailing,
    vendor_adapter,
    whole_run,
)
from benchmarks.quality_in_memory import LEAST_TIMES_FASTER, MOST_TIMES_BARE
from benchmarks.results import Limit, Section
from benchmarks.sizes import FULL, SIZES, settings_of_the_sample
from benchmarks.timing import with_load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main(names: Sequence[str]) -> int:
    """Run the named sections, all by default; return the exit code.

    The page is written only by all sections at their full size.
    """
    unknown = set(names) - SECTIONS.keys()
    if unknown:
        print(
            f"no such section: {', '.join(sorted(unknown))}; choose from {', '.join(SECTIONS)}",
            file=sys.stderr,
        )
        return 2
    os.environ.update(settings_of_the_sample())
    console, before, sections = Console(), os.getloadavg()[0], []
    with tempfile.TemporaryDirectory(prefix="smallcap-benchmarks-") as folder:
        for name in names or _by_default():
            for section in with_load(lambda name=name: SECTIONS[name](Path(folder))):
                shown = section if SIZES is FULL else replace(section, limits=[])
                page.show(shown, console)
                sections.append(shown)
    load = f"Load average {before:.1f} at the start, {os.getloadavg()[0]:.1f} at the end."
    if SIZES is FULL and not names:
        PAGE.write_text(page.write(sections, dt.date.today(), load), encoding="utf-8")
    return 0 if all(limit.is_held for section in sections for limit in section.limits) else 1


def _backfill(root: Path) -> Iterator[list[Section]]:
    """Backfill, then question the warehouse of the long history."""
    yield from backfill.run(root)
    yield [serving.run(root / "long" / "warehouse" / "warehouse.duckdb", root)]


def _in_memory() -> Section:
    """Show the quality screen in memory against every yardstick available."""
    found = quality_in_memory.run()
    cells = [
        [
            r.yardstick,
            f"{r.smallcap_seconds:.3f}",
            f"{r.yardstick_seconds:.3f}",
            str(r.ratio),
            f"{r.largest_difference:.0e}",
        ]
        for r in found
    ]
    limits = [
        Limit(
            f"in memory, times faster than {row.yardstick}",
            row.ratio.median,
            LEAST_TIMES_FASTER,
            is_least=True,
        )
        if "pandas" in row.yardstick
        else Limit(f"in memory, against {row.yardstick}", row.ratio.median, MOST_TIMES_BARE)
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
        f"{quality_in_memory.RUNS} runs in turn, and of the ratios of each turn, with the least and the "
        f"greatest. {quality_in_memory.WHERE_THE_TIME_GOES}",
        ("yardstick", "smallcap, s", "yardstick, s", "ratio", "largest difference"),
        cells,
        limits,
    )


SECTIONS: dict[str, Callable[[Path], Iterable[Sequence[Section]]]] = {
    "quality": lambda _: [[_in_memory()]],
    "rolling": lambda _: [[rolling.run()]],
    "bootstrap": lambda _: [[bootstrap.run()]],
    "trailing": lambda _: [[trailing.run()]],
    "backfill": _backfill,
    "run": lambda root: [[whole_run.run(root)]],
    "second-run": lambda root: [[second_run.run(root)]],
    "company-facts": lambda _: [[company_facts.run()]],
    "adapter": lambda root: [[vendor_adapter.run(root)]],
    "fund-reports": lambda _: [[fund_reports.run()]],
    "size": cost_of_size.run,
}


def _by_default() -> list[str]:
    return [name for name in SECTIONS if name != "size" or os.environ.get("BENCHMARK_ALL") == "1"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
