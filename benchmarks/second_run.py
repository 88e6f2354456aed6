"""A second `smallcap run` with nothing changed, measured against `smallcap status`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES, settings_of_the_sample

PAIRS = SIZES.pairs
MOST_TIMES_STATUS = 2.0
COMMAND = [sys.executable, "-m", "smallcap.pipelines.command.app"]


def run(folder: Path) -> Section:
    """Make a home, run it again, and compare processor seconds, which other load affects least."""
    home = folder / "again"
    _seconds("run", home)
    pairs = [(_seconds("run", home), _seconds("status", home)) for _ in range(PAIRS)]
    ratios = sorted(again / status for again, status in pairs)
    ratio = statistics.median(ratios)
    rows = [
        ["`smallcap run`, nothing changed", f"{statistics.median(again for again, _ in pairs):.2f}"],
        ["`smallcap status`", f"{statistics.median(status for _, status in pairs):.2f}"],
        ["ratio: median (least to greatest)", f"{ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"],
    ]
    return Section(
        "A second run with nothing changed",
        "The run finds that nothing it depends on can have changed, and shows what is served. "
        "Processor seconds of the whole process, "
        f"medians of {PAIRS} pairs.",
        ("command", "processor seconds"),
        rows,
        [Limit("a second run, against `smallcap status`", ratio, MOST_TIMES_STATUS)],
    )


def _seconds(command: str, home: Path) -> float:
    """Run a command to its end; return the processor seconds that its process used."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SMALLCAP_")}
    environment = own | settings_of_the_sample()
    subprocess.run([*COMMAND, command, "--home", str(home)], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
