"""Companies that a person names: by symbol or part of the name, with suggestions where none is found."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from smallcap.errors import InputError
from smallcap.questions import Publication

Row = dict[str, Any]

NEAREST = 3
MOST_LISTED = 20
LEAST_LIKENESS = 0.5
LEAST_LIKENESS_OF_NAMES = 0.75
LEAST_LETTERS = 3
"""A shorter text is a symbol: it is part of very many names."""


def company_by_name(publication: Publication, text: str, date: dt.date) -> Row | None:
    """Find the company with a text in its name; None where there is none.

    Parameters
    ----------
    publication
        What is published.
    text
        Part of the name; upper and lower case are the same.
    date
        The date at which it is asked about.

    Returns
    -------
    dict or None
        `ticker` is the symbol by which it is found at the date, or was before, or was after.

    Raises
    ------
    InputError
        When several have it; the message lists them with symbol, name and dates.
    """
    if len(text.strip()) < LEAST_LETTERS:
        return None
    found = publication.ask("companies_by_name", text=text.strip(), as_of=date)
    whole = [row for row in found if row["name"].lower() == text.strip().lower()]
    if len(whole) == 1 or len(found) == 1:
        return (whole or found)[0]
    if found:
        raise InputError(_several(text, found))
    return None


def nearest_names(text: str, names: Mapping[str, str | None]) -> str:
    """Name the companies that look most like a text, in brackets; nothing where none does.

    Parameters
    ----------
    text
        What was typed.
    names
        Names of companies by symbol.
    """
    wanted = text.upper()
    by_name = [ticker for ticker, name in names.items() if name and name.upper().startswith(wanted)]
    alike = difflib.get_close_matches(wanted, list(names), NEAREST, LEAST_LIKENESS)
    near = list(dict.fromkeys([*by_name, *_alike_names(wanted, names), *alike]))[:NEAREST]
    said = ", ".join(f"{ticker} ({names[ticker]})" if names[ticker] else ticker for ticker in near)
    return f" (nearest: {said})" if said else ""


def known_names(publication: Publication) -> dict[str, str | None]:
    """Return the names of all companies whose lines are known, by symbol."""
    return {row["ticker"]: row["name"] for row in publication.ask("known_symbols") if row["ticker"]}


def _alike_names(wanted: str, names: Mapping[str, str | None]) -> list[str]:
    """Find symbols of companies whose names begin with a word that is spelt almost like the one typed."""
    typed = wanted.split()
    if not typed or len(typed[0]) <= LEAST_LETTERS:
        return []
    by_word = {name.upper().split()[0]: ticker for ticker, name in names.items() if name and name.split()}
    found = difflib.get_close_matches(typed[0], list(by_word), NEAREST, LEAST_LIKENESS_OF_NAMES)
    return [by_word[word] for word in found]


def _several(text: str, found: Sequence[Row]) -> str:
    listed = [f"  {row['ticker'] or '–':<8}{row['name']}, {_dates(row)}" for row in found[:MOST_LISTED]]
    more = [f"  and {len(found) - MOST_LISTED} more"] if len(found) > MOST_LISTED else []
    return "\n".join(
        [f"{len(found)} companies have '{text}' in their name; give one's symbol:", *listed, *more]
    )


def _dates(row: Row) -> str:
    if row["first_as_of"] is None:
        return "never a member"
    return f"member from {row['first_as_of']} to {row['last_as_of']}"
