"""The calendar of portfolios that are formed once a year: at the end of June, for twelve months."""

from __future__ import annotations

from typing import Final

import polars as pl

FORMATION_MONTH: Final = 6
MONTHS_HELD: Final = 12


def formation_dates(as_ofs: pl.Series) -> pl.DataFrame:
    """Return the date of each year at which its book is formed, and the last month for which it is held.

    It is the last date in June. A year without one, because its list may still be of the index before the
    reconstitution, has the first date in July, and the book before is held until then.

    Parameters
    ----------
    as_ofs
        Dates at which a book could be formed.

    Returns
    -------
    pl.DataFrame
        as_of and last_held, ascending: the month of the next year's formation, June where it is not known.
    """
    day = pl.col("as_of")
    dates = as_ofs.unique().sort().alias("as_of").to_frame().with_columns(day.dt.year().alias("year"))
    june = dates.filter(day.dt.month() == FORMATION_MONTH).group_by("year").agg(day.max())
    july = dates.filter(day.dt.month() == FORMATION_MONTH + 1).group_by("year").agg(day.min())
    formed = pl.concat([june, july.join(june, on="year", how="anti")]).sort("year")
    following = formed.select(pl.col("year") - 1, day.dt.month_end().alias("next_month"))
    by_rule = pl.date(pl.col("year") + 1, FORMATION_MONTH, 1).dt.month_end()
    followed = formed.join(following, on="year", how="left", maintain_order="left")
    return followed.select("as_of", last_held=pl.coalesce("next_month", by_rule))
