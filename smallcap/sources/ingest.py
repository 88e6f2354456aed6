"""Turns a source's deliveries into rows of the raw tables: our ids, the partition, exact columns.

Where a home has rows of the source already, a delivery is merged with them once both have our ids
(`smallcap.sources.merge`). Pure functions; nothing is fetched, and the data are not evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.finance.pointintime import available_dates
from smallcap.sources.base import (
    FUNDAMENTALS_COLUMNS,
    PRICES_COLUMNS,
    QUARTERLY_FUNDAMENTALS_COLUMNS,
    VENDOR_METRICS_COLUMNS,
    Delivery,
)
from smallcap.sources.list_merge import merged_lists
from smallcap.sources.merge import (
    COMPARED_SCHEMA,
    MISSING,
    STORED_YEAR,
    Before,
    Matching,
    Merged,
    as_delivered,
    merged,
)
from smallcap.sources.refusals import write_refused
from smallcap.tables import table

STORED_ID: Final = "stored_id"


def _figures(columns: dict[str, pl.DataType]) -> tuple[str, ...]:
    return tuple(name for name, dtype in columns.items() if dtype == pl.Float64())


def _statements(columns: dict[str, pl.DataType]) -> Matching:
    return Matching(
        ("entity_id", "period_end", "version"),
        _figures(columns),
        "period_end",
        "entity_id",
        "source_entity_id",
        filing="filing_date",
    )


MATCHING: Final = {
    "raw.fundamentals": _statements(FUNDAMENTALS_COLUMNS),
    "raw.quarterly_fundamentals": _statements(QUARTERLY_FUNDAMENTALS_COLUMNS),
    "raw.vendor_metrics": Matching(
        ("entity_id", "period_end"),
        _figures(VENDOR_METRICS_COLUMNS),
        "period_end",
        "entity_id",
        "source_entity_id",
    ),
    "raw.prices": Matching(
        ("security_id", "month"),
        _figures(PRICES_COLUMNS),
        "date",
        "security_id",
        "source_id",
        observed="date",
    ),
}
"""How rows of later deliveries are matched with stored ones."""


@dataclass(frozen=True)
class Ingested(Delivery):
    """A delivery as rows of a raw table.

    Attributes
    ----------
    compared
        What became of the stored rows that were asked for (`smallcap.sources.merge.Merged`).
    moved_years
        Partitions other than the requested ones in which a record was dated anew, before or now.
    """

    compared: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COMPARED_SCHEMA))
    moved_years: tuple[int, ...] = ()


def constituents(
    delivery: Delivery, securities: pl.DataFrame, index_name: str, before: Before | None = None
) -> Ingested:
    """Make raw.constituents.

    A weight is the line's share of the list's market value at each as_of, null where no value is known. A
    list of which the source does not say when it was public is taken as known on its own date.

    Lines are matched by `source_id` alone: `source` is the source of the list, which may differ from that of
    the line.

    Parameters
    ----------
    delivery, securities
        The lists, and raw.securities with their lines.
    index_name
        Our name of the index.
    before
        The lists that the home has for the same dates, to merge the delivery with.
    """
    total = pl.col("market_value_usd").sum().over("as_of")
    all_rows = _merged_lists(delivery, securities, before)
    # A sum of floats depends on the order of its terms; sorting by the key makes it independent of the
    # source's order.
    ordered = all_rows.rows.sort("as_of", "security_id", "market_value_usd")
    rows = ordered.with_columns(
        year=pl.col("as_of").dt.year(),
        index_name=pl.lit(index_name),
        list_available_date=pl.coalesce("list_available_date", "snapshot_date"),
        weight=pl.when(total > 0).then(pl.col("market_value_usd") / total),
    )
    return Ingested(
        _as_table(rows, "raw.constituents"), delivery.refused, delivery.notices, all_rows.compared
    )


def fundamentals(
    delivery: Delivery,
    securities: pl.DataFrame,
    sessions: pl.Series,
    assumed_lag_days: int,
    before: Before | None = None,
) -> Ingested:
    """Make raw.fundamentals, partitioned by the year in which each row became known.

    The parameters are those of `_of_statements`.
    """
    return _of_statements("raw.fundamentals", delivery, securities, sessions, assumed_lag_days, before)


def quarterly_fundamentals(
    delivery: Delivery,
    securities: pl.DataFrame,
    sessions: pl.Series,
    assumed_lag_days: int,
    before: Before | None = None,
) -> Ingested:
    """Make raw.quarterly_fundamentals, partitioned by the year in which each row became known.

    The parameters are those of `_of_statements`.
    """
    return _of_statements(
        "raw.quarterly_fundamentals", delivery, securities, sessions, assumed_lag_days, before
    )


def _of_statements(
    name: str,
    delivery: Delivery,
    securities: pl.DataFrame,
    sessions: pl.Series,
    assumed_lag_days: int,
    before: Before | None,
) -> Ingested:
    """Make a table of statements: merge the delivery, date its rows, and keep one row of each key.

    Of two filings of one version that became known on the same day, the later is kept and the other refused;
    one that is delivered before one that is kept from earlier deliveries.

    Parameters
    ----------
    name
        The raw table.
    delivery, securities
        The delivery, and raw.securities with its companies.
    sessions
        NYSE sessions that cover all filings.
    assumed_lag_days
        Days after period_end at which a row without a filing date counts as known.
    before
        What the home has of the source, to merge the delivery with.
    """
    all_rows = _merged(name, delivery, securities, before)
    dated = available_dates(all_rows.rows, sessions, assumed_lag_days).with_columns(
        year=pl.col("available_date").dt.year()
    )
    key = table(name).key
    contents = [name for name in dated.columns if name not in (*key, "filing_date", MISSING, STORED_YEAR)]
    latest_first = (
        dated.sort("filing_date", *contents, descending=True, nulls_last=True)
        .sort(pl.col(MISSING).is_not_null(), maintain_order=True)
        .sort(key, maintain_order=True)
    )
    is_earlier = pl.int_range(pl.len()).over(key) > 0
    refused = _refuse(
        latest_first.filter(is_earlier).drop(MISSING, STORED_YEAR, STORED_ID),
        "superseded_on_the_same_day",
        pl.col("year"),
    )
    return Ingested(
        _as_table(latest_first.filter(~is_earlier), name),
        pl.concat([delivery.refused, refused]),
        delivery.notices,
        all_rows.compared,
        _moved_years(name, all_rows, dated),
    )


def vendor_metrics(
    delivery: Delivery, securities: pl.DataFrame, fundamentals: pl.DataFrame, before: Before | None = None
) -> Ingested:
    """Make raw.vendor_metrics: known when the first fundamentals row of the company and period was.

    A row without such a fundamentals row is refused.

    Parameters
    ----------
    delivery, securities
        The delivery, and raw.securities with its companies.
    fundamentals
        raw.fundamentals rows of the same companies and periods.
    before
        What the home has of the source, to merge the delivery with.
    """
    first_known = fundamentals.group_by("entity_id", "period_end").agg(pl.col("available_date").min())
    all_rows = _merged("raw.vendor_metrics", delivery, securities, before)
    dated = all_rows.rows.join(first_known, on=["entity_id", "period_end"], how="left", maintain_order="left")
    known = dated.filter(pl.col("available_date").is_not_null()).with_columns(
        year=pl.col("available_date").dt.year()
    )
    unknown = _refuse(
        dated.filter(pl.col("available_date").is_null()).drop(MISSING, STORED_YEAR, STORED_ID),
        "no_fundamentals_row",
        pl.col("period_end").dt.year(),
    )
    return Ingested(
        _as_table(known, "raw.vendor_metrics"),
        pl.concat([delivery.refused, unknown]),
        delivery.notices,
        all_rows.compared,
    )


def prices(delivery: Delivery, securities: pl.DataFrame, before: Before | None = None) -> Ingested:
    """Make raw.prices, partitioned by the calendar year of the date; `before` as in `fundamentals`."""
    all_rows = _merged("raw.prices", delivery, securities, before)
    rows = all_rows.rows.with_columns(year=pl.col("date").dt.year())
    return Ingested(_as_table(rows, "raw.prices"), delivery.refused, delivery.notices, all_rows.compared)


def factors(delivery: Delivery) -> Delivery:
    """Make raw.factors."""
    return replace(delivery, rows=_as_table(delivery.rows, "raw.factors"))


def _merged(name: str, delivery: Delivery, securities: pl.DataFrame, before: Before | None) -> Merged:
    """Give our ids to a delivery and to what the home has of the source, and merge the two."""
    matching = MATCHING[name]
    rows = delivery.rows.with_columns(*_month(delivery.rows), pl.lit(None, dtype=pl.Int64).alias(STORED_ID))
    ours = {"rows": rows, "stored": None if before is None else _stored_rows(before.rows, matching, rows)}
    identified = {
        side: _identified(
            frame, securities, matching.their_id, matching.our_id, table(name).short_name, ["source"]
        )
        for side, frame in ours.items()
        if frame is not None
    }
    if before is None:
        return Merged(as_delivered(identified["rows"]))
    return merged(identified["rows"], replace(before, rows=identified["stored"]), matching)


def _merged_lists(delivery: Delivery, securities: pl.DataFrame, before: Before | None) -> Merged:
    rows = delivery.rows.with_columns(pl.lit(None, dtype=pl.Int64).alias(STORED_ID))
    naming = ("source_id", "security_id", "constituents")
    delivered = _identified(rows, securities, *naming, [])
    if before is None:
        return Merged(delivered)
    stored = before.rows.with_columns(pl.col("security_id").alias(STORED_ID)).select(*rows.columns, MISSING)
    return merged_lists(delivered, _identified(stored, securities, *naming, []), before.today)


def _month(rows: pl.DataFrame) -> list[pl.Expr]:
    """Name the month of rows that have a day of their own: the record of a price."""
    return [pl.col("date").dt.month_start().alias("month")] if "date" in rows.columns else []


def _stored_rows(stored: pl.DataFrame, matching: Matching, like: pl.DataFrame) -> pl.DataFrame:
    """Bring rows of a raw table into the columns of a delivery, with the id and the partition they had."""
    had = [pl.col(matching.our_id).alias(STORED_ID), pl.col("year").alias(STORED_YEAR)]
    return stored.with_columns(*had, *_month(stored)).select(*like.columns, MISSING, STORED_YEAR)


def _moved_years(name: str, all_rows: Merged, dated: pl.DataFrame) -> tuple[int, ...]:
    """Return the partitions of records that were dated anew: those that they had, and those they have now."""
    moved = all_rows.moved
    if moved.is_empty():
        return ()
    key = MATCHING[name].key
    now = dated.join(moved.select(key), on=key, how="semi", nulls_equal=True)
    return tuple(sorted({*moved[STORED_YEAR].to_list(), *now["year"].to_list()}))


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
    if STORED_ID in rows.columns:
        # A stored row keeps its id where the source has given the line or company another name since.
        joined = joined.with_columns(pl.coalesce(id_column, STORED_ID).alias(id_column))
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
    if MISSING not in rows.columns:
        rows = rows.with_columns(pl.lit(None, dtype=pl.Date).alias(MISSING))
    return rows.select(pl.col(column).cast(dtype) for column, dtype in target.columns.items()).sort(
        target.key
    )
