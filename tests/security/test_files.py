"""Files that lead astray: output into the home, links and pipes in an input folder, archives that explode."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.home_paths import require_usable_home
from smallcap.input_limits import InputLimits
from smallcap.reports.files import write_report
from smallcap.settings import Settings
from smallcap.sources.archives import gunzip, unzip
from smallcap.sources.files.folder import find_inputs
from smallcap.warehouse import export, run_query
from smallcap.warehouse.new_files import require_outside
from tests.attacks import attacks
from tests.published_home import publish_small_home

MOST_BYTES = 1_000_000
LIMITS = InputLimits(file_mb=1, total_mb=2, files=50, line_characters=1000)


# -- output into the home
# -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with other ways to its files beside it: links, a second name."""
    folder = tmp_path_factory.mktemp("own")
    home = folder / "home"
    publish_small_home(home)
    (home / "home.toml").write_text('preset = "sample"\n', encoding="utf-8")
    (folder / "link").symlink_to(home)
    (folder / "catalogue").symlink_to(home / "warehouse" / "warehouse.duckdb")
    (folder / "dangling").symlink_to(home / "warehouse" / "new.duckdb")
    os.link(home / "warehouse" / "warehouse.duckdb", folder / "second-name")
    (folder / "loop").symlink_to(folder / "loop")
    return home


def contents(home: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()
    }


@attacks(
    "files, paths and archives",
    "place",
    {
        "output onto the catalogue": "home/warehouse/warehouse.duckdb",
        "output beside the catalogue": "home/warehouse/other.duckdb",
        "output into the lake": "home/lake/marts/quality_scores/year=2025/part-9.parquet",
        "output onto the home's record": "home/home.toml",
        "output into the home": "home/rows.csv",
        "output by a path that goes back": "home/../home/lake/rows.csv",
        "output by a path that goes out and in": "link/../home/warehouse/x.duckdb",
        "output by a link to the home": "link/lake/rows.csv",
        "output by a link to the catalogue": "catalogue",
        "output by a link to nothing yet": "dangling",
        "output by a second name of the catalogue": "second-name",
        "output by a link to itself": "loop",
    },
)
def test_nothing_is_written_onto_or_among_the_home_s_own_files(home: Path, place: str):
    before, target = contents(home.parent), home.parent / place
    with pytest.raises(InputError):
        export(home / "warehouse", target, overwrite=True)
    with pytest.raises(InputError):
        run_query(home / "warehouse", "SELECT 1 AS one", "csv", target=target)
    with pytest.raises(InputError, match=r"one of the home's own files|cannot be written"):
        require_outside(target, home)
    assert contents(home.parent) == before


@attacks(
    "files, paths and archives",
    "place",
    {"report into the lake": "lake", "report into the warehouse": "warehouse/x", "report onto the home": "."},
)
def test_a_report_goes_elsewhere_or_to_its_own_folder(home: Path, place: str):
    before = contents(home)
    with pytest.raises(InputError, match="one of the home's own files"):
        write_report(Settings(home=home), dt.date(2025, 12, 31), home / place)
    assert contents(home) == before


@attacks("files, paths and archives", "place", {"output by another capital letter": "HOME/lake/rows.csv"})
def test_capital_letters_make_no_difference_where_the_file_system_makes_none(
    home: Path, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os.path, "samefile", lambda one, other: str(one).lower() == str(other).lower())
    monkeypatch.setattr(Path, "exists", lambda path: True)
    with pytest.raises(InputError, match="one of the home's own files"):
        require_outside(home.parent / place, home)


def test_other_places_are_allowed(home: Path, tmp_path: Path):
    for place in (home.parent / "rows.csv", home.parent / "home2" / "x", tmp_path / "home" / "x"):
        require_outside(place, home)
    two_names = tmp_path / "mine"
    two_names.write_text("mine", encoding="utf-8")
    os.link(two_names, tmp_path / "mine-too")
    require_outside(two_names, home)


def test_a_tilde_is_checked_as_it_is_written(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    Path("~").mkdir()
    export(home / "warehouse", Path("~/x.duckdb"))
    run_query(home / "warehouse", "SELECT 1 AS one", "csv", target=Path("~/rows.csv"))
    assert sorted(path.name for path in (tmp_path / "~").iterdir()) == ["rows.csv", "x.duckdb"]


def test_a_tilde_does_not_lead_into_the_home(home: Path, monkeypatch: pytest.MonkeyPatch):
    before = contents(home)
    monkeypatch.setenv("HOME", "/elsewhere")
    monkeypatch.chdir(home.parent)
    Path("~").symlink_to(home)
    with pytest.raises(InputError, match="one of the home's own files"):
        run_query(home / "warehouse", "SELECT 1 AS one", "csv", target=Path("~/rows.csv"))
    assert contents(home) == before
    Path("~").unlink()


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("step", ["tempfile.TemporaryDirectory", "pathlib.Path.chmod", "os.replace"])
def test_an_export_that_the_system_refuses_is_explained_and_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "out" / "x.duckdb"
    target.parent.mkdir()
    monkeypatch.setattr(step, refuse)
    with pytest.raises(
        InputError, match=rf"{target} cannot be written \(No space left on device\); free space"
    ):
        export(home / "warehouse", target)
    assert list(target.parent.iterdir()) == []


@attacks(
    "files, paths and archives",
    "path",
    {
        "home with an encoded blank": "/tmp/a%20b",
        "home with a fragment": "/tmp/a#b",
        "home below a folder like a partition": "/tmp/year=2025/home",
        "home with a question mark": "/tmp/a?b",
        "home with a pattern": "/tmp/[a]",
        "home with a line end": "/tmp/a\nb",
        "home with an escape sequence": "/tmp/a\x1b[2Jb",
        "home with a null byte": "/tmp/a\0b",
        "home of five thousand characters": "/tmp/" + "a" * 5000,
    },
)
def test_a_home_that_libraries_would_read_as_another_is_refused(path: str):
    with pytest.raises(InputError, match="cannot be used") as refused:
        require_usable_home(Path(path))
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 1000


# -- input
# -------------------------------------------------------------------------------------------------------


def link_to_file(folder: Path) -> None:
    (folder / "secret.csv").symlink_to("/etc/passwd")


def link_to_folder(folder: Path) -> None:
    (folder / "etc").symlink_to("/etc")


def link_back(folder: Path) -> None:
    (folder / "up.csv").symlink_to("../../secret.csv")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "waits.csv")


