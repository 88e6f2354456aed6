"""`point_in_time`: what was known on a date, of one's own versions of figures."""

from __future__ import annotations

import datetime as dt

import polars as pl
from narwhals.typing import IntoDataFrameT

from smallcap.api.columns import Needed, required
from smallcap.api.dates import day
from smallcap.api.frames import Given
from smallcap.finance.pointintime import visible_rows

TABLE = "core.annual_metrics"
NEEDED = (
    Needed("entity_id", TABLE, "id", is_complete=True),
    Needed("period_end", TABLE, "date", is_complete=True),
    Needed("available_date", TABLE, "date"),
)
TIES = (Needed("version", TABLE, "text"), Needed("source", TABLE, "text"))
"""Break ties of rows that became known on one day, where the frame has them."""


def point_in_time(df: IntoDataFrameT, as_of: dt.date | str) -> IntoDataFrameT:
    """Keep of each company the row that was visible on a date.

    Of the rows with `available_date` up to the date, that with the latest `period_end` counts, then the one
    that became known last. So a late restatement of an old year is never visible in place of a newer year. A
    row without `available_date` never became known. The rule is that of docs/methods/visibility.md.

    Parameters
    ----------
    df
        One row per company, period and version: `entity_id` (whole numbers or text), `period_end` and
        `available_date`, the first day on which the row could be known. `version` and `source` break ties,
        where the frame has them. Other columns are kept.
    as_of
        The date, also as text: 2025-12-31.

    Returns
    -------
    IntoDataFrameT
        At most one row per company, as they came in and in their order, in the kind of frame that was given.

    Raises
    ------
    InputError
        When a column is missing or of another type, or the date is none.

    Examples
    --------
    The restatement of 2023 became known after the report of 2024, so it is never visible:

    >>> import datetime as dt
    >>> import polars as pl
    >>> import smallcap
    >>> reports = pl.DataFrame(
    ...     {
    ...         "entity_id": ["GLL"] * 3,
    ...         "period_end": [dt.date(2023, 12, 31), dt.date(2024, 12, 31), dt.date(2023, 12, 31)],
    ...         "available_date": [dt.date(2024, 3, 1), dt.date(2025, 3, 3), dt.date(2025, 6, 2)],
    ...         "net_income_usd": [10e6, 12e6, 7e6],
    ...     }
    ... )
    >>> smallcap.point_in_time(reports, "2024-12-31")["net_income_usd"].to_list()
    [10000000.0]
    >>> smallcap.point_in_time(reports, "2025-12-31")["net_income_usd"].to_list()
    [12000000.0]
    """
    given = Given(df, "point_in_time")
    ties = [column for column in TIES if column.name in given.columns]
    records = required(given, (*NEEDED, *ties))
    asked = records.select("entity_id").unique().with_columns(pl.lit(day(as_of)).alias("as_of"))
    seen = visible_rows(records, asked).drop_nulls().sort()
    result: IntoDataFrameT = given.picked(seen)
    return result
