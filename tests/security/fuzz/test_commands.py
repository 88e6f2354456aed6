"""Hostile paths, files and settings given to commands: exit code 2 and a sentence, never a traceback."""

from __future__ import annotations

import datetime as dt
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from smallcap.pipelines.command import app as cli
from smallcap.settings import Settings
from tests.component.sources.crafted import write_folder
from tests.integration.homes import Answer, command
from tests.published_home import publish_small_home
from tests.security.fuzz.inputs import FOLDER, as_parquet, dated, packed, table
from tests.security.fuzz.mutations import column

Smallcap = Callable[..., Answer]


@pytest.fixture
def smallcap(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Smallcap:
    for name in [name for name in os.environ if name.startswith("SMALLCAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: command(monkeypatch, capsys, *arguments)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("published") / "home"
    publish_small_home(home)
    return home


def require_refused(answer: Answer, *told: str) -> None:
    said = " ".join(answer.err.split())
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    assert all(words in said for words in told), said


LONG, LONG_NAME, UNKNOWN_USER, LOOP, NOT_TEXT = "y/" * 2500, "x" * 300, "~nobody-here/x", "loop", "\udcff"
PATHS = {
    LONG: "more than 4,000 bytes",
    LONG_NAME: "more than 255 bytes",
    UNKNOWN_USER: "a user who is not known here",
    LOOP: "loop",
    NOT_TEXT: "not text in UTF-8",
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "--home of a query": ("status", "--home", "PATH"),
    "--home of a run": ("run", "--dry-run", "--home", "PATH"),
    "--home of a setting": ("config", "set", "stale_months", "12", "--home", "PATH"),
    "--input": ("run", "--dry-run", "--preset", "files", "--home", "new", "--input", "PATH"),
    "--output of a query": ("sql", "SELECT 1", "--format", "csv", "--output", "PATH", "--home", "HOME"),
    "--output of a report": ("report", "--output", "PATH", "--home", "HOME"),
    "file of an export": ("export", "PATH", "--home", "HOME"),
    "first side of diff": ("diff", "PATH", "HOME"),
    "second side of diff": ("diff", "HOME", "PATH"),
    "file of a book": ("book", "add", "PATH"),
}


@pytest.mark.parametrize("path", PATHS, ids=["long", "long name", "unknown user", "loop", "not text"])
@pytest.mark.parametrize("what", COMMANDS)
def test_a_path_that_cannot_be_is_refused(
    smallcap: Smallcap, home: Path, tmp_path: Path, what: str, path: str
) -> None:
    (tmp_path / LOOP).symlink_to(LOOP)
    arguments = [{"PATH": path, "HOME": str(home)}.get(word, word) for word in COMMANDS[what]]
    require_refused(smallcap(*arguments), PATHS[path])
    assert [entry.name for entry in tmp_path.iterdir()] == [LOOP]


@pytest.mark.parametrize("variable", ["HOME", "INPUT", "REFERENCE_DIR"])
@pytest.mark.parametrize("path", [LONG, LONG_NAME, UNKNOWN_USER])
def test_a_path_of_the_environment_is_refused_too(
    smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, variable: str, path: str
) -> None:
    monkeypatch.setenv(f"SMALLCAP_{variable}", path)
    require_refused(smallcap("config"), PATHS[path])


@pytest.mark.parametrize("path", ["file", "file/below", "/proc/none/home"])
def test_a_home_that_cannot_be_made_is_refused(smallcap: Smallcap, tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    require_refused(
        smallcap("run", "--home", path), path, "cannot be written to", "choose another with --home"
    )
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("content", ["SMALLCAP_INPUT=café\n".encode("latin-1"), "A=1\n".encode("utf-16")])
def test_an_environment_file_in_another_encoding_is_named(
    smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / ".env").write_bytes(content)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    require_refused(smallcap("config"), f"{tmp_path / '.env'} cannot be read", "save it")


FILES = {
    "an encrypted zip": (
        {"prices/month_end.zip": packed(FOLDER["prices/month_end.csv"], "p.csv", password=True)},
        ("prices/month_end.zip is encrypted (p.csv)", "Unpack it with its password"),
    ),
    "a column of lists": (
        {
            "prices/month_end.parquet": as_parquet(
                dated(table("prices")).with_columns(column("adj_close", "list", 6))
            )
        },
        (
            "prices/month_end.parquet",
            "column 'adj_close'",
            "list<",
            "Write the column as text, numbers or dates",
        ),
    ),
    "a huge number": (
        {"fundamentals/annual.csv": FOLDER["fundamentals/annual.csv"].replace(b"900000", b"9" * 400)},
        ("fundamentals/annual.csv", "row 1 ", "column 'revenue'", "is not a number"),
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_read_is_named(smallcap: Smallcap, tmp_path: Path, what: str) -> None:
    changed, told = FILES[what]
    others = {
        name: content
        for name, content in FOLDER.items()
        if Path(name).parent != Path(next(iter(changed))).parent
    }
    folder = write_folder(tmp_path / "in", {**others, **changed})
    asked = ("run", "--preset", "files", "--input", folder, "--home", tmp_path / "home")
    require_refused(smallcap(*asked, "--as-of", "2025-05-31", "--dry-run"), *told)


def _report(monkeypatch: pytest.MonkeyPatch, smallcap: Smallcap, home: Path) -> Answer:
    monkeypatch.setattr(
        "smallcap.pipelines.command.report.newest_date", lambda settings: dt.date(2025, 12, 31)
    )
    return smallcap("report", "--home", home)


def test_a_report_in_a_home_that_is_read_only_says_where_else(
    smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    require_refused(_report(monkeypatch, smallcap, home), str(home), "report --output FOLDER")


def test_a_report_in_a_home_that_turns_out_to_be_read_only_is_refused(
    smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def acquire(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", acquire)
    require_refused(_report(monkeypatch, smallcap, home), str(home), "report --output FOLDER")


class Panic(BaseException):
    """As a library written in Rust raises it."""


@pytest.mark.parametrize("kind", [TypeError, RecursionError, Panic])
def test_an_error_that_nobody_explained_is_told_with_its_traceback_in_a_file(
    smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    def fail() -> None:
        raise kind("boom")

    monkeypatch.setattr(cli, "app", fail)
    answer = smallcap("status")
    said = " ".join(answer.err.split())
    assert answer.code == 1
    assert f"unexpected {kind.__name__}: boom. This is a fault of smallcap" in said
    file = Path(said.rsplit(" ", 1)[1])
    assert f"{kind.__name__}: boom" in file.read_text(encoding="utf-8")
    file.unlink()
