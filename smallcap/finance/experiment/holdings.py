"""Months held and value of one dollar for each line, from July to the following June; no weights here."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.formation import MONTHS_HELD

OF_A_LINE: Final = ["formed_as_of", "security_id"]


def held_months(
    formed: pl.DataFrame, members: pl.DataFrame, returns: pl.DataFrame, kept: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Follow each line for up to twelve months after formation, while its company stays a member.

    A company that is missing from the list at a month's end is out from the next month until the next June.
    If there is no list at all at a month's end, every holding ends there. A line without a return in a month
    stays at its last known value: it is left out of the month's return and takes part again with its next
    known return.

    Parameters
    ----------
    formed
        Rows of `formations`.
    members
        Rows of core.members: as_of, entity_id.
    returns
        Rows of core.monthly_returns: month, security_id, total_return.
    kept
        Columns as_of and security_id: lines that stay held after a month's end that has a list, although
        their company is missing from it.

    Returns
    -------
    pl.DataFrame
        One row per formed_as_of, security_id and month held, sorted: `total_return`, null where unknown;
        `value_before` and `value_after`, the value of one dollar invested at formation, at the month's
        beginning and end; `is_last`, whether the company is missing from the list at the month's end.
        `is_last` is false in the twelfth month, which ends with the next formation anyway.
    """
    lines = formed.select(*OF_A_LINE, "entity_id").unique()
    step = pl.DataFrame({"step": range(MONTHS_HELD)}, schema={"step": pl.Int64})
    list_date = pl.col("formed_as_of").dt.offset_by(pl.format("{}mo", "step")).dt.month_end()
    listed = members.select(pl.col("as_of").alias("list_date"), "entity_id", pl.lit(True).alias("is_listed"))
    staying = _staying(members, kept)
    planned = (
        lines.join(step, how="cross")
        .with_columns(
            list_date.alias("list_date"), list_date.dt.offset_by("1d").dt.month_end().alias("month")
        )
        .join(listed, on=["list_date", "entity_id"], how="left")
        .join(staying, on=["list_date", "security_id"], how="left")
        .join(returns.select("month", "security_id", "total_return"), on=["month", "security_id"], how="left")
        .sort(*OF_A_LINE, "month")
    )
    is_in = pl.coalesce("is_listed", "is_kept").is_null().cum_sum().over(OF_A_LINE) == 0
    # The last known value: a missing return affects only weights, never a return of the universe.
    value_after = (1 + pl.col("total_return")).fill_null(1.0).cum_prod().over(OF_A_LINE)
    followed = planned.with_columns(is_in.alias("is_in"), value_after.alias("value_after"))
    return (
        followed.with_columns(
            pl.col("value_after").shift(1, fill_value=1.0).over(OF_A_LINE).alias("value_before"),
            (~pl.col("is_in")).shift(-1, fill_value=False).over(OF_A_LINE).alias("is_last"),
        )
        .filter("is_in")
        .select(*OF_A_LINE, "month", "total_return", "value_before", "value_after", "is_last")
    )


def _staying(members: pl.DataFrame, kept: pl.DataFrame | None) -> pl.DataFrame:
    """List the lines that stay after the date of a list, by date."""
    own = members.select("as_of", pl.lit(0, pl.Int64).alias("security_id")).clear() if kept is None else kept
    return (
        own.join(members.select("as_of").unique(), on="as_of", how="semi")
        .select(pl.col("as_of").alias("list_date"), "security_id", pl.lit(True).alias("is_kept"))
        .unique()
    )
