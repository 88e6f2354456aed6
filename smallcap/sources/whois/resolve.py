"""Which company a line is that a fund reports by CUSIP, each with the way by which it was found.

Ways in their order: a dated alias; the ticker's holder of today where the names agree, or where the line has
a former name of it; the name alone, where exactly one company has it at the time. Never the ticker alone: a
ticker that passed to another company has today's holder in the SEC's lists. What is not resolved keeps its
reason, with the candidates named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.rules.types.cik_successions import CikSuccession
from smallcap.rules.types.cusip_identity import CusipIdentity
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.identity.aliases import valid_aliases
from smallcap.sources.identity.evidence import name_points
from smallcap.sources.identity.names import UNKNOWN, compared
from smallcap.sources.whois.known_names import WAYS, is_valid_at, known_names, plain_name, squeezed
from smallcap.sources.whois.successions import company_of
from smallcap.sources.whois.symbols import LINE, with_symbol

ALIAS, TICKER_AND_NAME, TICKER_AND_FORMER_NAME = "alias", "ticker_and_name", "ticker_and_former_name"
NO_RECORD: Final = "no record of the SEC has this name, and no company with its ticker has a name like it"
NO_TICKER: Final = "no fails-to-deliver file of these weeks has its CUSIP"


@dataclass(frozen=True)
class Records:
    """The SEC's records by which lines are identified.

    Attributes
    ----------
    fails
        Rows of fails-to-deliver files around the lists.
    tickers
        Today's tickers of companies: cik, name, ticker, exchange.
    submitted
        Names of submissions: cik, name, valid_from, valid_to.
    filed
        Names of the Financial Statement Data Sets: cik, name, former, changed, filed.
    indexed
        EDGAR's index: cik, name, form, filed.
    successions
        Companies whose registration number changed.
    aliases
        Dated aliases of tickers.
    """

    fails: pl.DataFrame
    tickers: pl.DataFrame
    submitted: pl.DataFrame
    filed: pl.DataFrame
    indexed: pl.DataFrame
    successions: Sequence[CikSuccession]
    aliases: pl.DataFrame


def resolve(
    lines: pl.DataFrame, records: Records, rules: CusipIdentity, names: HoldingsRules
) -> pl.DataFrame:
    """Identify lines.

    Parameters
    ----------
    lines
        One row per line and list: source_id, list_date, cusip, name, and `reported_ticker`, mostly null.
    records
        The SEC's records.
    rules
        How far evidence reaches.
    names
        How names are compared.

    Returns
    -------
    pl.DataFrame
        The rows of `lines`, sorted by list and line, with `ticker` (null where unknown), `ticker_date` (the
        day on which it is seen), `cik` of the company (ten digits, its newest number), `company_name`,
        `resolved_by`, `unresolved_reason`, `candidate`, and `is_resolution_later` (the ticker is seen only
        after the list).
        Nothing depends on other lines or lists.
    """
    seen = _with_ticker(lines, records, rules)
    known = known_names(records.tickers, records.submitted, records.filed, records.indexed, rules)
    compared_pairs = _pairs(seen, known, records, names)
    by_ticker = _by_ticker(compared_pairs)
    by_name, several = _by_name(seen.join(by_ticker, on=LINE, how="anti"), known, records, names)
    last = company_of(records.successions)
    found = pl.concat([by_ticker, by_name], how="vertical_relaxed").with_columns(
        pl.col("cik").replace(list(last), list(last.values()))
    )
    result = (
        seen.join(found, on=LINE, how="left")
        .join(_other_holders(compared_pairs), on=LINE, how="left")
        .join(several, on=LINE, how="left")
        .with_columns(candidate=pl.coalesce("several", "other_holder"))
    )
    is_later = (pl.col("ticker_date") > pl.col("list_date")).fill_null(False)
    reason = (
        pl.when(pl.col("cik").is_not_null())
        .then(None)
        .when(pl.col("several").is_not_null())
        .then(pl.format("verify: more than one company has this name: {}", "several"))
        .when(pl.col("other_holder").is_not_null())
        .then(pl.format("verify: its ticker is now that of another name: {}", "other_holder"))
        .when(pl.col("ticker").is_null())
        .then(pl.lit(f"{NO_RECORD}; {NO_TICKER}"))
        .otherwise(pl.lit(NO_RECORD))
    )
    return (
        result.with_columns(
            unresolved_reason=reason,
            candidate=pl.when(pl.col("cik").is_null()).then("candidate"),
            is_resolution_later=is_later,
        )
        .drop("several", "other_holder", "symbol", "snapshot_date")
        .sort("list_date", "source_id")
    )


def _with_ticker(lines: pl.DataFrame, records: Records, rules: CusipIdentity) -> pl.DataFrame:
    """Add `symbol`, by which companies are looked up, and `ticker`, which the line had on the list's day."""
    seen = with_symbol(lines, records.fails, rules).rename({"symbol": "seen_symbol"})
    reported = normalised(pl.col("reported_ticker"))
    is_near = pl.col("is_symbol_near").fill_null(False)
    spelled = seen.with_columns(
        symbol=pl.coalesce(reported, "seen_symbol"),
        snapshot_date="list_date",
        ticker_date=pl.when(reported.is_not_null()).then("list_date").when(is_near).then("symbol_date"),
        is_ticker_known=reported.is_not_null() | is_near,
    )
    renamed = valid_aliases(spelled.drop_nulls("symbol"), records.aliases, "same_line")
    return (
        spelled.join(renamed, on=["symbol", "snapshot_date"], how="left", maintain_order="left")
        .with_columns(symbol=pl.coalesce("canonical_ticker", "symbol"))
        .with_columns(ticker=pl.when("is_ticker_known").then("symbol"))
        .drop(
            "canonical_ticker",
            "seen_symbol",
            "is_symbol_near",
            "symbol_date",
            "symbol_name",
            "is_ticker_known",
        )
    )


