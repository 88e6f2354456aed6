"""Partial amendments: a later version of a period takes over the figures that it leaves out."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.metrics.fields import AMENDED, DEBT_PARTS, FIELDS, INHERITED, names_where
from smallcap.rules.types.sanity import AmendmentRules

PERIOD = ("entity_id", "period_end")


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
    filled = ordered.with_columns(_filled(rules, fields))
    before = {name: pl.col(f"{name}_filled").shift(1).over(PERIOD) for name in fields}
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


def _filled(rules: AmendmentRules, fields: Sequence[str]) -> list[pl.Expr]:
    """Carry each figure forward over the versions of its period."""
    others = [name for name in fields if name not in DEBT_PARTS]
    plain = [pl.col(name).forward_fill().over(PERIOD).alias(f"{name}_filled") for name in others]
    total_before = pl.sum_horizontal(
        (pl.col(name).forward_fill().shift(1).over(PERIOD) for name in DEBT_PARTS), ignore_nulls=False
    )
    short, long = DEBT_PARTS
    return [*plain, *(_filled_part(*pair, total_before, rules) for pair in ((short, long), (long, short)))]


def _filled_part(part: str, other: str, total_before: pl.Expr, rules: AmendmentRules) -> pl.Expr:
    distance = (pl.col(other) - total_before).abs()
    is_total = (total_before > 0) & (distance <= rules.total_tolerance * total_before)
    part_before = pl.col(part).forward_fill().shift(1).over(PERIOD)
    is_counted = pl.col(part).is_null() & is_total & (part_before > rules.total_tolerance * total_before)
    # NaN stops the carrying, also for versions after this one.
    marked = pl.when(is_counted.fill_null(False)).then(float("nan")).otherwise(pl.col(part))
    return marked.forward_fill().over(PERIOD).fill_nan(None).alias(f"{part}_filled")


def _date_of_count() -> pl.Expr:
    """Carry the date of the share count with its count."""
    count, date = pl.col("shares_outstanding"), pl.col("shares_outstanding_date")
    given = pl.when(count.is_not_null()).then(pl.struct(date.alias("date")))
    carried = given.forward_fill().over(PERIOD).struct.field("date")
    own = pl.when(count.is_null()).then(date)
    return pl.coalesce(carried, own).alias("shares_outstanding_date")
