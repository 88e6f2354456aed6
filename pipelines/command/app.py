"""The `smallcap` command: thin; it reads arguments, calls the library or the job, and shows what came out.

Dagster is imported only where something runs, Polars only where a frame is needed, so that `--help` and `sql` are quick.
"""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer
from rich.markup import escape

from smallcap.errors import InputError, SmallcapError
from smallcap.pipelines.command.consoles import SafeConsole, made_visible, make_warnings_visible
from smallcap.pipelines.signals import Stopped, stopped_by_signals

app = typer.Typer(
    name="smallcap",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Which US small caps were strong, cheap and clean on a date, and why, from what was known on that date.",
    epilog="Exit codes: 0 done; 1 failed; 2 wrong input, setting or argument; 3 the home is busy; 4 a check refused the result; "
    "5 nothing is published yet, or the catalogue is damaged; 9 diff found a difference; 130 stopped by Ctrl-C; 143 stopped by SIGTERM.",
)

UNLIMITED = 1_000_000_000
"""Columns of a pipe or file: what is not shown in a terminal is never broken, shortened or left out."""
OUT = SafeConsole(width=None if sys.stdout.isatty() else UNLIMITED)
ERR = SafeConsole(stderr=True)


class Format(StrEnum):
    """How `sql` writes its result."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds everything a run makes. [default: see config]", show_default=False),
]
PresetOption = Annotated[
    str | None, typer.Option(help="Where data come from: sample, files (a folder; needs --input) or xfinlink (a key).", show_default=False)
]
InputOption = Annotated[Path | None, typer.Option("--input", help="The folder that the preset files reads.", show_default=False)]
LimitOption = Annotated[int | None, typer.Option(help="Screen only the first so many listed lines, as the study did.", show_default=False)]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched and made; change nothing.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Make the years also where nothing that they depend on has changed.")]
SelectOption = Annotated[
    str | None,
    typer.Option("--select", metavar="TABLE[+]", help="Make only this table; with +, also what follows from it.", show_default=False),
]


@app.command()
def run(
    as_of: Annotated[
        str | None, typer.Option(help="The date asked about, YYYY-MM-DD. [default: the end of the latest complete year]")
    ] = None,
    first: Annotated[int | None, typer.Option("--from", help="First year of a range, instead of --as-of.", show_default=False)] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year of a range.", show_default=False)] = None,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    limit: LimitOption = None,
    home: HomeOption = None,
    select: SelectOption = None,
    dry_run: DryRunOption = False,
    force: ForceOption = False,
) -> None:
    """Make one date, or a range of years: fetch what is missing, compute, check, publish, and show the study's summary."""
    settings = _settings(home=home, preset=preset, input=input_dir, limit=limit)
    if (first is None) != (last is None):
        raise InputError("--from and --to go together")
    if first is not None and last is not None:
        if as_of is not None:
            raise InputError("--as-of names one date, --from and --to a range of years; give one or the other")
        _make(settings, first, last, None, select, dry_run, force)
        return
    _make(settings, None, None, _date(as_of) if as_of else None, select, dry_run, force)


@app.command()
def backfill(
    first: Annotated[int, typer.Option("--from", help="First year.")],
    last: Annotated[int, typer.Option("--to", help="Last year.")],
    preset: PresetOption = None,
    input_dir: InputOption = None,
    limit: LimitOption = None,
    home: HomeOption = None,
    select: SelectOption = None,
    dry_run: DryRunOption = False,
    force: ForceOption = False,
) -> None:
    """Make every month end of a range of years in one run."""
    _make(_settings(home=home, preset=preset, input=input_dir, limit=limit), first, last, None, select, dry_run, force)


@app.command()
def fetch(
    as_of: Annotated[str | None, typer.Option(help="The date asked about, YYYY-MM-DD.", show_default=False)] = None,
    first: Annotated[int | None, typer.Option("--from", help="First year of a range, instead of --as-of.", show_default=False)] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year of a range.", show_default=False)] = None,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many requests it would take, and what is left of the quota.")] = False,
) -> None:
    """Ask the sources for what a run needs, without computing; what was fetched is never asked for twice."""
    from smallcap.pipelines.command.fetch import fetch as fetch_raw_tables

    settings = _settings(home=home, preset=preset, input=input_dir)
    fetch_raw_tables(settings, first, last, _date(as_of) if as_of else None, is_dry=dry_run, out=OUT, err=ERR)


