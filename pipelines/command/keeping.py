"""The commands about what a home keeps and serves: `rollback`, `accept`, `export` and `diff`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command.homes import point_to_home, served, settings_of
from smallcap.pipelines.command.options import (
    ERR,
    OUT,
    HomeOption,
    names_of,
    usable,
)

DIFF_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the tables are equal; {ExitCode.DIFFERENT} they differ; {ExitCode.INPUT} A "
    f"or B is neither a home nor an exported file, or cannot be opened; {ExitCode.UNPUBLISHED} nothing is "
    f"published there yet; {ExitCode.FAULT} a table cannot be read."
)


def rollback(home: HomeOption = None) -> None:
    """Serve the previous catalogue again; the tables in the lake stay as they are."""
    from smallcap.errors import DamagedCatalogueError
    from smallcap.warehouse import rollback as serve_previous

    settings = settings_of(home=home)
    with suppress(DamagedCatalogueError):
        point_to_home(settings)
    run_id = serve_previous(
        settings.warehouse_dir, lambda told: ERR.print(escape(told), highlight=False, soft_wrap=True)
    )
    ERR.print(f"serving the catalogue of run {run_id}; the next run publishes again")


def accept(
    run: Annotated[
        str | None,
        typer.Argument(help="The run, or the first characters of its id.", show_default=False),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why what was delivered is right; recorded with the delivery.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Accept a delivery that was refused because too much is missing; without a run, list those."""
    from smallcap.pipelines.command.deliveries import accept_run, show_refused

    settings = settings_of(home=home)
    if run is None:
        show_refused(settings, OUT, ERR)
    else:
        accept_run(settings, run, reason, ERR)


def export(
    file: Annotated[Path, typer.Argument(help="The DuckDB file to write.", callback=usable)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    home: HomeOption = None,
) -> None:
    """Write one portable DuckDB file that holds every published table.

    Example: smallcap export smallcap.duckdb
    """
    from smallcap.warehouse import export as write_file

    settings = served(home)
    write_file(
        settings.warehouse_dir,
        file,
        overwrite=force,
        on_table=lambda name, nth, of: ERR.print(f"  {nth}/{of} {name}", highlight=False),
    )
    ERR.print(f"{escape(str(file))}: {file.stat().st_size / 1e6:,.1f} MB")


def diff(
    a: Annotated[Path, typer.Argument(help="A home, or a DuckDB file that export wrote.", callback=usable)],
    b: Annotated[Path, typer.Argument(help="The home or file to compare it with.", callback=usable)],
    tables: Annotated[
        str | None,
        typer.Option(
            help="Compare only these: names or patterns such as 'marts.*', with commas.", show_default=False
        ),
    ] = None,
    without: Annotated[
        str | None,
        typer.Option(help="Leave these tables out: names or patterns, with commas.", show_default=False),
    ] = None,
    meta: Annotated[
        bool, typer.Option("--meta", help="Compare the meta tables too: runs, times, versions.")
    ] = False,
    tolerance: Annotated[
        float, typer.Option(help="Floats are equal that differ by no more than this part of the larger one.")
    ] = 0.0,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Count columns that are missing on one side, or of another type, as different."
        ),
    ] = False,
    examples: Annotated[
        int, typer.Option(min=0, help="Show so many examples of each kind of difference.")
    ] = 3,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to write the result.")
    ] = "table",
) -> None:
    """Compare two published warehouses: which tables, rows and columns differ. Nothing is written."""
    from smallcap.pipelines.command.diff import show_diff
    from smallcap.warehouse.diff import Choice

    choice = Choice(names_of(tables), names_of(without), meta, examples, tolerance)
    code = show_diff(a, b, choice, is_strict=strict, is_json=output == "json", out=OUT, err=ERR)
    if code:
        raise typer.Exit(code)
