"""The flows of a quarter: as reported, else the year to date less that of the quarter before.

A row is a version of a quarter. Where the figure to be subtracted becomes known or is restated after the row,
the quarter gets another row on that day, if its flows change.

Expressions are kept from call to call: to build them takes as long as to compute a year's rows.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

import polars as pl

from smallcap.finance.metrics.fields import names_where
from smallcap.finance.quarters.fields import CASH_FLOWS, FLOWS, INCOME_FLOWS, NEVER_FALLING, YEAR_TO_DATE
from smallcap.rules.types.sanity import DifferenceRules, SanityRules

REPORTED: Final = "reported"
DIFFERENCE: Final = "difference of year-to-date"
ANNUAL_LESS_NINE_MONTHS: Final = "annual less nine months"
YEAR: Final = ("entity_id", "fiscal_year_start")
"""A fiscal year: figures of different years are never subtracted."""

NAMES: Final = ("year_to_date_refused_fields", "restated_basis_fields")
CHANGING: Final = (*FLOWS, *YEAR_TO_DATE.values(), *NAMES, "is_difference_basis_mixed")
"""What a figure of another quarter can change in a row."""

FROM_THE_FILING: Final = ("filing_date", "is_available_date_assumed")
OWN, KNOWN, BASIS, NEWEST = "own", "known", "basis", "newest"


def first_quarters(rows: pl.DataFrame, rules: DifferenceRules) -> pl.DataFrame:
    """Complete first quarters, whose year to date is the quarter; likewise quarters without a known place.

    A year to date that differs from its first quarter by more than `mixed_above` is refused.
    """
    is_first = pl.col("fiscal_quarter") == 1
    is_unlike = {
        flow: is_first & ((pl.col(longer) - pl.col(flow)).abs() > rules.mixed_above * pl.col(flow).abs())
        for flow, longer in YEAR_TO_DATE.items()
    }
    none = pl.lit(None, pl.String)
    return (
        rows.with_columns(names_where(is_unlike).alias("year_to_date_refused_fields"))
        .with_columns(
            *(
                pl.when(is_first).then(pl.coalesce(flow, longer)).otherwise(flow).alias(flow)
                for flow, longer in YEAR_TO_DATE.items()
            ),
            *(
                pl.when(is_unlike[flow] | (is_first & pl.col(longer).is_null()))
                .then(flow)
                .otherwise(longer)
                .alias(longer)
                for flow, longer in YEAR_TO_DATE.items()
            ),
        )
        .with_columns(
            *_bases(pl.lit(None, pl.Boolean), pl.lit(None, pl.Boolean), pl.lit(REPORTED)),
            none.alias("restated_basis_fields"),
            pl.lit(value=False).alias("is_difference_basis_mixed"),
            pl.lit(value=False).alias("is_computed_anew"),
        )
    )


def later_quarters(own: pl.DataFrame, before: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Compute the flows of second, third or fourth quarters.

    Of the quarter before, the version that was known when a row was filed is subtracted from it, so that both
    are of the same businesses; if there was none, the first that became known. Where a version known later
    differs by more than `mixed_above` the row of that day is flagged, by more than `null_above` the
    difference is null.

    Parameters
    ----------
    own
        Rows of one number of quarter, in order of `standing`; `is_annual` marks fourth quarters that only the
        annual record gives.
    before
        Rows of the quarter before, as this function or `first_quarters` returns them.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows and the rows of later days, with the columns of `CHANGING`, `income_basis`,
        `cash_flow_basis` and `is_computed_anew`.
    """
    earlier = before.sort(*YEAR, "available_date", "standing").unique(
        [*YEAR, "available_date"], keep="last", maintain_order=True
    )
    events = _with_nine_months(_versions(_events(own, earlier), own, earlier, rules), own)
    computed = _computed(events, own, earlier, rules)
    return _changed(computed)


