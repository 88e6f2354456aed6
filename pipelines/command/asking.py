"""The commands `status` and `sql`: what is published, and questions about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.errors import InputError
from smallcap.pipelines.command.completing import parameters, query_names
from smallcap.pipelines.command.homes import served
from smallcap.pipelines.command.options import (
    OUT,
    Format,
    HomeOption,
    usable,
)


def status(home: HomeOption = None) -> None:
    """Show what is published: tables, years, dates, versions, freshness, and the last checks."""
    from smallcap.pipelines.command.status import show_status

    show_status(served(home), OUT)


def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            help="One SELECT, in DuckDB's SQL; - reads it from standard input.", show_default=False
        ),
    ] = None,
    worked: Annotated[
        str | None,
        typer.Option(
            "--query",
            help="Run a worked query by its name.",
            show_default=False,
            autocompletion=query_names,
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Value of a parameter of the worked query; repeatable.",
            show_default=False,
            autocompletion=parameters,
        ),
    ] = None,
    is_shown: Annotated[
        bool, typer.Option("--show-sql", help="Print the SQL of the worked query; do not run it.")
    ] = False,
    is_listing: Annotated[
        bool, typer.Option("--list", help="List the worked queries, their questions and parameters.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.table,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write (not for table).",
            show_default=False,
            callback=usable,
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Show at most so many rows of a table.")] = 100,
    is_unpaged: Annotated[
        bool, typer.Option("--no-pager", help="Print a table that is longer than the screen at once.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Query the published warehouse; nothing can be written with it, and nothing else can be read.

    Example: smallcap sql --query company_history --set ticker=POWL --format csv
    """
    from smallcap.pipelines.command import querying, worked_queries
    from smallcap.warehouse.limits import QueryLimits

    if sum((query is not None, worked is not None, is_listing)) != 1:
        raise InputError("give one of: a query (- reads it from standard input), --query NAME, or --list")
    if worked is None and (given or is_shown):
        raise InputError("--set and --show-sql belong to --query NAME; --list shows the names")
    if is_listing and target is not None:
        raise InputError("--list goes to standard output: write it to a file with > FILE")
    if is_listing:
        worked_queries.list_worked_queries(output.value)
        return
    if worked is not None and is_shown:
        worked_queries.show_worked_query(worked)
        return
    querying.require_place_for(output, target)
    settings = served(home)
    limits = QueryLimits.of(settings)
    asked = querying.asked_query(settings, query, worked, given or [], limits.max_characters)
    if output is Format.table:
        querying.show_answer(settings, asked, limits, rows, is_paged=not is_unpaged)
    else:
        querying.write_answer(settings, asked, limits, output, target)
