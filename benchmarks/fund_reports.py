"""Form N-PORT documents of the size of a small-cap index fund, against a bare parse of the same bytes."""

from __future__ import annotations

import io
import statistics

from lxml import etree

from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import in_turn, ratio
from smallcap.sources.nport.document import read_report
from tests.component.sources.crafted_sec import document, position

POSITIONS = 2_000
MOST_TIMES_BARE = 3.0


def run() -> Section:
    """Read a document of 2,000 positions, and walk through it without reading anything."""
    payload = document(
        *(position(f"COMPANY {number} & CO", cusip=f"{number:09}") for number in range(POSITIONS))
    )

    def bare() -> None:
        for _, element in etree.iterparse(io.BytesIO(payload)):
            element.clear()

    read, walked = in_turn(SIZES.runs, lambda: read_report(payload), bare)
    against = ratio(read, walked)
    return Section(
        "Fund reports",
        f"A Form N-PORT document of {POSITIONS:,} positions ({len(payload) / 1e6:.1f} MB): every field of "
        "every position into a table, against lxml's iterparse over the same bytes that reads nothing. "
        f"Medians of {SIZES.runs} runs in turn, and of the ratios of each turn, with the least and the "
        "greatest.",
        ("", "seconds", "× bare parse"),
        [
            ["bare iterparse", f"{statistics.median(walked):.3f}", "1.00"],
            ["read", f"{statistics.median(read):.3f}", str(against)],
        ],
        [Limit("a fund's report, against a bare parse", against.median, MOST_TIMES_BARE)],
    )
