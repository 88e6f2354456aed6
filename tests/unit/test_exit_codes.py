"""Exit codes: defined in one place, used from there alone, and each with its section in the docs."""

from __future__ import annotations

import ast
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from smallcap.errors import SmallcapError
from smallcap.exit_codes import MEANINGS, ExitCode, in_words
from smallcap.pipelines.command.app import app
from smallcap.pipelines.signals import Stopped
from smallcap.sources.fetching import QuotaError, RefusedError, TransientError
from tests.paths import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
OPERATIONS = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ENDING_CALLS = ("Exit", "exit")
"""Names of the functions that take an exit code: `typer.Exit` and `sys.exit`."""


def headings() -> dict[int, str]:
    """The sections of the page: code and meaning."""
    return {int(code): meaning for code, meaning in re.findall(r"^## (\d+): (.+)$", PAGE, re.MULTILINE)}


def anchor(code: ExitCode) -> str:
    """The address of a section, as the site makes it of the heading."""
    words = re.sub(r"[^\w\s-]", "", f"{code.value} {MEANINGS[code]}".lower())
    return "exit-codes.md#" + "-".join(words.split())


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Every module that may end a process: its text names an exit."""
    for folder in ("smallcap", "pipelines", "assets"):
        for path in sorted((PROJECT_ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "exit" in source.lower():
                yield path, ast.parse(source)


def test_every_code_has_a_section_of_its_meaning_and_no_section_is_of_another() -> None:
    assert headings() == {code.value: meaning for code, meaning in MEANINGS.items()}
    assert set(MEANINGS) == set(ExitCode)


def test_the_table_of_the_operations_page_links_to_every_section() -> None:
    table = OPERATIONS.split("## Exit codes")[1].split("\n## ")[0]
    rows = re.findall(r"^\| \[(\d+)\]\((\S+)\) \| (.+) \|$", table, re.MULTILINE)
    assert rows == [(str(code.value), anchor(code), MEANINGS[code]) for code in ExitCode]


def test_the_help_lists_every_code_that_a_command_ends_with() -> None:
    assert app.info.epilog == in_words(ExitCode)


def kinds(kind: type[SmallcapError] = SmallcapError) -> Iterator[type[SmallcapError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def test_every_error_ends_with_a_code_that_is_defined() -> None:
    assert len(list(kinds())) > 10
    for kind in kinds():
        assert isinstance(kind.exit_code, ExitCode), kind


def test_no_module_ends_with_a_number_of_its_own() -> None:
    found = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                values = node.args if node.func.attr in ENDING_CALLS else []
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                values = [node.value] if any("exit_code" in ast.unparse(target) for target in targets) else []
            else:
                continue
            found += [
                f"{path}:{node.lineno}"
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, int)
            ]
    assert found == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)]
)
def test_a_signal_has_the_code_that_a_shell_gives_it(number: signal.Signals, code: ExitCode) -> None:
    assert Stopped(number).exit_code == code == 128 + number


def test_a_source_that_does_not_answer_is_to_be_tried_again_and_one_that_refuses_is_not() -> None:
    assert TransientError.exit_code == QuotaError.exit_code == ExitCode.LATER
    assert RefusedError.exit_code == ExitCode.INPUT
