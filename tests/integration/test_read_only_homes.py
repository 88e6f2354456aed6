"""A home that cannot be written to: queries answer and change nothing, and what would write says so and what
to do.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import COMMAND, environment, published
from tests.integration.homes import Answer, copy_home
from tests.tiers import others_in_drill

READ_ONLY_MOUNT = "mount --bind {home} {home} && mount -o remount,bind,ro {home} && exec {command}"
pytestmark = pytest.mark.service
STATUS = ("status",)
COUNT_AS_CSV = ("sql", "SELECT count(*) FROM core.members", "--format", "csv")
QUERIES = (
    ("sql", "SELECT count(*) FROM core.members"),
    ("why", "{ticker}"),
    STATUS,
    ("funnel",),
    ("book", "list"),
    ("config",),
)
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def read_only(home: Path, *arguments: object, tmpdir: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command while the home is mounted read-only, which holds for root too.

    The mount ends with the command. `tmpdir` is the folder for temporary files.
    """
    variables = environment() | ({"TMPDIR": str(tmpdir)} if tmpdir else {})
    command = shlex.join([str(COMMAND), *map(str, arguments), "--home", str(home)])
    script = READ_ONLY_MOUNT.format(home=shlex.quote(str(home)), command=command)
    return subprocess.run(
        [*NAMESPACE, script], env=variables, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module", autouse=True)
def _mounts_are_possible(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mount")
    script = READ_ONLY_MOUNT.format(
        home=shlex.quote(str(folder)), command=f"test ! -w {shlex.quote(str(folder))}"
    )
    try:
        is_possible = (
            subprocess.run([*NAMESPACE, script], capture_output=True, check=False, timeout=60).returncode == 0
        )
    except FileNotFoundError:
        is_possible = False
    if not is_possible:
        pytest.skip("nothing can be mounted read-only here")


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    "arguments",
    others_in_drill([(arguments,) for arguments in QUERIES], kept=[(QUERIES[0],), (QUERIES[1],)]),
    ids=lambda arguments: arguments[0],
)
def test_queries_answer_and_write_nothing(
    small_home: Path, smallcap: Callable[..., Answer], arguments: tuple[str, ...]
) -> None:
    ticker = published(small_home, "SELECT max(ticker) AS ticker FROM core.members")["ticker"][0]
    before = listing(small_home)
    asked = [argument.format(ticker=ticker) for argument in arguments]
    answer = read_only(small_home, *asked)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == smallcap(*asked, "--home", small_home).out
    assert listing(small_home) == before


@pytest.mark.drill
def test_an_export_and_a_report_go_elsewhere(small_home: Path, tmp_path: Path) -> None:
    before = listing(small_home)
    assert read_only(small_home, "export", tmp_path / "portable.duckdb").returncode == 0
    refused = read_only(small_home, "report")
    said = " ".join(refused.stderr.split())
    assert refused.returncode == 2
    assert f"the home {small_home} cannot be written to" in said
    assert "smallcap report --output FOLDER" in said
    written = read_only(small_home, "report", "--output", tmp_path / "reports")
    assert written.returncode == 0, written.stderr
    page = Path("".join(written.stdout.split()))
    assert page.is_relative_to(tmp_path / "reports")
    assert page.is_file()
    assert (tmp_path / "reports" / "index.html").is_file()
    assert listing(small_home) == before


@pytest.mark.some_cases(1)
@pytest.mark.parametrize(
    "command",
    others_in_drill(["run", "backfill --from 2024 --to 2025", "fetch", "rollback"], kept=["run", "rollback"]),
)
def test_what_would_write_says_that_it_cannot(small_home: Path, command: str) -> None:
    answer = read_only(small_home, *command.split())
    assert answer.returncode == 2, answer.stderr
    assert "cannot be written to" in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr


@pytest.mark.drill
@pytest.mark.parametrize(
    "arguments", others_in_drill([(STATUS,), (COUNT_AS_CSV,), (("funnel",),)], kept=[(COUNT_AS_CSV,)])
)
def test_a_copied_home_answers_too_and_nothing_is_written_to_it(
    small_home: Path, tmp_path: Path, smallcap: Callable[..., Answer], arguments: tuple[str, ...]
) -> None:
    copied, temporary = shutil.copytree(small_home, tmp_path / "copied"), tmp_path / "temporary"
    temporary.mkdir()
    before = listing(copied)
    answer = read_only(copied, *arguments, tmpdir=temporary)
    assert answer.returncode == 0, answer.stderr
    expected = smallcap(*arguments, "--home", small_home).out
    assert answer.stdout.replace(str(copied), str(small_home)) == expected
    assert listing(copied) == before
    assert list(temporary.iterdir()) == []


def test_a_copied_home_without_all_its_files_says_so(small_home: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(small_home, tmp_path / "copied")
    shutil.rmtree(copied / "lake" / "core" / "members")
    answer = read_only(copied, "sql", "SELECT 1")
    assert answer.returncode == 5
    assert "was moved or copied without" in " ".join(answer.stderr.split())


@pytest.mark.drill
@pytest.mark.parametrize("arguments", others_in_drill([(STATUS,), (COUNT_AS_CSV,)], kept=[(STATUS,)]))
def test_a_read_only_mount_at_another_place_answers(
    small_home: Path, tmp_path: Path, smallcap: Callable[..., Answer], arguments: tuple[str, ...]
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    source, target = shlex.quote(str(small_home)), shlex.quote(str(place))
    command = shlex.join([str(COMMAND), *arguments, "--home", str(place)])
    script = f"mount --bind {source} {target} && mount -o remount,bind,ro {target} && exec {command}"
    answer = subprocess.run(
        [*NAMESPACE, script], env=environment(), capture_output=True, text=True, check=False, timeout=600
    )
    assert answer.returncode == 0, answer.stderr
    expected = smallcap(*arguments, "--home", small_home).out
    assert answer.stdout.replace(str(place), str(small_home)) == expected


def test_the_doctor_says_that_it_can_be_queried_alone(small_home: Path) -> None:
    answer = read_only(small_home, "doctor")
    assert answer.returncode == 6
    assert "only queries need not write" in " ".join(answer.stdout.split())


@pytest.mark.drill
@pytest.mark.parametrize(
    "hidden",
    others_in_drill(
        [".", "home.toml", "warehouse", "warehouse/warehouse.duckdb"],
        kept=["warehouse/warehouse.duckdb"],
    ),
)
def test_a_home_that_this_user_may_not_read_is_explained(
    small_home: Path, tmp_path: Path, hidden: str
) -> None:
    home = copy_home(small_home, tmp_path / "home")
    mode = (home / hidden).stat().st_mode
    os.chmod(home / hidden, 0)
    try:
        # Root keeps its name but not its power to ignore permissions.
        weak = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        asked = [*weak, str(COMMAND), "sql", "SELECT 1"]
        answer = subprocess.run(
            asked, env=environment(home=home), capture_output=True, text=True, check=False, timeout=600
        )
    finally:
        os.chmod(home / hidden, mode)
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "cannot be read" in " ".join(answer.stderr.split())
