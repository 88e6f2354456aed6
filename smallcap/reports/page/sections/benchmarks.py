"""The index funds, and the two small-cap indices compared, as blocks of the section on the index."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.data import ReportData
from smallcap.reports.page.formats import integer, number, percent
from smallcap.reports.page.layouts import benchmarks as layouts
from smallcap.reports.page.sections.blocks import Block, block, insufficient, where

NOT_KNOWN = "not known"
COMPARED = ("published_index", "published_rival", "own_index", "own_rival")


def benchmark_blocks(data: ReportData) -> list[Block]:
    """Show what the index funds returned, and the table of the two indices row by row."""
    estimated = where(data.benchmarks, pl.col("status") == "estimated")
    no_fund = insufficient(data.benchmarks, "No index fund is known at this date.")
    no_table = "The indices are not compared at this date."
    return [
        block(estimated, layouts.BENCHMARKS, "benchmarks", no_fund),
        block(compared(data.index_comparison), layouts.COMPARISON, "index_comparison", no_table),
    ]


def compared(frame: pl.DataFrame) -> pl.DataFrame:
    """Write the figures in the unit of their row, and those that are not known in words."""
    if not frame.columns:
        return frame
    rows = frame.to_dicts()
    columns = {f"{name}_told": [_told(row, name) for row in rows] for name in COMPARED}
    return frame.with_columns(pl.Series(name, values, pl.String) for name, values in columns.items())


def _told(row: dict[str, object], name: str) -> str:
    value, unit = row[name], str(row["unit"])
    if not isinstance(value, float):
        return NOT_KNOWN
    upper = row.get(f"{name}_to")
    text = _in_unit(value, unit)
    return f"{text} to {_in_unit(upper, unit)}" if isinstance(upper, float) else text


def _in_unit(value: float, unit: str) -> str:
    if unit == "fraction":
        return percent(value)
    if unit == "1 is yes":
        return "yes" if value else "no"
    return integer(value) if unit == "companies" else number(value)
