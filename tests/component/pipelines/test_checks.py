"""The step that evaluates the checks of a table: each has its own result, whatever the others found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import dagster as dg
import pytest

from smallcap.assets.table_asset import asset_key
from smallcap.pipelines.checks import NOT_MADE, checks_of
from smallcap.pipelines.findings import Finding, TableCheck

TABLE = "core.members"
FOUND = {
    "sound": Finding("passed", "no row"),
    "doubtful": Finding("warned", "2 rows", {"rows": 2}),
    "bad": Finding("failed", "3 rows"),
    "worse": Finding("failed", "4 rows"),
}


def evaluated(
    *names: str, is_made: bool = True, selected: str | None = None
) -> tuple[dg.ExecuteInProcessResult, Mock]:
    """Evaluate checks that find what their names say; return the run, and what it noted in its log."""

    @dg.asset(key=asset_key(TABLE))
    def table() -> None:
        """Stand for the table."""

    checks = [TableCheck(TABLE, name, lambda _, name=name: FOUND[name], name) for name in names]
    log, years = Mock(), SimpleNamespace(is_made=lambda _: is_made, of=lambda _: [2025])
    run: Any = SimpleNamespace(years=years, log=log)
    definitions = dg.Definitions(
        [table], asset_checks=[checks_of(TABLE, checks)], resources={"smallcap_run": run}
    )
    asked = None if selected is None else [dg.AssetCheckKey(asset_key(TABLE), selected)]
    selection = dg.AssetSelection.all() if asked is None else dg.AssetSelection.checks(*asked)
    job = dg.define_asset_job("checked", selection)
    definitions = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job]))
    return definitions.resolve_job_def("checked").execute_in_process(raise_on_error=False), log.note_check


def results(made: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    return {one.check_name: (one.passed, one.severity.value) for one in made.get_asset_check_evaluations()}


def test_every_check_is_evaluated_and_noted_also_after_one_that_failed() -> None:
    made, noted = evaluated("bad", "sound", "worse", "doubtful")
    assert not made.success
    assert results(made) == {
        "bad": (False, "ERROR"),
        "sound": (True, "ERROR"),
        "worse": (False, "ERROR"),
        "doubtful": (False, "WARN"),
    }
    assert [call.args[1:4] for call in noted.call_args_list] == [
        ("bad", "failed", "3 rows"),
        ("sound", "passed", "no row"),
        ("worse", "failed", "4 rows"),
        ("doubtful", "warned", "2 rows"),
    ]


def test_a_warning_lets_the_run_go_on() -> None:
    assert evaluated("sound", "doubtful")[0].success


@pytest.mark.parametrize("name", ["sound", "doubtful"])
def test_one_check_can_be_selected_alone(name: str) -> None:
    made, noted = evaluated("bad", "sound", "doubtful", selected=name)
    assert list(results(made)) == [name]
    assert noted.call_count == 1


def test_of_a_table_that_the_run_does_not_make_no_check_is_evaluated() -> None:
    made, noted = evaluated("bad", "worse", is_made=False)
    assert made.success
    assert {one.description for one in made.get_asset_check_evaluations()} == {NOT_MADE}
    assert not noted.called
