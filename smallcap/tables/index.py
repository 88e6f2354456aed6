"""The tables of the index by member: holdings, and eligibility under its rules."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    number,
    ratio,
    text,
    usd,
    year,
)

AS_OF = "as-of date, for which the row is computed"
STATUS = "pass, fail, or verify if the sources have no data"


def _status(rule: str) -> dy.String:
    return text(f"{rule}: {STATUS}", nullable=False)


class IndexHoldings(dy.Schema):
    """One row per as_of and member: its weight, its rank by weight, and whether it is near a size break."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("our id of the company")
    rank = count("rank by weight, 1 is the largest; ties are ordered by ticker", unit="place")
    ticker = text("ticker of the company's largest line", nullable=False)
    name = text("name of the largest line")
    sector = text("GICS sector name")
    weight = ratio("weight in the index, from market values", min=0, max=1)
    cumulative_weight = ratio("weight of the members up to this rank", min=0)
    market_cap_usd = usd("market value at as_of; null if the visible record is stale or its scale suspect")
    market_cap_reason = text("why market_cap_usd is null")
    band = text(
        (
            "upper: within the first 2.5% of the members' cumulative market value; lower: within the last; "
            "none; unknown: no market value"
        ),
        nullable=False,
    )
    is_unprofitable = flag(
        "net income of the visible record is zero or negative; null without a usable record",
        nullable=True,
    )
    period_end = date("end of the fiscal year of the visible record")
    available_date = date("when the visible record became known; never after as_of")

    @dy.rule()
    def nothing_from_the_future(cls) -> pl.Expr:
        """Every figure used was known at as_of."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("as_of"))


class IndexEligibility(dy.Schema):
    """One row per as_of and member: the eligibility rules on the rank day that applies at as_of."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("our id of the company")
    ticker = text("ticker of the company's largest line", nullable=False)
    rank_date = date("the latest rank day at or before as_of; null before the calendar begins")
    price_usd = number("last close as traded at the rank day", "USD per share", min=0)
    price_status = _status("price of at least 1 USD at the rank day")
    market_cap_usd = usd("market value of all classes at the month end of the rank day")
    market_cap_status = _status("market value of at least 30 million USD")
    free_float = ratio("share of the company in public hands; not available from any source")
    free_float_status = _status("free float of at least 5%")
    voting_rights = ratio("share of the votes in public hands; not available from any source")
    voting_rights_status = _status("more than 5% of the votes in public hands")
    exchange = text("exchange of the largest line at as_of, from the list")
    exchange_status = _status("an eligible exchange")
    country = text("country of the largest line at as_of, from the list")
    country_status = _status("a US company by the country field")
    known_status = _status(
        "the four rules for which the sources have data: price, market value, exchange, country"
    )
    status = _status("all six rules")
    reason = text("the rules that are not passed, in words; null if all are")
    rule_set = text("name and version of the rule set", nullable=False)