def _pairs(seen: pl.DataFrame, known: pl.DataFrame, records: Records, names: HoldingsRules) -> pl.DataFrame:
    """Compare each line with every name of today's holder of its ticker, or of the ticker of an alias."""
    figures = valid_aliases(seen.drop_nulls("symbol"), records.aliases, "figures_of")
    recycled = records.aliases.filter(pl.col("relation") == "recycled").select(
        symbol="ticker", passed_on="valid_from"
    )
    looked_up = (
        seen.drop_nulls("symbol")
        .join(figures, on=["symbol", "snapshot_date"], how="left")
        .join(recycled.group_by("symbol").agg(pl.col("passed_on").max()), on="symbol", how="left")
        .with_columns(
            is_alias=pl.col("canonical_ticker").is_not_null(),
            holder_symbol=pl.coalesce("canonical_ticker", "symbol"),
            is_before_recycling=(pl.col("list_date") < pl.col("passed_on")).fill_null(False),
        )
        .filter(pl.col("is_alias") | ~pl.col("is_before_recycling"))
    )
    holders = records.tickers.select(
        cik="cik", holder_name="name", holder_symbol=normalised(pl.col("ticker"))
    )
    of_holders = looked_up.join(holders.unique(), on="holder_symbol").join(known, on="cik", how="left")
    spelled = of_holders.with_columns(
        name_a=plain_name(pl.col("name")), name_b=plain_name(pl.col("company_name"))
    )
    kinds = compared(spelled, names.identity, names.recycling.insignificant_words)
    judged = spelled.join(
        kinds.select("name_a", "name_b", "names"), on=["name_a", "name_b"], how="left", nulls_equal=True
    )
    points = name_points(pl.col("names"), names.identity.company_names)
    agrees = (points >= names.identity.thresholds.company) & (pl.col("names") != UNKNOWN)
    return judged.with_columns(agrees=agrees.fill_null(False), is_valid=is_valid_at("list_date"))


def _by_ticker(pairs: pl.DataFrame) -> pl.DataFrame:
    """Take the holder where an alias says so, or a name of it at the time agrees with the line's."""
    is_now = pl.col("company_name") == pl.col("holder_name")
    way = (
        pl.when("is_alias")
        .then(pl.lit(ALIAS))
        .when(is_now)
        .then(pl.lit(TICKER_AND_NAME))
        .otherwise(pl.lit(TICKER_AND_FORMER_NAME))
    )
    fitting = pairs.filter(pl.col("is_alias") | (pl.col("agrees") & pl.col("is_valid"))).with_columns(
        resolved_by=way, is_now=is_now.fill_null(False)
    )
    best = fitting.sort(*LINE, "is_alias", "is_now", "cik", descending=[False, False, True, True, False])
    one = best.unique(LINE, keep="first", maintain_order=True)
    return one.select(*LINE, "cik", pl.col("holder_name").alias("company_name"), "resolved_by")


def _other_holders(pairs: pl.DataFrame) -> pl.DataFrame:
    """Name today's holder of a line's ticker."""
    named = pl.format("{} (CIK {})", "holder_name", "cik")
    return pairs.group_by(LINE).agg(other_holder=named.unique().sort().str.join(" or "))


def _by_name(
    lines: pl.DataFrame, known: pl.DataFrame, records: Records, names: HoldingsRules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take the one company that has the line's name, to the letter, at the time of the list.

    Returns the lines found (`LINE`, cik, company_name, resolved_by), and those whose name several companies
    have (`LINE` and `several`).
    """
    last = company_of(records.successions)
    spelled = known.with_columns(
        squeezed=squeezed(pl.col("company_name"), names),
        company=pl.col("cik").replace(list(last), list(last.values())),
        rank=pl.col("way").replace_strict(WAYS, range(len(WAYS)), return_dtype=pl.Int64),
    ).filter(pl.col("squeezed") != "")
    matched = (
        lines.select(*LINE, "name", squeezed=squeezed(pl.col("name"), names))
        .join(spelled, on="squeezed")
        .filter(is_valid_at("list_date"))
    )
    is_one = pl.col("company").n_unique().over(LINE) == 1
    best = matched.filter(is_one).sort(*LINE, "rank", "cik", "company_name", "valid_from", nulls_last=True)
    one = best.unique(LINE, keep="first", maintain_order=True)
    named = pl.format("{} (CIK {})", "company_name", "cik")
    several = matched.filter(~is_one).group_by(LINE).agg(several=named.unique().sort().str.join(" or "))
    return one.select(*LINE, "cik", "company_name", resolved_by="way"), several
