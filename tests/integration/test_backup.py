"""Backups: they hold what is served, whatever a run is writing, and a restored home goes on from there."""

from __future__ import annotations

import math
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from smallcap.backup.manifest import Manifest
from smallcap.backup.restoring import STAGING, chosen, restore_backup
from smallcap.backup.store import BackupStore
from smallcap.backup.taking import Taken, take_backup
from smallcap.errors import DegradedError, HomeBusyError, InputError
from smallcap.lake import Home, Lake
from smallcap.settings import load_settings
from smallcap.utc import utc_now
from smallcap.warehouse import rollback, served_run_id
from smallcap.warehouse.diff import compare
from tests.integration.homes import LATER, Answer, assert_same_contents, copy_home, make, served
from tests.integration.killed_run import Rerun, run_until, small_forked_rerun
from tests.integration.published_lake import make_home, publish
from tests.tiers import others_in_drill

WRITTEN_SINCE = "marts.coverage"
Command = Callable[..., Answer]


def backup(home: Path, destination: Path) -> Taken:
    return take_backup(load_settings(home=home), destination)


def restore(source: Path, home: Path, name: str | None = None) -> Manifest:
    store = BackupStore(source)
    manifest = chosen(store, name)
    restore_backup(load_settings(home=home), store, manifest)
    return manifest


def differences(home: Path, other: Path) -> list[str]:
    """Name the tables in which two homes serve other rows, as `smallcap diff` finds them."""
    return compare(home, other).different_tables(is_strict=True)


def leave_a_run_unfinished(home: Path) -> None:
    """Write a table as a run does that is then killed: a version that nobody publishes, and its journal."""
    unfinished = Home(load_settings(home=home))
    unfinished.open_run("unfinished", "smallcap run", served_run_id(home / "warehouse"))
    rows = unfinished.lake.read(WRITTEN_SINCE, [LATER.year])
    unfinished.lake.write_years(WRITTEN_SINCE, rows.head(0), [LATER.year], "unfinished")
    unfinished.close_run(is_successful=False)


@pytest.fixture(scope="module")
def backed_up(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Taken]:
    """A backup of the small home, and what was taken; only read."""
    destination = tmp_path_factory.mktemp("backup") / "backups"
    return destination, backup(small_home, destination)


@pytest.fixture
def copied(backed_up: tuple[Path, Taken], tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(backed_up[0], tmp_path / "backups"))


def kept_file(store: Path, ending: str) -> tuple[str, Path]:
    """Return a file of the newest backup by the ending of its path, and where its bytes are kept."""
    backups = BackupStore(store)
    files = backups.manifest(backups.names()[-1]).files
    path = next(path for path in files if path.endswith(ending))
    return path, backups.path_of(files[path].sha256)


# -- what is restored -----------------------------------------------------------------------------------


def say_that_it_published(home: Path) -> None:
    """Record the unfinished run as one that published, as a run does before its catalogue takes its place."""
    now = utc_now()
    records = Home(load_settings(home=home)).records
    records.run("unfinished", "smallcap run", (LATER.year, LATER.year), LATER, "sample", "published", now)


@pytest.mark.drill
def test_what_a_run_has_written_since_the_publication_is_left_out(home: Path, tmp_path: Path) -> None:
    version = Lake(home / "lake").version(WRITTEN_SINCE)
    leave_a_run_unfinished(home)
    assert Lake(home / "lake").version(WRITTEN_SINCE) > version
    moments = [backup(home, tmp_path / "backups").manifest]
    say_that_it_published(home)
    moments.append(backup(home, tmp_path / "backups").manifest)
    for number, moment in enumerate(moments):
        restored = tmp_path / f"restored-{number}"
        restore(tmp_path / "backups", restored, moment.name)
        assert Lake(restored / "lake").version(WRITTEN_SINCE) == version
        assert not (restored / "run.json").exists()
        assert differences(restored, home) == []
    runs = Home(load_settings(home=restored)).records.read("meta.runs")
    assert runs.filter(run_id="unfinished")["status"].to_list() == ["undone"]


