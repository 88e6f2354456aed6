"""The commands that look around: `tables`, `describe`, `open`, and `completion` of the shell."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from smallcap.pipelines.command.completing import Shell, script, table_names
from smallcap.pipelines.command.homes import served, settings_of
from smallcap.pipelines.command.options import OUT, FormatOption, HomeOption, RowFormat


class Opened(StrEnum):
    """What `open` opens."""

    report = "report"
    ui = "ui"
    sql = "sql"


def tables(output: FormatOption = RowFormat.table, home: HomeOption = None) -> None:
    """List the published tables and views by layer, with rows, years, and what a row is.

    Examples: smallcap tables; smallcap tables --format csv
    """
    from smallcap.pipelines.command.describing import show_tables

    show_tables(served(home), output.value, OUT)


def describe(
    name: Annotated[
        str,
        typer.Argument(
            help="A table or view, with or without its layer.",
            show_default=False,
            autocompletion=table_names,
        ),
    ],
    output: FormatOption = RowFormat.table,
    home: HomeOption = None,
) -> None:
    """Describe a table or view: columns with unit, example and origin, key, lineage, joins, a query.

    Examples: smallcap describe quality_scores; smallcap describe core.members --format csv
    """
    from smallcap.pipelines.command.describing import show_table

    show_table(served(home), name, output.value, OUT)


def open_(
    what: Annotated[Opened, typer.Argument(help="report, ui or sql.")] = Opened.report,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the UI.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Open the newest report or Dagster's UI in the browser, or the warehouse in DuckDB's client, read-only.

    Examples: smallcap open; smallcap open ui; smallcap open sql
    """
    from smallcap.pipelines.command import opening

    if what is Opened.ui:
        opening.open_ui(settings_of(home=home), port, OUT)
    elif what is Opened.sql:
        opening.open_sql(served(home))
    else:
        opening.open_report(settings_of(home=home), OUT)


def completion(
    shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.", show_default=False)],
) -> None:
    """Print the script that makes a shell complete commands, options, and names of queries and tables.

    bash: eval "$(smallcap completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc, after compinit;
    fish: smallcap completion fish > ~/.config/fish/completions/smallcap.fish
    """
    typer.echo(script(shell))
