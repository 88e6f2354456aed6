"""The commands about many homes: `fleet plan`, `fleet run`, `fleet view`, `fleet sql`, `fleet report`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from smallcap.exit_codes import MEANINGS, ExitCode
from smallcap.pipelines.command.options import ERR, OUT, Format, ListFormat, usable

RUN_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} every home is published; {ExitCode.DEGRADED} some of them from too little; "
    f"the code of the homes that are not published, where it is the same for all of them, else "
    f"{ExitCode.REFUSED}; {ExitCode.INPUT} {MEANINGS[ExitCode.INPUT]}; "
    f"{ExitCode.INTERRUPTED} and {ExitCode.TERMINATED} stopped: the next run goes on with what is left."
)


class Engine(StrEnum):
    """What makes the homes of a fleet."""

    local = "local"
    ray = "ray"


FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="The fleet file (TOML): a table [[home]] with a name for each home; docs/fleet.md shows one.",
        callback=usable,
        show_default=False,
    ),
]
RootOption = Annotated[
    Path, typer.Option("--root", help="Folder that holds the homes, each under its name.", callback=usable)
]

fleet_app = typer.Typer(no_args_is_help=True, help="Many homes: universes, rule sets, sweeps.")


@fleet_app.command()
def plan(
    file: FileArgument,
    root: RootOption,
    output: Annotated[
        ListFormat, typer.Option("--format", help="How the plan is written.")
    ] = ListFormat.table,
) -> None:
    """Show the homes of a fleet, what is out of date in each, requests, memory and time; change no home."""
    from smallcap.pipelines.command.fleet import show_plan

    show_plan(file, root, OUT, is_json=output is ListFormat.json)


@fleet_app.command(epilog=RUN_EXIT_CODES)
def run(
    file: FileArgument,
    root: RootOption,
    on: Annotated[Engine, typer.Option("--on", help="What makes the homes.")] = Engine.local,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Homes made at once.",
            show_default="one per processor, and per 2 GB of memory",
        ),
    ] = None,
) -> None:
    """Make every home of a fleet that is not current; one that fails does not stop the others."""
    from smallcap.pipelines.command.fleet import show_run

    code = show_run(file, root, on.value, workers, OUT, ERR)
    if code:
        raise typer.Exit(code)


@fleet_app.command()
def view(file: FileArgument, root: RootOption) -> None:
    """Write fleet.duckdb below the root: every published table of all homes, with a column home."""
    from smallcap.pipelines.command.fleet import show_view

    show_view(file, root, OUT)


@fleet_app.command()
def sql(
    root: RootOption,
    query: Annotated[str | None, typer.Argument(help="One SELECT.", show_default=False)] = None,
    worked: Annotated[
        str | None, typer.Option("--query", help="A worked question by name.", show_default=False)
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How the rows are written.")] = Format.table,
    rows: Annotated[int, typer.Option(min=1, help="Rows of a table that are shown.")] = 50,
) -> None:
    """Query fleet.duckdb; without a query, list the worked questions."""
    from smallcap.pipelines.command.fleet import show_answer

    show_answer(root, query, worked, output, rows, OUT, ERR)


@fleet_app.command()
def report(
    file: FileArgument,
    root: RootOption,
    book: Annotated[str, typer.Option(help="The book whose returns are compared.")] = "funnel_survivors",
    output: Annotated[ListFormat, typer.Option("--format", help="How it is written.")] = ListFormat.table,
) -> None:
    """Compare the variants of a sweep, corrected for how many were tried; the best beside the median one."""
    from smallcap.pipelines.command.fleet import show_report

    show_report(file, root, book, OUT, is_json=output is ListFormat.json)
