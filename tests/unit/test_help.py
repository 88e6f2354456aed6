"""What `--help` and `--version` print."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from smallcap.pipelines.command.app import app

WIDE = {"COLUMNS": "200", "TERM": "dumb"}


def printed(*arguments: str) -> str:
    """What the command prints; it ends well."""
    result = CliRunner().invoke(app, arguments, env=WIDE)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_version_is_that_of_the_installed_package_alone():
    assert printed("--version") == f"smallcap {version('smallcap')}\n"


@pytest.mark.parametrize("command", [(), ("why",), ("book", "add")])
def test_help_is_found_by_its_letter_too(command: tuple[str, ...]):
    assert printed(*command, "-h") == printed(*command, "--help")


@pytest.mark.parametrize(
    ("command", "default"),
    [
        ("run", "the end of the latest complete year"),
        ("why", "the latest"),
        ("report", "reports/ of the home"),
        ("regress", "the newest"),
        ("status", "see config"),
    ],
)
def test_help_names_the_default_of_an_option_that_depends_on_the_home(command: str, default: str):
    assert f"[default: ({default})]" in printed(command, "--help")
