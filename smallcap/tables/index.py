"""The tables of the index: holdings, sectors, profile, eligibility, changes and reconstitution effects."""

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

AS_OF = "as-of date, for which the row is computed"
STOPS_LATER = "that a line has stopped shows in the first month with prices after as_of, in cause_known_date"
STATUS = "pass, fail, or verify if the sources have no data"


def _status(rule: str) -> dy.String:
    return text(f"{rule}: {STATUS}", nullable=False)


def _members(what: str) -> dy.Int64:
    return count(f"members {what}", unit="members")


def _weight(what: str) -> dy.Float64:
    return ratio(f"weight of the members {what}; null if no weight is known", min=0)


def _multiple(what: str) -> dy.Float64:
    return ratio(f"sum of market values over sum of {what}, over the members with both", unit="multiple")


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
