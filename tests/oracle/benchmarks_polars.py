"""Index funds over windows as a bare script: one fund, vintage and window after the other in NumPy.

It shares the list of funds with smallcap, and none of the calculations.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
from statsmodels.regression import linear_model

FACTORS = ["mkt_rf", "smb", "hml", "rmw", "cma"]
KEY = ["as_of", "ticker", "years"]
LEAST_FALLING, LEAST_MONTHS = 12, 36
DAY = dt.timedelta(days=1)
Row = dict[str, Any]


def panel(
    dates: list[dt.date],
    lines: dict[str, int],
    windows: list[int],
    returns: pl.DataFrame,
    raw_factors: pl.DataFrame,
) -> pl.DataFrame:
    """Measure each fund over each window up to each date: the rows that are estimated.

    Parameters
    ----------
    dates
        The dates.
    lines
        The line of each fund's ticker.
    windows
        Lengths in years.
    returns
        Rows of core.monthly_returns.
    raw_factors
        Rows of raw.factors.
    """
    five = raw_factors.filter(model="FF5")
    vintages = {
        vintage: {
            _number(row[0]): np.array(row[1:])
            for row in five.filter(vintage=vintage).select("month", *FACTORS, "rf").drop_nulls().iter_rows()
        }
        for vintage in sorted(five["vintage"].unique())
    }
    rows = []
    for ticker, line in lines.items():
        own = returns.filter(security_id=line).sort("month")
        earned = {
            _number(month): r for month, r in own.select("month", "total_return").drop_nulls().iter_rows()
        }
        for date in dates:
            end = _number(date + DAY) - 1
            known = [vintage for vintage in vintages if _published(vintage) <= date]
            factors = vintages[max(known or vintages)]
            for years in windows:
                months = range(end - 12 * years + 1, end + 1)
                if all(month in earned for month in months):
                    key = {"as_of": date, "ticker": ticker, "years": years}
                    rows.append(key | _figures(months, earned, factors, years))
    return pl.DataFrame(rows, infer_schema_length=None)


def _number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _published(vintage: str) -> dt.date:
    number = int(vintage[:4]) * 12 + int(vintage[4:]) - 1 + 3
    return dt.date(number // 12, number % 12 + 1, 1) - DAY


def _figures(months: range, earned: dict[int, float], factors: dict[int, Any], years: int) -> Row:
    total = np.array([earned[month] for month in months])
    value = np.concatenate([[1.0], np.cumprod(1 + total)])
    found: Row = {
        "annual_return": value[-1] ** (1 / years) - 1,
        "volatility": np.std(total, ddof=1) * np.sqrt(12),
        "max_drawdown": (value / np.maximum.accumulate(value) - 1).min(),
    }
    at = [place for place, month in enumerate(months) if month in factors]
    rows = np.array([factors[months[place]] for place in at]).reshape(-1, 6)
    found["months_with_factors"] = len(at)
    free, market = rows[:, -1], rows[:, 0]
    excess = total[at] - free
    if len(at) >= 12:
        found["sharpe"] = excess.mean() / excess.std(ddof=1) * np.sqrt(12)
        found["beta"] = np.cov(excess, market)[0, 1] / market.var(ddof=1)
    falling = market + free < 0
    if falling.sum() >= LEAST_FALLING:
        found["beta_falling"] = np.polyfit(market[falling], excess[falling], 1)[0]
    if len(at) >= LEAST_MONTHS:
        fit = linear_model.OLS(excess, np.column_stack([np.ones(len(at)), rows[:, :-1]])).fit()
        found |= {"alpha_annual": 12 * fit.params[0], "t_alpha": fit.tvalues[0], "r_squared": fit.rsquared}
        found |= dict(zip(FACTORS, fit.params[1:], strict=True))
    return found
