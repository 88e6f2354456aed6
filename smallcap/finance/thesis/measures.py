"""The measures by which claims are judged: each reads one number from the tables, at its latest date.

A further source is a further function and a line in `MEASURES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.experiment.formation import ALL, CAP, PROFITABLE
from smallcap.finance.factors.series import RISK_FREE
from smallcap.finance.formation import MONTHS_HELD
from smallcap.finance.reconstitution.groups import DIFFERENCE
from smallcap.finance.reconstitution.windows import TO_EFFECTIVE
from smallcap.finance.statuses import ESTIMATED

Tables = Mapping[str, pl.DataFrame]
"""The tables that the measures read, by name."""
LEAST_MONTHS: Final = 36
TRADED_USD: Final = 1e6
SHARE_OF_VOLUME: Final = 0.1
WEAK_COVERAGE: Final = 1.5
"""Multiple of interest below which lenders call the cover weak."""


@dataclass(frozen=True)
class Figure:
    """A number with its date and table; or why there is none.

    Attributes
    ----------
    number, std_error
        The number, and its standard error where it has one.
    date
        Its date, or the last month of its window.
    source
        The table that it comes from.
    reason
        Why there is no number; None if there is.
    """

    source: str
    number: float | None = None
    date: dt.date | None = None
    std_error: float | None = None
    reason: str | None = None


Measure = Callable[[Tables, int | None], Figure]
"""Takes the tables and the months of its window."""


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("as_of") == pl.col("as_of").max())


def _single(source: str, rows: pl.DataFrame, value: pl.Expr, empty: str) -> Figure:
    """Compute one number from the rows of the latest date."""
    latest = _latest(rows)
    number = latest.select(value).item() if latest.height else None
    if number is None:
        return Figure(source, reason=empty)
    return Figure(source, float(number), latest["as_of"][0])


def _fresh(metrics: pl.DataFrame) -> pl.DataFrame:
    return metrics.filter(~pl.col("is_stale").fill_null(True))


def _revenue_growth_median(tables: Tables, window: int | None) -> Figure:
    rows = _fresh(tables["core.metrics_as_of"])
    return _single(
        "core.metrics_as_of", rows, pl.col("revenue_growth").median(), "no member has a growth of revenue"
    )


def _weak_coverage_share(tables: Tables, window: int | None) -> Figure:
    """Return the share with weak cover, of the members outside finance with debt and a known cover."""
    rows = _fresh(tables["core.metrics_as_of"]).filter(
        (pl.col("debt_to_assets") > 0) & pl.col("interest_coverage").is_not_null()
    )
    share = (pl.col("interest_coverage") < WEAK_COVERAGE).mean()
    return _single("core.metrics_as_of", rows, share, "no indebted member has a known interest coverage")


def _days_to_trade(tables: Tables, window: int | None) -> Figure:
    """Return the days that the median member takes to trade a million USD at a tenth of its volume."""
    source = "raw.prices"
    members = _latest(tables["core.members"])
    if members.is_empty():
        return Figure(source, reason="there are no members")
    as_of = members["as_of"][0]
    month = pl.col("date").dt.month_end()
    traded = tables[source].filter((pl.col("median_dollar_volume_usd") > 0) & (pl.col("date") <= as_of))
    own = traded.join(members.select("security_id"), on="security_id", how="semi")
    latest = own.filter(month == month.max())
    days = latest.select(TRADED_USD / (SHARE_OF_VOLUME * pl.col("median_dollar_volume_usd").median())).item()
    if days is None:
        return Figure(source, reason="no member has a known volume")
    return Figure(source, float(days), latest["date"].max())  # type: ignore[arg-type]


def _fund_correlation(tables: Tables, window: int | None) -> Figure:
    """Return the correlation of the index's fund with that of large companies, else with the factor."""
    panel = _latest(tables["marts.benchmark_panel"]).drop_nulls("security_id")
    lines = {role: panel.filter(pl.col("role") == role)["security_id"] for role in ("index", "large")}
    if any(line.is_empty() for line in lines.values()):
        return _market_correlation(tables, window)
    index, large = (
        tables["core.monthly_returns"]
        .filter((pl.col("security_id") == line[0]) & (pl.col("month") <= panel["as_of"][0]))
        .select("month", pl.col("total_return").alias(role))
        for role, line in lines.items()
    )
    both = index.join(large, on="month").sort("month")
    months = both if window is None else both.tail(window)
    if months.height < LEAST_MONTHS:
        return _market_correlation(tables, window)
    number = float(np.corrcoef(months["index"], months["large"])[0, 1])
    return Figure("marts.benchmark_panel", number, months["month"][-1])


def _quality_alpha(tables: Tables, window: int | None) -> Figure:
    """Return the five-factor alpha a year of the best less the worst quintile, by value, before costs."""
    source = "marts.quintile_performance"
    rows = tables[source].filter(
        (pl.col("method") == "published")
        & (pl.col("holding_months") == MONTHS_HELD)
        & (pl.col("weighting") == CAP)
        & (pl.col("scope") == ALL)
        & (pl.col("portfolio") == "long_short")
        & (pl.col("cost_basis_points") == 0)
    )
    columns = ("ff5_alpha_annual", "ff5_alpha_hac_std_error", "last_month")
    return _last_estimate(source, rows, *columns, "no quintile portfolio was held")