@pytest.mark.drill
def test_the_next_run_of_a_restored_home_goes_on(home: Path, small_home: Path, tmp_path: Path) -> None:
    leave_a_run_unfinished(home)
    say_that_it_published(home)
    backup(home, tmp_path / "backups")
    restore(tmp_path / "backups", tmp_path / "restored")
    make(tmp_path / "restored", LATER)
    assert_same_contents(tmp_path / "restored", small_home)


@pytest.mark.drill
def test_a_home_that_was_rolled_back_is_restored_as_it_is_served(home: Path, tmp_path: Path) -> None:
    earlier = rollback(home / "warehouse")
    backup(home, tmp_path / "backups")
    manifest = restore(tmp_path / "backups", tmp_path / "restored")
    assert manifest.run_id == earlier == served_run_id(tmp_path / "restored" / "warehouse")
    assert differences(tmp_path / "restored", home) == []
    records = Home(load_settings(home=tmp_path / "restored")).records.read("meta.runs")
    assert dict(records.select("run_id", "status").iter_rows())[earlier] == "published"
    assert sorted(records["status"]) == ["published", "undone"]


@pytest.mark.drill
def test_after_the_restore_of_a_rolled_back_home_the_next_run_publishes_the_newest_state_again(
    home: Path, small_home: Path, tmp_path: Path
) -> None:
    rollback(home / "warehouse")
    backup(home, tmp_path / "backups")
    restore(tmp_path / "backups", tmp_path / "restored")
    make(tmp_path / "restored", LATER)
    assert_same_contents(tmp_path / "restored", small_home)


@pytest.mark.drill
def test_a_restored_home_can_be_rolled_back_as_the_first_one_can(
    home: Path, backed_up: tuple[Path, Taken], tmp_path: Path
) -> None:
    restore(backed_up[0], tmp_path / "restored")
    assert rollback(tmp_path / "restored" / "warehouse") == rollback(home / "warehouse")
    assert differences(tmp_path / "restored", home) == []


def test_what_a_later_run_requested_is_no_record_of_a_restored_home(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    publish(home, "first")
    asked = home.records.read("meta.fetched")
    home.records.upsert("meta.fetched", [{**row, "asked": 9} for row in asked.to_dicts()])
    backup(home.path, tmp_path / "backups")
    restore(tmp_path / "backups", tmp_path / "restored")
    restored = Home(load_settings(home=tmp_path / "restored")).records.read("meta.fetched")
    assert restored.sort("year").equals(asked.sort("year")), "its rows are not there, so it is made again"


# -- incremental ----------------------------------------------------------------------------------------


def test_a_second_backup_copies_nothing_again(small_home: Path, copied: Path) -> None:
    second = backup(small_home, copied)
    assert (second.new_files, second.new_bytes) == (0, 0)
    assert len(BackupStore(copied).names()) == 2


@pytest.mark.drill
def test_data_files_that_an_earlier_backup_has_are_not_read_again(
    home: Path, copied: Path, small_home: Path
) -> None:
    path, _ = kept_file(copied, ".parquet")
    # Other bytes of the same number: they would be refused if they were read.
    (home / path).write_bytes(bytes((home / path).stat().st_size))
    backup(home, copied)
    restored = copied.with_name("restored")
    restore(copied, restored)
    assert differences(restored, small_home) == []


@pytest.mark.drill
def test_old_backups_are_removed_with_the_files_that_only_they_have(
    small_home: Path, copied: Path, tmp_path: Path
) -> None:
    store = BackupStore(copied)
    (first,) = store.names()
    changed = copy_home(small_home, tmp_path / "changed")
    leave_a_run_unfinished(changed)
    make(changed, LATER)
    backup(changed, copied)
    of_first = {entry.sha256 for entry in store.manifest(first).files.values()}
    with store.writing():
        assert store.prune(1) == 1
    (second,) = store.names()
    kept = {path.name for path in (copied / "files").glob("??/*")}
    assert kept == {entry.sha256 for entry in store.manifest(second).files.values()}
    assert of_first - kept
    restore(copied, tmp_path / "restored")
    assert differences(tmp_path / "restored", changed) == []


# -- refusals -------------------------------------------------------------------------------------------


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a byte is flipped": flip_a_byte,
    "the end is gone": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "the file is gone": Path.unlink,
}


