"""What the inputs show of tickers, and what the tables say of a line on the day of a list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from smallcap.rules.types.identity import Identity

COUNTS_SCHEMA: dict[str, type[pl.DataType]] = {
    "symbol": pl.String, "source_entity_id": pl.String, "known_on": pl.Date, "shares": pl.Float64,
}  # fmt: skip
PRICES_SCHEMA: dict[str, type[pl.DataType]] = {"symbol": pl.String, "date": pl.Date, "adj_close": pl.Float64}
SEEN = ["symbol", "snapshot_date"]
LISTED_COLUMNS = [*SEEN, "name", "sector", "exchange", "quantity", "price_usd"]


@dataclass(frozen=True)
class Sightings:
    """What the inputs show of tickers.

    Attributes
    ----------
    listed
        symbol, snapshot_date, name, sector, exchange, quantity, price_usd: one row per line of each list.
    companies
        symbol, source_entity_id, first_date, last_date, name, sector, sic, gics: one row per ticker and
        company of the fundamentals table, with the first and the last date of its records.
    prices
        symbol, date, adj_close: the prices table.
    counts
        symbol, source_entity_id, known_on, shares: the share counts of the fundamentals table, with the day
        from which each is known.
    """

    listed: pl.DataFrame
    companies: pl.DataFrame
    prices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRICES_SCHEMA))
    counts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNTS_SCHEMA))


def seen_lines(sightings: Sightings, rules: Identity) -> pl.DataFrame:
    """Describe each ticker on the day of each list by what is known by that day.

    Returns
    -------
    pl.DataFrame
        One row per symbol and list, sorted: the columns of `Sightings.listed`; `adj_close`, the newest
        month-end price; `record`, the company whose record covers the day, of several the one that began
        last; `holding_ratio`, the fund's quantity over that company's share count, relative to the median of
        the list, null where too few lines have one.
    """
    listed = sightings.listed.select(LISTED_COLUMNS).sort(LISTED_COLUMNS, nulls_last=True)
    one_each = listed.unique(SEEN, keep="first", maintain_order=True).sort("snapshot_date", "symbol")
    closes = sightings.prices.drop_nulls().select("symbol", "adj_close", price_date="date").sort("price_date")
    priced = one_each.join_asof(
        closes,
        left_on="snapshot_date",
        right_on="price_date",
        by="symbol",
        tolerance=dt.timedelta(days=rules.limits.price_age_days),
        check_sortedness=False,
    )
    recorded = _with_record(priced, sightings.companies, rules)
    counted = with_holding_ratio(recorded.with_columns(source_entity_id="record"), sightings.counts, rules)
    return counted.drop("source_entity_id", "price_date").sort(SEEN)


def with_holding_ratio(rows: pl.DataFrame, counts: pl.DataFrame, rules: Identity) -> pl.DataFrame:
    """Add `holding_ratio`: quantity over shares of `source_entity_id`, relative to the median of the list."""
    known = counts.drop_nulls().filter(pl.col("shares") > 0).sort("known_on")
    joined = rows.sort("snapshot_date").join_asof(
        known.select("source_entity_id", "known_on", "shares"),
        left_on="snapshot_date",
        right_on="known_on",
        by="source_entity_id",
        check_sortedness=False,
    )
    ratio = pl.when(pl.col("quantity") > 0).then(pl.col("quantity") / pl.col("shares"))
    median = pl.when(ratio.count() >= rules.limits.min_counts).then(ratio.median())
    return joined.with_columns(holding_ratio=ratio / median.over("snapshot_date")).drop("known_on", "shares")


def record_has_ended(companies: pl.DataFrame, rules: Identity) -> pl.Expr:
    """Whether a company's record (`last_date`) ended before `snapshot_date` although the table goes on."""
    reach = pl.duration(days=rules.limits.record_reach_days)
    usual_end = pl.lit(companies["last_date"].median(), pl.Date)
    covered_to = pl.col("last_date") + reach
    return (covered_to < pl.col("snapshot_date")) & (covered_to < usual_end)


def _with_record(listed: pl.DataFrame, companies: pl.DataFrame, rules: Identity) -> pl.DataFrame:
    """Add `record`: of the companies whose record covers the day, the one that began last."""
    began = pl.col("first_date") <= pl.col("snapshot_date")
    covering = (
        listed.select(SEEN)
        .join(companies.select("symbol", "source_entity_id", "first_date", "last_date"), on="symbol")
        .filter(began & ~record_has_ended(companies, rules))
        .sort("first_date", "source_entity_id", descending=[True, False])
        .unique(SEEN, keep="first", maintain_order=True)
        .select(*SEEN, record="source_entity_id")
    )
    return listed.join(covering, on=SEEN, how="left", maintain_order="left")
