"""The commands that show what is published: `status`, `sql`, `why`, `screen`, `report` and others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.errors import InputError
from smallcap.pipelines.command.completing import parameters, query_names
from smallcap.pipelines.command.completing_from_home import books, symbols
from smallcap.pipelines.command.options import (
    OUT,
    AsOfOption,
    Format,
    HomeOption,
    ListFormat,
    ScreenFormat,
    date_of,
    served,
    settings_of,
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
    from smallcap.pipelines.command import querying
    from smallcap.warehouse.limits import QueryLimits

    if sum((query is not None, worked is not None, is_listing)) != 1:
        raise InputError("give one of: a query, --query NAME, or --list")
    if worked is None and (given or is_shown):
        raise InputError("--set and --show-sql belong to --query NAME; --list shows the names")
    if is_listing:
        querying.list_worked_queries()
        return
    if worked is not None and is_shown:
        querying.show_worked_query(worked)
        return
    querying.require_place_for(output, target)
    settings = served(home)
    limits = QueryLimits.of(settings)
    asked = querying.asked_query(settings, query, worked, given or [], limits.max_characters)
    if output is Format.table:
        querying.show_answer(settings, asked, limits, rows, is_paged=not is_unpaged)
    else:
        querying.write_answer(settings, asked, limits, output, target)


def why(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The company's symbol, however spelt, or part of its name.",
            autocompletion=symbols,
        ),
    ],
    as_of: AsOfOption = None,
    method: Annotated[
        str, typer.Option(help="Method of the quality score: published, debt_free_aware or trailing.")
    ] = "published",
    home: HomeOption = None,
) -> None:
    """Show one company at a date: funnel, statements, score, five years, and when figures became known.

    Examples: smallcap why POWL; smallcap why powell --as-of 2025-06-30
    """
    from smallcap.pipelines.command.why import show_company

    show_company(served(home), name, date_of(as_of) if as_of else None, method, OUT)


def funnel(
    as_of: AsOfOption = None,
    rows: Annotated[int, typer.Option(help="Show at most so many companies of each list.")] = 25,
    home: HomeOption = None,
) -> None:
    """Show the funnel of a date: attrition, survivors, borderline companies, and those to verify."""
    from smallcap.pipelines.command.why import show_funnel

    show_funnel(served(home), date_of(as_of) if as_of else None, rows, OUT)


def screen(
    tickers: Annotated[
        list[str],
        typer.Argument(
            help="Symbols, members of the index or not, however a class is spelt.", autocompletion=symbols
        ),
    ],
    as_of: AsOfOption = None,
    method: Annotated[
        str, typer.Option(help="Method of the quality score: published, debt_free_aware or trailing.")
    ] = "published",
    output: Annotated[ScreenFormat, typer.Option("--format", help="How to write the result.")] = (
        ScreenFormat.table
    ),
    home: HomeOption = None,
) -> None:
    """Judge any companies by filters, lenses and score, against the members of the index at a date.

    A member is shown as the index has it. Another company gets its verdicts from the members' medians and
    edges, without being counted in any: at once from what is published, if the source knows it. If not, put
    it into data/reference/watchlist.csv or into a book (smallcap book add); the next run asks for it.

    Examples: smallcap screen EXPD AAON; smallcap screen EXPD --as-of 2025-05-31 --format csv
    """
    from smallcap.pipelines.command.screen import screen_companies

    date = date_of(as_of) if as_of else None
    screen_companies(served(home), tickers, date, method, output.value, OUT)


def explain_filing(
    file: Annotated[
        Path,
        typer.Argument(
            help="A companyfacts file of the SEC, JSON or gzip, as a browser saves it.", callback=usable
        ),
    ],
    year: Annotated[
        int | None, typer.Option(help="Show this fiscal year only. [default: all]", show_default=False)
    ] = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How to write the result.")] = (
        ListFormat.table
    ),
) -> None:
    """Show a company's annual statements from its file at the SEC, each figure with its concept and filing.

    With later versions and what changed in them, and what is missing and why. Needs no home and no network.
    The file of a company is at https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json, with its CIK
    of ten digits.

    Example: smallcap explain-filing CIK0000080420.json --year 2013
    """
    from smallcap.pipelines.command.explain import explain_filing as explain

    settings = settings_of()
    explain(file, settings.reference, settings.input_limits, year, output.value, OUT)


def report(
    as_of: AsOfOption = None,
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
    single_file: Annotated[
        Path | None,
        typer.Option(
            help="Write the first part alone into this file, for mail.", show_default=False, callback=usable
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the report of a date: a folder of pages that needs no network, with its tables as CSV."""
    from smallcap.pipelines.command.report import make_report, make_single_file

    settings, date = served(home), date_of(as_of) if as_of else None
    if single_file is None:
        make_report(settings, date, folder, is_opened=show, out=OUT)
    elif folder is not None:
        raise InputError("--single-file names a file and --output a folder; give one of them")
    else:
        make_single_file(settings, date, single_file, is_opened=show, out=OUT)


def regress(
    book: Annotated[
        str,
        typer.Argument(help="Name of the book; `smallcap book list` shows them.", autocompletion=books),
    ],
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
