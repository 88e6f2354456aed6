"""marts.benchmark_panel: the figures of every index fund over each window up to each date."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from smallcap.finance.benchmarks.statistics import Floats, on_factors, return_and_risk, sharpe, with_market
from smallcap.finance.factors.fit import is_full_rank
from smallcap.finance.factors.series import RISK_FREE, factors_of, month_number, vintages_of
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.finance.tickers import normalised
from smallcap.rules.types.benchmarks import SAMPLE, BenchmarkRules
from smallcap.rules.types.factors import COLUMN_OF, FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.tables.benchmarks import BenchmarkPanel

MARKET: Final = "Mkt-RF"
PUBLISHED_AFTER_MONTHS: Final = 2
"""Months after a vintage's own month at whose end it is published."""


@dataclass(frozen=True)
class Series:
    """The known monthly returns of a fund, ascending: month ends, their numbers, and the returns."""

    months: list[dt.date]
    numbers: npt.NDArray[np.int64]
    total: Floats


@dataclass(frozen=True)
class Explained:
    """The five factors in the months of a series; `is_known` says which of them have factors."""

    vintage: str
    terms: tuple[str, ...]
    is_known: npt.NDArray[np.bool_]
    risk_free: Floats
    explaining: Floats


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
    series = _series(monthly_returns, lines["security_id"].drop_nulls())
    vintages = vintages_of(raw_factors, FIVE_FACTORS, factor_rules)
    explained = {
        (line, vintage): _explained(own, vintage, raw_factors, factor_rules)
        for line, own in series.items()
        for vintage in vintages
    }
    rows = [
        {"as_of": date, "years": years, **line, **_identity(rules, line["ticker"])}
        | _figures(
            series.get(line["security_id"]),
            explained.get((line["security_id"], _vintage(vintages, date))),
            date,
            years,
            rules.least_falling_months,
            factor_rules.least_months,
        )
        for date in members["as_of"].unique().sort().to_list()
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


def _series(monthly_returns: pl.DataFrame, lines: pl.Series) -> dict[int, Series]:
    """Return the series of each line."""
    wanted = (
        monthly_returns.filter(pl.col("security_id").is_in(lines.implode()))
        .select("security_id", "month", "total_return", month_number("month").alias("number"))
        .sort("security_id", "month")
    )
    return {
        line: Series(rows["month"].to_list(), rows["number"].to_numpy(), rows["total_return"].to_numpy())
        for (line,), rows in wanted.group_by("security_id", maintain_order=True)
    }


def _explained(
    series: Series, vintage: str, raw_factors: pl.DataFrame, rules: FactorRules
) -> Explained | None:
    """Lay a vintage of the five factors out in the months of a series."""
    factors = factors_of(raw_factors, FIVE_FACTORS, rules, vintage)
    if factors is None:
        return None
    rows = pl.DataFrame({"month": series.months}, schema={"month": pl.Date}).join(
        factors.frame, on="month", how="left", maintain_order="left"
    )
    return Explained(
        vintage,
        factors.terms,
        rows[RISK_FREE].is_not_null().to_numpy(),
        rows[RISK_FREE].to_numpy(),
        rows.select(factors.terms).to_numpy(),
    )


def _vintage(held: Sequence[str], as_of: dt.date) -> str:
    """Choose the newest vintage that was published at a date, else the newest one; empty without any."""
    known = [vintage for vintage in held if _published(vintage) <= as_of]
    return max(known or held, default="")


def _published(vintage: str) -> dt.date:
    month = int(vintage[:4]) * 12 + int(vintage[4:]) - 1 + PUBLISHED_AFTER_MONTHS
    return _month_end(month // 12, month % 12 + 1)


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _figures(
    series: Series | None,
    explained: Explained | None,
    as_of: dt.date,
    years: int,
    least_falling: int,
    least_months: int,
) -> dict[str, Any]:
    """Compute the figures of one window, or say why there are none."""
    if series is None:
        return {"status": INSUFFICIENT, "reason": "the source has no prices of this fund"}
    last = (as_of + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)
    end = last.year * MONTHS_A_YEAR + last.month
    needed = years * MONTHS_A_YEAR
    window = slice(*np.searchsorted(series.numbers, [end - needed + 1, end + 1]).tolist())
    total = series.total[window]
    if len(total) < needed:
        return {
            "months": len(total),
            "status": INSUFFICIENT,
            "reason": f"{needed} months are needed, and {len(total)} have a return here",
        }
    figures: dict[str, Any] = {
        "first_month": series.months[window.start],
        "last_month": series.months[window.stop - 1],
        "months": needed,
        "status": ESTIMATED,
        "months_with_factors": 0,
        **return_and_risk(total, years),
    }
    if explained is None:
        return figures
    return figures | _with_factors(total, window, explained, as_of, least_falling, least_months)


def _with_factors(
    total: Floats,
    window: slice,
    explained: Explained,
    as_of: dt.date,
    least_falling: int,
    least_months: int,
) -> dict[str, Any]:
    """Compute what needs factors, over the months of the window that have them."""
    is_known = explained.is_known[window]
    risk_free = explained.risk_free[window][is_known]
    explaining = explained.explaining[window][is_known]
    excess = total[is_known] - risk_free
    names = tuple(COLUMN_OF[term] for term in explained.terms)
    is_enough = len(excess) >= least_months and is_full_rank(explaining)
    return {
        "months_with_factors": len(excess),
        "sharpe": sharpe(excess),
        **with_market(excess, explaining[:, explained.terms.index(MARKET)], risk_free, least_falling),
        **(on_factors(excess, explaining, names) if is_enough else {}),
        "vintage": explained.vintage,
        "is_vintage_later": _published(explained.vintage) > as_of,
    }
