"""A request to the data vendor's adapter, measured in a process of its own; prints one line of JSON."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xfinlink import client as vendor

from benchmarks.measured_run import peak_memory
from smallcap.settings import Settings
from smallcap.sources.open import open_source

START, END = dt.date(2006, 1, 1), dt.date(2025, 12, 31)
CLIENTS_FUNCTIONS = ("fundamentals", "clear_cache")
"""What the adapter calls of the vendor's client.

Asking, the network and the reading of JSON happen within.
"""


@dataclass(frozen=True)
class Asked:
    """What one delivery of statements came to.

    Attributes
    ----------
    seconds
        All of it.
    client_seconds
        Within the vendor's client and the network.
    calls
        Batches: calls of the client.
    rows
        Rows delivered.
    peak_bytes
        Most memory that the process had at a time.
    traced_bytes
        Most memory that Python's own objects had at a time, as far as it was traced: answers, documents, the
        client's tables, payloads. The delivered rows are not among them: they are Polars' own.
    """

    seconds: float
    client_seconds: float
    calls: int
    rows: int
    peak_bytes: int
    traced_bytes: int


def ask(url: str, key: str, home: Path, companies: Sequence[str], *, is_traced: bool = False) -> Asked:
    """Ask for twenty years of statements of some companies, into a fresh home, in a process of its own.

    Parameters
    ----------
    url, key
        The stand-in's.
    home
        A folder that does not exist.
    companies
        The vendor's ids.
    is_traced
        Whether memory is traced, which costs time.
    """
    question = {
        "url": url,
        "key": key,
        "home": str(home),
        "companies": list(companies),
        "is_traced": is_traced,
    }
    command = [sys.executable, "-m", "benchmarks.measured_adapter"]
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"asking for {len(companies)} companies failed: {done.stderr[-2000:]}")
    return Asked(**json.loads(done.stdout.splitlines()[-1]))


class _Timed:
    """A function of the client with the seconds spent in it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0
        self.calls = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return self._function(*arguments, **options)
        finally:
            self.seconds += time.perf_counter() - started
            self.calls += 1


def main() -> None:
    """Read the question from the standard input, ask, and tell."""
    question = json.loads(sys.stdin.read())
    settings = Settings(
        home=Path(question["home"]),
        preset="xfinlink",
        xfinlink_base_url=question["url"],
        xfinlink_api_key=question["key"],
    )
    timed = {name: _Timed(getattr(vendor, name)) for name in CLIENTS_FUNCTIONS}
    for name, function in timed.items():
        setattr(vendor, name, function)
    source = open_source(settings)
    if question["is_traced"]:
        tracemalloc.start()
    started = time.perf_counter()
    rows = source.fundamentals(START, END, question["companies"]).rows
    told = {
        "seconds": time.perf_counter() - started,
        "client_seconds": sum(function.seconds for function in timed.values()),
        "calls": timed["fundamentals"].calls,
        "rows": rows.height,
        "peak_bytes": peak_memory(),
        "traced_bytes": tracemalloc.get_traced_memory()[1],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
