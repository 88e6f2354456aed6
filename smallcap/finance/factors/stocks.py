"""marts.stock_factor_loadings: trailing five-factor regressions of every member at every as_of.

Descriptive. A window ends at its as_of, so that no later data can enter. The arithmetic is in `rolling`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.factors.fit import Floats, Integers
from smallcap.finance.factors.known_vintages import five_factors_known
from smallcap.finance.factors.rolling import rolling_loadings
from smallcap.finance.factors.series import RISK_FREE, Factors, month_number
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.tables.factor_regressions import StockFactorLoadings

MEMBER: Final = ("year", "as_of", "security_id", "entity_id")
CONSTANT: Final = "constant"
NO_FACTORS: Final = {
    **dict.fromkeys(
        (
            "estimate",
            "std_error",
            "t_stat",
            "r_squared",
            "residual_std",
            "first_month",
            "last_month",
            "vintage",
            "is_vintage_later",
        )
    ),
    "n_obs": 0,
    "status": INSUFFICIENT,
}
"""Values of a member's row if no factors are stored."""


@dataclass(frozen=True)
class _Panel:
    """Returns and factors on one axis of months, NaN where missing.

    Attributes
    ----------
    first
        Number of the first month.
    securities
        Line ids, ascending.
    returns
        Months by lines; only for months that have every factor.
    factors
        Months by factors.
    risk_free
        By month.
    """

    first: int
    securities: Integers
    returns: Floats
    factors: Floats
    risk_free: Floats


