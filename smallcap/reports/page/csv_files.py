"""The tables of a report as CSV that a spreadsheet opens without running anything that a vendor wrote."""

from __future__ import annotations

import polars as pl

from smallcap.formulas import RUST_PATTERN, RUST_REPLACEMENT


def csv_text(frame: pl.DataFrame) -> str:
    """Write a frame as CSV with a header line; null is an empty field, text never starts a formula."""
    return frame.with_columns(pl.col(pl.String).str.replace_all(RUST_PATTERN, RUST_REPLACEMENT)).write_csv()
