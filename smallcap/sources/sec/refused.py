"""Collects what cannot be used of a company's file, with the rule that it breaks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from smallcap.sources.base import REFUSED_SCHEMA

_LONGEST = 2000
"""Characters of a refused row; a damaged file may hold a fact of any size."""


class Refused:
    """Refused rows of one company.

    Parameters
    ----------
    company
        What each row says of the company.
    """

    def __init__(self, company: Mapping[str, Any]) -> None:
        self._company = dict(company)
        self._rows: list[tuple[int | None, str, str]] = []

    def add(self, rule: str, day: int, row: Mapping[str, Any]) -> None:
        """Add a row that breaks a rule; `day` is the ordinal of its period's end, 0 if it has none."""
        year = dt.date.fromordinal(day).year if day else None
        text = json.dumps({**self._company, **row}, default=str, sort_keys=True)
        if "NaN" in text or "Infinity" in text:
            # No numbers in JSON, although Python reads and writes them as such: kept as text.
            text = json.dumps(json.loads(text, parse_constant=str), sort_keys=True)
        self._rows.append((year, rule, text[:_LONGEST]))

    def frame(self, year: int) -> pl.DataFrame:
        """Return the rows in the columns of `REFUSED_SCHEMA`; those without a day belong to a year."""
        rows = sorted((given or year, rule, text) for given, rule, text in self._rows)
        return pl.DataFrame(rows, schema=REFUSED_SCHEMA, orient="row")

    def rules(self) -> set[str]:
        """Return the rules that rows break."""
        return {rule for _, rule, _ in self._rows}
