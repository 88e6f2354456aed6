"""marts.treated_quintile_returns: the returns of the quintile portfolios under each other treatment."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.quality.portfolios.formation import OF_A_SERIES
from smallcap.finance.quality.portfolios.returns import quintile_returns
from smallcap.finance.returns.treatments import ALL, OF_RETURNS, known_lines, treated_returns
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.treated_quintiles import TreatedQuintileReturns


def treated_quintile_returns(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    quintile_rules: QuintileRules,
    rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Hold every quintile portfolio by treated returns; treatment `all` is marts.quintile_returns itself.

    Portfolios are formed from the lines that trade in the month of formation, which no treatment changes. A
    suspect return that is left out is a month without a return: the line is sold at its last value. The
    quantiles of a month are those of the lines of members.

    Parameters
    ----------
    scores, members, metrics, returns
        As for `quintile_returns`.
    doubts
        Rows of core.return_doubts for the year and the year before.
    quintile_rules, rules
        Minimum numbers, and how long portfolios are held; the quantiles at which returns are cut off.
    year
        The calendar year to compute.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_quintile_returns, sorted by month, series and treatment.
    """
    counted = known_lines(returns, members, "as_of")
    found = [
        quintile_returns(
            scores,
            members,
            metrics,
            treated_returns(returns, doubts, treatment, rules, counted),
            quintile_rules,
            year,
            traded=returns,
        ).with_columns(treatment=pl.lit(treatment))
        for treatment in OF_RETURNS
        if treatment != ALL
    ]
    return in_columns_of(pl.concat(found), TreatedQuintileReturns).sort("month", *OF_A_SERIES, "treatment")