def known_factor_loadings(
    members: pl.DataFrame, returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Regress every member's line at each as_of on the five factors as they were published then.

    Parameters
    ----------
    members, returns, rules
        As for `stock_factor_loadings`.
    raw_factors
        Rows of raw.factors, any number of vintages; the newest stored stands in where none was published yet.

    Returns
    -------
    pl.DataFrame
        Columns of marts.stock_factor_loadings, sorted by as_of and line.
    """
    found = [
        stock_factor_loadings(
            members.filter(pl.col("as_of").is_in(known.as_ofs)),
            returns,
            known.factors,
            rules,
            is_vintage_later=known.is_later,
        )
        for known in five_factors_known(members["as_of"], raw_factors, rules)
    ]
    if not found:
        return stock_factor_loadings(members, returns, None, rules)
    return pl.concat(found).sort("as_of", "security_id", maintain_order=True)


def stock_factor_loadings(
    members: pl.DataFrame,
    returns: pl.DataFrame,
    factors: Factors | None,
    rules: FactorRules,
    *,
    is_vintage_later: bool = False,
) -> pl.DataFrame:
    """Regress every member's line on the five factors over the trailing months up to each as_of.

    Parameters
    ----------
    members
        Columns year, as_of, entity_id and security_id; one row per company and as_of.
    returns
        Rows of core.monthly_returns, reaching back by the length of the window.
    factors
        The five factors of one vintage; None if none is stored.
    rules
        Length of the window, minimum number of months, and terms.
    is_vintage_later
        Whether the vintage was published after the dates.

    Returns
    -------
    pl.DataFrame
        Columns of marts.stock_factor_loadings, one row per member, as_of and term.
    """
    listed = members.select(*MEMBER, window_end=_last_complete_month("as_of")).sort("as_of", "security_id")
    terms = rules.models[FIVE_FACTORS].all_terms
    if factors is None or listed.is_empty():
        rows = listed.join(pl.DataFrame({"term": terms}), how="cross", maintain_order="left_right")
        return in_columns_of(
            rows.with_columns(pl.lit(value).alias(name) for name, value in NO_FACTORS.items()),
            StockFactorLoadings,
        )
    panel = _panel(listed, returns, factors, rules.trailing_months)
    is_any = pl.col("n_obs") > 0
    rows = (
        listed.with_columns(_regressed(panel, listed, rules))
        .with_columns(
            term=pl.lit(list(terms)),
            vintage=pl.lit(factors.vintage),
            is_vintage_later=pl.lit(is_vintage_later),
            first_month=pl.when(is_any).then(_month_end("first")),
            last_month=pl.when(is_any).then(_month_end("last")),
        )
        .explode("term", "estimate", "std_error", "t_stat")
    )
    return in_columns_of(without_nan(rows), StockFactorLoadings)


def _last_complete_month(day: str) -> pl.Expr:
    """Return the number of the latest month that has ended by a day; its own month if the day is the last."""
    day_after = pl.col(day).dt.offset_by("1d")
    return day_after.dt.year() * MONTHS_A_YEAR + day_after.dt.month() - 1


def _month_end(number: str) -> pl.Expr:
    """Return the month end of a month number; the inverse of `month_number`."""
    months = pl.col(number) - 1
    return pl.date(months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1, 1).dt.month_end()


def _panel(listed: pl.DataFrame, returns: pl.DataFrame, factors: Factors, window: int) -> _Panel:
    """Arrange returns and factors over the months that the windows need."""
    ends, lines = listed["window_end"].to_numpy(), np.unique(listed["security_id"].to_numpy())
    first, last = int(ends.min()) - window + 1, int(ends.max())
    row = (month_number("month") - first).alias("row")
    usable = factors.frame.filter(month_number("month").is_between(first, last)).with_columns(row)
    known = returns.join(usable.select("month", "row"), on="month").filter(
        pl.col("security_id").is_in(lines.tolist())
    )
    months = last - first + 1
    panel = _Panel(
        first, lines, _empty(months, len(lines)), _empty(months, len(factors.terms)), _empty(months)
    )
    panel.returns[known["row"].to_numpy(), np.searchsorted(lines, known["security_id"].to_numpy())] = known[
        "total_return"
    ].to_numpy()
    panel.factors[usable["row"].to_numpy()] = usable.select(factors.terms).to_numpy()
    panel.risk_free[usable["row"].to_numpy()] = usable[RISK_FREE].to_numpy()
    return panel


def _empty(*shape: int) -> Floats:
    return np.full(shape, np.nan)


def _regressed(panel: _Panel, listed: pl.DataFrame, rules: FactorRules) -> list[pl.Series]:
    """Fit every line over every window and select each member's own fit.

    Returns one value per member, or one per member and term.
    """
    row = listed["window_end"].to_numpy() - panel.first
    line = np.searchsorted(panel.securities, listed["security_id"].to_numpy())
    window_ends, window = np.unique(row, return_inverse=True)
    fit = rolling_loadings(
        panel.returns, panel.factors, window_ends, rules.trailing_months, rules.least_months, panel.risk_free
    )
    own = (window, line)
    is_estimated = np.isfinite(fit.estimate[own]).all(axis=1)
    is_constant = fit.is_constant[own] & (fit.n_obs[own] >= rules.least_months)
    first, last = _known_months(panel)
    return [
        pl.Series("n_obs", fit.n_obs[own]),
        pl.Series("first", first[row - rules.trailing_months + 1, line]),
        pl.Series("last", last[row, line]),
        pl.Series("status", np.select([is_estimated, is_constant], [ESTIMATED, CONSTANT], INSUFFICIENT)),
        *(
            pl.Series(figure, getattr(fit, figure)[own])
            for figure in ("estimate", "std_error", "t_stat", "r_squared", "residual_std")
        ),
    ]


def _known_months(panel: _Panel) -> tuple[Integers, Integers]:
    """Find, for every month and line, the first month with a return from it on, and the last up to it."""
    is_known, number = np.isfinite(panel.returns), panel.first + np.arange(len(panel.returns))[:, None]
    later = np.where(is_known, number, number[-1])[::-1]
    earlier = np.where(is_known, number, panel.first)
    return np.minimum.accumulate(later, axis=0)[::-1], np.maximum.accumulate(earlier, axis=0)
