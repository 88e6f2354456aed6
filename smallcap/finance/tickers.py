"""Normalisation of tickers for comparison; dated aliases are handled by the sources."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from smallcap.tables.symbols import SEPARATORS

Text = TypeVar("Text", pl.Expr, pl.Series)


def normalised(ticker: Text) -> Text:
    """Convert a ticker to upper case without separators, so BRK.B, BRK-B, BRK B, BRK/B and BRKB are equal."""
    return ticker.str.to_uppercase().str.replace_all(SEPARATORS, "")
