"""The work of one run, counted rather than timed.

Counted are rows, bytes, files and commits of the lake, Dagster's events, statements sent to DuckDB, and files
of the home that Python opens.

As a program it makes a run of a small universe in the folder that is named, and prints the counts as JSON.
Counts are the same on a slow machine and on a fast one, so that a test can compare them with a baseline.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

AS_OF = dt.date(2025, 12, 31)
COMPANIES = 60
STATEMENTS = ("execute", "executemany", "sql", "query")
"""Methods of a DuckDB connection that send a statement."""


def count_in_a_process(home: Path) -> dict[str, int]:
    """Make one run in a process of its own and return what it counted.

    Parameters
    ----------
    home
        A folder that does not exist yet.

    Raises
    ------
    RuntimeError
        When the run fails.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("SMALLCAP_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.counted_work", str(home)],
        env=own,
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the counted run failed: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


class CountingConnection:
    """A DuckDB connection that counts the statements it is sent."""

    def __init__(self, connection: Any, counts: Counter[str]) -> None:
        self._connection, self._counts = connection, counts

    def __getattr__(self, name: str) -> Any:
        self._counts["queries"] += name in STATEMENTS
        return getattr(self._connection, name)

    def cursor(self) -> CountingConnection:
        """Give another connection to the same database, which is counted too."""
        return CountingConnection(self._connection.cursor(), self._counts)

    def __enter__(self) -> CountingConnection:
        self._connection.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.__exit__(*error)


def _counting(connect: Callable[..., Any], counts: Counter[str]) -> Callable[..., CountingConnection]:
    def connect_and_count(*arguments: Any, **named: Any) -> CountingConnection:
        return CountingConnection(connect(*arguments, **named), counts)

    return connect_and_count


def _count_openings(home: Path, counts: Counter[str]) -> None:
    below = f"{home}{os.sep}"

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(below):
            counts["files opened"] += 1

    sys.addaudithook(hook)


def _count_lake(lake: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    for log in lake.rglob("_delta_log/*.json"):
        counts["commits"] += 1
        for line in log.read_text(encoding="utf-8").splitlines():
            added = json.loads(line).get("add")
            if added:
                counts["files written"] += 1
                counts["bytes written"] += added["size"]
                counts["rows written"] += json.loads(added["stats"])["numRecords"]
    return counts


def main() -> None:
    """Run, count, and print."""
    import duckdb

    from smallcap.lake import Home
    from smallcap.pipelines.execute import run_years
    from smallcap.pipelines.instance import open_instance
    from smallcap.settings import load_settings

    home, counts = Path(sys.argv[1]).absolute(), Counter[str]()
    _count_openings(home, counts)
    duckdb.connect = _counting(duckdb.connect, counts)  # type: ignore[assignment]
    settings = load_settings(home=home, preset="sample", sample_companies=COMPANIES, is_report_written=False)
    Home(settings).prepare()
    run_years(settings, AS_OF.year, AS_OF.year, AS_OF, command="benchmark")
    counted = {**counts, **_count_lake(settings.lake_dir)}
    with open_instance(settings) as instance:
        counted["events"] = len(instance.all_logs(instance.get_runs(limit=1)[0].run_id))
    print(json.dumps(counted))


if __name__ == "__main__":
    main()
