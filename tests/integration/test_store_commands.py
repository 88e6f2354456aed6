"""`push`, `pull` and `gc` on a home as runs make it: a copy serves the same, is only read, and follows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from tests.integration.homes import Answer, copy_home, served


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_a_copy_serves_what_its_home_serves_and_is_only_read(
    small_home: Path, store: Path, tmp_path: Path, smallcap: Callable[..., Answer]
) -> None:
    copy = tmp_path / "copy"
    assert smallcap("push", str(store), "--home", str(small_home)).code == 0
    assert "as number 1" in smallcap("push", str(store), "--home", str(small_home)).out
    assert smallcap("pull", str(store), "--home", str(copy)).code == 0
    assert "0 fetched" in smallcap("pull", str(store), "--home", str(copy)).out
    assert served(copy) == served(small_home)
    assert not (copy / "snapshots").exists()
    refused = smallcap("run", "--home", str(copy), "--as-of", "2023-01-31")
    assert refused.code == 2
    assert "is a copy that was pulled from an object store" in refused.err
    assert "1 publications stay" in smallcap("gc", str(store), "--keep", "1").out


@pytest.mark.drill
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("sql", "SELECT count(*) FROM core.members"),
        ("funnel",),
        ("screen",),
        ("diff",),
        ("export",),
        ("health",),
        ("doctor",),
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_every_reading_command_works_on_a_copy(
    small_home: Path,
    store: Path,
    tmp_path: Path,
    smallcap: Callable[..., Answer],
    arguments: tuple[str, ...],
) -> None:
    copy = tmp_path / "copy"
    assert smallcap("push", str(store), "--home", str(small_home)).code == 0
    assert smallcap("pull", str(store), "--home", str(copy)).code == 0
    if arguments == ("diff",):
        assert smallcap("diff", str(small_home), str(copy)).code == 0
        return
    more = (str(tmp_path / "out.duckdb"),) if arguments == ("export",) else ()
    # Another test may have been refused in the home that all share, and the log of commands says so.
    home = copy_home(small_home, tmp_path / "home")
    shutil.rmtree(home / "logs", ignore_errors=True)
    expected = smallcap(*arguments, *more, "--home", str(home))
    (tmp_path / "out.duckdb").unlink(missing_ok=True)
    found = smallcap(*arguments, *more, "--home", str(copy))
    assert found.code == expected.code
