"""The tables of `studies` by the second implementation, in a process of its own; prints one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.plain_files import write_by_year
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.study_tables import bare_tables, read_inputs


def main() -> None:
    """Compute and write every table; the arguments are home and folder.

    The inputs are in memory before the clock starts.
    """
    home, folder = map(Path, sys.argv[1:3])
    settings = Settings(home=home, preset="sample")
    inputs = read_inputs(Lake(settings.lake_dir))
    started = time.perf_counter()
    for name, frame in bare_tables(inputs, settings.reference_dir).items():
        write_by_year(frame, name, folder)
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
