"""The tables of a report as CSV that a spreadsheet opens without running anything that a vendor wrote."""

from __future__ import annotations

import polars as pl

FORMULA_STARTS = r"^\s*[=+\-@\t\r]"
"""Text that spreadsheets take for a formula. A leading apostrophe makes it text.

Numbers are numbers and stay.
"""


def csv_text(frame: pl.DataFrame) -> str:
    """Write a frame as CSV with a header line; null is an empty field, text never starts a formula."""
    texts = pl.col(pl.String)
    harmless = (
        pl.when(texts.str.contains(FORMULA_STARTS)).then(pl.lit("'") + texts).otherwise(texts).name.keep()
    )
    return frame.with_columns(harmless).write_csv()
