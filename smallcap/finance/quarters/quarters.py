"""Quarterly records as known on each day: checked, placed in their fiscal year, with flows of the quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.metrics.amendments import inherited
from smallcap.finance.metrics.fields import (
    FIELDS,
    INHERITED,
    SUSPECT,
    is_named,
    names_in,
    names_where,
    unmixed,
)
from smallcap.finance.metrics.sanity import is_loss_extreme
from smallcap.finance.quarters.differences import first_quarters, later_quarters
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.quarters.fourth import fourth_quarters
from smallcap.finance.quarters.placing import placed
from smallcap.finance.quarters.sanity import refuse
from smallcap.finance.quarters.scale import with_suspects
from smallcap.rules.types.sanity import SanityRules
from smallcap.tables.registry import TABLES

TABLE: Final = "core.quarterly_fundamentals"
ANNUAL_COLUMNS: Final = tuple(
    name for name in TABLES["core.annual_fundamentals"].columns if name in TABLES[TABLE].columns
)
"""What is read of an annual record."""

_MONEY: Final = (*FIELDS, *YEAR_TO_DATE.values())


@dataclass(frozen=True)
class Quarters:
    """The rows of core.quarterly_fundamentals of a year, and the refused rows with their `rule`."""

    rows: pl.DataFrame
    refused: pl.DataFrame


def quarters_known_in(
    year: int, quarterly: pl.DataFrame, annual: pl.DataFrame, rules: SanityRules
) -> Quarters:
    """Compute the quarterly rows that became known in a year.

    Parameters
    ----------
    year
        The year.
    quarterly
        Rows of raw.quarterly_fundamentals of this year and the years before.
    annual
        Rows of core.annual_fundamentals of the same years, `ANNUAL_COLUMNS`.
    rules
        The thresholds.
    """
    kept, refused = refuse(quarterly, rules)
    if kept.is_empty():
        return Quarters(TABLES[TABLE].empty(), refused.filter(pl.col("year") == year))
    # Completed before units are judged: a figure that is taken over is as suspect as where it was given.
    in_place = _unmixed(inherited(placed(kept, annual, rules), rules.amendment, _MONEY))
    # Everything of the fiscal years in which something became known in the year; the rest is evidence only.
    touched = _touched(year, in_place, annual)
    named = with_suspects(in_place, touched, rules).filter(touched)
    complete = named.with_columns(is_annual=pl.lit(value=False))
    made = _with_flows(complete, fourth_quarters(annual, complete, rules), rules)
    return Quarters(
        _as_rows(made.filter(pl.col("year") == year), rules), refused.filter(pl.col("year") == year)
    )


def _touched(year: int, rows: pl.DataFrame, annual: pl.DataFrame) -> pl.Series:
    """Whether something of a row's fiscal year became known in the year; of its quarter, if out of place."""
    began = pl.coalesce("fiscal_year_start", "period_end")
    own = rows.filter(pl.col("year") == year).select("entity_id", began.alias("began")).unique()
    years = annual.filter(pl.col("year") == year).select("entity_id", "period_end")
    in_annual = (
        rows.select("entity_id", began.alias("began"))
        .unique()
        .join(years, on="entity_id")
        .filter((pl.col("period_end") - pl.col("began")).dt.total_days().is_between(0, 400))
        .select("entity_id", "began")
    )
    either = pl.concat([own, in_annual]).unique().with_columns(is_touched=pl.lit(value=True))
    return (
        rows.select("entity_id", began.alias("began"))
        .join(either, on=["entity_id", "began"], how="left", maintain_order="left")["is_touched"]
        .fill_null(value=False)
    )


def _unmixed(rows: pl.DataFrame) -> pl.DataFrame:
    """Take back a flow that was taken over while the version gives its year to date anew, and the reverse."""
    has_inherited = pl.col(INHERITED).is_not_null()
    few = rows.filter(has_inherited)
    if few.is_empty():
        return rows
    pairs = {**YEAR_TO_DATE, **{longer: flow for flow, longer in YEAR_TO_DATE.items()}}
    listed = names_in(few[INHERITED])
    kept = few.with_columns(
        unmixed(name, other).alias(name) for name, other in pairs.items() if name in listed
    )
    is_taken_over = {
        name: is_named(INHERITED, name) & pl.col(name).is_not_null() for name in _MONEY if name in listed
    }
    named = kept.with_columns(names_where(is_taken_over).alias(INHERITED)).with_columns(
        has_inherited.alias("is_amendment_partial")
    )
    return pl.concat([rows.filter(~has_inherited), named])


def _with_flows(rows: pl.DataFrame, fourth: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Compute the flows quarter by quarter, each from the rows of the quarter before."""
    sound = _standing(_without_suspects(pl.concat([rows, fourth])))
    number = pl.col("fiscal_quarter")
    before = first_quarters(sound.filter(number == 1), rules.difference)
    made = [before, first_quarters(sound.filter(number.is_null()), rules.difference)]
    for quarter in (2, 3, 4):
        before = later_quarters(sound.filter(number == quarter), before, rules)
        made.append(before)
    return pl.concat(made, how="diagonal").with_columns(pl.col("available_date").dt.year().alias("year"))


def _standing(rows: pl.DataFrame) -> pl.DataFrame:
    """Rank the rows in the order of the visibility rule (`pointintime.by_standing`)."""
    restated_last = pl.col("version") == "restated"
    return rows.sort(
        "entity_id", "period_end", "available_date", restated_last, "version", "source"
    ).with_row_index("standing")


def _without_suspects(rows: pl.DataFrame) -> pl.DataFrame:
    """Set flows with a suspect scale aside: they keep their values, and nothing is computed from them."""
    flows = (*FLOWS, *YEAR_TO_DATE.values())
    if rows[SUSPECT].null_count() == rows.height:
        return rows.with_columns(pl.lit(None, pl.Float64).alias(f"{name}_as_given") for name in flows)
    return rows.with_columns(
        *(pl.when(is_named(SUSPECT, name)).then(name).alias(f"{name}_as_given") for name in flows),
        *(pl.when(~is_named(SUSPECT, name)).then(name).alias(name) for name in flows),
    )


def _as_rows(made: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Flag the rows and bring them into the columns of the table."""
    flows = (*FLOWS, *YEAR_TO_DATE.values())
    flagged = made.with_columns(
        pl.coalesce(f"{name}_as_given", name).alias(name) for name in flows
    ).with_columns(
        pl.col(SUSPECT).is_not_null().alias("is_scale_suspect"),
        is_loss_extreme(rules).alias("is_loss_extreme"),
        pl.any_horizontal(
            pl.col(name).is_not_null() for name in ("total_assets_usd", "shareholders_equity_usd")
        ).alias("has_balance_sheet"),
        pl.lit(rules.label).alias("rule_set"),
    )
    # Two versions may disagree on when the year began, and the day of one be that of a figure of the other's.
    key = TABLES[TABLE].key
    return as_table(
        flagged.sort(*key, "is_computed_anew").unique(key, keep="first", maintain_order=True), TABLE
    )
