"""A fleet of a live source: one fetch asks for all homes as much as a plain run for one, and no home asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from smallcap.fleet.local import LocalPool
from smallcap.fleet.outcomes import Outcome
from smallcap.fleet.running import run_fleet
from smallcap.fleet.tasks import Task, tasks_of
from tests.command_line import must_succeed
from tests.integration.homes import assert_same_contents
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.drill

COMPANIES, SEED, AS_OF = 120, 2000, "2025-12-31"
FLEET = f"""
[[home]]
name = "plain"
preset = "xfinlink"
as_of = {AS_OF}

[[home]]
name = "varied"
preset = "xfinlink"
as_of = {AS_OF}
vary = {{ "funnel.value.quantile" = [0.4] }}
"""


class Counted(LocalPool):
    """A pool that counts the requests of each of its runs."""

    def __init__(self, standin: StandIn) -> None:
        super().__init__(1)
        self.standin = standin
        self.asked: list[tuple[str, int]] = []

    def run(self, tasks: Sequence[Task], *arguments: object, **named: object) -> list[Outcome]:
        """Make the homes."""
        before = sum(self.standin.counts().values())
        outcomes = super().run(tasks, *arguments, **named)  # type: ignore[arg-type]
        what = "fetch" if "fetch" in arguments else "run"
        self.asked.append((what, sum(self.standin.counts().values()) - before))
        return outcomes


def test_a_source_is_asked_for_all_homes_as_often_as_for_one_and_no_home_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fleet.toml").write_text(FLEET)
    root = tmp_path / "homes"
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        given = {
            "xfinlink_api_key": standin.key,
            "xfinlink_base_url": standin.url,
            "french_base_url": f"{standin.url}/pages/faculty/ken.french",
            "ishares_base_url": standin.url,
            "clock": "2026-06-30",
        }
        must_succeed("run", "--as-of", AS_OF, "--home", tmp_path / "own", preset="xfinlink", **given)
        for_one = sum(standin.counts().values())
        for name, value in given.items():
            monkeypatch.setenv(f"SMALLCAP_{name.upper()}", value)
        pool = Counted(standin)
        tasks = tasks_of(tmp_path / "fleet.toml", root)
        outcomes = run_fleet(tasks, root, pool, lambda outcome: None)
    logs = [path.read_text() for path in sorted(root.glob(".fleet/*/*.log"))]
    assert [outcome.exit_code for outcome in outcomes] == [0, 0], logs
    assert for_one > 10
    assert pool.asked == [("fetch", for_one), ("run", 0)]
    assert (root / ".fleet" / "quota" / "xfinlink.json").is_file()
    assert not any((root / task.name / "quota").exists() for task in tasks)
    assert_same_contents(root / "plain", tmp_path / "own")
