"""The anatomy of the index by the second implementation, in a process of its own; prints one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.plain_files import write_by_year
from smallcap.lake import Lake
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.settings import Settings
from tests.oracle.index_polars import anatomy, read_inputs


def main() -> None:
    """Compute and write every table; the arguments are home, first year, last year and folder.

    The inputs are in memory before the clock starts.
    """
    home, first, last, folder = sys.argv[1:5]
    settings = Settings(home=Path(home), preset="sample")
    rules = read_rules(settings.reference_dir, "index.toml", IndexRules)
    events = read_rows(settings.reference_dir, "reconstitutions.csv", Reconstitution)
    years = range(int(first), int(last) + 1)
    tables = read_inputs(Lake(settings.lake_dir), years)
    started = time.perf_counter()
    for name, frame in anatomy(tables, rules, events, years).items():
        write_by_year(frame, name, Path(folder))
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
