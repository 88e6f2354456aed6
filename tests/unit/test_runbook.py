"""The runbook has an entry for each finding of health and each exit code, with a test that performs it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.incidents import SUBJECTS
from tests.paths import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "operations" / "runbook.md").read_text(encoding="utf-8")
QUOTA = "quota_<source>"
"""The one finding whose name ends with that of the source."""
DRILL = re.compile(r"^Drill: `(tests/\S+\.py)::(\w+)`$", re.MULTILINE)
ENTRIES = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def wanted() -> set[str]:
    """The headings that there have to be."""
    findings = {QUOTA if name.startswith("quota_") else name for name in SUBJECTS}
    return {f"`{name}`" for name in findings} | {f"Exit code {code.value}" for code in ExitCode}


@cache
def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_finding_and_every_exit_code_has_an_entry_and_no_entry_is_of_another() -> None:
    assert set(ENTRIES) == wanted()


def test_a_finding_that_the_program_makes_is_known_to_the_runbook() -> None:
    modules = (PROJECT_ROOT / "smallcap" / "health").glob("judge*.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [node.args[0] for node in calls if getattr(node.func, "id", "") == "HealthFinding"]
    assert len(named) > 8
    plain = {name.value for name in named if isinstance(name, ast.Constant)}
    made = {ast.unparse(name) for name in named if isinstance(name, ast.JoinedStr)}
    assert plain <= set(SUBJECTS)
    assert made == {"f'{name}_age'", "f'quota_{fact.source}'"}


@pytest.mark.parametrize("heading", ENTRIES)
def test_an_entry_says_the_cause_what_to_do_when_it_is_over_and_what_performs_it(heading: str) -> None:
    entry = ENTRIES[heading]
    assert [part for part in ("**Cause.** ", "**Do.** ", "**Over** ") if part not in entry] == []
    has_command = "```sh\nsmallcap " in entry
    assert has_command or heading in ("Exit code 0", "Exit code 9")
    ((path, name),) = DRILL.findall(entry)
    assert name in functions_of(PROJECT_ROOT / path), f"{path} has no test {name}"


def test_every_drill_that_the_page_names_exists() -> None:
    found = DRILL.findall(PAGE) + re.findall(r"Drill: `(tests/\S+\.py)::(\w+)`$", PAGE, re.MULTILINE)
    assert len(found) > len(ENTRIES)
    for path, name in found:
        assert name in functions_of(PROJECT_ROOT / path), f"{path} has no test {name}"
