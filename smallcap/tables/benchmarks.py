"""marts.benchmark_panel: the index funds against the factors."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, flag, key_date, key_text, number, ratio, text

OF_FACTORS = "over the months with factors, five factors, vintage in `vintage`"


def _loading(factor: str) -> dy.Float64:
    return number(
        f"loading on {factor}, {OF_FACTORS}; null below the fewest months of a regression", "loading"
    )


def _t_value(what: str) -> dy.Float64:
    return number(f"t value of {what}, ordinary least squares", "ratio")


class BenchmarkPanel(dy.Schema):
    """One row per as_of, index fund and window: what it returned, and how it moved with the market."""

    as_of = key_date("as-of date; the window ends at the last month end up to it")
    ticker = key_text("the fund's ticker in benchmarks.toml")
    years = dy.Int64(primary_key=True, min=1, metadata={"unit": "years"}, description="length of the window")
    role = text(
        "index: the index analysed; rival: another small-cap index; large: large companies", nullable=False
    )
    tracks = text("the index that the fund tracks", nullable=False)
    name = text("name of the fund as in the source")
    security_id = dy.Int64(
        nullable=True, description="our id of the fund's line; null if the source has none"
    )
    first_month = date("first month of the window")
    last_month = date("last month of the window")
    months = count("months of the window with a return", nullable=True, unit="months")
    annual_return = ratio("compounded return a year, with dividends, after the fund's fees", min=-1)
    volatility = ratio("sample deviation of the monthly returns x sqrt(12)", min=0)
    max_drawdown = ratio("largest fall of the compounded value from an earlier high, negative", min=-1, max=0)
    drawdown_months = count(
        "months from that high to the month in which it is reached again, or to the window's end",
        nullable=True,
        unit="months",
    )
    is_drawdown_over = flag("the high was reached again within the window", nullable=True)
    months_with_factors = count(
        "months that also have factors, whose files end about two months early", nullable=True, unit="months"
    )
    sharpe = number("mean over deviation of the returns less the risk-free rate, x sqrt(12)", "ratio")
    beta = number("slope of the excess returns on the market factor; null below 12 months", "loading")
    falling_months = count(
        "months with factors in which the market's total return was below zero", nullable=True, unit="months"
    )
    beta_falling = number("the slope within those months; null if they are too few", "loading")
    capture_falling = number(
        "the fund's mean compounded return in those months over the market's; null if they are too few",
        "ratio",
    )
    alpha_annual = ratio(f"12 x the constant of the regression, {OF_FACTORS}")
    mkt_rf = _loading("the market over the risk-free rate")
    smb = _loading("small minus big")
    hml = _loading("high minus low book-to-market")
    rmw = _loading("robust minus weak profitability")
    cma = _loading("conservative minus aggressive investment")
    t_alpha = _t_value("the constant")
    t_mkt_rf = _t_value("mkt_rf")
    t_smb = _t_value("smb")
    t_hml = _t_value("hml")
    t_rmw = _t_value("rmw")
    t_cma = _t_value("cma")
    r_squared = number("of the regression", "fraction", max=1)
    vintage = text("YYYYMM of the factors; the newest that was published at as_of, else the newest stored")
    is_vintage_later = flag("that vintage was published after as_of", nullable=True)
    rule_set = text("name and version of the rule set", nullable=False)
    status = text("estimated; insufficient: not every month of the window has a return", nullable=False)
    reason = text("why there are no numbers; null if there are")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A row that was not estimated has a reason and no return."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("annual_return").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )
