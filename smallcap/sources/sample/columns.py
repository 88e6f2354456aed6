"""Converts arrays of traits to text columns."""

from __future__ import annotations

import polars as pl

from smallcap.sources.sample.calendar import Integers
from smallcap.sources.sample.names import Texts


def spread(values: Texts, positions: Integers) -> pl.Series:
    """Return the text at each position; None stays null."""
    return pl.Series(values.tolist(), dtype=pl.String).gather(positions)


def whole(values: Texts) -> pl.Series:
    """Return the texts as a column; None stays null."""
    return pl.Series(values.tolist(), dtype=pl.String)