@app.command()
def status(home: HomeOption = None) -> None:
    """Show what is published: tables, years, dates, versions, freshness, and the last checks."""
    from smallcap.pipelines.command.status import show_status

    show_status(_settings(home=home), OUT)


@app.command()
def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT, in DuckDB's SQL; - reads it from standard input.", show_default=False)
    ] = None,
    worked: Annotated[str | None, typer.Option("--query", help="Run a worked query by its name.", show_default=False)] = None,
    is_listing: Annotated[bool, typer.Option("--list", help="List the worked queries and the questions that they answer.")] = False,
    output: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.table,
    target: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; parquet needs one.", show_default=False)] = None,
    rows: Annotated[int, typer.Option(min=1, help="Show at most so many rows of a table.")] = 100,
    home: HomeOption = None,
) -> None:
    """Query the published warehouse; nothing can be written with it, and nothing else can be read."""
    from smallcap.reports.terminal import rows_table
    from smallcap.settings import SQL_DIR
    from smallcap.warehouse import run_query, worked_queries, worked_query
    from smallcap.warehouse.limits import QueryLimits

    if sum((query is not None, worked is not None, is_listing)) != 1:
        raise InputError("give one of: a query, --query NAME, or --list")
    folder = SQL_DIR / "queries"
    if is_listing:
        OUT.print(rows_table(("name", "question"), [(one.name, one.question) for one in worked_queries(folder)]))
        return
    if output is Format.table and target is not None:
        raise InputError("--output needs --format csv, json or parquet")
    if output is Format.parquet and target is None:
        raise InputError("--format parquet needs a file: --output FILE")
    settings = _served(home)
    limits = QueryLimits.of(settings)
    if worked is not None:
        chosen = worked_query(folder, worked)
        ERR.print(escape(chosen.question), style="bold", highlight=False, soft_wrap=True)
        text = chosen.sql
    else:
        # One character more than is allowed is enough to refuse it.
        text = sys.stdin.read(limits.max_characters + 1) if query == "-" else str(query)
    if output is Format.table:
        result = run_query(settings.warehouse_dir, text, "table", max_rows=rows, limits=limits)
        OUT.print(rows_table(result.columns, result.rows, rest="--format csv"))
        if result.is_truncated:
            ERR.print(f"the first {rows} rows; --rows shows more, --format csv all", style="dim")
    elif target is not None:
        result = run_query(settings.warehouse_dir, text, _written(output), target=target, limits=limits)
        ERR.print(f"{result.row_count:,} rows written to {escape(str(target))}")
    else:
        run_query(settings.warehouse_dir, text, _written(output), stream=made_visible(sys.stdout), limits=limits)


@app.command()
def why(
    ticker: Annotated[str, typer.Argument(help="The company's symbol, however its class is spelt.")],
    as_of: Annotated[str | None, typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False)] = None,
    method: Annotated[str, typer.Option(help="Method of the quality score: published or debt_free_aware.")] = "published",
    home: HomeOption = None,
) -> None:
    """Show one company at a date: funnel, three statements, quality score, five years, and when each number became known."""
    from smallcap.pipelines.command.why import show_company

    show_company(_served(home), ticker, _date(as_of) if as_of else None, method, OUT)


@app.command()
def funnel(
    as_of: Annotated[str | None, typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False)] = None,
    rows: Annotated[int, typer.Option(help="Show at most so many companies of each list.")] = 25,
    home: HomeOption = None,
) -> None:
    """Show the funnel of a date: attrition, survivors, borderline and unverified companies, and whether the book has its tilts."""
    from smallcap.pipelines.command.why import show_funnel

    show_funnel(_served(home), _date(as_of) if as_of else None, rows, OUT)