def _unprofitable_share(tables: Tables, window: int | None) -> Figure:
    return _single(
        "marts.index_profile",
        tables["marts.index_profile"],
        pl.col("unprofitable_share").first(),
        "no member has known earnings",
    )


def _largest_weight(tables: Tables, window: int | None) -> Figure:
    rows = tables["marts.index_holdings"]
    return _single("marts.index_holdings", rows, pl.col("weight").max(), "no member has a known weight")


def _index_and_market(tables: Tables, window: int | None) -> pl.DataFrame:
    """Return the excess returns of the index and of the market, in the latest months that have both."""
    index = tables["marts.experiment_returns"].filter(
        (pl.col("universe") == ALL) & (pl.col("weighting") == CAP)
    )
    both = (
        index.drop_nulls("total_return")
        .join(tables["core.factors_monthly"].drop_nulls(["mkt_rf", RISK_FREE]), on="month")
        .sort("month")
        .select("month", RISK_FREE, (pl.col("total_return") - pl.col(RISK_FREE)).alias("index"), "mkt_rf")
    )
    return both if window is None else both.tail(window)


def _of_months(
    tables: Tables, window: int | None, value: Callable[[pl.DataFrame], tuple[float, float | None]]
) -> Figure:
    source = "marts.experiment_returns"
    months = _index_and_market(tables, window)
    if months.height < LEAST_MONTHS:
        return Figure(source, reason=f"{months.height} months of returns, {LEAST_MONTHS} are needed")
    number, error = value(months)
    return Figure(source, number, months["month"][-1], error)


def _market_correlation(tables: Tables, window: int | None) -> Figure:
    return _of_months(
        tables, window, lambda months: (float(np.corrcoef(months["index"], months["mkt_rf"])[0, 1]), None)
    )


def _volatility_ratio(tables: Tables, window: int | None) -> Figure:
    def ratio(months: pl.DataFrame) -> tuple[float, float | None]:
        """Divide the standard deviation of the index by that of the market."""
        index, market = (
            np.std(months[name].to_numpy() + months[RISK_FREE].to_numpy(), ddof=1)
            for name in ("index", "mkt_rf")
        )
        return float(index / market), None

    return _of_months(tables, window, ratio)


def _downside_beta(tables: Tables, window: int | None) -> Figure:
    """Return the slope on the market in the months in which it fell, with its standard error."""
    months = _index_and_market(tables, window).filter(pl.col("mkt_rf") + pl.col(RISK_FREE) < 0)
    source = "marts.experiment_returns"
    if months.height < LEAST_MONTHS:
        return Figure(source, reason=f"{months.height} falling months, {LEAST_MONTHS} are needed")
    market, index = months["mkt_rf"].to_numpy(), months["index"].to_numpy()
    spread = ((market - market.mean()) ** 2).sum()
    slope = float(((market - market.mean()) * (index - index.mean())).sum() / spread)
    rest = index - index.mean() - slope * (market - market.mean())
    error = float(np.sqrt((rest**2).sum() / (len(rest) - 2) / spread))
    return Figure(source, slope, months["month"][-1], error)


def _reconstitution_cost(tables: Tables, window: int | None) -> Figure:
    """Return the mean cost of an event from rank day to effective day, less loadings times factors."""
    source = "marts.reconstitution_pooled"
    rows = (
        tables[source]
        .filter(
            (pl.col("group") == DIFFERENCE)
            & (pl.col("window") == TO_EFFECTIVE)
            & (pl.col("adjustment") == "five_factor")
            & (pl.col("measure") == "fund_cost")
        )
        .sort("through_effective_date")
    )
    return _last_estimate(source, rows, "estimate", "std_error", "known_date", "no event was measured")


def _profit_rule_difference(tables: Tables, window: int | None) -> Figure:
    source = "marts.profitability_experiment"
    rows = tables[source].filter(
        (pl.col("universe") == PROFITABLE)
        & (pl.col("weighting") == CAP)
        & (pl.col("period") == "all")
        & (pl.col("cost_basis_points") == 0)
    )
    columns = ("difference_annual", "difference_std_error", "last_month")
    return _last_estimate(source, rows, *columns, "the experiment was not made")


def _last_estimate(source: str, rows: pl.DataFrame, value: str, error: str, date: str, empty: str) -> Figure:
    """Return the number of the last row, or its reason."""
    if rows.is_empty():
        return Figure(source, reason=empty)
    row = rows.row(-1, named=True)
    if row["status"] != ESTIMATED or row[value] is None:
        return Figure(source, reason=row["reason"] or empty)
    return Figure(source, row[value], row[date], row[error])


MEASURES: Final[Mapping[str, Measure]] = {
    "revenue_growth_median": _revenue_growth_median,
    "fund_correlation": _fund_correlation,
    "days_to_trade": _days_to_trade,
    "quality_alpha": _quality_alpha,
    "volatility_ratio": _volatility_ratio,
    "downside_beta": _downside_beta,
    "weak_coverage_share": _weak_coverage_share,
    "unprofitable_share": _unprofitable_share,
    "reconstitution_cost": _reconstitution_cost,
    "profit_rule_difference": _profit_rule_difference,
    "largest_weight": _largest_weight,
}
"""Each measure by the name under which a claim asks for it."""
