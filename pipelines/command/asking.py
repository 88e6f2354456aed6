"""The commands that show what is published: `status`, `sql`, `why`, `funnel`, `report`, `regress`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from smallcap.errors import InputError
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.options import (
    ERR,
    OUT,
    Format,
    HomeOption,
    date_of,
    served,
    settings_of,
    usable,
    written_as,
)


def status(home: HomeOption = None) -> None:
    """Show what is published: tables, years, dates, versions, freshness, and the last checks."""
    from smallcap.pipelines.command.status import show_status

    show_status(settings_of(home=home), OUT)


def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            help="One SELECT, in DuckDB's SQL; - reads it from standard input.", show_default=False
        ),
    ] = None,
    worked: Annotated[
        str | None, typer.Option("--query", help="Run a worked query by its name.", show_default=False)
    ] = None,
    is_listing: Annotated[
        bool, typer.Option("--list", help="List the worked queries and the questions that they answer.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.table,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write; parquet needs one.", show_default=False, callback=usable
        ),
    ] = None,
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
        OUT.print(
            rows_table(("name", "question"), [(one.name, one.question) for one in worked_queries(folder)])
        )
        return
    if output is Format.table and target is not None:
        raise InputError("--output needs --format csv, json or parquet")
    if output is Format.parquet and target is None:
        raise InputError("--format parquet needs a file: --output FILE")
    settings = served(home)
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
        result = run_query(settings.warehouse_dir, text, written_as(output), target=target, limits=limits)
        ERR.print(f"{result.row_count:,} rows written to {escape(str(target))}")
    else:
        run_query(
            settings.warehouse_dir, text, written_as(output), stream=made_visible(sys.stdout), limits=limits
        )


def why(
    ticker: Annotated[str, typer.Argument(help="The company's symbol, however its class is spelt.")],
    as_of: Annotated[
        str | None,
        typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False),
    ] = None,
    method: Annotated[
        str, typer.Option(help="Method of the quality score: published or debt_free_aware.")
    ] = "published",
    home: HomeOption = None,
) -> None:
    """Show one company at a date: funnel, statements, score, five years, and when figures became known."""
    from smallcap.pipelines.command.why import show_company

    show_company(served(home), ticker, date_of(as_of) if as_of else None, method, OUT)


def funnel(
    as_of: Annotated[
        str | None,
        typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False),
    ] = None,
    rows: Annotated[int, typer.Option(help="Show at most so many companies of each list.")] = 25,
    home: HomeOption = None,
) -> None:
    """Show the funnel of a date: attrition, survivors, borderline companies, and those to verify."""
    from smallcap.pipelines.command.why import show_funnel

    show_funnel(served(home), date_of(as_of) if as_of else None, rows, OUT)


def report(
    as_of: Annotated[
        str | None,
        typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for the reports. [default: reports/ of the home]",
            show_default=False,
            callback=usable,
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the report of a date: one page that needs no network, its tables as CSV, a list of dates."""
    from smallcap.pipelines.command.report import make_report

    make_report(served(home), date_of(as_of) if as_of else None, folder, is_opened=show, out=OUT)


def regress(
    book: Annotated[str, typer.Argument(help="Name of the book; `smallcap book list` shows them.")],
    model: Annotated[str, typer.Option(help="FF3, FF5 or FF5+MOM.")] = "FF5",
    first: Annotated[
        str | None, typer.Option("--from", help="First month, YYYY-MM. [default: all]", show_default=False)
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month, YYYY-MM.", show_default=False)] = None,
    vintage: Annotated[
        str | None,
        typer.Option(help="Vintage of the factors, YYYYMM. [default: the newest]", show_default=False),
    ] = None,
    covariance: Annotated[str, typer.Option("--cov", help="OLS (classical) or HAC (Newey-West).")] = "OLS",
    home: HomeOption = None,
) -> None:
    """Regress a book's excess return on the factors, and say in words which tilts it has."""
    from smallcap.pipelines.command.books import show_regression

    show_regression(served(home), book, model, first, last, vintage, covariance, OUT)
