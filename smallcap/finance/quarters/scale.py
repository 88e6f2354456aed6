"""Which figures of a quarterly row may be in another unit, judged by the same quarter of earlier years."""

from __future__ import annotations

from functools import cache

import polars as pl

from smallcap.finance.metrics.fields import FIELDS, SUSPECT
from smallcap.finance.metrics.sanity import is_loss_extreme
from smallcap.finance.metrics.scale import MOST, is_jump, suspect_fields
from smallcap.finance.pointintime import visible_history
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.rules.types.sanity import SanityRules

_COMPARED = (*FIELDS, *YEAR_TO_DATE.values())
_SIDES = ("record", "prior")


def with_suspects(rows: pl.DataFrame, asked: pl.Series, rules: SanityRules) -> pl.DataFrame:
    """Name the suspect figures of each row: `scale.suspect_fields` for the quarter and the year to date.

    Parameters
    ----------
    rows
        Quarterly rows, including those of earlier years.
    asked
        Which rows are judged; the others are evidence only and get no names.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows in the same order with `scale_suspect_fields`.
    """
    numbered = rows.with_row_index("row")
    doubtful = _doubtful(numbered, asked, rules)
    if doubtful.is_empty():
        return rows.with_columns(pl.lit(None, pl.String).alias(SUSPECT))
    own = numbered.filter(pl.col("entity_id").is_in(numbered["entity_id"].gather(doubtful).implode()))
    named = _named(own, doubtful, rules)
    return (
        numbered.join(named, on="row", how="left", maintain_order="left")
        .drop("row")
        .select(*rows.columns, SUSPECT)
    )


def _doubtful(numbered: pl.DataFrame, asked: pl.Series, rules: SanityRules) -> pl.Series:
    """Return the numbers of the asked rows of which a figure jumps from most of the years before: few."""
    history = visible_history(numbered, rules.scale.years_back, rules.prior_year, asked)
    jumps = _jumps(numbered, history, rules)
    has_any = jumps.select(pl.any_horizontal(pl.all().fill_null(value=False))).to_series()
    # Years that are no evidence are left out after the first look, which nearly every row ends.
    few = history.hstack(jumps).filter(has_any)["record"].unique()
    some = _evidence(numbered, history.filter(pl.col("record").is_in(few.implode())), rules)
    shares = some.hstack(_jumps(numbered, some, rules)).group_by("record").agg(pl.col(*_COMPARED).mean())
    return shares.filter(pl.any_horizontal((pl.col(*_COMPARED) > MOST).fill_null(value=False)))["record"]


def _jumps(numbered: pl.DataFrame, history: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Say of each figure whether it jumps from the year before that is compared."""
    figures = numbered.select(_COMPARED)
    now, then = (figures[history[side]] for side in ("record", "prior"))
    beside = now.hstack(then.rename({name: f"{name}_then" for name in _COMPARED}))
    return beside.select(_jumps_of_each(rules.scale.jump))


@cache
def _jumps_of_each(jump: float) -> list[pl.Expr]:
    return [is_jump(pl.col(name), pl.col(f"{name}_then"), jump).alias(name) for name in _COMPARED]


def _evidence(rows: pl.DataFrame, history: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Keep years whose income and assets fit together: the units of others are no evidence."""
    return history.filter(~rows.select(is_loss_extreme(rules)).to_series().gather(history["prior"]))


def _named(own: pl.DataFrame, doubtful: pl.Series, rules: SanityRules) -> pl.DataFrame:
    """Return `row` and the list of suspect figures of the doubtful rows.

    Whether a year before that agrees stood out itself depends on the years before it: these are judged too.
    """
    years_back, prior_year = rules.scale.years_back, rules.prior_year
    first = visible_history(own, years_back, prior_year, own["row"].is_in(doubtful.implode()))
    place = pl.int_range(own.height, dtype=pl.UInt32, eager=True)
    judged = place.is_in(first["record"].append(first["prior"]).implode())
    history = visible_history(own, years_back, prior_year, judged)
    kept = place.filter(judged | place.is_in(history["prior"].implode()))
    rows = own[kept]
    evidence = _evidence(
        rows, history.with_columns(kept.search_sorted(history[side]).alias(side) for side in _SIDES), rules
    )
    of_the_year = rows.with_columns(pl.col(YEAR_TO_DATE[flow]).alias(flow) for flow in FLOWS)
    # Both at once: most of the time goes into planning the expressions.
    below = evidence.with_columns(pl.col(_SIDES) + pl.lit(rows.height, pl.UInt32))
    names = suspect_fields(pl.concat([rows, of_the_year]), pl.concat([evidence, below]), rules.scale)
    quarter, longer = names.head(rows.height), names.tail(rows.height)
    listed = rows.select("row").with_columns(quarter=quarter, longer=_year_to_date_names(longer))
    joined = pl.concat_str("quarter", "longer", separator=", ", ignore_nulls=True)
    return listed.filter(pl.col("row").is_in(doubtful.implode())).select(
        "row", pl.when(joined != "").then(joined).alias(SUSPECT)
    )


def _year_to_date_names(names: pl.Series) -> pl.Series:
    """Keep the flows of a list, under the names of their years to date."""
    kept = (
        pl.col("name")
        .str.split(", ")
        .list.eval(pl.element().replace_strict(YEAR_TO_DATE, default=None, return_dtype=pl.String))
        .list.drop_nulls()
        .list.join(", ")
    )
    return pl.DataFrame({"name": names}).select(pl.when(kept != "").then(kept).alias("name"))["name"]
