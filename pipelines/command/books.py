"""The commands `book list` and `book add`: the files that define books."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from rich.console import Console, Group
from rich.markup import escape

from smallcap.hints import command_hint
from smallcap.reports.regression_table import books_table
from smallcap.rules.book_files import add_books, read_books
from smallcap.rules.types.books import first_day
from smallcap.settings import Settings


def show_books(settings: Settings, out: Console) -> None:
    """List the books of data/reference, whatever is published."""
    books = read_books(settings.reference)
    rows = [
        {
            "book": name,
            "kind": book.kind,
            "months": f"{book.first_month} to {book.last_month or 'now'}"
            if book.first_month
            else "each June on",
            "names": len(book.tickers) or None,
            "is_formed_in_advance": book.is_formed_in_advance,
            "description": book.description,
        }
        for name, book in books.items()
    ]
    out.print(books_table(rows))


def add_book_file(settings: Settings, file: Path, *, is_replacing: bool, out: Console) -> None:
    """Take a user's file of books in, and say how their history is made."""
    names = add_books(file, settings.reference, is_replacing=is_replacing)
    books = read_books(settings.reference)
    first = min(
        (first_day(books[name].first_month).year for name in names if books[name].first_month), default=None
    )
    out.print(Group(f"added: {', '.join(map(escape, names))}"), highlight=False)
    told = f"the next `{command_hint(settings, 'run')}` makes its returns and regressions"
    if first is not None:
        told += (
            f"; for all its months: "
            f"{command_hint(settings, 'backfill', '--from', first, '--to', dt.date.today().year)}"
        )
    out.print(escape(told), highlight=False, soft_wrap=True)