@pytest.mark.parametrize(
    ("damage", "ending"),
    others_in_drill(
        [(damage, ending) for damage in DAMAGES for ending in (".parquet", ".duckdb")],
        kept=[("a byte is flipped", ".parquet"), ("the file is gone", ".duckdb")],
    ),
)
def test_a_damaged_backup_is_refused_with_the_file_named_and_the_home_stays_empty(
    copied: Path, tmp_path: Path, damage: str, ending: str
) -> None:
    path, kept = kept_file(copied, ending)
    DAMAGES[damage](kept)
    with pytest.raises(InputError, match=path) as refusal:
        restore(copied, tmp_path / "restored")
    assert str(kept) in str(refusal.value)
    assert [found.name for found in (tmp_path / "restored").iterdir() if found.name != ".lock"] == []


def test_a_backup_that_was_ended_before_its_manifest_is_none(copied: Path, tmp_path: Path) -> None:
    store = BackupStore(copied)
    store.manifest_path(store.names()[0]).unlink()
    with pytest.raises(InputError, match="there is no complete backup"):
        restore(copied, tmp_path / "restored")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"files"', '"flies"'),
        ("warehouse/warehouse.duckdb", "../warehouse.duckdb"),
        ('"format": 1', '"format": 2'),
    ],
)
def test_a_manifest_that_was_changed_is_refused(copied: Path, tmp_path: Path, old: str, new: str) -> None:
    store = BackupStore(copied)
    manifest = store.manifest_path(store.names()[0])
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=str(manifest)):
        restore(copied, tmp_path / "restored")


def test_a_home_that_is_not_empty_is_never_overwritten(backed_up: tuple[Path, Taken], tmp_path: Path) -> None:
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"is not empty \(mine.txt\)"):
        restore(backed_up[0], tmp_path / "restored")
    assert [path.name for path in (tmp_path / "restored").iterdir()] == ["mine.txt"]


@pytest.mark.drill
def test_what_an_interrupted_restore_left_does_not_count(
    backed_up: tuple[Path, Taken], small_home: Path, tmp_path: Path
) -> None:
    left = tmp_path / "restored" / STAGING / "lake"
    left.mkdir(parents=True)
    (left / "half.parquet").write_text("half")
    restore(backed_up[0], tmp_path / "restored")
    assert not (tmp_path / "restored" / STAGING).exists()
    assert differences(tmp_path / "restored", small_home) == []


def test_a_data_file_with_other_bytes_than_were_written_is_not_backed_up(home: Path, tmp_path: Path) -> None:
    file = Lake(home / "lake").files(WRITTEN_SINCE)[0]
    flip_a_byte(file)
    with pytest.raises(DegradedError, match=str(file)):
        backup(home, tmp_path / "backups")
    assert BackupStore(tmp_path / "backups").names() == []


def test_two_backups_are_not_written_into_one_folder_at_a_time(small_home: Path, tmp_path: Path) -> None:
    with BackupStore(tmp_path / "backups").writing(), pytest.raises(HomeBusyError, match="another backup"):
        backup(small_home, tmp_path / "backups")


@pytest.mark.parametrize("inside", ["backups", "lake/backups", "."])
def test_a_folder_in_the_home_is_refused(small_home: Path, inside: str) -> None:
    with pytest.raises(InputError, match="are in one another"):
        backup(small_home, small_home / inside)


