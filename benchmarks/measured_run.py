"""One run of the pipeline, measured in a process of its own: seconds by part, events, peak memory.

It prints one line of JSON. A run's parts come from its progress records: reading, computing, writing,
checking, publishing. The rest of a run's time is Dagster's bookkeeping, with the little that opening and
closing the home takes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PARTS = {"read": "read", "made": "compute", "end": "write", "checked": "check"}


@dataclass(frozen=True)
class Measured:
    """What a run came to.

    Attributes
    ----------
    wall_seconds
        From the start of the process to its end, as its caller sees it.
    import_seconds
        Loading the libraries.
    run_seconds
        The run.
    parts
        Seconds by table and part: read, compute, write, check, publish.
    events
        Events that Dagster stored for the run.
    peak_bytes
        Most memory that the process had at a time.
    """

    wall_seconds: float
    import_seconds: float
    run_seconds: float
    parts: dict[tuple[str, str], float]
    events: int
    peak_bytes: int

    def seconds(self, part: str, layer: str = "") -> float:
        """Sum one part over the tables of a layer, all layers by default."""
        return sum(
            seconds
            for (table, its_part), seconds in self.parts.items()
            if its_part == part and table.startswith(layer)
        )

    @property
    def bookkeeping_seconds(self) -> float:
        """What is left of the run without its own parts."""
        return self.run_seconds - sum(self.parts.values())


def measure(
    home: Path,
    first: int,
    last: int,
    as_of: dt.date | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Measured:
    """Run a range of years in a home, in a process of its own, with these environment variables."""
    arguments = [str(home), str(first), str(last), as_of.isoformat() if as_of else ""]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measured_run", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
    wall = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"the run of {first} to {last} failed: {done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    parts = {(table, part): seconds for table, part, seconds in told["parts"]}
    return Measured(
        wall, told["import_seconds"], told["run_seconds"], parts, told["events"], told["peak_bytes"]
    )


def peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Linux lets a new process inherit its parent's peak in `getrusage`; this line counts from the
        # program's own start.
        line = next(
            line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")
        )
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class _Parts(logging.Handler):
    """Adds up the seconds that progress records tell."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._publishing_since = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        table, phase = record.getMessage(), getattr(record, "phase", "")
        if table == "publish":
            if phase == "start":
                self._publishing_since = time.perf_counter()
            else:
                self.seconds["publish", "publish"] += time.perf_counter() - self._publishing_since
        elif phase in PARTS:
            self.seconds[table, PARTS[phase]] += getattr(record, "seconds", 0.0)


def main() -> None:
    """Run and print the figures; the arguments are home, first year, last year, and as_of or an empty text.

    With an as_of all of the command's work is done, its summary included.
    """
    home, first, last, asked = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    started = time.perf_counter()
    from rich.console import Console

    from smallcap.lake import Home
    from smallcap.pipelines.command.run import make
    from smallcap.pipelines.execute import run_years
    from smallcap.pipelines.instance import open_instance
    from smallcap.settings import load_settings

    imported = time.perf_counter()
    # The scripts that this is compared with write no report.
    settings = load_settings(home=home, preset="sample", is_report_written=False)
    parts = _Parts()
    logger = logging.getLogger("smallcap.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(parts)
    if asked:
        nowhere = Console(file=io.StringIO())
        make(
            settings,
            None,
            None,
            dt.date.fromisoformat(asked),
            None,
            is_dry=False,
            is_forced=False,
            out=nowhere,
            err=nowhere,
        )
    else:
        Home(settings).prepare()
        run_years(settings, first, last, command="benchmark")
    ended = time.perf_counter()
    with open_instance(settings) as instance:
        events = len(instance.all_logs(instance.get_runs(limit=1)[0].run_id))
    told = {
        "import_seconds": imported - started,
        "run_seconds": ended - imported,
        "parts": [[table, part, seconds] for (table, part), seconds in parts.seconds.items()],
        "events": events,
        "peak_bytes": peak_memory(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
