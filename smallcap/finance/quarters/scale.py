"""Which figures of a quarterly row may be in another unit, judged by the same quarter of earlier years."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import FIELDS, SUSPECT
from smallcap.finance.metrics.sanity import is_loss_extreme
from smallcap.finance.metrics.scale import is_jump, suspect_fields
from smallcap.finance.pointintime import visible_history
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.rules.types.sanity import SanityRules


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
    some = _with_a_jump(numbered, asked, rules)
    judged = numbered.filter(pl.col("entity_id").is_in(some.implode()))
    if judged.is_empty():
        return rows.with_columns(pl.lit(None, pl.String).alias(SUSPECT))
    named = judged.select("row", _named(judged, rules).alias(SUSPECT))
    is_asked = numbered.select("row").filter(asked)
    return (
        numbered.join(named.join(is_asked, on="row", how="semi"), on="row", how="left", maintain_order="left")
        .drop("row")
        .select(*rows.columns, SUSPECT)
    )


def _with_a_jump(numbered: pl.DataFrame, asked: pl.Series, rules: SanityRules) -> pl.Series:
    """Return the companies of which a figure of an asked row jumps from an earlier year: the few to judge."""
    history = visible_history(numbered, rules.scale.years_back, rules.prior_year, asked)
    columns = [*FIELDS, *YEAR_TO_DATE.values()]
    now, then = (numbered.select(columns)[history[side]] for side in ("record", "prior"))
    beside = now.hstack(then.rename({name: f"{name}_then" for name in columns}))
    jumps = beside.select(
        pl.any_horizontal(
            is_jump(pl.col(name), pl.col(f"{name}_then"), rules.scale.jump) for name in columns
        ).alias("jumps")
    )["jumps"]
    return numbered["entity_id"].gather(history["record"].filter(jumps.fill_null(value=False))).unique()


def _named(rows: pl.DataFrame, rules: SanityRules) -> pl.Series:
    history = visible_history(rows, rules.scale.years_back, rules.prior_year)
    # If income and assets of a row do not fit together, its units are no evidence on those of other years.
    is_evidence = ~rows.select(is_loss_extreme(rules)).to_series().gather(history["prior"])
    evidence = history.filter(is_evidence)
    quarter = suspect_fields(rows, evidence, rules.scale)
    of_the_year = rows.with_columns(pl.col(YEAR_TO_DATE[flow]).alias(flow) for flow in FLOWS)
    longer = suspect_fields(of_the_year, evidence, rules.scale)
    listed = pl.DataFrame({"quarter": quarter, "longer": _year_to_date_names(longer)})
    joined = pl.concat_str("quarter", "longer", separator=", ", ignore_nulls=True)
    return listed.select(pl.when(joined != "").then(joined).alias(SUSPECT))[SUSPECT]


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
