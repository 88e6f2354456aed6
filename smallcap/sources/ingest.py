"""Turns a source's deliveries into rows of the raw tables: our ids, the partition, exact columns.

Pure functions; nothing is fetched, and the data are not evaluated.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.finance.pointintime import available_dates
from smallcap.sources.base import Delivery
from smallcap.sources.refusals import write_refused
from smallcap.tables import table


def constituents(delivery: Delivery, securities: pl.DataFrame, index_name: str) -> Delivery:
    """Make raw.constituents.

    A weight is the line's share of the list's market value at each as_of, null where no value is known.

    Lines are matched by `source_id` alone: `source` is the source of the list, which may differ from that of
    the line.
    """
    total = pl.col("market_value_usd").sum().over("as_of")
    # A sum of floats depends on the order of its terms; sorting by the key makes it independent of the
    # source's order.
    identified = _identified(delivery.rows, securities, "source_id", "security_id", "constituents", [])
    ordered = identified.sort("as_of", "security_id", "market_value_usd")
    rows = ordered.with_columns(
        year=pl.col("as_of").dt.year(),
        index_name=pl.lit(index_name),
        weight=pl.when(total > 0).then(pl.col("market_value_usd") / total),
    )
    return replace(delivery, rows=_as_table(rows, "raw.constituents"))


def fundamentals(
    delivery: Delivery, securities: pl.DataFrame, sessions: pl.Series, assumed_lag_days: int
) -> Delivery:
    """Make raw.fundamentals, partitioned by the year in which each row became known.

    Of two filings of one version that became known on the same day, the later is kept and the other refused.

    Parameters
    ----------
    sessions
        NYSE sessions that cover all filings.
    assumed_lag_days
        Days after period_end at which a row without a filing date counts as known.
    """
    identified = _with_entity_id(delivery.rows, securities, "fundamentals")
    dated = available_dates(identified, sessions, assumed_lag_days).with_columns(
        year=pl.col("available_date").dt.year()
    )
    key = table("raw.fundamentals").key
    contents = [name for name in dated.columns if name not in (*key, "filing_date")]
    latest_first = dated.sort(pl.col("filing_date"), *contents, descending=True, nulls_last=True).sort(
        key, maintain_order=True
    )
    is_earlier = pl.int_range(pl.len()).over(key) > 0
    refused = _refuse(latest_first.filter(is_earlier), "superseded_on_the_same_day", pl.col("year"))
    return replace(
        delivery,
        rows=_as_table(latest_first.filter(~is_earlier), "raw.fundamentals"),
        refused=pl.concat([delivery.refused, refused]),
    )


def vendor_metrics(delivery: Delivery, securities: pl.DataFrame, fundamentals: pl.DataFrame) -> Delivery:
    """Make raw.vendor_metrics: known when the first fundamentals row of the company and period was.

    A row without such a fundamentals row is refused.

    Parameters
    ----------
    fundamentals
        raw.fundamentals rows of the same companies and periods.
    """
    first_known = fundamentals.group_by("entity_id", "period_end").agg(pl.col("available_date").min())
    identified = _with_entity_id(delivery.rows, securities, "vendor metrics")
    dated = identified.join(first_known, on=["entity_id", "period_end"], how="left", maintain_order="left")
    known = dated.filter(pl.col("available_date").is_not_null()).with_columns(
        year=pl.col("available_date").dt.year()
    )
    unknown = _refuse(
        dated.filter(pl.col("available_date").is_null()),
        "no_fundamentals_row",
        pl.col("period_end").dt.year(),
    )
    return replace(
        delivery, rows=_as_table(known, "raw.vendor_metrics"), refused=pl.concat([delivery.refused, unknown])
    )


def prices(delivery: Delivery, securities: pl.DataFrame) -> Delivery:
    """Make raw.prices, partitioned by the calendar year of the date."""
    rows = _with_security_id(delivery.rows, securities, "prices").with_columns(year=pl.col("date").dt.year())
    return replace(delivery, rows=_as_table(rows, "raw.prices"))


def factors(delivery: Delivery) -> Delivery:
    """Make raw.factors."""
    return replace(delivery, rows=_as_table(delivery.rows, "raw.factors"))


def _with_security_id(rows: pl.DataFrame, securities: pl.DataFrame, dataset: str) -> pl.DataFrame:
    return _identified(rows, securities, "source_id", "security_id", dataset, ["source"])


def _with_entity_id(rows: pl.DataFrame, securities: pl.DataFrame, dataset: str) -> pl.DataFrame:
    return _identified(rows, securities, "source_entity_id", "entity_id", dataset, ["source"])


def _identified(
    rows: pl.DataFrame, securities: pl.DataFrame, name: str, id_column: str, dataset: str, with_it: list[str]
) -> pl.DataFrame:
    """Add our id, looked up by `name` and the columns `with_it`.

    Every line and company that a source delivers must be in raw.securities.
    """
    key = [*with_it, name]
    ids = (
        securities.sort("valid_from", id_column)
        .unique(key, keep="last", maintain_order=True)
        .select(*key, id_column)
    )
    joined = rows.join(ids, on=key, how="left", maintain_order="left")
    unmapped = joined.filter(pl.col(id_column).is_null())
    if unmapped.height:
        shown = ", ".join(unmapped[name].unique().sort().cast(pl.String).fill_null("(blank)").head(5))
        raise SmallcapError(
            f"{unmapped.height} rows of {dataset} name a {name} that raw.securities does not have: {shown}. "
            "Rebuild raw.securities from the same source first"
        )
    return joined


def _refuse(rows: pl.DataFrame, rule: str, year: pl.Expr) -> pl.DataFrame:
    return write_refused(rows.with_columns(rule=pl.lit(rule)), year, rows.columns)


def _as_table(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    target = table(name)
    return rows.select(pl.col(column).cast(dtype) for column, dtype in target.columns.items()).sort(
        target.key
    )
