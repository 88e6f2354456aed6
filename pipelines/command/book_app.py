"""The commands `book list` and `book add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import OUT, HomeOption, usable

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