@app.command()
def report(
    as_of: Annotated[str | None, typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False)] = None,
    show: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the reports. [default: reports/ of the home]", show_default=False)
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the report of a date: one page that needs no network, its tables as CSV beside it, and the list of all dates."""
    from smallcap.pipelines.command.report import make_report

    make_report(_served(home), _date(as_of) if as_of else None, folder, is_opened=show, out=OUT)


@app.command()
def regress(
    book: Annotated[str, typer.Argument(help="Name of the book; `smallcap book list` shows them.")],
    model: Annotated[str, typer.Option(help="FF3, FF5 or FF5+MOM.")] = "FF5",
    first: Annotated[str | None, typer.Option("--from", help="First month, YYYY-MM. [default: all]", show_default=False)] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month, YYYY-MM.", show_default=False)] = None,
    vintage: Annotated[str | None, typer.Option(help="Vintage of the factors, YYYYMM. [default: the newest]", show_default=False)] = None,
    covariance: Annotated[str, typer.Option("--cov", help="OLS (classical) or HAC (Newey-West).")] = "OLS",
    home: HomeOption = None,
) -> None:
    """Regress a book's excess return on the factors, and say in words which tilts it has."""
    from smallcap.pipelines.command.books import show_regression

    show_regression(_served(home), book, model, first, last, vintage, covariance, OUT)


book_app = typer.Typer(no_args_is_help=True, help="Books: lists of names, and what the funnel forms each June.")
app.add_typer(book_app, name="book")


@book_app.command("list")
def list_books(home: HomeOption = None) -> None:
    """List the books: those given, and your own."""
    from smallcap.pipelines.command.books import show_books

    show_books(_settings(home=home), OUT)


@book_app.command("add")
def add_book(
    file: Annotated[Path, typer.Argument(help="A TOML file with one or more [books.NAME]; the form is that of data/reference/books.toml.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of the same name.")] = False,
    home: HomeOption = None,
) -> None:
    """Take a list of yours in: it is checked, then kept beside the books that are given.

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

    add_book_file(_settings(home=home), file, is_replacing=force, out=OUT)


@app.command()
def rollback(home: HomeOption = None) -> None:
    """Serve the previous catalogue again; the tables in the lake stay as they are."""
    from smallcap.errors import DamagedCatalogueError
    from smallcap.warehouse import rollback as serve_previous

    settings = _settings(home=home)
    with suppress(DamagedCatalogueError):
        _point_to_home(settings)
    run_id = serve_previous(settings.warehouse_dir, lambda told: ERR.print(escape(told), highlight=False, soft_wrap=True))
    ERR.print(f"serving the catalogue of run {run_id}; the next run publishes anew")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The DuckDB file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    home: HomeOption = None,
) -> None:
    """Write one portable DuckDB file that holds every published table."""
    from smallcap.warehouse import export as write_file

    settings = _served(home)
    write_file(
        settings.warehouse_dir, file, overwrite=force, on_table=lambda name, nth, of: ERR.print(f"  {nth}/{of} {name}", highlight=False)
    )
    ERR.print(f"{escape(str(file))}: {file.stat().st_size / 1e6:,.1f} MB")


@app.command(
    epilog="Exit codes: 0 the tables are equal; 9 they differ; 2 A or B is neither a home nor an exported file, or cannot be opened; "
    "5 nothing is published there yet; 1 a table cannot be read."
)
def diff(
    a: Annotated[Path, typer.Argument(help="A home, or a DuckDB file that export wrote.")],
    b: Annotated[Path, typer.Argument(help="The home or file to compare it with.")],
    tables: Annotated[
        str | None, typer.Option(help="Compare only these: names or patterns such as 'marts.*', with commas.", show_default=False)
    ] = None,
    without: Annotated[str | None, typer.Option(help="Leave these tables out: names or patterns, with commas.", show_default=False)] = None,
    meta: Annotated[bool, typer.Option("--meta", help="Compare the meta tables too: runs, times, versions.")] = False,
    tolerance: Annotated[float, typer.Option(help="Floats are equal that differ by no more than this part of the larger one.")] = 0.0,
    strict: Annotated[bool, typer.Option("--strict", help="Count columns that one side lacks, or of another type, as different.")] = False,
    examples: Annotated[int, typer.Option(min=0, help="Show so many examples of each kind of difference.")] = 3,
    output: Annotated[Literal["table", "json"], typer.Option("--format", help="How to write the result.")] = "table",
) -> None:
    """Compare two published warehouses, row by row: which tables, rows and columns differ. Nothing is written."""
    from smallcap.pipelines.command.diff import show_diff
    from smallcap.warehouse.diff import Choice

    choice = Choice(_names(tables), _names(without), meta, examples, tolerance)
    code = show_diff(a, b, choice, is_strict=strict, is_json=output == "json", out=OUT, err=ERR)
    if code:
        raise typer.Exit(code)


config_app = typer.Typer(help="The settings in force, and those that a home records.")
app.add_typer(config_app, name="config")


@config_app.callback(invoke_without_command=True)
def config(context: typer.Context, home: HomeOption = None) -> None:
    """Show the settings in force, the variable that sets each, and what it means; secrets are masked."""
    from smallcap.pipelines.command.status import show_config

    if context.invoked_subcommand is None:
        show_config(_settings(home=home), OUT)


@config_app.command("set")
def set_recorded(
    name: Annotated[str, typer.Argument(help="stale_months, shariah_standard or files_blank_debt_is_zero.")],
    value: Annotated[str, typer.Argument(help="The value that every year of the home is to be made with.")],
    home: HomeOption = None,
) -> None:
    """Record another value of a setting that changes numbers; the next run makes again what depends on it, in every year."""
    from smallcap.lake.home import Home

    recorded = Home(_settings(home=home)).record(name, value)
    ERR.print(f"recorded: {name} = {escape(str(recorded))}; the next run makes again what depends on it (--dry-run shows what)")


@app.command()
def doctor(
    online: Annotated[
        bool, typer.Option("--online", help="Ask the live sources too: reachable, key, quota, index, newest factors.")
    ] = False,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
) -> None:
    """Look for what is missing, and say how to get it."""
    from smallcap.pipelines.command.doctor import show_findings

    if not show_findings(_settings(home=home, preset=preset, input=input_dir), OUT, is_online=online):
        raise typer.Exit(1)


@app.command()
def ui(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Serve Dagster's UI and daemon for the home, on this machine only."""
    from smallcap.pipelines.web.ui import serve_ui

    serve_ui(_settings(home=home), port)


