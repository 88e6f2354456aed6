"""What trailing flows are composed of: one row per question, with every figure beside the others."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import take
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.limits import Limits


def parts(statements: Statements, asked: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Put side by side the annual record, the latest quarter, and its like a year earlier in four versions.

    The versions of the latter: on the annual record's own basis (`_own`), on that of the first version of the
    fiscal year (`_first`), before the latest quarter became known (`_then`), and the newest (`_new`).

    Parameters
    ----------
    statements, asked, limits
        As for `flows.trailing_flows`.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `question`, the flows of the annual record under their names, years to
        date with a suffix (`_ytd` of the latest quarter), flows of the quarter alone with `_alone` before it,
        `prior_quarter`, and where the fiscal years of the quarters are.
    """
    known, timeline = statements.quarterly, statements.quarters
    annual = take(statements.annual, asked["annual"])
    latest = take(known, asked["quarter"])
    question = asked.select("entity_id", "known_by").with_columns(latest["period_end"])
    newest = timeline.at_distance(question, limits.year)
    earlier = asked.select("entity_id").with_columns(known["period_end"].gather(newest))
    days = {"own": annual["own_basis"], "first": annual["first_basis"], "then": _day_before(known, asked)}
    rows = {name: timeline.of_period(earlier.with_columns(known_by=day)) for name, day in days.items()}
    prior = take(known.select(*_year_to_date("own"), prior_start="fiscal_year_start"), rows["own"])
    return pl.concat(
        [
            asked.select("question"),
            annual.select(
                *FLOWS,
                pl.col("period_end").alias("annual_end"),
                *(f"{name}_{word}" for name in FLOWS for word in ("changed", "repeats")),
            ),
            latest.select(
                *_year_to_date("ytd"), *_alone("latest"), "fiscal_year_start", quarter_end="period_end"
            ),
            prior,
            take(known.select(_year_to_date("first")), rows["first"]),
            take(known.select(_alone("then")), rows["then"]),
            take(known.select(*_year_to_date("new"), *_alone("new")), newest),
            pl.DataFrame({"prior_quarter": newest}),
        ],
        how="horizontal",
    ).with_columns(_places(limits))


def _year_to_date(suffix: str) -> list[pl.Expr]:
    return [pl.col(column).alias(f"{name}_{suffix}") for name, column in YEAR_TO_DATE.items()]


def _alone(suffix: str) -> list[pl.Expr]:
    return [pl.col(name).alias(f"{name}_alone_{suffix}") for name in FLOWS]


def _day_before(known: pl.DataFrame, asked: pl.DataFrame) -> pl.Series:
    """Return the day before the latest quarter of each question first became known."""
    period = ["entity_id", "period_end"]
    first = known.select(pl.col("available_date").min().over(period)).to_series()
    return first.gather(asked["quarter"]).dt.offset_by("-1d")


def _places(limits: Limits) -> list[pl.Expr]:
    """Return how far the fiscal years of the two quarters are from those that they should be."""
    after_annual = (pl.col("fiscal_year_start") - pl.col("annual_end")).dt.total_days() - 1
    annual_days = (pl.col("annual_end") - pl.col("prior_start")).dt.total_days() + 1
    is_next = (after_annual.abs() <= limits.start_tolerance_days).fill_null(value=False)
    has_prior = annual_days.is_between(limits.year.min_days, limits.year.max_days).fill_null(value=False)
    return [
        after_annual.alias("days_after_annual"),
        is_next.alias("is_next_year"),
        has_prior.alias("has_prior"),
    ]
