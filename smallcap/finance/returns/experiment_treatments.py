"""marts.treated_experiment_returns: the profitability experiment's returns under each other treatment."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.experiment.returns import experiment_returns
from smallcap.finance.frames import in_columns_of
from smallcap.finance.returns.stops import delisting_losses, stopped_lines
from smallcap.finance.returns.treatments import (
    ALL,
    DELISTING_LOSSES,
    TREATMENTS,
    known_lines,
    treated_returns,
)
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.returns import TreatedExperimentReturns


def treated_experiment_returns(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    prices: pl.DataFrame,
    lists: pl.DataFrame,
    securities: pl.DataFrame,
    rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Hold every universe by treated returns; treatment `all` is marts.experiment_returns itself.

    Companies are formed from the lines that trade in June, which no treatment changes: a line whose June is
    suspect is bought all the same. The quantiles of a month are those of the lines of members. Under
    `delisting_losses` a line that was delisted for its performance is held for one more month, in which it
    has the loss, although its company is missing from the list by then.

    Parameters
    ----------
    members, metrics
        As for `experiment_returns`.
    returns
        Rows of core.monthly_returns for the year before to the year after.
    doubts
        Rows of core.return_doubts for the year and the year before.
    prices, lists
        Rows of raw.prices and raw.constituents for the year and the year before.
    securities
        Rows of raw.securities: why trading in a line ended.
    rules
        The quantiles at which returns are cut off, and the losses of delistings.
    year
        The calendar year to compute.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_experiment_returns, sorted by month, universe, weighting and treatment.
    """
    known = returns.filter(pl.col("month") <= dt.date(year, 12, 31))
    counted = known_lines(known, members, "as_of")
    stops = stopped_lines(returns, year)
    losses = delisting_losses(stops, known, prices, lists, securities, rules.delisting)
    found = []
    for treatment in TREATMENTS:
        if treatment == ALL:
            continue
        treated, kept = treated_returns(known, doubts, treatment, rules, counted), None
        if treatment == DELISTING_LOSSES:
            own = losses.select("month", "security_id", pl.col("loss").alias("total_return"))
            treated = pl.concat([known.select(own.columns), own])
            before = pl.col("month").dt.month_start().dt.offset_by("-1d").alias("as_of")
            kept = losses.select(before, "security_id")
        rows = experiment_returns(members, metrics, treated, year, traded=known, kept=kept)
        found.append(rows.with_columns(treatment=pl.lit(treatment)))
    return in_columns_of(pl.concat(found), TreatedExperimentReturns).sort(
        "month", "universe", "weighting", "treatment"
    )
