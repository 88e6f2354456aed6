"""The commands that look around: `compare`, `tables`, `describe`, `open`, and `completion` of the shell."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from smallcap.pipelines.command.completing import Shell, script, table_names
from smallcap.pipelines.command.completing_from_home import symbols
from smallcap.pipelines.command.options import (
    OUT,
    AsOfOption,
    HomeOption,
    RowFormat,
    date_of,
    served,
    settings_of,
)


class Opened(StrEnum):
    """What `open` opens."""

    report = "report"
    ui = "ui"
    sql = "sql"


FormatOption = Annotated[RowFormat, typer.Option("--format", help="How to write the result.")]


def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Two symbols or more, or parts of names.", show_default=False, autocompletion=symbols
        ),
    ],
    as_of: AsOfOption = None,
    method: Annotated[
        str, typer.Option(help="Method of the quality score: published, debt_free_aware or trailing.")
    ] = "published",
    output: FormatOption = RowFormat.table,
    home: HomeOption = None,
) -> None:
    """Show companies side by side: identity, multiples, filters with figure and limit, lenses, score.

    Examples: smallcap compare POWL AAON; smallcap compare powell aaon --as-of 2025-06-30 --format csv
    """
    from smallcap.pipelines.command.compare import compare_companies

    date = date_of(as_of) if as_of else None
    compare_companies(served(home), names, date, method, output.value, OUT)


def tables(output: FormatOption = RowFormat.table, home: HomeOption = None) -> None:
    """List the published tables and views by layer, with rows, years, and what a row is."""
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
