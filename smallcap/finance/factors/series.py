"""The monthly series of a regression: returns of the lines, and the factors of one model and one vintage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.factors import (
    COLUMN_OF,
    FILES_WITH_RF,
    FIVE_FACTORS,
    TERMS_OF_FILE,
    FactorRules,
    Model,
)
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.factors import FactorsMonthly, MonthlyReturns

RISK_FREE: Final = "rf"
MOMENTUM_FILE: Final = "MOM"
GAP_MONTHS: Final = (2, 12)
"""Months since the last return that count as a gap; at most a year, so a row needs only the year before."""


@dataclass(frozen=True)
class Factors:
    """The factors of one model from one vintage; made by `factors_of`, so that vintages are never mixed.

    Attributes
    ----------
    model
        Name of the model.
    vintage
        YYYYMM of the returns database behind every factor.
    terms
        Its factors, in order.
    frame
        Columns month, one per term (with the term's name) and rf, as monthly fractions; only months with
        every value, ascending.
    """

    model: str
    vintage: str
    terms: tuple[str, ...]
    frame: pl.DataFrame

    def restricted(self, first: dt.date, last: dt.date) -> Factors:
        """Keep the months from first to last, both included."""
        return replace(self, frame=self.frame.filter(pl.col("month").is_between(first, last)))

    def in_months(self, months: pl.Series) -> Factors:
        """Keep the given months."""
        return replace(self, frame=self.frame.filter(pl.col("month").is_in(months.implode())))


def monthly_returns(prices: pl.DataFrame, extreme_return: float, rules: ReturnRules) -> pl.DataFrame:
    """Date each known return by its month end, and flag returns after a gap and extreme returns.

    A missing month stays missing. Where a month has prices but no total return, the price return from the
    month before is used, flagged.

    Parameters
    ----------
    prices
        Rows of raw.prices (year, security_id, date, total_return, source, and for price returns close_usd,
        adjusted_close_usd and split_ratio). To flag gaps in a year, the year before must be included.
    extreme_return
        Return above which a row is flagged `is_extreme`, as a fraction.
    rules
        What is extreme, gains and falls alike (`is_return_extreme`).

    Returns
    -------
    pl.DataFrame
        Columns of core.monthly_returns, for every year in `prices`.
    """
    month = pl.col("date").dt.month_end()
    since_last = month_number("month").diff().over("security_id")
    total = pl.col("total_return")
    return in_columns_of(
        prices.with_columns(month.alias("month"), month.dt.year().alias("year"))
        .sort("security_id", "month")
        .with_columns(_price_return().alias("price_return"))
        .with_columns(
            pl.coalesce("total_return", "price_return"),
            is_price_return=total.is_null() & pl.col("price_return").is_not_null(),
        )
        .drop_nulls("total_return")
        .with_columns(
            is_after_gap=since_last.is_between(*GAP_MONTHS).fill_null(value=False),
            is_extreme=total > extreme_return,
            is_return_extreme=is_extreme(rules),
        ),
        MonthlyReturns,
    )


def is_extreme(rules: ReturnRules) -> pl.Expr:
    """Whether a monthly return (column total_return) is extreme, gains and falls alike."""
    return (pl.col("total_return") > rules.extreme_gain) | (pl.col("total_return") < rules.extreme_fall)


def _price_return() -> pl.Expr:
    """Return the change of the price from the month before, splits considered; null after a gap.

    From adjusted closes where both are known, else from closes as traded and the month's known split.
    """
    is_next = month_number("month").diff().over("security_id") == 1
    adjusted, traded = (
        pl.col(name) * split / pl.col(name).shift().over("security_id") - 1
        for name, split in (("adjusted_close_usd", pl.lit(1.0)), ("close_usd", pl.col("split_ratio")))
    )
    change = pl.coalesce(pl.when(price.is_finite()).then(price) for price in (adjusted, traded))
    return pl.when(is_next).then(change)


def month_number(column: str) -> pl.Expr:
    """Turn a date column into month numbers; consecutive months differ by one."""
    return pl.col(column).dt.year() * 12 + pl.col(column).dt.month()


def vintages_of(raw_factors: pl.DataFrame, model_name: str, rules: FactorRules) -> list[str]:
    """Return the vintages available in all files of a model, ascending.

    Parameters
    ----------
    raw_factors
        Rows of raw.factors.
    model_name
        One of the rule set's models.
    rules
        Defines which files the factors come from.

    Returns
    -------
    list of str
        YYYYMM of each vintage.
    """
    held = [_file(raw_factors, file)["vintage"].unique() for file in model_named(model_name, rules).files]
    return sorted(set.intersection(*(set(vintages) for vintages in held)))


def factors_of(
    raw_factors: pl.DataFrame, model_name: str, rules: FactorRules, vintage: str | None = None
) -> Factors | None:
    """Combine a model's factors from its files, within one vintage.

    Parameters
    ----------
    raw_factors
        Rows of raw.factors.
    model_name
        One of the rule set's models.
    rules
        Defines which files a model's factors come from.
    vintage
        The requested vintage; by default the newest available in all files of the model.

    Returns
    -------
    Factors or None
        None if the vintage is not available in all files.

    Raises
    ------
    InputError
        When a file's months are not contiguous, or the model is unknown.
    """
    model = model_named(model_name, rules)
    shared = vintages_of(raw_factors, model_name, rules)
    if vintage is None and shared:
        vintage = shared[-1]
    if vintage is None or vintage not in shared:
        return None
    joined: pl.DataFrame | None = None
    for file in model.files:
        rows = _file(raw_factors, file).filter(pl.col("vintage") == vintage).sort("month")
        _check_contiguous(rows, vintage, file)
        wanted = _wanted(rows, file, model)
        joined = wanted if joined is None else joined.join(wanted, on="month", how="inner")
    assert joined is not None, "a model has at least one file"
    frame = joined.select("month", *model.terms, RISK_FREE).drop_nulls().sort("month")
    return Factors(model_name, vintage, model.terms, frame)


def factors_monthly(raw_factors: pl.DataFrame) -> pl.DataFrame:
    """Return the five factors of the newest vintage, with momentum where a file of the same vintage has it.

    Parameters
    ----------
    raw_factors
        Rows of raw.factors.

    Returns
    -------
    pl.DataFrame
        Columns of core.factors_monthly, by month.
    """
    five = _file(raw_factors, FIVE_FACTORS)
    newest = five.filter(pl.col("vintage") == pl.col("vintage").max()).drop("mom")
    momentum = _file(raw_factors, MOMENTUM_FILE).select("vintage", "month", "mom")
    return in_columns_of(
        newest.join(momentum, on=["vintage", "month"], how="left").sort("month"), FactorsMonthly
    )


def model_named(model_name: str, rules: FactorRules) -> Model:
    """Return a model of the rule set.

    Raises
    ------
    InputError
        When the rule set has none of this name.
    """
    if model_name not in rules.models:
        raise InputError(
            f"factor model {model_name} is unknown; rule set {rules.label} has {', '.join(rules.models)}"
        )
    return rules.models[model_name]


def _file(raw_factors: pl.DataFrame, file: str) -> pl.DataFrame:
    return raw_factors.filter(pl.col("model") == file)


def _wanted(rows: pl.DataFrame, file: str, model: Model) -> pl.DataFrame:
    """Select the factors of a file that the model uses, and the risk-free rate if the file contains it."""
    terms = {term: pl.col(COLUMN_OF[term]) for term in TERMS_OF_FILE[file] if term in model.terms}
    risk_free = [RISK_FREE] if file in FILES_WITH_RF else []
    return rows.select("month", *risk_free, **terms)


def _check_contiguous(rows: pl.DataFrame, vintage: str, file: str) -> None:
    broken = rows.filter(month_number("month").diff().fill_null(1) != 1)
    if broken.height:
        raise InputError(
            f"factors of vintage {vintage}, file {file}: the months are not contiguous at "
            f"{broken['month'][0]:%Y-%m}, "
            "which does not follow the month before; fetch the file again"
        )
