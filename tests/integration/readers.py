"""Readers of a published home, each a process of its own that looks whether it sees one whole state."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_WAIT_SECONDS = 60
# What an analyst's script does: a new connection, every table counted in it, and again until it is told to
# stop.
READER = """
import json, pathlib, sys, time, duckdb
warehouse, stop, pause = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
queries, failures, torn, runs = 0, [], [], set()
while True:
    is_last = stop.exists()
    try:
        with duckdb.connect(warehouse, read_only=True, config={"threads": 1}) as connection:
            ask = lambda query: connection.execute(query).fetchall()
            told = ask("SELECT table_name, row_count, run_id FROM meta.published_tables")
            counted = {name: ask(f"SELECT count(*) FROM {name}")[0][0] for name, _, _ in told}
            ids = ask("SELECT run_id FROM meta.catalogue")
            queries += 2 + len(told)
        if counted != {name: rows for name, rows, _ in told} or {(run,) for _, _, run in told} != set(ids):
            torn.append([told, counted, ids])
        runs |= {run for run, in ids}
    except duckdb.Error as error:
        failures.append(str(error))
    if is_last:
        break
    time.sleep(pause)
print(json.dumps({"queries": queries, "failures": failures, "torn": torn, "runs": sorted(runs)}))
"""


@contextmanager
def reading(
    home: Path, stop: Path, count: int, pause: float = 0.3
) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Start readers; calling the result stops them and returns what each saw.

    Parameters
    ----------
    home
        A published home.
    stop
        A file that does not exist; the readers end when it does.
    count
        How many read side by side.
    pause
        Seconds for which a reader waits after it has counted every table.
    """
    warehouse = str(home / "warehouse" / "warehouse.duckdb")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", READER, warehouse, str(stop), str(pause)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]

    def seen() -> list[dict[str, Any]]:
        stop.touch()
        return [json.loads(reader.communicate(timeout=LONGEST_WAIT_SECONDS)[0]) for reader in started]

    try:
        yield seen
    finally:
        for reader in started:
            reader.kill()
            reader.wait()
