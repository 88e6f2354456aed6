"""A group of tables by the second implementation, in a process of its own; prints one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.plain_files import write_by_year
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle import doubt_tables, quintile_tables, study_tables

GROUPS = {"quintiles": quintile_tables, "studies": study_tables, "doubts": doubt_tables}


def main() -> None:
    """Compute and write every table; the arguments are the group, home and folder.

    The inputs are in memory before the clock starts.
    """
    group, (home, folder) = GROUPS[sys.argv[1]], map(Path, sys.argv[2:4])
    settings = Settings(home=home, preset="sample")
    inputs = group.read_inputs(Lake(settings.lake_dir))
    started = time.perf_counter()
    for name, frame in group.bare_tables(inputs, settings).items():
        write_by_year(frame, name, folder)
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
