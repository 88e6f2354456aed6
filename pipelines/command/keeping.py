"""Commands for homes and books.

`book`, `rollback`, `accept`, `export`, `diff`, `config`, `doctor`, `ui` and `version`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command.homes import point_to_home, served, settings_of
from smallcap.pipelines.command.options import (
    ERR,
    OUT,
    HomeOption,
    InputOption,
    PresetOption,
    names_of,
    usable,
)

DIFF_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the tables are equal; {ExitCode.DIFFERENT} they differ; {ExitCode.INPUT} A "
    f"or B is neither a home nor an exported file, or cannot be opened; {ExitCode.UNPUBLISHED} nothing is "
    f"published there yet; {ExitCode.FAULT} a table cannot be read."
)

book_app = typer.Typer(
    no_args_is_help=True, help="Books: lists of names, and what the funnel forms each June."
)


@book_app.command("list")
def list_books(home: HomeOption = None) -> None:
    """List the books: those given, and your own."""
    from smallcap.pipelines.command.books import show_books

    show_books(settings_of(home=home), OUT)


@book_app.command("add")
def add_book(
    file: Annotated[
        Path,
        typer.Argument(
            help="A TOML file with one or more [books.NAME]; the form is that of data/reference/books.toml.",
            callback=usable,
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of the same name.")] = False,
    home: HomeOption = None,
) -> None:
    """Take a list of yours in: it is checked, then kept with the books that are supplied.

    name = "mine"
    version = "1"
    source = "my desk"

    [books.my_book]
    kind = "list"
    description = "names I watch"
    tickers = ["POWL", "IOSP"]
    weights = [0.6, 0.4]
    first_month = "2021-01"
    chosen_on = 2020-12-15
    source = "my desk"

    Leave weights out for equal ones. Chosen before its first month, the book was formed in advance.
    """
    from smallcap.pipelines.command.books import add_book_file

    add_book_file(settings_of(home=home), file, is_replacing=force, out=OUT)


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
    """Write one portable DuckDB file that holds every published table."""
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


config_app = typer.Typer(help="The settings in force, and those that a home records.")


@config_app.callback(invoke_without_command=True)
def config(context: typer.Context, home: HomeOption = None) -> None:
    """Show the settings in force, the variable that sets each, and what it means; secrets are masked."""
    from smallcap.pipelines.command.status import show_config

    if context.invoked_subcommand is None:
        show_config(settings_of(home=home), OUT)


@config_app.command("set")
def set_recorded(
    name: Annotated[
        str, typer.Argument(help="One of the settings that change numbers (docs/operations.md).")
    ],
    value: Annotated[str, typer.Argument(help="The value that every year of the home is to be made with.")],
    home: HomeOption = None,
) -> None:
    """Record another value of a setting that changes numbers.

    The next run makes again what depends on it, in every year.
    """
    from smallcap.lake.home import Home

    recorded = Home(settings_of(home=home)).record(name, value)
    ERR.print(
        f"recorded: {name} = {escape(str(recorded))}; the next run makes again what depends on it "
        f"(--dry-run shows what)"
    )


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Say how what is damaged would be repaired, ask, and repair it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: repair without asking.")] = False,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Ask the live sources too: reachable, key, quota, index, newest factors."
        ),
    ] = False,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
) -> None:
    """Look for what is missing or damaged, and say how to get it; with --repair, repair it."""
    given = {"home": home, "preset": preset, "input": input_dir}
    if yes and not repair:
        raise InputError("--yes goes with --repair")
    if repair:
        from smallcap.pipelines.command.repair import repair_home

        raise typer.Exit(repair_home(given, is_confirmed=yes, out=OUT))
    from smallcap.pipelines.command.doctor import show_findings

    if not show_findings(settings_of(**given), OUT, is_online=online):
        raise typer.Exit(ExitCode.DEGRADED)


def health(
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How the findings are written.")
    ] = "table",
    home: HomeOption = None,
) -> None:
    """Say how the home is: last good run, ages, filings, disk; ends with 0 healthy, 6 degraded, 7 failing."""
    from smallcap.pipelines.command.health import show_health

    raise typer.Exit(show_health(settings_of(home=home), OUT, is_json=output == "json"))


def alert(
    test: Annotated[bool, typer.Option("--test", help="Send a message that says that it is a test.")] = False,
    home: HomeOption = None,
) -> None:
    """Look at the home's health, and tell the addresses of SMALLCAP_ALERT_URLS what began or ended."""
    from smallcap.pipelines.command.health import send_test, show_told

    settings = settings_of(home=home)
    if test:
        send_test(settings, OUT)
        return
    raise typer.Exit(show_told(settings, OUT))


def ui(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Serve Dagster's UI and daemon for the home, for this machine only unless SMALLCAP_BIND is set."""
    from smallcap.pipelines.web.ui import serve_ui

    serve_ui(settings_of(home=home), port)


def version() -> None:
    """Show the versions of smallcap and of the libraries that it uses."""
    from importlib.metadata import version as version_of

    from smallcap import __version__

    OUT.print(f"smallcap {__version__}", highlight=False)
    for package in ("dagster", "duckdb", "polars", "deltalake", "dataframely", "pyarrow"):
        OUT.print(f"{package} {version_of(package)}", highlight=False)