def device(folder: Path) -> None:
    (folder / "endless.csv").symlink_to("/dev/zero")


def large(folder: Path) -> None:
    with (folder / "large.csv").open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)


def many(folder: Path) -> None:
    for number in range(LIMITS.files + 1):
        (folder / f"{number}.csv").touch()


def packed(folder: Path) -> None:
    (folder / "bomb.csv.gz").write_bytes(gzip.compress(bytes(LIMITS.file_bytes * 20)))


def packed_many(folder: Path) -> None:
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(LIMITS.files + 1):
            archive.writestr(f"{number}.csv", "a")


@attacks(
    "files, paths and archives",
    "lay",
    {
        "link to a file outside": link_to_file,
        "link to a folder outside": link_to_folder,
        "link that goes back": link_back,
        "pipe that nobody writes to": pipe,
        "device that never ends": device,
        "file that is too large": large,
        "more files than are read": many,
        "gzip that explodes": packed,
        "zip of more files than are read": packed_many,
    },
)
def test_an_input_folder_gives_nothing_of_elsewhere_and_takes_no_endless_time(
    tmp_path: Path, lay: Callable[[Path], None]
):
    folder = tmp_path / "input" / "fundamentals"
    folder.mkdir(parents=True)
    lay(folder)
    told = told_of(tmp_path / "input")
    assert told
    assert "root:" not in told


def told_of(folder: Path) -> str:
    """Return what is said of a folder of which nothing is read."""
    try:
        found = find_inputs(folder, LIMITS)
    except InputError as error:
        return str(error)
    assert [file.name for file in found.files] == []
    return "\n".join([*found.problems.messages, *(why for _, why in found.skipped)])


@attacks(
    "files, paths and archives",
    "payload",
    {
        "gzip of zeros": gzip.compress(bytes(MOST_BYTES * 20)),
        "gzip with a false size": gzip.compress(bytes(MOST_BYTES * 20))[:-4] + b"\1\0\0\0",
        "gzip of many members": gzip.compress(bytes(MOST_BYTES // 2)) * 5,
        "gzip that is cut": gzip.compress(os.urandom(1000))[:500] + b"\0\0\0\0",
        "gzip of no format": b"\x1f\x8b" + bytes(100),
        "zlib under gzip's name": zlib.compress(b"a"),
        "nothing": b"",
    },
)
def test_a_gzip_file_is_unpacked_within_its_limit(payload: bytes):
    with pytest.raises(InputError, match=r"prices\.csv\.gz"):
        gunzip(payload, "prices.csv.gz", MOST_BYTES)


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def encrypted() -> bytes:
    payload = bytearray(zipped(a=b"hidden"))
    payload[6] |= 1
    payload[payload.index(b"PK\1\2") + 8] |= 1
    return bytes(payload)


def with_false_size() -> bytes:
    payload = bytearray(zipped(a=bytes(MOST_BYTES * 20)))
    place = payload.index(b"PK\1\2") + 24
    payload[place : place + 4] = (1).to_bytes(4, "little")
    return bytes(payload)


@attacks(
    "files, paths and archives",
    "payload",
    {
        "zip of zeros": zipped(a=bytes(MOST_BYTES * 20)),
        "zip of files that are large together": zipped(**{f"n{n}": bytes(MOST_BYTES // 2) for n in range(5)}),
        "zip of many files": zipped(**{f"n{n}": b"" for n in range(101)}),
        "zip with a password": encrypted(),
        "zip with a false size": with_false_size(),
        "zip that is cut": zipped(a=os.urandom(1000))[:600],
        "web page under a zip's name": b"<html>not found</html>",
    },
)
def test_a_zip_is_unpacked_within_its_limits(payload: bytes):
    with pytest.raises(InputError, match=r"factors\.zip"):
        unzip(payload, "factors.zip", MOST_BYTES, 100, lambda name: True)


@attacks(
    "files, paths and archives",
    "name",
    {
        "zip with a path that goes back": "../../outside.csv",
        "zip with a path of the system": "/etc/outside.csv",
    },
)
def test_a_zip_is_never_unpacked_to_the_disk(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (member,) = unzip(zipped(**{name: b"a"}), "factors.zip", MOST_BYTES, 100, lambda path: True)
    assert member.payload == b"a"
    assert list(tmp_path.iterdir()) == []
