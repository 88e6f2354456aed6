"""The vendor's key, searched for in everything that a home holds and the commands print: it is nowhere, and
shown masked.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pytest

from smallcap.sources.payloads import SnapshotStore
from tests.command_line import smallcap
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

COMPANIES, SEED, CLOCK, AS_OF = 120, 2000, "2026-06-30", "2025-12-31"
# not of the form of the vendor's keys, so that nothing can hide it by its form
KEY = "Recognisable" + "Key" * 5
WRONG_KEY = "Mistaken" + "Key" * 5
SHOWN = ["run", "fetch", "doctor", "config", "status"]


class Told:
    """A home, and what each command printed on both channels about it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.texts: dict[str, str] = {}
        self.codes: dict[str, int] = {}

    def ask(self, standin: StandIn, key: str, name: str, *arguments: str) -> None:
        done = smallcap(
            *(name, *arguments),
            home=self.home,
            preset="xfinlink",
            xfinlink_api_key=key,
            xfinlink_base_url=standin.url,
            french_base_url=f"{standin.url}/pages/faculty/ken.french",
            ishares_base_url=standin.url,
            ishares_min_members=COMPANIES // 2,
            max_retries=1,
            clock=CLOCK,
        )
        self.texts[name] = done.stdout + done.stderr
        self.codes[name] = done.returncode

    def ask_everything(self, standin: StandIn, key: str) -> None:
        self.ask(standin, key, "run", "--as-of", AS_OF)
        self.ask(standin, key, "fetch", "--as-of", AS_OF, "--dry-run")
        self.ask(standin, key, "doctor", "--online")
        self.ask(standin, key, "config")
        self.ask(standin, key, "status")


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with StandIn(sample_universe(COMPANIES, SEED)) as running:
        running.configure(keys=[KEY])
        yield running


@pytest.fixture(scope="module")
def good(standin: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run that succeeds."""
    told = Told(tmp_path_factory.mktemp("good") / "home")
    told.ask_everything(standin, KEY)
    return told


@pytest.fixture(scope="module")
def refused(standin: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run whose key the vendor does not know."""
    told = Told(tmp_path_factory.mktemp("refused") / "home")
    told.ask_everything(standin, WRONG_KEY)
    return told


@pytest.fixture(scope="module")
def failed(standin: StandIn, good: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A run that the vendor's statements fail in the middle of.

    `good` is made first, before the fault.
    """
    told = Told(tmp_path_factory.mktemp("failed") / "home")
    standin.fault("/v1/fundamentals", "server_error", count=None)
    told.ask_everything(standin, KEY)
    yield told
    standin.lift()


@pytest.mark.drill
def test_a_run_that_succeeds_leaves_no_key_behind(good: Told) -> None:
    assert good.codes == dict.fromkeys(SHOWN, 0)
    assert {".zst", ".parquet", ".db", ".duckdb", ".json"} <= {path.suffix for path in good.home.rglob("*")}
    assert places_of(KEY, good.home) == []
    assert [name for name, text in good.texts.items() if KEY in text] == []


def test_a_key_that_is_refused_is_left_nowhere(refused: Told) -> None:
    assert refused.codes["run"] == 2
    assert "SMALLCAP_XFINLINK_API_KEY" in refused.texts["run"]
    assert places_of(WRONG_KEY, refused.home) == []
    assert [name for name, text in refused.texts.items() if WRONG_KEY in text] == []


@pytest.mark.drill
def test_a_run_that_fails_in_the_middle_leaves_no_key_behind(failed: Told) -> None:
    assert failed.codes["run"] == 8
    assert "answered 500" in failed.texts["run"]
    assert list(failed.home.rglob("*.zst")) != []
    assert places_of(KEY, failed.home) == []
    assert [name for name, text in failed.texts.items() if KEY in text] == []


@pytest.mark.drill
def test_the_configuration_says_that_there_is_a_key_and_masks_it(good: Told) -> None:
    [line] = [line for line in good.texts["config"].splitlines() if line.startswith("xfinlink_api_key")]
    assert line.split()[1] == "**********"


def test_a_key_would_be_found_wherever_it_lay(tmp_path: Path) -> None:
    text = f"before {KEY} after"
    SnapshotStore(tmp_path / "snapshots").keep("xfinlink", "metrics", {"entity_id": [1]}, text.encode())
    pl.DataFrame({"name": [text]}).write_parquet(tmp_path / "rows.parquet", compression="zstd")
    (tmp_path / "events.db").write_bytes(b"\x00" + text.encode())
    (tmp_path / f"{KEY}.txt").touch()
    assert {path.suffix for path in places_of(KEY, tmp_path)} == {".zst", ".parquet", ".db", ".txt"}


def places_of(key: str, home: Path) -> list[Path]:
    """Find the files of a home with a key in their name or, unpacked, in their content."""
    paths = sorted(path for path in home.rglob("*") if path.is_file())
    return [
        path
        for path in paths
        if key in str(path.relative_to(home)) or any(key.encode() in content for content in contents(path))
    ]


def contents(path: Path) -> Iterator[bytes]:
    """Give a file's bytes, and what they are unpacked."""
    yield path.read_bytes()
    if path.suffix == ".zst":
        size = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["bytes"]
        yield pa.decompress(path.read_bytes(), size, codec="zstd", asbytes=True)
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        yield pl.read_parquet(path, hive_partitioning=False).select(cs.string()).write_csv().encode()
