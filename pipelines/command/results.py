"""The commands that show what a date or a book came to: `funnel`, `report` and `regress`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.errors import InputError
from smallcap.pipelines.command.completing_from_home import books
from smallcap.pipelines.command.homes import served
from smallcap.pipelines.command.options import (
    OUT,
    AsOfOption,
    HomeOption,
    date_of,
    usable,
)


def funnel(
    as_of: AsOfOption = None,
    rows: Annotated[int, typer.Option(help="Show at most so many companies of each list.")] = 25,
    home: HomeOption = None,
) -> None:
    """Show the funnel of a date: attrition, survivors, borderline companies, and those to verify.

    Examples: smallcap funnel; smallcap funnel --as-of 2025-06-30
    """
    from smallcap.pipelines.command.funnel import show_funnel

    show_funnel(served(home), date_of(as_of) if as_of else None, rows, OUT)


def report(
    as_of: AsOfOption = None,
    show: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for the reports.",
            show_default="reports/ of the home",
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
    """Write the report of a date: a folder of pages that needs no network, with its tables as CSV.

    Examples: smallcap report --open; smallcap report --as-of 2025-06-30; smallcap report --single-file a.html
    """
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
        str | None, typer.Option("--from", help="First month, YYYY-MM.", show_default="all")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month, YYYY-MM.", show_default=False)] = None,
    vintage: Annotated[
        str | None,
        typer.Option(help="Vintage of the factors, YYYYMM.", show_default="the newest"),
    ] = None,
    covariance: Annotated[str, typer.Option("--cov", help="OLS (classical) or HAC (Newey-West).")] = "OLS",
    home: HomeOption = None,
) -> None:
    """Regress a book's excess return on the factors, and say in words which tilts it has.

    Examples: smallcap regress funnel_survivors; smallcap regress funnel_survivors --model FF3 --cov HAC
    """
    from smallcap.pipelines.command.regression import show_regression

    show_regression(served(home), book, model, first, last, vintage, covariance, OUT)
