"""Completion in the shell: what follows what was typed, and a script for each shell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import typer

from smallcap.pipelines.command.completing import Shell, parameters, query_names, script, table_names
from smallcap.tables import TABLES
from tests.command_line import completed


@pytest.mark.parametrize("shell", Shell)
def test_a_script_asks_the_command_for_what_follows(shell: Shell):
    text = script(shell)
    assert "_SMALLCAP_COMPLETE" in text
    assert f"complete_{shell}" in text


def test_worked_queries_and_their_parameters_are_completed():
    assert [name for name, _ in query_names("company_h")] == ["company_history"]
    context = cast(typer.Context, SimpleNamespace(params={"worked": "company_history"}))
    assert [name for name, _ in parameters(context, "tick")] == ["ticker="]
    assert list(parameters(context, "other")) == []


def test_tables_are_completed_with_and_without_their_layer():
    assert set(TABLES) <= set(table_names(""))
    assert list(table_names("marts.latest_q")) == ["marts.latest_quality"]
    assert list(table_names("latest_q")) == ["latest_quality"]


def test_the_command_answers_a_shell_that_asks():
    assert completed("smallcap describe latest_q") == (["latest_quality"], "")


def test_a_home_that_is_not_there_completes_nothing_and_says_nothing(tmp_path: Path):
    for line in ("smallcap why P", "smallcap why POWL --as-of 2"):
        assert completed(line, home=tmp_path / "none") == ([], "")
    assert not (tmp_path / "none").exists()
