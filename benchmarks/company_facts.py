"""Companyfacts files to statements, as a ratio to reading the same JSON, and the memory that it takes.

Run as a program it reads them once, and prints one line of JSON with processor seconds and peak memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.measured_run import peak_memory
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import ratio
from smallcap.rules.concept_files import read_concepts
from smallcap.sources.sec.chains import FLOW_ITEMS, tags_of, units_of
from smallcap.sources.sec.company import read_company
from smallcap.sources.sec.facts import MONEY

FILES = SIZES.companies
PARTS: Final = 5
"""The files are compared in so many parts of as many files."""
FIRST_YEAR, LAST_YEAR = 2011, 2024
OTHER_CONCEPTS: Final = 260
"""Concepts that no item is read from: notes, taxes by kind, commitments."""
READ_CONCEPTS: Final = 75
"""Concepts of the chains that a company uses; it gives them in every report, the others once a year."""
MOST_TIMES_JSON = 4.0
MOST_GIB = 1.0
GIBIBYTE = 2**30
REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
CONCEPTS = read_concepts(REFERENCE)
_QUARTERS: Final = ((1, 90), (2, 181), (3, 273), (4, 365))


def made_up_file(number: int) -> bytes:
    """Make one company's file, of the size and shape of a small company's: about two megabytes.

    Every filing repeats the periods that it compares with; every tenth changes what was reported before.
    """
    facts: dict[str, Any] = {}
    flows = tags_of(CONCEPTS, FLOW_ITEMS)
    read = sorted(tag for tag, units in units_of(CONCEPTS).items() if units == {MONEY})
    step = max(len(read) // READ_CONCEPTS, 1)
    needed = sorted(tag for item in ("net_income", "total_assets") for tag in tags_of(CONCEPTS, (item,)))
    tags = [*dict.fromkeys([*needed, *read[::step]][:READ_CONCEPTS])]
    for index, tag in enumerate([*tags, *(f"OtherConcept{other}Amount" for other in range(OTHER_CONCEPTS))]):
        is_flow = tag in flows or (tag not in read and index % 2 == 0)
        quarters = _QUARTERS if tag in read else _QUARTERS[-1:]
        own = list(_facts(number, index, quarters, is_flow=is_flow))
        facts[tag] = {"label": tag, "description": f"Amount of {tag}. " * 4, "units": {MONEY: own}}
    document = {"cik": number + 1, "entityName": f"Made Up {number} Inc.", "facts": {"us-gaap": facts}}
    return json.dumps(document, separators=(",", ":")).encode()


def _facts(
    number: int, index: int, quarters: Sequence[tuple[int, int]], *, is_flow: bool
) -> Iterator[dict[str, Any]]:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for quarter, days in quarters:
            filed = date(year, 1, 1) + timedelta(days + 40)
            labels = {
                "accn": f"{number + 1:010}-{filed.year % 100:02}-{quarter:06}",
                "fy": year,
                "fp": f"Q{quarter}" if days < _QUARTERS[-1][1] else "FY",
                "form": "10-Q" if days < _QUARTERS[-1][1] else "10-K",
                "filed": filed.isoformat(),
            }
            for back in (0, 1):
                start = date(year - back, 1, 1)
                end = start + timedelta(days - 1)
                changed = 1_000 if back and (year + quarter + index) % 10 == 0 else 0
                value = (number % 97 + 3) * 1_000_000 + index * 10_000 + (year - back) * 100 + changed * 100
                period = {"start": start.isoformat()} if is_flow else {}
                yield {**period, "end": end.isoformat(), "val": value * quarter, **labels}


def run() -> Section:
    """Read the files in a process of its own, after reading them as JSON alone."""
    command = [sys.executable, "-m", "benchmarks.company_facts"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    against, gib = ratio(found["seconds"], found["json_seconds"]), found["peak_bytes"] / GIBIBYTE
    return Section(
        "Statements from companyfacts files",
        f"{FILES:,} made-up files of {found['megabytes']:.1f} MB with {found['facts']:,} facts each, "
        f"{LAST_YEAR - FIRST_YEAR + 1} years with their comparatives: from bytes to annual and quarterly "
        "rows with every version, the concept of each figure and what is missing, against `json.loads` of "
        f"the same bytes, file by file in turn. Processor seconds of all files; the ratio is the median of "
        f"{PARTS} parts of the files, with the least and the greatest. Memory is the most that the process "
        "had, with the rows of all files.",
        ("", "seconds", "× json.loads", "memory, GiB"),
        [
            ["json.loads", f"{sum(found['json_seconds']):.1f}", "1.00", ""],
            ["smallcap", f"{sum(found['seconds']):.1f}", str(against), f"{gib:.2f}"],
        ],
        [
            Limit("statements from companyfacts, against json.loads", against.median, MOST_TIMES_JSON),
            Limit("statements from companyfacts, memory", gib, MOST_GIB, unit=" GiB"),
        ],
    )


def measured(files: int) -> dict[str, Any]:
    """Read so many files in turn with either, and return what it took, part by part of the files."""
    json_seconds, seconds = [0.0] * PARTS, [0.0] * PARTS
    size = facts = 0
    rows: list[pl.DataFrame] = []
    for number in range(files):
        payload, part = made_up_file(number), number % PARTS
        if not number:
            size, facts = len(payload), _count(json.loads(payload))
        start = time.process_time()
        # What it made is given back at once, as smallcap gives it back before it returns.
        json.loads(payload)
        json_seconds[part] += time.process_time() - start
        start = time.process_time()
        found = read_company(payload, CONCEPTS)
        seconds[part] += time.process_time() - start
        rows += [found.annual, found.quarterly]
    if not all(frame.height for frame in rows):
        raise ValueError("a file gave no rows: the benchmark measures nothing")
    return {
        "json_seconds": json_seconds,
        "seconds": seconds,
        "megabytes": size / 1e6,
        "facts": facts,
        "peak_bytes": peak_memory(),
    }


def _count(document: Any) -> int:
    return sum(len(concept["units"][MONEY]) for concept in document["facts"]["us-gaap"].values())


if __name__ == "__main__":
    print(json.dumps(measured(FILES)))
