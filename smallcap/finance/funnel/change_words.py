"""A change of the screen in words: the figure before and after, and the report that brought it."""

from __future__ import annotations

from typing import Any

import polars as pl

BY_A_REPORT = ("new_filing", "restatement")
WORDS = {
    "debt_to_equity": "debt/equity",
    "debt_to_market_cap": "debt/market value",
    "pb": "P/B",
    "pe": "P/E",
    "p_fcf": "P/FCF",
}
"""Measures as analysts write them; others are written with spaces."""


def with_words(changes: pl.DataFrame) -> pl.DataFrame:
    """Add `explanation`: for example "debt/equity 0.12 -> 0.41 with the 10-Q of 2024-11-06".

    Null where no report decided, or a figure is unknown.

    Parameters
    ----------
    changes
        Rows with `cause`, `measure`, `value_from`, `value_to`, and of the record at the later date
        `available_date_to` and, if it is a quarter, `balance_sheet_filing_date_to`.
    """
    # Few companies change on a date, so each is put into words by itself.
    words = [_words(row) for row in changes.iter_rows(named=True)]
    return changes.with_columns(pl.Series("explanation", words, dtype=pl.String))


def _words(row: dict[str, Any]) -> str | None:
    before, after = row["value_from"], row["value_to"]
    if row["cause"] not in BY_A_REPORT or before is None or after is None:
        return None
    measure = WORDS.get(row["measure"], str(row["measure"]).replace("_", " "))
    filed = row["balance_sheet_filing_date_to"]
    report = (
        f"10-Q of {filed}" if filed is not None else f"annual report known since {row['available_date_to']}"
    )
    return f"{measure} {before:.2f} -> {after:.2f} with the {report}"
