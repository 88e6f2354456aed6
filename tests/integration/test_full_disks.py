"""A disk that is full: explained, nothing that was published is lost, and the next run is as good as any."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

import pytest

from tests.command_line import must_succeed
from tests.integration.homes import COMPANIES, EARLIER
from tests.integration.killed_run import RERUN, Rerun
from tests.integration.namespace import in_namespace, keeping, require_mounts, told
from tests.once import made_once
from tests.tiers import others_in_drill

pytestmark = pytest.mark.service
SIZES_MB = range(5, 61, 5)
FREE_MB = (0.25, 0.5, 1, 2, 4, 8)
MOUNT = "mount -t tmpfs -o size={size}k tmpfs {folder}"
ENLARGE = "mount -o remount,size=1g tmpfs {folder}"
FIRST_RUN = ("run", "--as-of", EARLIER)
WORDS_OF_A_FULL_DISK = ("No space left on device", "disk is full", "os error 28", "disk I/O error")


@pytest.fixture(scope="module", autouse=True)
def _mounts_are_possible(tmp_path_factory: pytest.TempPathFactory) -> None:
    require_mounts(tmp_path_factory.mktemp("mount"), MOUNT.format(size=1000, folder="{folder}"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A home after one run that was not disturbed."""

    def make(folder: Path) -> Path:
        must_succeed(*FIRST_RUN, "--home", folder / "home", sample_companies=COMPANIES)
        return folder / "home"

    return made_once(tmp_path_factory, worker_id, "undisturbed", make)


def run_on_a_disk(
    folder: Path, kilobytes: int, run: tuple[object, ...], prepare: str, expected: Path
) -> Path:
    """Run on a disk of this size, then again on a larger one; return the folder with the answers.

    What is served between the two runs is kept as `between`, and how the tables differ in the end as `diff`.
    """
    disk, answers = folder / "disk", folder / "answers"
    for made in (disk, answers):
        made.mkdir()
    home, place = disk / "home", shlex.quote(str(disk))
    query = "SELECT count(*) FROM marts.quality_scores"
    steps = [
        f"{MOUNT.format(size=kilobytes, folder=place)} || exit 9",
        prepare.format(home=shlex.quote(str(home))),
        keeping(answers, "first", [*run, "--home", home]),
        ENLARGE.format(folder=place),
        keeping(answers, "between", ["sql", query, "--format", "csv", "--home", home]),
        keeping(answers, "second", [*run, "--home", home]),
        keeping(answers, "diff", ["diff", expected, home]),
        keeping(answers, "doctor", ["doctor", "--home", home]),
    ]
    done = in_namespace("\n".join(steps), sample_companies=COMPANIES)
    assert (answers / "doctor.code").exists(), done.stderr
    return answers


def assert_explained(answers: Path) -> None:
    """Insist that the first run succeeded or said that the disk is full, and that all is well in the end."""
    code, said = told(answers, "first")
    assert code in (0, 2), said
    assert "Traceback" not in said
    assert "panicked" not in said
    if code:
        assert any(words in said for words in WORDS_OF_A_FULL_DISK), said
    for name in ("second", "diff", "doctor"):
        code, said = told(answers, name)
        assert code == 0, (name, said, (answers / f"{name}.out").read_text())


@pytest.mark.parametrize("size", others_in_drill(SIZES_MB, kept=[]))
def test_a_first_run_on_a_small_disk_is_explained_and_the_next_one_is_good(
    undisturbed: Path, tmp_path: Path, size: int
) -> None:
    answers = run_on_a_disk(tmp_path, size * 1000, FIRST_RUN, "", undisturbed)
    assert_explained(answers)
    assert told(answers, "between")[0] in (0, 5)


@pytest.mark.parametrize("free", others_in_drill(FREE_MB, kept=[]))
def test_a_published_home_on_a_disk_that_fills_up_goes_on_serving_and_the_next_run_is_good(
    rerun: Rerun, tmp_path: Path, free: float
) -> None:
    files = [path for path in rerun.before.rglob("*") if path.is_file()]
    used = sum(math.ceil(path.stat().st_size / 4096) * 4 for path in files)
    copy = f"cp -a {shlex.quote(str(rerun.before))} {{home}} || exit 9"
    answers = run_on_a_disk(tmp_path, used + int(free * 1000), RERUN, copy, rerun.after)
    assert_explained(answers)
    assert told(answers, "between")[0] == 0