@app.command()
def version() -> None:
    """Show the versions of smallcap and of what it stands on."""
    from importlib.metadata import version as version_of

    from smallcap import __version__

    OUT.print(f"smallcap {__version__}", highlight=False)
    for package in ("dagster", "duckdb", "polars", "deltalake", "dataframely", "pyarrow"):
        OUT.print(f"{package} {version_of(package)}", highlight=False)


def main() -> None:
    """Run the command; an explained error, or a signal, is told in one line without a traceback and sets the exit code."""
    make_warnings_visible()
    try:
        with stopped_by_signals():
            app()
    except SmallcapError as error:
        ERR.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except Stopped as stop:
        # Not by the console: the signal may have come while it wrote a line, which it would write again.
        typer.secho(str(stop), err=True, bold=True)
        sys.exit(stop.exit_code)


def _settings(**given: object) -> Any:
    from smallcap.settings import load_settings

    return load_settings(**given)


def _served(home: Path | None) -> Any:
    """Return the settings of a home whose catalogue points into it, also when the home was moved."""
    from smallcap.warehouse import is_home_current

    settings = _settings(home=home)
    if not is_home_current(settings.warehouse_dir, settings.home):
        _point_to_home(settings)
    return settings


def _written(output: Format) -> Literal["csv", "json", "parquet"]:
    return cast(Literal["csv", "json", "parquet"], output.value)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


def _point_to_home(settings: Any) -> None:
    from smallcap.settings import SQL_DIR
    from smallcap.warehouse import ensure_home

    ensure_home(settings.warehouse_dir, settings.home, SQL_DIR / "views")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of '{text}' is not a date; write it as YYYY-MM-DD, for example 2025-12-31") from None


def _make(
    settings: Any, first: int | None, last: int | None, as_of: dt.date | None, select: str | None, dry_run: bool, force: bool
) -> None:
    if not (select or dry_run or force):
        from smallcap.pipelines.command.again import is_done_already

        if is_done_already(settings, first, last, as_of, OUT, ERR):
            return
    from smallcap.pipelines.command.run import make

    make(settings, first, last, as_of, select, is_dry=dry_run, is_forced=force, out=OUT, err=ERR)


if __name__ == "__main__":
    main()
