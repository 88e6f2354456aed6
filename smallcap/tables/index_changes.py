"""The tables of changes in the index: who joined and left, and what reconstitutions did to returns."""

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
    key_text,
    looks_later,
    number,
    ratio,
    text,
    usd,
    year,
)
from smallcap.tables.index import AS_OF

STOPS_LATER = "that a line has stopped shows in the first month with prices after as_of, in cause_known_date"


class IndexChanges(dy.Schema):
    """One row per as_of and company that joined or left the index since the previous as_of, and why.

    Lists of one fund are compared. Uses prices up to a year ahead.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("our id of the company")
    previous_as_of = date("the as_of before", nullable=False)
    change = text("added or removed", nullable=False)
    cause = looks_later(
        text("graduated, demoted_in, delisted_or_acquired, ipo, below_minimum or other", nullable=False),
        STOPS_LATER,
    )
    evidence = looks_later(text("evidence for the cause, in words with numbers", nullable=False), STOPS_LATER)
    cause_known_date = looks_later(
        date("from when prices say so: as_of, or for a line that stopped the next date with prices"),
        STOPS_LATER,
    )
    security_id = dy.Int64(
        nullable=False, description="our id of the company's largest line while it was a member"
    )
    ticker = text("ticker of that line", nullable=False)
    name = text("name of that line")
    sector = text("GICS sector name")
    weight = ratio("weight at as_of for an addition, at previous_as_of for a removal", min=0, max=1)
    size_as_of = date(
        (
            "the date whose sizes were compared: as_of for an addition; for a removal the rank day's "
            "month end, else previous_as_of"
        ),
        nullable=False,
    )
    size_basis = text("market_cap, else holding: the value of the fund's holding")
    size_usd = usd("market value, or value of the fund's holding, at size_as_of")
    size_quantile = ratio("share of the members that stayed that are at most as large", min=0, max=1)
    price_usd = number("price at size_as_of", "USD per share", min=0)
    first_price_date = date("first price of its lines, from two years before the year of as_of")
    last_price_date = looks_later(
        date("last price of its lines, up to the end of the year after as_of"), STOPS_LATER
    )
    is_reconstitution = flag("the turnover since previous_as_of is that of a reconstitution")
    expected_event = text("reconstitution in the calendar between the two dates")
    fund = text("the fund whose lists are compared; null if they are of the index itself or name no fund")
    is_reconstitution_pending = flag(
        "the list of as_of may still be of the index before a reconstitution", nullable=True
    )
    rule_set = text("name and version of the rule set", nullable=False)


class ReconstitutionEffects(dy.Schema):
    """One row per reconstitution and span: return of the additions less that of the deletions.

    Descriptive, known only afterwards. Pools graduates with failures, leaves out names that stop, adjusts for
    no market and takes names as independent: marts.reconstitution_events and reconstitution_pooled do not.
    """

    event = key_text("the reconstitution")
    effective_date = key_date("day after whose close the new index applies")
    span = key_text(
        "rank_to_effective: months after the rank day to the effective day; after_effective: the months after"
    )
    rank_date = date("rank day; null if unknown")
    event_status = text("known, announced or rule: origin of the dates", nullable=False)
    previous_as_of = date("date of the last list before the effective day")
    as_of = date("date of the first list at or after the effective day")
    first_month = date("first month of the span")
    last_month = date("last month of the span")
    additions = count("companies added", unit="companies")
    deletions = count("companies removed, for whatever cause", unit="companies")
    additions_with_returns = count("additions with a return in every month of the span", unit="companies")
    deletions_with_returns = count("deletions with a return in every month of the span", unit="companies")
    additions_return = ratio("mean return of additions_with_returns over the span")
    deletions_return = ratio("mean return of deletions_with_returns over the span")
    effect = ratio("additions_return less deletions_return; raw returns, not adjusted for the market")
    std_error = ratio(
        "standard error of the difference, for unequal variances; too small, because the names of an event "
        "share its months",
        min=0,
    )
    status = text("estimated or insufficient", nullable=False)
    reason = text("why there is no number; null if there is")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """An effect that was not estimated has a reason and no number."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("effect").is_not_null()) & (is_estimated == pl.col("reason").is_null())
