"""What the months of a factor file must be: contiguous, up to its vintage, in per cent."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from smallcap.errors import InputError

LARGEST_PLAUSIBLE = 100.0
"""Per cent a month; the largest move since 1926 is momentum's -52."""
FRACTIONS_BELOW = 1.0
"""Per cent. A file of a year or more whose values are all smaller holds fractions, not per cent."""
ROWS_THAT_TELL = 12
MOST_MONTHS_BEHIND = 6
"""A file's months end with its vintage; one that ends longer before it is cut off."""
_YEAR_ROW = re.compile(r"\s{0,20}(\d{4})\s{0,20},")


def require_contiguous(frame: pl.DataFrame, file_name: str) -> None:
    """Refuse months of which one does not follow the one before."""
    index = pl.col("month").dt.year().cast(pl.Int32) * 12 + pl.col("month").dt.month()
    broken = frame.filter(index.diff().fill_null(1) != 1)
    if broken.height:
        raise InputError(
            f"factor file {file_name}: the months are not contiguous: {broken['month'][0]:%Y%m} "
            f"does not follow the month before. Download it again"
        )


def last_year(lines: list[str], start: int) -> int:
    """Return the last year of the annual table below the months; 0 without one."""
    years = [int(match[1]) for line in lines[start:] if (match := _YEAR_ROW.match(line)) is not None]
    return max(years, default=0)


def require_newest(last: dt.date, vintage: str, last_year: int, file_name: str) -> None:
    """Refuse months that end long before the vintage, or before the annual table does."""
    behind = int(vintage[:4]) * 12 + int(vintage[4:]) - last.year * 12 - last.month
    if behind > MOST_MONTHS_BEHIND:
        raise InputError(
            f"factor file {file_name} is cut off: its months end with {last:%Y%m}, {behind} months "
            f"before its vintage "
            f"{vintage}. Download it again"
        )
    if last_year * 12 + 12 > last.year * 12 + last.month:
        raise InputError(
            f"factor file {file_name} is incomplete: its months end with {last:%Y%m}, its annual table with "
            f"{last_year}. Download it again"
        )


def require_range(frame: pl.DataFrame, names: list[str], file_name: str) -> None:
    """Refuse values that are missing throughout, too large, or fractions instead of per cent."""
    largest = frame.select(pl.max_horizontal(pl.col(name).abs().max() for name in names)).item()
    if largest is None:
        raise InputError(f"factor file {file_name}: every value is missing")
    if not largest <= LARGEST_PLAUSIBLE:
        raise InputError(
            f"factor file {file_name}: a value of {largest:g} per cent a month is out of range (at "
            f"most {LARGEST_PLAUSIBLE:g})"
        )
    if frame.height >= ROWS_THAT_TELL and largest < FRACTIONS_BELOW:
        raise InputError(
            f"factor file {file_name}: the largest value is {largest:g}, so the factors are fractions; "
            "per cent a month are expected, as published"
        )
