"""Completion in the shell of what a home has published: symbols, dates, books.

A shell that asks is answered with nothing where the home has nothing published or cannot be read: a message
would be written into the line that a person types. Nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

Row = dict[str, Any]


def symbols(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Complete the symbol of a company, in the letters in which it was begun."""
    for row in _asked(context, "symbols_beginning", text=incomplete):
        yield row["ticker"].lower() if incomplete.islower() else row["ticker"], row["name"] or ""


def dates(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Complete a published date, the newest first."""
    for row in _asked(context, "dates"):
        if str(row["as_of"]).startswith(incomplete):
            yield str(row["as_of"]), f"{row['members']:,} members"


def books(context: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete the name of a published book."""
    for row in _asked(context, "published_books"):
        if row["book"].startswith(incomplete):
            yield row["book"]


def _asked(context: typer.Context, question: str, **parameters: object) -> list[Row]:
    import duckdb

    from smallcap.errors import SmallcapError
    from smallcap.questions import open_publication
    from smallcap.settings import load_settings

    try:
        settings = load_settings(home=context.params.get("home"))
        with open_publication(settings.warehouse_dir) as publication:
            return publication.ask(question, **parameters)
    except (SmallcapError, duckdb.Error, OSError):
        return []
