"""marts.debt_between_reports: filter 3 by the latest quarter where it differs from the last annual report.

The verdicts of a company change only on days on which a statement becomes known. Runs of such days on which
the two differ are spells; each date shows the spells of its members that last, and those that have ended
since the date before. What comes after a date is on later dates' rows.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.balance_sheet import balance_sheet
from smallcap.finance.funnel.evaluation import FILTERS
from smallcap.finance.funnel.outcomes import funnel_outcomes
from smallcap.finance.pointintime import visible
from smallcap.finance.statuses import NOT_APPLICABLE
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import BalanceSheetRules
from smallcap.tables.debt_between_reports import DebtBetweenReports

PAIR = ["as_of", "entity_id"]
JUDGED = ("period_end", "is_stale", "debt_to_equity", "is_debt_partial", "shareholders_equity_usd")
"""Columns of core.metrics_as_of and core.trailing_as_of that filter 3 takes."""
RECORD = (
    "entity_id",
    "available_date",
    "version",
    "source",
    *(name for name in JUDGED if name != "is_stale"),
)
"""Columns of core.annual_metrics and core.trailing_metrics that are used, besides is_annual_only."""
AHEAD, CONFIRMED, NOT_CONFIRMED, SUPERSEDED = "ahead", "confirmed", "not_confirmed", "superseded"
BALANCE_SHEET = FILTERS.index("balance_sheet") + 1


def debt_between_reports(
    members: pl.DataFrame,
    trailing_metrics: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    evaluations: pl.DataFrame,
    rules: BalanceSheetRules,
    applicability: Applicability,
    year: int,
) -> pl.DataFrame:
    """Find the members whose filter 3 differs by quarter and by annual report, or did so until now.

    Parameters
    ----------
    members
        Rows of core.members of the year and the year before.
    trailing_metrics, annual_metrics
        The members' records of the year and the years before, on which a spell can have begun.
    metrics_as_of, trailing_as_of, evaluations
        Rows of core.metrics_as_of, core.trailing_as_of and core.filter_evaluations of the year.
    rules
        The limit of filter 3.
    applicability
        Which kinds of company are asked.
    year
        The year to compute.

    Returns
    -------
    pl.DataFrame
        The columns of marts.debt_between_reports, sorted by as_of and company.
    """
    spells = _spells(trailing_metrics, annual_metrics, rules, applicability)
    shown = _shown(members, spells).filter(pl.col("as_of").dt.year() == year)
    # Few companies have a spell; restrict the outcomes to them.
    pairs = shown.select(PAIR).unique()
    both = {
        name: _outcomes(pairs, rows, members, evaluations, rules, applicability)
        for name, rows in (("outcome_on_annual", metrics_as_of), ("outcome_on_latest", trailing_as_of))
    }
    complete = shown
    for name, outcomes in both.items():
        complete = complete.join(outcomes.rename({"outcome": name}), on=PAIR, how="left")
    asked = complete.filter(pl.col("outcome_on_latest").is_not_null())
    return in_columns_of(asked.with_columns(pl.lit(year).alias("year")), DebtBetweenReports).sort(
        *PAIR, "first_known_date"
    )


def _spells(
    trailing_metrics: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    rules: BalanceSheetRules,
    applicability: Applicability,
) -> pl.DataFrame:
    """Find the runs of days on which a company's two verdicts differ, and how each ended."""
    days = trailing_metrics.select(*RECORD, "is_annual_only").sort("entity_id", "available_date")
    annual = visible(
        annual_metrics.select(RECORD), days.select("entity_id", pl.col("available_date").alias("as_of"))
    )
    timeline = days.select(
        "entity_id",
        pl.col("available_date").alias("day"),
        "is_annual_only",
        pl.col("period_end").alias("balance_sheet_date"),
        pl.col("debt_to_equity").alias("debt_to_equity_on_quarter"),
        _verdicts(days, rules, applicability).alias("status_on_quarter"),
    ).hstack(
        annual.select(
            pl.col("period_end").alias("annual_period_end"),
            pl.col("debt_to_equity").alias("debt_to_equity_on_annual"),
            _verdicts(annual, rules, applicability).alias("status_on_annual"),
        )
    )
    differs = (
        ~pl.col("is_annual_only")
        & pl.col("annual_period_end").is_not_null()
        & (pl.col("status_on_quarter") != pl.col("status_on_annual"))
    )
    kind = ("entity_id", "differs", "annual_period_end", "status_on_annual", "status_on_quarter")
    runs = timeline.with_columns(differs.alias("differs")).with_columns(pl.struct(kind).rle_id().alias("run"))
    each = runs.group_by("run", maintain_order=True).agg(pl.all().first())
    followed = each.with_columns(
        pl.col("day", "annual_period_end", "status_on_annual", "status_on_quarter")
        .shift(-1)
        .over("entity_id")
        .name.suffix("_next")
    )
    is_new_report = pl.col("annual_period_end_next") != pl.col("annual_period_end")
    after = pl.when(is_new_report).then("status_on_annual_next").otherwise("status_on_quarter_next")
    return (
        followed.filter("differs")
        .with_columns(after.alias("status_after"))
        .with_columns(
            pl.when(~is_new_report)
            .then(pl.lit(SUPERSEDED))
            .when(pl.col("status_after") == pl.col("status_on_quarter"))
            .then(pl.lit(CONFIRMED))
            .otherwise(pl.lit(NOT_CONFIRMED))
            .alias("ending")
        )
        .rename({"day": "first_known_date", "day_next": "ended_date"})
    )


