"""Many readers while a home is refreshed, each of whom sees one whole state; and only ever one writer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.warehouse import served_run_id
from tests.command_line import smallcap as run_command
from tests.integration.homes import COMPANIES, LATER, LONGER_STALE_LIMIT, contents, make, served

READERS = 8
# What an analyst's script does: a new connection, every table counted in it, and again until it is told to
# stop.
READER = """
import json, pathlib, sys, time, duckdb
warehouse, stop = sys.argv[1], pathlib.Path(sys.argv[2])
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
    time.sleep(0.3)
print(json.dumps({"queries": queries, "failures": failures, "torn": torn, "runs": sorted(runs)}))
"""


@pytest.fixture
def readers(home: Path, tmp_path: Path):
    """Start the readers; calling the result stops them and returns what they saw."""
    stop = tmp_path / "stop"
    warehouse = str(home / "warehouse" / "warehouse.duckdb")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", READER, warehouse, str(stop)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(READERS)
    ]

    def told() -> list[dict[str, object]]:
        stop.touch()
        return [json.loads(reader.communicate(timeout=60)[0]) for reader in started]

    yield told
    for reader in started:
        reader.kill()
        reader.wait()


def test_eight_readers_see_whole_states_only_while_two_runs_publish(home, readers):
    runs = {str(served_run_id(home / "warehouse"))}
    runs.add(make(home, LATER.replace(month=2, day=28), stale_months=LONGER_STALE_LIMIT))
    runs.add(make(home, LATER.replace(month=3, day=31)))
    seen = readers()

    assert len(seen) == READERS
    assert [reader["failures"] for reader in seen] == [[]] * READERS
    assert [reader["torn"] for reader in seen] == [[]] * READERS
    assert {run for reader in seen for run in reader["runs"]} == runs
    assert all(reader["queries"] > 100 for reader in seen)


def test_the_second_of_two_writers_is_told_who_holds_the_home(home):
    before, published = contents(home), served(home)
    first = Home(load_settings(home=home))
    first.open_run("first", "smallcap backfill --from 2024 --to 2025", None)
    try:
        second = run_command("run", "--as-of", LATER, "--force", "--home", home, sample_companies=COMPANIES)
    finally:
        first.close_run(is_successful=True)
    assert second.returncode == 3
    assert (
        f"is being written to by process {os.getpid()} (smallcap backfill --from 2024 --to 2025) since 20"
        in second.stderr
    )
    assert served(home) == published
    assert all(rows.equals(before[name]) for name, rows in contents(home).items())
