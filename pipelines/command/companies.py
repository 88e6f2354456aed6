"""The commands about companies by name: `why`, `screen`, `compare` and `explain-filing`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.pipelines.command.completing_from_home import symbols
from smallcap.pipelines.command.homes import served, settings_of
from smallcap.pipelines.command.options import (
    OUT,
    AsOfOption,
    FormatOption,
    HomeOption,
    ListFormat,
    MethodOption,
    RowFormat,
    ScreenFormat,
    date_of,
    usable,
)


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
    method: MethodOption = "published",
    home: HomeOption = None,
) -> None:
    """Show one company at a date: funnel, statements, score, five years, and when figures became known.

    Examples: smallcap why POWL; smallcap why powell --as-of 2025-06-30
    """
    from smallcap.pipelines.command.why import show_company

    show_company(served(home), name, date_of(as_of) if as_of else None, method, OUT)


def screen(
    tickers: Annotated[
        list[str],
        typer.Argument(
            help="Symbols, members of the index or not, however a class is spelt.", autocompletion=symbols
        ),
    ],
    as_of: AsOfOption = None,
    method: MethodOption = "published",
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
    year: Annotated[int | None, typer.Option(help="Show this fiscal year only.", show_default="all")] = None,
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


def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Two symbols or more, or parts of names.", show_default=False, autocompletion=symbols
        ),
    ],
    as_of: AsOfOption = None,
    method: MethodOption = "published",
    output: FormatOption = RowFormat.table,
    home: HomeOption = None,
) -> None:
    """Show companies side by side: identity, multiples, filters with figure and limit, lenses, score.

    Examples: smallcap compare POWL AAON; smallcap compare powell aaon --as-of 2025-06-30 --format csv
    """
    from smallcap.pipelines.command.compare import compare_companies

    date = date_of(as_of) if as_of else None
    compare_companies(served(home), names, date, method, output.value, OUT)
