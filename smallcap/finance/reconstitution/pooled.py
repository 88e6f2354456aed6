"""marts.reconstitution_pooled: the mean over the events up to each, an event being one observation."""

from __future__ import annotations

from typing import Final

import polars as pl
from scipy.stats import t as student

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.reconstitution.events import ADJUSTMENTS, NONE
from smallcap.finance.reconstitution.groups import DIFFERENCE, GROUPS
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.tables.reconstitution import ReconstitutionPooled

MEASURES: Final = ("mean_return", "fund_cost")
KEY: Final = ["through_effective_date", "group", "window", "adjustment", "measure"]


def reconstitution_pooled(events: pl.DataFrame, rules: EventStudyRules) -> pl.DataFrame:
    """Average each group and window over the events up to each; the error takes events as independent.

    The names of one event share its months, so they are not independent: each event counts once, with the
    mean of its names.

    Parameters
    ----------
    events, rules
        Rows of marts.reconstitution_events; the fewest events, and the level of the interval.

    Returns
    -------
    pl.DataFrame
        One row per event, group, window, adjustment and measure, in the columns of
        marts.reconstitution_pooled, sorted by these.
    """
    rows = (
        _through(events)
        .join(_measures(), on=["group", "adjustment"])
        .join(_summed(events), on=KEY, how="left")
        .with_columns(pl.col("events", "names", "unconfirmed_events").fill_null(0))
        .with_columns(rule_set=pl.lit(rules.label))
    )
    return in_columns_of(without_nan(_tested(rows, rules)), ReconstitutionPooled).sort(KEY)


def _summed(events: pl.DataFrame) -> pl.DataFrame:
    """Sum the events up to each effective day, by group, window, adjustment and measure."""
    about = ["event", "effective_date", "group", "window", "adjustment"]
    index = [*about, "names_with_returns", "is_rank_date_unconfirmed"]
    long = events.unpivot(MEASURES, index=index, variable_name="measure", value_name="value")
    estimates = long.drop_nulls("value")
    days = events.select(pl.col("effective_date").unique().alias("through_effective_date"))
    return (
        days.join(estimates, how="cross")
        .filter(pl.col("effective_date") <= pl.col("through_effective_date"))
        .sort(*KEY, "effective_date", "event")
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("events"),
            pl.col("names_with_returns").sum().alias("names"),
            pl.col("is_rank_date_unconfirmed").sum().cast(pl.Int64).alias("unconfirmed_events"),
            pl.col("effective_date").min().alias("first_effective_date"),
            pl.col("effective_date").max().alias("last_effective_date"),
            pl.col("value").mean().alias("estimate"),
            (pl.col("value").std(ddof=1) / pl.len().sqrt()).alias("std_error"),
        )
    )


def _through(events: pl.DataFrame) -> pl.DataFrame:
    """Return each event that is known, by group, window and adjustment, with the day from which a row can be.

    Until an event is known, its row would be that of the event before.
    """
    of_a_mean = ["group", "window", "adjustment"]
    days = (
        events.group_by(*of_a_mean, "effective_date")
        .agg(pl.col("known_date").max(), pl.col("is_known").all())
        .sort("effective_date")
        .with_columns(pl.col("known_date").cum_max().forward_fill().over(of_a_mean))
        .rename({"effective_date": "through_effective_date"})
    )
    return days.filter("is_known")


def _measures() -> pl.DataFrame:
    """Return the measures of each group and adjustment: costs only of differences, and only adjusted."""
    rows = [
        (group, adjustment, measure)
        for group in GROUPS
        for adjustment in ADJUSTMENTS
        for measure in MEASURES
        if measure == MEASURES[0] or (group == DIFFERENCE and adjustment != NONE)
    ]
    return pl.DataFrame(rows, schema=["group", "adjustment", "measure"], orient="row")


def _tested(summed: pl.DataFrame, rules: EventStudyRules) -> pl.DataFrame:
    """Test the mean against zero with events less one degrees of freedom; null below the fewest events."""
    is_enough = pl.col("events") >= rules.least_events
    reason = pl.format("{} events, {} are needed", "events", pl.lit(rules.least_events))
    known = summed.with_columns(
        pl.when(is_enough).then(pl.col("estimate", "std_error")),
        pl.when(~is_enough).then(reason).alias("reason"),
        pl.when(is_enough).then(pl.lit(ESTIMATED)).otherwise(pl.lit(INSUFFICIENT)).alias("status"),
    ).with_columns(
        pl.when(pl.col("std_error") > 0).then(pl.col("estimate") / pl.col("std_error")).alias("t_stat")
    )
    freedom = (known["events"] - 1).clip(lower_bound=1).to_numpy()
    t_stat = known["t_stat"].cast(pl.Float64).to_numpy()
    reach = student.ppf(0.5 + rules.confidence / 2, freedom)
    return known.with_columns(
        pl.Series("p_value", 2 * student.sf(abs(t_stat), freedom)),
        (pl.col("estimate") - pl.Series(reach) * pl.col("std_error")).alias("ci_low"),
        (pl.col("estimate") + pl.Series(reach) * pl.col("std_error")).alias("ci_high"),
    )
