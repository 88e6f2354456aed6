"""Who is admitted by the rule of the S&P SmallCap 600: profits of quarters and size, at entry only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.formation import FORMATION_MONTH
from smallcap.rules.types.experiment import CapRange

JUNES_FOLLOWED: Final = 8
"""Junes that are looked at to find whether a member was admitted: that of the decision, and those before."""

METRICS = ("as_of", "entity_id", "is_stale", "net_income_usd", "quarter_net_income_usd", "market_cap_usd")
"""Columns of core.trailing_as_of that are used."""


def admissions(
    members: pl.DataFrame, trailing_as_of: pl.DataFrame, cap_ranges: Sequence[CapRange]
) -> pl.DataFrame:
    """Decide for each member at each June's end whether it has been admitted.

    A member is admitted at a June at whose end its last quarter and its last four quarters together have net
    income above zero, the record is not stale, and its market value is inside the range of that day. It stays
    admitted for as long as it is on the list of each following June, whatever it earns: nothing is asked of
    it again. Only the last `JUNES_FOLLOWED` Junes are looked at, so that the same member is admitted at a
    June whichever later Junes are given. A member of which a figure is unknown is not admitted by it.

    Parameters
    ----------
    members
        Rows of core.members: as_of, entity_id. Admissions before the first June in them are not known.
    trailing_as_of
        Rows of core.trailing_as_of for the same dates.
    cap_ranges
        The ranges of market value by date.

    Returns
    -------
    pl.DataFrame
        One row per member at each June's end: as_of, entity_id and is_admitted; null if it is not admitted
        and a figure is unknown.
    """
    is_june_end = (pl.col("as_of").dt.month() == FORMATION_MONTH) & (
        pl.col("as_of") == pl.col("as_of").dt.month_end()
    )
    listed = members.filter(is_june_end).select("as_of", "entity_id")
    known = listed.join(trailing_as_of.select(METRICS), on=["as_of", "entity_id"], how="left")
    judged = known.with_columns(_meets(cap_ranges).alias("meets"))
    nobody = pl.DataFrame(schema={"entity_id": pl.Int64, "last_met": pl.Date})
    before, previous = nobody, None
    decided = []
    for (day,), june in sorted(judged.partition_by("as_of", as_dict=True).items()):
        if day.year - 1 != previous:
            # A June without a list leaves open who stayed.
            before = nobody
        previous = day.year
        now = june.join(before, on="entity_id", how="left").with_columns(
            # Who meets the conditions again is admitted for another eight Junes.
            pl.when("meets").then("as_of").otherwise("last_met").alias("last_met")
        )
        # Who is missing from a June's list has to be admitted again.
        before = now.select("entity_id", "last_met").drop_nulls()
        is_followed = pl.col("last_met").dt.year() > day.year - JUNES_FOLLOWED
        decided.append(
            now.select(
                "as_of", "entity_id", (is_followed.fill_null(False) | pl.col("meets")).alias("is_admitted")
            )
        )
    schema = {"as_of": pl.Date, "entity_id": pl.Int64, "is_admitted": pl.Boolean}
    return pl.concat([pl.DataFrame(schema=schema), *decided])


def _meets(cap_ranges: Sequence[CapRange]) -> pl.Expr:
    """Whether a member meets every condition; null if it breaks none that is known, and one is unknown."""
    lowest, highest = (_of_the_day(cap_ranges, name) for name in ("lowest_usd", "highest_usd"))
    conditions = [
        ~pl.col("is_stale"),
        pl.col("quarter_net_income_usd") > 0,
        pl.col("net_income_usd") > 0,
        pl.col("market_cap_usd").is_between(lowest, highest),
    ]
    return pl.all_horizontal(conditions)


def _of_the_day(cap_ranges: Sequence[CapRange], name: str) -> pl.Expr:
    """Return a bound of the newest range that had begun by as_of; null before the first."""
    newest_first = sorted(cap_ranges, key=lambda one: one.first_day, reverse=True)
    return pl.coalesce(
        *(
            pl.when(pl.col("as_of") >= one.first_day).then(pl.lit(float(getattr(one, name))))
            for one in newest_first
        ),
        pl.lit(None, dtype=pl.Float64),
    )
