"""Dagster's location of a fleet: a partition per home, started where it is not current."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from smallcap.errors import InputError
from smallcap.fleet import tasks as fleet_tasks
from smallcap.fleet.outcomes import read_outcomes
from smallcap.pipelines import fleet_location
from smallcap.pipelines.fleet_location import FLEET_JOB, HOMES, build_fleet
from smallcap.settings import load_settings

FLEET = '[[home]]\nname = "h"\nvary = { sample_seed = [1, 2] }\n'
NAMES = ["h-sample_seed-1", "h-sample_seed-2"]


@dataclasses.dataclass(frozen=True)
class _Script(fleet_tasks.Task):
    """A task whose command ends well for the first seed only."""

    def command(self, what: str = "run") -> list[str]:
        """Return a script in place of the command."""
        return [sys.executable, "-c", f"raise SystemExit({self.settings.sample_seed - 1})"]


@pytest.fixture
def location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    file = tmp_path / "fleet.toml"
    file.write_text(FLEET)

    def scripts(file: Path, root: Path) -> list[fleet_tasks.Task]:
        return [_Script(**vars(task)) for task in fleet_tasks.tasks_of(file, root)]

    monkeypatch.setattr(fleet_location, "tasks_of", scripts)
    return build_fleet(load_settings(home=tmp_path / "h", fleet_file=file, fleet_root=tmp_path / "homes"))


def test_the_sensor_keeps_a_partition_per_home_and_asks_for_those_that_are_not_current(
    location: dg.Definitions,
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("fleet_homes", ["gone", NAMES[0]])
        repository = location.get_repository_def()
        context = dg.build_sensor_context(instance=instance, repository_def=repository)
        with partition_loading_context(dynamic_partitions_store=instance):
            found = repository.get_sensor_def("fleet_homes").evaluate_tick(context)
    assert [request.partition_key for request in found.run_requests] == [NAMES[0]]
    added, deleted = found.dynamic_partitions_requests
    assert (added.partition_keys, deleted.partition_keys) == ([NAMES[1]], ["gone"])


def test_a_run_makes_the_home_of_its_partition_and_fails_with_it(
    location: dg.Definitions, tmp_path: Path
) -> None:
    job = location.get_job_def(FLEET_JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(HOMES.name or "", NAMES)
        ends = [
            job.execute_in_process(partition_key=name, instance=instance, raise_on_error=False).success
            for name in NAMES
        ]
    assert ends == [True, False]
    assert {name: end.exit_code for name, end in read_outcomes(tmp_path / "homes").items()} == {
        NAMES[0]: 0,
        NAMES[1]: 1,
    }


def test_a_location_without_a_fleet_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SMALLCAP_FLEET_FILE"):
        build_fleet(load_settings(home=tmp_path))