def _verdicts(rows: pl.DataFrame, rules: BalanceSheetRules, applicability: Applicability) -> pl.Series:
    """Evaluate filter 3 on records that are fresh, of companies of any kind."""
    fresh = rows.with_columns(
        pl.lit(value=False).alias("is_stale"), pl.lit(None, dtype=pl.String).alias("company_kind")
    )
    return balance_sheet(fresh, rules, applicability)["stand_alone_status"]


def _shown(members: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Pair each date's members with their spells that last at it, or have ended since the date before."""
    dates = (
        members.select("as_of")
        .unique()
        .sort("as_of")
        .with_columns(pl.col("as_of").shift(1).alias("previous_as_of"))
    )
    listed = members.select(*PAIR, "ticker").join(dates, on="as_of")
    both = listed.join(spells, on="entity_id").filter(pl.col("first_known_date") <= pl.col("as_of"))
    has_ended = (pl.col("ended_date") <= pl.col("as_of")).fill_null(False)
    is_new = (pl.col("ended_date") > pl.col("previous_as_of")).fill_null(False)
    known = both.filter(~has_ended | is_new).with_columns(has_ended.alias("has_ended"))
    return known.with_columns(
        pl.when("has_ended").then("ending").otherwise(pl.lit(AHEAD)).alias("state"),
        pl.when("has_ended").then("ended_date").alias("ended_date"),
        pl.when("has_ended").then("status_after").alias("status_after"),
        (pl.min_horizontal("as_of", "ended_date") - pl.col("first_known_date"))
        .dt.total_days()
        .alias("days_ahead"),
    )


def _outcomes(
    pairs: pl.DataFrame,
    rows: pl.DataFrame,
    members: pl.DataFrame,
    evaluations: pl.DataFrame,
    rules: BalanceSheetRules,
    applicability: Applicability,
) -> pl.DataFrame:
    """Return each pair's outcome with filter 3 evaluated on `rows`, and the other filters as they are."""
    own = pairs.sort(PAIR).join(rows.select(*PAIR, *JUDGED), on=PAIR, how="inner", maintain_order="left")
    asked = own.join(members.select(*PAIR, "company_kind"), on=PAIR, how="left", maintain_order="left")
    verdicts = asked.select(PAIR).hstack(
        balance_sheet(asked, rules, applicability).select(
            pl.col("stand_alone_status").alias("verdict"), pl.lit(BALANCE_SHEET).alias("filter_number")
        )
    )
    applicable = verdicts.filter(pl.col("verdict") != NOT_APPLICABLE)
    replaced = (
        evaluations.join(applicable.select(PAIR), on=PAIR, how="semi")
        .join(applicable.cast({"filter_number": pl.Int64}), on=[*PAIR, "filter_number"], how="left")
        .with_columns(pl.coalesce("verdict", "stand_alone_status").alias("stand_alone_status"))
    )
    found = funnel_outcomes(replaced, members.select(*PAIR, "ticker"))
    return found.select(*PAIR, "outcome").unique(maintain_order=True)
