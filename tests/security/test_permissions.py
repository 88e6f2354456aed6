"""Who can read what is written: the owner alone, whatever the process would allow others."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from smallcap.lake import Home
from smallcap.pipelines.command.findings import warn_of_open_home
from smallcap.pipelines.instance import open_instance
from smallcap.reports.files import _write as write_page
from smallcap.settings import Settings
from smallcap.sources.fetching import Limits, Quota, utc_now
from smallcap.sources.payloads import SnapshotStore
from smallcap.warehouse import export, run_query
from tests.attacks import attacks
from tests.published_home import publish_small_home

OTHERS = 0o077


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Let the process give everything to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(scope="module")
def warehouse_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small_home(tmp_path_factory.mktemp("permissions") / "home")


def readable_by_others(folder: Path) -> list[str]:
    """List what others can open, unless a folder above it is closed to them."""
    if not folder.stat().st_mode & OTHERS:
        return []
    if folder.is_file():
        return [folder.name]
    return [folder.name, *(name for path in folder.iterdir() for name in readable_by_others(path))]


def prepare(home: Path) -> None:
    Home(Settings(home=home)).prepare()


def keep(home: Path) -> None:
    SnapshotStore(home / "snapshots").keep("xfinlink", "prices", {"n": 1}, b"licensed")


def count(home: Path) -> None:
    Quota(home / "quota", {"vendor": Limits(per_day=1)}, utc_now).take("vendor")


def dagster(home: Path) -> None:
    open_instance(Settings(home=home)).dispose()


@attacks(
    "permissions",
    "make",
    {
        "home made by a run": prepare,
        "home made by a kept response": keep,
        "home made by the count of requests": count,
        "home made by Dagster": dagster,
    },
)
def test_a_new_home_is_its_owner_s_alone(tmp_path: Path, make: Callable[[Path], None]):
    home = tmp_path / "above" / "home"
    make(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert readable_by_others(home) == []


@attacks("permissions", "make", {"responses in an open home": keep})
def test_kept_responses_are_closed_in_an_open_home_too(tmp_path: Path, make: Callable[[Path], None]):
    for folder in (tmp_path, tmp_path / "snapshots" / "xfinlink" / "prices"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    make(tmp_path)
    kept = [path for path in (tmp_path / "snapshots").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


@attacks(
    "permissions",
    "name",
    {"rows as CSV": "rows.csv", "rows as JSON": "rows.json", "rows as Parquet": "rows.parquet"},
)
def test_rows_that_are_written_out_are_closed(warehouse_dir: Path, tmp_path: Path, name: str):
    output = name.partition(".")[2]
    run_query(warehouse_dir, "FROM marts.quality_scores", output, target=tmp_path / name)  # type: ignore[arg-type]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.some_cases(1)
@attacks("permissions", "overwrite", {"exported file": False, "exported file over an open one": True})
def test_an_exported_file_is_closed_and_so_is_what_it_is_made_from(
    warehouse_dir: Path, tmp_path: Path, overwrite: bool
):
    folder, seen = tmp_path / "out", []
    folder.mkdir()
    if overwrite:
        (folder / "all.duckdb").write_bytes(b"open")

    def look(name: str, number: int, of: int) -> None:
        seen.extend(path.name for path in folder.iterdir() if path.stat().st_mode & OTHERS)

    export(warehouse_dir, folder / "all.duckdb", overwrite=overwrite, on_table=look)
    assert set(seen) == ({"all.duckdb"} if overwrite else set())
    assert [path.name for path in folder.iterdir()] == ["all.duckdb"]
    assert stat.S_IMODE((folder / "all.duckdb").stat().st_mode) == 0o600


@attacks("permissions", "folder", {"report in a folder": "report"})
def test_a_report_is_closed(tmp_path: Path, folder: str):
    write_page(tmp_path / folder / "index.html", "<p>")
    assert readable_by_others(tmp_path / folder) == []


def test_an_open_home_of_licensed_data_is_named_with_the_command_that_closes_it(tmp_path, capsys):
    home = tmp_path / "a home"
    home.mkdir(mode=0o755)
    out = Console(width=1000)
    warn_of_open_home(Settings(home=home, preset="files"), out)
    told = capsys.readouterr().out
    assert told.count("warning") == 1
    assert f"restrict it with: chmod 700 '{home}'" in told
    warn_of_open_home(Settings(home=home), out)
    home.chmod(0o700)
    warn_of_open_home(Settings(home=home, preset="files"), out)
    assert capsys.readouterr().out == ""
