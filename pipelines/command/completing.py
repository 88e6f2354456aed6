"""Completion in the shell: the script of each shell, and the names of queries, parameters and tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum

import typer

PROGRAM = "smallcap"
VARIABLE = "_SMALLCAP_COMPLETE"
"""Set by the shell when it asks for completions."""

REJECTS = "core.rejects"
"""The one table that is not made from others by the lineage of runs: every table's refused rows."""


class Shell(StrEnum):
    """Shells for which there is a script."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def script(shell: Shell) -> str:
    """Return the script that makes a shell complete the command.

    Parameters
    ----------
    shell
        The shell.
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return str(get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value))


def prepare() -> None:
    """Make the answers known that a shell asks for; nothing where no shell asks."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()


def query_names(incomplete: str) -> Iterator[tuple[str, str]]:
    """Complete the name of a worked query."""
    from smallcap.questions import worked_queries

    for name, query in worked_queries().items():
        if name.startswith(incomplete):
            yield name, query.words


def parameters(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Complete the name of a parameter of the worked query that was given before."""
    from smallcap.questions import worked_queries

    query = worked_queries().get(str(context.params.get("worked")))
    for one in query.declared if query else ():
        if f"{one.name}=".startswith(incomplete):
            yield f"{one.name}=", one.meaning


def table_names(incomplete: str) -> Iterator[str]:
    """Complete the name of a table or view, with or without its layer."""
    from smallcap.engine.lineage import READS
    from smallcap.package_files import SQL_DIR

    views = (f"marts.{file.stem}" for file in sorted((SQL_DIR / "views").glob("*.sql")))
    names = [*READS, REJECTS, *views]
    yield from (name for name in names if name.startswith(incomplete))
    yield from (short for name in names if (short := name.partition(".")[2]).startswith(incomplete))
