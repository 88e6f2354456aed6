"""How a ticker is spelt so that two spellings of one can be compared. Dated aliases are read by the sources."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from smallcap.rules.types.tickers import SEPARATORS

Text = TypeVar("Text", pl.Expr, pl.Series)


def normalised(ticker: Text) -> Text:
    """Spell a ticker in upper case without the separators of share classes: BRK.B, BRK-B, BRK B, BRK/B and BRKB are one."""
    return ticker.str.to_uppercase().str.replace_all(SEPARATORS, "")
