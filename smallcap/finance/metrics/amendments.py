"""Partial amendments: a later version of a period takes over the figures that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from smallcap.finance.metrics.fields import AMENDED, DEBT_PARTS, FIELDS, INHERITED, names_where
from smallcap.finance.runs import carried_in_runs, place_in_run, row_before
from smallcap.rules.types.sanity import AmendmentRules

PERIOD = ("entity_id", "period_end")
_PLACE, _COUNT_ROW = "place", "count_row"


def inherited(rows: pl.DataFrame, rules: AmendmentRules, fields: Sequence[str] = FIELDS) -> pl.DataFrame:
    """Fill each blank figure of a row from the version before it, figure by figure.

    The version before is an earlier row of the same company and period_end: one that became known earlier, or
    on the same day and ranks below in the order of `pointintime.by_standing`. A row never takes anything
    from a later version or from another period.

    A part of debt is not filled if the row's other part equals the version before's total debt: then the
    row gives the total under one name, and filling would count a part twice.

    Parameters
    ----------
    rows
        Annual rows, columns of raw.fundamentals.
    rules
        Tolerance of that comparison.
    fields
        The figures; those of annual rows by default.

    Returns
    -------
    pl.DataFrame
        The rows in the same order with `inherited_fields`, `is_amendment_partial`, and `amended_fields`: the
        figures that differ from the version before.
    """
    ordered = rows.with_row_index("row").sort(
        *PERIOD, "available_date", pl.col("version") == "restated", "version", "source", nulls_last=True
    )
    has_versions = ordered.select(pl.struct(PERIOD).is_duplicated()).to_series()
    none, is_partial = pl.lit(None, pl.String), pl.lit(False).alias("is_amendment_partial")
    # Most periods have one version, with which nothing is to be done.
    single = ordered.filter(~has_versions).with_columns(
        none.alias(INHERITED), none.alias(AMENDED), is_partial
    )
    several = _over_versions(ordered.filter(has_versions), rules, fields)
    return pl.concat([single, several]).sort("row").drop("row")


def _over_versions(ordered: pl.DataFrame, rules: AmendmentRules, fields: Sequence[str]) -> pl.DataFrame:
    """Complete periods with several versions, in order of period and version."""
    filled = _filled(ordered.with_columns(place_in_run(PERIOD).alias(_PLACE)), rules, fields)
    before = {name: row_before(pl.col(f"{name}_filled"), _PLACE) for name in fields}
    is_inherited = {name: pl.col(name).is_null() & pl.col(f"{name}_filled").is_not_null() for name in fields}
    is_amended = {name: (pl.col(name) != before[name]).fill_null(False) for name in fields}
    listed = filled.with_columns(
        names_where(is_inherited).alias(INHERITED), names_where(is_amended).alias(AMENDED)
    )
    return listed.with_columns(
        *(pl.col(f"{name}_filled").alias(name) for name in fields),
        _date_of_count(),
        pl.col(INHERITED).is_not_null().alias("is_amendment_partial"),
    ).select(*ordered.columns, INHERITED, AMENDED, "is_amendment_partial")


def _filled(placed: pl.DataFrame, rules: AmendmentRules, fields: Sequence[str]) -> pl.DataFrame:
    """Carry each figure forward over the versions of its period, and the row of the share count."""
    short, long = DEBT_PARTS
    has_count = pl.col("shares_outstanding").is_not_null()
    given = placed.select(
        _PLACE,
        *(pl.col(name).alias(f"{name}_filled") for name in fields),
        pl.when(has_count).then(pl.int_range(pl.len())).alias(_COUNT_ROW),
    )
    carried = carried_in_runs(given, _PLACE)
    before = {part: row_before(pl.col(f"{part}_filled"), _PLACE) for part in DEBT_PARTS}
    parts = placed.hstack(carried.drop(_PLACE)).select(
        _PLACE, *(_filled_part(*pair, before, rules) for pair in ((short, long), (long, short)))
    )
    parts = carried_in_runs(parts, _PLACE).select(pl.exclude(_PLACE).fill_nan(None))
    return placed.hstack(carried.drop(_PLACE).with_columns(parts))


def _filled_part(part: str, other: str, before: Mapping[str, pl.Expr], rules: AmendmentRules) -> pl.Expr:
    """Return a part of debt as given, and NaN, which stops the carrying, where it is counted already."""
    total_before = before[part] + before[other]
    distance = (pl.col(other) - total_before).abs()
    is_total = (total_before > 0) & (distance <= rules.total_tolerance * total_before)
    is_counted = pl.col(part).is_null() & is_total & (before[part] > rules.total_tolerance * total_before)
    marked = pl.when(is_counted.fill_null(False)).then(float("nan")).otherwise(pl.col(part))
    return marked.alias(f"{part}_filled")


def _date_of_count() -> pl.Expr:
    """Carry the date of the share count with its count."""
    count, date = pl.col("shares_outstanding"), pl.col("shares_outstanding_date")
    own = pl.when(count.is_null()).then(date)
    return pl.coalesce(date.gather(pl.col(_COUNT_ROW)), own).alias("shares_outstanding_date")
