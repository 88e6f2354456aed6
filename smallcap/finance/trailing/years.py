"""Annual records as the starting point of trailing flows: on what basis each of their figures is."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import without_suspects
from smallcap.finance.pointintime import by_standing
from smallcap.finance.quarters.fields import FLOWS
from smallcap.finance.runs import place_in_run, row_before
from smallcap.finance.trailing.fields import zero_where_declared
from smallcap.finance.trailing.limits import Limits

PERIOD = ("entity_id", "period_end")
_PLACE = "place"


def annual_bases(annual: pl.DataFrame, known: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Say for each annual record when its figures came to be as they are.

    A record that repeats a figure of the first version of its year has that figure on the first version's
    basis, however late it was filed. Where a quarter that ended later became known on the same day, the
    basis is that of the day before: the quarter's filing may have restated its comparatives.

    Parameters
    ----------
    annual
        Rows of core.annual_fundamentals.
    known
        Result of `versions.known_quarters`.
    limits
        Up to which difference a figure is the same.

    Returns
    -------
    pl.DataFrame
        The rows in the same order, suspect figures null, with `own_basis` and `first_basis`, the days of this
        and of the first version, and for each flow `<flow>_changed`, whether it differs from the first
        version, and `<flow>_repeats`, whether it does but not from the version before.
    """
    trusted = without_suspects(annual).with_columns(zero_where_declared(of_quarters=False))
    dated = trusted.hstack([_basis(annual, known).alias("own_basis")])
    order = by_standing(annual).sort(*PERIOD, "standing")["row"]
    ordered = dated[order].with_columns(order.alias("row"))
    if not ordered.select(pl.struct(PERIOD).is_duplicated().any()).item():
        same = [pl.lit(False).alias(f"{name}_{word}") for name in FLOWS for word in ("changed", "repeats")]
        return dated.with_columns(pl.col("own_basis").alias("first_basis"), *same)
    first = pl.int_range(pl.len()) - pl.col(_PLACE)
    compared = ordered.with_columns(place_in_run(PERIOD).alias(_PLACE)).with_columns(
        pl.col("own_basis").gather(first).alias("first_basis"),
        *(pl.col(name).gather(first).alias(f"{name}_of_first") for name in FLOWS),
        *(row_before(pl.col(name), _PLACE).alias(f"{name}_before") for name in FLOWS),
    )
    changed = {name: _is_other(name, f"{name}_of_first", limits) for name in FLOWS}
    return (
        compared.with_columns(
            *(is_changed.alias(f"{name}_changed") for name, is_changed in changed.items()),
            *(
                (is_changed & ~_is_other(name, f"{name}_before", limits)).alias(f"{name}_repeats")
                for name, is_changed in changed.items()
            ),
        )
        .sort("row")
        .select(
            *dated.columns, "first_basis", *(f"{name}_{w}" for name in FLOWS for w in ("changed", "repeats"))
        )
    )


def differs(now: pl.Expr, then: pl.Expr, most: float) -> pl.Expr:
    """Whether a figure differs from another by more than a share of the latter; false if one is unknown."""
    return ((now - then).abs() > most * then.abs()).fill_null(False)


def _is_other(name: str, other: str, limits: Limits) -> pl.Expr:
    """Whether two figures differ beyond rounding, or only one of them is known."""
    is_one_unknown = pl.col(name).is_null() != pl.col(other).is_null()
    return is_one_unknown | differs(pl.col(name), pl.col(other), limits.rounding)


def _basis(annual: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Return the day up to which versions of quarters are on the basis of each annual record."""
    filed = known.group_by("entity_id", "available_date").agg(pl.col("period_end").max().alias("quarter_end"))
    joined = annual.select("entity_id", "period_end", "available_date").join(
        filed, on=["entity_id", "available_date"], how="left", maintain_order="left"
    )
    is_shared = (pl.col("quarter_end") > pl.col("period_end")).fill_null(False)
    day = pl.col("available_date")
    return joined.select(pl.when(is_shared).then(day.dt.offset_by("-1d")).otherwise(day).alias("day"))["day"]
