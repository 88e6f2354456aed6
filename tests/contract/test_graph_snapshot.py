"""The Dagster graph as a reviewed text: a change of assets, dependencies, partitions, checks, jobs or
schedules shows as a diff.

To accept a change: SMALLCAP_WRITE_SNAPSHOTS=1 python -m pytest tests/contract/test_graph_snapshot.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg

from smallcap.engine.lineage import READS
from smallcap.pipelines.checks import all_checks
from smallcap.pipelines.location import build_definitions
from smallcap.settings import load_settings
from tests.command_line import environment
from tests.paths import PROJECT_ROOT

VALIDATE = """
import importlib, sys
import dagster as dg
dg.Definitions.validate_loadable(importlib.import_module(sys.argv[1]).defs())
"""
SNAPSHOT = Path(__file__).with_name("graph_snapshot.txt")


def describe(definitions: dg.Definitions) -> Iterator[str]:
    """Describe the location line by line, in an order that does not depend on how it was assembled."""
    graph = definitions.resolve_asset_graph()
    for node in sorted(graph.asset_nodes, key=lambda node: node.key.path):
        yield f"asset {'.'.join(node.key.path)}"
        yield (
            f"  group {node.group_name}; partitions {_partitions(node.partitions_def)}; backfill "
            f"{_policy(node.backfill_policy)}"
        )
        yield (
            f"  kinds {', '.join(sorted(node.kinds))}; tags {_tags(node.tags)}; owners "
            f"{', '.join(node.owners)}"
        )
        for parent in sorted(node.parent_keys, key=lambda key: key.path):
            years = node.metadata.get("years_read")
            window = years.data.get(".".join(parent.path)) if years is not None else None
            yield f"  from {'.'.join(parent.path)}{f': years {window}' if window else ''}"
        for check in sorted(graph.get_check_keys_for_assets({node.key}), key=lambda key: key.name):
            spec = graph.get_check_spec(check)
            yield f"  check {check.name}{', blocking' if spec.blocking else ''}"
    repository = definitions.get_repository_def()
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            yield (
                f"job {job.name}: executor {job.executor_def.name}; "
                f"{len(job.asset_layer.executable_asset_keys)} assets"
            )
    for schedule in sorted(repository.schedule_defs, key=lambda schedule: schedule.name):
        yield (
            f"schedule {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone}, "
            f"job {schedule.job_name}, "
            f"{schedule.default_status.value.lower()} by default"
        )


def _partitions(found: dg.PartitionsDefinition | None) -> str:
    if found is None:
        return "none"
    assert isinstance(found, dg.TimeWindowPartitionsDefinition)
    return f"{found.cron_schedule} from {found.start:%Y}, end offset {found.end_offset}"


def _tags(found: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key}={value}" for key, value in sorted(found.items()) if not key.startswith("dagster/kind/")
    )


def _policy(found: dg.BackfillPolicy | None) -> str:
    return "default" if found is None else found.policy_type.value.lower()


def test_the_graph_is_the_one_that_was_reviewed():
    text = "\n".join(describe(build_definitions(load_settings(is_schedule_on=False)))) + "\n"
    if os.environ.get("SMALLCAP_WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8"), f"the graph changed; {__doc__}"


def test_every_table_of_the_graph_is_checked_before_it_is_published():
    specs = [spec for check in all_checks() for spec in check.check_specs]
    assert {".".join(spec.asset_key.path) for spec in specs} == set(READS)
    assert all(spec.blocking for spec in specs)


def test_dagster_finds_and_accepts_the_definitions_that_the_project_names():
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE, project["code_location_target_module"]],
        env=environment(),
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
