"""What `--help` and `--version` print."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import version

import pytest
from typer.main import get_command
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


def examples() -> list[tuple[str, str]]:
    """Each command that has examples in its help, with one of them."""
    texts = (
        (one.name or one.callback.__name__.replace("_", "-"), one.callback.__doc__)
        for one in app.registered_commands
    )
    return [
        (name, example)
        for name, text in texts
        for line in re.findall(r"^ *Examples?: (.+)$", text or "", flags=re.MULTILINE)
        for example in line.split("; ")
    ]


def test_commands_that_a_newcomer_types_have_an_example():
    typed = {"run", "backfill", "sql", "why", "funnel", "screen", "report", "regress", "compare", "describe"}
    assert typed <= {name for name, _ in examples()}


@pytest.mark.parametrize(("name", "example"), examples())
def test_an_example_is_of_its_command_and_has_options_that_it_takes(name: str, example: str):
    words = shlex.split(example)
    assert words[:2] == ["smallcap", name]
    takes = {word for parameter in get_command(app).commands[name].params for word in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= takes