def _events(own: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """List each row on its own day, and each quarter on the later days on which the one before changed."""
    rows = own.select(*YEAR, "available_date").with_row_index(OWN)
    first = rows.group_by(YEAR).agg(pl.col("available_date").min().alias("first"))
    later = (
        earlier.select(*YEAR, "available_date")
        .join(first, on=YEAR, nulls_equal=False)
        .filter(pl.col("available_date") > pl.col("first"))
        .join(rows, on=[*YEAR, "available_date"], how="anti")
        .sort("available_date")
    )
    newest = rows.sort("available_date", OWN).unique([*YEAR, "available_date"], keep="last")
    repeated = later.join_asof(
        newest.sort("available_date").with_columns(pl.col("available_date").alias(KNOWN)),
        on="available_date",
        by=YEAR,
        check_sortedness=False,
    )
    return pl.concat(
        [
            rows.with_columns(pl.col("available_date").alias(KNOWN), is_computed_anew=pl.lit(value=False)),
            repeated.select(*rows.columns, KNOWN, is_computed_anew=pl.lit(value=True)),
        ]
    )


def _versions(
    events: pl.DataFrame, own: pl.DataFrame, earlier: pl.DataFrame, rules: SanityRules
) -> pl.DataFrame:
    """Add the rows of the quarter before: the one that a row is based on, and the newest one known."""
    listed = earlier.select(
        *YEAR, pl.col("period_end").alias("end_before"), day="available_date", at=pl.int_range(pl.len())
    ).sort("day")
    ends = own["period_end"].gather(events[OWN])
    asked = events.with_columns(ends.alias("period_end")).sort(KNOWN)
    fits = (
        (pl.col("period_end") - pl.col("end_before"))
        .dt.total_days()
        .is_between(rules.quarter.min_days, rules.quarter.max_days)
    )
    found = asked
    lookups: tuple[tuple[str, str, Literal["backward", "forward"]], ...] = (
        ("then", KNOWN, "backward"),
        ("first_after", KNOWN, "forward"),
        (NEWEST, "available_date", "backward"),
    )
    for name, left_on, strategy in lookups:
        joined = found.sort(left_on).join_asof(
            listed,
            left_on=left_on,
            right_on="day",
            by=list(YEAR),
            strategy=strategy,
            check_sortedness=False,
        )
        is_known = fits & (pl.col("day") <= pl.col("available_date"))
        found = joined.with_columns(pl.when(is_known).then("at").alias(name)).drop("day", "end_before", "at")
    return found.with_columns(pl.coalesce("then", "first_after").alias(BASIS)).drop("then", "first_after")


def _with_nine_months(events: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Drop the days on which only the annual record is known: that there is a fourth quarter is not."""
    is_annual = own["is_annual"].gather(events[OWN])
    return events.filter(~is_annual | pl.col(NEWEST).is_not_null())


def _computed(
    events: pl.DataFrame, own: pl.DataFrame, earlier: pl.DataFrame, rules: SanityRules
) -> pl.DataFrame:
    """Put each event's figures side by side, and compute its flows."""
    longer = list(YEAR_TO_DATE.values())
    ordered = events.sort(OWN, "available_date")
    mine = own.drop("available_date", *FROM_THE_FILING).select(pl.all().gather(ordered[OWN]))
    filings = own.select(FROM_THE_FILING).select(pl.all().gather(ordered[OWN]))
    basis, newest = (
        earlier.select(pl.col(name).gather(ordered[side]).alias(f"{name}_{side}") for name in longer)
        for side in (BASIS, NEWEST)
    )
    later_filings = earlier.select(
        pl.col(name).gather(ordered[NEWEST]).alias(f"{name}_{NEWEST}") for name in FROM_THE_FILING
    )
    beside = pl.concat(
        [
            mine,
            filings,
            ordered.select(OWN, "available_date", "is_computed_anew"),
            basis,
            newest,
            later_filings,
        ],
        how="horizontal",
    )
    is_anew = pl.col("is_computed_anew")
    filed = [
        pl.when(is_anew).then(f"{name}_{NEWEST}").otherwise(name).alias(name) for name in FROM_THE_FILING
    ]
    # In steps, each of them over whole columns: one expression of everything costs the planner more.
    return (
        beside.with_columns(filed)
        .with_columns(_subtrahends())
        .with_columns(_doubts(rules.difference))
        .with_columns(_without_wrong_years())
        .with_columns(*_names(), _is_mixed())
        .with_columns(_flows())
        .select(*own.columns, OWN, "is_computed_anew", *_extra())
    )


def _extra() -> list[str]:
    return [*NAMES, "is_difference_basis_mixed", "income_basis", "cash_flow_basis"]


@cache
def _subtrahends() -> list[pl.Expr]:
    """Choose the figure to subtract: that of the basis, else the newest one known."""
    return [
        pl.coalesce(f"{longer}_{BASIS}", f"{longer}_{NEWEST}").alias(f"{flow}_less")
        for flow, longer in YEAR_TO_DATE.items()
    ]


@cache
def _doubts(rules: DifferenceRules) -> list[pl.Expr]:
    """Say of each flow whether its year to date is wrong, and how far the figure to subtract was restated."""
    told = []
    for flow, longer in YEAR_TO_DATE.items():
        less, newest, whole = pl.col(f"{flow}_less"), pl.col(f"{longer}_{NEWEST}"), pl.col(longer)
        # Where the quarter before is unknown, so is whether something came before; only zero is certain.
        is_three_months = (whole == pl.col(flow)) & (pl.coalesce(less, whole) != 0)
        falls = (whole < less) & (less > 0) if flow in NEVER_FALLING else pl.lit(value=False)
        changed, size = (newest - less).abs(), less.abs()
        told += [
            (is_three_months | (falls & ~pl.col("is_annual"))).fill_null(value=False).alias(f"{flow}_wrong"),
            ((changed > rules.null_above * size) | (falls & pl.col("is_annual")))
            .fill_null(value=False)
            .alias(f"{flow}_restated"),
            (changed > rules.mixed_above * size).fill_null(value=False).alias(f"{flow}_mixed"),
        ]
    return told


@cache
def _without_wrong_years() -> list[pl.Expr]:
    """Take out years to date that are wrong, and sum those that are missing from reported quarters."""
    return [
        pl.coalesce(
            pl.when(~pl.col(f"{flow}_wrong")).then(longer), pl.col(f"{flow}_less") + pl.col(flow)
        ).alias(longer)
        for flow, longer in YEAR_TO_DATE.items()
    ]


@cache
def _is_derived(flow: str) -> pl.Expr:
    """Whether a flow is not reported, and both figures of its difference are known."""
    return (
        pl.col(flow).is_null()
        & pl.col(YEAR_TO_DATE[flow]).is_not_null()
        & pl.col(f"{flow}_less").is_not_null()
    )


@cache
def _names() -> list[pl.Expr]:
    refused = {flow: pl.col(f"{flow}_wrong") for flow in FLOWS}
    restated = {flow: pl.col(f"{flow}_restated") & _is_derived(flow) for flow in FLOWS}
    return [
        names_where(refused).alias("year_to_date_refused_fields"),
        names_where(restated).alias("restated_basis_fields"),
    ]


@cache
def _is_mixed() -> pl.Expr:
    mixed = pl.any_horizontal(pl.col(f"{flow}_mixed") & _is_derived(flow) for flow in FLOWS)
    return mixed.fill_null(value=False).alias("is_difference_basis_mixed")


@cache
def _flows() -> list[pl.Expr]:
    derived = {flow: _is_derived(flow) & ~pl.col(f"{flow}_restated") for flow in FLOWS}
    how = pl.when("is_annual").then(pl.lit(ANNUAL_LESS_NINE_MONTHS)).otherwise(pl.lit(DIFFERENCE))
    any_income, any_cash = (
        pl.any_horizontal(derived[flow] for flow in group) for group in (INCOME_FLOWS, CASH_FLOWS)
    )
    return [
        *(
            pl.when(derived[flow])
            .then(pl.col(YEAR_TO_DATE[flow]) - pl.col(f"{flow}_less"))
            .otherwise(flow)
            .alias(flow)
            for flow in FLOWS
        ),
        *_bases(any_income, any_cash, how),
    ]


def _bases(any_income: pl.Expr, any_cash: pl.Expr, how: pl.Expr) -> list[pl.Expr]:
    """Name the least direct way in which a flow of each statement was obtained."""
    return [
        pl.when(is_derived)
        .then(how)
        .when(pl.any_horizontal(pl.col(flow).is_not_null() for flow in group))
        .then(pl.lit(REPORTED))
        .alias(name)
        for name, group, is_derived in (
            ("income_basis", INCOME_FLOWS, any_income),
            ("cash_flow_basis", CASH_FLOWS, any_cash),
        )
    ]


def _changed(computed: pl.DataFrame) -> pl.DataFrame:
    """Drop rows of later days that repeat the row before."""
    anew = computed["is_computed_anew"].arg_true()
    # Few rows are compared: most are of their own day.
    later = anew.filter(anew > 0)
    compared = computed.select(OWN, *CHANGING)
    before = compared[later - 1].to_dict()
    is_same = compared[later].select(
        pl.all_horizontal(pl.col(name).eq_missing(values) for name, values in before.items())
    )
    repeats = later.filter(is_same.to_series())
    return computed.filter(~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(repeats.implode())).drop(OWN)
