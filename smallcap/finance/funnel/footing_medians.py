"""marts.footing_medians: medians of multiples and of debt on each footing, and of parts of the members."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.footing import KEY, LATEST
from smallcap.finance.funnel.universe import counted
from smallcap.finance.funnel.value import MULTIPLES
from smallcap.finance.metrics.trailing_as_of import ANNUAL
from smallcap.tables.latest import FootingMedians

DEBT = "debt_to_equity"
MEASURES = (*MULTIPLES, DEBT)
EVERYBODY, WITH_QUARTERS, ANNUAL_ONLY = "all", "with_quarters", "annual_only"
COLUMNS = ("year", *KEY, "period_end", "is_stale", *MEASURES)
"""Columns of core.metrics_as_of and core.trailing_as_of that are used; of the latter is_annual_only too."""


def footing_medians(
    metrics_as_of: pl.DataFrame, trailing_as_of: pl.DataFrame, evaluations: pl.DataFrame
) -> pl.DataFrame:
    """Take the medians of the universe of filter 6 on both footings, and of its parts.

    Members with a quarter and members with annual figures alone are in one universe on the latest footing;
    the medians of both parts show how far apart the two are.

    Parameters
    ----------
    metrics_as_of, trailing_as_of
        Rows of core.metrics_as_of and core.trailing_as_of for the same as_ofs.
    evaluations
        Rows of filter 1 in core.filter_evaluations: a member that fails it is not counted.

    Returns
    -------
    pl.DataFrame
        The columns of marts.footing_medians, sorted by key.
    """
    status = evaluations.select(*KEY, "stand_alone_status")
    is_annual = trailing_as_of.select(*KEY, "is_annual_only")
    parts = []
    for footing, rows in ((ANNUAL, metrics_as_of), (LATEST, trailing_as_of)):
        own = rows.select(name for name in COLUMNS).join(is_annual, on=KEY).join(status, on=KEY)
        group = pl.when("is_annual_only").then(pl.lit(ANNUAL_ONLY)).otherwise(pl.lit(WITH_QUARTERS))
        in_groups = counted(own, own["stand_alone_status"]).with_columns(group.alias("companies"))
        everybody = in_groups.with_columns(pl.lit(EVERYBODY).alias("companies"))
        parts.append(_medians(pl.concat([everybody, in_groups])).with_columns(footing=pl.lit(footing)))
    return in_columns_of(pl.concat(parts), FootingMedians).sort("as_of", "footing", "companies", "measure")


def _medians(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the median of each measure; of a multiple over the positive ones, as filter 6 does."""
    group = ["year", "as_of", "companies"]
    each = [
        rows.group_by(group).agg(
            pl.lit(name).first().alias("measure"),
            pl.len().cast(pl.Int64).alias("members"),
            _values(name).count().cast(pl.Int64).alias("with_value"),
            _values(name).median().alias("median"),
        )
        for name in MEASURES
    ]
    return pl.concat(each)


def _values(name: str) -> pl.Expr:
    return pl.col(name) if name == DEBT else pl.col(name).filter(pl.col(name) > 0)
