"""What small homes push, for the tests of stores: a few files, of which one says which publication it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.backup.manifest import Manifest
from smallcap.backup.store import digest_of
from smallcap.fleet.store import pulling
from smallcap.fleet.store.contents import CATALOGUE, Contents

SHARED = 3
"""Data files that every publication has."""


def publication(home: Path, year: int, identity: dict[str, object] | None = None) -> Contents:
    """Write the publication of a year into a home, and return what is pushed of it."""
    files = {f"lake/core/members/year={one}/part-{one}.parquet": f"rows of {one}" for one in range(SHARED)}
    files |= {
        f"lake/core/members/year={year}/part-{year}.parquet": f"rows of {year}",
        "lake/core/members/_delta_log/00000000000000000000.json": f"log until {year}",
        "home.toml": 'preset = "sample"\n',
        CATALOGUE: str(year),
    }
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    entries = {path: digest_of(home / path) for path in files}
    manifest = Manifest("20260102T030405000006Z", "0.1.0", f"run-{year}", "2026-01-02T03:04:05", entries)
    small = {path: text.encode() for path, text in files.items() if not path.endswith(".parquet")}
    return Contents(home, manifest, identity or {"preset": "sample", "sample_seed": 1}, small)


def served(copy: Path) -> int:
    """Return the year that a copy serves, and require the files of that publication."""
    year = int((copy / CATALOGUE).read_text())
    for one in (*range(SHARED), year):
        path = copy / f"lake/core/members/year={one}/part-{one}.parquet"
        assert path.read_text() == f"rows of {one}"
    return year


def serve_as_it_is(patch: pytest.MonkeyPatch) -> None:
    """Let a pull put the catalogue in place as it was pushed: here it is no catalogue of DuckDB."""

    def copied(folder: Path, home: Path, views_dir: Path, target: Path) -> None:
        new = target / ".new"
        new.write_bytes((folder / "warehouse.duckdb").read_bytes())
        new.replace(target / "warehouse.duckdb")

    patch.setattr(pulling, "copy_for_reading", copied)
