"""marts.benchmark_panel: the figures of every index fund over each window up to each date."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from smallcap.finance.benchmarks.statistics import on_factors, return_and_risk, sharpe, with_market
from smallcap.finance.factors.series import RISK_FREE, Factors, factors_of, vintages_of
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.finance.tickers import normalised
from smallcap.rules.types.benchmarks import SAMPLE, BenchmarkRules
from smallcap.rules.types.factors import COLUMN_OF, FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.tables.benchmarks import BenchmarkPanel

PUBLISHED_AFTER_MONTHS = 2
"""Months after a vintage's own month at whose end it is published."""


@dataclass(frozen=True)
class Vintage:
    """The five factors as they are used at a date; `is_later`: they were published after it."""

    factors: Factors
    is_later: bool


def benchmark_panel(
    members: pl.DataFrame,
    securities: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    raw_factors: pl.DataFrame,
    rules: BenchmarkRules,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Measure each fund over each window that ends at the last month end up to each date.

    Parameters
    ----------
    members
        Rows of core.members (as_of, source): the dates, and whether their universe is the sample.
    securities
        Rows of raw.securities.
    monthly_returns
        Rows of core.monthly_returns of all years.
    raw_factors
        Rows of raw.factors.
    rules, factor_rules
        The funds and the windows; the fewest months of a regression.

    Returns
    -------
    pl.DataFrame
        One row per date, fund and window, in the columns of marts.benchmark_panel, sorted by its key.
    """
    is_sample = members.select((pl.col("source") == SAMPLE).any()).item()
    lines = fund_lines(securities, rules.tickers_of(SAMPLE if is_sample else ""))
    wanted = monthly_returns.select("security_id", "month", "total_return").filter(
        pl.col("security_id").is_in(lines["security_id"].drop_nulls().implode())
    )
    series = {line: rows.sort("month") for (line,), rows in wanted.group_by("security_id")}
    dates = members["as_of"].unique().sort().to_list()
    vintages = {date: _vintage(raw_factors, factor_rules, date) for date in dates}
    rows = [
        {"as_of": date, "years": years, **line, **_identity(rules, line["ticker"])}
        | _figures(series.get(line["security_id"]), date, years, vintages[date], rules, factor_rules)
        for date in dates
        for line in lines.iter_rows(named=True)
        for years in rules.years
    ]
    schema = {name: column.dtype for name, column in BenchmarkPanel.columns().items()}
    filled = [{**dict.fromkeys(schema), **row} for row in rows]
    frame = pl.DataFrame(filled, schema=schema, orient="row")
    return in_columns_of(without_nan(frame), BenchmarkPanel).sort("as_of", "ticker", "years")


def fund_lines(securities: pl.DataFrame, tickers: list[str]) -> pl.DataFrame:
    """Return ticker, name and security_id of the newest line with each ticker; null where none has it."""
    spells = securities.select(
        normalised(pl.col("ticker")).alias("ticker"), "name", "security_id", "valid_from", "valid_to"
    )
    asked = pl.DataFrame({"ticker": tickers}, schema={"ticker": pl.String})
    return (
        asked.join(spells, on="ticker", how="left")
        .with_columns(pl.col("valid_to").fill_null(dt.date.max))
        .sort("ticker", "valid_to", "valid_from", "security_id")
        .unique("ticker", keep="last", maintain_order=True)
        .select("ticker", "name", "security_id")
    )


def _identity(rules: BenchmarkRules, ticker: str) -> dict[str, Any]:
    fund = rules.funds[ticker]
    return {"tracks": fund.tracks, "role": fund.role, "rule_set": rules.label}


def _vintage(raw_factors: pl.DataFrame, rules: FactorRules, as_of: dt.date) -> Vintage | None:
    """Choose the newest vintage that was published at a date, else the newest that is stored."""
    held = vintages_of(raw_factors, FIVE_FACTORS, rules)
    known = [vintage for vintage in held if _published(vintage) <= as_of]
    chosen = known[-1] if known else held[-1] if held else None
    factors = factors_of(raw_factors, FIVE_FACTORS, rules, chosen) if chosen else None
    return None if factors is None else Vintage(factors, not known)


def _published(vintage: str) -> dt.date:
    month = int(vintage[:4]) * 12 + int(vintage[4:]) - 1 + PUBLISHED_AFTER_MONTHS
    return _month_end(month // 12, month % 12 + 1)


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _figures(
    series: pl.DataFrame | None,
    as_of: dt.date,
    years: int,
    vintage: Vintage | None,
    rules: BenchmarkRules,
    factor_rules: FactorRules,
) -> dict[str, Any]:
    """Compute the figures of one window, or say why there are none."""
    if series is None:
        return {"status": INSUFFICIENT, "reason": "the source has no prices of this fund"}
    last = (as_of + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)
    # The first month begins where the month a whole number of years before the last one ends.
    before = _month_end(last.year - years, last.month)
    window = series.filter((pl.col("month") > before) & (pl.col("month") <= last))
    needed = years * MONTHS_A_YEAR
    if window.height < needed:
        return {
            "months": window.height,
            "status": INSUFFICIENT,
            "reason": f"{needed} months are needed, and {window.height} have a return here",
        }
    return {
        "first_month": window["month"][0],
        "last_month": window["month"][-1],
        "months": window.height,
        "status": ESTIMATED,
        **return_and_risk(window["total_return"].to_numpy(), years),
        **(_with_factors(window, vintage, rules, factor_rules) if vintage else {"months_with_factors": 0}),
    }


def _with_factors(
    window: pl.DataFrame, vintage: Vintage, rules: BenchmarkRules, factor_rules: FactorRules
) -> dict[str, Any]:
    """Compute what needs factors, over the months of the window that have them."""
    factors = vintage.factors
    months = window.join(factors.frame, on="month", maintain_order="left")
    risk_free, market = months[RISK_FREE].to_numpy(), months["Mkt-RF"].to_numpy()
    excess = months["total_return"].to_numpy() - risk_free
    explaining = months.select(factors.terms).to_numpy()
    names = tuple(COLUMN_OF[term] for term in factors.terms)
    is_enough = len(excess) >= factor_rules.least_months and np.linalg.matrix_rank(explaining) == len(names)
    return {
        "months_with_factors": months.height,
        "sharpe": sharpe(excess),
        **with_market(excess, market, risk_free, rules.least_falling_months),
        **(on_factors(excess, explaining, names) if is_enough else {}),
        "vintage": factors.vintage,
        "is_vintage_later": vintage.is_later,
    }
