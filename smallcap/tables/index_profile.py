"""The tables of the index as a whole: its sectors and its profile."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_text,
    number,
    ratio,
    text,
    usd,
    year,
)
from smallcap.tables.index import AS_OF


def _members(what: str) -> dy.Int64:
    return count(f"members {what}", unit="members")


def _weight(what: str) -> dy.Float64:
    return ratio(f"weight of the members {what}; null if no weight is known", min=0)


def _multiple(what: str) -> dy.Float64:
    return ratio(f"sum of market values over sum of {what}, over the members with both", unit="multiple")


class IndexSectors(dy.Schema):
    """One row per as_of and sector."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    sector = key_text("GICS sector name; unknown if no source gives one")
    members = _members("of the sector")
    weight = _weight("of the sector")
    market_cap_members = _members("with a market value")
    market_cap_usd = usd("sum of the market values")
    earnings_members = _members("with known earnings")
    earnings_weight = _weight("with known earnings")
    unprofitable_members = _members("whose net income is zero or negative")
    unprofitable_share = ratio(
        "share of the members with known earnings whose net income is zero or negative", min=0, max=1
    )
    unprofitable_weight_share = ratio("unprofitable_share by weight", min=0, max=1)
    pe_excluding_losses = _multiple("net income, if positive")
    pe_excluding_losses_members = _members("in pe_excluding_losses")
    pe_excluding_losses_weight = _weight("in pe_excluding_losses")


class IndexProfile(dy.Schema):
    """One row per as_of with figures of the index.

    Aggregates are ratios of sums, each with the number and weight of the members that it covers.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    previous_as_of = date(
        "the previous as_of of the same fund, with which members are compared; null for the first one and if "
        "is_fund_unconfirmed"
    )
    fund = text("the fund whose list it is; null if it is of the index itself or names no fund")
    is_fund_unconfirmed = flag(
        "the list is of another fund than those before, and none of its own confirms it: its differences are "
        "no changes",
        nullable=True,
    )
    is_reconstitution_pending = flag(
        "the list is dated before the second session after an effective day: it may be of the old index",
        nullable=True,
    )
    index_name = text("the index", nullable=False)
    members = _members("of the index, companies")
    lines = count("lines of the members", unit="lines")
    market_cap_members = _members("with a market value")
    market_cap_weight = _weight("with a market value")
    market_cap_sum_usd = usd("sum of the market values")
    market_cap_median_usd = usd("median market value")
    market_cap_mean_usd = usd("mean market value")
    market_cap_largest_usd = usd("largest market value")
    market_cap_smallest_usd = usd("smallest market value")
    top_holdings = count("number of the largest members in top_holdings_weight", unit="members")
    top_holdings_weight = _weight("with the largest weights")
    herfindahl = ratio("sum of the squared weights: 1 for a single member, 1/n for n equal members", min=0)
    effective_number = number(
        "one over herfindahl: the number of equal members with the same concentration", "members"
    )
    pe_excluding_losses = _multiple("net income, if positive: the published convention")
    pe_excluding_losses_members = _members("in pe_excluding_losses")
    pe_excluding_losses_weight = _weight("in pe_excluding_losses")
    pe_including_losses = _multiple("net income, losses included")
    pe_including_losses_reason = text("why the multiple is null: earnings_not_positive or no_member_covered")
    pe_including_losses_members = _members("in pe_including_losses")
    pe_including_losses_weight = _weight("in pe_including_losses")
    pb = _multiple("shareholders' equity, negative equity included")
    pb_reason = text("why the multiple is null: equity_not_positive or no_member_covered")
    pb_members = _members("in pb")
    pb_weight = _weight("in pb")
    ps = _multiple("revenue")
    ps_reason = text("why the multiple is null: revenue_not_positive or no_member_covered")
    ps_members = _members("in ps")
    ps_weight = _weight("in ps")
    dividend_yield = ratio(
        "sum of the dividends of the visible records over sum of market values, over the members with both"
    )
    dividend_yield_members = _members("in dividend_yield")
    dividend_yield_weight = _weight("in dividend_yield")
    earnings_members = _members("with known earnings")
    earnings_weight = _weight("with known earnings")
    unprofitable_members = _members("whose net income is zero or negative")
    unprofitable_share = ratio(
        "share of the members with known earnings whose net income is zero or negative", min=0, max=1
    )
    unprofitable_weight_share = ratio("unprofitable_share by weight", min=0, max=1)
    eligibility_passed = _members("that pass every eligibility rule that can be evaluated")
    eligibility_failed = _members("that fail one of these rules")
    eligibility_verify = _members("that fail none of these rules, but have verify for at least one")
    additions = count("members that were not members at previous_as_of", nullable=True, unit="members")
    removals = count("members at previous_as_of that are not members now", nullable=True, unit="members")
    turnover = ratio("half the sum of the weights added and removed since previous_as_of", min=0, max=1)
    is_reconstitution = flag("turnover reaches the threshold; null for the first as_of", nullable=True)
    expected_event = text(
        "reconstitution in the calendar with an effective day after previous_as_of and up to as_of"
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def null_says_why(cls) -> pl.Expr:
        """A multiple has either a value or a reason."""
        return pl.all_horizontal(
            pl.col(name).is_null() == pl.col(f"{name}_reason").is_not_null()
            for name in ("pe_including_losses", "pb", "ps")
        )
