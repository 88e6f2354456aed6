"""The data vendor's adapter: its share of the time, and whether its memory grows with the batches."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import polars as pl

from benchmarks.measured_adapter import END, START, Asked, ask
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from tests.standin.plans import GOOD_KEY
from tests.standin.universe import sample_universe

COMPANIES = SIZES.companies
LISTED = SIZES.listed
"""Companies of the universe: enough of them file statements."""
SEED = 2000
REPEATS = min(5, SIZES.runs)
FEW_BATCHES, MANY_BATCHES = SIZES.few_batches, SIZES.many_batches
MOST_OWN_SHARE = 0.25
MOST_TIMES_FEW_BATCHES = 1.3
MEBIBYTE = 2**20


def run(folder: Path) -> Section:
    """Ask for the statements of the whole universe, then of a part of it, each into a fresh home.

    Parameters
    ----------
    folder
        Where the homes may go.
    """
    companies = _companies()
    with _standin() as url:
        runs = [_ask(url, folder / f"adapter-{number}", companies) for number in range(REPEATS)]
        a_batch = -(-COMPANIES // min(one.calls for one in runs))
        few, many = (
            _ask(url, folder / f"adapter-{batches}-batches", companies[: batches * a_batch], is_traced=True)
            for batches in (FEW_BATCHES, MANY_BATCHES)
        )
    middle = sorted(runs, key=_own_share)[REPEATS // 2]
    shares = sorted(map(_own_share, runs))
    years = END.year - START.year + 1
    return Section(
        "The data vendor's adapter",
        f"Statements of {COMPANIES:,} companies over {years} years, {middle.rows:,} rows in "
        f"{middle.calls} requests, through the vendor's "
        "own client from a stand-in in another process, into a fresh home. The client's time holds "
        "its own work, the network with the "
        "stand-in's, and the reading of JSON. The rest is the adapter's: the types checked, "
        "payloads and quota kept on disk, rows put "
        f"together. Median share of {REPEATS} runs, from {shares[0]:.1%} to {shares[-1]:.1%}. "
        f"Memory is what Python's own objects take at "
        f"most (answers, documents, the client's "
        f"tables, payloads, not the delivered rows), traced for {FEW_BATCHES} and for "
        f"{MANY_BATCHES} batches of {a_batch} companies.",
        ("", "seconds", "share", "memory, MiB"),
        [
            [
                "vendor's client and network",
                f"{middle.client_seconds:.2f}",
                f"{1 - _own_share(middle):.0%}",
                "",
            ],
            ["adapter", f"{middle.seconds - middle.client_seconds:.2f}", f"{_own_share(middle):.0%}", ""],
            ["**all of it**", f"{middle.seconds:.2f}", "100%", ""],
            *(
                [
                    f"{one.calls} requests, {one.rows:,} rows, traced",
                    "",
                    "",
                    f"{one.traced_bytes / MEBIBYTE:.1f}",
                ]
                for one in (few, many)
            ),
        ],
        [
            Limit("adapter's share of the time", statistics.median(shares), MOST_OWN_SHARE, ""),
            Limit(
                f"adapter's memory in {MANY_BATCHES} batches, against {FEW_BATCHES}",
                many.traced_bytes / few.traced_bytes,
                MOST_TIMES_FEW_BATCHES,
            ),
        ],
    )


def _own_share(one: Asked) -> float:
    return 1 - one.client_seconds / one.seconds


def _companies() -> list[str]:
    """Name companies with statements as the stand-in knows them."""
    lines = sample_universe(LISTED, SEED).lines
    ids = lines.filter(pl.col("cik").is_not_null())["issuer_id"].unique().sort()
    return ids.cast(pl.String).head(COMPANIES).to_list()


def _ask(url: str, home: Path, companies: list[str], *, is_traced: bool = False) -> Asked:
    """Ask from the start: the stand-in's own quota is whole again."""
    httpx.post(f"{url}/__control/reset").raise_for_status()
    return ask(url, GOOD_KEY, home, companies, is_traced=is_traced)


@contextmanager
def _standin() -> Iterator[str]:
    """Serve the universe from a process of its own; its address is the first word that it prints."""
    command = [
        sys.executable,
        "-m",
        "tests.standin",
        "--port",
        "0",
        "--companies",
        str(LISTED),
        "--seed",
        str(SEED),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            yield serving.stdout.readline().split()[0]
        finally:
            serving.terminate()
            serving.communicate()
