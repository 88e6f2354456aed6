"""Which vintage of the factors was published at a date, and the five factors and risk-free rate known then.

French revises past months, so a vintage that appeared after a date says of earlier months what nobody could
know on that date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.finance.factors.series import Factors, factors_of, vintages_of
from smallcap.rules.types.factors import FILES_WITH_RF, FIVE_FACTORS, MONTHS_A_YEAR, FactorRules

PUBLICATION_MONTHS: Final = 2
"""Months from the last month of a vintage's data to the end of the month in which it was certainly published.
No stored file states its own date of publication, so the same delay holds for all."""
VINTAGE: Final = "vintage"
IS_LATER: Final = "is_vintage_later"
OLDEST_RATE_DAYS: Final = 366
"""Age up to which the last known month of the risk-free rate stands for a fiscal year that ends later."""


@dataclass(frozen=True)
class KnownFactors:
    """The five factors that were known on some dates.

    Attributes
    ----------
    as_ofs
        The dates, ascending.
    factors
        The newest vintage that had been published on each of them; else the newest stored.
    is_later
        Whether it is the newest stored, published after the dates.
    """

    as_ofs: tuple[dt.date, ...]
    factors: Factors
    is_later: bool


def known_vintages(as_ofs: pl.Series, vintages: Sequence[str]) -> pl.DataFrame:
    """Choose for each date the newest vintage published by then, else the newest of all.

    Parameters
    ----------
    as_ofs
        Dates, in any order; repeated ones count once.
    vintages
        YYYYMM of the stored vintages.

    Returns
    -------
    pl.DataFrame
        One row per date, ascending: `as_of`, `vintage` and `is_vintage_later`; the last two are null where no
        vintage is stored.
    """
    dates = as_ofs.rename("as_of").cast(pl.Date).unique().sort().to_frame()
    stored = pl.DataFrame({VINTAGE: sorted(set(vintages))}, schema={VINTAGE: pl.String})
    published = stored.with_columns(published_on(pl.col(VINTAGE)).alias("published")).sort("published")
    newest = stored[VINTAGE].max()
    return dates.join_asof(published, left_on="as_of", right_on="published").select(
        "as_of",
        pl.coalesce(VINTAGE, pl.lit(newest, dtype=pl.String)).alias(VINTAGE),
        pl.when(pl.lit(stored.height > 0)).then(pl.col(VINTAGE).is_null()).alias(IS_LATER),
    )


def published_on(vintage: pl.Expr) -> pl.Expr:
    """Return the day by which a vintage was certainly published: the end of the second month after it."""
    first_day = pl.concat_str(vintage, pl.lit("01")).str.to_date("%Y%m%d")
    return first_day.dt.offset_by(f"{PUBLICATION_MONTHS}mo").dt.month_end()


def five_factors_known(
    as_ofs: pl.Series, raw_factors: pl.DataFrame, rules: FactorRules
) -> Iterator[KnownFactors]:
    """Yield the five factors known on each of some dates; dates with the same vintage come together.

    Parameters
    ----------
    as_ofs
        Dates, in any order.
    raw_factors
        Rows of raw.factors, any number of vintages.
    rules
        Defines which files the factors come from.

    Yields
    ------
    KnownFactors
        By vintage; nothing where no vintage is stored.
    """
    chosen = known_vintages(as_ofs, vintages_of(raw_factors, FIVE_FACTORS, rules)).drop_nulls(VINTAGE)
    groups = chosen.group_by(VINTAGE, IS_LATER, maintain_order=True).agg("as_of").sort(VINTAGE, IS_LATER)
    for vintage, is_later, dates in groups.iter_rows():
        factors = factors_of(raw_factors, FIVE_FACTORS, rules, vintage)
        assert factors is not None, "the vintage is one of those stored"
        yield KnownFactors(tuple(dates), factors, is_later)


def known_risk_free(dated: pl.DataFrame, raw_factors: pl.DataFrame) -> pl.DataFrame:
    """Return the annual risk-free rate over the twelve months to each record's period end, as known at as_of.

    The rate is 12 times the monthly mean. If the vintage ends before the fiscal year does, the last twelve
    months that it has are used, if they are at most a year old.

    Parameters
    ----------
    dated, raw_factors
        Columns as_of and period_end; rows of raw.factors, any number of vintages and files.

    Returns
    -------
    pl.DataFrame
        One row per row of `dated`, in its order: `risk_free`, and where it is known `vintage` and
        `is_vintage_later`.
    """
    rates = _yearly_rates(raw_factors)
    chosen = known_vintages(dated["as_of"], rates[VINTAGE].unique().to_list())
    return (
        dated.select("as_of", pl.col("period_end").dt.month_end().alias("month"))
        .with_row_index("row")
        .join(chosen, on="as_of", how="left")
        .sort("month")
        .join_asof(rates, on="month", by=VINTAGE, tolerance=f"{OLDEST_RATE_DAYS}d", check_sortedness=False)
        .sort("row")
        .select("risk_free", pl.when(pl.col("risk_free").is_not_null()).then(pl.col(VINTAGE, IS_LATER)))
    )


def _yearly_rates(raw_factors: pl.DataFrame) -> pl.DataFrame:
    """Compute each vintage's mean of the last twelve monthly rates x 12, by month.

    A vintage of several files takes a month's rate from the first of them, by name.
    """
    yearly = pl.col("rf").rolling_mean(MONTHS_A_YEAR, min_samples=1).over(VINTAGE) * MONTHS_A_YEAR
    return (
        raw_factors.filter(pl.col("rf").is_finite() & pl.col("model").is_in(FILES_WITH_RF))
        .sort(VINTAGE, "month", "model")
        .unique([VINTAGE, "month"], keep="first", maintain_order=True)
        .select(VINTAGE, "month", yearly.alias("risk_free"))
        .sort("month", VINTAGE)
    )
