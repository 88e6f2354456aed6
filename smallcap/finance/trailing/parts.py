"""What trailing flows are composed of: one row per question, with every figure beside the others."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import take
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.limits import Limits

_BASES = ("own_basis", "first_basis")


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
        and where the fiscal years of the quarters are.
    """
    known, timeline = statements.quarterly, statements.quarters
    annual = take(statements.annual.select(_of_annual()), asked["annual"])
    latest = take(known.select(_of_latest()), asked["quarter"])
    newest = quarters_a_year_earlier(statements, asked, limits)
    earlier = asked.select("entity_id").with_columns(known["period_end"].gather(newest))
    days = {"own": annual["own_basis"], "first": annual["first_basis"], "then": _day_before(known, asked)}
    rows = {name: timeline.of_period(earlier.with_columns(known_by=day)) for name, day in days.items()}
    prior = take(known.select(*_year_to_date("own"), prior_start="fiscal_year_start"), rows["own"])
    return pl.concat(
        [
            asked.select("question"),
            annual.drop(_BASES),
            latest,
            prior,
            take(known.select(_year_to_date("first")), rows["first"]),
            take(known.select(_alone("then")), rows["then"]),
            take(known.select(*_year_to_date("new"), *_alone("new")), newest),
        ],
        how="horizontal",
    ).with_columns(_places(limits))


def is_quarter_later(statements: Statements, asked: pl.DataFrame) -> pl.Series:
    """Whether the latest quarter of each question ended after the annual record.

    Parameters
    ----------
    statements, asked
        As for `flows.trailing_flows`.
    """
    ends = asked.select(
        annual_end=statements.annual["period_end"].gather(asked["annual"]),
        quarter_end=statements.quarterly["period_end"].gather(asked["quarter"]),
    )
    is_after = (pl.col("quarter_end") > pl.col("annual_end")).fill_null(value=True)
    return ends.select(pl.col("quarter_end").is_not_null() & is_after).to_series()


def quarters_a_year_earlier(statements: Statements, asked: pl.DataFrame, limits: Limits) -> pl.Series:
    """Return for each question the row number of the same quarter a year earlier, as known then.

    Parameters
    ----------
    statements, asked, limits
        As for `flows.trailing_flows`.
    """
    end = statements.quarterly["period_end"].gather(asked["quarter"])
    return statements.quarters.at_distance(
        asked.select("entity_id", "known_by", end.alias("period_end")), limits.year
    )


def _of_annual() -> list[pl.Expr]:
    """Return what is needed of annual records."""
    told = [f"{name}_{word}" for name in FLOWS for word in ("changed", "repeats")]
    return [pl.col(*FLOWS, *told, *_BASES), pl.col("period_end").alias("annual_end")]


def _of_latest() -> list[pl.Expr]:
    """Return what is needed of the latest quarters."""
    end = pl.col("period_end").alias("quarter_end")
    return [*_year_to_date("ytd"), *_alone("latest"), pl.col("fiscal_year_start"), end]


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