# -- the commands ---------------------------------------------------------------------------------------


@pytest.mark.drill
def test_the_commands_say_what_they_did_and_end_with_their_codes(
    smallcap: Command, small_home: Path, copied: Path, tmp_path: Path
) -> None:
    planned = smallcap("backup", copied, "--dry-run", "--home", small_home)
    assert planned.code == 0
    assert "the backup would hold" in planned.out
    taken = smallcap("backup", copied, "--keep", 1, "--home", small_home)
    assert taken.code == 0
    assert "0 new, 0.0 MB; 1 older backups removed" in taken.out
    (name,) = BackupStore(copied).names()
    assert name in smallcap("restore", copied, "--list").out
    verified = smallcap("restore", copied, "--dry-run", "--home", tmp_path / "restored")
    assert (verified.code, (tmp_path / "restored").exists()) == (0, False)
    assert "is sound" in verified.out
    restored = smallcap("restore", copied, "--at", name, "--home", tmp_path / "restored")
    assert restored.code == 0
    assert f"restored backup {name}" in restored.out
    assert smallcap("status", "--home", tmp_path / "restored").code == 0
    for source, home, code in [
        (tmp_path / "nothing", tmp_path / "other", 2),
        (copied, tmp_path / "restored", 2),
    ]:
        assert smallcap("restore", source, "--home", home).code == code
    assert smallcap("backup", tmp_path / "other", "--home", tmp_path / "empty").code == 5


# -- moments of a run -----------------------------------------------------------------------------------

RUNS, MOMENTS_OF_A_RUN = 4, 5


@pytest.mark.drill
def test_a_backup_at_twenty_moments_of_a_run_is_what_was_published_then_and_goes_on(
    small_home: Path, tmp_path: Path
) -> None:
    rerun = small_forked_rerun(small_home, tmp_path / "made")
    before = served_run_id(rerun.before / "warehouse")
    taken = 0
    for number in range(RUNS):
        home = copy_home(rerun.before, tmp_path / f"home-{number}")
        destination = tmp_path / f"backups-{number}"
        for place, name in enumerate(backups_while_it_runs(rerun, home, destination, number)):
            restored = tmp_path / f"restored-{number}-{place}"
            manifest = restore(destination, restored, name)
            assert manifest.run_id in (before, served_run_id(home / "warehouse"))
            published = rerun.before if manifest.run_id == before else home
            assert served(restored) == served(published), (number, place)
            # The next run is tried at another place of each run: early, between, and late.
            if place in (number, MOMENTS_OF_A_RUN - 1):
                assert differences(restored, published) == [], (number, place)
                assert run_until(math.inf, rerun.start(restored)).code == 0, (number, place)
                assert_same_contents(restored, rerun.after)
            shutil.rmtree(restored)
            taken += 1
    assert taken == RUNS * MOMENTS_OF_A_RUN


def backups_while_it_runs(rerun: Rerun, home: Path, destination: Path, number: int) -> list[str]:
    """Take backups at moments of one run; every other run is held meanwhile, the others go on writing."""
    process = rerun.start(home)
    watched, names = psutil.Process(process.pid), []
    moments = [
        rerun.seconds * (RUNS * place + number + 0.5) / (RUNS * MOMENTS_OF_A_RUN)
        for place in range(MOMENTS_OF_A_RUN)
    ]
    for moment in moments:
        # The process may end between the two looks.
        with suppress(psutil.NoSuchProcess):
            while process.poll() is None and sum(watched.cpu_times()[:2]) < moment:
                pass
        is_held = number % 2 == 0 and process.poll() is None
        if is_held:
            watched.send_signal(signal.SIGSTOP)
        names.append(backup(home, destination).manifest.name)
        if is_held:
            watched.send_signal(signal.SIGCONT)
    process.communicate()
    assert process.returncode == 0
    return names
