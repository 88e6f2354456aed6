"""The mapping of any list's lines to the vendor's current ids.

An index list has the ids of the time when it was fetched. Lists of past days are kept for good, and the
vendor renumbers its ids. So a row whose id is not known means the line that carried its ticker on that day
according to the newest response about the ticker, where the names agree (`evidence`). Where none is known,
the list's own id is used. An id in a list that is not known also shows that the response about its ticker is
out of date.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.xfinlink.evidence import judged
from smallcap.sources.xfinlink.names import Names, holder_at

RENUMBERED_SHARE: Final = 0.5
"""If more than this share of a list has unknown ids, the vendor has renumbered all of them."""


def line_ids(listed: pl.DataFrame, names: Names, rules: HoldingsRules, aliases: pl.DataFrame) -> pl.DataFrame:
    """Map every row of lists to its line.

    The list's own id decides where the vendor has it under the ticker. Otherwise the line that carried the
    ticker on the day is taken where the evidence joins them.

    Parameters
    ----------
    listed
        ticker, name, day, index_id (the list's own id of the line, or null) and received (when the list was).
    names
        The vendor's responses about tickers.
    rules, aliases
        The evidence, and the dated aliases that overrule it.

    Returns
    -------
    pl.DataFrame
        The rows in order, with `symbol`, `line`: the vendor's current id, else the list's, else null; and
        `is_refused`, whether the vendor's line of the ticker is not joined.
    """
    asked = listed.with_columns(symbol=normalised(pl.col("ticker")))
    spells = names.resolve(asked["ticker"].unique())
    outdated = _outdated(asked, spells, names)
    if outdated:
        spells = names.resolve(asked["ticker"].unique(), renew=outdated)
    known = spells.select("symbol", index_id="entity_id", is_known=True).unique()
    matched = holder_at(asked, spells).join(
        known, on=["symbol", "index_id"], how="left", maintain_order="left"
    )
    named = matched.with_columns(holder=pl.when("is_known").then("index_id").otherwise("holder"))
    is_by_id = pl.col("is_known") & (pl.col("alias").fill_null("") != "recycled")
    is_refused = ~pl.coalesce(pl.when(is_by_id).then(pl.lit(True)), "is_joined")
    return (
        judged(named, spells, rules, aliases)
        .with_columns(is_refused=is_refused.fill_null(False))
        .with_columns(line=pl.when(~pl.col("is_refused")).then(pl.coalesce("holder", "index_id")))
        .select(*asked.columns, "line", "is_refused")
    )


def relabelled(
    holdings: pl.DataFrame, names: Names, rules: HoldingsRules, aliases: pl.DataFrame
) -> pl.DataFrame:
    """Map the rows of a fund's holdings to the vendor's ids.

    A line that the vendor does not know, or that the evidence does not join, keeps its own id, prefixed by
    its source.
    """
    asked = holdings.with_columns(
        day=pl.col("snapshot_date"),
        index_id=pl.lit(None, dtype=pl.Int64),
        received=pl.lit(None, dtype=pl.Datetime("us")),
    )
    named = line_ids(asked, names, rules, aliases).with_columns(
        source_id=pl.coalesce(
            pl.col("line").cast(pl.String), pl.concat_str(pl.col("source"), pl.lit(":"), pl.col("source_id"))
        )
    )
    # Of two rows with the same line the larger holding is kept.
    ordered = named.sort("as_of", "source_id", pl.col("market_value_usd").fill_null(0.0) * -1, "ticker")
    return ordered.unique(["as_of", "source_id"], keep="first", maintain_order=True).select(
        *CONSTITUENTS_COLUMNS
    )


def _outdated(asked: pl.DataFrame, spells: pl.DataFrame, names: Names) -> dict[str, dt.datetime]:
    """Find symbols whose responses are older than a list with other ids.

    If most ids of a list differ, all symbols are returned.
    """
    listed = asked.drop_nulls("index_id").filter(pl.col("symbol").is_in(spells["symbol"].implode()))
    known = spells.select("symbol", index_id="entity_id", is_known=True).unique()
    compared = (
        listed.select("symbol", "index_id", "received")
        .unique()
        .join(known, on=["symbol", "index_id"], how="left")
        .with_columns(is_strange=pl.col("is_known").is_null())
    )
    by_list = (
        compared.group_by("received")
        .agg(share=pl.col("is_strange").mean())
        .filter(pl.col("share") > RENUMBERED_SHARE)
    )
    renumbered = by_list["received"].max()
    strange = compared.filter("is_strange").group_by("symbol").agg(pl.col("received").max())
    too_old = {
        symbol: received.replace(tzinfo=dt.UTC) for symbol, received in strange.sort("symbol").iter_rows()
    }
    if isinstance(renumbered, dt.datetime):
        too_old = dict.fromkeys(asked["symbol"].unique().sort().to_list(), renumbered.replace(tzinfo=dt.UTC))
    resolved_at = names.resolved_at()
    return {
        symbol: moment
        for symbol, moment in too_old.items()
        if symbol not in resolved_at or resolved_at[symbol] < moment
    }
