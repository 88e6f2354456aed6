"""Why a query found no rows, where its text or its values tell: a date or a symbol that is not there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from smallcap.pipelines.command.naming import known_names, nearest_names
from smallcap.questions import Publication
from smallcap.questions.dates import nearest_dates

_DATE = re.compile(r"\bas_of\s*=\s*(?:DATE\s*)?'(\d{4}-\d{2}-\d{2})'", flags=re.IGNORECASE)
_RANGE = re.compile(r"\bas_of\s*(?:[<>]=?|BETWEEN)\s*(?:DATE\s*)?'(\d{4}-\d{2}-\d{2})'", flags=re.IGNORECASE)
_SYMBOL = re.compile(r"\bticker\s*=\s*'([^']+)'", flags=re.IGNORECASE)


def why_no_rows(publication: Publication, text: str, values: Mapping[str, Any]) -> str:
    """Say why a query found no rows, as far as its text or values tell.

    Parameters
    ----------
    publication
        What is published.
    text
        The query.
    values
        The values of its parameters.

    Returns
    -------
    str
        The reasons; empty where none is known.
    """
    return "; ".join([*_dates(publication, text, values), *_symbols(publication, text, values)])


def _dates(publication: Publication, text: str, values: Mapping[str, Any]) -> Iterator[str]:
    asked = {value for value in values.values() if isinstance(value, dt.date)}
    for found in _DATE.findall(text):
        try:
            asked.add(dt.date.fromisoformat(found))
        except ValueError:
            continue
    limits = _RANGE.findall(text)
    if not asked and not limits:
        return
    published = [row["as_of"] for row in publication.ask("funnel_dates")]
    for date in sorted(asked - set(published)):
        yield f"nothing is published of {date}; {nearest_dates(date, published)}"
    if published and any(not str(min(published)) <= one <= str(max(published)) for one in limits):
        yield f"dates are published from {min(published)} to {max(published)}"


def _symbols(publication: Publication, text: str, values: Mapping[str, Any]) -> Iterator[str]:
    written = _SYMBOL.findall(text)
    asked = [*written, *([values["ticker"]] if isinstance(values.get("ticker"), str) else [])]
    if not asked:
        return
    names = known_names(publication)
    for symbol in dict.fromkeys(asked):
        if symbol.upper() not in names:
            yield f"no company has the ticker '{symbol}'{nearest_names(symbol, names)}"
        elif symbol in written and symbol not in names:
            yield f"tickers are in capitals: ticker = '{symbol.upper()}'"
