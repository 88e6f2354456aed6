"""A live source is asked by one fetch for all homes, which are then computed without a network."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.fleet.local import LocalPool
from smallcap.fleet.outcomes import Outcome
from smallcap.fleet.pool import Pool
from smallcap.fleet.running import run_fleet
from smallcap.fleet.seeding import fetching_home
from smallcap.fleet.tasks import Task, tasks_of
from smallcap.settings import load_settings
from smallcap.sources.fetching import QuotaError
from smallcap.sources.request_counts import counts_of
from tests.component.fleet.scripts import scripts

LIVE = """
[[home]]
name = "x"
preset = "xfinlink"
as_of = 2025-12-31
limit = 60
vary = { "funnel.value.quantile" = [0.4, 0.6] }

[[home]]
name = "y"
preset = "xfinlink"
as_of = 2025-12-31
limit = 90
"""
NAMES = ("x-funnel.value.quantile-0.4", "x-funnel.value.quantile-0.6", "y")


class Noted(LocalPool):
    """A pool that only notes what it would begin, and whether it may ask; a fetch keeps an answer."""

    def __init__(self, fetch_code: int = 0) -> None:
        super().__init__(1)
        self.begun: list[tuple[str, str, str, str]] = []
        self.found: dict[str, list[str]] = {}
        self.fetch_code = fetch_code

    def _make(self, task: Task, what: str, threads: int) -> Outcome:
        given = task.environment(threads, what)
        offline, quota = given.get("SMALLCAP_IS_OFFLINE", "false"), given["SMALLCAP_QUOTA_DIR"]
        self.begun.append((what, task.name, offline, quota))
        kept = task.settings.snapshots_dir
        self.found[task.name] = sorted(path.name for path in kept.glob("*"))
        if what == "fetch":
            kept.mkdir(parents=True, exist_ok=True)
            (kept / f"answer of {task.settings.limit}").write_text("rows")
            task.log.write_text("no answer\n")
        return Outcome(task.name, self.fetch_code if what == "fetch" else 0)


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Task]:
    monkeypatch.delenv("SMALLCAP_QUOTA_DIR", raising=False)
    (tmp_path / "fleet.toml").write_text(LIVE)
    return tasks_of(tmp_path / "fleet.toml", tmp_path / "root")


def test_each_source_is_asked_before_any_home_is_made_and_no_home_asks(
    tasks: Sequence[Task], tmp_path: Path
) -> None:
    pool = Noted()
    run_fleet(tasks, tmp_path / "root", pool, lambda outcome: None)
    quota = str(tmp_path / "root" / ".fleet" / "quota")
    assert pool.begun == [
        ("fetch", "fetch xfinlink-russell2000-60", "false", quota),
        ("fetch", "fetch xfinlink-russell2000-90", "false", quota),
        *(("run", name, "true", quota) for name in NAMES),
    ]


def test_what_one_fetch_kept_is_given_to_the_next_and_to_the_homes(
    tasks: Sequence[Task], tmp_path: Path
) -> None:
    pool = Noted()
    run_fleet(tasks, tmp_path / "root", pool, lambda outcome: None)
    both = ["answer of 60", "answer of 90"]
    assert pool.found["fetch xfinlink-russell2000-60"] == []
    assert pool.found["fetch xfinlink-russell2000-90"] == both[:1]
    assert [pool.found[name] for name in NAMES] == [both[:1], both[:1], both]


def test_homes_whose_rules_decide_what_is_asked_have_a_fetch_of_their_own(tmp_path: Path) -> None:
    text = LIVE.replace('"funnel.value.quantile" = [0.4, 0.6]', '"sanity.max_gap_days" = [92, 93]')
    (tmp_path / "fleet.toml").write_text(text)
    pool, root = Noted(), tmp_path / "root"
    run_fleet(tasks_of(tmp_path / "fleet.toml", root), root, pool, lambda outcome: None)
    fetches = [name for what, name, _, _ in pool.begun if what == "fetch"]
    assert len(set(fetches)) == len(fetches) == 3


def test_homes_whose_fetch_failed_are_not_begun_and_their_logs_say_why(
    tasks: Sequence[Task], tmp_path: Path
) -> None:
    pool, said = Noted(fetch_code=ExitCode.LATER), list[str]()
    outcomes = run_fleet(tasks, tmp_path / "root", pool, lambda outcome: None, said.append)
    assert {outcome.name: outcome.exit_code for outcome in outcomes} == dict.fromkeys(NAMES, ExitCode.LATER)
    assert [what for what, *_ in pool.begun] == ["fetch", "fetch"]
    assert said[0].startswith("fetch xfinlink-russell2000-60: exit code 8")
    log = tasks[0].log.read_text()
    assert "fetch xfinlink-russell2000-60 ended with exit code 8; its log is " in log
    assert log.endswith("no answer\n")


class OneDateFails(Noted):
    """A pool in which the fetch of one date fails."""

    def _make(self, task: Task, what: str, threads: int) -> Outcome:
        outcome = super()._make(task, what, threads)
        fails = what == "fetch" and "2024-12-31" in task.home.arguments()
        return dataclasses.replace(outcome, exit_code=ExitCode.LATER) if fails else outcome


def test_a_fetch_that_failed_stops_no_home_of_another_date_and_keeps_its_log(tmp_path: Path) -> None:
    row = '[[home]]\nname = "{0}"\npreset = "xfinlink"\nas_of = {0}\nlimit = 60\n'
    (tmp_path / "fleet.toml").write_text(row.format("2024-12-31") + row.format("2025-12-31"))
    root = tmp_path / "root"
    outcomes = run_fleet(tasks_of(tmp_path / "fleet.toml", root), root, OneDateFails(), lambda outcome: None)
    assert {one.name: one.exit_code for one in outcomes} == {"2024-12-31": 8, "2025-12-31": 0}
    logs = sorted(path.name for path in (root / ".fleet" / "fetched").glob("*.log"))
    assert logs == [f"xfinlink-russell2000-60-{date}.log" for date in ("2024-12-31", "2025-12-31")]


def test_what_an_index_is_called_leads_to_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(
        '[[home]]\nname = "a"\npreset = "xfinlink"\nindex = "../../../x"\nas_of = 2025-12-31\n'
    )
    root = tmp_path / "root"
    (task,) = tasks_of(tmp_path / "fleet.toml", root)
    assert fetching_home(task, root).parent == root / ".fleet" / "fetched"


def test_homes_of_other_presets_need_no_fetch(tmp_path: Path) -> None:
    pool: Pool = LocalPool(1)
    outcomes = run_fleet(scripts(tmp_path, "", "", ""), tmp_path / "root", pool, lambda outcome: None)
    assert [outcome.exit_code for outcome in outcomes] == [0, 0, 0]
    assert not (tmp_path / "root" / ".fleet" / "fetched").exists()


def test_homes_of_one_key_count_their_requests_together(tmp_path: Path) -> None:
    homes = [load_settings(home=tmp_path / name, quota_dir=tmp_path / "quota") for name in ("a", "b")]
    for settings in homes:
        counts_of(settings, {}).take("xfinlink", 3)
    assert '"today": 6' in (tmp_path / "quota" / "xfinlink.json").read_text()
    assert not (tmp_path / "a").exists()


def test_a_home_that_must_not_ask_says_so(tmp_path: Path) -> None:
    counts = counts_of(load_settings(home=tmp_path, is_offline=True), {})
    with pytest.raises(QuotaError, match=r"xfinlink: an answer .* is not kept.*SMALLCAP_IS_OFFLINE"):
        counts.take("xfinlink")
    assert not (tmp_path / "quota").exists()
